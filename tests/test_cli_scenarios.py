"""Commands that print tables and then make the report: compare, outlook, scenario."""

import re
import shutil
import sys
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from test_reports import (
    AHEAD,
    COMPARE,
    ROOT,
    TRIAL,
    tree,
    write_notebook,
    write_scenario,
    write_small_data,
)

from youzhi import cli
from youzhi.cli.listing import show_kinds, show_table

NOTEBOOKS = {
    "04_compare_counties": (COMPARE, "counties, year, standard"),
    "05_enrolment_outlook": (AHEAD, "county, year, to"),
    "06_school_construction": (TRIAL, "county, scenario, year, to"),
}


@pytest.fixture(scope="module")
def pristine_data(tmp_path_factory):
    """Two counties with a dozen schools each; Yiyuan has all its schools in 2020, and pupils by grade."""
    data = write_small_data(tmp_path_factory.mktemp("data"))
    for name in ("enrolment.csv", "2020/schools.csv"):
        shutil.copy(ROOT / "data/yiyuan" / name, data / "yiyuan" / name)
    write_scenario(data)
    return data


@pytest.fixture
def place(tmp_path, pristine_data, monkeypatch):
    """A working directory with data of its own and small notebooks."""
    for name, (parameters, cell) in NOTEBOOKS.items():
        write_notebook(tmp_path / "notebooks", cell, name=name, parameters=[parameters])
    shutil.copytree(pristine_data, tmp_path / "data")
    monkeypatch.setenv("YOUZHI_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.setenv("YOUZHI_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(place, monkeypatch, capsys):
    """Run the command line in this process; gives exit code, standard output and standard error."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["youzhi", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def terminal(monkeypatch):
    """A terminal of a given width in place of a pipe."""

    def open_terminal(width):
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
        monkeypatch.setenv("COLUMNS", str(width))

    return open_terminal


def made_page(said):
    """The page that the last line names."""
    return Path(re.search("报告已生成：(.+)", said.splitlines()[-1])[1])


# --- comparing counties


def test_compare_prints_tables_then_the_reason_for_no_ranking_then_the_report(run, place):
    code, said, complaint = run("compare", "--year", "2020", "--out", "out")
    assert (code, complaint) == (0, "")
    words = ["数据性质：模拟数据\n", "各县概要：", "各县口径：", "不排名：", "报告已生成："]
    places = [said.index(word) for word in words]
    assert places == sorted(places)
    # the dozen schools of Shanting are primary schools: one and two stages, then a line for each county
    assert (
        len([line for line in said.splitlines() if line.startswith(("沂源县｜", "山亭区｜"))]) == 5
    )
    page = made_page(said)
    assert page == place / "out/compare/2020/04_compare_counties.html"
    assert "['shanting', 'yiyuan'], 2020, " in page.read_text(encoding="utf-8")


def test_compare_takes_names_in_their_order_and_one_standard_for_all(run, place):
    options = ["--year", "2020", "--counties", "沂源、山亭", "--standard", "jiaodu-2012-3"]
    code, said, _ = run("compare", *options, "--out", "out")
    assert code == 0
    assert said.index("沂源县｜") < said.index("山亭区｜")
    assert "教督〔2012〕3号" in said
    assert "教督〔2017〕6号" not in said
    page = made_page(said).read_text(encoding="utf-8")
    assert "沂源县、山亭区 · 2020年" in page
    assert "jiaodu-2012-3" in page


# --- how many pupils come


def test_outlook_prints_pupils_and_past_errors_then_the_report(run, place):
    code, said, complaint = run("outlook", "沂源", "--to", "2024", "--year", "2021", "--out", "out")
    assert (code, complaint) == (0, "")
    first, _, second = said.partition("推算方法的历史误差：")
    # synthetic pupils; entrants from the censuses, and none later than the births of 2018
    # the schools of this data root are fewer than the pupils by grade, and that is told first
    assert first.startswith("数据性质：模拟数据、预测数据\n注意：\n")
    assert "\n学生数与学位：\n" in first
    years = {cell for line in first.splitlines()[3:] for cell in line.split("｜")[:3]}
    assert years >= {"2021", "2022", "2023", "2024"}
    assert years.isdisjoint({"2020", "2025"})
    assert len(second.splitlines()) > 3
    page = made_page(said)
    assert page == place / "out/yiyuan/2021/05_enrolment_outlook.html"
    assert "2021, 2024)" in page.read_text(encoding="utf-8")


def test_outlook_starts_from_the_last_year_that_is_known(run, place):
    write = (place / "data/yiyuan/2021").rename
    write(place / "data/yiyuan/2025")
    table = place / "data/yiyuan/2025/schools.csv"
    text = table.read_text(encoding="utf-8").replace("yiyuan,2021,", "yiyuan,2025,")
    table.write_text(text, encoding="utf-8", newline="")
    code, said, _ = run("outlook", "yiyuan", "--to", "2026", "--out", "out")
    assert code == 0
    assert made_page(said) == place / "out/yiyuan/2025/05_enrolment_outlook.html"


# --- trying out a scenario


def test_scenario_prints_what_changes_what_it_costs_and_who_still_fails(run, place):
    code, said, complaint = run(
        "scenario", "沂源", "buy", "--from", "2020", "--to", "2023", "--out", "out"
    )
    assert (code, complaint) == (0, "")
    words = [
        "数据性质：",
        "情景 buy：2020年与2023年：",
        "费用：",
        "2023年仍未达标和无法判定的校段：",
        "报告已生成：",
    ]
    places = [said.index(word) for word in words]
    assert places == sorted(places)
    page = made_page(said)
    assert page == place / "out/yiyuan/2020/06_school_construction-buy.html"
    assert "'buy', 2020, 2023)" in page.read_text(encoding="utf-8")


def test_scenario_without_years_takes_its_own(run, place):
    code, said, _ = run("scenario", "yiyuan", "buy", "--table-only")
    assert code == 0
    assert "情景 buy：2020年与2024年：" in said


def test_scenario_may_be_a_file_of_ones_own(run, place):
    write_scenario(place / "data", "own", folder=place / "mine")
    code, said, _ = run("scenario", "yiyuan", "mine/own.toml", "--out", "out")
    assert code == 0
    assert made_page(said).name == "06_school_construction-own.html"


def test_scenario_without_a_name_lists_those_of_the_county(run, place):
    code, said, complaint = run("scenario", "沂源")
    assert (code, complaint) == (0, "")
    assert said == "沂源县的情景：\n  buy\t添置设备\t2020—2024年\n"
    assert run("scenario", "山亭") == (0, "山亭区的情景：（无）\n", "")


def test_faulty_scenario_is_named_in_the_list_and_told_after_it(run, place):
    path = write_scenario(place / "data", "torn")
    path.write_text(path.read_text(encoding="utf-8") + "\nkindd = 1\n", encoding="utf-8")
    code, said, complaint = run("scenario", "yiyuan")
    assert code == 2
    assert "  torn\t（有误，见末尾）" in said
    assert "  buy\t添置设备" in said
    assert "kindd" in complaint


# --- of what kind the data are


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["projected", "real", "projected"], "真实数据、预测数据"),
        (["模拟数据", "synthetic"], "模拟数据"),
        ([], "未注明"),
        (["real", ""], "真实数据、未注明"),
        (["假设数据", "未注明"], "假设数据、未注明"),
    ],
)
def test_kinds_of_data_are_told_once_each_and_what_is_not_known_is_said(capsys, kinds, told):
    show_kinds(kinds)
    assert capsys.readouterr().out == f"数据性质：{told}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "--year", "2020"],
        ["outlook", "yiyuan", "--to", "2024", "--year", "2021"],
        ["scenario", "yiyuan", "buy"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_the_first_line_names_the_kinds_of_the_data(run, place, arguments):
    for year in (2020, 2021):
        table = place / f"data/yiyuan/{year}/schools.csv"
        text = table.read_text(encoding="utf-8").replace(",synthetic", ",real")
        table.write_text(text, encoding="utf-8", newline="")
    _, said, _ = run(*arguments, "--table-only")
    label, kinds = said.splitlines()[0].split("：")
    assert label == "数据性质"
    # synthetic stay Shanting and the pupils by grade; a scenario carries on and supposes
    others = {
        "compare": {"模拟数据"},
        "outlook": {"模拟数据", "预测数据"},
        "scenario": {"预测数据", "假设数据"},
    }
    assert set(kinds.split("、")) == {"真实数据", *others[arguments[0]]}


# --- all of them


@pytest.mark.parametrize(
    "arguments",
    [
        ["compare", "--year", "2020"],
        ["outlook", "yiyuan", "--to", "2024", "--year", "2021"],
        ["scenario", "yiyuan", "buy"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_tables_alone_write_nothing(run, place, arguments):
    before = tree(place)
    code, said, complaint = run(*arguments, "--table-only", "--out", "out")
    assert (code, complaint) == (0, "")
    assert "｜" in said
    assert "报告已生成" not in said
    assert tree(place) == before


REFUSED = {
    "compare": [
        (["compare"], "--year"),
        (["compare", "--year", "二〇二〇"], "年份应为四位数字"),
        (["compare", "--year", "1999"], "至少要两个县区"),
        (["compare", "--year", "2020", "--counties", "yiyuan"], "至少要两个县区"),
        (["compare", "--year", "2020", "--counties", "yiyuan,../x"], "没有县区“../x”"),
        (["compare", "--year", "2020", "--standard", "x"], "jiaodu-2017-6"),
        (["compare", "--year", "2020", "--data", "nowhere"], "没有数据目录"),
    ],
    "outlook": [
        (["outlook", "yiyuan"], "--to"),
        (["outlook", "沂水", "--to", "2030"], "yiyuan（沂源县）"),
        (["outlook", "山亭", "--to", "2030"], "没有分年级在校生"),
        (["outlook", "yiyuan", "--to", "2025"], "历史用到2025年"),
        (["outlook", "yiyuan", "--to", "20x0"], "年份应为四位数字"),
        (["outlook", "yiyuan", "--to", "2030", "--year", "2030"], "2016至2025年"),
        (["outlook", "yiyuan", "--to", "2030", "--year", "2022"], "已有年度：2020、2021"),
    ],
    "scenario": [
        (["scenario", "沂水"], "yiyuan（沂源县）"),
        (["scenario", "yiyuan", "by"], "没有情景“by”。已有：buy"),
        (["scenario", "yiyuan", "../scenarios/buy"], "已有：buy"),
        (["scenario", "yiyuan", "nowhere.toml"], "没有情景文件“nowhere.toml”"),
        (["scenario", "yiyuan", "\x1b[31m"], "没有情景“\\x1b[31m”"),
        (["scenario", "yiyuan", "buy", "--from", "2021"], "请改用 2020"),
        (["scenario", "yiyuan", "buy", "--to", "2030"], "2020—2024"),
        (["scenario", "yiyuan", "buy", "--to", "x"], "年份应为四位数字"),
        (["scenario", "山亭", "buy"], "已有：（没有任何情景）"),
    ],
}


@pytest.mark.parametrize(
    ("arguments", "answer"), [case for cases in REFUSED.values() for case in cases]
)
def test_what_cannot_be_answered_is_refused_and_nothing_is_printed_or_written(
    run, place, arguments, answer
):
    before = tree(place)
    code, said, complaint = run(*arguments, "--out", "out")
    assert (code, said) == (2, "")
    assert answer in complaint
    assert "Traceback" not in complaint
    assert tree(place) == before


def test_a_failed_report_exits_with_1_after_the_tables(run, place):
    write_notebook(place / "notebooks", "1 / 0", name="04_compare_counties", parameters=[COMPARE])
    code, said, complaint = run("compare", "--year", "2020", "--out", "out")
    assert code == 1
    assert "各县概要：" in said
    assert "division by zero" in complaint


# --- tables on a terminal

WORDY = {
    "年度": [2020, 2021],
    "学段": ["小学", "初中"],
    "依据": ["每名学生教学及辅助用房面积低于标准值的学校有十二所，其中五所还低于底线", "无"],
    **{f"很长的列名第{number}号（平方米）": [f"{number}000", None] for number in range(1, 9)},
}


def width_of(line):
    return sum(1 + (unicodedata.east_asian_width(sign) in {"W", "F"}) for sign in line)


@pytest.mark.parametrize("width", [40, 80, 120, 300])
def test_a_table_keeps_within_the_terminal_and_loses_no_sign(terminal, capsys, width):
    terminal(width)
    show_table("表", pd.DataFrame(WORDY))
    said = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(width_of, said.splitlines())) <= width
    assert "…" not in said
    signs = set("".join(said.split()))
    assert signs >= set(
        "".join(f"{key}{''.join(map(str, cells))}" for key, cells in WORDY.items()).replace(
            "None", ""
        )
    )
    for number in range(1, 9):
        assert f" {number}000 " in said
    # the first two columns begin every part of the table
    assert said.count(" 2020 ") == said.count(" 2021 ") == said.count("年度")
    assert (said.count("年度") == 1) == (width == 300)


def test_a_table_in_a_pipe_has_one_line_per_row_and_dashes_for_what_is_missing(capsys):
    show_table("表", pd.DataFrame({"甲": ["一\n二", None], "乙": [1, 2]}))
    assert capsys.readouterr().out == "表：\n甲｜乙\n一；二｜1\n—｜2\n"


def test_an_empty_table_says_so(capsys):
    show_table("费用", pd.DataFrame({"措施": []}))
    assert capsys.readouterr().out == "费用：（无）\n"


@pytest.mark.parametrize("drawn", [True, False])
def test_names_in_a_table_cannot_steer_the_terminal(terminal, capsys, drawn):
    if drawn:
        terminal(100)
    show_table("\x1b[2J", pd.DataFrame({"[red]头\u202e": ["[b]甲[/b]", "\x1b[31m乙"]}))
    said = capsys.readouterr().out
    assert "[red]头" in said
    assert "[b]甲[/b]" in said
    assert "\u202e" not in said
    assert "\x1b[2J" not in said
    assert "\x1b[31m" not in said
