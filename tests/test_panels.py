"""The panel answers without a front-end; its widgets are tested by setting their values."""

import io
from dataclasses import replace

import pytest
from PIL import Image

from youzhi import panels, trials
from youzhi.panels import Setting, board, recompute
from youzhi.tables import SchoolTable
from youzhi.trials.costs import count_failing
from youzhi.trials.trial import IDLE

BUILD = (
    "build-jingshan"  # 24 classes, 600 + 550 junior pupils, sports land by the table of 24 classes
)


@pytest.fixture(scope="module")
def trial():
    return trials.run_trial("yiyuan", "plan-2025")


@pytest.fixture
def panel(trial):
    return panels.show_panel(trial)


def test_nothing_changed_is_the_trial_itself(trial):
    answer = recompute(trial, Setting(2030))
    assert answer.plan is trial.scenario
    assert answer.failing == count_failing(trial.after)
    assert answer.result.verdict == trial.after.verdict
    as_planned = recompute(trial, Setting(2030, BUILD, 24, 2023))
    assert as_planned.school == next(a for a in trial.scenario.action if a.id == BUILD)


def test_a_larger_school_takes_more_pupils_and_the_land_of_its_table(trial):
    plain = next(a for a in trial.scenario.action if a.id == BUILD)
    school = recompute(trial, Setting(2030, BUILD, 30)).school
    assert school.classes == {"junior": 30}
    assert [take.junior for take in school.takes] == [
        take.junior * 30 // 24 for take in plain.takes
    ]
    assert school.estate["sports_ground_area_m2"] == 11546  # the row of 30 classes
    assert school.teaching_area_m2 == plain.teaching_area_m2 * 30 / 24
    assert float(school.cost_yuan) == pytest.approx(float(plain.cost_yuan) * 30 / 24, abs=0.01)


def test_between_two_rows_of_a_table_a_straight_line_is_taken(trial):
    # 24 classes 11,260 m², 30 classes 11,546 m²: 27 classes are half way
    school = recompute(trial, Setting(2030, BUILD, 27)).school
    assert school.estate["sports_ground_area_m2"] == 11403


def test_in_another_town_at_most_half_of_its_pupils_come_and_teachers_follow(trial):
    school = recompute(trial, Setting(2030, BUILD, 24, 2023, "悦庄镇")).school
    frame = trial.tables["idle"][2023].frame
    here = frame[(frame["town"] == "悦庄镇") & (frame["pupils_junior"].astype(float) > 0)]
    pupils = here.set_index("school_id")["pupils_junior"].astype(int)
    assert {take.school: take.junior for take in school.takes} == (pupils // 2).to_dict()
    teachers = here.set_index("school_id")["teachers_junior"].astype(int)
    moved = {staff.school: staff.teachers for staff in school.staff_from}
    assert all(number <= teachers[name] / 2 for name, number in moved.items())
    assert school.town == "悦庄镇"
    assert float(school.lon) == pytest.approx(
        frame.loc[frame["town"] == "悦庄镇", "lon"].astype(float).mean(), abs=1e-4
    )


def test_in_a_county_without_coordinates_a_school_can_still_be_moved(trial):
    lost = {
        year: SchoolTable.from_frame(table.frame.drop(columns=["lon", "lat"]))
        for year, table in trial.tables[IDLE].items()
    }
    blind = replace(trial, tables=dict(trial.tables) | {IDLE: lost})
    school = recompute(blind, Setting(2030, BUILD, 24, 2023, "悦庄镇")).school
    assert (school.town, school.lon, school.lat) == ("悦庄镇", None, None)


def test_pupils_and_teachers_are_neither_made_nor_lost_by_another_town(trial):
    answer = recompute(trial, Setting(2025, BUILD, 24, 2023, "悦庄镇"))
    column = "pupils_junior"
    moved, plain = (
        result.sections.schools.numbers(column).sum()
        for result in (answer.result, trial.years[2025])
    )
    assert moved == plain


def test_every_town_can_be_tried_for_every_new_school(trial):
    """Schools that the scenario closes give nobody; a town without pupils of the stage is told."""
    towns = sorted(set(trial.before.sections.schools.frame["town"].dropna()))
    reasons = [
        panels.recompute(trial, panels.Setting(2030, school=school, town=town)).reason
        for school in panels.list_builds(trial.scenario).values()
        for town in towns
    ]
    told = {reason for reason in reasons if reason}
    assert all("没有同学段的学生可以转入新校" in reason for reason in told), told


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        (Setting(2030, BUILD, 100), "没有100个班的规模"),
        (Setting(2030, "build-shiyan3", 24, 2027), "没有这所学校"),  # later actions need it in 2024
        (Setting(2050), "没有2050年"),
    ],
)
def test_what_is_impossible_has_a_reason_and_no_result(trial, setting, words):
    answer = recompute(trial, setting)
    assert answer.result is None
    assert words in answer.reason


def test_classes_can_be_set_as_far_as_the_tables_reach(trial):
    ranges = {a.id: panels.class_range(a) for a in trial.scenario.action if a.kind == "build"}
    assert ranges[BUILD] == (18, 36)  # sports land of junior schools
    assert ranges["build-renminlu"] == (12, 30)  # buildings 12 to 30, sports land 12 to 36


def test_without_a_front_end_it_is_a_text_that_is_the_same_in_every_run(panel, trial):
    bundle = panel._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/markdown"}
    assert bundle == panels.show_panel(trial)._repr_mimebundle_()
    assert f"未达标或无法判定的校段：{count_failing(trial.after)}个" in bundle["text/markdown"]


def test_a_page_that_names_its_cell_gets_the_widgets(panel, monkeypatch):
    class Shell:
        class kernel:
            @staticmethod
            def get_parent(channel):
                return {"metadata": {"cellId": "cell-52"}} if channel == "shell" else {}

    monkeypatch.setattr(board, "get_ipython", Shell)
    bundle = panel._repr_mimebundle_()
    view = bundle["application/vnd.jupyter.widget-view+json"]
    assert view["model_id"].startswith("youzhi-panel-")
    assert "text/markdown" in bundle


def test_moving_a_slider_recomputes_table_and_picture(panel):
    made = panel.widgets
    assert made["school"].value == "build-renminlu"
    before, told = made["picture"].value, made["told"].value
    made["classes"].value = 30
    assert panel.answer.setting.classes == 30
    assert made["told"].value != told
    assert made["picture"].value != before
    assert Image.open(io.BytesIO(made["picture"].value)).size[0] > 300
    made["year"].value = 2025
    assert panel.answer.setting == Setting(2025, "build-renminlu", 30, 2022, "")


def test_an_impossible_setting_is_told_and_a_possible_one_brings_the_picture_back(panel):
    made = panel.widgets
    made["school"].value = "build-shiyan3"
    made["opens"].value = 2027
    assert "这样设定不可行" in made["told"].value
    assert made["picture"].layout.display == "none"
    made["opens"].value = 2024
    assert made["picture"].layout.display is None
    assert "第三实验小学" in made["told"].value


def test_another_scenario_brings_its_own_schools_and_years(panel):
    made = panel.widgets
    made["scenario"].value = "remedy-mix"
    assert panel.trial.scenario.id == "remedy-mix"
    assert (made["year"].min, made["year"].max) == panel.trial.span
    assert made["school"].value in panels.list_builds(panel.trial.scenario).values()
    made["scenario"].value = "plan-2025"
    assert panel.trial is panel.start
    assert made["year"].value == 2030


def test_a_scenario_without_new_schools_leaves_only_the_year(panel):
    made = panel.widgets
    made["school"].value = ""
    assert made["classes"].disabled
    assert panel.answer.setting == Setting(2030)
    assert "新建学校" not in made["told"].value


def test_names_from_data_are_escaped_in_the_page(trial, panel):
    answer = recompute(trial, Setting(2030))
    hostile = panels.Answer(trial, answer.setting, None, None, "<script>alert(1)</script>")
    panel._tell(panel.widgets, hostile)
    assert "<script>" not in panel.widgets["told"].value
