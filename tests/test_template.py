"""The workbooks to fill: what may be typed into them, what they colour, and that all of it reads back."""

import csv
import io
import re
import shutil
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from youzhi.cli import main
from youzhi.columns import load_columns, load_figures, load_item_columns
from youzhi.imports import import_files
from youzhi.imports.marking import findings_workbook
from youzhi.intake.examples import EXAMPLE_RULE, is_example
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import OUTCOMES, Place, make_finding, tabulate_findings
from youzhi.intake.gather import gather
from youzhi.intake.values.cells import clean_cell
from youzhi.intake.vertical.form import find_entry
from youzhi.intake.vertical.reading import is_form, read_form
from youzhi.intake.wide.headers import read_sheet
from youzhi.plausibility import explain_effect
from youzhi.standards import load_standard
from youzhi.template import make_template
from youzhi.template.faults import differs, exceeds, find_faults, is_doubled
from youzhi.template.form import printed_entries
from youzhi.template.tables import ITEM_COLUMNS
from youzhi.template.words import head_of, load_words

ROOT = Path(__file__).resolve().parents[1]
TABLE = "学校数据填报模板.xlsx"
COLUMNS, FIGURES = load_columns(), load_figures()
LETTERS = {name: get_column_letter(at) for at, name in enumerate(COLUMNS, start=1)}
ROWS = {name: row for row, name in enumerate(FIGURES, start=2)}


@pytest.fixture(scope="module")
def files():
    return make_template()


@pytest.fixture(scope="module")
def book(files):
    return openpyxl.load_workbook(io.BytesIO(files[TABLE]))


@pytest.fixture(scope="module")
def schools(book):
    return book["学校"]


@pytest.fixture(scope="module")
def items(book):
    return book["县级数据"]


def entries(sheet):
    """First cell of each range to what may be typed there."""
    return {
        str(entry.sqref).partition(":")[0]: entry for entry in sheet.data_validations.dataValidation
    }


def formulas(sheet):
    return [
        (str(cells.sqref), rule.formula[0])
        for cells, rules in sheet.conditional_formatting._cf_rules.items()
        for rule in rules
    ]


# --- the file


def test_same_bytes_every_time(files):
    assert make_template() == files


def test_no_time_stands_in_a_file(files):
    for content in files.values():
        archive = zipfile.ZipFile(io.BytesIO(content))
        assert b"<dcterms" not in archive.read("docProps/core.xml")
        assert {part.date_time[0] for part in archive.infolist()} == {1980}


def test_instructions_schools_and_county_figures_in_this_order(book):
    assert book.sheetnames == ["填表说明", "学校", "县级数据"]


def test_instructions_list_every_column_and_every_figure(book):
    told = {row[0] for row in book["填表说明"].iter_rows(values_only=True)}
    assert {head_of(column) for column in COLUMNS.values()} <= told
    assert {figure.headers[0] for figure in FIGURES.values()} <= told


def test_instructions_name_every_outcome(book):
    told = "\n".join(str(cell.value) for row in book["填表说明"].iter_rows() for cell in row)
    assert all(f"{word}：" in told for word in OUTCOMES.values())


@pytest.mark.parametrize("title", ["填表说明", "学校", "县级数据"])
def test_every_sheet_prints_on_a4_on_its_side(book, title):
    page = book[title].page_setup
    assert (int(page.paperSize), page.orientation) == (9, "landscape")


# --- heads


def test_every_column_has_its_head(schools):
    assert [cell.value for cell in schools[1]] == [head_of(column) for column in COLUMNS.values()]


def read_rows(*rows):
    seen = Sheet("学校", [list(row) for row in rows])
    return read_sheet(Source("甲.xlsx", "", "xlsx", "", [seen]), seen)


def test_reader_knows_every_head_and_its_unit(schools):
    heads = [cell.value for cell in schools[1]]
    reading = read_rows(heads, ["甲"] * len(heads))
    assert (reading.kind, reading.findings, reading.unused) == ("schools", [], ())
    [record] = reading.records
    silent = load_words()["heads"]["silent_units"]
    assert {name: (cell.place.position, cell.unit) for name, cell in record.cells.items()} == {
        name: (at, "" if column.unit in silent else column.unit)
        for at, (name, column) in enumerate(COLUMNS.items())
    }


def test_reader_knows_every_head_of_the_county_figures(items):
    heads = [cell.value for cell in items[1]]
    reading = read_rows(heads, ["回收有效问卷数", "12", "份", "真实数据", "甲", "乙"])
    assert (reading.kind, reading.findings, reading.unused) == ("items", [], ())
    [record] = reading.records
    assert [name for name in record.cells if name in load_item_columns()] == list(ITEM_COLUMNS)


def test_required_columns_look_different(schools):
    colours = {
        required: {
            schools[f"{LETTERS[name]}1"].fill.start_color.rgb
            for name, column in COLUMNS.items()
            if column.required == required
        }
        for required in (True, False)
    }
    assert len(colours[True]) == len(colours[False]) == 1
    assert colours[True] != colours[False]


def test_heads_and_example_are_locked_and_all_below_is_open(schools):
    assert schools.protection.sheet
    assert schools.protection.password is None
    for letter in LETTERS.values():
        assert schools[f"{letter}1"].protection.locked
        assert schools[f"{letter}2"].protection.locked
        assert not schools.column_dimensions[letter].protection.locked


def test_names_and_units_of_figures_are_locked_and_the_rest_is_open(items):
    for row in ROWS.values():
        locked = [items.cell(row, at).protection.locked for at in range(1, 7)]
        assert locked == [True, False, True, False, False, False]


@pytest.mark.parametrize("title", ["学校", "县级数据"])
def test_sorting_filtering_and_widths_stay_free(book, title):
    locked = book[title].protection
    assert not any([locked.sort, locked.autoFilter, locked.formatColumns])


def test_filter_begins_below_the_locked_rows(schools):
    """A locked row among the filtered ones forbids sorting, and the first row of the range is not among them."""
    first = int(re.match(r"[A-Z]+(\d+)", schools.auto_filter.ref)[1])
    assert first + 1 == 3
    assert schools.freeze_panes == f"{get_column_letter(list(COLUMNS).index('school') + 2)}3"


# --- the example row


def test_example_is_told_from_a_school(schools):
    assert is_example(schools[f"{LETTERS['school']}2"].value)
    assert not is_example("示例小学")
    assert not is_example("第一小学（示例：甲）")


EXAMPLE, MARK = load_words()["example"], load_words()["example_mark"]


@pytest.mark.parametrize("name", EXAMPLE)
def test_example_keeps_the_dictionary(name):
    column, value = COLUMNS[name], EXAMPLE[name]
    if column.is_number:
        assert column.min <= Decimal(value) <= column.max
        assert column.kind == "decimal" or value.isdecimal()
    elif column.choices:
        assert value in column.choices.values()
    if column.at_most:
        assert Decimal(value) <= Decimal(EXAMPLE[column.at_most])


@pytest.mark.parametrize("name", [name for name in EXAMPLE if name != "school"])
def test_every_value_of_the_example_is_marked_as_such(schools, name):
    assert schools[f"{LETTERS[name]}2"].value == MARK + EXAMPLE[name]


CHECKED = [name for name in EXAMPLE if COLUMNS[name].kind != "text"]


def test_example_that_only_got_another_name_is_refused_value_by_value(files, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(files[TABLE]))
    fill_in(book)
    book["学校"][f"{LETTERS['school']}2"].value = "真实小学"
    book.save(tmp_path / "上报.xlsx")
    read = gather([tmp_path / "上报.xlsx"], "yiyuan", 2020)
    refused = {one.cell for one in read.findings if one.outcome == "reject"}
    assert {f"{LETTERS[name]}2" for name in CHECKED} <= refused
    assert {cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for cell in refused} == {"2"}


def test_example_row_that_was_typed_over_whole_is_a_school(files, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(files[TABLE]))
    fill_in(book)
    [first, *_], sheet = rows_of("schools.csv"), book["学校"]
    for name, column in COLUMNS.items():
        text = first.get(name, "")
        sheet[f"{LETTERS[name]}2"].value = typed(text, column) if text else None
    sheet[f"{LETTERS['school_id']}2"].value = "0370323999"
    sheet[f"{LETTERS['school']}2"].value = "真实小学"
    book.save(tmp_path / "上报.xlsx")
    read = gather([tmp_path / "上报.xlsx"], "yiyuan", 2020)
    assert not read.refused
    assert len(read.schools.frame) == len(rows_of("schools.csv")) + 1


# --- what may be typed


CHOICES = [name for name, column in COLUMNS.items() if column.kind in ("choice", "boolean")]
NUMBERS = [name for name, column in COLUMNS.items() if column.is_number]


@pytest.mark.parametrize("name", CHOICES)
def test_list_has_exactly_the_words_of_the_dictionary(schools, name):
    entry, column = entries(schools)[f"{LETTERS[name]}3"], COLUMNS[name]
    wanted = ["是", "否"] if column.kind == "boolean" else list(column.choices.values())
    assert entry.type == "list"
    assert entry.formula1.strip('"').split(",") == wanted


@pytest.mark.parametrize("name", NUMBERS)
def test_number_has_the_range_of_the_dictionary(schools, name):
    entry, column = entries(schools)[f"{LETTERS[name]}3"], COLUMNS[name]
    assert entry.type == ("whole" if column.kind == "integer" else "decimal")
    assert (Decimal(entry.formula1), Decimal(entry.formula2)) == (column.min, column.max)


@pytest.mark.parametrize("name", COLUMNS)
def test_every_column_is_checked_for_two_thousand_schools_and_may_stay_empty(schools, name):
    entry, letter = entries(schools)[f"{LETTERS[name]}3"], LETTERS[name]
    assert str(entry.sqref) == f"{letter}3:{letter}2002"
    assert entry.allow_blank
    assert entry.showInputMessage
    assert entry.showErrorMessage


@pytest.mark.parametrize("name", FIGURES)
def test_value_of_every_figure_is_checked(items, name):
    entry, figure, row = entries(items)[f"B{ROWS[name]}"], FIGURES[name], ROWS[name]
    told = "" if figure.unit == "%" else figure.unit  # it stands in the name
    assert (items[f"A{row}"].value, items[f"C{row}"].value or "") == (figure.headers[0], told)
    assert items[f"B{row}"].value is None
    if figure.choices:
        assert entry.formula1.strip('"').split(",") == list(figure.choices.values())
    elif figure.optional:
        assert all(f'B{row}="{word}"' in entry.formula1 for word in ("未监测", "不适用"))
    else:
        assert (Decimal(entry.formula1), Decimal(entry.formula2)) == (figure.min, figure.max)


@pytest.mark.parametrize("title", ["学校", "县级数据"])
def test_spreadsheet_programs_take_every_prompt_and_formula(book, title):
    for entry in entries(book[title]).values():
        assert len(entry.promptTitle or "") <= 32
        assert len(entry.prompt or "") <= 255
        assert len(entry.errorTitle) <= 32
        assert len(entry.error) <= 225
        assert len(entry.formula1 or "") < 255
    for _, formula in formulas(book[title]):
        assert len(formula) < 255
        assert "{" not in formula  # a list inside a formula is not allowed there


def test_code_is_kept_as_text_with_its_zeros(schools):
    entry = entries(schools)[f"{LETTERS['school_id']}3"]
    assert schools.column_dimensions[LETTERS["school_id"]].number_format == "@"
    assert (entry.type, entry.formula1) == ("custom", f"ISTEXT({LETTERS['school_id']}3)")
    assert EXAMPLE["school_id"].startswith("0")


@pytest.mark.parametrize("name", NUMBERS)
def test_no_format_makes_text_of_a_number_or_hides_decimals(schools, name):
    shown = schools.column_dimensions[LETTERS[name]].number_format
    assert shown == ("General" if COLUMNS[name].kind == "integer" else "0.00########")


# --- what is coloured


def test_part_that_exceeds_its_whole_is_coloured_for_every_pair(schools, items):
    told = formulas(schools)
    for name, column in COLUMNS.items():
        if column.at_most:
            part, whole = LETTERS[name], LETTERS[column.at_most]
            assert (f"{part}3:{part}2002", exceeds([f"{part}3"], f"{whole}3")) in told
    told = formulas(items)
    for name, figure in FIGURES.items():
        if figure.at_most:
            part, whole = f"B{ROWS[name]}", f"B{ROWS[figure.at_most]}"
            assert (part, exceeds([part], whole)) in told


def test_parts_that_together_exceed_their_whole_are_all_coloured(items):
    parts = [f"B{ROWS[name]}" for name in ("migrant_public_pupils", "migrant_purchased_pupils")]
    wanted = exceeds(parts, f"B{ROWS['migrant_eligible_pupils']}")
    assert {cell for cell, formula in formulas(items) if formula == wanted} == set(parts)


CASES = {
    "negative": ("classes_primary", -1, "reject"),
    "zero": ("classes_primary", 0, ""),
    "largest allowed": ("classes_primary", 50000, ""),
    "too large": ("classes_primary", 50001, "reject"),
    "half a person": ("pupils_primary", Decimal("12.5"), "reject"),
    "decimal area": ("teaching_area_m2", Decimal("12.5"), ""),
    "words for a number": ("pupils_primary", "约300", "hold"),
    "empty": ("pupils_primary", None, ""),
    "word of the list": ("school_type", "九年一贯制学校", ""),
    "word not in the list": ("school_type", "小学校", "reject"),
    "yes": ("boarding", "是", ""),
    "neither yes nor no": ("boarding", "有", "reject"),
    "areas": ("music_room_areas_m2", "96;90.5；61", ""),
    "areas with a unit": ("music_room_areas_m2", "96平方", "hold"),
    "not monitored": ("monitoring_level_pe", "未监测", ""),
    "not monitored, not allowed": ("survey_sent", "未监测", "hold"),
    "part of one": ("junior_retention_percent", Decimal("0.95"), "hold"),
    "part of one, shown as percent": ("junior_retention_percent", Decimal("0.95"), ""),
    "one": ("junior_retention_percent", 1, "hold"),
    "more than one": ("junior_retention_percent", Decimal("1.01"), ""),
    "no percent": ("junior_retention_percent", 0, ""),
    "level five": ("monitoring_level_pe", 5, "reject"),
}


@pytest.mark.skipif(not shutil.which("soffice"), reason="needs LibreOffice")
def test_formulas_colour_what_is_wrong_and_nothing_else(tmp_path):
    """Every formula is calculated by a spreadsheet program, beside the value that it is about."""
    book = openpyxl.Workbook()
    sheet = book.active
    for row, (case, (name, value, _)) in enumerate(CASES.items(), start=1):
        sheet.cell(row, 1).value = value
        sheet.cell(row, 1).number_format = "0%" if case.endswith("shown as percent") else "General"
        column = COLUMNS.get(name) or FIGURES[name]
        tests = {outcome: [] for outcome in ("reject", "hold")}
        for formula, outcome in find_faults(column, f"A{row}"):
            tests[outcome].append(formula)
        for at, formulas_ in enumerate(tests.values(), start=2):
            sheet.cell(row, at).value = f"=OR(FALSE,{','.join(formulas_ or ['FALSE'])})"
    codes, last = ["0370323000000000001", "0370323000000000002", "0370323000000000002"], len(CASES)
    for row, code in enumerate(codes, start=last + 1):
        sheet.cell(row, 1).value = code
        cells = f"$A${last + 1}:$A${last + len(codes)}"
        sheet.cell(row, 2).value = f"={is_doubled(f'A{row}', cells)}"
        sheet.cell(row, 3).value = "=FALSE"
    book.save(tmp_path / "cases.xlsx")
    path = convert(tmp_path / "cases.xlsx", "csv")
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    found = ["reject" if row[1] == "TRUE" else "hold" if row[2] == "TRUE" else "" for row in rows]
    wanted = [outcome for _, _, outcome in CASES.values()] + ["", "reject", "reject"]
    names = [*CASES, "code", "doubled code", "doubled code again"]
    assert dict(zip(names, found, strict=True)) == dict(zip(names, wanted, strict=True))


# --- the form for a single school


FORM = "学校填报表（竖表）.xlsx"
HEAD = 3


@pytest.fixture
def form(files):
    return openpyxl.load_workbook(io.BytesIO(files[FORM])).active


def as_sheet(sheet):
    """What a reader sees of a sheet."""
    rows = [["" if cell is None else str(cell) for cell in row] for row in sheet.values]
    merged = [
        (one.min_row, one.min_col - 1, one.max_row, one.max_col - 1)
        for one in sheet.merged_cells.ranges
    ]
    return Sheet(sheet.title, rows, {}, merged)


def read(sheet):
    seen = as_sheet(sheet)
    return read_form(Source("竖表.xlsx", "", "xlsx", "", [seen]), seen)


def test_form_has_the_heads_that_schools_know(form):
    heads = ["序号", "类别", "填报项目", "单位", "填报值", "是否必填", "备注说明"]
    assert [cell.value for cell in form[HEAD]] == heads


def test_form_has_every_item_that_the_reader_prints_and_no_other(form):
    labels = [form.cell(row, 3).value for row in range(HEAD + 1, form.max_row + 1)]
    assert labels == [entry.label for entry in printed_entries()]
    assert all(find_entry(label).label == label for label in labels)


def test_categories_of_the_form_begin_with_items_that_it_has(form):
    labels = {entry.label for entry in printed_entries()}
    assert set(load_words()["form"]["groups"]) <= labels
    assert all(form.cell(row, 2).value for row in range(HEAD + 1, form.max_row + 1))


def test_only_values_and_notes_of_the_form_are_open(form):
    assert form.protection.sheet
    for row in range(HEAD + 1, form.max_row + 1):
        locked = [form.cell(row, at).protection.locked for at in range(1, 8)]
        assert locked == [True, True, True, True, False, True, False]


def test_empty_form_is_read_as_a_form_of_a_school_without_values(form):
    assert is_form(as_sheet(form))
    [record] = read(form).records
    assert not any(cell.text for cell in record.cells.values())


def test_equipment_of_the_form_is_in_ten_thousand_yuan(form):
    row = next(row for row in range(4, 80) if "仪器设备" in form.cell(row, 3).value)
    assert form.cell(row, 4).value == "万元"
    assert Decimal(entries(form)[f"E{row}"].formula2) * 10000 == COLUMNS["equipment_value_yuan"].max
    form.cell(row, 5).value = Decimal("196.2718")
    [record] = read(form).records
    cell = record.cells["equipment_value_yuan"]
    assert clean_cell(cell.text, COLUMNS["equipment_value_yuan"], cell.unit).value == Decimal(
        "1962718"
    )


def test_total_of_classes_is_held_against_its_bands(form):
    rules = dict(formulas(form))
    rows = {form.cell(row, 3).value: row for row in range(HEAD + 1, form.max_row + 1)}
    bands = [f"E{row}" for label, row in rows.items() if label.startswith("每班")]
    assert len(bands) == 10
    assert rules[f"E{rows['班级总数']}"] == differs(bands, f"E{rows['班级总数']}")


# --- what is filled in reads back


def rows_of(name):
    path = ROOT / "data" / "yiyuan" / "2020" / name
    return list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))


def typed(text, column):
    """As a clerk types it: words for choices, numbers as numbers."""
    words = {"true": "是", "false": "否"} if column.kind == "boolean" else column.choices
    if text in words:
        return words[text]
    return Decimal(text) if column.is_number and text[:1].isdigit() else text


def fill_in(book):
    """Every value of a county into the workbook to fill."""
    for row, school in enumerate(rows_of("schools.csv"), start=3):
        for name, text in school.items():
            if text:
                book["学校"][f"{LETTERS[name]}{row}"].value = typed(text, COLUMNS[name])
    for figure in rows_of("items.csv"):
        row, kind = ROWS[figure["item"]], COLUMNS["data_kind"].choices.get(figure["data_kind"])
        values = [typed(figure["value"], FIGURES[figure["item"]]), kind, figure["source"]]
        for letter, value in zip("BDEF", [*values, figure["note"]], strict=True):
            book["县级数据"][f"{letter}{row}"].value = value or None


def convert(path, kind):
    profile = f"-env:UserInstallation=file://{path.parent}/profile"
    folder = path.parent / "converted"
    command = ["soffice", profile, "--headless", "--convert-to", kind, "--outdir", folder, path]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / f"{path.stem}.{kind}"


@pytest.fixture
def data(tmp_path):
    """A data folder that knows the county and has no year of it."""
    for name in ("county.toml", "commitments.toml"):
        target = tmp_path / "data" / "yiyuan" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / "data" / "yiyuan" / name, target)
    return tmp_path / "data"


WAYS = ["as saved"] + ["by LibreOffice"] * bool(shutil.which("soffice"))


@pytest.mark.parametrize("way", WAYS)
def test_county_that_is_filled_in_comes_back_byte_for_byte(files, data, tmp_path, way):
    book = openpyxl.load_workbook(io.BytesIO(files[TABLE]))
    fill_in(book)
    path = tmp_path / "上报.xlsx"
    book.save(path)
    if way == "by LibreOffice":
        path = convert(path, "xlsx")
    imported = import_files([path], "yiyuan", 2020, data=data)
    for name in ("schools.csv", "items.csv"):
        kept = (ROOT / "data" / "yiyuan" / "2020" / name).read_bytes()
        assert (imported.folder / name).read_bytes() == kept
    assert imported.counts["reject"] == imported.counts["hold"] == 0


def test_example_row_is_left_out_and_said_so(files, tmp_path):
    book = openpyxl.load_workbook(io.BytesIO(files[TABLE]))
    fill_in(book)
    book.save(tmp_path / "上报.xlsx")
    read = gather([tmp_path / "上报.xlsx"], "yiyuan", 2020)
    assert len(read.schools.frame) == len(rows_of("schools.csv"))
    assert [one.row for one in read.findings if one.rule == EXAMPLE_RULE] == [2]


@pytest.mark.parametrize(
    ("value", "look", "rules", "read"),
    [
        (Decimal("0.95"), "General", ["N06c"], None),
        (1, "General", ["N06c"], None),
        (Decimal("1.01"), "General", [], Decimal("1.01")),
        (95, "General", [], Decimal(95)),
        (Decimal("0.95"), "0%", ["N06"], Decimal(95)),
        ("0.95%", "General", ["N06"], Decimal("0.95")),
    ],
)
def test_part_of_one_in_the_place_of_a_percentage_is_set_aside(
    files, tmp_path, value, look, rules, read
):
    book = openpyxl.load_workbook(io.BytesIO(files[TABLE]))
    cell = book["县级数据"][f"B{ROWS['junior_retention_percent']}"]
    cell.value, cell.number_format = value, look
    book.save(tmp_path / "上报.xlsx")
    found = gather([tmp_path / "上报.xlsx"], "yiyuan", 2020)
    assert [one.rule for one in found.findings if one.cell == cell.coordinate] == rules
    frame = found.items.frame.set_index("item")
    told = frame["value"].get("junior_retention_percent")
    assert (told if told == told else None) == read


@pytest.mark.parametrize(
    ("text", "unit", "rules"),
    [
        ("0.95", "%", ["N06d"]),
        ("1", "%", ["N06d"]),
        ("1.01", "%", []),
        ("0", "%", []),
        ("0.95%", "%", ["N06"]),
        ("0.95", "", ["N06c"]),
    ],
)
def test_small_percentage_beside_its_unit_is_told(tmp_path, text, unit, rules):
    path = tmp_path / "县级.csv"
    path.write_text(f"填报项目,填报值,单位\n社会认可度（%）,{text},{unit}\n", encoding="utf-8")
    read = gather([path], "yiyuan", 2020)
    assert [one.rule for one in read.findings] == rules


@pytest.mark.parametrize(("name", "rules"), [(TABLE, {"E12"}), (FORM, {"H06c"})])
def test_template_that_nobody_filled_is_refused_as_empty(
    files, data, tmp_path, monkeypatch, capsys, name, rules
):
    path = tmp_path / name
    path.write_bytes(files[name])
    read = gather([path], "yiyuan", 2020)
    assert {one.rule for one in read.findings if one.outcome == "reject"} == rules
    monkeypatch.setattr(sys, "argv", ["youzhi", "check", str(path), "--data", str(data)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert all(rule in capsys.readouterr().out for rule in rules)


def test_instructions_are_no_table(book):
    seen = as_sheet(book["填表说明"])
    assert not is_form(seen)
    assert read_sheet(Source("模板.xlsx", "", "xlsx", "", [seen]), seen) is None


def test_list_of_findings_is_no_table():
    """A marked copy that was mended is handed in again, with the list still in front."""
    wrong = [
        make_finding("N01", Place("甲.xlsx", "学校", row, 3, "班级数"), "１") for row in (3, 4)
    ]
    content = findings_workbook(tabulate_findings(wrong))
    seen = as_sheet(openpyxl.load_workbook(io.BytesIO(content)).active)
    assert not is_form(seen)
    assert read_sheet(Source("甲.xlsx", "", "xlsx", "", [seen]), seen) is None


def test_instructions_say_what_a_column_decides_by_a_standard():
    standard = load_standard("jiaodu-2017-6")
    book = openpyxl.load_workbook(io.BytesIO(make_template(standard)[TABLE]))
    told = {row[0]: row[5] for row in book["填表说明"].iter_rows(values_only=True, max_col=6)}
    assert told["教学仪器设备资产值（元）"] == explain_effect("equipment_value_yuan", standard)
    assert make_template("jiaodu-2017-6") == make_template(standard)
