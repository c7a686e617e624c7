"""Sentences and tables of the self-check and the plans: whole, Chinese, harmless, and never more than is known."""

import re
from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest
from conftest import MET_FIGURES, good, items_of, judge, met_county, met_schools, table

import youzhi as yz
from youzhi import narrative
from youzhi.audits import AUDIT_COLUMNS, CHECK_COLUMNS, audit_figures, compare_self_check
from youzhi.commitments import Commitments, judge_commitments, load_commitments
from youzhi.counties import load_county
from youzhi.ledger import find_problems, find_unknown
from youzhi.narrative.text import Text, harmless
from youzhi.tables import stack_tables
from youzhi.targets import TARGET_COLUMNS, judge_targets

CASES = [
    ("yiyuan", 2020, "jiaodu-2017-6"),
    ("yiyuan", 2023, "jiaodu-2012-3"),
    ("wenling", 2020, "jiaodu-2017-6"),
    ("shanting", 2016, "jiaodu-2012-3"),
    ("shanting", 2018, "jiaodu-2017-6"),
    ("huantai", 2023, "jiaodu-2017-6"),
]
COUNTIES = ["yiyuan", "wenling", "shanting", "huantai"]
# Words in Latin letters that a reader may meet: names of documents' parts, not of our program.
LATIN = re.compile(
    r"(?<![A-Za-z])(?!(?:items|csv|xlsx|commitments|toml|km|hm|m|GDP|VR|AI|STEM|ABCD)\b)[A-Za-z]{2,}"
)
UNFILLED = (
    "nan",
    "NaN",
    "None",
    "NaT",
    "[]",
    "{{",
    "{%",
    "{}",
    "<NA>",
    "...",
    "。。",
    "；。",
    "（）",
    "，。",
    "：。",
    "、）",
)


def tell(result, card, as_of="2023-12-31"):
    """Every sentence of the self-check on one county-year, by function."""
    published = compare_self_check(result.rows, card, int(result.verdicts["year"].iat[0]))
    audit, targets = audit_figures(card, result.standard), judge_targets(result, card)
    problems, unknown = find_problems(result, card), find_unknown(result)
    return {
        "rows": narrative.describe_rows(result),
        "items": narrative.describe_items(result),
        "figures": narrative.describe_figures(result),
        "published": narrative.describe_published(published),
        "audit": narrative.describe_audit(audit),
        "targets": narrative.describe_targets(targets),
        "problems": narrative.describe_problems(problems, unknown),
    }, {
        "rows": narrative.tabulate_rows(result),
        "open": narrative.tabulate_rows(result, open_only=True),
        "places": narrative.tabulate_places(result),
        "figures": narrative.tabulate_figures(result),
        "rules": narrative.tabulate_item_rules(result),
        "published": narrative.tabulate_published(published),
        "audit": narrative.tabulate_audit(audit),
        "targets": narrative.tabulate_targets(targets),
        "problems": narrative.tabulate_problems(problems, result.standard.stage_names),
    }


def check_words(text):
    """A sentence is filled in, Chinese and ends like one."""
    assert isinstance(text, str)
    assert text.strip()
    for word in UNFILLED:
        assert word not in text, (word, text)
    assert not LATIN.findall(text), LATIN.findall(text)


def check_table(frame):
    """Every cell says something, in Chinese."""
    for head in frame.columns:
        check_words(head)
        for cell in frame[head]:
            assert pd.notna(cell), head
            assert str(cell).strip(), head
            check_words(str(cell))


@pytest.fixture(scope="module", params=CASES, ids=lambda case: "-".join(map(str, case)))
def story(request):
    county, year, standard = request.param
    result = yz.assess_county(county, year, standard)
    sentences, tables = tell(result, load_county(county))
    return SimpleNamespace(result=result, sentences=sentences, tables=tables)


@pytest.fixture(scope="module")
def met():
    return met_county()


@pytest.fixture(scope="module")
def bare():
    """All schools met, no county figures at all."""
    return judge(met_schools(), year=2023)


def test_every_sentence_of_every_county_is_filled_in_and_chinese(story):
    for text in story.sentences.values():
        assert isinstance(text, Text)
        check_words(text)
        assert all(part.endswith("。") for part in text.split("\n\n"))


def test_no_cell_of_any_table_is_empty(story):
    for frame in story.tables.values():
        check_table(frame)


def test_the_lines_are_counted_once_and_named(story):
    rows, text = story.result.rows, story.sentences["rows"]
    numbers = [int(n) for n in re.findall(r"(?:共|达标|无法判定)(\d+)行", text.split("\n\n")[0])]
    count = rows["verdict"].value_counts()
    wanted = [len(rows), *(int(count.get(v, 0)) for v in ("met", "not_met", "cannot_tell"))]
    assert numbers == wanted
    for code in rows.loc[rows["verdict"] != "met", "code"]:
        assert code in text


def test_what_cannot_be_told_is_never_called_met(story):
    rows, shown = story.result.rows, story.tables["rows"]
    words = {"met": "达标", "not_met": "未达标", "cannot_tell": "无法判定"}
    assert shown["结论"].tolist() == rows["verdict"].map(words).tolist()
    for reason in rows.loc[rows["verdict"] == "cannot_tell", "reason"]:
        assert "全部达标" not in reason
        assert "全部符合" not in reason
    open_codes = set(story.tables["open"]["编号"])
    assert open_codes == set(rows.loc[rows["verdict"] != "met", "code"])


def test_problems_and_open_questions_are_counted_apart(story):
    county = story.result.verdicts["county"].iat[0]
    problems = find_problems(story.result, load_county(county))
    unknown, text = find_unknown(story.result), story.sentences["problems"]
    assert (f"共{len(problems)}条" in text) == bool(len(problems))
    assert (f"另有{len(unknown)}条因缺数据无法判定" in text) == bool(len(unknown))
    assert len(story.tables["problems"]) == len(problems)


def test_synthetic_figures_are_marked_where_they_are_used(story):
    text = story.sentences["figures"]
    used = not re.search(r"已填报0个", text)
    assert ("只用于演示方法" in text) == used


def test_long_texts_stand_whole_on_the_page(story):
    for frame in story.tables.values():
        page = frame._repr_html_()
        assert page.count("<tr") == len(frame) + 1
        for cell in frame.astype(str).to_numpy().ravel():
            assert (
                cell[-15:].replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in page
            )


# -------------------------------------------------------------------- edges of one county-year


def test_everything_met_is_said_without_a_word_of_failure(met):
    text = narrative.describe_rows(met)
    assert text == "自查表共43行：达标43行，未达标0行，无法判定0行。"
    assert narrative.tabulate_rows(met, open_only=True).empty
    assert narrative.tabulate_places(met).empty
    card = load_county("huantai").model_copy(update={"target": [], "self_check": [], "claim": []})
    sentences, tables = tell(met, card)
    for text in sentences.values():
        check_words(text)
        assert "没有" in text or "0行" in text or "已填报" in text
    for frame in tables.values():
        check_table(frame)
    assert sentences["problems"] == "没有需要列入台账的问题。"
    assert sentences["targets"] == "县区卡没有记载与这一标准有关的地方目标。"


def test_without_county_figures_the_reader_learns_what_follows(bare):
    assert bare.figures is None
    assert "无法判定" in narrative.describe_figures(bare)
    assert narrative.tabulate_figures(bare).empty
    assert "没有认定不等于不存在" in narrative.describe_rows(bare)
    card = load_county("shanting")
    for text in tell(bare, card)[0].values():
        check_words(text)
    for frame in tell(bare, card)[1].values():
        check_table(frame)


def test_a_veto_that_holds_is_said_by_itself_and_one_that_is_open_too(met):
    text = narrative.describe_rows(met_county({"veto_school_choice": "present"}))
    assert text.split("\n\n")[1].startswith("**触发一票否决**")
    assert "没有认定不等于" not in text
    text = narrative.describe_rows(met_county({"veto_school_choice": None}))
    assert "触发一票否决" not in text
    assert "否决性指标4.2没有认定结论" in text
    assert "否决" not in narrative.describe_rows(met)


def test_the_sentence_says_where_the_reading_or_a_relief_decides(met):
    assert narrative.describe_items(met) == (
        "2.3的两种理解（各1间、合计1间）结论相同。\n\n过渡期规定没有改变任何一项的结论。"
    )
    rooms = narrative.describe_items(met_county({}, 甲校={"art_room_areas_m2": "80"}))
    assert "按较严的理解（各1间）结论为未达标；按合计1间的理解为达标" in rooms
    old = met_county(year=2020, 甲校={"primary": 2300, "built_year": 2009})
    assert "2.4" in narrative.describe_items(old)
    assert "适用过渡期规定，结论为达标；不适用时为未达标" in narrative.describe_items(old)
    assert "过渡期规定没有改变" not in narrative.describe_items(old)


def test_a_standard_without_reliefs_is_not_said_to_have_some():
    text = narrative.describe_items(judge(met_schools(), standard="jiaodu-2012-3"))
    assert text == "这一标准的评估项没有过渡期规定。"


def test_figures_of_another_county_or_year_are_not_told():
    both = [
        items_of(year=year, **MET_FIGURES | {"teacher_pay_yuan": 73_200 + year})
        for year in (2022, 2023)
    ]
    frame = pd.concat([one.frame for one in both], ignore_index=True)
    items = yz.CountyItems.from_frame(frame)
    result = judge(met_schools(), year=2023, items=items)
    shown = narrative.tabulate_figures(result)
    assert len(shown) == len(MET_FIGURES)
    assert "75,223" in set(shown["填报值"])
    assert "75,222" not in set(shown["填报值"])


def test_missing_figures_are_named_and_those_not_monitored_counted_apart():
    result = met_county({"teacher_pay_yuan": None, "monitoring_level_pe": "not_applicable"})
    text = narrative.describe_figures(result)
    assert "注明未监测或不适用1个" in text
    assert "没有填报的有：" in text
    assert "缺数据不等于零，也不算达标" in text
    shown = narrative.tabulate_figures(result).set_index("填报项目")["填报值"]
    assert (shown == "未提供").sum() == 1
    assert (shown == "未监测或不适用").sum() == 1


def test_kinds_of_data_that_nobody_used_are_not_told_of():
    """The 2012 standard asks for four figures; the county gave none of them."""
    text = narrative.describe_figures(yz.assess_county("shanting", 2018, "jiaodu-2012-3"))
    assert "已填报0个" in text
    assert "模拟" not in text


@pytest.mark.parametrize(
    "name", ["<b>*|甲", "甲\\n校_[x](y)", "$x$ & #1 `a` ~b~", "{{ name }} {% x %}"]
)
def test_a_hostile_name_is_shown_as_it_is_written(name):
    school = good(name, rooms=1, zone="town", boarding=False, organiser_code=7, town=name)
    result = met_county(
        {}, school | {"classes_primary": 30, "music_room_areas_m2": "10", "art_room_areas_m2": "10"}
    )
    card = load_county("yiyuan")
    problems, unknown = find_problems(result, card), find_unknown(result)
    text = narrative.describe_problems(problems, unknown)
    assert harmless(name) in text
    places = narrative.tabulate_places(result)
    assert name in set(places["学校"])
    for page in (
        places._repr_html_(),
        narrative.tabulate_problems(problems, result.standard.stage_names)._repr_html_(),
    ):
        assert "<b>*" not in page
    assert name in set(narrative.tabulate_problems(problems, {})["学校"])


@pytest.mark.parametrize(
    "say",
    [
        narrative.describe_rows,
        narrative.tabulate_rows,
        narrative.describe_items,
        narrative.tabulate_places,
        narrative.describe_figures,
        narrative.tabulate_figures,
    ],
)
def test_what_tells_one_county_year_refuses_two(say):
    history = yz.assess(stack_tables([table([good("甲校")], year=year) for year in (2020, 2021)]))
    with pytest.raises(yz.YouzhiError, match="2个县年"):
        say(history)


# -------------------------------------------------------- published figures, targets: their tables


def check_row(code, published, computed, agrees):
    rest = dict.fromkeys(("deadline", "departments", "measure", "source"), "")
    keys = {"county": "demo", "year": 2020, "code": code, "label": "甲"}
    return keys | {"published": published, "computed": computed, "agrees": agrees} | rest


def test_published_lines_are_counted_by_what_became_of_them():
    rows = [
        check_row("1.1", "met", "met", "agrees"),
        check_row("1.2", "met", "not_met", "differs"),
        check_row("3.9", "not_monitored", "cannot_tell", "not_comparable"),
        check_row("S1", "", "met", "not_comparable"),
    ]
    table = pd.DataFrame(rows, columns=CHECK_COLUMNS)
    assert narrative.describe_published(table) == (
        "公布的自查共3行，其中1行与本次计算一致，1行不一致（1.2），1行无法比较（3.9），因为至少一方没有结论。"
        "本次另有1行（S1）是公布的自查没有的。"
    )
    assert narrative.tabulate_published(table)["公布的自查"].tolist() == [
        "达标",
        "达标",
        "未参加监测",
        "—",
    ]
    check_table(narrative.tabulate_published(table))


def test_yiyuan_2020_has_forty_one_published_lines_and_none_differs():
    result = yz.assess_county("yiyuan", 2020)
    table = compare_self_check(result.rows, load_county("yiyuan"), 2020)
    assert narrative.describe_published(table) == (
        "公布的自查共41行，其中17行与本次计算一致，另23行所用的县级数据就出自这份自查，一致也不算独立核对，"
        "没有不一致的行，1行无法比较（3.9），因为至少一方没有结论。"
        "本次另有2行（S1、4.6）是公布的自查没有的。"
    )
    told = narrative.describe_published(table, result)
    assert "学校数据是模拟数据，一致或不一致都不说明实际情况" in told


def test_empty_comparisons_say_that_there_is_nothing():
    empty = pd.DataFrame(columns=CHECK_COLUMNS)
    assert narrative.describe_published(empty).startswith("县区卡没有这一年公布的自查结果")
    assert narrative.tabulate_published(empty).empty
    empty = pd.DataFrame(columns=AUDIT_COLUMNS)
    assert narrative.describe_audit(empty) == "县区卡没有可以复算的公布数字。"
    assert narrative.tabulate_audit(empty).empty
    empty = pd.DataFrame(columns=TARGET_COLUMNS)
    assert narrative.describe_targets(empty).startswith("县区卡没有记载")
    assert narrative.tabulate_targets(empty).empty


def test_a_misfit_is_a_question_to_the_document():
    text = narrative.describe_audit(
        audit_figures(load_county("yiyuan"), yz.load_standard("jiaodu-2017-6"))
    )
    assert "不相符是对文件的疑问" in text
    assert "124÷256＝48.4%，不是47.7%" in text


def test_targets_that_are_missed_though_the_rule_is_met_are_told_with_both():
    result = yz.assess_county("yiyuan", 2020)
    text = narrative.describe_targets(judge_targets(result, load_county("yiyuan")))
    assert "另有8项目标口径：达到7项，未达到1项，无法判定0项" in text
    assert "全县结论只按国家要求判定" in text
    assert (
        "3.2“残疾儿童少年入学率”达到国家要求，但没有达到本县目标（不低于98%；实际96.4%）；说明："
        in text
    )


# ------------------------------------------------------------------------------------- promises


@pytest.fixture(scope="module", params=COUNTIES)
def plans(request):
    """What a county promised, judged by reports alone, so that no school table need be read."""
    card, commitments = load_county(request.param), load_commitments(request.param)
    progress = judge_commitments(commitments, date(2029, 1, 1))
    return SimpleNamespace(name=card.name_zh, commitments=commitments, progress=progress)


def test_every_sentence_and_table_of_the_plans_is_filled_in(plans):
    check_words(narrative.describe_progress(plans.progress, plans.name, "2029-01-01"))
    check_words(narrative.describe_contradictions(plans.progress))
    check_words(narrative.describe_documents(plans.commitments))
    check_table(narrative.tabulate_progress(plans.progress))
    for kinds in ((), ("milestone",), ("target", "duty")):
        shown = narrative.tabulate_commitments(plans.progress, *kinds)
        check_table(shown)
        assert ("类别" in shown) == (len(kinds) != 1)


def test_the_statuses_add_up_to_the_promises(plans):
    text = narrative.describe_progress(plans.progress, plans.name, "2029-01-01").split("\n\n")[0]
    total, *parts = (int(number) for number in re.findall(r"(\d+)条", text))
    assert total == len(plans.progress) == sum(parts)
    shown = narrative.tabulate_progress(plans.progress)
    assert shown["合计"].sum() == total
    assert shown.iloc[:, 1:-1].sum().tolist() == parts
    documents = narrative.describe_documents(plans.commitments)
    assert sum(map(int, re.findall(r"：(\d+)条", documents))) == total


def test_every_contradiction_is_told_with_its_source(plans):
    table = plans.progress[plans.progress["status"] == "contradicted"]
    text = narrative.describe_contradictions(plans.progress)
    for source in table["source"]:
        assert harmless(source) in text
    if table.empty:
        assert text == "没有发现相互矛盾的承诺。"


def test_no_promise_is_called_kept_or_late_without_evidence(plans):
    open_ones = plans.progress[plans.progress["status"] == "cannot_be_judged"]
    text = narrative.describe_progress(plans.progress, plans.name, "2029-01-01")
    assert f"无法判定{len(open_ones)}条" in text
    shown = narrative.tabulate_commitments(plans.progress)
    assert (shown["状态"] == "无法判定").sum() == len(open_ones)


def test_a_duty_that_fails_is_never_said_to_be_late():
    columns = ["kind", "label", "status", "data_kind"]
    rows = [["duty", "甲", "overdue", "真实数据"], ["duty", "乙", "not_due", ""]]
    progress = pd.DataFrame(rows, columns=columns)
    text = narrative.describe_progress(progress, "某县", "2023-12-31")
    assert "逾期未兑现0条，未做到1条" in text
    assert "未到期1条" in text
    assert "须逐年做到而最近一次没有做到的常年职责有：甲。" in text
    assert "逾期未兑现的有" not in text
    shown = narrative.tabulate_progress(progress).set_index("类别")
    assert shown.loc["常年职责", ["逾期未兑现", "未做到", "未到期", "合计"]].tolist() == [
        0,
        1,
        1,
        2,
    ]
    late = narrative.describe_progress(progress.assign(kind="target"), "某县", "2023-12-31")
    assert "逾期未兑现1条，未做到0条" in late
    assert "逾期未兑现的有：甲。" in late
    assert "常年职责有" not in late


def test_promises_judged_by_data_that_are_not_real_are_counted():
    progress = yz.report_progress("huantai", "2023-12-31")
    count = int(progress["data_kind"].str.contains("模拟").sum())
    text = narrative.describe_progress(progress, "桓台县", "2023-12-31")
    assert count > 0
    assert f"全部{len(progress)}条中，{count}条的判断依据模拟数据" in text
    other = progress.assign(data_kind=progress["data_kind"].str.replace("模拟", "假设"))
    assert f"{count}条的判断依据假设数据" in narrative.describe_progress(
        other, "桓台县", "2023-12-31"
    )
    real = progress.assign(data_kind="真实数据")
    assert "不反映实际进展" not in narrative.describe_progress(real, "桓台县", "2023-12-31")


def test_a_county_that_promised_nothing_is_told_so():
    nothing = Commitments.model_construct(county="demo", document=[], commitment=[])
    progress = judge_commitments(nothing, date(2025, 1, 1))
    assert progress.empty
    text = narrative.describe_progress(progress, "<b>县", "2025-01-01")
    assert text == r"\<b\>县没有收录截至2025-01-01已印发的规划承诺（commitments.toml）。"
    assert narrative.describe_contradictions(progress) == "没有发现相互矛盾的承诺。"
    assert narrative.tabulate_commitments(progress).empty
    assert narrative.tabulate_progress(progress)["合计"].sum() == 0
