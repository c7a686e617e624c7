"""Files to tables: what is refused, set aside or converted is told with file, row and header, all at once."""

import csv
import io
from fractions import Fraction
from hashlib import sha256

import numpy as np
import openpyxl
import pandas as pd
import pytest

import youzhi as yz
from youzhi.columns import load_columns
from youzhi.errors import FAULT_COLUMNS
from youzhi.intake.findings import FINDING_COLUMNS, plain

HEADERS = [
    "学校代码",
    "学校名称",
    "学校类型",
    "小学在校生数",
    "教学及辅助用房面积（㎡）",
    "室内体育用房面积",
    "寄宿制",
]
ROWS = [
    ["0370323001", "甲校", "小学", "120", "600.50", "0", "否"],
    ["0370323002", "乙校", "教学点", "49", "", "", "是"],
    ["0370323003", "丙校", "小学", "0", "1200", "30.25", ""],
]


def text_of(rows, header=HEADERS, **dialect):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **dialect).writerows([header, *rows])
    return out.getvalue()


def write(tmp_path, content=None, name="schools.csv"):
    path = tmp_path / name
    content = text_of(ROWS) if content is None else content
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_book(tmp_path, sheets, name="schools.xlsx"):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(tmp_path / name)
    return tmp_path / name


def read(path):
    return yz.read_schools(path, county="demo", year=2020)


def faults_of(path, county="demo", year=2020):
    with pytest.raises(yz.DataError) as error:
        yz.read_schools(path, county=county, year=year)
    faults = error.value.faults
    assert list(faults.columns) == FAULT_COLUMNS
    assert set(faults["file"]) == {path.name}
    assert not faults[["allowed", "advice"]].eq("").any(axis=None)
    told = error.value.findings
    assert list(told.columns) == FINDING_COLUMNS
    refused = told.loc[told["outcome"] == "reject", FAULT_COLUMNS]
    assert refused.values.tolist() == faults.values.tolist()
    for fault in faults.astype(str).to_dict("records"):
        assert all(fault[part] in str(error.value) for part in FAULT_COLUMNS)
    return faults


def places(faults):
    return list(zip(faults["row"], faults["column"], faults["found"], strict=True))


def rules_of(path):
    """The rules by which a file is refused."""
    with pytest.raises(yz.DataError) as error:
        read(path)
    told = error.value.findings
    return told.loc[told["outcome"] == "reject", "rule"].tolist()


def told_of(table):
    """What a table that was read tells: rule, outcome, row, column, what was found and what became of it."""
    parts = ["rule", "outcome", "row", "column", "found", "became"]
    assert not table.findings[["file", "allowed", "advice"]].eq("").any(axis=None)
    return list(table.findings[parts].itertuples(index=False, name=None))


def load_header(header):
    """Id of the column with this header."""
    return next(one.id for one in load_columns().values() if header in one.headers)


def shown(written):
    """A text as a finding shows it."""
    return plain(written.strip())


def value_of(table, school, column):
    """A number exactly; None when it is missing."""
    at = table.frame["school"].tolist().index(school)
    return None if np.isnan(table.numbers(column)[at]) else table.exact_number(at, column)


def same(one, two):
    pd.testing.assert_frame_equal(one.frame, two.frame)
    assert one.exact == two.exact


# --- what a good file gives


def test_every_cell_is_read_as_what_its_column_says(tmp_path):
    frame = read(write(tmp_path)).frame.set_index("school")
    assert frame["school_id"].tolist() == [
        "0370323001",
        "0370323002",
        "0370323003",
    ]  # zeros in front kept
    assert frame["school_type"].tolist() == ["primary", "teaching_point", "primary"]
    assert frame["pupils_primary"].tolist() == [120, 49, 0]
    assert frame["boarding"].tolist()[:2] == [False, True]
    assert frame["county"].unique().tolist() == ["demo"]
    assert frame["year"].unique().tolist() == [2020]


def test_an_empty_cell_is_missing_and_never_zero(tmp_path):
    frame = read(write(tmp_path)).frame.set_index("school")
    assert np.isnan(frame.at["乙校", "teaching_area_m2"])
    assert frame.at["丙校", "pupils_primary"] == 0
    assert pd.isna(frame.at["丙校", "boarding"])


def test_decimals_are_kept_exactly_as_written(tmp_path):
    # 16 digits: a float holds 4503599627.370497 and prints 4503599627.370497, but not 0.1234567890123456789
    rows = [
        ["甲校", "小学", "9007199254.740993"],
        ["乙校", "小学", "0.1234567890123456789"],
        ["丙校", "小学", "12.50"],
    ]
    made = read(write(tmp_path, text_of(rows, ["学校名称", "学校类型", "教学仪器设备值（元）"])))
    exact = {
        s: made.exact_number(at, "equipment_value_yuan")
        for at, s in enumerate(made.frame["school"])
    }
    assert exact == {row[0]: Fraction(row[2]) for row in rows}


def test_ids_and_each_chinese_header_are_accepted(tmp_path):
    for name in [
        name
        for c in load_columns().values()
        if c.id == "pupils_primary"
        for name in (c.id, *c.headers)
    ]:
        made = read(write(tmp_path, text_of([["甲校", "小学", "7"]], ["school", "办学类型", name])))
        assert made.frame["pupils_primary"].tolist() == [7]


def test_county_and_year_may_stand_in_the_file(tmp_path):
    path = write(
        tmp_path,
        text_of([["yiyuan", "2019", "甲校", "小学"]], ["县区", "年度", "学校", "学校类型"]),
    )
    frame = yz.read_schools(path).frame
    assert frame[["county", "year"]].values.tolist() == [["yiyuan", 2019]]


def test_a_table_knows_its_file_its_digest_and_the_row_of_every_school(tmp_path):
    content = text_of(ROWS[::-1])
    made = read(write(tmp_path, content))
    assert (made.file, made.digest) == ("schools.csv", sha256(content.encode()).hexdigest())
    # 丙校 stands in row 2 of the file, 甲校 in row 4; the table is sorted by code
    assert made.frame["school"].tolist() == ["甲校", "乙校", "丙校"]
    assert made.lines.tolist() == [4, 3, 2]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + text_of(ROWS).encode(),
        text_of(ROWS).replace("\n", "\r\n").encode(),
        text_of(ROWS).replace("\n", "\r").encode(),
        (text_of(ROWS) + "\n,,,,,,\n\n").encode(),
        text_of(
            [[f" {cell} " for cell in row] for row in ROWS], [f" {cell} " for cell in HEADERS]
        ).encode(),
        text_of([[*row, "", ""] for row in ROWS], [*HEADERS, "", ""]).encode(),
        text_of(ROWS, quoting=csv.QUOTE_ALL).encode(),
        text_of(ROWS).encode("gb18030"),
        b"\xff\xfe" + text_of(ROWS, delimiter="\t").encode("utf-16-le"),
        text_of(ROWS, delimiter=";").encode(),
    ],
    ids=[
        "BOM",
        "CRLF",
        "CR",
        "blank rows behind",
        "blanks around",
        "empty columns behind",
        "quoted",
        "GB18030",
        "UTF-16 with tabs",
        "semicolons",
    ],
)
def test_the_way_a_csv_was_saved_changes_nothing(tmp_path, content):
    same(read(write(tmp_path, content, "other.csv")), read(write(tmp_path)))


def test_the_order_of_rows_and_columns_changes_nothing(tmp_path):
    turned = [row[::-1] for row in ROWS[::-1]]
    made = read(write(tmp_path, text_of(turned, HEADERS[::-1])))
    straight = read(write(tmp_path))
    same(yz.SchoolTable(made.frame[straight.frame.columns], made.exact), straight)


def test_a_workbook_and_a_csv_give_the_same_table(tmp_path):
    cells = [[None if cell == "" else cell for cell in row] for row in ROWS]
    for row in cells:  # numbers as numbers, yes and no as booleans, as Excel stores them
        row[3] = int(row[3])
        row[4:6] = [None if cell is None else float(cell) for cell in row[4:6]]
        row[6] = {"是": True, "否": False, None: None}[row[6]]
    path = write_book(tmp_path, {"说明": [], "学校": [HEADERS, *cells]})
    same(read(path), read(write(tmp_path)))


def test_a_number_of_a_workbook_is_what_excel_shows(tmp_path):
    # 0.1 + 0.2 is stored as 0.30000000000000004 and read so; 1e-5 has no exponent in the table
    path = write_book(
        tmp_path,
        {
            "学校": [
                ["学校", "学校类型", "教学及辅助用房面积"],
                ["甲校", "小学", 0.1],
                ["乙校", "小学", 1e-5],
            ]
        },
    )
    made = read(path)
    exact = {
        s: made.exact_number(at, "teaching_area_m2") for at, s in enumerate(made.frame["school"])
    }
    assert exact == {"甲校": Fraction("0.1"), "乙校": Fraction("0.00001")}


# --- faults of a file


@pytest.mark.parametrize(
    ("name", "content", "rule", "row", "found"),
    [
        ("schools.csv", b"", "E12", "", "没有数据行"),
        ("schools.csv", text_of([]), "E12", "", "没有数据行"),
        ("schools.csv", ",,\n,,\n", "E12", "", "没有数据行"),
        ("schools.csv", text_of(ROWS).encode() + "丁校".encode("gbk"), "E06", 5, "第5行"),
        ("schools.csv", text_of(ROWS) + '"0370323004","丁', "E08", 5, "文件不完整：第5行"),
        ("schools.xlsx", b"PK\x03\x04 cut", "E09", "", "不完整"),
        ("schools.xls", bytes.fromhex("d0cf11e0a1b11ae1"), "E09", "", "不是完整的 .xls"),
    ],
    ids=["empty", "header only", "commas only", "two encodings", "cut CSV", "cut zip", "cut xls"],
)
def test_a_file_that_cannot_be_read_whole_is_refused(tmp_path, name, content, rule, row, found):
    path = write(tmp_path, content, name)
    faults = faults_of(path)
    assert faults["row"].tolist() == [row]
    assert found in faults["found"][0]
    assert rules_of(path) == [rule]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("schools.xlsx", [("E10", "warn", "", "", "扩展名是 .xlsx，内容是 文本", "")]),
        ("schools", []),
    ],
)
def test_a_file_is_read_as_what_it_is_and_not_as_what_it_is_called(tmp_path, name, told):
    made = read(write(tmp_path, text_of(ROWS), name))
    same(made, read(write(tmp_path)))
    assert told_of(made) == told


def test_a_file_that_is_not_there_is_refused(tmp_path):
    assert faults_of(tmp_path / "none.csv")["found"].tolist() == ["（没有这个文件）"]


def test_a_folder_named_like_a_file_is_refused(tmp_path):
    (tmp_path / "x.csv").mkdir()
    assert len(faults_of(tmp_path / "x.csv")) == 1


def test_a_workbook_with_two_filled_sheets_is_refused_and_names_them(tmp_path):
    path = write_book(tmp_path, {"小学": [HEADERS, ROWS[0]], "初中": [HEADERS, ROWS[1]]})
    assert faults_of(path)["found"].tolist() == ["小学、初中"]


# --- faults of the header


def test_a_header_that_is_not_in_the_dictionary_is_named_and_its_column_kept_out(tmp_path):
    header = ["学校名称", "学校类型", "游泳池", "小学在校生数"]
    made = read(write(tmp_path, text_of([["甲校", "小学", "3", "120"]], header)))
    assert told_of(made) == [("H07", "warn", 1, "", "1列未读入：游泳池", "")]
    assert value_of(made, "甲校", "pupils_primary") == 120
    assert "游泳池" not in made.frame


def test_a_column_without_a_header_is_named_by_its_place_and_kept_out(tmp_path):
    header = ["学校名称", "", "学校类型", "小学在校生数"]
    made = read(write(tmp_path, text_of([["甲校", "3", "小学", "120"]], header)))
    assert told_of(made) == [("H07b", "warn", 1, "", "B列没有表头", "")]
    assert made.findings["cell"].tolist() == ["B1"]
    assert value_of(made, "甲校", "pupils_primary") == 120


@pytest.mark.parametrize(
    ("second", "rule", "found"),
    [
        ("小学学生人数", "H05", "小学学生人数（C、D列）"),
        ("小学在校生数", "H04", "小学学生人数（C列）、小学在校生数（D列）都是“小学在校生数”"),
        ("pupils_primary", "H04", "小学学生人数（C列）、pupils_primary（D列）都是“小学在校生数”"),
    ],
)
def test_two_columns_for_one_field_are_refused(tmp_path, second, rule, found):
    header = ["学校名称", "学校类型", "小学学生人数", second]
    path = write(tmp_path, text_of([["甲校", "小学", "3", "3"]], header))
    assert places(faults_of(path)) == [(1, second, found)]
    assert rules_of(path) == [rule]


def test_every_missing_required_column_is_named(tmp_path):
    path = write(tmp_path, text_of([["3", "1"]], ["小学在校生数", "小学班级数"]))
    with pytest.raises(yz.DataError) as error:
        yz.read_schools(path)
    assert set(error.value.faults["column"]) == {"县区代码", "统计年度", "学校名称", "学校类型"}
    assert set(error.value.faults["file"]) == {"schools.csv"}


def test_a_table_without_a_header_is_refused(tmp_path):
    path = write(tmp_path, text_of(ROWS[1:], ROWS[0]))
    assert places(faults_of(path)) == [(1, "", "0370323001、甲校、小学、120、600.50、0、否")]
    assert rules_of(path) == ["H09"]


def test_a_title_above_the_headers_moves_the_rows_and_nothing_else(tmp_path):
    cells = [[*row[:3], *(float(cell or 0) for cell in row[3:6]), row[6]] for row in ROWS]
    csv_cells = [[*row[:3], *(cell or "0" for cell in row[3:6]), row[6]] for row in ROWS]
    untitled = read(write(tmp_path, text_of(csv_cells)))
    for path in (
        write(tmp_path, "某县2020年学校数据,,\n" + text_of(csv_cells), "titled.csv"),
        write_book(tmp_path, {"学校": [["某县2020年学校数据"], HEADERS, *cells]}),
    ):
        made = read(path)
        same(made, untitled)
        assert told_of(made) == []
        assert made.lines.tolist() == [3, 4, 5]
    path = write(tmp_path, "某县2020年学校数据,,\n" + text_of([[*ROWS[0][:3], "x", *ROWS[0][4:]]]))
    assert places(faults_of(path)) == [(3, "小学在校生数", "x")]


def test_a_title_of_another_school_year_is_refused(tmp_path):
    path = write(tmp_path, "某县2021-2022学年学校数据,,\n" + text_of(ROWS))
    assert places(faults_of(path)) == [("", "", "2021-2022学年")]
    assert rules_of(path) == ["E18"]


def test_a_text_of_one_column_is_no_table(tmp_path):
    path = write(tmp_path, "学校名称\n学校\n")  # a school named like a header
    assert places(faults_of(path)) == [(1, "", "学校名称")]
    assert rules_of(path) == ["E14b"]


# --- faults of a row or a cell


def test_a_cell_that_a_workbook_shows_in_percent_is_set_aside(tmp_path):
    header = ["学校", "学校类型", "小学在校生数", "教学及辅助用房面积"]
    path = write_book(
        tmp_path, {"学校": [header, ["甲校", "小学", 120, 0.465], ["乙校", "小学", 7, 8]]}
    )
    book = openpyxl.load_workbook(path)
    for cell in ("C2", "D2"):
        book.active[cell].number_format = "0.0%"
    book.save(path)
    made = read(path)
    assert told_of(made) == [
        ("N06b", "hold", 2, "小学在校生数", "12000%", ""),
        ("N06b", "hold", 2, "教学及辅助用房面积", "46.5%", ""),
    ]
    assert made.findings["cell"].tolist() == ["C2", "D2"]
    assert made.findings["advice"].str.contains("改为常规格式").all()
    got = {
        school: [value_of(made, school, name) for name in ("pupils_primary", "teaching_area_m2")]
        for school in ("甲校", "乙校")
    }
    assert got == {"甲校": [None, None], "乙校": [7, 8]}


@pytest.mark.parametrize(("cells", "found"), [(8, "8个单元格"), (6, "6个单元格")])
def test_a_row_of_the_wrong_length_is_never_read_shifted(tmp_path, cells, found):
    row = [*ROWS[1], "9"][:cells]
    assert places(faults_of(write(tmp_path, text_of([ROWS[0], row])))) == [(3, "", found)]


def test_a_row_of_the_wrong_length_is_the_only_fault_where_no_other_row_stands(tmp_path):
    path = write(tmp_path, text_of([ROWS[0][:6]]))
    assert places(faults_of(path)) == [(2, "", "6个单元格")]


NUMBER_HEADERS = ["小学在校生数", "教学及辅助用房面积（㎡）"]


def write_number(tmp_path, header, written):
    rows = [["甲校", "小学", "5"], ["丁校", "小学", written]]
    return write(tmp_path, text_of(rows, ["学校名称", "学校类型", header]))


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("12.5.1", "N21"),  # may be a date
        ("nan", "N16"),
        ("inf", "N16"),
        ("0x10", "N16"),
        ("O", "N16"),
        (".", "N16"),
        ("12 5", "N17"),
        ("12,5", "N17"),
        ("1,23", "N17"),
        ("#DIV/0!", "N10"),
    ],
)
@pytest.mark.parametrize("header", NUMBER_HEADERS)
def test_a_cell_that_is_no_number_is_refused_as_it_was_written(tmp_path, header, written, rule):
    path = write_number(tmp_path, header, written)
    assert places(faults_of(path)) == [(3, header, written)]
    assert rules_of(path) == [rule]
    if rule == "N16":
        assert "不要填0" in faults_of(path)["advice"][0]


@pytest.mark.parametrize(
    ("written", "rule", "proposed"),
    [
        ("-", "N09", ""),
        ("无", "N09", ""),
        ("N/A", "N09", ""),
        ("约300", "N19b", "300"),
        ("三百", "N20", "300"),
        ("5%", "N06b", ""),
        ("3册", "N19c", ""),
    ],
)
@pytest.mark.parametrize("header", NUMBER_HEADERS)
def test_a_cell_that_leaves_its_number_open_is_set_aside_and_never_zero(
    tmp_path, header, written, rule, proposed
):
    made = read(write_number(tmp_path, header, written))
    assert told_of(made) == [(rule, "hold", 3, header, written, proposed)]
    assert made.findings["cell"].tolist() == ["C3"]
    assert "按缺失处理" in made.findings["advice"][0]
    column = load_header(header)
    assert value_of(made, "丁校", column) is None
    assert value_of(made, "甲校", column) == 5


@pytest.mark.parametrize(
    ("written", "rule", "became"),
    [
        ("１２", "N01", 12),
        ("1,234", "N02", 1234),
        ("1.2万", "N03", 12000),
        (" \u200b12", "N08", 12),
        ("1e5", "N12", 100000),
    ],
)
@pytest.mark.parametrize("header", NUMBER_HEADERS)
def test_a_number_written_another_way_is_converted_exactly_and_listed(
    tmp_path, header, written, rule, became
):
    made = read(write_number(tmp_path, header, written))
    assert told_of(made) == [(rule, "norm", 3, header, shown(written), str(became))]
    assert value_of(made, "丁校", load_header(header)) == became
    assert value_of(made, "甲校", load_header(header)) == 5


@pytest.mark.parametrize(
    ("header", "told", "value"),
    [
        (NUMBER_HEADERS[0], ("N19", "norm", 3, NUMBER_HEADERS[0], "3人", "3"), 3),
        (NUMBER_HEADERS[1], ("N19c", "hold", 3, NUMBER_HEADERS[1], "3人", ""), None),
    ],
)
def test_a_unit_beside_the_number_must_be_that_of_the_column(tmp_path, header, told, value):
    made = read(write_number(tmp_path, header, "3人"))
    assert told_of(made) == [told]
    assert value_of(made, "丁校", load_header(header)) == value


@pytest.mark.parametrize(
    ("header", "written"),
    [
        ("小学在校生数", "-3"),
        ("小学在校生数", "12.5"),
        ("小学在校生数", "1000001"),
        ("室内体育用房面积", "-0.5"),
        ("学校类型", "小学校"),
        ("寄宿制", "也许"),
        ("音乐专用教室单间面积（㎡）", "96;大"),
        ("音乐专用教室单间面积（㎡）", "96;-1"),
        ("统计年度", "2022-2023"),
        ("举办者", "10.5"),  # neither whole nor within 1 to 10
    ],
)
def test_a_cell_outside_its_range_or_list_is_told_with_row_header_and_text(
    tmp_path, header, written
):
    base = {"学校名称": "丁校", "学校类型": "小学"} | {header: written}
    path = write(tmp_path, text_of([list(base.values())], list(base)))
    assert places(faults_of(path)) == [(2, header, written)]


def test_a_blank_line_between_neither_moves_nor_hides_a_fault(tmp_path):
    path = write(
        tmp_path, "学校名称,学校类型,小学在校生数\n甲校,小学,x\n\n,,\n乙校,小学,-5\n丙校,小学,y\n"
    )
    told = [(2, "小学在校生数", "x"), (5, "小学在校生数", "-5"), (6, "小学在校生数", "y")]
    assert sorted(places(faults_of(path))) == told


@pytest.mark.parametrize(
    ("row", "column"),
    [(["甲校", ""], "学校类型"), (["", "小学"], "学校")],
)
def test_a_required_cell_that_is_empty_is_told_once(tmp_path, row, column):
    path = write(tmp_path, text_of([row], ["学校", "学校类型"]))
    assert places(faults_of(path)) == [(2, column, "（空）")]


def test_a_part_larger_than_its_whole_is_told_at_the_part(tmp_path):
    header = ["学校", "学校类型", "教学及辅助用房面积", "室内体育用房面积"]
    path = write(
        tmp_path,
        text_of([["甲校", "小学", "100", "100"], ["乙校", "小学", "100", "100.5"]], header),
    )
    assert places(faults_of(path)) == [(3, "室内体育用房面积", "100.5（教学及辅助用房面积 100）")]


def test_a_doubled_school_code_is_told_in_both_rows(tmp_path):
    rows = [["01", "甲校", "小学"], ["02", "乙校", "小学"], ["01", "丙校", "小学"]]
    path = write(tmp_path, text_of(rows, ["学校标识码", "学校", "学校类型"]))
    assert places(faults_of(path)) == [
        (2, "学校标识码", "01（另见schools.csv第4行）"),
        (4, "学校标识码", "01（另见schools.csv第2行）"),
    ]


HELD = ["学校标识码", "学校", "学校类型", "小学在校生数"]


@pytest.mark.parametrize("second", ["6", "约6"])
def test_rows_of_one_code_that_are_written_otherwise_are_never_taken_for_equal(tmp_path, second):
    rows = [["01", "甲校", "小学", "约5"], ["01", "甲校", "小学", second]]
    path = write(tmp_path, text_of(rows, HELD))
    assert [row for row, _, _ in places(faults_of(path))] == [2, 3]
    assert rules_of(path) == ["K03b", "K03b"]


def test_rows_that_say_the_same_in_two_ways_are_one_school(tmp_path):
    rows = [["01", "甲校", "小学", "１２"], ["01", "甲 校", "小学", "12.0"]]
    made = read(write(tmp_path, text_of(rows, HELD)))
    assert made.frame["school"].tolist() == ["甲校"]
    assert value_of(made, "甲校", "pupils_primary") == 12
    assert [(rule, row) for rule, _, row, *_ in told_of(made) if rule == "K03"] == [("K03", 3)]


def test_another_county_or_year_than_asked_for_is_refused_row_by_row(tmp_path):
    rows = [
        ["demo", "2020", "甲校", "小学"],
        ["other", "2019", "乙校", "小学"],
        ["demo", "", "丙校", "小学"],
    ]
    path = write(tmp_path, text_of(rows, ["县区代码", "统计年度", "学校", "学校类型"]))
    assert places(faults_of(path)) == [(3, "县区代码", "other"), (3, "统计年度", "2019")]


def test_another_county_is_told_under_the_header_of_the_file(tmp_path):
    path = write(tmp_path, text_of([["other", "甲校", "小学"]], ["县区", "学校", "学校类型"]))
    assert places(faults_of(path)) == [(2, "县区", "other")]


def test_all_faults_of_a_file_are_told_at_once(tmp_path):
    header = ["学校", "学校类型", "小学在校生数", "小学专任教师数", "小学骨干教师数", "游泳池"]
    rows = [
        [
            "甲校",
            "小学",
            "x",
            "10",
            "11",
            "",
        ],  # a word for a number; more backbone teachers than teachers
        ["乙校", "小学", "100", "-1", "", ""],  # a negative number
        ["丙校", "小学", "100", "5"],  # two cells short
        ["丁校", "大学", "1.5", "5", "5", ""],  # no such type, half a pupil
    ]
    path = write(tmp_path, text_of(rows, header))
    told = places(faults_of(path))
    assert sorted((str(row), column) for row, column, _ in told) == sorted(
        [
            ("2", "小学在校生数"),
            ("2", "小学骨干教师数"),
            ("3", "小学专任教师数"),
            ("4", ""),
            ("5", "学校类型"),
            ("5", "小学在校生数"),
        ]
    )
    assert len(told) == 6
    with pytest.raises(yz.DataError) as error:
        read(path)
    rest = error.value.findings.query("outcome != 'reject'")
    assert rest[["rule", "row", "found"]].values.tolist() == [["H07", 1, "1列未读入：游泳池"]]


def test_a_fault_in_a_workbook_names_its_sheet(tmp_path):
    path = write_book(
        tmp_path,
        {"学校": [["学校", "学校类型", "小学在校生数"], ["甲校", "小学", 5], ["乙校", "小学", -5]]},
    )
    faults = faults_of(path)
    assert faults["sheet"].tolist() == ["学校"]
    assert places(faults) == [(3, "小学在校生数", "-5")]


def test_a_file_name_with_a_blank_is_told_whole(tmp_path):
    path = write(
        tmp_path,
        text_of([["甲校", "小学", "-5"]], ["学校", "学校类型", "小学在校生数"]),
        "沂源 2020.csv",
    )
    assert places(faults_of(path)) == [(2, "小学在校生数", "-5")]


def test_a_missing_column_does_not_hide_other_faults(tmp_path):
    path = write(tmp_path, text_of([["甲校", "-5"]], ["学校", "小学在校生数"]))
    assert {column for _, column, _ in places(faults_of(path))} == {"学校类型", "小学在校生数"}


def test_a_formula_that_was_never_calculated_is_refused(tmp_path):
    path = write_book(
        tmp_path, {"学校": [["学校", "学校类型", "小学在校生数"], ["甲校", "小学", "=60+60"]]}
    )
    assert [(row, column) for row, column, _ in places(faults_of(path))] == [(2, "小学在校生数")]


def test_the_label_of_a_column_is_a_header_too(tmp_path):
    path = write(
        tmp_path, text_of([["甲校", "小学", "7.5"]], ["学校", "学校类型", "教学仪器设备资产值"])
    )
    assert read(path).frame["equipment_value_yuan"].tolist() == [7.5]
