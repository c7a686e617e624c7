"""The command line says in Chinese what is wrong, changes nothing then, and exits with the right code."""

import importlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pandas as pd
import pytest
from test_reports import ROOT, tree, write_notebook, write_small_data

from youzhi import cli, ledger


@pytest.fixture(scope="module")
def pristine_data(tmp_path_factory):
    return write_small_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def place(tmp_path, pristine_data, monkeypatch):
    """A working directory in which every path of youzhi leads to small things."""
    write_notebook(tmp_path / "notebooks", "# 分析", "county, year")
    monkeypatch.setenv("YOUZHI_NOTEBOOKS", str(tmp_path / "notebooks"))
    monkeypatch.setenv("YOUZHI_DATA", str(pristine_data))
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


def start(*arguments, **options):
    """Start the command line as a process of its own; a runner in the background may ignore Ctrl-C."""
    hears = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    code = f"{hears}; from youzhi.cli import main; main()"
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


# --- what it does


def test_report_writes_a_page_and_says_where(run, place):
    code, said, complaint = run("report", "沂源", "2020", "--out", "out")
    assert (code, complaint) == (0, "")
    page = Path(re.search("报告已生成：(.+)", said)[1])
    assert page == place / "out/yiyuan/2020/02_county_report.html"
    assert page.is_file()


def test_batch_of_several_years_writes_an_index(run, place):
    code, said, _ = run("batch", "--counties", "沂源县", "--years", "2020-2022", "--out", "out")
    assert code == 0
    assert "共2份，成功2份" in said
    assert {"index.html", "verdicts.csv"} < set(tree(place / "out"))


def test_batch_with_a_failure_exits_with_1_and_the_count(run, place):
    cell = "if county == 'yiyuan': raise ValueError('坏')\ncounty"
    write_notebook(place / "notebooks", cell)
    code, said, complaint = run("batch", "--years", "2020", "--out", "out", "--workers", "2")
    assert code == 1
    assert "共2份，成功1份" in said
    assert "1份报告失败" in complaint
    assert "ValueError: 坏" in complaint
    assert "shanting/2020/02_county_report.html" in tree(place / "out")


def test_failed_report_exits_with_1_without_a_traceback(run, place):
    write_notebook(place / "notebooks", "1 / 0")
    code, said, complaint = run("report", "yiyuan", "2020", "--out", "out")
    assert (code, said) == (1, "")
    assert "division by zero" in complaint
    assert "Traceback" not in complaint


def test_list_names_counties_years_and_standards(run):
    code, said, _ = run("list")
    assert code == 0
    for fact in ("yiyuan\t沂源县\t2020、2021", "shanting\t山亭区", "教督〔2017〕6号"):
        assert fact in said


def test_list_goes_on_after_a_faulty_card_and_says_which_it_is(run, place):
    data = shutil.copytree(os.environ["YOUZHI_DATA"], place / "data")
    (data / "shanting/county.toml").write_text("name = ", encoding="utf-8")
    code, said, complaint = run("list", "--data", "data")
    assert code == 2
    for fact in ("shanting\t（有误，见末尾）", "yiyuan\t沂源县\t2020、2021", "教督〔2017〕6号"):
        assert fact in said
    assert "县区卡 shanting/county.toml" in complaint


def test_faulty_card_fails_its_own_county_in_a_batch_and_is_refused_alone(run, place):
    data = shutil.copytree(os.environ["YOUZHI_DATA"], place / "data")
    (data / "shanting/county.toml").write_text("name = ", encoding="utf-8")
    options = ["--data", "data", "--out", "out"]
    code, said, complaint = run("report", "shanting", "2020", *options)
    assert (code, said) == (2, "")
    assert "县区卡 shanting/county.toml" in complaint
    assert not (place / "out").exists()
    code, said, complaint = run("batch", "--years", "2020", *options)
    assert code == 1
    assert "共2份，成功1份" in said
    assert "县区卡 shanting/county.toml" in complaint
    assert "yiyuan/2020/02_county_report.html" in tree(place / "out")


def test_file_that_may_not_be_read_is_no_traceback(run, place, monkeypatch):
    def refuse(data):
        raise PermissionError(13, "Permission denied", "某文件")

    monkeypatch.setattr("youzhi.counties.list_counties", refuse)
    code, _, complaint = run("list")
    assert code == 2
    assert "“某文件” 无法读取（PermissionError）：被其他程序打开或没有权限" in complaint


def test_demo_data_are_a_data_root_equal_to_the_committed_one(run, place, monkeypatch):
    monkeypatch.delenv("YOUZHI_DATA")
    code, said, _ = run("demo-data", "--out", "demo")
    assert code == 0
    kinds = ("/county.toml", "/schools.csv", "/items.csv", "/enrolment.csv")
    committed = {name: file for name, file in tree(ROOT / "data").items() if name.endswith(kinds)}
    assert tree(place / "demo") == committed
    assert f"已写入{sum(name.endswith('.csv') for name in committed)}个" in said


def test_demo_data_never_replace_a_real_table(run, place):
    path = place / "demo/yiyuan/2020/schools.csv"
    path.parent.mkdir(parents=True)
    path.write_bytes("school,data_kind\n某小学,real\n".encode("gb18030"))
    before = tree(place)
    code, _, complaint = run("demo-data", "--out", "demo")
    assert code == 2
    assert "不是模拟数据" in complaint
    assert tree(place) == before


@pytest.mark.parametrize("beside", [[], ["schools.csv"]])
def test_demo_data_never_hide_a_real_workbook(run, place, beside):
    path = place / "demo/yiyuan/2020/schools.xlsx"
    path.parent.mkdir(parents=True)
    for name in beside:
        (path.parent / name).write_text("学校名称,学校类型,数据性质\n某小学,小学,真实数据\n")
    rows = {"学校名称": ["某小学"], "学校类型": ["小学"], "数据性质": ["真实数据"]}
    pd.DataFrame(rows).to_excel(path, index=False)
    before = tree(place)
    code, _, complaint = run("demo-data", "--out", "demo")
    assert code == 2
    assert "不是模拟数据" in complaint
    assert tree(place) == before


def test_demo_data_replace_a_table_that_is_synthetic_in_chinese(run, place):
    path = place / "demo/yiyuan/2020/schools.csv"
    path.parent.mkdir(parents=True)
    path.write_text("学校名称,学校类型,数据性质\n某小学,小学,模拟数据\n", encoding="utf-8")
    code, _, complaint = run("demo-data", "--out", "demo")
    assert (code, complaint) == (0, "")
    assert "某小学" not in path.read_text(encoding="utf-8")


# --- what it refuses

HOSTILE_NAMES = [
    "../../x",
    "/etc/x",
    "..",
    ".",
    "yiyuan/../yiyuan",
    "C:\\x",
    "%2e%2e",
    "沂源\x1b[31m",
    "\u202e沂源",
    "县" * 300,
    "🏫",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
@pytest.mark.parametrize(
    "command", [["report", "{}", "2020"], ["batch", "--counties", "{}"], ["forms", "{}", "2020"]]
)
def test_hostile_county_is_refused_and_nothing_is_written(run, place, name, command):
    before = tree(place)
    code, _, complaint = run(*(part.format(name) for part in command), "--out", "out")
    assert code == 2
    assert "已有：" in complaint
    assert "yiyuan（沂源县）" in complaint
    assert all(sign.isprintable() or sign == "\n" for sign in complaint)
    assert tree(place) == before


@pytest.mark.parametrize(
    "year", ["二〇二〇", "20x0", "２０２０", "2020-2021", "2020.0", "02020", ""]
)
def test_year_that_is_no_year_is_refused(run, place, year):
    code, _, complaint = run("report", "yiyuan", year, "--out", "out")
    assert code == 2
    assert "年份应为四位数字" in complaint
    assert not (place / "out").exists()


@pytest.mark.parametrize("years", ["2021-2020", "2020,", "2020-", "2020;2021", "全部"])
def test_years_that_are_none_are_refused(run, place, years):
    code, _, complaint = run("batch", "--years", years, "--out", "out")
    assert code == 2
    assert "年份应" in complaint
    assert not (place / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["report", "", "2020"], "yiyuan（沂源县）"),
        (["report", "yiyuan", "1999"], "已有年度：2020、2021"),
        (["report", "yiyuan", "2020", "--standard", "x"], "jiaodu-2017-6"),
        (["report", "yiyuan", "2020", "--notebook", "x"], "现有：02_county_report"),
        (["report", "yiyuan", "2020", "--data", "nowhere"], "没有数据目录"),
        (["batch", "--years", "1999"], "没有数据"),
        (["batch", "--workers", "0"], "--workers"),
        (["report", "yiyuan"], "year"),
        (["rapport"], "rapport"),
    ],
)
def test_what_does_not_exist_is_refused_with_what_does(run, place, arguments, answer):
    before = tree(place)
    code, said, complaint = run(*arguments)
    assert (code, said) == (2, "")
    assert answer in complaint
    assert "Traceback" not in complaint
    assert tree(place) == before


# --- checking and importing what a county has


HEAD = "学校代码,学校名称,学校类型,小学学生人数\n"


@pytest.fixture
def inbox(place):
    """A data root with one county of its own, and files as they are handed in."""
    files = {
        "data/mengyin/county.toml": 'name = { zh = "蒙阴县" }',
        "in/good.csv": f"{HEAD}001,甲校,小学,１２０\n002,乙校,小学,80\n003,丙校,小学,９０\n",
        "in/bad.csv": f"{HEAD}001,甲校,小学,-5\n002,乙校,小学,约80\n",
    }
    for name, text in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return place


WHERE = ["--county", "蒙阴", "--year", "2023", "--data", "data"]


def test_check_tells_everything_in_plain_lines_and_exits_with_2(run, inbox):
    before = tree(inbox)
    code, said, complaint = run("check", "in/bad.csv", *WHERE)
    assert (code, complaint) == (2, "")
    [rejected] = [line for line in said.splitlines() if line.startswith("拒收｜")]
    assert "bad.csv D2 “小学学生人数”列｜" in rejected
    for fact in ("“-5”", "允许：0 至 1000000 的整数（人）", "处理：", "影响指标："):
        assert fact in rejected
    [held] = [line for line in said.splitlines() if line.startswith("搁置｜bad.csv D3")]
    assert "“约80” → “80”" in held
    assert "检查结果：拒收1处、搁置1处" in said
    assert tree(inbox) == before


def test_check_of_a_good_file_exits_with_0_and_sums_up_what_was_converted(run, inbox):
    code, said, _ = run("check", "in/good.csv", *WHERE)
    assert code == 0
    assert "已换算｜good.csv｜共2处，如 D2全角数字（N01）：“１２０” → “120”" in said
    assert "可以导入" in said


def test_check_needs_no_county_and_no_data_of_it(run, inbox):
    code, said, _ = run("check", "in/good.csv", "--data", "data")
    assert code == 0
    assert "检查结果：" in said


@pytest.mark.parametrize("command", ["check", "import"])
def test_the_list_of_findings_is_written_where_it_is_wanted(run, inbox, command):
    code, said, _ = run(command, "in/bad.csv", *WHERE, "--out", "list")
    assert code == 2
    assert set(tree(inbox / "list")) == {"findings.csv", "findings.xlsx", "标注_bad.xlsx"}
    assert said.count("已写入：") == 3
    told = pd.read_csv(inbox / "list/findings.csv", dtype=str, keep_default_na=False)
    assert told["结果"].tolist()[:2] == ["拒收", "搁置"]


def test_a_workbook_gets_a_marked_copy_and_stays_as_it_was(run, inbox):
    book = inbox / "in/学校.xlsx"
    pd.DataFrame({"学校名称": ["甲校"], "学校类型": ["小学"], "小学学生人数": [-5]}).to_excel(
        book, index=False
    )
    before = book.read_bytes()
    code, _, _ = run("check", "in/学校.xlsx", *WHERE, "--out", "list")
    assert code == 2
    assert set(tree(inbox / "list")) == {"findings.csv", "findings.xlsx", "标注_学校.xlsx"}
    assert book.read_bytes() == before


@pytest.mark.parametrize("out", ["in", "in/list"])
def test_the_list_never_comes_among_the_files_that_are_checked(run, inbox, out):
    before = tree(inbox)
    code, _, complaint = run("check", "in", *WHERE, "--out", out)
    assert code == 2
    assert "请用 --out 另选一个文件夹" in complaint
    assert tree(inbox) == before


def test_the_list_never_replaces_a_file_that_is_checked(run, inbox):
    (inbox / "in/good.csv").rename(inbox / "in/findings.csv")
    before = tree(inbox)
    code, _, complaint = run("check", "in/findings.csv", *WHERE, "--out", "in")
    assert code == 2
    assert "盖住原文件" in complaint
    assert tree(inbox) == before


def test_import_writes_the_tables_says_where_and_makes_a_county_that_can_be_judged(run, inbox):
    code, said, complaint = run("import", "in/good.csv", *WHERE)
    assert (code, complaint) == (0, "")
    folder = inbox / "data/mengyin/2023"
    assert {"schools.csv", "cleaning.csv"} == set(tree(folder))
    for name in ("schools.csv", "cleaning.csv"):
        assert f"已写入：{folder / name}" in said
    _, said, _ = run("list", "--data", "data")
    assert "mengyin\t蒙阴县\t2023" in said
    code, said, _ = run("import", "in/good.csv", *WHERE)
    assert code == 0
    assert "与已有数据完全相同，没有改动" in said


def test_a_refused_import_exits_with_2_and_changes_nothing(run, inbox):
    run("import", "in/good.csv", *WHERE)
    before = tree(inbox)
    code, said, complaint = run("import", "in/bad.csv", *WHERE)
    assert (code, complaint) == (2, "")
    assert "拒收｜bad.csv D2" in said
    assert "没有导入，原有数据没有改动" in said
    assert tree(inbox) == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--county", "../../x", "--year", "2023"], "没有县区“../../x”。已有：mengyin（蒙阴县）"),
        (["--county", "\x1b[31m\u202e", "--year", "2023"], r"没有县区“\x1b[31m\u202e”"),
        (["--county", "mengyin", "--year", "二〇二三"], "年份应为四位数字"),
        (["--county", "mengyin", "--year", "1999"], "2012至2035"),
    ],
    ids=["path", "control signs", "year in words", "impossible year"],
)
def test_import_into_what_cannot_be_changes_nothing(run, inbox, arguments, told):
    before = tree(inbox)
    code, said, complaint = run("import", "in/good.csv", *arguments, "--data", "data")
    assert (code, said) == (2, "")
    assert told in complaint
    assert "Traceback" not in complaint
    assert tree(inbox) == before


@pytest.mark.parametrize("name", ["nothing.csv", "data"])
def test_what_cannot_be_read_is_a_finding_and_no_traceback(run, inbox, name):
    code, said, complaint = run("check", name, *WHERE)
    assert code == 2
    assert said + complaint
    assert "Traceback" not in complaint


def test_markup_in_a_file_is_shown_as_it_was_written(run, inbox, monkeypatch):
    text = f"{HEAD}001,甲校,小学,[red]1[/red]\n002,\x1b[31m乙\u202e校,小学,80\n"
    (inbox / "in/good.csv").write_text(text, encoding="utf-8")
    _, plain, _ = run("check", "in/good.csv", *WHERE)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "160")
    _, drawn, _ = run("check", "in/good.csv", *WHERE)
    for said in (plain, drawn):
        assert "[red]1[/red]" in said
        assert "\u202e" not in said
        assert "\x1b[31m乙" not in said


@pytest.mark.parametrize("width", [80, 160])
def test_the_table_on_a_terminal_cuts_nothing_off(run, inbox, monkeypatch, width):
    _, plain, _ = run("check", "in/bad.csv", *WHERE)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", str(width))
    code, drawn, _ = run("check", "in/bad.csv", *WHERE)
    assert code == 2
    wide = {"W", "F"}
    for line in re.sub(r"\x1b\[[0-9;]*m", "", drawn).splitlines()[:-2]:
        assert sum(1 + (unicodedata.east_asian_width(sign) in wide) for sign in line) <= width
    assert "…" not in drawn
    remedies = re.findall("处理：([^；\n]+)", plain)
    columns = [line.split() for line in drawn.splitlines()]
    text = "".join(words[-1] for words in columns if words)
    assert remedies
    for remedy in remedies:
        assert remedy.replace(" ", "")[-6:] in text


def test_template_writes_the_workbooks_and_never_over_one_that_was_filled_in(run, place):
    code, said, _ = run("template", "--out", "forms")
    assert code == 0
    books = sorted((place / "forms").iterdir())
    assert books
    assert said.count("已写入：") == len(books)
    assert run("template", "--out", "forms")[0] == 0
    books[0].write_bytes(b"filled in")
    before = tree(place / "forms")
    code, said, complaint = run("template", "--out", "forms")
    assert (code, said) == (2, "")
    assert books[0].name in complaint
    assert tree(place / "forms") == before


# --- the forms to be filed


def test_forms_are_written_together_and_named(run, place):
    code, said, complaint = run("forms", "沂源", "2020", "--out", "out")
    assert (code, complaint) == (0, "")
    written = tree(place / "out")
    assert set(written) == set(FORM_FILES)
    assert said.splitlines() == [f"已写入：{place / 'out' / name}" for name in FORM_FILES]
    assert run("forms", "yiyuan", "2020", "--out", "out")[0] == 0
    assert tree(place / "out") == written


KINDS = ("申报表", "计划附件", "学校自评表")
FORM_FILES = [f"{name}.{kind}" for name in KINDS for kind in ("xlsx", "docx")]


def test_forms_lie_by_default_among_the_reports_of_their_county(run, place, monkeypatch):
    monkeypatch.setattr("youzhi.reports.manifest.default_out", lambda: place / "reports")
    assert run("forms", "yiyuan", "2020")[0] == 0
    assert sorted(tree(place / "reports")) == sorted(
        f"yiyuan/2020/forms/{name}" for name in FORM_FILES
    )


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["forms", "yiyuan", "1999"], "已有年度：2020、2021"),
        (["forms", "yiyuan", "2020", "--standard", "x"], "jiaodu-2017-6"),
        (["forms", "yiyuan", "20x0"], "年份应为四位数字"),
        (["forms", "yiyuan", "2020", "--data", "nowhere"], "没有数据目录"),
    ],
)
def test_forms_of_what_does_not_exist_are_refused(run, place, arguments, answer):
    before = tree(place)
    code, said, complaint = run(*arguments, "--out", "out")
    assert (code, said) == (2, "")
    assert answer in complaint
    assert tree(place) == before


# --- the ledger of problems


def ledger_of(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def test_ledger_is_made_kept_and_backed_up_and_a_second_run_changes_nothing(run, place):
    code, said, complaint = run("ledger", "沂源", "2020", "--file", "l.csv")
    assert (code, complaint) == (0, "")
    first = tree(place)["l.csv"]
    count = len(ledger_of(place / "l.csv"))
    assert count > 0
    assert f"台账共{count}条，原有0条全部保留：新登记{count}条" in said
    assert "台账：l.csv" in said
    assert run("ledger", "沂源", "2020", "--file", "l.csv")[0] == 0
    assert tree(place)["l.csv"] == first
    assert not (place / "l.bak.csv").exists()
    code, said, _ = run("ledger", "沂源", "2021", "--file", "l.csv", "--as-of", "2029-01-01")
    assert code == 0
    assert "转待复核" in said
    assert tree(place)["l.bak.csv"] == first
    assert "2029-01-01" in set(ledger_of(place / "l.csv")["待复核日期"])


def test_ledger_lies_beside_the_county_and_townships_are_listed(run, place):
    data = shutil.copytree(os.environ["YOUZHI_DATA"], place / "data")
    towns = pd.read_csv(data / "yiyuan/2020/schools.csv")["town"]
    code, said, _ = run("ledger", "yiyuan", "2020", "--data", "data", "--towns", towns[0])
    assert code == 0
    assert (data / "yiyuan/ledger.csv").is_file()
    listed = [line for line in said.splitlines() if line.startswith(f"{towns[0]} ")]
    assert len(listed) >= (towns == towns[0]).sum()


def test_ledger_kept_as_a_workbook_becomes_a_csv_and_the_workbook_its_backup(run, place):
    run("ledger", "yiyuan", "2020", "--file", "l.csv")
    ledger_of(place / "l.csv").assign(备注="手记").to_excel(place / "l.xlsx", index=False)
    (place / "l.csv").unlink()
    code, said, _ = run("ledger", "yiyuan", "2020", "--file", "l.xlsx")
    assert code == 0
    assert "台账：l.csv" in said
    assert set(ledger_of(place / "l.csv")["备注"]) == {"手记"}
    assert {"l.bak.xlsx"} == {path.name for path in place.glob("*.xlsx")}


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--file", "l.csv", "--towns", "甲镇"], "没有镇街“甲镇”"),
        (["--file", "l.txt"], "台账应为 .csv 或 .xlsx 文件"),
        (["--file", "l.csv", "--as-of", "2020-13-01"], "日期应写成 2020-09-01"),
        (["--file", "broken.csv"], "允许：待整改、整改中、待复核、已销号"),
        (["--file", "both.csv"], "同时有 both.csv 和 both.xlsx"),
        (["--file", "later.csv"], "台账已核查到2030年"),
    ],
)
def test_ledger_that_cannot_be_kept_is_refused_and_nothing_is_written(
    run, place, arguments, answer
):
    (place / "broken.csv").write_text("编号,状态\na,完成\n", encoding="utf-8")
    (place / "later.csv").write_text("编号,状态,发现年度\na,待整改,2030\n", encoding="utf-8")
    (place / "both.csv").write_bytes(b"")
    (place / "both.xlsx").write_bytes(b"")
    before = tree(place)
    code, said, complaint = run("ledger", "yiyuan", "2020", *arguments)
    assert (code, said) == (2, "")
    assert answer in complaint
    assert "Traceback" not in complaint
    assert tree(place) == before


def test_ledger_whose_name_ends_in_capitals_is_the_same_ledger(run, place):
    run("ledger", "yiyuan", "2020", "--file", "L.CSV")
    first = tree(place)
    run("ledger", "yiyuan", "2020", "--file", "L.CSV")
    assert tree(place) == first
    assert "L.CSV" in first


def test_folder_in_place_of_the_ledger_is_refused(run, place):
    (place / "l.csv").mkdir()
    code, _, complaint = run("ledger", "yiyuan", "2020", "--file", "l.csv")
    assert code == 2
    assert "发现“文件夹”" in complaint


def test_ledger_that_is_saved_during_the_check_is_not_written_over(run, place, monkeypatch):
    run("ledger", "yiyuan", "2020", "--file", "l.csv")
    real = ledger.update_ledger

    def save_meanwhile(*arguments):
        (place / "l.csv").write_text("改", encoding="utf-8")
        return real(*arguments)

    monkeypatch.setattr(ledger, "update_ledger", save_meanwhile)
    code, _, complaint = run("ledger", "yiyuan", "2021", "--file", "l.csv")
    assert code == 2
    assert "在核查过程中被改动" in complaint
    assert (place / "l.csv").read_text(encoding="utf-8") == "改"


# --- how it behaves as a program


def test_faulty_table_of_another_year_exits_with_2_and_is_named(run, place, monkeypatch):
    data = shutil.copytree(os.environ["YOUZHI_DATA"], place / "data")
    table = data / "yiyuan/2021/schools.csv"
    text = table.read_text(encoding="utf-8").replace("synthetic", "编造", 1)
    table.write_text(text, encoding="utf-8", newline="")
    code, said, complaint = run("report", "yiyuan", "2020", "--data", "data", "--out", "out")
    assert (code, said) == (2, "")
    assert "yiyuan/2021/schools.csv" in complaint
    assert not (place / "out").exists()


def test_batch_of_all_years_tells_on_standard_error_what_it_leaves_out(place):
    data = shutil.copytree(os.environ["YOUZHI_DATA"], place / "data")
    text = (data / "yiyuan/county.toml").read_text(encoding="utf-8")
    late = text.replace('id = "jiaodu-2017-6"', 'id = "jiaodu-2030-1"')
    (data / "yiyuan/county.toml").write_text(late, encoding="utf-8")
    options = ["--data", "data", "--out", "out", "--workers", "2"]
    done = start("batch", "--counties", "yiyuan,shanting", *options)
    said, complaint = done.communicate(timeout=60)
    assert done.returncode == 0, complaint
    assert "共2份，成功2份" in said
    assert "未列入：沂源县2020年（jiaodu-2030-1）、沂源县2021年（jiaodu-2030-1）" in complaint
    done = start("batch", "--years", "2020", *options)
    _, complaint = done.communicate(timeout=60)
    assert done.returncode == 2
    assert "沂源县2020年（jiaodu-2030-1）" in complaint


def test_benchmark_of_the_start_measures_a_help_that_is_printed(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT))
    startup = importlib.import_module("benchmarks.startup")
    startup.check_commands()
    helps = [pair[2:] for pair in startup.PAIRS if "--help" in pair[0]]
    assert helps == [(startup.OUR_HELP, startup.PEER_HELP)]
    monkeypatch.setattr(startup, "SHOWN", {("-m", "youzhi.cli", "--help"): "report"})
    with pytest.raises(RuntimeError, match="does not print 'report'"):
        startup.check_commands()


def test_ctrl_c_ends_a_batch_its_kernels_and_leaves_nothing(place):
    cell = "import os, time\nopen(f'{HERE}/{county}', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    pids = place / "pids"
    pids.mkdir()
    write_notebook(place / "notebooks", cell.replace("{HERE}", str(pids)))
    batch = start("batch", "--years", "2020", "--workers", "2", "--out", "out")
    wait_until(lambda: len([path for path in pids.iterdir() if path.read_text()]) == 2, 30)
    batch.send_signal(signal.SIGINT)
    _, complaint = batch.communicate(timeout=10)
    assert batch.returncode == 130
    assert "Traceback" not in complaint
    for path in pids.iterdir():
        wait_until(lambda path=path: not Path(f"/proc/{path.read_text()}").exists(), 5)
    assert not (place / "out").exists()


def wait_until(condition, seconds):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom youzhi.cli import app\n"
        "try:\n    app(['--help'])\n"
        "finally:\n    print('loaded', *sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split("loaded ")[1].split())
    assert "typer" in loaded
    assert loaded.isdisjoint(
        {"pandas", "numpy", "papermill", "nbconvert", "matplotlib", "pydantic"}
    )


def test_every_command_and_option_is_explained_in_chinese_and_english(run):
    commands = ["template", "check", "import", "report", "batch", "compare", "outlook"]
    commands += ["scenario", "ledger", "forms", "list", "demo-data"]
    _, overview, _ = run("--help")
    assert re.findall(r"^  ([a-z-]+) +\S*[一-鿿].* · [a-z]", overview, re.M) == commands
    for command in commands:
        _, page, _ = run(command, "--help")
        options = re.findall(r"^  --(?!help)([a-z-]+)", page, re.M)
        explained = re.findall(r"^  --(?!help)([a-z-]+) .*?[一-鿿][^·]*·\s+\S", page, re.M)
        assert explained == options


def test_output_that_cannot_be_chinese_is_no_crash(place):
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = start("list", env=environment)
    _, complaint = done.communicate(timeout=30)
    assert done.returncode == 0, complaint
