"""Corruptions of a valid workbook: none that can be detected changes a verdict silently; and the counting can fail."""

import inspect
from dataclasses import replace
from functools import cache
from random import Random

import pytest

from benchmarks.corruptions import cells, files, sheets, table, trial
from benchmarks.corruptions.book import COUNTY, FIELDS, HEAD, YEAR, make_book
from benchmarks.corruptions.kinds import corrupt, load_kinds, try_kind
from benchmarks.corruptions.trial import CRASH, Touched, Trial, judge_gathered, read
from youzhi.intake.findings import Place, make_finding
from youzhi.intake.gather import gather

KINDS = load_kinds()
DETECTABLE = [name for name, kind in KINDS.items() if kind.expect == "form"]
PLAUSIBLE = [name for name, kind in KINDS.items() if kind.expect == "plausible"]


def judge(change, touched=None, kind="csv"):
    """One trial of a grid that a function changes."""
    book = make_book()
    grid = book.grid(kind)
    touched = change(grid) or touched or Touched()
    return judge_gathered(read(grid.source(), book), touched, "drop_digit", 0)


def set_cell(row, name, text, told=True):
    """One cell of the sheet, row as the file counts it."""

    def change(grid):
        at = FIELDS.index(name)
        assert grid.rows[row - 1][at] != text
        grid.rows[row - 1][at] = text
        return Touched(frozenset({row}), frozenset({HEAD[at]})) if told else Touched()

    return change


def row_of(type_word):
    """The first school of a type, as the file counts rows."""
    at = FIELDS.index("school_type")
    return next(r for r, row in enumerate(make_book().grid().rows, 1) if row[at] == type_word)


def below_bar():
    """A cell and a value a little below it that changes a verdict and is not worth a second look."""
    book = make_book()
    grid = book.grid()
    at = FIELDS.index("networked_classrooms")
    for row in range(2, len(grid.rows) + 1):
        old = int(grid.rows[row - 1][at])
        for new in range(old - 1, old // 2 + 1, -1):
            made = judge(set_cell(row, "networked_classrooms", str(new)))
            if made.end == "silent":
                return row, str(new)
    raise AssertionError("no school near its bar")


# ------------------------------------------------------------------------------------ the valid workbook


@pytest.mark.parametrize("medium", ["csv", "xlsx"])
def test_the_valid_workbook_is_read_as_it_is_and_nothing_is_said(medium):
    book = make_book()
    gathered = read(book.grid(medium).source(), book)
    assert gathered.findings == []
    assert trial.is_same(gathered.schools, book.schools)
    assert trial.check_table(gathered.schools, book.before, book.standard, gathered.place) == []


def test_the_valid_files_are_read_as_the_sheet_in_memory(tmp_path):
    book = make_book()
    (tmp_path / "a.csv").write_bytes(files._text(book.grid(), "utf-8"))
    (tmp_path / "b.xlsx").write_bytes(files._workbook())
    for path in tmp_path.iterdir():
        gathered = gather([path], COUNTY, YEAR, names=book.names)
        assert gathered.findings == []
        assert trial.is_same(gathered.schools, book.schools)


def test_verdicts_of_the_valid_workbook_are_of_both_words():
    book = make_book()
    verdicts = trial._valid_verdicts()
    assert {"met", "not_met"} <= set(verdicts.values())
    assert len(book.schools) == 13
    assert sum(key[0] == "coefficient" for key in verdicts) == 14


# ------------------------------------------------------------------------------------ kinds


def test_every_kind_has_a_function_and_every_function_a_kind():
    homes = {"cell": cells, "sheet": sheets, "file": files}
    for where, module in homes.items():
        functions = {
            name
            for name, one in inspect.getmembers(module, inspect.isfunction)
            if one.__module__ == module.__name__ and not name.startswith("_")
        } - {"change_cell"}
        assert functions == {kind.name for kind in KINDS.values() if kind.where == where}


def test_every_kind_says_in_two_languages_what_it_is_and_what_is_expected():
    for kind in KINDS.values():
        assert set(kind.title) == {"zh", "en"}
        assert kind.expect in ("form", "plausible")
        assert kind.medium in ("", "csv", "xlsx")
    assert len({kind.title["zh"] for kind in KINDS.values()}) == len(KINDS)


@pytest.mark.parametrize("name", [n for n, k in KINDS.items() if k.where == "cell"])
def test_a_slip_of_one_cell_changes_one_cell(name):
    kind, valid, changed = KINDS[name], make_book().grid(), make_book().grid()
    touched = cells.change_cell(Random(name), changed, getattr(cells, kind.name))
    differing = [
        (row, HEAD[at])
        for row, (old, new) in enumerate(zip(valid.rows, changed.rows, strict=True), 1)
        for at in range(len(HEAD))
        if old[at] != new[at]
    ]
    assert differing == [(*touched.rows, *touched.columns)]


def test_the_same_seed_makes_the_same_trial_and_another_seed_another():
    kind = KINDS["change_digit"]
    assert corrupt(kind, 1) == corrupt(kind, 1)
    assert corrupt(kind, 1).what != corrupt(kind, 2).what


# ------------------------------------------------------------------------------------ some hundred trials


@cache
def trials_of(name):
    """Three trials of a kind, made once."""
    return try_kind(name, range(1000, 1003))


@pytest.mark.parametrize("name", DETECTABLE)
def test_no_detectable_corruption_changes_a_verdict_silently(name):
    assert [one for one in trials_of(name) if one.end in ("silent", "crashed")] == []


@pytest.mark.parametrize("name", PLAUSIBLE)
def test_no_undetectable_corruption_makes_the_reader_fail(name):
    assert [one for one in trials_of(name) if one.end == "crashed"] == []


@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("widen", {"restored"}),
        ("group_digits", {"restored"}),
        ("add_space", {"restored"}),
        ("shuffle_rows", {"harmless"}),
        ("shuffle_columns", {"harmless"}),
        ("dress_head", {"harmless", "restored"}),
        ("repeat_row", {"restored"}),
        ("add_total", {"restored"}),
        ("hide", {"restored"}),
        ("mistake_letter", {"refused"}),
        ("misplace_comma", {"refused"}),
        ("write_date", {"refused"}),
        ("write_truth", {"refused"}),
        ("formula", {"refused"}),
        ("double_head", {"refused"}),
        ("lose_head", {"refused"}),
        ("take_code", {"refused"}),
        ("change_county", {"refused"}),
        ("change_year", {"refused"}),
        ("hand_in_last_year", {"refused"}),
        ("merge", {"refused"}),
        ("cut_workbook", {"refused"}),
        ("mix_encodings", {"refused", "restored"}),
        ("add_percent", {"told_moved", "told_still"}),
        ("lose_row", {"told_moved", "told_still"}),
        ("scale_column", {"told_moved", "told_still", "refused"}),
    ],
)
def test_a_kind_ends_as_its_form_says(name, ends):
    assert {one.end for one in trials_of(name)} <= ends


# ------------------------------------------------------------------------------------ the counting can fail


def test_a_likely_number_below_the_bar_is_counted_as_silent():
    row, text = below_bar()
    made = judge(set_cell(row, "networked_classrooms", text))
    assert made.silent
    assert ("not_met" in {now for _, _, now in made.changed}) or made.moved
    assert not made.outcomes


def test_a_silent_change_of_a_detectable_kind_misses_the_bar():
    made = replace(
        Trial("add_minus", 0, "", frozenset(), False, ((("county",), "met", "not_met"),))
    )
    counts = table.count_ends([made, replace(made, kind="drop_digit")])
    assert [table.is_failure(one) for one in (made, replace(made, kind="drop_digit"))] == [
        True,
        False,
    ]
    assert "**1次**" in table.write_page(counts)


def test_a_crash_of_any_kind_misses_the_bar(monkeypatch):
    monkeypatch.setattr("benchmarks.corruptions.kinds.judge_gathered", lambda *_: 1 / 0)
    trials = try_kind("drop_digit", [0])
    assert [one.end for one in trials] == ["crashed"]
    assert "ZeroDivisionError" in trials[0].what
    assert table.is_failure(trials[0])


def test_a_finding_at_another_row_does_not_tell_of_this_one():
    here = Touched(frozenset({3}), frozenset({"小学学生人数"}))
    at = {
        (3, "小学学生人数"): True,
        (3, "小学班级数"): True,
        (4, "小学学生人数"): False,
        ("", "小学学生人数"): True,
        ("", "小学班级数"): False,
        ("", ""): True,
    }
    for (row, column), expected in at.items():
        finding = make_finding("D08", Place("a.csv", "", row, None, column), "")
        assert here.meets(finding) is expected, (row, column)


def test_the_same_change_is_silent_when_the_findings_are_elsewhere():
    row = row_of("九年一贯制学校")
    change = set_cell(row, "networked_classrooms", "1")
    assert judge(change).end == "told_moved"
    assert judge(set_cell(row, "networked_classrooms", "1", told=False)).end == "silent"


def test_a_blank_withholds_verdicts_and_is_not_silent():
    made = judge(set_cell(row_of("初中"), "backbone_teachers_junior", ""))
    assert made.end == "withheld"
    assert {now for _, _, now in made.changed} == {"cannot_tell"}


def test_a_blank_that_turned_a_verdict_into_a_word_would_be_silent():
    made = Trial("blank", 0, "", frozenset(), False, ((("county",), "cannot_tell", "met"),))
    assert made.end == "silent"


def test_a_school_that_vanishes_is_a_change_even_if_nobody_judges_it():
    assert trial.compare({("school", "primary", "1"): "met"}, {}) == [
        (("school", "primary", "1"), "met", "")
    ]
    gone = Trial("lose_row", 0, "", frozenset(), False, ((("school",), "met", ""),))
    assert gone.silent


def test_a_small_change_that_moves_nothing_is_counted_as_still():
    row, at = row_of("初中"), FIELDS.index("teaching_area_m2")
    old = make_book().grid().rows[row - 1][at]
    assert judge(set_cell(row, "teaching_area_m2", f"{float(old) + 0.01:.2f}")).end == "still"


def test_a_refusal_counts_wherever_its_finding_points():
    assert judge(set_cell(3, "pupils_primary", "4O0", told=False)).end == "refused"


def test_the_same_table_is_known_to_the_last_digit():
    book = make_book()
    frame = book.schools.frame.copy()
    assert trial.is_same(book.schools, replace(book.schools, frame=frame))
    frame.loc[0, "teaching_area_m2"] += 1e-9
    assert not trial.is_same(book.schools, replace(book.schools, frame=frame))
    fewer = book.schools.frame.drop(columns="networked_classrooms")
    assert not trial.is_same(book.schools, replace(book.schools, frame=fewer))


# ------------------------------------------------------------------------------------ the page


def test_every_trial_is_in_exactly_one_column_of_the_page():
    trials = [
        Trial("blank", 0, "", frozenset(outcomes), same, changed)
        for outcomes in ((), ("warn",), ("hold",), ("reject",), (CRASH,))
        for same in (True, False)
        for changed in ((), (("k", "met", "not_met"),), (("k", "met", "cannot_tell"),))
    ]
    counts = table.count_ends(trials)
    assert table.total(counts["blank"]) == len(trials)
    assert {one.end for one in trials} == set(table.ENDS)
    [row] = [line for line in table.write_page(counts).splitlines() if "cell blanked" in line]
    number, *ends, held = (int(cell) for cell in row.strip("| ").split(" | ")[2:])
    assert number == len(trials) == sum(ends) + counts["blank"]["crashed"]
    assert held == 3


def test_the_share_of_silent_ones_has_an_interval_that_holds_it():
    assert table.share_interval(0, 0) == (0, 0, 0)
    share, low, high = table.share_interval(5, 100)
    assert low < share == 0.05 < high < 0.12
    assert table.share_interval(500, 10_000)[2] < high
