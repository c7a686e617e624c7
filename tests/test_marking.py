"""Lists of findings and marked copies: the right cells coloured, all else as it was, texts never formulas."""

import csv
import io
import zipfile

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from youzhi.imports.checking import check_files
from youzhi.imports.listing import make_listing
from youzhi.imports.marking import (
    _load_words,
    findings_text,
    findings_workbook,
    mark_source,
    mark_workbook,
)
from youzhi.intake.files.csvs import unguard_text
from youzhi.intake.files.sources import Sheet, Source
from youzhi.intake.findings import (
    FINDING_COLUMNS,
    OUTCOMES,
    Finding,
    Place,
    make_finding,
    tabulate_findings,
)
from youzhi.intake.vertical.reading import is_form
from youzhi.sheets import load_look

HEADS = [
    "文件",
    "工作表",
    "行",
    "单元格",
    "列名",
    "发现",
    "规则",
    "结果",
    "读作",
    "允许",
    "处理",
    "影响",
]
RUNNABLE = [
    "=1+1",
    "+1+cmd",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "＝1",
    "'=1",
    "=HYPERLINK(1)",
]
LISTED = "检查结果"


def finding(place, outcome="warn", found="x", rule="N01", **rest):
    """A finding of any outcome, whatever its rule says."""
    return make_finding(rule, place, found, **rest)._replace(outcome=outcome)


def at(row, position, sheet="学校", file="甲.xlsx"):
    return Place(file, sheet, row, position, f"第{position}列")


def table(*findings):
    return tabulate_findings(findings)


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def colour(cell):
    return cell.fill.start_color.rgb[-6:] if cell.fill.fill_type else ""


def as_colour(outcome):
    return load_look()["outcomes"][outcome]


def made(change=lambda book: None):
    """A workbook with widths, formats, formulas and colours of its own."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "学校"
    sheet.append(["学校名称", "小学学生人数", "班级数", "合计"])
    sheet.append(["甲校", 120, 3, "=B2+C2"])
    sheet.append(["乙校", 95.5, 2, "=B3+C3"])
    sheet["B2"].number_format = "#,##0"
    sheet["A1"].font = Font(name="黑体", bold=True)
    sheet["C3"].fill = PatternFill("solid", start_color="00B0F0")
    sheet.column_dimensions["A"].width = 31
    sheet.row_dimensions[2].height = 40
    sheet.freeze_panes = "B2"
    book.create_sheet("说明")["A1"] = "不要改动"
    change(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


# --- the list of findings


ALL = table(*(finding(at(row, 1), outcome) for row, outcome in enumerate(OUTCOMES, start=2)))


def test_list_has_a_head_for_every_column_of_findings():
    sheet = opened(findings_workbook(ALL)).active
    assert [cell.value for cell in sheet[1]] == HEADS
    assert len(HEADS) == len(FINDING_COLUMNS)


def test_list_says_outcomes_in_chinese_and_colours_them():
    sheet = opened(findings_workbook(ALL)).active
    shown = {sheet.cell(row, 8).value: colour(sheet.cell(row, 8)) for row in range(2, 6)}
    assert shown == {word: as_colour(outcome) for outcome, word in OUTCOMES.items()}


def test_list_names_the_rule_with_its_title():
    assert opened(findings_workbook(ALL)).active["G2"].value.startswith("N01 ")


def test_list_has_a_filter_and_frozen_heads():
    sheet = opened(findings_workbook(ALL)).active
    assert (sheet.auto_filter.ref, sheet.freeze_panes) == ("A1:L5", "A2")


def test_list_of_no_findings_is_heads_only():
    assert opened(findings_workbook(table())).active.max_row == 1
    assert findings_text(table()).decode("utf-8-sig").splitlines() == [",".join(HEADS)]


@pytest.mark.parametrize("text", RUNNABLE)
def test_text_that_looks_like_a_formula_stays_text_in_the_list(text):
    odd = Finding(*[text] * 7, "warn", *[text] * 4)
    row = opened(findings_workbook(tabulate_findings([odd]))).active[2]
    assert {cell.data_type for cell in row} == {"s"}
    assert row[5].value == text


@pytest.mark.parametrize("text", RUNNABLE)
def test_text_that_looks_like_a_formula_is_guarded_in_csv_and_comes_back(text):
    odd = Finding(text, "", 2, "A2", text, text, "N01", "warn", text, text, text, text)
    content = findings_text(tabulate_findings([odd])).decode("utf-8-sig")
    row = list(csv.reader(io.StringIO(content, newline="")))[1]
    assert unguard_text(row[5]) == text
    assert not row[5].startswith(("=", "@", "\t", "＝"))


def test_csv_opens_as_chinese_text_and_tells_the_same_as_the_workbook():
    content = findings_text(ALL)
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    sheet = opened(findings_workbook(ALL)).active
    assert rows == [
        ["" if value is None else str(value) for value in row]
        for row in sheet.iter_rows(values_only=True)
    ]


# --- a marked copy of a workbook


def test_faulty_cell_has_the_colour_of_its_outcome_and_says_why():
    wrong = finding(
        at(3, 1), "reject", "95.5", allowed="0 至 100 的整数", advice="改为整数", became="95"
    )
    cell = opened(mark_workbook(made(), table(wrong)))["学校"]["B3"]
    assert colour(cell) == as_colour("reject")
    for told in (
        "拒收",
        "N01",
        "发现：95.5",
        "读作：95",
        "允许：0 至 100 的整数",
        "处理：改为整数",
    ):
        assert told in cell.comment.text


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_colour_tells_the_outcome(outcome):
    copy = opened(mark_workbook(made(), table(finding(at(3, 1), outcome))))
    assert colour(copy["学校"]["B3"]) == as_colour(outcome)


def test_colours_of_outcomes_differ():
    assert len({as_colour(outcome) for outcome in OUTCOMES}) == len(OUTCOMES) == 4


@pytest.mark.parametrize("order", [1, -1], ids=["graver last", "graver first"])
def test_gravest_of_several_findings_gives_the_colour_and_all_are_told(order):
    two = [finding(at(3, 1), "norm", "甲"), finding(at(3, 1), "hold", "乙")][::order]
    cell = opened(mark_workbook(made(), table(*two)))["学校"]["B3"]
    assert colour(cell) == as_colour("hold")
    assert "发现：甲" in cell.comment.text
    assert "发现：乙" in cell.comment.text


def test_many_findings_of_one_cell_are_counted():
    many = [finding(at(3, 1), found=f"第{number}") for number in range(7)]
    text = opened(mark_workbook(made(), table(*many)))["学校"]["B3"].comment.text
    assert "另有2条" in text
    assert "第4" in text
    assert "第5" not in text


def test_all_other_cells_stay_as_they_were():
    before = opened(made())["学校"]
    after = opened(mark_workbook(made(), table(finding(at(3, 1)))))["学校"]
    for row in before.iter_rows():
        for old in row:
            new = after[old.coordinate]
            assert (new.value, new.number_format) == (old.value, old.number_format)
            assert repr(new.font) == repr(old.font)
            if old.coordinate != "B3":
                assert (repr(new.fill), new.comment) == (repr(old.fill), None)
    assert after.column_dimensions["A"].width == 31
    assert after.row_dimensions[2].height == 40
    assert after.freeze_panes == "B2"
    assert after["D3"].value == "=B3+C3"


def test_findings_stand_on_a_sheet_in_front_those_without_a_cell_first():
    placeless = finding(Place("甲.xlsx"), "reject", "缺少必填列")
    copy = opened(mark_workbook(made(), table(finding(at(3, 1)), placeless)))
    assert copy.sheetnames == [LISTED, "学校", "说明"]
    assert copy.active.title == LISTED
    assert copy[LISTED]["F2"].value == "缺少必填列"
    assert copy[LISTED]["D3"].hyperlink.location == "'学校'!B3"


def test_finding_on_a_sheet_that_is_not_there_is_only_listed():
    copy = opened(mark_workbook(made(), table(finding(at(3, 1, sheet="别的")))))
    assert copy[LISTED]["B2"].value == "别的"
    assert all(not colour(cell) for row in copy["学校"]["A1:B3"] for cell in row)


def test_sheet_of_findings_takes_a_free_name():
    content = made(lambda book: book.create_sheet(LISTED))
    copy = opened(mark_workbook(content, table(finding(at(3, 1)))))
    assert copy.sheetnames == [f"{LISTED} 2", "学校", "说明", LISTED]


def test_copy_without_findings_has_no_further_sheet():
    assert opened(mark_workbook(made(), table())).sheetnames == ["学校", "说明"]


def test_note_of_the_user_is_kept_before_ours():
    def note(book):
        book["学校"]["B3"].comment = Comment("已与学校核对", "王")

    text = opened(mark_workbook(made(note), table(finding(at(3, 1)))))["学校"]["B3"].comment.text
    assert text.startswith("已与学校核对\n【")


def test_cell_inside_a_merged_one_marks_the_whole():
    def merge(book):
        book["学校"].merge_cells("A2:A3")

    copy = opened(mark_workbook(made(merge), table(finding(at(3, 0)))))
    assert colour(copy["学校"]["A2"]) == as_colour("warn")
    assert "A2:A3" in [str(cells) for cells in copy["学校"].merged_cells.ranges]


@pytest.mark.parametrize("text", [text for text in RUNNABLE if text != "\t=1"])
def test_found_text_that_looks_like_a_formula_stays_text_in_the_copy(text):
    copy = opened(mark_workbook(made(), table(finding(at(3, 1), found=text))))
    assert (copy[LISTED]["F2"].value, copy[LISTED]["F2"].data_type) == (text, "s")


def test_findings_of_two_cells_that_are_one_are_told_together():
    def merge(book):
        book["学校"].merge_cells("A2:A3")

    two = table(finding(at(2, 0), "reject", "甲"), finding(at(3, 0), "norm", "乙"))
    cell = opened(mark_workbook(made(merge), two))["学校"]["A2"]
    assert colour(cell) == as_colour("reject")
    assert "发现：甲" in cell.comment.text
    assert "发现：乙" in cell.comment.text


def test_macros_are_dropped():
    stream = io.BytesIO(made())
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macro")
    copy = mark_workbook(stream.getvalue(), table(finding(at(3, 1))))
    assert not [name for name in zipfile.ZipFile(io.BytesIO(copy)).namelist() if "vba" in name]


def test_same_copy_every_time():
    assert mark_workbook(made(), ALL) == mark_workbook(made(), ALL)
    assert findings_workbook(ALL) == findings_workbook(ALL)


def test_a_thousand_findings_are_marked():
    rows = [finding(at(row, 1), found=str(row)) for row in range(2, 1002)]

    def fill(book):
        for row in range(4, 1002):
            book["学校"].append([f"校{row}", row, 1])

    copy = opened(mark_workbook(made(fill), table(*rows)))
    assert {colour(copy["学校"].cell(row, 2)) for row in range(2, 1002)} == {as_colour("warn")}
    assert copy[LISTED].max_row == 1001


# --- a copy of what is no workbook


def text_source(rows, kind="csv", title="", file="甲.csv"):
    return Source(file, "", kind, "utf-8", [Sheet(title, rows)])


def test_cells_of_a_text_file_stand_as_text_where_they_were():
    source = text_source([["学校名称", "学校代码"], [], ["=甲校", "0370"]])
    wrong = finding(Place("甲.csv", "", 3, 1, "学校代码"), "hold")
    copy = opened(mark_source(source, table(wrong)))
    assert copy.sheetnames == [LISTED, "甲"]
    assert (copy["甲"]["A3"].value, copy["甲"]["A3"].data_type) == ("=甲校", "s")
    assert copy["甲"]["B3"].value == "0370"
    assert colour(copy["甲"]["B3"]) == as_colour("hold")
    assert copy["甲"]["A3"].comment is None


@pytest.mark.parametrize("title", ["a/b:c", "'甲'", "长" * 40, "///"])
def test_any_name_of_a_sheet_or_file_gives_a_copy(title):
    wrong = finding(Place("甲.xls", title, 1, 0, "x"), "hold")
    copy = opened(mark_source(text_source([["x"]], "xls", title, "甲.xls"), table(wrong)))
    assert colour(copy.worksheets[1]["A1"]) == as_colour("hold")


def test_of_a_very_large_file_the_head_and_the_rows_told_of_are_shown(monkeypatch):
    monkeypatch.setitem(_load_words()["copy"], "most_cells", 99)
    rows = [[str(row), "x"] for row in range(1, 51)]
    wrong = finding(Place("甲.csv", "", 40, 1, "x"), "hold")
    copy = opened(mark_source(text_source(rows), table(wrong)))["甲"]
    assert [row[0].value for row in copy.rows if row[0].value] == [*map(str, range(1, 21)), "40"]
    assert colour(copy["B40"]) == as_colour("hold")
    monkeypatch.setitem(_load_words()["copy"], "most_cells", 100)
    copy = opened(mark_source(text_source(rows), table(wrong)))["甲"]
    assert copy["A39"].value == "39"


BEYOND = {
    "last row": (1_048_576, 0, True),
    "a row too many": (1_048_577, 0, False),
    "last column": (1, 16_383, True),
    "a column too many": (1, 16_384, False),
    "four letters": (1, 20_000, False),
}


@pytest.mark.parametrize(("row", "position", "there"), BEYOND.values(), ids=BEYOND)
def test_place_that_no_workbook_has_is_only_listed(row, position, there):
    wrong = finding(Place("甲.csv", "", row, position, "x"), "hold")
    copy = opened(mark_source(text_source([["x"]]), table(wrong)))
    assert (copy[LISTED]["D2"].hyperlink is not None) == there
    assert (copy["甲"].max_row, copy["甲"].max_column) == ((row, position + 1) if there else (1, 1))


def test_file_of_which_nothing_was_read_gives_the_list():
    source = Source("甲.csv", "", "csv", "", [])
    copy = opened(mark_source(source, table(finding(Place("甲.csv"), "reject"))))
    assert copy.sheetnames == [LISTED]


def test_characters_that_no_workbook_can_hold_are_left_out():
    copy = opened(mark_source(text_source([["甲\x00\x0b校\ufffe"]]), table()))
    assert copy.active["A1"].value == "甲校"


BROKEN = {"no archive": b"PK no archive", "text": "学校名称\n甲校\n".encode(), "empty": b""}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_file_that_is_no_workbook_to_keep_is_shown_as_text(content):
    source = text_source([["x"]], title="学校")
    copy = opened(mark_workbook(content, table(finding(at(1, 0))), source))
    assert colour(copy["学校"]["A1"]) == as_colour("warn")


def test_workbook_that_cannot_be_written_back_is_shown_as_text(monkeypatch):
    """A part that opens and cannot be saved again, as happens with drawings of other programs."""
    content, load = made(), openpyxl.load_workbook

    def half_broken(*args, **rest):
        book = load(*args, **rest)
        book["学校"]["A2"]._style = "not a style"
        return book

    source = text_source([["学校名称"], ["甲校"]], "xlsx", "学校", "甲.xlsx")
    with monkeypatch.context() as patch:
        patch.setattr(openpyxl, "load_workbook", half_broken)
        marked = mark_workbook(content, table(finding(at(2, 0))), source)
    assert colour(opened(marked)["学校"]["A2"]) == as_colour("warn")


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_without_what_was_read_the_findings_are_listed_at_least(content):
    copy = opened(mark_workbook(content, table(finding(at(1, 0)))))
    assert copy.sheetnames == [LISTED]
    assert copy[LISTED]["D2"].value == "A1"


# --- personal data in a marked copy

SECRETS = (
    "张三丰",
    "王五",
    "李四",
    "赵六",
    "13812345678",
    "13912345678",
    "370323198001011234",
    "zs@qq",
)
PERSONS = [
    ["2025年学校情况（填表人：赵六）", "", "", "", ""],
    ["学校代码", "学校名称", "小学学生人数", "校长", "联系电话"],
    ["13812340000", "甲校", "x", "张三丰", "13812345678"],
    ["13812340001", "乙校 370323198001011234", "95.5", "李四", "zs@qq.com"],
    ["填表人：王五 13812345678", "", "审核人", "李四", ""],
    ["校长（签字）：", "李四", "", "", ""],
]


def persons_book(change=lambda sheet: None):
    def fill(book):
        sheet = book["学校"]
        sheet.delete_rows(1, 9)
        for row in PERSONS:
            sheet.append([text or None for text in row])
        sheet["C3"] = "x"
        change(sheet)

    return made(fill)


def persons_found():
    return table(
        make_finding("S09", Place("甲.xlsx", "学校", 2, 3, "校长"), "校长"),
        make_finding("S09", Place("甲.xlsx", "学校", 2, 4, "联系电话"), "联系电话"),
        make_finding("S09b", Place("甲.xlsx", "学校", 4, 1, "学校名称"), "乙校 370***************"),
        make_finding("H14", Place("甲.xlsx", "学校", 5), "填表人：…"),
        finding(Place("甲.xlsx", "学校", 3, 2, "小学学生人数"), "reject"),
    )


def first_row(sheet):
    """Programs count rows behind deleted ones on; the tests look for the head."""
    return next(cell.row for row in sheet.iter_rows() for cell in row if cell.value == "学校代码")


COPIES = {
    "workbook": lambda: mark_workbook(persons_book(), persons_found()),
    "text": lambda: mark_source(text_source(PERSONS, "xlsx", "学校", "甲.xlsx"), persons_found()),
    "not to be kept": lambda: mark_workbook(
        b"", persons_found(), text_source(PERSONS, "xls", "学校", "甲.xlsx")
    ),
}


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_copy_holds_nothing_of_persons(make):
    content = make()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert [secret for secret in SECRETS if secret in told] == []


@pytest.mark.parametrize("make", COPIES.values(), ids=COPIES)
def test_copy_keeps_heads_codes_and_figures_and_says_what_was_hidden(make):
    copy = opened(make())
    sheet = copy["学校"]
    assert first_row(sheet) == 2
    assert [cell.value for cell in sheet[2]] == PERSONS[1]
    assert [cell.value for cell in sheet[3]] == ["13812340000", "甲校", "x", None, None]
    assert sheet["B4"].value == "乙校 370***************"
    assert colour(sheet["C3"]) == as_colour("reject")
    assert sheet["A5"].value == "填表人：…"
    assert sheet["A6"].value == "校长（签字）："
    assert (copy[LISTED]["F2"].value, copy[LISTED]["G2"].value[:4]) == (
        "D列、E列、A1、B4、A5、C5、B6",
        "S09c",
    )
    assert copy[LISTED]["D3"].hyperlink is None or copy[LISTED]["D3"].value


def test_numbers_kept_as_numbers_in_notes_links_and_margins_are_hidden_too():
    def change(sheet):
        sheet["F2"] = "备注"
        sheet["F3"] = 13912345678
        sheet["F4"] = 13912345678.0
        sheet["B3"].comment = Comment("联系人：王五 13912345678", "王")
        sheet["B4"].hyperlink = "mailto:zs@qq.com"
        sheet.oddFooter.center.text = "填表人：王五"

    content = mark_workbook(persons_book(change), persons_found())
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        told = "".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    assert [secret for secret in SECRETS if secret in told] == []
    sheet = opened(content)["学校"]
    assert sheet["F3"].value == sheet["F4"].value == "139********"
    assert sheet["B3"].comment.text == "联系人：…"


def test_copy_without_personal_data_says_nothing_of_it():
    copy = opened(mark_workbook(made(), table(finding(at(3, 1)))))
    assert "S09c" not in str([cell.value for row in copy[LISTED].rows for cell in row])


def test_number_that_a_finding_covers_is_covered_in_its_cell_also_in_a_column_of_codes():
    rows = [["学校名称", "学校代码"], ["甲校", "13812345678"], ["乙校", "13812345679"]]
    wrong = finding(Place("甲.csv", "", 2, 1, "学校代码"), "reject", "138********")
    copy = opened(mark_source(text_source(rows), table(wrong)))["甲"]
    assert (copy["B2"].value, copy["B3"].value) == ("138********", "13812345679")


def test_value_beside_a_personal_label_of_a_form_is_hidden():
    rows = [
        ["填报项目", "单位", "填报值"],
        ["学校名称", "", "甲校"],
        ["校长", "", "张三丰"],
        ["联系电话", "", "0533-3241234"],
        ["学校类型", "", "小学"],
        ["小学学生人数", "人", "31"],
        ["班级总数", "个", "6"],
        ["教学仪器设备资产值（账面原值）", "万元", "5.27"],
    ]
    sheet = Sheet("学校", rows)
    assert is_form(sheet)
    source = Source("甲.xlsx", "", "xlsx", "", [sheet])
    wrong = finding(Place("甲.xlsx", "学校", 6, 2, "x"), "reject")
    copy = opened(mark_source(source, table(wrong)))["学校"]
    shown = [[cell.value or "" for cell in row] for row in copy.rows]
    assert shown == [[*row[:2], ""] if at in (2, 3) else row for at, row in enumerate(rows)]


def test_files_of_a_check_hold_nothing_of_persons(tmp_path):
    """From the file handed in to all that is handed out."""
    book = openpyxl.load_workbook(io.BytesIO(persons_book()))
    del book["说明"]
    path = tmp_path / "甲.xlsx"
    book.save(path)
    text = tmp_path / "乙.csv"
    text.write_text("\n".join(map(",".join, PERSONS[1:4])), encoding="utf-8")
    findings = check_files([path, text]).findings
    contents = make_listing(findings, [path, text], tmp_path / "清单")
    assert len(contents) == 4
    for name, content in contents.items():
        told = content.decode("utf-8", "replace")
        if name.suffix == ".xlsx":
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                told = "".join(
                    archive.read(part).decode("utf-8", "replace") for part in archive.namelist()
                )
        assert [secret for secret in SECRETS if secret in told] == [], name
