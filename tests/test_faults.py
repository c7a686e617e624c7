"""Every known fault of files, heads, cells, keys and contents ends exactly as it should.

One function per case, named by its id: E files and encodings, H heads and sheets, N cells and numbers, K identity
and keys, D contents. `reject`: nothing is read. `hold`: the value is set aside as missing. `norm`: converted without
loss and listed. `warn`: kept and listed. `ok`: nothing to tell.
"""

import csv
import io
import os
import zipfile
from decimal import Decimal
from fractions import Fraction

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import youzhi as yz
from youzhi.cards import parse_card
from youzhi.columns import load_controls
from youzhi.errors import UsageError
from youzhi.imports import check_files, import_files
from youzhi.intake.bulk import read_clean_csv
from youzhi.intake.findings import OUTCOMES, Place
from youzhi.intake.gather import gather
from youzhi.intake.identity import check_codes
from youzhi.intake.readings import Record
from youzhi.intake.school_records import make_schools
from youzhi.intake.values.names import clean_header

HEAD = [
    "学校代码",
    "学校名称",
    "学校类型",
    "小学学生人数",
    "小学高于规定学历教师数",
    "教学及辅助用房面积（㎡）",
]
ROWS = [
    ["0370323001", "第一小学", "小学", "400", "20", "2100.50"],
    ["0370323002", "第二小学", "小学", "320", "16", "1500"],
    ["0370323003", "第三小学", "小学", "250", "12", "1300"],
]
CASES = {}


def case(function):
    """Register a case under the name of its function."""
    CASES[function.__name__] = function
    return function


def text_of(rows=ROWS, head=HEAD, delimiter=",", end="\n"):
    out = io.StringIO()
    csv.writer(out, lineterminator=end, delimiter=delimiter).writerows([head, *rows])
    return out.getvalue()


def put(folder, content=None, name="学校.csv"):
    content = text_of() if content is None else content
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def book(folder, rows, name="学校.xlsx", change=None, title="学校"):
    made = openpyxl.Workbook()
    made.active.title = title
    for row in rows:
        made.active.append(row)
    if change:
        change(made)
    made.save(folder / name)
    return folder / name


def with_cell(value, column=3, row=1, head=HEAD):
    """The rows with one cell replaced."""
    rows = [list(one) for one in ROWS]
    rows[row][column] = value
    return rows


def read(*paths, county="demo", year=2022, **wishes):
    return gather(paths, county, year, **wishes)


def worst(read):
    kinds = {one.outcome for one in read.findings}
    return next((kind for kind in OUTCOMES if kind in kinds), "ok")


def ends(read, outcome, row=None, column=None, found=None):
    """The result ends as the word says, with a finding of that outcome at the place; gives that finding."""
    assert worst(read) == outcome, read.findings
    assert (read.schools is None) == (outcome == "reject")
    told = [one for one in read.findings if one.outcome == outcome]
    if row is not None:
        told = [one for one in told if one.row == row]
    if column is not None:
        told = [one for one in told if one.column == column]
    if found is not None:
        told = [one for one in told if found in one.found]
    assert told or outcome == "ok", read.findings
    for one in told:
        assert one.file
        assert one.allowed or outcome == "norm"
        assert one.advice or outcome == "norm"
    return told[0] if told else None


def value(read, column="pupils_primary", row=1):
    """One value exactly; None when missing."""
    if column not in read.schools.frame or np.isnan(read.schools.numbers(column)[row]):
        return None
    return read.schools.exact_number(row, column)


def plain(read):
    """The table has the three schools with their codes and numbers."""
    assert read.schools.frame["school_id"].tolist() == [row[0] for row in ROWS]
    assert [value(read, row=at) for at in range(3)] == [400, 320, 250]
    assert value(read, "teaching_area_m2", 0) == Fraction("2100.5")


def cell_ends(folder, written, outcome, became=None, column=3, missing=True):
    """The same cell as text of a CSV ends as it should; the other cells are untouched."""
    made = read(put(folder, text_of(with_cell(written, column))))
    told = ends(made, outcome, row=3, column=HEAD[column])
    field = {3: "pupils_primary", 5: "teaching_area_m2"}[column]
    if outcome == "norm":
        assert value(made, field) == became
        assert told.became
    if outcome == "hold":
        assert value(made, field) is None
        assert value(made, field, 0) is not None
    return told


# ------------------------------------------------------------------------------------ E files and encodings


@case
def E01(folder):
    made = read(put(folder, b"\xef\xbb\xbf" + text_of().encode()))
    assert worst(made) in ("ok", "norm")
    plain(made)


@case
def E02(folder):
    made = read(put(folder))
    ends(made, "ok")
    plain(made)


@case
def E03(folder):
    made = read(put(folder, text_of().encode("gb18030")))
    assert "gb18030" in ends(made, "norm").found.lower()
    plain(made)
    assert made.schools.frame["school"].tolist() == ["第一小学", "第二小学", "第三小学"]


@case
def E04(folder):
    # these names are valid in both encodings; as GB18030 they would be other characters
    rows = [["01", "涓浗", "小学", "5", "1", "9"], ["02", "中国小学", "小学", "6", "1", "9"]]
    content = text_of(rows).encode()
    content.decode("gb18030", errors="replace")
    made = read(put(folder, content))
    assert made.schools.frame["school"].tolist() == ["涓浗", "中国小学"]


@case
def E05(folder):
    for at, name in enumerate(("utf-16-le", "utf-16-be")):
        mark = b"\xff\xfe" if name.endswith("le") else b"\xfe\xff"
        content = mark + text_of(delimiter="\t").encode(name)
        made = read(put(folder, content, f"{at}.csv"))
        ends(made, "norm")
        plain(made)


@case
def E06(folder):
    first, *rest = text_of().splitlines(keepends=True)
    content = first.encode() + rest[0].encode("gb18030") + "".join(rest[1:]).encode()
    told = ends(read(put(folder, content)), "reject")
    assert "字节" in told.found
    assert "2" in told.found  # the line


@case
def E07(folder):
    rows = [["01", "㙍𬭚小学", "小学", "5", "1", "9"]]
    made = read(put(folder, text_of(rows).encode("gb18030")))
    assert made.schools.frame["school"].tolist() == ["㙍𬭚小学"]
    (folder / "demo").mkdir()
    (folder / "demo" / "county.toml").write_text('name = {zh = "甲县", en = "Jia"}', "utf-8")
    import_files([folder / "学校.csv"], "demo", 2022, data=folder)
    written = (folder / "demo" / "2022" / "schools.csv").read_bytes()
    assert "㙍𬭚小学".encode() in written


@case
def E08(folder):
    told = ends(read(put(folder, text_of() + '"0370323004","丁')), "reject")
    assert "文件不完整" in told.found or "不完整" in yz.intake.findings.load_rules()[told.rule].zh


@case
def E09(folder):
    content = book(folder, [HEAD, *ROWS]).read_bytes()
    for cut in (100, len(content) // 2, len(content) - 10):
        ends(read(put(folder, content[:cut], "cut.xlsx")), "reject")


@case
def E10(folder):
    html = f"<html><table><tr><td>{'</td><td>'.join(HEAD)}</td></tr></table></html>"
    ends(read(put(folder, html, "a.xls")), "reject")
    named = read(put(folder, text_of(), "b.xlsx"))  # a CSV under the name of a workbook
    assert worst(named) in ("norm", "warn")
    plain(named)
    content = book(folder, [HEAD, *ROWS]).read_bytes()
    turned = read(put(folder, content, "c.csv"))
    assert worst(turned) in ("norm", "warn")
    plain(turned)


@case
def E11(folder):
    head = bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504
    content = head + "EncryptedPackage".encode("utf-16-le") + b"\0" * 1024
    ends(read(put(folder, content, "a.xlsx")), "reject")


@case
def E12(folder):
    for at, content in enumerate((b"", text_of([]), "\n\n", ",,,\n,,,\n")):
        told = ends(read(put(folder, content, f"{at}.csv")), "reject")
        assert told.rule.startswith("E12") or "无数据行" in told.found
    ends(read(book(folder, [HEAD])), "reject")


@case
def E13(folder):
    lines = text_of().splitlines()
    content = lines[0] + "\r\n" + lines[1] + "\n" + lines[2] + "\r" + lines[3] + "\n,,,,,\n\n\n"
    made = read(put(folder, content))
    assert worst(made) in ("ok", "norm")
    plain(made)


@case
def E14(folder):
    for at, delimiter in enumerate("\t;"):
        made = read(put(folder, text_of(delimiter=delimiter), f"{at}.csv"))
        assert worst(made) in ("norm", "reject")
        if made.schools is not None:
            plain(made)


@case
def E15(folder):
    path = folder / "bomb.xlsx"
    book(folder, [HEAD, *ROWS])
    with zipfile.ZipFile(folder / "学校.xlsx") as old, zipfile.ZipFile(path, "w", 8) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"</sheetData>", b" " * 300_000_000 + b"</sheetData>")
            new.writestr(name, content)
    ends(read(path), "reject")
    with zipfile.ZipFile(folder / "学校.xlsx") as old, zipfile.ZipFile(path, "w", 8) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                entity = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>'
                at = content.index(b"<worksheet")
                content = content[:at] + entity + content[at:]
            new.writestr(name, content)
    ends(read(path), "reject")


@case
def E16(folder, monkeypatch):
    path, look = put(folder), os.fstat

    def look_and_write(descriptor):
        seen = look(descriptor)
        monkeypatch.undo()
        with open(path, "ab") as file:
            file.write(b"\n")
        return seen

    monkeypatch.setattr(os, "fstat", look_and_write)
    assert ends(read(path), "reject").rule == "E16"


@case
def E17(folder):
    put(folder, name="甲.csv")
    put(folder, text_of([[*row[:3], "9", *row[4:]] for row in ROWS]), "乙.csv")
    made = read(folder)
    ends(made, "reject")
    told = " ".join(one.file + one.found for one in made.findings)
    assert "甲.csv" in told
    assert "乙.csv" in told


@case
def E18(folder):
    dated = [["2022", *row] for row in ROWS]
    path = put(folder, text_of(dated, ["统计年度", *HEAD]), "学校2023.csv")
    ends(read(path, year=None), "reject")
    ends(read(path, year=2023), "reject")
    ends(read(put(folder, text_of(dated, ["统计年度", *HEAD]), "学校2022.csv")), "ok")


@case
def E19(folder):
    put(folder)
    (folder / "link.csv").symlink_to(folder / "学校.csv")
    ends(read(folder / "link.csv"), "reject")
    (folder / "x.csv").mkdir()
    ends(read(folder / "x.csv"), "reject")
    os.mkfifo(folder / "pipe.csv")
    ends(read(folder / "pipe.csv"), "reject")


@case
def E20(folder, monkeypatch):
    path = put(folder)

    def refuse(*_args, **_wishes):
        raise PermissionError(13, "Permission denied", str(path))

    for owner, name in ((io, "open"), (os, "open"), (type(folder), "read_bytes")):
        monkeypatch.setattr(owner, name, refuse)
    made = read(path)
    monkeypatch.undo()
    ends(made, "reject")


# ------------------------------------------------------------------------------------ H heads and sheets


@case
def H01(folder):
    head = [
        ["学校名称", "学校类型", "学生人数", None, "专任教师数", None],
        [None, None, "小学", "初中"] * 1 + ["小学", "初中"],
    ]
    rows = [*head, ["甲校", "九年一贯制学校", 100, 90, 8, 9]]

    def merge(made):
        for span in ("A1:A2", "B1:B2", "C1:D1", "E1:F1"):
            made.active.merge_cells(span)

    made = read(book(folder, rows, change=merge))
    assert worst(made) in ("ok", "norm")
    got = [
        value(made, name, 0)
        for name in ("pupils_primary", "pupils_junior", "teachers_primary", "teachers_junior")
    ]
    assert got == [100, 90, 8, 9]


@case
def H02(folder):
    head = ["学校名称", "学校类型", "小学学生人数", "教学仪器设备资产值"]
    rows = [["某县学校办学条件表"], ["单位：万元、平方米"], head, ["甲校", "小学", 31, 5.27]]
    made = read(book(folder, rows))
    ends(made, "norm")
    assert value(made, "equipment_value_yuan", 0) == 52700


@case
def H03(folder):
    head = [
        " 学校代码 ",
        "学校\n名称",
        "学校 类型",
        "小学学生人数",
        HEAD[4],
        "教学及辅助用房面积 (m2)",
    ]
    made = read(put(folder, text_of(ROWS, head)))
    assert worst(made) in ("ok", "norm")
    plain(made)


@case
def H04(folder):
    for name in ("在校生数", "学生数", "在校学生", "小学在校生数", "小学在校学生数"):
        made = read(put(folder, text_of(ROWS, [*HEAD[:3], name, *HEAD[4:]])))
        assert worst(made) in ("ok", "norm"), name
        plain(made)
    doubled = text_of([[*row, row[3]] for row in ROWS], [*HEAD, "小学在校生数"])
    told = ends(read(put(folder, doubled)), "reject")
    assert "小学" in told.column + told.found


@case
def H05(folder):
    doubled = text_of([[*row, row[3]] for row in ROWS], [*HEAD, HEAD[3]])
    ends(read(put(folder, doubled)), "reject")


@case
def H06(folder):
    made = read(put(folder, text_of([["5", "1"], ["6", "1"]], ["小学学生人数", "小学班级数"])))
    ends(made, "reject")
    told = " ".join(one.found + one.column for one in made.findings)
    assert "学校名称" in told
    assert "学校类型" in told


@case
def H07(folder):
    made = read(put(folder, text_of([[*row, "2"] for row in ROWS], [*HEAD, "游泳池数"])))
    told = ends(made, "warn")
    assert "游泳池数" in told.column + told.found
    plain(made)


@case
def H08(folder):
    made = read(put(folder, text_of([row[::-1] for row in ROWS], HEAD[::-1])))
    ends(made, "ok")
    plain(made)


@case
def H09(folder):
    ends(read(put(folder, text_of(ROWS[1:], ROWS[0]))), "reject")


@case
def H10(folder):
    def second(made):
        sheet = made.create_sheet("学校二")
        for row in [HEAD, *ROWS]:
            sheet.append(row)

    path = book(folder, [HEAD, *ROWS], change=second)
    told = ends(read(path), "reject")
    assert "学校二" in told.found
    named = read(path, sheet="学校二")
    plain(named)
    with pytest.raises(UsageError, match="学校二"):
        read(path, sheet="没有")
    plain(read(book(folder, [["封面"]], "b.xlsx", change=second), sheet="学校二"))
    plain(
        read(book(folder, [["某县教育局"]], "c.xlsx", change=second))
    )  # the only table, on the second sheet


@case
def H11(folder):
    def hide(made):
        made.active.row_dimensions[3].hidden = True
        made.active.column_dimensions["D"].hidden = True

    made = read(book(folder, [HEAD, *ROWS], change=hide))
    ends(made, "warn")
    plain(made)
    told = " ".join(one.found + str(one.row) + one.column + one.cell for one in made.findings)
    assert "3" in told


@case
def H12(folder):
    rows = [[*row, "历山街道" if at == 0 else None] for at, row in enumerate(ROWS)]
    made = read(
        book(
            folder,
            [[*HEAD, "所在镇街"], *rows],
            change=lambda made: made.active.merge_cells("G2:G4"),
        )
    )
    ends(made, "norm")
    assert made.schools.frame["town"].tolist() == ["历山街道"] * 3
    rows = [[*row[:3], row[3] if at == 0 else None, *row[4:]] for at, row in enumerate(ROWS)]
    told = ends(
        read(book(folder, [HEAD, *rows], change=lambda made: made.active.merge_cells("D2:D4"))),
        "reject",
    )
    assert "D" in told.cell + told.found


@case
def H13(folder):
    total = ["", "合计", "", "970", "48", "4900.5"]
    made = read(put(folder, text_of([*ROWS, total])))
    ends(made, "norm")
    plain(made)
    told = ends(read(put(folder, text_of([*ROWS, [*total[:3], "999", *total[4:]]]))), "warn")
    assert "970" in told.found + told.became
    assert "999" in told.found
    kept = read(put(folder, text_of([*ROWS, ["9", "合计镇小学", "小学", "5", "1", "9"]])))
    assert "合计镇小学" in kept.schools.frame["school"].tolist()


@case
def H14(folder):
    notes = "注：本表数据截至9月1日,,,,,\n填表人：某某,,审核人：某某,,,\n"
    made = read(put(folder, text_of() + notes))
    ends(made, "norm")
    plain(made)


@case
def H15(folder):
    for row in (ROWS[1][:5], [*ROWS[1], "1"]):
        told = ends(read(put(folder, text_of([ROWS[0], row, ROWS[2]]))), "reject")
        assert told.row == 3


# ------------------------------------------------------------------------------------ N cells and numbers


@case
def N01(folder):
    cell_ends(folder, "３２０", "norm", 320)
    cell_ends(folder, "１２３．５", "norm", Fraction("123.5"), column=5)


@case
def N02(folder):
    cell_ends(folder, "1,234", "norm", 1234)
    cell_ends(folder, "１，２３４", "norm", 1234)
    cell_ends(folder, "1,567.25", "norm", Fraction("1567.25"), column=5)


@case
def N03(folder):
    head = [*HEAD[:5], "教学仪器设备资产值（元）"]
    rows = [
        [*row[:5], money] for row, money in zip(ROWS, ["800000", "1.2万", "500000"], strict=True)
    ]
    made = read(put(folder, text_of(rows, head)))
    ends(made, "norm", row=3)
    assert value(made, "equipment_value_yuan") == 12000
    assert value(made, "equipment_value_yuan", 0) == 800000


@case
def N04(folder):
    head = [*HEAD[:5], "教学仪器设备资产值（元）"]
    rows = [
        [*row[:5], money] for row, money in zip(ROWS, ["80", "64.5", "50"], strict=True)
    ]  # 万元
    made = read(put(folder, text_of(rows, head)))
    ends(made, "hold")
    assert [value(made, "equipment_value_yuan", at) for at in range(3)] == [None] * 3
    right = [
        [*row[:5], money] for row, money in zip(ROWS, ["800000", "645000", "500000"], strict=True)
    ]
    ends(read(put(folder, text_of(right, head))), "ok")


@case
def N05(folder):
    head = [*HEAD[:5], "体育运动场地面积（亩）"]
    stated = [[*row[:5], area] for row, area in zip(ROWS, ["12", "3", "7.5"], strict=True)]
    made = read(put(folder, text_of(stated, head)))
    ends(made, "norm")
    assert value(made, "sports_ground_area_m2") == 2000  # 3 × 2000/3
    assert value(made, "sports_ground_area_m2", 2) == 5000
    plainly = [[*row[:5], area] for row, area in zip(ROWS, ["12", "9", "7.5"], strict=True)]
    made = read(put(folder, text_of(plainly, [*HEAD[:5], "体育运动场地面积"])))
    ends(made, "hold")
    assert value(made, "sports_ground_area_m2", 0) is None


def items(folder, *rows, head=("填报项目", "填报值")):
    out = io.StringIO()
    csv.writer(out).writerows([head, *rows])
    return read(put(folder, out.getvalue(), "县级.csv"))


@case
def N06(folder):
    name = next(f.zh for f in yz.columns.load_figures().values() if f.unit == "%")
    made = items(folder, [name, "0.95"])
    assert worst(made) == "hold"
    assert made.items.frame["value"].tolist() == [None]
    made = items(folder, [name, "95%"])
    assert made.items.frame["value"].tolist() == [Decimal(95)]
    made = items(folder, [name, "95", "%"], head=("填报项目", "填报值", "单位"))
    assert made.items.frame["value"].tolist() == [Decimal(95)]
    cell_ends(folder, "46.5%", "hold", column=5)


@case
def N07(folder):
    for unit, factor in (("千元", 1000), ("百元", 100), ("万元", 10000)):
        head = [*HEAD[:5], f"教学仪器设备资产值（{unit}）"]
        rows = [[*row[:5], str(Decimal(800000) / factor)] for row in ROWS]
        made = read(put(folder, text_of(rows, head)))
        ends(made, "norm")
        assert value(made, "equipment_value_yuan") == 800000


@case
def N08(folder):
    for written in ("'320", "320\u00a0", "\u200b320", " 320 ", "\ufeff320", "3\u200d20"):
        made = read(put(folder, text_of(with_cell(written))))
        assert worst(made) in ("ok", "norm"), repr(written)
        assert value(made) == 320
    made = read(book(folder, [HEAD, *[[*row[:3], str(row[3]), *row[4:]] for row in ROWS]]))
    assert worst(made) in ("ok", "norm")
    plain(made)


@case
def N09(folder):
    for written in (
        "-",
        "—",
        "－－",
        "/",
        "无",
        "空",
        "N/A",
        "#N/A",
        "null",
        "NULL",
        "暂无",
        "无数据",
    ):
        cell_ends(folder, written, "hold")


@case
def N10(folder):
    for written in ("#DIV/0!", "#REF!", "#VALUE!", "#NAME?"):
        ends(read(put(folder, text_of(with_cell(written)))), "reject", row=3)
    rows = [[*row[:3], int(row[3]), *row[4:]] for row in ROWS]
    rows[1][3] = "=160+160"
    told = ends(read(book(folder, [HEAD, *rows])), "reject", row=3)
    assert told.cell == "D3"


@case
def N11(folder):
    made = read(put(folder, text_of(with_cell("0", 4))))
    assert value(made, "degree_teachers_primary") == 0
    made = read(put(folder, text_of(with_cell("", 4))))
    ends(made, "ok")
    assert value(made, "degree_teachers_primary") is None


@case
def N12(folder):
    cell_ends(folder, "1.2E+03", "norm", 1200)
    told = ends(read(put(folder, text_of(with_cell("3.70323E+09", 0)))), "reject", row=3)
    assert told.column == "学校代码"


@case
def N13(folder):
    for written in ("3月1日", "2022-03-01"):
        ends(read(put(folder, text_of(with_cell(written, 0)))), "reject", row=3)
    import datetime

    rows = [list(row) for row in ROWS]
    rows[1][0] = datetime.datetime(2022, 3, 1)
    told = ends(read(book(folder, [HEAD, *rows])), "reject", row=3)
    assert told.cell == "A3"


@case
def N14(folder):
    cell_ends(folder, "-5", "reject")
    cell_ends(folder, "-0.5", "reject", column=5)


@case
def N15(folder):
    cell_ends(folder, "12.5", "reject")
    assert value(read(put(folder, text_of(with_cell("12.0"))))) == 12


@case
def N16(folder):
    for written in ("inf", "nan", "1e308", "9" * 400, "0x1F", "１e５", "１２３abc"):
        cell_ends(folder, written, "reject")


@case
def N17(folder):
    for written in ("12,5", "1.2.3", "1O", "l2", "12,34", "1,23,456"):
        cell_ends(folder, written, "reject")


@case
def N18(folder):
    head = [*HEAD[:5], "教学仪器设备资产值（元）"]
    for written in ("640000.30000000000000004", "800000.123456789012345", "9007199.254740993"):
        rows = [
            [*row[:5], money]
            for row, money in zip(ROWS, ["800000", written, "500000"], strict=True)
        ]
        made = read(put(folder, text_of(rows, head)))
        ends(made, "ok")
        assert value(made, "equipment_value_yuan") == Fraction(written)
    head = [*HEAD[:5], "图书册数"]
    told = ends(read(put(folder, text_of(with_cell("9007199254740993", 5), head))), "reject", row=3)
    assert told.found == "9007199254740993"  # beyond the range, but not one digit was lost


def test_one_value_in_another_unit_is_set_aside_alone(tmp_path):
    head = [*HEAD[:5], "教学仪器设备资产值（万元）"]
    rows = [
        [*row[:5], money] for row, money in zip(ROWS, ["80", "640000", "50"], strict=True)
    ]  # the second in 元
    made = read(put(tmp_path, text_of(rows, head)))
    ends(made, "hold", row=3)
    got = [value(made, "equipment_value_yuan", at) for at in range(3)]
    assert got == [800000, None, 500000]


@case
def N19(folder):
    for written in ("３００左右", "约300", "300-350", "300～350", "近300", "300多"):
        cell_ends(folder, written, "hold")
    cell_ends(folder, "300人", "norm", 300)


@case
def N20(folder):
    told = cell_ends(folder, "三百二十", "hold")
    assert told.became == "320"


@case
def N21(folder):
    for written in ("TRUE", "2022-09-01", "2022/9/1"):
        cell_ends(folder, written, "reject")
    rows = [[*row[:3], int(row[3]), *row[4:]] for row in ROWS]
    rows[1][3] = True
    ends(read(book(folder, [HEAD, *rows])), "reject", row=3)


def county(folder):
    """A data root with one county that has only its card."""
    (folder / "data" / "demo").mkdir(parents=True)
    card = 'name = {zh = "甲县", en = "Jia"}\n'
    (folder / "data" / "demo" / "county.toml").write_text(card, "utf-8")
    return folder / "data"


def told_by(check, outcome, word):
    """The findings of a check with this outcome that name the school or word."""
    rows = check.findings[check.findings["outcome"] == outcome]
    hit = rows.apply(lambda row: word in "".join(map(str, row)), axis=1) if len(rows) else rows
    return rows[hit] if len(rows) else rows


@case
def N22(folder):
    rows = with_cell("200000", 5)
    check = check_files([put(folder, text_of(rows))], "demo", 2022, data=county(folder))
    assert not check.gathered.refused
    assert value(check.gathered, "teaching_area_m2") == 200000
    assert "N22" in set(check.findings.loc[check.findings["row"] == 3, "rule"])


# ------------------------------------------------------------------------------------ K identity and keys


@case
def K01(folder):
    import_files([put(folder)], "demo", 2022, data=county(folder))
    assert b"0370323001" in (folder / "data" / "demo" / "2022" / "schools.csv").read_bytes()
    plain(read(book(folder, [HEAD, *ROWS])))


@case
def K02(folder):
    rows = [["9137032370000123456", *ROWS[0][1:]], [""] * 6, ["9137032370000123457", *ROWS[1][1:]]]
    made = read(put(folder, text_of(rows)))
    assert made.schools.frame["school_id"].tolist() == [
        "9137032370000123456",
        "9137032370000123457",
    ]


@case
def K03(folder):
    made = read(put(folder, text_of([*ROWS, ROWS[1]])))
    ends(made, "warn", row=5)
    plain(made)
    made = read(put(folder, text_of([*ROWS, [*ROWS[1][:3], "321", *ROWS[1][4:]]])))
    ends(made, "reject")
    assert {one.row for one in made.findings if one.outcome == "reject"} == {3, 5}


@case
def K04(folder):
    made = read(put(folder, text_of([*ROWS, ["0370323009", *ROWS[1][1:]]])))
    ends(made, "warn")
    assert len(made.schools) == 4
    root = county(folder)
    import_files([put(folder)], "demo", 2021, data=root)
    check = check_files([put(folder, text_of(with_cell("新二小", 1)))], "demo", 2022, data=root)
    assert len(told_by(check, "warn", "新二小"))


@case
def K05(folder):
    names = ["NA", "null", "None", "nan", "TRUE", "1E5"]
    rows = [[f"0{at}", name, *ROWS[0][2:]] for at, name in enumerate(names)]
    made = read(put(folder, text_of(rows)))
    ends(made, "ok")
    assert made.schools.frame["school"].tolist() == names
    assert read(book(folder, [HEAD, *rows])).schools.frame["school"].tolist() == names


@case
def K06(folder):
    for written in ("⽯桥小学", "石 桥小学", "石桥小学\u200b"):
        made = read(put(folder, text_of(with_cell(written, 1))))
        ends(made, "norm")
        assert made.schools.frame["school"].tolist()[1] == "石桥小学"
    pair = [["", "实验(东)小学", *ROWS[0][2:]], ["", "实验（东）小学", *ROWS[0][2:]]]
    made = read(put(folder, text_of(pair)))
    assert len(made.schools) == 1


# GB 32100: 31 signs, without I O S V Z; the weight of the place i (from 0) is 3 to the power i, modulo 31.
SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def credit_code(region, body="000000001", kind="12"):
    """A unified social credit code with its check digit, worked out by the sum of the standard."""
    first = f"{kind}{region}{body}"
    total = sum(SIGNS.index(sign) * pow(3, at, 31) for at, sign in enumerate(first))
    return first + SIGNS[-total % 31]


def coded(folder, *codes, divisions=("370323",), pattern=""):
    """What becomes of a table whose schools have these codes, in a county of these administrative codes."""
    rows = [[code, f"第{at}小学", *ROWS[0][2:]] for at, code in enumerate(codes)]
    readings = read(put(folder, text_of(rows))).readings
    made = make_schools(readings, "demo", 2022, (), pattern, divisions)
    return [(one.rule, one.outcome, one.row, one.column) for one in made.findings], made.table


@case
def K07(folder):
    assert worst(read(put(folder), code_pattern="0370323[0-9]{3}")) == "ok"
    for wrong in ("0370321002", "037032300", "03703230020", "037032300X"):
        made = read(put(folder, text_of(with_cell(wrong, 0))), code_pattern="0370323[0-9]{3}")
        assert ends(made, "reject", row=3).column == "学校代码"
    # 1·1 + 2·3 + 3·9 + 7·27 + 0·19 + 3·26 + 2·16 + 3·17 + 1·28 = 412 = 13·31 + 9, and 31 - 9 = 22 is N
    own = "12370323000000001N"
    assert credit_code("370323") == own
    assert coded(folder, own, credit_code("370323", "MB2D0467X"))[0] == []
    told, table = coded(folder, own, "12370323000000001M", "12370323000000010N")
    assert told == [("K07b", "reject", row, "学校代码") for row in (3, 4)]
    assert table is None
    for region, rule, outcome in (
        ("370322", "K07d", "warn"),  # another county of the city
        ("370300", "K07d", "warn"),  # the city
        ("370000", "K07d", "warn"),  # the province
        ("100000", "K07d", "warn"),  # the country
        ("370402", "K07c", "reject"),  # another city
        ("330323", "K07c", "reject"),  # another province
    ):
        told, table = coded(folder, own, credit_code(region))
        assert told == [(rule, outcome, 3, "学校代码")], region
        assert (table is None) == (outcome == "reject")
    many = [credit_code("370300", f"00000000{at}") for at in range(9)]
    assert coded(folder, own, *many)[0] == [("K07d", "warn", 3, "学校代码")]  # told once
    assert coded(folder, credit_code("371202"), divisions=("370116", "371202"))[0] == []
    assert coded(folder, credit_code("330323"), divisions=())[0] == []
    # the pattern is for codes of other lengths
    told, _ = coded(folder, own, "0370323001", pattern="0370323[0-9]{3}")
    assert told == [("K07e", "warn", 3, "学校代码")]
    told, _ = coded(folder, own[:-1], pattern="0370323[0-9]{3}")
    assert [one[0] for one in told] == ["K07"]
    # lengths: a lost zero is told, running numbers and codes of one length are not
    assert ends(read(put(folder, text_of(with_cell("370323002", 0)))), "warn", row=3).rule == "K07e"
    rows = [[str(at), *row[1:]] for at, row in zip((9, 10, 99999), ROWS, strict=True)]
    ends(read(put(folder, text_of(rows))), "ok")


@case
def K08(folder):
    root = county(folder)
    named = text_of([["乙县", *row] for row in ROWS], ["县区", *HEAD])
    check = check_files([put(folder, named)], "demo", 2022, data=root)
    assert check.gathered.refused
    named = text_of([["甲县", *row] for row in ROWS], ["县区", *HEAD])
    check = check_files([put(folder, named)], "demo", 2022, data=root)
    assert not check.gathered.refused
    with pytest.raises(UsageError, match="demo"):
        import_files([put(folder)], "nowhere", 2022, data=root)
    assert not (root / "nowhere").exists()


@case
def K09(folder):
    for written, kind in (
        ("初级中学", "junior"),
        ("九年一贯制", "nine_year"),
        ("完中", "complete_secondary"),
    ):
        made = read(put(folder, text_of(with_cell(written, 2))))
        ends(made, "norm", row=3)
        assert made.schools.frame["school_type"].tolist()[1] == kind
    ends(read(put(folder, text_of(with_cell("完全中学", 2)))), "ok")
    ends(read(put(folder, text_of(with_cell("大学", 2)))), "reject", row=3)
    ends(read(put(folder, text_of(with_cell("", 2)))), "reject", row=3)


@case
def K10(folder):
    head = ["学校名称", "学校类型", "在校生数", "高于规定学历教师数"]
    rows = [["甲校", "小学", "100", "5"], ["乙校", "九年一贯制学校", "500", "30"]]
    made = read(put(folder, text_of(rows, head)))
    ends(made, "hold", row=3)
    by_name = made.schools.frame.set_index("school")
    assert by_name.at["甲校", "pupils_primary"] == 100
    assert by_name.loc["乙校", ["pupils_primary"]].isna().all()
    assert not (by_name.filter(like="pupils_") == 500).any(axis=None)


@case
def K11(folder):
    rows = [[f"0{n}", f"教学点{n}", "教学点", str(n), "3", "400"] for n in (49, 50, 51)]
    made = read(put(folder, text_of(rows)))
    counted = yz.assess(made.schools, standard=yz.load_standard("jiaodu-2017-6")).schools["school"]
    assert sorted(counted) == ["教学点50", "教学点51"]


@case
def K12(folder):
    rows = [
        *ROWS,
        ["08", "特教", "特殊教育学校", "60", "9", "800"],
        ["09", "职校", "职业学校", "", "", "900"],
    ]
    made = read(put(folder, text_of(rows)))
    result = yz.assess(made.schools, standard=yz.load_standard("jiaodu-2017-6"))
    assert sorted(result.schools["school"]) == ["第一小学", "第三小学", "第二小学"]
    assert {"特教", "职校"} <= set(result.sections.excluded["school"])


@case
def K13(folder):
    rows = [[*ROWS[0], ""], ["0370323011", "东校区", *ROWS[1][2:], "第一小学"]]
    told = ends(read(put(folder, text_of(rows, [*HEAD, "所属学校"]))), "reject", row=2)
    assert told.found == "第一小学"
    rows[0][6] = "第一小学"
    assert worst(read(put(folder, text_of(rows, [*HEAD, "所属学校"])))) == "ok"


@case
def K14(folder):
    rows = [*ROWS, ["0370323004", "空壳小学", "小学", "0", "0", "0"]]
    check = check_files([put(folder, text_of(rows))], "demo", 2022, data=county(folder))
    assert "K14" in set(check.findings.loc[check.findings["row"] == 5, "rule"])
    result = yz.assess(check.gathered.schools, standard=yz.load_standard("jiaodu-2017-6"))
    assert "空壳小学" not in set(result.schools["school"])


@case
def K15(folder):
    root = county(folder)
    import_files([put(folder)], "demo", 2021, data=root)
    check = check_files([put(folder, text_of(ROWS[:2]))], "demo", 2022, data=root)
    assert len(told_by(check, "warn", "第三小学"))


# ------------------------------------------------------------------------------------ D contents


@case
def D01(folder):
    check = check_files([put(folder, text_of(with_cell("0")))], "demo", 2022, data=county(folder))
    assert not check.gathered.refused
    assert "D01" in set(check.findings.loc[check.findings["row"] == 3, "rule"])
    result = yz.assess(check.gathered.schools, standard=yz.load_standard("jiaodu-2017-6"))
    primary = result.coefficients[result.coefficients["stage"] == "primary"]
    assert set(primary["verdict"]) == {"cannot_tell"}


@case
def D02(folder):
    made = read(put(folder, text_of(ROWS[:1])))
    table = yz.assess(made.schools, standard=yz.load_standard("jiaodu-2017-6")).coefficients
    known = table[table["cv"].notna()]
    assert len(known)
    assert set(known["cv"]) == {0.0}


@case
def D03(folder):
    made = read(put(folder))
    result = yz.assess(made.schools, standard=yz.load_standard("jiaodu-2017-6"))
    assert not (result.coefficients["stage"] == "junior").any() or (
        result.coefficients.query("stage == 'junior'")["cv"].isna().all()
    )


@case
def D04(folder):
    standard = yz.load_standard("jiaodu-2017-6")
    column = "degree_teachers_primary"
    name = next(one.id for one in standard.indicator if "degree_teachers_{stage}" in one.numerator)
    for teachers, cv, verdict in (("5", 0.0, "met"), ("0", None, "not_met")):
        made = read(put(folder, text_of([[*row[:3], "100", teachers, "500"] for row in ROWS])))
        assert value(made, column) == int(teachers)
        table = yz.assess(made.schools, standard=standard).coefficients
        row = table.set_index(["stage", "indicator"]).loc[("primary", name)]
        assert (None if np.isnan(row["cv"]) else row["cv"]) == cv
        assert row["verdict"] == verdict


@case
def D05(folder):
    head = [*HEAD[:4], "小学专任教师数", "小学骨干教师数"]
    rows = [[*row[:4], "20", "20"] for row in ROWS]
    ends(read(put(folder, text_of(rows, head))), "ok")
    rows[1][5] = "21"
    ends(read(put(folder, text_of(rows, head))), "reject", row=3)
    head[5] = "小学高于规定学历教师数"
    ends(read(put(folder, text_of(rows, head))), "reject", row=3)


GRADES = [f"{word}年级" for word in "一二三四五六七八九"]


@case
def D06(folder):
    # classes times the largest class: 5 × 64 = 320 are enough, 5 × 63 are not
    head, root = [*HEAD[:4], "小学班级数", "小学最大班额"], county(folder)
    for largest, lines in (("64", set()), ("63", {3})):
        rows = [[*one[:4], "10", "45"] for one in ROWS]
        rows[1][4:] = ["5", largest]
        check = check_files([put(folder, text_of(rows, head))], "demo", 2022, data=root)
        assert not check.gathered.refused
        told = check.findings[check.findings["outcome"].isin(["warn", "hold"])]
        assert set(told["row"]) == lines
    standard = yz.load_standard("jiaodu-2017-6")
    name = next(one.id for one in standard.indicator if "degree_teachers_{stage}" in one.numerator)
    # grades: one pupil more or less is set aside, the other schools and columns stay
    for pupils, outcome in (("319", "hold"), ("320", "ok"), ("321", "hold")):
        rows = [[*row, *([str(int(row[3]) // 5)] * 5), "0"] for row in with_cell(pupils)]
        rows[1][6:] = ["70", "70", "60", "60", "60", "0"]  # 320
        made = read(put(folder, text_of(rows, [*HEAD, *GRADES[:6]])))
        told = ends(made, outcome, column=None if outcome == "ok" else "小学学生人数")
        assert value(made) == (int(pupils) if outcome == "ok" else None)
        assert (value(made, row=0), value(made, "teaching_area_m2")) == (400, 1500)
        assert not set(made.schools.frame) & set(load_controls())
        table = yz.assess(made.schools, standard=standard).coefficients
        verdict = table.set_index(["stage", "indicator"]).at[("primary", name), "verdict"]
        assert verdict == ("met" if outcome == "ok" else "cannot_tell")
        if told:
            assert (told.rule, told.row) == ("D06", 3)
            assert f"{pupils}人" in told.found
            assert "320人" in told.found
    # entrants: told, nothing is set aside
    for entrants, outcome in (("79", "warn"), ("80", "ok"), ("81", "warn")):
        rows = [[*row, str(int(row[3]) // 5), str(int(row[3]) // 5)] for row in ROWS]
        rows[0][6] = entrants
        made = read(put(folder, text_of(rows, [*HEAD, "招生数", "一年级"])))
        ends(made, outcome, row=None if outcome == "ok" else 2)
        assert value(made, row=0) == 400
    # classes by grade: told, nothing is set aside
    for classes, outcome in (("9", "warn"), ("10", "ok"), ("11", "warn")):
        head = [*HEAD, "小学班级数", *(f"{grade}班数" for grade in GRADES[:5])]
        rows = [[*row, "10", *["2"] * 5] for row in ROWS]
        rows[2][6] = classes
        made = read(put(folder, text_of(rows, head)))
        ends(made, outcome, row=None if outcome == "ok" else 4)
        assert value(made, "classes_primary", 2) == int(classes)


@case
def D07(folder):
    head = [*HEAD[:5], "教学及辅助用房面积（㎡）", "室内体育用房面积（㎡）"]
    rows = [[*row, "500"] for row in ROWS]
    rows[1][5:] = ["400", "400.01"]
    ends(read(put(folder, text_of(rows, head))), "reject", row=3)
    rows[1][6] = "400"
    assert read(put(folder, text_of(rows, head))).schools is not None


@case
def D08(folder):
    root = county(folder)
    import_files([put(folder)], "demo", 2021, data=root)
    check = check_files([put(folder, text_of(with_cell("481")))], "demo", 2022, data=root)
    told = check.findings[(check.findings["row"] == 3) & (check.findings["outcome"] == "warn")]
    assert any("320" in found and "481" in found for found in told["found"])
    check = check_files(
        [put(folder, text_of(with_cell("480")))], "demo", 2022, data=root
    )  # exactly 50 %
    assert not (
        check.findings["found"].str.contains("480") & check.findings["found"].str.contains("320")
    ).any()


@case
def D09(folder):
    head = [*HEAD, "经度", "纬度"]
    rows = [[*row, str(118.1 + at / 100), "36.1"] for at, row in enumerate(ROWS)]
    root = county(folder)
    assert not len(
        check_files([put(folder, text_of(rows, head))], "demo", 2022, data=root).findings
    )
    rows[2][6:] = rows[1][6:]
    check = check_files([put(folder, text_of(rows, head))], "demo", 2022, data=root)
    assert set(check.findings["outcome"]) == {"warn"}
    rows[2][6:] = ["36.1", "89.1"]
    check = check_files([put(folder, text_of(rows, head))], "demo", 2022, data=root)
    assert (check.findings["outcome"] == "warn").any()


@case
def D10(folder):
    made = items(folder, ["回收有效问卷数", ""])
    assert worst(made) == "ok"
    schools = read(put(folder)).schools
    result = yz.assess(schools, made.items, standard=yz.load_standard("jiaodu-2017-6"))
    assert set(result.vetoes["verdict"]) <= {"cannot_tell", "met"}
    assert (result.vetoes["verdict"] == "cannot_tell").any()
    assert survey_verdict(folder, None) == "cannot_tell"


def survey_verdict(folder, satisfied):
    """Verdict of the item that rests on the survey, with so many of a thousand satisfied."""
    standard = yz.load_standard("jiaodu-2017-6")
    [code] = {
        item.code
        for item in standard.item
        for check in item.check
        if "survey_satisfied" in getattr(check, "numerator", ())
    }
    satisfied = "" if satisfied is None else str(satisfied)
    made = items(folder, ["survey_valid", "1000"], ["survey_satisfied", satisfied])
    result = yz.assess(read(put(folder)).schools, made.items, standard=standard)
    return result.items.set_index("code").at[code, "verdict"]


@case
def D11(folder):
    assert survey_verdict(folder, 850) == "met"
    assert survey_verdict(folder, 849) == "not_met"
    name = next(f.zh for f in yz.columns.load_figures().values() if f.unit == "%" and f.max == 100)
    for written in ("100.01", "-1", "101%"):
        assert worst(items(folder, [name, written])) == "reject", written
    assert worst(items(folder, [name, "100"])) == "ok"
    assert worst(items(folder, [name, "85"])) == "ok"


@case
def D12(folder):
    for written in ("2022-2023", "2022/23", "二〇二二", "2022年", "2022—2023学年", "2022"):
        made = read(put(folder, text_of([[written, *row] for row in ROWS], ["统计年度", *HEAD])))
        assert made.schools is not None, written
        assert set(made.schools.frame["year"]) == {2022}
        assert worst(made) == ("ok" if written == "2022" else "norm")
    for written in ("2011", "2036", "1922", "22", "去年", "2021"):
        made = read(put(folder, text_of([[written, *row] for row in ROWS], ["统计年度", *HEAD])))
        assert worst(made) == "reject", written


@case
def D13(folder):
    schools = read(put(folder), year=2015).schools
    one = yz.assess(schools, standard=yz.load_standard("jiaodu-2012-3"))
    other = yz.assess(schools, standard=yz.load_standard("jiaodu-2017-6"))
    with pytest.raises(yz.YouzhiError):
        yz.rank_counties([one, other])


# ------------------------------------------------------------------------------------ all of them


@pytest.mark.parametrize("name", CASES)
def test_a_case_ends_as_it_should(name, tmp_path, monkeypatch):
    wishes = (tmp_path, monkeypatch) if CASES[name].__code__.co_argcount == 2 else (tmp_path,)
    CASES[name](*wishes)


def test_no_case_is_left_out():
    counts = {"E": 20, "H": 15, "N": 22, "K": 15, "D": 13}
    wanted = [f"{group}{at:02d}" for group, last in counts.items() for at in range(1, last + 1)]
    assert sorted(CASES) == sorted(wanted)


def test_fifty_faults_in_one_file_give_fifty_findings(tmp_path):
    rows = [[f"03703230{at:02d}", f"第{at}小学", "小学", "300", "15", "1500"] for at in range(60)]
    for at in range(50):
        rows[at][3 + at % 3] = ["-1", "x", "1.2.3", "12,5"][at % 4]
    made = read(put(tmp_path, text_of(rows)))
    told = [(one.row, one.column) for one in made.findings if one.outcome == "reject"]
    assert told == [(at + 2, HEAD[3 + at % 3]) for at in range(50)]


# ------------------------------------------------------------------------------------ grades and entrants


def graded(folder, head, *rows, primary_years=None):
    """What becomes of schools with these columns behind type and pupils: rules and rows, and the table."""
    head = ["学校名称", "学校类型", "小学学生人数", "初中学生人数", *head]
    rows = [[f"第{at}学校", *row] for at, row in enumerate(rows)]
    readings = read(put(folder, text_of(rows, head))).readings
    made = make_schools(readings, "demo", 2022, primary_years=primary_years)
    told = [(one.rule, one.row) for one in made.findings]
    return told, made.table.frame.filter(like="pupils_").replace(np.nan, None).to_numpy().tolist()


NINE = "九年一贯制学校"
TENS = [
    "10",
    "11",
    "12",
    "13",
    "14",
    "15",
    "16",
    "17",
    "18",
]  # 60, 75 and 66, 51 by five or six years


@pytest.mark.parametrize(
    ("primary", "junior", "years", "held"),
    [
        ("60", "66", None, []),
        ("75", "51", None, []),
        ("60", "66", 5, []),
        ("75", "51", 6, []),
        ("75", "51", 5, [0, 1]),
        ("60", "66", 6, [0, 1]),
        ("60", "51", None, [0, 1]),  # each fits one system, both together none
        ("75", "50", None, [1]),
        ("74", "51", None, [0]),
        ("61", "66", None, [0]),
        ("60", "67", 5, [1]),
    ],
)
def test_grade_six_belongs_where_the_county_says_or_where_the_numbers_fit(
    tmp_path, primary, junior, years, held
):
    told, [pupils] = graded(tmp_path, GRADES, [NINE, primary, junior, *TENS], primary_years=years)
    assert told == [("D06", 2)] * len(held)
    given = [float(primary), float(junior)]
    assert pupils == [None if at in held else number for at, number in enumerate(given)]


@pytest.mark.parametrize(
    ("head", "years"),
    [
        (["初一", "初二", "初三", "初四"], 5),
        (["初中一年级", "初中二年级", "初中三年级", "初中四年级"], 6),
        (["初中六年级", "七年级", "八年级", "九年级"], 6),
    ],
)
def test_a_head_that_says_the_stage_goes_before_the_card(tmp_path, head, years):
    row = [NINE, "60", "66", *TENS]
    assert graded(tmp_path, [*GRADES[:5], *head], row, primary_years=years)[0] == []
    row[2] = "65"
    assert graded(tmp_path, [*GRADES[:5], *head], row, primary_years=years)[0] == [("D06", 2)]


def test_a_blank_grade_is_told_once_and_not_taken_for_zero(tmp_path):
    blank, wrong = ["10", "", "10", "10", "10"], ["10", "12.5", "10", "10", "x"]
    rows = [
        ["小学", "51", "", *blank],  # the blank one may be 11
        ["小学", "60", "", *wrong],
        ["小学", "40", "", *blank],  # nothing is lacking
        ["小学", "39", "", *blank],  # more than the whole whatever the blank one is
        ["初中", "", "90", *[""] * 5],
        ["小学", "", "", *["10"] * 5],
    ]
    told, pupils = graded(tmp_path, GRADES[:5], *rows)
    assert told == [("D06", 5), ("D06d", "")]
    assert [primary for primary, _ in pupils] == [51, 60, 40, None, None, None]


@pytest.mark.parametrize("years", [None, 6])
def test_a_table_without_all_columns_of_grades_is_not_checked_for_less(tmp_path, years):
    head = ["一年级", "二年级", "四年级", "五年级"]
    rows = [["小学", "100", "", *["20"] * 4], ["小学", "79", "", *["20"] * 4]]
    told, _ = graded(tmp_path, head, *rows, primary_years=years)
    assert told == [("D06", 3), ("D06d", "")]


def test_one_grade_alone_or_one_twice_checks_nothing_and_is_told_as_unread(tmp_path):
    for head, unread in ((["一年级"], 1), (["一年级", "1年级", "二年级"], 2)):
        rows = [[*row, *["10"] * len(head)] for row in ROWS]
        told = ends(read(put(tmp_path, text_of(rows, [*HEAD, *head]))), "warn")
        assert told.rule == "H07"
        assert told.found.startswith(f"{unread}列未读入：一年级")


def test_entrants_without_a_stage_are_those_of_a_school_of_one_stage(tmp_path):
    head = ["招生数", "一年级", "七年级"]
    rows = [
        ["小学", "90", "", "11", "10", ""],
        ["教学点", "90", "", "10", "10", ""],
        ["初中", "", "90", "11", "", "10"],
        [NINE, "90", "90", "20", "10", "10"],
        ["小学", "90", "", "", "10", ""],
    ]
    told, _ = graded(tmp_path, head, *rows, primary_years=6)
    assert [one for one in told if one[0] != "D06d"] == [("D06b", 2), ("D06b", 4)]


def test_entrants_of_junior_school_are_its_first_grade_in_five_and_in_six_years(tmp_path):
    def row(told):
        return [NINE, "60", "66", *TENS, told]

    for told, years, rules in (
        ("15", 5, []),
        ("16", 5, [("D06b", 2)]),
        ("15", None, []),
        ("16", None, []),
        ("17", None, [("D06b", 2)]),
    ):
        head = [*GRADES, "七年级新生"]
        assert graded(tmp_path, head, row(told), primary_years=years)[0] == rules


@pytest.mark.parametrize("merge", [False, True])
@pytest.mark.parametrize("whole", ["100", "101"])
@pytest.mark.parametrize("group", ["小学", "小学在校生", "小学学生人数", "小学（人）"])
def test_grades_are_found_under_a_merged_head(tmp_path, group, whole, merge):
    last = "学生数" if group in ("小学", "小学（人）") else "合计"
    rows = [
        ["学校名称", "学校类型", group, *[""] * 6],
        ["", "", *GRADES[:6], last],
        ["1校", "小学", 10, 20, 10, 20, 10, 30, int(whole)],
        ["2校", "小学", 10, 20, 10, 20, 10, 31, 101],
    ]

    def join(made):
        if merge:
            for cells in ("A1:A2", "B1:B2", "C1:I1"):
                made.active.merge_cells(cells)

    made = read(book(tmp_path, rows, change=join))
    assert {one.rule for one in made.findings} == ({"H01"} if whole == "100" else {"H01", "D06"})
    assert value(made, row=1) is not None
    assert value(made, row=0) == (100 if whole == "100" else None)


def test_grades_of_teachers_are_no_pupils(tmp_path):
    rows = [
        ["学校名称", "学校类型", "小学学生人数", "师资情况", ""],
        ["", "", "", "一年级", "二年级"],
        ["甲校", "小学", 100, 60, 60],
    ]
    for last in ("一年级", "三年级"):
        rows[1][3] = last
        made = read(book(tmp_path, rows))
        assert {one.rule for one in made.findings} <= {"H07", "H07b"}
        assert value(made, row=0) == 100


def test_headers_of_control_columns_mean_one_thing_and_are_compared_as_written():
    headers = [header for one in load_controls().values() for header in one.headers]
    assert len(headers) == len(set(headers)) > 1000
    assert [header for header in headers if clean_header(header) != header] == []
    known = [*yz.columns.load_columns().values(), *yz.columns.load_totals().values()]
    kept = {clean_header(name) for one in known for name in (one.id, one.zh, *one.headers)}
    assert kept & set(headers) == set()
    assert kept & set(load_controls()) == set()


def test_a_file_with_control_columns_is_left_to_the_careful_way(tmp_path):
    rows = [[*row, "100", "100"] for row in ROWS]
    file = put(tmp_path, text_of(rows, [*HEAD, *GRADES[:2]]))
    assert read_clean_csv(put(tmp_path, name="b.csv"), "demo", 2022) is not None
    assert read_clean_csv(file, "demo", 2022) is None


COUNTS = st.lists(st.integers(0, 400), min_size=9, max_size=9)


@given(COUNTS, st.sampled_from([5, 6]), st.integers(-3, 3), st.permutations(range(9)))
def test_grades_agree_exactly_where_their_sum_is_the_total(
    tmp_path_factory, counts, years, off, order
):
    primary, junior = sum(counts[:years]) + off, sum(counts[years:])
    row = [NINE, str(max(primary, 0)), str(junior), *(str(counts[at]) for at in order)]
    told, [pupils] = graded(
        tmp_path_factory.mktemp("law"), [GRADES[at] for at in order], row, primary_years=years
    )
    wrong = max(primary, 0) != sum(counts[:years])
    assert told == ([("D06", 2)] if wrong else [])
    assert pupils == [None if wrong else max(primary, 0), junior]


@given(COUNTS, st.sampled_from([5, 6]))
def test_where_nobody_says_the_system_either_one_is_believed(tmp_path_factory, counts, years):
    row = [NINE, str(sum(counts[:years])), str(sum(counts[years:])), *map(str, counts)]
    assert graded(tmp_path_factory.mktemp("law"), GRADES, row)[0] == []


# ------------------------------------------------------------------------------------ codes of schools


def rules_of(*codes, divisions=("370323",)):
    records = [Record(Place("a.csv", "", at), {}) for at in range(len(codes))]
    frame = pd.DataFrame({"county": "demo", "year": 2022, "school_id": codes})
    return [one.rule for one in check_codes(frame, records, "", divisions)]


BODIES = st.text(SIGNS, min_size=9, max_size=9)


@given(BODIES, st.integers(8, 17), st.sampled_from(SIGNS))
def test_one_wrong_sign_in_a_credit_code_is_always_found(body, at, sign):
    code = credit_code("370323", body)
    assert rules_of(code) == rules_of(code.lower()) == []
    other = code[:at] + sign + code[at + 1 :]
    assert rules_of(other) == ([] if other == code else ["K07b"])


@given(BODIES, st.integers(2, 16))
def test_two_neighbours_changed_in_a_credit_code_are_always_found(body, at):
    code = credit_code("370323", body)
    other = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    assert rules_of(other) == ([] if other == code else ["K07b"])


@given(st.text("0123456789", min_size=6, max_size=6))
def test_a_credit_code_is_of_here_of_near_or_of_elsewhere(region):
    near = region.startswith("3703") or region in ("370000", "100000")
    wanted = [] if region == "370323" else ["K07d"] if near else ["K07c"]
    assert rules_of(credit_code(region)) == wanted


def test_codes_are_of_one_length_in_each_county_and_year(tmp_path):
    head = ["县区", *HEAD]
    rows = [["甲县", *ROWS[0]], ["乙县", "370323002", *ROWS[1][1:]]]
    apart = put(tmp_path, text_of(rows, head))
    assert worst(read(apart, county=None)) == "ok"
    assert read_clean_csv(apart, None, 2022) is not None
    mixed = put(tmp_path, text_of([["甲县", *row[1:]] for row in rows], head))
    told = ends(read(mixed, county=None), "warn", row=3)
    assert told.found == "9位的1个、10位的1个；9位的如370323002"
    assert read_clean_csv(mixed, None, 2022) is None


def test_a_card_says_codes_of_today_and_before_and_years_of_schooling():
    card = parse_card(
        'code = "370116"\nname = { zh = "甲区" }\nstages = { primary = { years = 5 } }\n'
        'former_names = [{ name = "甲市", until = 2018, code = "371202" }, { name = "乙", until = 1 }]',
        "demo",
    )
    assert (card.division_codes, card.primary_years) == (["370116", "371202"], 5)
    bare = parse_card('name = { zh = "甲区" }', "demo")
    assert (bare.division_codes, bare.primary_years) == ([], None)
    for wrong in ("37011", "3701160", "37011X"):
        with pytest.raises(UsageError, match="code"):
            parse_card(f'code = "{wrong}"\nname = {{ zh = "甲区" }}', "demo")
