"""Files as they really come: every one is read as what it is, or refused with a reason and an advice."""

import contextlib
import csv
import gc
import io
import os
import stat
import subprocess
import sys
import textwrap
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlwt
from hypothesis import given, settings
from hypothesis import strategies as st

from youzhi.errors import DataError
from youzhi.intake.files import sources
from youzhi.intake.files.csvs import guard_text, unguard_text
from youzhi.intake.files.sources import read_source
from youzhi.intake.findings import is_refused, load_rules

ROWS = [["学校", "在校生数"], ["㙍头小学", "120"], ["𬭚溪小学", "80"]]
TEXT = "学校,在校生数\r\n㙍头小学,120\r\n𬭚溪小学,80\r\n"


def put(folder, content, name="甲县.csv"):
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def rows_of(folder, content, name="甲县.csv"):
    return read_source(put(folder, content, name)).sheets[0].rows


def rules_of(source):
    return [finding.rule for finding in source.findings]


def refused(path):
    """The only finding of a refused file."""
    with pytest.raises(DataError) as error:
        read_source(path)
    [finding] = error.value.findings.to_dict("records")
    assert finding["outcome"] == "reject"
    assert finding["advice"]
    assert finding["allowed"]
    assert finding["file"] == path.name
    assert str(path.parent) not in str(error.value)
    return finding


def book_bytes(rows=ROWS, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def old_book_bytes(change=None):
    book = xlwt.Workbook()
    sheet = book.add_sheet("学校")
    for at, row in enumerate(ROWS):
        for position, text in enumerate(row):
            sheet.write(at, position, text)
    if change:
        change(book, sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


BOOK, SHEET = book_bytes(), "xl/worksheets/sheet1.xml"


def with_part(name, change=None, book=BOOK, **more):
    """A workbook with one part changed, and more parts by name."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(book)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for part in old.namelist():
            data = old.read(part)
            new.writestr(part, change(data) if part == name else data)
        for part, data in more.items():
            new.writestr(part, data)
    return out.getvalue()


def with_rows(xml):
    def change(data):
        return data.replace(b"</sheetData>", xml.encode() + b"</sheetData>")

    return with_part(SHEET, change)


# --- encodings, separators, line ends of text files


@pytest.mark.parametrize(
    ("content", "encoding", "rules"),
    [
        (TEXT.encode("utf-8-sig"), "utf-8-sig", ["E01"]),
        (TEXT.encode(), "utf-8", []),
        (TEXT.encode("gb18030"), "gb18030", ["E03"]),
        (b"\xff\xfe" + TEXT.encode("utf-16-le"), "utf-16-le", ["E05"]),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be", ["E05"]),
        (b"\xff\xfe" + TEXT.replace(",", "\t").encode("utf-16-le"), "utf-16-le", ["E05", "E14"]),
        (TEXT.replace("\r\n", "\n").encode(), "utf-8", []),
        (TEXT.replace("\r\n", "\r").encode(), "utf-8", []),
        (TEXT.replace("\r\n", "\n", 1).encode(), "utf-8", ["E13"]),
        (TEXT.replace("\r\n", "\r", 1).encode(), "utf-8", ["E13"]),
        ((TEXT + "\r\n\r\n").encode(), "utf-8", ["E13"]),
        ((TEXT + ",,,\r\n , \r\n").encode(), "utf-8", ["E13"]),
        (TEXT.replace("\r\n", ",,,\r\n").encode(), "utf-8", ["E13"]),
        (TEXT.replace(",", "\t").encode(), "utf-8", ["E14"]),
        (TEXT.replace(",", ";").encode(), "utf-8", ["E14"]),
        (TEXT.replace(",", "，").encode(), "utf-8", ["E14"]),
        (TEXT.replace("\r\n", '"\r\n"').replace(",", '","').join('""').encode()[:-2], "utf-8", []),
    ],
    ids=[
        *("E01", "E02", "E03+E07", "E05-le", "E05-be", "E05-unicode-text", "E13-lf", "E13-cr"),
        *("E13-crlf-lf", "E13-crlf-cr", "E13-blank-lines", "E13-blank-rows", "E13-blank-columns"),
        *("E14-tab", "E14-semicolon", "E14-chinese-comma", "E02-quoted"),
    ],
)
def test_the_way_a_text_was_saved_changes_no_cell_and_is_told(tmp_path, content, encoding, rules):
    source = read_source(put(tmp_path, content))
    assert source.sheets[0].rows == ROWS
    assert (source.kind, source.encoding, rules_of(source)) == ("csv", encoding, rules)
    assert not is_refused(source.findings)


def test_gb18030_is_named_in_the_finding(tmp_path):  # E03
    [finding] = read_source(put(tmp_path, TEXT.encode("gb18030"))).findings
    assert (finding.found, finding.outcome) == ("gb18030", "norm")


def test_utf8_that_is_also_valid_gb18030_is_read_as_utf8(tmp_path):  # E04
    text = "名称,备注\n实验小学,城区学校\n"
    assert text.encode().decode("gb18030") != text  # it is valid, and mojibake
    assert rows_of(tmp_path, text) == [["名称", "备注"], ["实验小学", "城区学校"]]


GB_LINE = "丁家小学,七十\n".encode("gb18030")


@pytest.mark.parametrize(
    ("content", "line", "offset"),
    [
        ("学校,备注\n实验小学,城区\n".encode() + GB_LINE, 3, 34),
        (GB_LINE * 3 + "实验小学,城区\n".encode(), 4, 42),
        ("学校,实验小学,城区,".encode() + GB_LINE, 1, 27),
        (b"\xef\xbb\xbf" + "学校,备注\n".encode() + GB_LINE, 2, 14),
        (b"school,n\n\xff\xff,1\n", 2, 9),
        ("学校,数\n甲校,1\n".encode("gb18030") + b"\xff,1\n", 3, 15),
        (b"\xff\xfe" + "校,1\n".encode("utf-16-le") + b"\x00\xd8,\x00", 2, 10),
    ],
    ids=[
        *("E06-gbk-in-utf8", "E06-utf8-in-gbk", "E06-in-one-line", "E06-after-mark", "E06-neither"),
        *("E06-gbk-broken", "E06-utf16"),
    ],
)
def test_mixed_or_unknown_encodings_are_refused_with_line_and_byte(tmp_path, content, line, offset):
    finding = refused(put(tmp_path, content))
    assert (finding["rule"], finding["row"]) == ("E06", line)
    assert f"第{offset}字节" in finding["found"]


def test_mixture_that_would_decode_as_one_encoding_is_not_read_as_mojibake(tmp_path):  # E06
    content = "学校,实验小学\n".encode() + GB_LINE
    content.decode("gb18030")  # valid as a whole
    assert refused(put(tmp_path, content))["rule"] == "E06"


def test_short_words_in_gbk_that_look_like_utf8_do_not_make_a_mixture(tmp_path):  # E06, other side
    word = "陆影"
    assert word.encode("gbk").decode("utf-8") != word  # it is valid, and mojibake
    text = f"学校,网络\n甲校,{word}\n乙校,{word}\n"
    assert rows_of(tmp_path, text.encode("gbk"))[1:] == [["甲校", word], ["乙校", word]]


@pytest.mark.parametrize(
    ("content", "row"),
    [
        ('学校,数\n甲校,1\n"乙校,2\n丙校,3\n', 3),
        ('学校,数\n"甲校"1,2\n', 2),
        ('学校,数\n"' + "甲" * 200_000 + '",1\n', 2),
        (TEXT.encode()[:-7], ""),
        (b"\xff\xfe" + TEXT.encode("utf-16-le")[:-1], ""),
    ],
    ids=["E08-quote", "E08-after-quote", "E08-long", "E08-utf8-character", "E08-utf16-character"],
)
def test_text_that_breaks_off_is_refused(tmp_path, content, row):
    finding = refused(put(tmp_path, content))
    assert finding["rule"] == "E08"
    assert row in ("", finding["row"])


@pytest.mark.parametrize("text", ["学校|数\n甲校|1\n", "学校 数\n甲校 1\n"], ids=["E14-|", "E14- "])
def test_text_without_known_separator_is_never_read_as_one_column(tmp_path, text):
    assert refused(put(tmp_path, text))["rule"] == "E14b"


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("在校生\t面积\n1,234\t2,000\n", [["在校生", "面积"], ["1,234", "2,000"]]),
        (
            "学校,面积\n甲校,61;73\n乙校,61;90\n",
            [["学校", "面积"], ["甲校", "61;73"], ["乙校", "61;90"]],
        ),
        (
            "沂源县，2023年\n学校,数\n甲，校,1\n",
            [["沂源县，2023年"], ["学校", "数"], ["甲，校", "1"]],
        ),
        ("sep=;\n学校;数\n甲,校;1\n", [[], ["学校", "数"], ["甲,校", "1"]]),
    ],
    ids=["thousands-in-tabs", "semicolons-in-commas", "chinese-commas-in-commas", "sep-line"],
)
def test_separator_is_the_sign_that_makes_columns(tmp_path, text, rows):  # E14
    assert rows_of(tmp_path, text) == rows


def test_rows_of_a_text_keep_their_length_and_their_number(tmp_path):  # H15
    text = '学校,甲,乙\n"两\n行",1\n\n丙校,1,2,3\n'
    assert rows_of(tmp_path, text) == [
        ["学校", "甲", "乙"],
        ["两\n行", "1"],
        [],
        ["丙校", "1", "2", "3"],
    ]


def test_cells_of_a_text_are_neither_stripped_nor_converted(tmp_path):
    text = "学校, 数 \nNA,0370\nnull,１２３\nTRUE,1E5\n'甲,\u200b1\n"
    told = [
        ["学校", " 数 "],
        ["NA", "0370"],
        ["null", "１２３"],
        ["TRUE", "1E5"],
        ["'甲", "\u200b1"],
    ]
    assert rows_of(tmp_path, text) == told


FORMULAS = [
    "=1+1",
    "+甲",
    "-甲",
    "@甲",
    "\t=1",
    "\r=1",
    "＝1",
    ";=1",
    " =1",
    "'=1",
    "\n=1",
    "\u3000@甲",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_a_spreadsheet_would_run_is_neutralised_and_comes_back(tmp_path, text):  # S02
    assert guard_text(text) == f"'{text}"
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["学校", "数"], [guard_text(text), "1"]])
    assert rows_of(tmp_path, out.getvalue())[1] == [text, "1"]


@pytest.mark.parametrize("text", ["-", "-3.5%", "+1,000", "甲=校", "'甲", "", "实验小学"])
def test_text_that_runs_nothing_stays_as_it_is(text):
    assert guard_text(text) == text
    assert unguard_text(text) == text


@given(st.text())
def test_guard_is_reversible_for_every_text(text):
    assert unguard_text(guard_text(text)) == text


CHINESE = st.text(
    st.one_of(
        st.sampled_from("县小学㙍𬭚０,\"'\n;，\t （）"),
        st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(
    cells=st.lists(st.tuples(CHINESE, CHINESE), min_size=1, max_size=6),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]),
)
def test_what_is_written_is_read_again_in_every_encoding(tmp_path_factory, cells, encoding):
    rows = [["学校名称", "备注"], *map(list, cells), ["末尾学校", "末尾"]]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([map(guard_text, row) for row in rows])
    path = put(tmp_path_factory.mktemp("text"), out.getvalue().encode(encoding))
    assert read_source(path).sheets[0].rows == rows


# --- which file it is


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (TEXT.encode(), "甲县.xlsx", "csv"),
        (book_bytes(), "甲县.csv", "xlsx"),
        (old_book_bytes(), "甲县.xlsx", "xls"),
        (book_bytes(), "甲县.xls", "xlsx"),
    ],
    ids=["E10-csv-as-xlsx", "E10-xlsx-as-csv", "E10-xls-as-xlsx", "E10-xlsx-as-xls"],
)
def test_content_and_not_the_name_decides_how_a_file_is_read(tmp_path, content, name, kind):
    source = read_source(put(tmp_path, content, name))
    assert (source.kind, source.sheets[0].rows) == (kind, ROWS)
    assert rules_of(source) == ["E10"]


@pytest.mark.parametrize(
    ("content", "name"),
    [(TEXT.encode(), "甲县.txt"), (book_bytes(), "甲县.xlsm"), (old_book_bytes(), "甲县.xls")],
)
def test_name_that_fits_the_content_is_not_told(tmp_path, content, name):  # E10, other side
    assert rules_of(read_source(put(tmp_path, content, name))) == []


@pytest.mark.parametrize("head", ["PK", "MZ", "BM", "序号<1"])
def test_text_that_begins_like_another_kind_of_file_is_still_text(tmp_path, head):
    assert rows_of(tmp_path, f"{head},数\n甲,1\n") == [[head, "数"], ["甲", "1"]]


def encrypted():
    """An old file system whose folder names an encrypted package, as a protected .xlsx is saved."""
    content = bytearray(old_book_bytes())
    name, wanted = "Workbook".encode("utf-16-le"), "EncryptedPackage".encode("utf-16-le")
    at = content.index(name)
    content[at : at + 64] = wanted.ljust(64, b"\0")
    content[at + 64 : at + 66] = (len(wanted) + 2).to_bytes(2, "little")
    return bytes(content)


def zip_of(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"<html><table><tr><td>1</td></tr></table></html>", "E10b"),
        (b"\xef\xbb\xbf\r\n<?xml version='1.0'?><Workbook/>", "E10b"),
        (b"MIME-Version: 1.0\r\n", "E10b"),
        (
            zip_of(
                mimetype="application/vnd.oasis.opendocument.spreadsheet", **{"content.xml": ""}
            ),
            "E10c",
        ),
        (zip_of(**{"xl/workbook.bin": b"1"}), "E10c"),
        (encrypted(), "E11"),
        (zip_of(**{"word/document.xml": "<a/>"}), "S06"),
        (zip_of(schools="1,2"), "S06"),
        (b"\x80\x04\x95\x00.", "S06"),
        (b"PAR1....", "S06"),
        (b"%PDF-1.7\n", "S06"),
        (b"\x1f\x8b\x08\x00", "S06"),
        (b"\x89PNG\r\n", "S06"),
        (b"a,b\n\x00,1\n", "S06"),
        ("学校,数\n甲,1\n".encode("utf-16-le"), "S06"),
        (b"\xff\xfe" + "学校,数\n\0,1\n".encode("utf-16-le"), "S06"),
        (book_bytes()[:-400], "E09"),
        (b"PK\x03\x04 cut", "E09"),
        (with_part(SHEET, lambda data: data[:-30]), "E09"),
        (with_part(SHEET, lambda data: data.replace(b'r="A1"', b'r="AAAA1"')), "E09"),
        (with_part("none", **{"../evil.xml": "<a/>"}), "E09"),
        (old_book_bytes()[:2000], "E09"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\xff" * 600, "E09"),
        (b"", "E12"),
        (b"\xef\xbb\xbf", "E12"),
        ("学校,数\n".encode(), "E12"),
        (b",,\r\n,,\r\n", "E12"),
        (book_bytes([]), "E12"),
        (book_bytes(ROWS[:1]), "E12"),
    ],
    ids=[
        *("E10-html", "E10-xml", "E10-mhtml", "E10-ods", "E10-xlsb", "E11", "S06-docx", "S06-zip"),
        *("S06-pickle", "S06-parquet", "S06-pdf", "S06-gzip", "S06-png", "S06-nul"),
        *("E05-unmarked", "S06-nul-utf16", "E09-cut", "E09-no-zip", "E09-xml", "E09-address"),
        *("E09-name", "E09-xls-cut", "E09-xls-junk"),
        *("E12-empty", "E12-mark", "E12-header", "E12-blank", "E12-book-empty", "E12-book-header"),
    ],
)
@pytest.mark.parametrize("name", ["甲县.csv", "甲县.xlsx", "甲县.xls"])
def test_file_that_is_no_table_is_refused_whatever_its_name(tmp_path, content, rule, name):
    assert refused(put(tmp_path, content, name))["rule"] == rule


# --- the way to the file


def test_missing_file_is_refused(tmp_path):
    assert refused(tmp_path / "无.csv")["rule"] == "E19b"
    assert refused(tmp_path / "没有这个夹" / "甲县.csv")["rule"] == "E19b"


@pytest.mark.parametrize("name", ["长" * 300, "甲\0县.csv"])
def test_name_that_no_file_can_have_is_refused(tmp_path, name):  # E20
    with pytest.raises(DataError) as error:
        read_source(tmp_path / name)
    assert error.value.findings["rule"].tolist() == ["E20"]


def test_folder_link_and_pipe_under_the_name_of_a_table_are_refused(tmp_path):  # E19
    (tmp_path / "夹.csv").mkdir()
    (tmp_path / "链.csv").symlink_to(put(tmp_path, TEXT))
    os.mkfifo(tmp_path / "管.csv")
    found = {name: refused(tmp_path / f"{name}.csv") for name in "夹链管"}
    assert {name: finding["rule"] for name, finding in found.items()} == dict.fromkeys(
        "夹链管", "E19"
    )
    assert (found["夹"]["found"], found["链"]["found"]) == ("文件夹", "符号链接")


def test_device_is_refused_without_being_opened():  # E19
    with pytest.raises(DataError, match="设备"):
        read_source("/dev/zero")


def test_file_without_permission_is_refused(tmp_path, monkeypatch):  # E20
    path = put(tmp_path, TEXT)

    def deny(*_call):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(sources.os, "open", deny)  # the permission itself does not stop root
    assert refused(path)["rule"] == "E20"


def test_file_that_is_written_while_it_is_read_is_refused(tmp_path, monkeypatch):  # E16
    path, read = put(tmp_path, TEXT), sources._read_twice

    def read_and_write(path):
        content = read(path)
        with path.open("ab") as stream:
            stream.write("丙校,1\n".encode())
        return content

    monkeypatch.setattr(sources, "_read_twice", read_and_write)
    assert refused(path)["rule"] == "E16"


def test_file_that_is_written_without_a_change_of_size_or_time_is_refused(tmp_path, monkeypatch):
    class Moving(io.FileIO):  # E16
        looks = 0

        def read(self):
            self.looks += 1
            return super().read().replace(b"120", b"130" if self.looks > 1 else b"120")

    monkeypatch.setattr(sources, "open", lambda path, *_mode, **_how: Moving(path), raising=False)
    assert refused(put(tmp_path, TEXT))["rule"] == "E16"


def test_file_that_was_replaced_by_another_of_the_same_size_and_time_is_refused(
    tmp_path, monkeypatch
):  # E16
    path, read = put(tmp_path, TEXT), sources._read_twice
    other = put(tmp_path, TEXT.replace("120", "130"), "另.csv")
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    os.utime(other, ns=times)

    def read_and_replace(path):
        content = read(path)
        other.replace(path)
        return content

    monkeypatch.setattr(sources, "_read_twice", read_and_replace)
    assert refused(path)["rule"] == "E16"


# --- workbooks


def cell_of(tmp_path, value, look="General"):
    def change(book):
        book.active["A4"], book.active["A4"].number_format = value, look

    [sheet] = read_source(put(tmp_path, book_bytes(change=change), "甲县.xlsx")).sheets
    return sheet.rows[3][0], sheet.marks.get((4, 0), "")


@pytest.mark.parametrize(
    ("value", "look", "text", "mark"),
    [
        ("0370323001", "@", "0370323001", "text"),
        (" １２３.５ ", "General", " １２３.５ ", "text"),
        ("\u200b1,234\xa0", "General", "\u200b1,234\xa0", "text"),
        ("实验小学", "General", "实验小学", ""),
        ("一_x000D_二", "General", "一\r二", ""),
        (0, "General", "0", "number"),
        (-3.5, "General", "-3.5", "number"),
        (12.5, "0", "12.5", "number"),
        (1e-7, "General", "0.0000001", "number"),
        (1.2e20, "General", "120000000000000000000", "number"),
        (1e308, "General", "1" + "0" * 308, "number"),
        (0.95, "0%", "95%", "percent"),
        (0.4655, "0.0%", "46.55%", "percent"),
        (0.07, "0.00%;[Red]-0.00%", "7%", "percent"),
        (46.5, '0.0"%"', "46.5%", "percent"),
        (date(2023, 9, 1), "yyyy-mm-dd", "2023-09-01", "date"),
        (datetime(2023, 9, 1, 8, 30), "yyyy/m/d h:mm", "2023-09-01 08:30:00", "date"),
        (True, "General", "TRUE", "boolean"),
        (False, "General", "FALSE", "boolean"),
        ("#DIV/0!", "General", "#DIV/0!", "error"),
    ],
)
def test_cell_of_a_workbook_is_its_text_with_every_digit_and_its_mark(
    tmp_path, value, look, text, mark
):  # N08, N10, N12, N13, N18, N21
    assert cell_of(tmp_path, value, look) == (text, mark)


LOOKS = {
    "ten thousands": (50, '0"万元"', "50万元", "", False),
    "hundreds": (2, '0"百"', "2百", "", False),
    "hundreds of yuan": (5.5, '#,##0.0"百元"', "5.5百元", "", False),
    "about": (300, '"约"0', "约300", "", False),
    "more than": (300, '0"+"', "300+", "", False),
    "escaped": (50, r"0\万\元", "50万元", "", False),
    "bare words": (50, "0万元", "50万元", "", False),
    "general": (50, 'General"万元"', "50万元", "", False),
    "currency with a unit": (50, "[$万元-804]#,##0", "万元50", "", False),
    "about a share": (0.465, '"约"0.0%', "约46.5%", "percent", False),
    "quoted percent, wide": (95, '0"％"', "95％", "", False),
    "unit": (50, '0"人"', "50人", "", False),
    "condition holds": (99, '[<100]"约"0;0', "约99", "", False),
    "condition does not hold": (100, '[<100]"约"0;0', "100", "number", False),
    "negative": (-5, '0"万";-0"万"', "-5万", "", False),
    "zero in words": (0, '0;-0;"无"', "无", "", False),
    "zero as a dash": (0, '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ ', "0", "number", False),
    "decoration": (-50, '"￥"#,##0.00_);[Red]("￥"#,##0.00)', "-50", "number", False),
    "currency": (50, "[$￥-804]#,##0.00", "50", "number", False),
    "fraction": (0.5, "# ?/8", "0.5", "number", False),
    "exponent": (120000, "0.00E+00", "120000", "number", False),
    "zeros in front": (370323001, "0000000000", "0370323001", "number", False),
    "digits in front": (1, '"0370323"000', "0370323001", "", True),
    "digits behind": (50, '0"00"', "5000", "", True),
    "thousands": (50, '#,##0,"千"', "50", "number", True),
    "thousands, decimals": (50, "#,##0.0,", "50", "number", True),
    "ten thousands, by a trick": (123456, '0!.0,"万"', "123456", "number", True),
    "point that is a text": (15, '0"."0', "15", "number", True),
    "hidden": (50, ";;;", "50", "number", True),
    "hidden zero": (0, "0;-0;;@", "0", "number", True),
    "hidden zero, digits": (0, "#,###", "0", "number", True),
    "no condition": (50, '[>1.2.3]0"万"', "50万", "", False),
    "not hidden": (5, "0;-0;;@", "5", "number", False),
    "text with words": ("50", '@"万元"', "50万元", "", False),
    "text beside a format of numbers": ("50", '0"万元"', "50", "text", False),
}


@pytest.mark.parametrize(("value", "look", "text", "mark", "is_odd"), LOOKS.values(), ids=LOOKS)
@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_number_is_read_with_the_words_that_its_format_shows(
    tmp_path, value, look, text, mark, is_odd, kind
):  # N03, N19b
    if kind == "xls" and isinstance(value, str):
        pytest.skip("only numbers of an .xls have a format")

    def change(book):
        book.active["B4"], book.active["B4"].number_format = value, look

    def change_old(_book, sheet):
        sheet.write(3, 1, value, xlwt.easyxf(num_format_str=look))

    content = book_bytes(change=change) if kind == "xlsx" else old_book_bytes(change_old)
    source = read_source(put(tmp_path, content, f"甲县.{kind}"))
    [sheet] = source.sheets
    assert (sheet.rows[3][1], sheet.marks.get((4, 1), "")) == (text, mark)
    told = [(one.rule, one.cell, one.became) for one in source.findings]
    assert told == ([("E22", "B4", f"B4：{text}")] if is_odd else [])


def test_number_format_of_any_length_makes_no_text_of_that_length(tmp_path):
    def change(book):
        book.active["B4"], book.active["B4"].number_format = 5, "0" * 9000 + '"甲"' * 9000

    [sheet] = read_source(put(tmp_path, book_bytes(change=change), "甲县.xlsx")).sheets
    assert sheet.rows[3][1] == "5".zfill(255)


def test_cells_whose_format_shows_another_number_are_told_once_for_each_format(tmp_path):  # E22
    def change(book):
        for row in range(2, 14):
            book.active.cell(row, 2).value = row
            book.active.cell(row, 2).number_format = "0," if row < 13 else "0,,"

    [many, one] = read_source(put(tmp_path, book_bytes(change=change), "甲县.xlsx")).findings
    assert many.found.startswith("B2、B3、")
    assert many.found.endswith("等11格（格式 0,）")
    assert (one.cell, one.found, one.outcome) == ("B13", "B13（格式 0,,）", "warn")


@pytest.mark.parametrize(
    ("xml", "text", "mark"),
    [
        ("<v>9007199254740993</v>", "9007199254740993", "number"),
        ("<v>3703230010000012345</v>", "3703230010000012345", "number"),
        ("<v>0.30000000000000004</v>", "0.30000000000000004", "number"),
        ("<v>1.2345600000000001</v>", "1.23456", "number"),
        ("<v>9007199254740993.0</v>", "9007199254740993", "number"),
        ("<v>0.12345678901234567890123</v>", "0.12345678901234567890123", "number"),
        ("<v>1.2E+05</v>", "120000", "number"),
        ("<v>12.50</v>", "12.5", "number"),
        ("<f>1+1</f><v>2</v>", "2", "number"),
        ("<f>1+1</f>", "=1+1", "formula"),
        ("<f>1+1</f><v/>", "=1+1", "formula"),
    ],
)
def test_number_or_formula_is_what_the_file_holds(tmp_path, xml, text, mark):  # N10, N18
    content = with_rows(f'<row r="4"><c r="A4">{xml}</c></row>')
    [sheet] = read_source(put(tmp_path, content, "甲县.xlsx")).sheets
    assert (sheet.rows[3], sheet.marks[4, 0]) == ([text, ""], mark)


def test_date_beyond_the_calendar_of_workbooks_is_an_error_and_no_date(tmp_path):  # N13
    assert cell_of(tmp_path, 99_999_999, "yyyy-mm-dd")[1] == "error"


def test_formula_that_came_out_as_empty_text_is_blank_and_not_uncalculated(tmp_path):  # N10
    content = with_rows(
        '<row r="4"><c r="A4" t="str"><f>""</f><v></v></c><c r="B4"><v>1</v></c></row>'
    )
    [sheet] = read_source(put(tmp_path, content, "甲县.xlsx")).sheets
    assert (sheet.rows[3], sheet.marks.get((4, 0))) == (["", "1"], None)


def test_cells_without_addresses_and_with_prefixed_names_are_counted_and_read(tmp_path):
    def bare(data):
        return data.replace(b' r="A1"', b"").replace(b' r="B1"', b"").replace(b' r="1"', b"")

    assert rows_of(tmp_path, with_part(SHEET, bare), "甲县.xlsx") == ROWS


def test_array_formula_gives_its_stored_result_and_rich_text_its_plain_text(tmp_path):
    xml = (
        '<row r="4"><c r="A4" t="inlineStr"><is><r><t>沂源</t></r><r><rPr><b/></rPr><t>一小</t></r></is></c>'
        '<c r="B4"><f t="array" ref="B4">SUM(B2:B3)</f><v>200</v></c></row>'
    )
    assert rows_of(tmp_path, with_rows(xml), "甲县.xlsx")[3] == ["沂源一小", "200"]


def test_texts_are_the_same_with_and_without_formats_inside_cells_and_shared(tmp_path):
    formatted = "<r><t>一</t></r><r><rPr><b/></rPr><t>小</t></r>"
    spoken = '<t>一小</t><rPh sb="0" eb="1"><t>yixiao</t></rPh>'
    texts = ["<t>一小</t>", formatted, spoken, "<t/>", "", "<t>尾</t>"]
    inside = "".join(f'<c t="inlineStr"><is>{text}</is></c>' for text in texts)
    shared = "".join(f'<c t="s"><v>{at}</v></c>' for at in range(len(texts)))
    strings = "".join(f"<si>{text}</si>" for text in texts)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    part = f'<Override PartName="/xl/texts.xml" ContentType="{kind}"/></Types>'
    content = with_part(
        "[Content_Types].xml",
        lambda data: data.replace(b"</Types>", part.encode()),
        book=with_rows(f'<row r="4">{inside}</row><row r="5">{shared}</row>'),
        **{"xl/texts.xml": f'<sst xmlns="{space}">{strings}</sst>'.encode()},
    )
    rows = rows_of(tmp_path, content, "甲县.xlsx")
    assert rows[3] == rows[4] == ["一小", "一小", "一小", "", "", "尾"]


def test_merged_places_keep_only_the_first_value_whatever_their_borders(tmp_path):
    def change(book):
        thick = openpyxl.styles.Side(style="thick")
        book.active["A4"], book.active["B5"], book.active["C6"] = "甲", "乙", "尾"
        book.active["A4"].border = openpyxl.styles.Border(thick, thick, thick, thick)

    def merge(data):
        areas = (
            '<mergeCell ref="A4:B5"/><mergeCell ref="B5:C6"/>'  # one of them begins in the other
        )
        return data.replace(
            b"</sheetData>", f"</sheetData><mergeCells>{areas}</mergeCells>".encode()
        )

    content = with_part(SHEET, merge, book=book_bytes(change=change))
    [sheet] = read_source(put(tmp_path, content, "甲县.xlsx")).sheets
    assert sheet.rows[3:] == [["甲", ""]]
    assert sorted(sheet.merged) == [(4, 0, 5, 1), (5, 1, 6, 2)]


def test_link_on_a_place_without_a_cell_is_read_as_on_an_empty_cell(tmp_path):
    link = '<hyperlinks><hyperlink ref="B4" location="甲!A1"/></hyperlinks>'

    def with_link(row):
        return with_part(
            SHEET,
            lambda data: data.replace(b"</sheetData>", f"{row}</sheetData>{link}".encode()),
        )

    empty = with_link('<row r="4"><c r="B4" s="0"/></row>')
    assert rows_of(tmp_path, with_link(""), "甲县.xlsx") == rows_of(tmp_path, empty, "甲县.xlsx")


def test_reading_leaves_the_collector_of_garbage_as_it_was(tmp_path):
    path = put(tmp_path, BOOK, "甲县.xlsx")
    broken = put(
        tmp_path, with_part(SHEET, lambda data: data.replace(b"<v>", b"<v>x")), "乙县.xlsx"
    )
    for enabled in (True, False):
        (gc.enable if enabled else gc.disable)()
        try:
            read_source(path)
            with contextlib.suppress(DataError):
                read_source(broken)
            assert gc.isenabled() is enabled
        finally:
            gc.enable()


def arrange(book):
    """Hide, filter and merge as people do; one more sheet is hidden and one is blank."""
    sheet = book.active
    sheet.title = "小学"
    sheet.row_dimensions[2].hidden = True
    sheet.auto_filter.ref = "A1:B3"
    sheet.column_dimensions.group("B", "D", hidden=True)
    sheet["A4"], sheet["A6"] = "城关镇", "尾"
    sheet.merge_cells("A4:A5")
    other = book.create_sheet("旧数")
    other.append(["学校"])
    other.sheet_state = "veryHidden"
    book.create_sheet("空").cell(9, 9).number_format = "0%"


def test_hidden_and_merged_places_of_a_workbook_are_told_and_blank_sheets_are_not(tmp_path):
    sheets = read_source(put(tmp_path, book_bytes(change=arrange), "甲县.xlsx")).sheets
    assert [(sheet.title, sheet.hidden) for sheet in sheets] == [("小学", False), ("旧数", True)]
    assert sheets[0].rows[3:] == [["城关镇", ""], ["", ""], ["尾", ""]]
    assert sheets[0].merged == [(4, 0, 5, 0)]  # H12
    assert (sheets[0].hidden_rows, sheets[0].hidden_columns) == ({2}, {1})  # H11
    assert (sheets[1].hidden_rows, sheets[1].hidden_columns) == (set(), set())


def test_row_and_column_of_no_size_are_hidden_too(tmp_path):  # H11
    def flatten(data):
        data = data.replace(b'<row r="2"', b'<row r="2" ht="0" customHeight="1"')
        return data.replace(
            b"<sheetData>",
            b'<cols><col min="2" max="2" width="0" customWidth="1"/></cols><sheetData>',
        )

    [sheet] = read_source(put(tmp_path, with_part(SHEET, flatten), "甲县.xlsx")).sheets
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {1})


def test_blank_rows_behind_are_gone_and_those_between_are_kept(tmp_path):
    def change(book):
        book.active["B6"], book.active["C9"] = 5, "  "

    [sheet] = read_source(put(tmp_path, book_bytes(change=change), "甲县.xlsx")).sheets
    assert sheet.rows[3:] == [["", ""], ["", ""], ["", "5"]]


def old_look(book, sheet):
    percent, day = (xlwt.easyxf(num_format_str=look) for look in ("0.0%", "yyyy-mm-dd"))
    own = xlwt.easyxf(num_format_str='0.00"%";比例0.0%')
    sheet.write(3, 0, 0.4655, percent)
    sheet.write(3, 1, date(2023, 9, 1), day)
    sheet.write(4, 0, True)
    sheet.write(4, 1, 0.07, own)
    sheet.write(5, 0, 12345678901)
    sheet.row(5).set_cell_error(1, 0x07)
    sheet.write_merge(6, 7, 0, 0, "城关镇")
    sheet.write(7, 1, 1.5)
    sheet.row(2).hidden = True
    sheet.col(1).hidden = True
    other = book.add_sheet("旧数")
    other.write(0, 0, "学校")
    other.visibility = 1
    book.add_sheet("空")


def test_old_workbook_gives_percents_errors_and_what_is_hidden_as_a_new_one(tmp_path):
    sheets = read_source(put(tmp_path, old_book_bytes(old_look), "甲县.xls")).sheets
    assert [(sheet.title, sheet.hidden) for sheet in sheets] == [("学校", False), ("旧数", True)]
    assert sheets[0].rows == [
        *ROWS,
        ["46.55%", "2023-09-01"],
        ["TRUE", "0.07%"],
        ["12345678901", "#DIV/0!"],
        ["城关镇", ""],
        ["", "1.5"],
    ]
    assert sheets[0].marks == {
        **{(2, 1): "text", (3, 1): "text", (4, 0): "percent", (4, 1): "date"},
        **{
            (5, 0): "boolean",
            (5, 1): "percent",
            (6, 0): "number",
            (6, 1): "error",
            (8, 1): "number",
        },
    }
    assert sheets[0].merged == [(7, 0, 8, 0)]
    assert (sheets[0].hidden_rows, sheets[0].hidden_columns) == ({3}, {1})


def test_large_old_workbook_is_read_through_the_table_of_its_sectors(tmp_path):
    def fill(_book, sheet):
        for row in range(3, 1500):
            sheet.write(row, 0, f"第{row}小学")
            sheet.write(
                row,
                1,
                row,
                xlwt.easyxf(num_format_str="0%") if row == 1499 else xlwt.Style.default_style,
            )

    [sheet] = read_source(put(tmp_path, old_book_bytes(fill), "甲县.xls")).sheets
    assert (sheet.rows[1498], sheet.rows[1499]) == (
        ["第1498小学", "1498"],
        ["第1499小学", "149900%"],
    )


def test_old_workbook_whose_last_cell_is_in_the_corner_is_refused_before_it_takes_room(tmp_path):
    content = old_book_bytes(lambda _book, sheet: sheet.write(65535, 255, 1))
    assert refused(put(tmp_path, content, "甲县.xls"))["rule"] == "E15b"


@settings(max_examples=60, deadline=None)
@given(at=st.integers(0, 5000), byte=st.integers(0, 255))
@pytest.mark.parametrize("content", [book_bytes(), old_book_bytes(old_look)], ids=["xlsx", "xls"])
def test_workbook_with_one_wrong_byte_is_read_or_refused_and_never_breaks(
    tmp_path_factory, content, at, byte
):  # E09
    at %= len(content)
    damaged = content[:at] + bytes([byte]) + content[at + 1 :]
    path = put(tmp_path_factory.mktemp("damaged"), damaged, "甲县.xlsx")
    with contextlib.suppress(DataError):  # anything else would be a traceback for the clerk
        assert read_source(path).sheets


# --- hostile files: they end in time and with little memory


def blank_rows(count):
    return with_rows(
        "".join(
            f'<row r="{at}" s="0" customFormat="1"><c r="A{at}" s="0"/></row>'
            for at in range(4, count + 1)
        )
    )


def entities(data):
    define = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return data.replace(b"<worksheet", define + b"<worksheet", 1)


def tail(xml):
    return lambda data: data.replace(b"</sheetData>", b"</sheetData>" + xml)


def many_styles(data):
    style = b'<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>'
    return data.replace(b"</cellXfs>", style * 60_000 + b"</cellXfs>")


WHOLE_SHEET = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'
LINKS = b'<hyperlinks><hyperlink ref="A1:XFD1048576" location="A1"/></hyperlinks>'
HOSTILE = {
    "E15-zip-bomb": (lambda: with_part("none", **{"xl/more.xml": b" " * 200_000_000}), "E15"),
    "E15-many-members": (
        lambda: with_part("none", **{f"xl/{n}.bin": b"" for n in range(2001)}),
        "E15",
    ),
    "E15-styles": (lambda: with_part("xl/styles.xml", many_styles), "E15"),
    "E15-entities": (lambda: with_part(SHEET, entities), "E15c"),
    "E15-entities-utf16": (
        lambda: with_part(SHEET, lambda data: entities(data).decode().encode("utf-16")),
        "E15c",
    ),
    "E15-entities-aside": (
        lambda: with_part("docProps/app.xml", lambda _: entities(b"<worksheet/>")),
        "E15c",
    ),
    "E15-blank-rows": (lambda: blank_rows(1_048_576), "E15b"),
    "E15-blank-rows-allowed": (lambda: blank_rows(29_000), "read"),
    "E15-one-row": (
        lambda: with_rows(
            '<row r="4">'
            + "".join(f'<c r="A4" vm="{at * 2654435761 % 2**32}"/>' for at in range(300_000))
            + "</row>"
        ),
        "E15b",
    ),
    "E15-corner": (
        lambda: with_rows('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "E15b",
    ),
    "E15-merged": (lambda: with_part(SHEET, tail(WHOLE_SHEET)), "E15b"),
    "E15-links": (lambda: with_part(SHEET, tail(LINKS)), "E15b"),
    "E15-long-cell": (
        lambda: with_rows(
            f'<row r="4"><c r="A4" t="inlineStr"><is><t>{"甲" * 40_001}</t></is></c></row>'
        ),
        "E15b",
    ),
    "E15-separators": (lambda: b"a,b\n" + b"," * 5_000_000, "E15"),
}
MEASURED = textwrap.dedent("""
    import sys, time
    from youzhi.errors import DataError
    from youzhi.intake.files import workbooks
    from youzhi.intake.files.sources import read_source

    start = time.process_time()
    try:
        read_source(sys.argv[1])
        rule = "read"
    except DataError as error:
        [rule] = error.findings["rule"]
    spent = time.process_time() - start
    peak = open("/proc/self/status").read().split("VmHWM:")[1].split()[0]
    print(rule, spent, int(peak) // 1024)
""")


@pytest.mark.skipif(
    not os.path.exists("/proc/self/status"), reason="peak memory is read from /proc"
)
@pytest.mark.parametrize(("make", "rule"), HOSTILE.values(), ids=HOSTILE)
def test_hostile_file_ends_within_2_seconds_and_300_megabytes(tmp_path, make, rule):
    path = put(tmp_path, make(), "甲县.xlsx")
    command = [sys.executable, "-c", MEASURED, str(path)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    ended, seconds, megabytes = told.stdout.split()
    assert ended == rule
    assert float(seconds) < 2  # of the processor, so that other work on the machine does not count
    assert int(megabytes) < 300


def test_macros_links_and_pictures_of_a_workbook_are_left_alone(tmp_path):
    content = with_part(
        "none",
        **{
            "xl/vbaProject.bin": b"not even a project",
            "xl/externalLinks/externalLink1.xml": b"<x/>",
        },
    )
    assert rows_of(tmp_path, content, "甲县.xlsm") == ROWS


# --- the rules


def test_every_rule_of_files_says_what_is_allowed_and_what_to_do():
    rules = [rule for rule in load_rules().values() if rule.id[0] == "E" or rule.id == "S06"]
    assert len(rules) > 15
    for rule in rules:
        assert rule.zh
        assert rule.en
        assert rule.outcome in ("reject", "warn", "norm")
    for rule in rules:
        if rule.id[:3] in (
            "E06",
            "E08",
            "E09",
            "E10",
            "E11",
            "E12",
            "E14",
            "E15",
            "E16",
            "E19",
            "E20",
            "S06",
        ):
            assert rule.allowed
            assert rule.advice


@pytest.mark.parametrize(
    ("content", "name"),
    [(TEXT.encode(), "甲县.csv"), (book_bytes(), "甲县.xlsx"), (old_book_bytes(), "甲县.xls")],
)
def test_reading_leaves_the_file_as_it_is(tmp_path, content, name):
    path = put(tmp_path, content, name)
    path.chmod(stat.S_IRUSR)
    before = path.stat().st_mtime_ns
    assert read_source(path).file == name
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (content, before)
