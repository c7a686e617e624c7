"""Tables that nobody here wrote: 1,379 real schools of 11 counties through reports and batch."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import youzhi as yz
from youzhi import figures
from youzhi.cli import app

RULES = """
id = "per-100-pupils"
number = "测试标准"
title = "每百名学生教师数和班级数"
issuer = "测试"
level = {{ id = "test", zh = "测试", en = "test" }}
stages = {{ primary = {{ zh = "小学", en = "primary" }} }}

[counting]
unit = "school"
stages = {{ primary = ["primary"] }}
source = "测试"
confidence = "I"

[split]
weights = {{ primary = 1 }}
stages = {{}}
label = {{ zh = "不拆分", en = "no split" }}
source = "测试"
confidence = "I"

{indicators}
[school_rule]
id = "both"
label = {{ zh = "两项都达标", en = "both" }}
met_at_least = 2
floor = 0.85
source = "测试"
confidence = "I"

[dispersion_rule]
id = "each"
kind = "each"
label = {{ zh = "每项都不超过限值", en = "each" }}
code = "3"
limit = {{ primary = 0.50 }}
decimals = 3
source = "测试"
confidence = "I"
weighting = {{ value = "pupils", source = "测试", confidence = "I" }}
"""
INDICATOR = """
[[indicator]]
id = "{name}_per_100"
code = "{code}"
label = {{ zh = "{zh}", en = "{name} per 100 pupils" }}
short = "{zh}"
unit = "每百名学生"
gap_unit = "个"
decimals = 2
numerator = ["{name}_{{stage}}"]
per = 100
bar = {{ primary = {bar} }}
source = "测试"
confidence = "I"
"""


@pytest.fixture(scope="module")
def root(shared, tmp_path_factory):
    """A data root of eleven county folders, without county cards, and the standard file beside them."""
    folder = tmp_path_factory.mktemp("real")
    raw = pd.read_csv(shared / "data/schools/tw_primary_2024_11counties.csv", dtype=str)

    def total(ending):
        return raw[[name for name in raw if name.endswith(ending)]].astype(int).sum(axis=1)

    table = pd.DataFrame(
        {
            "学校代码": raw["學校代碼"],
            "学校名称": raw["學校名稱"],
            "学校类型": "小学",
            "数据性质": "真实数据",
            "小学学生人数": total("學生數"),
            "小学专任教师数": total("專任教師"),
            "小学班级数": total("班級數"),
        }
    )
    for county, rows in table.groupby(raw["縣市名稱"]):
        place = folder / "data" / county / "2024"
        place.mkdir(parents=True)
        rows.to_csv(place / "schools.csv", index=False, encoding="utf-8")
    entries = [("teachers", "1", "专任教师", 6), ("classes", "2", "班级", 4)]
    text = "".join(INDICATOR.format(name=n, code=c, zh=z, bar=b) for n, c, z, b in entries)
    (folder / "two.toml").write_text(RULES.format(indicators=text), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def reference(shared):
    return pd.read_csv(shared / "data/schools/tw_county_cv_reference.csv")


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_report_of_a_real_county_shows_the_reference_coefficients(root, reference, tmp_path):
    options = ["--data", root / "data", "--standard", root / "two.toml", "--out", tmp_path]
    done = run("report", "宜蘭縣", "2024", *options)
    assert done.exit_code == 0, done.output
    page = (tmp_path / "宜蘭縣/2024/02_county_report.html").read_text(encoding="utf-8")
    for row in reference[reference["county"] == "宜蘭縣"].itertuples():
        assert f"{row.cv_weighted:.3f}" in page
        assert f"{row.cv_unweighted:.3f}" in page
    assert "真实数据" in page
    assert "模拟" not in page


def test_batch_over_all_eleven_counties_gives_the_verdict_of_a_direct_assessment(
    root, reference, tmp_path
):
    options = ["--data", root / "data", "--standard", root / "two.toml", "--out", tmp_path]
    done = run("batch", "--years", "2024", *options)
    assert done.exit_code == 0, done.output
    table = pd.read_csv(tmp_path / "verdicts.csv")
    assert set(table["county"]) == set(reference["county"])
    assert len(table) == 11
    assert set(table["data_kinds"]) == {"真实数据"}
    for row in table.itertuples():
        direct = yz.assess_county(row.county, 2024, root / "two.toml", root / "data")
        assert row.verdict == direct.verdict
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert len(re.findall(r'href="[^"]+02_county_report\.html"', index)) == 11


def test_all_eleven_counties_have_the_reference_coefficients(root, reference):
    names = {"每百名学生专任教师数": "teachers_per_100", "每百名学生班级数": "classes_per_100"}
    for county, rows in reference.replace({"indicator": names}).groupby("county"):
        result = yz.assess_county(county, 2024, root / "two.toml", root / "data")
        found = result.coefficients.set_index("indicator")
        for row in rows.itertuples():
            assert found.at[row.indicator, "cv"] == pytest.approx(row.cv_weighted, rel=1e-9)
            assert found.at[row.indicator, "cv_unweighted"] == pytest.approx(
                row.cv_unweighted, rel=1e-9
            )
            assert found.at[row.indicator, "schools"] == row.n


def test_under_the_national_standard_the_same_schools_cannot_be_told(root):
    result = yz.assess_county("臺中市", 2024, "jiaodu-2017-6", root / "data")
    assert set(result.schools["verdict"]) == {"cannot_tell"}
    assert set(result.coefficients["verdict"]) == {"cannot_tell"}
    # pupils are all that is known, and they are enough for one item: a school may have 2,000 at most
    failing = result.items.loc[result.items["verdict"] == "not_met", "code"]
    assert (list(failing), result.verdict) == (["2.4"], "not_met")
    assert result.schools["pupils"].max() > 2000
    assert result.indicators["value"].isna().all()
    assert result.gaps.empty


def test_a_report_under_the_national_standard_says_cannot_tell(root, tmp_path):
    done = run("report", "澎湖縣", "2024", "--data", root / "data", "--out", tmp_path)
    assert done.exit_code == 0, done.output
    notebook = json.loads((tmp_path / "澎湖縣/2024/02_county_report.ipynb").read_text("utf-8"))
    text = "".join(
        "".join(o.get("data", {}).get("text/markdown", ""))
        for c in notebook["cells"]
        for o in c.get("outputs", [])
    )
    assert "能否达到优质均衡要求，现有数据无法判定" in text
    assert "达标0个，未达标0个，无法判定35个" in text


def test_a_coefficient_that_cannot_be_told_is_drawn_at_no_place(root):
    result = yz.assess_county("澎湖縣", 2024, "jiaodu-2017-6", root / "data")
    [axis] = figures.draw_coefficients(result).axes
    dots = [np.asarray(dots.get_offsets(), dtype=float) for dots in axis.collections]
    assert [place for places in dots for place in places if np.isfinite(place).all()] == []
    assert {text.get_text() for text in axis.texts} >= {"无法判定"}
