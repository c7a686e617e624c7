"""The fast way makes the table of the careful way, or none; what is not plain is never read fast."""

import csv
import io
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from youzhi.columns import load_columns
from youzhi.intake.bulk import read_clean_csv
from youzhi.intake.gather import gather

DEMO = sorted((Path(__file__).parents[1] / "data").glob("*/*/schools.csv"))
HEADER = ["学校代码", "学校名称", "学校类型", "小学在校生数", "教学及辅助用房面积（㎡）", "寄宿制"]
ROWS = [
    ["0370323001", "甲校", "小学", "120", "600.50", "否"],
    ["0370323002", "乙校（东校区）", "教学点", "49", "", "是"],
    ["0370323003", "丙校", "primary", "0", "1200", ""],
]


def text_of(rows, header=HEADER):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_NONE, quotechar=None).writerows(
        [header, *rows]
    )
    return out.getvalue()


def write(folder, content, name="schools.csv"):
    path = Path(folder) / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def changed(row, column, text):
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = text
    return text_of(rows)


def fast(path, county="demo", year=2020):
    return read_clean_csv(path, county, year)


def careful(path, county="demo", year=2020):
    return gather([path], county, year)


def assert_same(one, two):
    pd.testing.assert_frame_equal(one.frame, two.frame, check_exact=True)
    assert one.exact == two.exact
    assert (one.file, one.digest) == (two.file, two.digest)
    np.testing.assert_array_equal(one.lines, two.lines)
    assert one.lines.dtype == two.lines.dtype


# --- the same table


@pytest.mark.parametrize("path", DEMO, ids=lambda path: "-".join(path.parts[-3:-1]))
def test_a_table_of_this_repository_is_read_fast_and_comes_out_the_same(path):
    county, year = path.parts[-3], int(path.parts[-2])
    assert_same(fast(path, county, year), careful(path, county, year).schools)


@pytest.mark.parametrize(
    "content",
    [
        text_of(ROWS),
        "\ufeff" + text_of(ROWS),
        text_of(ROWS).replace("\n", "\r\n"),
        text_of(ROWS).removesuffix("\n"),
        text_of(ROWS[::-1]),
        text_of([row[::-1] for row in ROWS], HEADER[::-1]),
        text_of([row[1:] for row in ROWS], HEADER[1:]),
        text_of([["", *ROWS[0][1:]], *ROWS[1:]]),
        changed(0, 5, ""),
        changed(2, 5, "TRUE"),
        changed(0, 3, "+120"),
        changed(0, 3, "00120"),
        changed(0, 3, "0000000000000000120"),
        changed(0, 4, "-0.0"),
        text_of([[*row[:4], "", row[5]] for row in ROWS]),
        text_of([[*row[:5], ""] for row in ROWS]),
    ],
    ids=[
        *("plain", "BOM", "CRLF", "no last line end", "rows turned", "columns turned", "no codes"),
        *("a code missing", "a boolean missing", "other words of booleans", "sign", "zeros"),
        *("many zeros", "minus zero", "empty numbers", "empty booleans"),
    ],
)
def test_a_plain_file_is_read_fast_and_comes_out_the_same(tmp_path, content):
    path = write(tmp_path, content)
    assert_same(fast(path), careful(path).schools)


def test_numbers_that_a_float_cannot_hold_keep_every_digit(tmp_path):
    values = ["0.1234567890123456789", "9007199254.740993", "12.50", "600.1000000000000000000", ""]
    rows = [[f"0{at}", f"校{at}", "小学", value] for at, value in enumerate(values)]
    path = write(tmp_path, text_of(rows[::-1], [*HEADER[:3], "教学仪器设备值（元）"]))
    made = fast(path)
    assert_same(made, careful(path).schools)
    assert made.exact == {(0, "equipment_value_yuan"): Fraction(values[0])}


def test_a_file_of_several_counties_and_years_comes_out_sorted_and_the_same(tmp_path):
    header = ["school_id", "school", "school_type", "county", "year", "pupils_primary"]
    places = [("b2", 2019), ("b10", 2020), ("a", 2020), ("a", 2019)]
    rows = [
        [code, f"校{code}", "primary", county, str(year), code]
        for county, year in places
        for code in ("9", "10", "1")
    ]
    path = write(tmp_path, text_of(rows, header))
    made = fast(path, None, None)
    assert_same(made, careful(path, None, None).schools)
    assert made.frame[["county", "year", "school_id"]].iloc[0].tolist() == ["a", 2019, "1"]


def test_batches_and_blocks_cut_a_file_at_no_row(tmp_path, monkeypatch):
    path = write(tmp_path, text_of(ROWS).replace("600.50", "600.1234567890123456"))
    whole = fast(path)
    for size in (1, 7, 40, 64):
        monkeypatch.setattr("youzhi.intake.bulk._BATCH", size)
        monkeypatch.setattr("youzhi.intake.bulk._BLOCK", size // 3 + 1)
        assert_same(fast(path), whole)


# --- no table


NOT_PLAIN = {
    "quoted": text_of(ROWS).replace("甲校", '"甲校"'),
    "quoted comma": text_of(ROWS).replace("甲校", '"甲,校"'),
    "short row": text_of(ROWS).replace(",120,600.50,否", ",120,600.50"),
    "long row": text_of(ROWS).replace(",120,", ",120,,"),
    "short and long row": text_of(ROWS).replace(",否", "").replace("是", "是,"),
    "blank line": text_of(ROWS).replace("\n0370323002", "\n\n0370323002"),
    "blank line behind": text_of(ROWS) + "\n",
    "commas behind": text_of(ROWS) + ",,,,,\n",
    "GB18030": text_of(ROWS).encode("gb18030"),
    "cut inside a character": text_of(ROWS).encode()[:-2],
    "only CR": text_of(ROWS).replace("\n", "\r"),
    "empty": "",
    "header only": text_of([]),
    "no header": text_of(ROWS[1:], ROWS[0]),
    "unknown header": text_of(ROWS, [*HEADER[:5], "游泳池"]),
    "personal header": text_of(ROWS, [*HEADER[:5], "校长身份证号"]),
    "header with a blank": text_of(ROWS, ["学校 代码", *HEADER[1:]]),
    "doubled header": text_of(ROWS, [*HEADER[:5], HEADER[3]]),
    "two headers of one field": text_of(ROWS, [*HEADER[:5], "小学学生人数"]),
    "no school type": text_of([row[:2] for row in ROWS], HEADER[:2]),
    "no name": changed(0, 1, ""),
    "no type": changed(0, 2, ""),
    "unknown type": changed(0, 2, "大学"),
    "type in other words": changed(0, 2, "完小"),
    "doubled school": changed(0, 0, "0370323002"),
    "same row twice": text_of([*ROWS, ROWS[0]]),
    "same name": changed(0, 1, "丙校"),
    "total": text_of([*ROWS, ["", "合计", "小学", "169", "1800.5", ""]]),
    "total of a town": text_of([*ROWS, ["", "悦庄镇小计", "小学", "169", "1800.5", ""]]),
    "footnote": text_of([["备注", *ROWS[0][1:]], *ROWS[1:]]),
    "word for missing": changed(0, 1, "暂无"),
    "below the range": changed(0, 3, "-1"),
    "above the range": changed(0, 3, "1000001"),
    "half a pupil": changed(0, 3, "12.5"),
    "exponent": changed(0, 4, "6.5e2"),
    "exponent without point": changed(0, 4, "65E1"),
    "no digit before the point": changed(0, 4, ".5"),
    "no digit behind the point": changed(0, 4, "5."),
    "nan": changed(0, 4, "nan"),
    "infinite": changed(0, 4, "inf"),
    "forty-one digits": changed(0, 4, "1." + "0" * 40),
    "blank before a number": changed(0, 3, " 120"),
    "tab before a number": changed(0, 3, "\t120"),
    "full-width digits": changed(0, 3, "１２０"),
    "unit": changed(0, 3, "120人"),
    "word for a number": changed(0, 3, "三百"),
    "unknown boolean": changed(0, 5, "也许"),
    "boolean in other words": changed(0, 5, "√"),
    "formula": changed(0, 1, "=1+1"),
    "guarded formula": changed(0, 1, "'=1+1"),
    "name with a sign in front": changed(0, 1, "@甲校"),
    "name with a blank": changed(0, 1, "甲 校"),
    "name with a wide blank": changed(0, 1, "甲\u3000校"),
    "name with narrow brackets": changed(0, 1, "甲校(东)"),
    "name in full width": changed(0, 1, "甲校Ａ"),
    "name with a hidden sign": changed(0, 1, "甲\u200b校"),
    "name with a radical": changed(0, 1, "⽯校"),
    "name with NUL": changed(0, 1, "甲\0校"),
    "name with a telephone number": changed(0, 1, "甲校13812345678"),
    "code of a person": changed(0, 0, "370323199001011234"),
    "broken code": changed(0, 0, "3.7E+09"),
    "date for a code": changed(0, 0, "3月1日"),
    "a whole column in another unit": text_of([[*r[:3], "100", "9000000", r[5]] for r in ROWS]),
}


@pytest.mark.parametrize("content", NOT_PLAIN.values(), ids=NOT_PLAIN.keys())
def test_what_is_not_plain_is_left_to_the_careful_way(tmp_path, content):
    assert fast(write(tmp_path, text_of(ROWS))) is not None
    assert fast(write(tmp_path, content)) is None


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (["统计年度"], ["02020"]),
        (["统计年度"], ["2019"]),
        (["统计年度"], [""]),
        (["县区"], ["other"]),
        (["县区"], [""]),
        (["规划建成年份"], ["01999"]),
        (["教学及辅助用房面积", "室内体育用房面积"], ["100", "100.5"]),
        (
            ["教学及辅助用房面积", "室内体育用房面积"],
            ["1.00000000000000000", "1.00000000000000001"],
        ),
        (["小学专任教师数", "小学骨干教师数"], ["4", "5"]),
        (["音乐专用教室单间面积（㎡）"], ["96;"]),
        (["音乐专用教室单间面积（㎡）"], ["96；98"]),
        (["音乐专用教室单间面积（㎡）"], ["096;98"]),
        (["音乐专用教室单间面积（㎡）"], ["96;99999"]),
        (["经度"], ["180.00000000000000001"]),
        (["所属学校"], ["乙校"]),
    ],
    ids=str,
)
def test_a_row_that_contradicts_its_range_or_its_table_is_left_to_the_careful_way(
    tmp_path, header, row
):
    first = ["学校名称", "学校类型"]
    rows = [["甲校", "小学", *row], ["乙校", "小学", *[""] * len(row)]]
    assert fast(write(tmp_path, text_of(rows, [*first, *header]))) is None


def test_a_file_named_after_another_year_is_left_to_the_careful_way(tmp_path):
    assert fast(write(tmp_path, text_of(ROWS), "学校2020.csv")) is not None
    assert fast(write(tmp_path, text_of(ROWS), "学校2019.csv")) is None


def test_without_county_or_year_nothing_is_read(tmp_path):
    path = write(tmp_path, text_of(ROWS))
    assert fast(path, county=None) is None
    assert fast(path, year=None) is None


def test_what_is_no_ordinary_csv_file_is_left_to_the_careful_way(tmp_path):
    path = write(tmp_path, text_of(ROWS))
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "link.csv").symlink_to(path)
    others = ["folder.csv", "link.csv", "none.csv"]
    assert fast(write(tmp_path, text_of(ROWS), "schools.txt")) is None
    assert [fast(tmp_path / name) for name in others] == [None] * len(others)


def test_a_file_that_changes_while_it_is_read_is_left_to_the_careful_way(tmp_path, monkeypatch):
    path = write(tmp_path, text_of(ROWS))
    read = read_clean_csv.__globals__["_read_batches"]

    def read_and_write(file):
        raw = read(file)
        path.write_text(text_of(ROWS[:2]), encoding="utf-8")
        return raw

    monkeypatch.setattr("youzhi.intake.bulk._read_batches", read_and_write)
    assert fast(path) is None


# --- laws

LETTERS = "甲乙丙丁沂源实验中心小学第一二三（）AB01"
FIELDS = [
    *("school_id", "town", "zone", "organiser_code", "boarding", "built_year", "campus_of", "lon"),
    *("pupils_primary", "teachers_primary", "backbone_teachers_primary", "teaching_area_m2"),
    *("indoor_sports_area_m2", "equipment_value_yuan", "music_room_areas_m2", "data_kind"),
]


@st.composite
def cells(draw, column):
    """A cell of a column as a careful clerk writes it."""
    if not column.required and draw(st.integers(0, 5)) == 0:
        return ""
    if column.kind == "integer":
        return str(draw(st.integers(int(column.min), int(column.max))))
    if column.kind == "decimal":
        places = draw(st.integers(0, 20))
        low, high = Decimal(str(column.min)), Decimal(str(column.max))
        return f"{draw(st.decimals(low, high, allow_nan=False, places=places)):f}"
    if column.kind == "areas":
        return ";".join(map(str, draw(st.lists(st.integers(1, 200), min_size=1, max_size=3))))
    words = {"choice": [*column.choices, *column.choices.values()], "boolean": ["是", "否", "true"]}
    if column.kind in words:
        return draw(st.sampled_from(words[column.kind]))
    return draw(
        st.text("0123456789ab" if column.id == "school_id" else LETTERS, min_size=1, max_size=9)
    )


@st.composite
def tables(draw):
    """Header and rows; the names of the schools differ."""
    chosen = draw(st.permutations(FIELDS))[: draw(st.integers(1, len(FIELDS)))]
    columns = [load_columns()[name] for name in ["school", "school_type", *chosen]]
    header = [draw(st.sampled_from([column.id, *column.headers])) for column in columns]
    rows = draw(st.lists(st.tuples(*map(cells, columns)), min_size=1, max_size=6))
    rows = [[f"校{at}{row[0]}", *row[1:]] for at, row in enumerate(rows)]
    turned = draw(st.permutations(range(len(header))))
    return [header[at] for at in turned], [[row[at] for at in turned] for row in rows]


LAW = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def assert_agrees(path):
    """The fast way says nothing, or what the careful way says; nothing in the file was worth telling."""
    made, told = fast(path), careful(path)
    if made is None:
        return False
    assert [one for one in told.findings if one.rule != "E01"] == []
    assert_same(made, told.schools)
    return True


@LAW
@given(table=tables())
def test_any_table_comes_out_the_same_or_not_at_all(tmp_path, table):
    header, rows = table
    assert_agrees(write(tmp_path, text_of(rows, header)))


SIGNS = [
    *"1.0-+eE,;\"' \t=@（）(／１Ａ\u3000\u200b\u0301\ufeff\0\r\n",
    "合计",
    "约",
    "无",
    "%",
    "万",
]


@LAW
@given(data=st.data())
def test_a_table_with_one_cell_spoilt_comes_out_the_same_or_not_at_all(tmp_path, data):
    row, column = data.draw(st.integers(0, 3)), data.draw(st.integers(0, len(HEADER) - 1))
    rows = [list(cells) for cells in [HEADER, *ROWS]]
    written = rows[row][column]
    at = data.draw(st.integers(0, len(written)))
    rows[row][column] = written[:at] + data.draw(st.sampled_from(SIGNS)) + written[at:]
    assert_agrees(write(tmp_path, "\n".join(map(",".join, rows)) + "\n"))


@LAW
@given(data=st.data())
def test_a_file_with_some_bytes_lost_comes_out_the_same_or_not_at_all(tmp_path, data):
    content = text_of(ROWS).encode()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, min(start + 40, len(content))))
    assert_agrees(write(tmp_path, content[:start] + content[stop:]))
