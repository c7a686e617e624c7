"""Reports appear whole or not at all, need nothing but themselves, and nothing in them is alive."""

import base64
import errno
import hashlib
import html
import io
import os
import re
import shutil
import time
import tomllib
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from fontTools.ttLib import TTFont
from nbformat import v4

import youzhi
from youzhi.errors import DataError, ReportError, ScenarioError, UsageError
from youzhi.reports import engine, plan_jobs, run_batch, run_comparison, run_report
from youzhi.reports.files import STALE_SECONDS, write_together
from youzhi.reports.manifest import plan_comparison
from youzhi.synthetic import make_county, to_csv_text
from youzhi.trials import run_trial

ROOT = Path(__file__).resolve().parents[1]
PARAMETERS = 'county: str = "yiyuan"  # 县区\nyear: int = 2020  # 年度\nstandard: str = ""  # 标准'
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<style>body{background:url(http://evil.example/a)}</style>",
    "<iframe src='//evil.example'></iframe>",
    "</main></body><script>alert(2)</script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
]


def write_small_data(root):
    """A data root of two counties and two years with a dozen synthetic schools each."""
    for county in ("shanting", "yiyuan"):
        text = (ROOT / "data" / county / "county.toml").read_text(encoding="utf-8")
        for year in (2020, 2021):
            folder = root / county / str(year)
            folder.mkdir(parents=True)
            schools = make_county(tomllib.loads(text), year).head(12)
            (folder / "schools.csv").write_text(to_csv_text(schools), encoding="utf-8", newline="")
        (root / county / "county.toml").write_text(text, encoding="utf-8")
    return root


def write_notebook(folder, *cells, name="02_county_report", parameters=(PARAMETERS,)):
    """A notebook whose code cells all promise a result; a cell that begins with # is prose."""
    promise = v4.new_output("execute_result", {"text/plain": "…"}, execution_count=1)
    head = [v4.new_code_cell(text, metadata={"tags": ["parameters"]}) for text in parameters]
    body = [
        v4.new_markdown_cell(cell)
        if cell.startswith("#")
        else v4.new_code_cell(cell, execution_count=1, outputs=[promise])
        for cell in cells
    ]
    folder.mkdir(exist_ok=True)
    nbformat.write(v4.new_notebook(cells=head + body), folder / f"{name}.ipynb")


def tree(folder):
    """Every file below a folder with its bytes."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


@pytest.fixture(scope="module")
def pristine_data(tmp_path_factory):
    return write_small_data(tmp_path_factory.mktemp("data"))


@pytest.fixture
def data(pristine_data, tmp_path):
    return shutil.copytree(pristine_data, tmp_path / "data")


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    monkeypatch.setenv("YOUZHI_NOTEBOOKS", str(tmp_path / "notebooks"))
    return lambda *cells, **options: write_notebook(tmp_path / "notebooks", *cells, **options)


@pytest.fixture
def out(tmp_path):
    return tmp_path / "reports"


@pytest.fixture
def report(data, out):
    def run(county="yiyuan", year=2020, **wishes):
        return run_report(county, year, data=data, out=out, **wishes)

    return run


# --- a good report


@pytest.fixture(scope="module")
def good(pristine_data, tmp_path_factory):
    """The page of one report that is only looked at."""
    folder = tmp_path_factory.mktemp("good")
    cells = "# 年度分析\n\n## 一、结论", "county, year", "## 二、缺口", "'峮垚㎡≥'"
    write_notebook(folder / "notebooks", *cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("YOUZHI_NOTEBOOKS", str(folder / "notebooks"))
        return run_report("沂源", 2020, data=pristine_data, out=folder / "reports")


def test_page_says_whose_it_is_and_on_what_it_rests(good, pristine_data):
    page = good.read_text(encoding="utf-8")
    text = html.unescape(re.sub("<[^>]+>", " ", page))
    standard = youzhi.load_standard("jiaodu-2017-6")
    digest = hashlib.sha256((pristine_data / "yiyuan/2020/schools.csv").read_bytes()).hexdigest()
    facts = ["沂源县 · 2020年", standard.number, standard.title, f"SHA-256 {digest[:16]}…"]
    for fact in [*facts, f"youzhi {youzhi.__version__}", "('yiyuan', 2020)"]:
        assert fact in text
    assert '<html lang="zh-CN">' in page
    assert "<h1>年度分析</h1>" in page
    assert '<p class="banner">模拟数据' in page


def test_table_of_contents_leads_to_every_section(good):
    page = good.read_text(encoding="utf-8")
    links = re.findall(r'<a href="#([^"]+)">([^<]+)</a>', page)
    assert [name for _, name in links] == ["一、结论", "二、缺口"]
    assert [(f'<h2 id="{anchor}">{name}</h2>' in page) for anchor, name in links] == [True, True]


def test_page_brings_a_glyph_for_every_character(good):
    page = good.read_text(encoding="utf-8")
    encoded = re.search(r"url\(data:font/woff;base64,([^)]+)\)", page)[1]
    font = TTFont(io.BytesIO(base64.b64decode(encoded)))
    shown = set(html.unescape(page)) - {"\n"}
    assert set("沂源县峮垚㎡≥模拟") <= shown
    assert {sign for sign in shown if ord(sign) not in font.getBestCmap()} == set()


def test_notebook_and_page_stand_side_by_side_and_alone(good):
    names = {f"yiyuan/2020/02_county_report.{ending}" for ending in ("html", "ipynb")}
    assert good.name == "02_county_report.html"
    assert set(tree(good.parents[2])) == names


def test_kept_notebook_names_no_folder_and_no_time(good):
    kept = good.with_suffix(".ipynb").read_text(encoding="utf-8")
    assert str(good.parents[2]) not in kept
    assert "papermill" not in kept
    assert re.findall(r"\d{4}-\d{2}-\d{2}T", kept) == []


def test_kernel_finds_the_data_root_without_a_change_to_this_process(notebook, report, data):
    notebook("import os\nos.environ['YOUZHI_DATA']")
    before = dict(os.environ)
    executed = nbformat.read(report().with_suffix(".ipynb"), as_version=4)
    assert executed.cells[-1].outputs[0].data["text/plain"] == repr(str(data.resolve()))
    assert dict(os.environ) == before


def change_kind(table, kind):
    text = table.read_text(encoding="utf-8").replace(",synthetic", f",{kind}")
    table.write_text(text, encoding="utf-8", newline="")


def head_of(page):
    """The text of the head of a page."""
    text = page.read_text(encoding="utf-8").partition("<header>")[2].partition("</header>")[0]
    return html.unescape(re.sub("<[^>]+>", "", text))


def test_head_names_the_digest_of_every_file_that_the_report_rests_on(notebook, report, data):
    notebook("county")
    for name in ("2020/items.csv", "commitments.toml"):
        shutil.copy(ROOT / "data/yiyuan" / name, data / "yiyuan" / name)
    files = {f"{year}/schools.csv": data / f"yiyuan/{year}/schools.csv" for year in (2020, 2021)}
    names = ("county.toml", "commitments.toml", "2020/items.csv")
    files |= {name: data / "yiyuan" / name for name in names}
    files["standards/jiaodu-2017-6.toml"] = ROOT / "youzhi/standards/jiaodu-2017-6.toml"
    lines = "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {name}\n"
        for name, path in sorted(files.items())
    )
    combined = hashlib.sha256(lines.encode()).hexdigest()
    assert f"SHA-256 {combined[:16]}…（历年数据、清洗记录、县区卡、承诺和标准）" in head_of(
        report()
    )
    change_kind(data / "yiyuan/2021/schools.csv", "assumed")
    again = head_of(report())
    assert combined[:16] not in again
    own = hashlib.sha256(files["2020/schools.csv"].read_bytes()).hexdigest()
    assert f"SHA-256 {own[:16]}…（学校数据文件）" in again


@pytest.mark.parametrize(
    ("own", "other", "kinds", "banner"),
    [
        ("synthetic", "synthetic", "模拟数据\n", "模拟数据：本报告中的数字"),
        ("real", "real", "真实数据\n", ""),
        ("real", "synthetic", "2020年真实数据；历年比较另用模拟数据\n", "含模拟数据：历年比较"),
        ("synthetic", "real", "2020年模拟数据；历年比较另用真实数据\n", "模拟数据：本报告中的数字"),
        ("real", "", "2020年真实数据；历年比较另用未注明\n", ""),
    ],
)
def test_head_tells_the_kinds_of_data_of_the_other_years(
    notebook, report, data, own, other, kinds, banner
):
    notebook("county")
    change_kind(data / "yiyuan/2020/schools.csv", own)
    change_kind(data / "yiyuan/2021/schools.csv", other)
    page = report()
    assert f"数据性质{kinds}" in head_of(page)
    found = re.findall('<p class="banner">(.+?)</p>', page.read_text(encoding="utf-8"))
    assert [text.startswith(banner) for text in found] == [True] * bool(banner)


def test_standard_file_is_named_by_its_number_not_by_its_path(
    notebook, report, tmp_path, monkeypatch
):
    text = (ROOT / "youzhi/standards/jiaodu-2017-6.toml").read_text(encoding="utf-8")
    text = re.sub('number .*"', 'number = "本县试行〔2030〕1号"', text, count=1)
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    notebook(
        "import pathlib\npathlib.Path(standard).is_absolute(), pathlib.Path(standard).is_file()"
    )
    page = report(standard="own.toml").read_text(encoding="utf-8")
    assert "本县试行〔2030〕1号" in page
    assert "(True, True)" in page
    assert "own.toml" not in page


def test_real_notebook_gives_a_real_report(out, monkeypatch):
    monkeypatch.delenv("YOUZHI_DATA", raising=False)
    monkeypatch.delenv("YOUZHI_NOTEBOOKS", raising=False)
    page = run_report("沂源", 2020, out=out).read_text(encoding="utf-8")
    assert "沂源县 · 2020年" in page
    assert page.count("<table") > 1
    assert page.count('src="data:image/png;base64,') >= 1


# --- nothing from outside, nothing alive


class Inventory(HTMLParser):
    """All tags and attributes of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.attributes, self.text = set(), [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text.append(data)


def assert_nothing_is_alive(page):
    found = Inventory(page)
    assert found.tags.isdisjoint({"script", "iframe", "object", "embed", "svg", "form", "link"})
    assert [name for name, _ in found.attributes if name.startswith("on")] == []
    references = [value for name, value in found.attributes if name in ("src", "href", "style")]
    assert [value for value in references if not re.match(r"data:image/|#section-", value)] == []
    assert re.findall(r"url\((?!data:font/woff;)", page.split("</head>")[0]) == []


def test_page_needs_no_network(notebook, report):
    notebook(
        "# 分析\n\n![图](http://evil.example/a.png) [源](https://evil.example) <http://evil.example>",
        "import matplotlib.pyplot as plt\nfig, _ = plt.subplots()\nplt.close(fig)\nfig",
    )
    page = report().read_text(encoding="utf-8")
    assert_nothing_is_alive(page)
    assert re.findall(r"""(?:(?:src|href)\s*=|url\()\s*["']?\s*(?:https?:)?//""", page) == []
    assert page.count('src="data:image/png;base64,') == 1


def test_figures_are_named_by_their_section_and_their_number_in_it(notebook, report):
    draw = "import matplotlib.pyplot as plt\nfig, _ = plt.subplots()\nplt.close(fig)\nfig"
    own = (
        "from IPython.display import display\n"
        "display({'image/png': b'', 'text/plain': '…'}, metadata={'image/png': {'alt': '自拟'}}, raw=True)"
    )
    notebook("# 分析", draw, '## 一、“结论” > <b>"', draw, draw, own, "## 二、缺口", draw)
    page = report().read_text(encoding="utf-8")
    found = [value for name, value in Inventory(page).attributes if name == "alt"]
    assert found == [
        *("图：分析（1）", '图：一、“结论” > "（1）', '图：一、“结论” > "（2）', "自拟"),
        "图：二、缺口（1）",
    ]
    assert "No description" not in page
    assert_nothing_is_alive(page)


def test_hostile_names_are_alive_in_no_kind_of_output(notebook, report):
    kinds = ["text/html", "text/markdown", "application/javascript", "image/svg+xml", "text/latex"]
    show = "from IPython.display import display\n" + "\n".join(
        f"display({{{kind!r}: {name!r}, 'text/plain': '…'}}, raw=True)"
        for kind in kinds
        for name in HOSTILE
    )
    notebook(show)
    assert_nothing_is_alive(report().read_text(encoding="utf-8"))


def test_hostile_school_names_are_shown_literally_in_tables(notebook, report):
    notebook(
        f"import pandas as pd\npd.set_option('display.max_colwidth', None)\npd.DataFrame({HOSTILE})",
    )
    page = report().read_text(encoding="utf-8")
    assert_nothing_is_alive(page)
    text = "".join(Inventory(page).text)
    assert [name for name in HOSTILE if name not in text] == []
    assert ".dataframe" not in text


# --- a failed run

FAILURES = {
    "raises": ("raise ValueError('坏数据')", "ValueError: 坏数据"),
    "exits": ("import sys\nsys.exit()", "提前结束了笔记本"),
    "leaves": ("import os\nos._exit(0)", "内核在运行中终止"),
    "freezes": ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "超时"),
    "prints instead": ("print('没有结果')", "没有给出应有的结果"),
    "is silent": ("pass", "没有给出应有的结果"),
    "floods": ("'x' * 11_000_000", "输出超过"),
}


@pytest.mark.parametrize(("cell", "reason"), FAILURES.values(), ids=FAILURES)
def test_failed_run_keeps_the_older_report_and_a_copy(notebook, report, out, cell, reason):
    notebook("county", cell, "year")
    older = {f"yiyuan/2020/02_county_report.{ending}": b"older" for ending in ("html", "ipynb")}
    write_together({out / name: content for name, content in older.items()})
    with pytest.raises(ReportError, match=reason):
        report(cell_seconds=2 if reason == "超时" else 60)
    after = tree(out)
    copy = nbformat.reads(after.pop("_failed/yiyuan-2020-02_county_report.ipynb"), as_version=4)
    assert after == older
    assert any("'yiyuan'" in str(part.get("outputs")) for part in copy.cells)


def test_failed_copy_is_all_there_is_and_goes_with_the_next_good_run(notebook, report, out):
    notebook("import pathlib\nopen(pathlib.Path.home() / 'lost.csv')")
    with pytest.raises(ReportError, match="FileNotFoundError"):
        report()
    [(name, copy)] = tree(out).items()
    assert name == "_failed/yiyuan-2020-02_county_report.ipynb"
    assert b"lost.csv" in copy
    assert str(Path.home()).encode() not in copy
    notebook("county")
    report()
    assert name not in tree(out)


def test_notebook_without_any_result_is_no_report(notebook, report):
    notebook("# 只有文字")
    with pytest.raises(ReportError, match="没有给出任何结果"):
        report()


def test_children_of_a_notebook_end_with_it(notebook, report, tmp_path):
    pid_file = tmp_path / "pid"
    notebook(
        f"import os, subprocess\nchild = subprocess.Popen(['sleep', '600'])\n"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid))\nos._exit(1)"
    )
    with pytest.raises(ReportError):
        report()
    deadline = time.monotonic() + 5
    while is_running(int(pid_file.read_text())):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def is_running(pid):
    """Whether a process lives; one that only waits to be fetched by its parent does not."""
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_kernel_that_dies_at_its_start_is_started_once_more(
    notebook, report, tmp_path, monkeypatch
):
    marker = tmp_path / "marker"
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pathlib, sys\n"
        f"marker = pathlib.Path({str(marker)!r})\n"
        "if 'ipykernel_launcher' in sys.orig_argv and not marker.exists():\n"
        "    marker.touch()\n"
        "    os._exit(1)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    notebook("county")
    assert report().exists()
    assert marker.exists()


def test_kernel_that_is_killed_in_mid_run_is_given_a_second_one(notebook, report, tmp_path):
    marker = tmp_path / "marker"
    notebook(
        "county",
        f"import os, pathlib\nmarker = pathlib.Path({str(marker)!r})\n"
        "if not marker.exists():\n    marker.touch()\n    os.kill(os.getpid(), 9)\nyear",
    )
    assert report().exists()
    assert marker.exists()


def test_kernel_that_is_killed_twice_is_not_given_a_third_one(notebook, report, tmp_path):
    starts = tmp_path / "starts"
    notebook(f"import os\nopen({str(starts)!r}, 'a').write('1')\nos.kill(os.getpid(), 9)")
    with pytest.raises(ReportError, match="内核在运行中终止"):
        report()
    assert starts.read_text() == "11"


def test_kernel_that_never_starts_is_a_failure(notebook, report, tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\nif 'ipykernel_launcher' in sys.orig_argv:\n    os._exit(1)\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    notebook("county")
    with pytest.raises(ReportError, match="内核没有启动"):
        report()


def test_runs_leave_no_open_files_behind(notebook, tmp_path):
    notebook("county")
    path = tmp_path / "notebooks" / "02_county_report.ipynb"
    engine.run_notebook(path, {"county": "a"}, {})
    before = len(os.listdir("/proc/self/fd"))
    engine.run_notebook(path, {"county": "a"}, {})
    assert len(os.listdir("/proc/self/fd")) <= before


CHANGES = {
    "its own table": "open(f'{folder}/2020/schools.csv', 'a').write('\\n')",
    "another year": "open(f'{folder}/2021/schools.csv', 'a').write('\\n')",
    "a year less": "os.remove(f'{folder}/2021/schools.csv')",
    "a year more": "shutil.copytree(f'{folder}/2021', f'{folder}/2022')",
    "a table that is none": "open(f'{folder}/2021/schools.csv', 'wb').write(bytes([255]))",
    "the card": "open(f'{folder}/county.toml', 'a').write('#')",
    "no card": "os.remove(f'{folder}/county.toml')",
    "the standard": "open(standard, 'a').write('#')",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_files_that_change_during_the_run_give_no_report(notebook, report, out, tmp_path, change):
    own = shutil.copy(ROOT / "youzhi/standards/jiaodu-2017-6.toml", tmp_path / "own.toml")
    head = "import os, shutil\nfolder = f\"{os.environ['YOUZHI_DATA']}/{county}\"\n"
    notebook(f"{head}{change}\n1")
    with pytest.raises(ReportError, match="运行期间数据文件、县区卡或标准被改动"):
        report(standard=own)
    assert not out.exists()


def test_faulty_data_stop_before_anything_runs(notebook, report, data, out):
    notebook("county")
    table = data / "yiyuan/2020/schools.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join([*lines, lines[-1].replace("synthetic", "编造")]), encoding="utf-8")
    with pytest.raises(DataError, match="编造"):
        report()
    assert not out.exists()


def test_faulty_data_of_another_year_stop_too_and_are_named_with_their_year(
    notebook, report, data, out
):
    notebook("county")
    for year, wrong in ((2020, "编造"), (2021, "虚构")):
        table = data / f"yiyuan/{year}/schools.csv"
        text = table.read_text(encoding="utf-8").replace("synthetic", wrong, 1)
        table.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(DataError) as refused:
        report()
    faults = refused.value.faults[["file", "found"]].values.tolist()
    assert faults == [["yiyuan/2020/schools.csv", "编造"], ["yiyuan/2021/schools.csv", "虚构"]]
    assert not out.exists()


def test_faults_of_schools_and_of_county_figures_stand_in_one_list(notebook, report, data, out):
    notebook("county")
    table = data / "yiyuan/2020/schools.csv"
    text = table.read_text(encoding="utf-8").replace("synthetic", "编造", 1)
    table.write_text(text, encoding="utf-8", newline="")
    items = table.with_name("items.csv")
    items.write_text("item,value\nlayout_finding,也许\n", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        report()
    faults = refused.value.faults[["file", "found"]].values.tolist()
    assert faults == [["yiyuan/2020/schools.csv", "编造"], ["yiyuan/2020/items.csv", "也许"]]
    assert not out.exists()


def append(path, text):
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def test_faulty_promises_stop_before_anything_runs(notebook, report, data, out):
    notebook("county")
    (data / "yiyuan/commitments.toml").write_text("[[commitment]]\nid = 1\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"yiyuan/commitments\.toml"):
        report()
    assert not out.exists()


@pytest.mark.parametrize("name", ["county.toml", "commitments.toml"])
def test_card_or_promises_that_cannot_be_read_stop_before_anything_runs(
    notebook, report, data, out, monkeypatch, name
):
    notebook("county")
    shutil.copy(ROOT / "data/yiyuan/commitments.toml", data / "yiyuan")
    locked, original = data / "yiyuan" / name, Path.read_bytes

    def refuse(path):
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return original(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UsageError, match=f"yiyuan 的 {name} 无法读取.*被其他程序打开或没有权限"):
        report()
    assert not out.exists()


SOURCED = 'source = "测试"\nconfidence = "V"\n'
TARGET = 'label = "名额"\nvalue = 70\ntest = "at_least"\n'
ENTRIES = {
    "target": f'check = "quota_share"\n{TARGET}',
    "department": 'names = ["基教科"]\n',
    "self_check": 'year = 2020\nprinted = "9.9"\nverdict = "met"\n',
}


@pytest.mark.parametrize("kind", ENTRIES)
def test_card_with_a_code_that_no_standard_has_is_refused_with_the_codes(
    notebook, report, data, out, kind
):
    notebook("county")
    card = data / "shanting/county.toml"
    append(card, f'\n[[{kind}]]\ncode = "9.9"\n{ENTRIES[kind]}{SOURCED}')
    with pytest.raises(UsageError) as refused:
        report("shanting")
    # an item and an indicator of one standard, its coefficients, an item of the other standard
    for words in (f"[[{kind}]] 9.9；", "、2.14、", "、1.1、", "、1.8、", "A1"):
        assert words in str(refused.value)
    assert not out.exists()


@pytest.mark.parametrize("code", ["1.8", "2.14", "A1", "4.6"])
def test_card_may_speak_of_the_items_of_every_standard(notebook, report, data, code):
    notebook("county")
    append(
        data / "shanting/county.toml",
        f'\n[[department]]\ncode = "{code}"\n{ENTRIES["department"]}{SOURCED}',
    )
    assert report("shanting").is_file()


def test_target_for_a_check_that_its_item_lacks_stops_before_anything_runs(
    notebook, report, data, out
):
    notebook("county")
    card = data / "shanting/county.toml"
    append(card, f'\n[[target]]\ncode = "2.14"\ncheck = "quota"\n{TARGET}{SOURCED}')
    with pytest.raises(
        UsageError, match=r"山亭区的县区卡中 2\.14 的目标.*“quota”；可用：quota_share"
    ):
        report("shanting")
    assert not out.exists()


# --- wishes that cannot be fulfilled


@pytest.mark.parametrize(
    ("wishes", "answer"),
    [
        ({"county": "沂水"}, "yiyuan"),
        ({"county": "../yiyuan"}, "yiyuan"),
        ({"year": 1999}, "2020、2021"),
        ({"year": "2020"}, "应为整数"),
        ({"year": True}, "应为整数"),
        ({"standard": "jiaodu-1999-1"}, "jiaodu-2017-6"),
        ({"standard": 6}, "标准应为"),
        ({"notebook": "02_county"}, "现有：02_county_report"),
        ({"notebook": "../notebooks/02_county_report"}, "现有：02_county_report"),
        ({"standrad": "jiaodu-2017-6"}, "county: str、year: int、standard: str"),
        ({"county\nimport os": "1"}, "county: str、year: int、standard: str"),
    ],
)
def test_impossible_wish_is_refused_with_what_is_allowed(notebook, report, out, wishes, answer):
    notebook("county")
    with pytest.raises(UsageError, match=answer):
        report(**wishes)
    assert not out.exists()


@pytest.mark.parametrize(
    ("parameters", "answer"),
    [
        ([], "恰有一个.*实有0个"),
        ([PARAMETERS, PARAMETERS], "恰有一个.*实有2个"),
        (['county: str = ""'], "没有参数“year”"),
        (['county: str = ""\nyear: str = ""'], "“year”应为 str"),
        (['county: str = ""\nyear = 2020'], "没有标注"),
    ],
)
def test_notebook_with_an_unfit_parameter_cell_is_refused(
    notebook, report, out, parameters, answer
):
    notebook("1", parameters=parameters)
    with pytest.raises(UsageError, match=answer):
        report()
    assert not out.exists()


def test_further_parameters_reach_the_notebook(notebook, report):
    notebook("horizon * 7", parameters=[PARAMETERS + "\nhorizon: int = 1"])
    assert ">42<" in report(horizon=6).read_text(encoding="utf-8").replace("\n", "")
    with pytest.raises(UsageError, match="“horizon”应为 int"):
        report(horizon="6")


# --- files


def test_full_disk_leaves_the_older_files(tmp_path, monkeypatch):
    older = {tmp_path / "a.ipynb": b"1", tmp_path / "a.html": b"2"}
    write_together(older)
    calls = iter([None])

    def fsync(descriptor):
        if next(calls, "full"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(ReportError, match="原有文件未改动"):
        write_together(dict.fromkeys(older, b"new"))
    assert tree(tmp_path) == {"a.ipynb": b"1", "a.html": b"2"}


def test_leftovers_of_a_killed_run_are_removed_but_not_those_of_a_running_one(tmp_path):
    stale, fresh = tmp_path / ".a.html.00.part", tmp_path / ".a.html.11.part"
    for part in (stale, fresh):
        part.write_bytes(b"half")
    os.utime(stale, (0, time.time() - STALE_SECONDS - 1))
    write_together({tmp_path / "a.html": b"whole"})
    assert set(tree(tmp_path)) == {"a.html", ".a.html.11.part"}


# --- batches


def test_batch_goes_on_when_one_kernel_is_killed_and_the_index_says_so(notebook, data, out):
    notebook(
        "import os\nif county == 'shanting' and year == 2021: os.kill(os.getpid(), 9)\n(county, year)"
    )
    table = run_batch(plan_jobs(data=data, out=out), workers=2)
    keys = list(zip(table["county"], table["year"], table["status"], strict=True))
    assert keys == [
        ("shanting", 2020, "ok"),
        ("shanting", 2021, "failed"),
        ("yiyuan", 2020, "ok"),
        ("yiyuan", 2021, "ok"),
    ]
    assert "内核在运行中终止" in table["message"][1]
    index = (out / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', index)
    assert [(out / link).is_file() for link in links] == [True] * 3
    assert index.count("模拟数据") == 3
    assert "内核在运行中终止" in index
    assert '<span class="failed">失败</span>' in index


def test_verdicts_are_those_of_a_direct_assessment(notebook, data, out):
    notebook("county")
    jobs = plan_jobs(["沂源"], data=data, out=out)
    table = run_batch(jobs)
    direct = [youzhi.assess_county("yiyuan", year, data=data).verdict for year in (2020, 2021)]
    assert list(table["verdict"]) == direct
    content = (out / "verdicts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    pd.testing.assert_frame_equal(
        pd.read_csv(io.BytesIO(content), keep_default_na=False), table.drop(columns="seconds")
    )


def test_a_notebook_that_tells_the_state_of_a_day_gets_the_last_day_of_its_year(out):
    def given(**parameters):
        jobs = plan_jobs(["沂源"], [2020], notebook="07_plan_progress", out=out, **parameters)
        return [job.parameters for job in jobs]

    assert given() == [{"county": "yiyuan", "as_of": "2020-12-31"}]
    assert given(as_of="2020-06-30") == [{"county": "yiyuan", "as_of": "2020-06-30"}]
    with pytest.raises(UsageError, match="没有参数“standard”"):
        given(standard="jiaodu-2017-6")
    with pytest.raises(UsageError, match="没有参数“as_of”"):
        plan_jobs(["沂源"], [2020], out=out, as_of="2020-06-30")


def test_batch_names_the_standard_and_warns_of_verdicts_by_two(notebook, data, out):
    notebook("county")
    table = data / "shanting/2020/schools.csv"
    text = table.read_text(encoding="utf-8").replace(",2020,", ",2016,")
    (data / "shanting/2016").mkdir()
    (data / "shanting/2016/schools.csv").write_text(text, encoding="utf-8", newline="")
    jobs = plan_jobs(["山亭"], [2016, 2020], data=data, out=out)
    done = run_batch(jobs)
    assert done[["year", "standard", "level"]].values.tolist() == [
        [2016, "jiaodu-2012-3", "基本均衡"],
        [2020, "jiaodu-2017-6", "优质均衡"],
    ]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert "不能放在一起比较或排名" in index
    assert "（基本均衡）" in index or "达到基本均衡" in index
    run_batch(jobs[:1])
    assert "不能放在一起" not in (out / "index.html").read_text(encoding="utf-8")


def test_two_runs_give_identical_bytes(notebook, data, out):
    notebook(
        "# 分析",
        "import pandas as pd\npd.DataFrame({'学校': ['甲', '乙']})",
        "import matplotlib.pyplot as plt\nfig, _ = plt.subplots()\nplt.close(fig)\nfig",
    )
    jobs = plan_jobs(["沂源"], [2020], data=data, out=out)
    run_batch(jobs)
    first = tree(out)
    run_batch(jobs)
    assert len(first) == 4
    assert tree(out) == first


def test_faulty_data_of_one_county_fail_only_its_own_job(notebook, data, out):
    notebook("county")
    (data / "shanting/2020/schools.csv").write_text("school\n甲\n", encoding="utf-8")
    table = run_batch(plan_jobs(years=[2020], data=data, out=out))
    assert list(table["status"]) == ["failed", "ok"]


@pytest.mark.parametrize("years", [[2020], None])
def test_faulty_card_of_one_county_fails_only_its_own_jobs(notebook, report, data, out, years):
    notebook("county")
    (data / "shanting/county.toml").write_text("name = ", encoding="utf-8")
    table = run_batch(plan_jobs(years=years, data=data, out=out))
    failed = table["county"] == "shanting"
    assert table["status"].tolist() == failed.map({True: "failed", False: "ok"}).tolist()
    assert table["message"][failed].str.contains("县区卡 shanting/county.toml").all()
    assert "县区卡 shanting/county.toml" in (out / "index.html").read_text(encoding="utf-8")
    assert failed.sum() == len(table) / 2


def test_plan_lists_only_what_has_data(notebook, data):
    notebook("county")
    shutil.rmtree(data / "shanting/2021")
    jobs = plan_jobs(years=[2021, 2020, 2030], data=data)
    assert [(job.place, job.year) for job in jobs] == [
        ("shanting", 2020),
        ("yiyuan", 2020),
        ("yiyuan", 2021),
    ]
    with pytest.raises(UsageError, match="山亭区没有所选年份的学校数据；已有年度：2020"):
        plan_jobs(["yiyuan", "shanting"], [2021], data=data)
    with pytest.raises(UsageError, match="都没有数据"):
        plan_jobs(years=[2030], data=data)


def move_to_2016(data):
    """Give Shanting the year whose standard, by its card, is not among those that exist."""
    for county in ("shanting", "yiyuan"):
        table = data / county / "2020/schools.csv"
        text = table.read_text(encoding="utf-8").replace(",2020,", ",2016,")
        (data / county / "2016").mkdir()
        (data / county / "2016/schools.csv").write_text(text, encoding="utf-8", newline="")
    card = data / "shanting/county.toml"
    text = card.read_text(encoding="utf-8").replace("jiaodu-2012-3", "jiaodu-1999-9")
    card.write_text(text, encoding="utf-8", newline="")


def test_year_whose_standard_does_not_exist_is_left_out_and_told(notebook, data, out, caplog):
    notebook("county")
    move_to_2016(data)
    jobs = plan_jobs(data=data, out=out)
    years = [2020, 2021]
    assert [(job.place, job.year) for job in jobs] == [
        *(("shanting", year) for year in years),
        *(("yiyuan", year) for year in [2016, *years]),
    ]
    [record] = caplog.records
    assert (record.name, record.levelname) == ("youzhi", "WARNING")
    assert "未列入：山亭区2016年（jiaodu-1999-9）" in record.getMessage()
    table = run_batch(jobs)
    assert list(table["status"]) == ["ok"] * 5
    assert '<span class="kind">未列入</span>' in (out / "index.html").read_text(encoding="utf-8")


def test_year_that_is_named_is_refused_when_its_standard_does_not_exist(notebook, data, caplog):
    notebook("county")
    move_to_2016(data)
    text = (data / "yiyuan/county.toml").read_text(encoding="utf-8")
    late = text.replace("from_year = ", "from_year = 20")
    assert late != text
    (data / "yiyuan/county.toml").write_text(late, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        plan_jobs(years=[2016, 2020], data=data)
    for words in ("山亭区2016年（jiaodu-1999-9）", "沂源县2016年（县区卡没有写明", "--standard"):
        assert words in str(refused.value)
    jobs = plan_jobs(years=[2016], data=data, standard="jiaodu-2017-6")
    assert [job.place for job in jobs] == ["shanting", "yiyuan"]
    assert caplog.records == []


def test_batch_of_nothing_but_unknown_standards_is_refused(notebook, data):
    notebook("county")
    move_to_2016(data)
    for year in (2020, 2021):
        shutil.rmtree(data / f"shanting/{year}")
    with pytest.raises(UsageError, match=r"现行标准没有收录：山亭区2016年"):
        plan_jobs(["山亭"], data=data)


def test_two_jobs_for_one_report_are_refused(notebook, data, out):
    notebook("county")
    jobs = plan_jobs(["yiyuan"], [2020], data=data, out=out)
    with pytest.raises(UsageError, match="只出现一次"):
        run_batch(jobs + jobs)
    assert not out.exists()


def test_the_answer_stands_first_on_the_page(good):
    page = good.read_text(encoding="utf-8")
    head, _, _ = page.partition("<main>")
    assert re.search(r'class="verdict (met|not_met|cannot_tell)">结论：\S+要求', head)
    assert head.index("结论：") < head.index("评估标准")


def test_warnings_of_a_notebook_reach_neither_the_page_nor_the_kept_notebook(notebook, report):
    notebook("import warnings\nwarnings.warn('a path ' + 'of this machine')\n1 + 1")
    page = report()
    assert "a path of this machine" not in page.read_text(encoding="utf-8")
    assert "a path of this machine" not in page.with_suffix(".ipynb").read_text(encoding="utf-8")


# --- several counties in one report

COMPARE = 'counties: list = []  # 县区\nyear: int = 2023  # 年度\nstandard: str = ""  # 标准'


@pytest.fixture
def compare(notebook, data, out):
    """Run a small notebook about several counties."""

    def run(*cells, year=2020, names=None, **wishes):
        notebook(
            *(cells or ("# 县际比较", "counties, year")),
            name="04_compare_counties",
            parameters=[COMPARE],
        )
        return run_comparison(year, names, data=data, out=out, **wishes)

    return run


def test_comparison_is_about_all_counties_of_the_year_and_has_one_place(compare, out):
    page = compare()
    assert page == out / "compare/2020/04_compare_counties.html"
    assert set(tree(out)) == {f"compare/2020/{page.stem}.{end}" for end in ("html", "ipynb")}
    text = html.unescape(page.read_text(encoding="utf-8"))
    assert "山亭区、沂源县 · 2020年" in text
    assert "(['shanting', 'yiyuan'], 2020)" in text


def test_comparison_keeps_the_order_in_which_counties_were_named(compare):
    page = compare(names=["沂源", "shanting", "yiyuan"]).read_text(encoding="utf-8")
    assert "沂源县、山亭区 · 2020年" in page
    assert "(['yiyuan', 'shanting'], 2020)" in html.unescape(page)


def test_head_of_a_comparison_counts_verdicts_and_tells_each_county(compare, data):
    change_kind(data / "yiyuan/2020/schools.csv", "real")
    verdicts = {
        county: youzhi.assess_county(county, 2020, data=data).verdict
        for county in ("shanting", "yiyuan")
    }
    words = {"met": "达到", "not_met": "未达到", "cannot_tell": "现有数据无法判定是否达到"}
    page = compare()
    head = head_of(page)
    assert re.search(r"结论：2个县区中(达标\d个|未达标\d个|无法判定\d个|、)+\n", head)
    for county, name, kind in (
        ("shanting", "山亭区", "模拟数据"),
        ("yiyuan", "沂源县", "真实数据"),
    ):
        told = f"{name}：{words[verdicts[county]]}优质均衡要求（教督〔2017〕6号；{kind}）"
        assert told in head
        own = hashlib.sha256((data / county / "2020/schools.csv").read_bytes()).hexdigest()
        assert f"SHA-256 {own[:16]}…（{name}学校数据文件）" in head
    assert head.count("教督〔2017〕6号 县域") == 1
    assert "含模拟数据：部分县区的数字为演示而生成" in head
    assert "不能放在一起排名" not in head


def test_comparison_by_two_standards_says_so_in_its_head(compare, data, tmp_path):
    card = data / "shanting/county.toml"
    text = card.read_text(encoding="utf-8").replace('"jiaodu-2017-6"', '"jiaodu-2012-3"')
    card.write_text(text, encoding="utf-8", newline="")
    head = head_of(compare())
    assert "依据的标准不同，不能放在一起排名" in head
    for name in ("jiaodu-2017-6", "jiaodu-2012-3"):
        assert youzhi.load_standard(name).title in head
    assert "基本均衡要求（教督〔2012〕3号；" in head
    forced = head_of(compare(standard="jiaodu-2017-6"))
    assert "不能放在一起排名" not in forced
    assert "教督〔2012〕3号" not in forced


def test_digest_of_a_comparison_is_over_the_files_of_all_counties(compare, data):
    lines = []
    for county in ("shanting", "yiyuan"):
        names = [f"{year}/schools.csv" for year in (2020, 2021)]
        paths = {name: data / county / name for name in (*names, "county.toml")}
        paths["standards/jiaodu-2017-6.toml"] = ROOT / "youzhi/standards/jiaodu-2017-6.toml"
        lines += [
            f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {county}/{name}\n"
            for name, path in paths.items()
        ]
    lines.sort(key=lambda line: line.split("  ")[1])
    combined = hashlib.sha256("".join(lines).encode()).hexdigest()
    assert f"SHA-256 {combined[:16]}…" in head_of(compare())


@pytest.mark.parametrize("county", ["shanting", "yiyuan"])
def test_change_of_any_compared_county_during_the_run_gives_no_report(compare, out, county):
    cell = f"open(f\"{{os.environ['YOUZHI_DATA']}}/{county}/2021/schools.csv\", 'a').write('\\n')"
    with pytest.raises(ReportError, match="compare 2020 报告未生成：运行期间"):
        compare(f"import os\n{cell}")
    assert not out.exists()


def test_failed_comparison_keeps_its_copy_under_its_own_name(compare, out):
    with pytest.raises(ReportError, match="ZeroDivisionError"):
        compare("1 / 0")
    assert list(tree(out)) == ["_failed/compare-2020-04_compare_counties.ipynb"]


def test_faulty_data_of_all_compared_counties_stand_in_one_list(compare, data, out):
    for county, year, wrong in (("shanting", 2021, "编造"), ("yiyuan", 2020, "虚构")):
        table = data / county / str(year) / "schools.csv"
        text = table.read_text(encoding="utf-8").replace("synthetic", wrong, 1)
        table.write_text(text, encoding="utf-8", newline="")
    with pytest.raises(DataError) as refused:
        compare()
    faults = refused.value.faults[["file", "found"]].values.tolist()
    assert faults == [["shanting/2021/schools.csv", "编造"], ["yiyuan/2020/schools.csv", "虚构"]]
    assert not out.exists()


@pytest.mark.parametrize(
    ("wishes", "answer"),
    [
        ({"names": ["yiyuan"]}, r"至少要两个县区.*2020年有数据的：yiyuan（沂源县）"),
        ({"names": []}, r"至少要两个县区.*（无）"),
        ({"year": 2030}, r"至少要两个县区.*（无）"),
        ({"names": ["yiyuan", "shanting"], "year": 2030}, "没有所选年份的学校数据；已有年度：2020"),
        ({"names": ["yiyuan", "沂水"]}, r"没有县区“沂水”。已有：.*yiyuan（沂源县）"),
        ({"year": "2020"}, "年份应为整数"),
        ({"standard": "jiaodu-1999-1"}, "jiaodu-2017-6"),
        ({"notebook": "04"}, "现有：04_compare_counties"),
        ({"to": 2030}, "没有参数“to”；允许的参数：counties: list、year: int、standard: str"),
    ],
)
def test_impossible_comparison_is_refused_with_what_is_allowed(compare, out, wishes, answer):
    with pytest.raises(UsageError, match=answer):
        compare(**wishes)
    assert not out.exists()


def test_comparison_leaves_out_whose_standard_does_not_exist_but_not_one_that_was_named(
    compare, data, caplog
):
    shutil.copytree(data / "yiyuan", data / "mengyin")
    for year in (2020, 2021):
        table = data / f"mengyin/{year}/schools.csv"
        text = table.read_text(encoding="utf-8").replace("yiyuan,", "mengyin,")
        table.write_text(text, encoding="utf-8", newline="")
    text = (data / "yiyuan/county.toml").read_text(encoding="utf-8")
    moved = text.replace('"yiyuan"', '"mengyin"').replace('zh = "沂源县"', 'zh = "蒙阴县"')
    card = moved.replace('"jiaodu-2017-6"', '"jiaodu-1999-9"')
    (data / "mengyin/county.toml").write_text(card, encoding="utf-8", newline="")
    assert "山亭区、沂源县 · 2020年" in compare().read_text(encoding="utf-8")
    assert "未列入：蒙阴县2020年（jiaodu-1999-9）" in caplog.text
    with pytest.raises(UsageError, match=r"蒙阴县2020年（jiaodu-1999-9）"):
        compare(names=["yiyuan", "shanting", "mengyin"])


def test_notebook_about_several_counties_is_refused_county_by_county(
    compare, notebook, report, data, out
):
    compare()
    notebook("county")
    for make in (report, lambda **wishes: plan_jobs(data=data, out=out, **wishes)):
        with pytest.raises(UsageError, match="youzhi compare --year 2023"):
            make(notebook="04_compare_counties")
    with pytest.raises(UsageError, match="没有参数“counties”"):
        run_comparison(2020, data=data, notebook="02_county_report", out=out)


def test_comparison_is_no_part_of_a_batch(compare, data, out):
    compare()
    with pytest.raises(UsageError, match="不能批量生成"):
        run_batch([plan_comparison(2020, data=data, out=out)])


# --- reports that look ahead

AHEAD = 'county: str = "yiyuan"  # 县区\nyear: int = 2025  # 年度\nto: int = 2035  # 推算到'
TRIAL = (
    'county: str = "yiyuan"  # 县区\nscenario: str = "buy"  # 情景\n'
    "year: int = 2020  # 起算年\nto: int = 2030  # 终止年"
)
SCENARIO = """
id = "{name}"
county = "yiyuan"
title = {{ zh = "添置设备", en = "Equipment" }}
base_year = {base}
to = 2024
summary = "一所学校添置设备。"
source = "测试"
{enrolment}
[[action]]
id = "a"
kind = "buy"
year = 2022
school = "{school}"
equipment_value_yuan = 100000
evidence = "assumption"
source = "测试"
"""


def write_scenario(data, name="buy", school="3703230001", base=2020, mode="", folder=None):
    """A scenario of Yiyuan with one action."""
    folder = folder or data / "yiyuan/scenarios"
    folder.mkdir(exist_ok=True)
    enrolment = f'[enrolment]\nmode = "{mode}"\n' if mode else ""
    text = SCENARIO.format(name=name, school=school, base=base, enrolment=enrolment)
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def ahead(notebook, data):
    """Data and small notebooks to look ahead with; pupils by grade for Yiyuan alone."""
    shutil.copy(ROOT / "data/yiyuan/enrolment.csv", data / "yiyuan")
    write_scenario(data)
    notebook("# 生源展望", "county, year, to", name="05_enrolment_outlook", parameters=[AHEAD])
    cell = "county, scenario, year, to"
    notebook("# 建设情景", cell, name="06_school_construction", parameters=[TRIAL])
    return data


OUTLOOK, CONSTRUCTION = (
    {"notebook": n} for n in ("05_enrolment_outlook", "06_school_construction")
)


def test_outlook_report_puts_its_answer_before_the_verdict_of_its_year(ahead, report, notebook):
    answer = "**先核对数据**：715人。\n\n**小学2025年最多**（2.90万人）；以后减少。也可能是2026年。"
    others = "学位各年都够。\n\n**初中学位2027年不够**。\n\n**数据性质**：模拟数据。"
    write_answer(notebook, f"{answer}\n\n{others}", "05_enrolment_outlook", AHEAD)
    page = report(year=2021, to=2030, **OUTLOOK)
    text, told = page.read_text(encoding="utf-8"), head_of(page)
    assert '<p class="verdict ">结论：小学2025年最多（2.90万人）；以后减少</p>' in text
    assert re.findall("<li>(.+?)</li>", text.partition("<nav")[0]) == [
        "先核对数据：715人",
        "初中学位2027年不够",
    ]
    assert re.search('<p class="standing">起算年2021年：.*优质均衡要求</p>', text)
    places = [told.index(word) for word in ("结论：", "起算年2021年", "评估标准")]
    assert places == sorted(places)


def test_scenario_report_puts_the_answer_of_its_last_year_first(ahead, report, notebook):
    title, summary = "**2025年添置\\_设备\\<b\\>**", "一所学校添置设备。"
    years = (
        "**2022年（计划年份）：按计划达标**。\n\n**2024年：按计划未达标**；其中\\<b\\>达标。后文。"
    )
    write_answer(
        notebook, f"{title}（沂源县）：{summary}\n\n{years}", "06_school_construction", TRIAL
    )
    page = report(scenario="buy", **CONSTRUCTION)
    head = page.read_text(encoding="utf-8").partition("<header>")[2].partition("<nav")[0]
    verdicts = run_trial("yiyuan", "buy", data=ahead).verdicts.query(
        "case == 'plan' and year == 2024 and part == 'county'"
    )
    [verdict] = verdicts["verdict"]
    told = "2024年：按计划未达标；其中&lt;b&gt;达标"
    assert f'<p class="verdict {verdict}">结论：{told}</p>' in head
    assert re.findall("<li>(.+?)</li>", head) == ["2022年（计划年份）：按计划达标"]
    assert "起算年2020年：" in head


def write_answer(notebook, text, name, parameters):
    """A notebook whose first section begins with a text."""
    cells = "# 题目", "## 一、结论", f"from IPython.display import Markdown\nMarkdown({text!r})"
    notebook(*cells, name=name, parameters=[parameters])


def test_outlook_report_without_a_text_says_where_its_answer_stands(ahead, report):
    page = report(year=2021, to=2030, **OUTLOOK)
    assert page.name == "05_enrolment_outlook.html"
    assert "('yiyuan', 2021, 2030)" in html.unescape(page.read_text(encoding="utf-8"))
    told = head_of(page)
    assert "结论：到2030年的学生数和学位见正文首段\n" in told
    assert re.search("起算年2021年：.*优质均衡要求\n", told)
    assert "（历年数据、清洗记录、县区卡、分年级在校生、承诺和标准）" in told
    # the censuses and national births are real, what follows from them is a projection
    assert re.search("数据性质2021年模拟数据；历年比较和推算另用.*预测数据", told)


def test_outlook_without_a_last_year_goes_as_far_as_the_notebook_says(ahead, out):
    [job] = plan_jobs(["yiyuan"], [2021], data=ahead, out=out, **OUTLOOK)
    assert job.parameters == {"county": "yiyuan", "year": 2021, "to": 2035}


def test_pupils_by_grade_are_part_of_the_fingerprint_where_they_are_read_and_only_there(
    ahead, report, notebook
):
    notebook("county")
    before = [combined_of(page) for page in (report(to=2030, **OUTLOOK), report())]
    table = ahead / "yiyuan/enrolment.csv"
    table.write_bytes(table.read_bytes().replace(b",4449,", b",4450,"))
    after = [combined_of(page) for page in (report(to=2030, **OUTLOOK), report())]
    assert before[0] != after[0]
    assert before[1] == after[1]


def combined_of(page):
    """The last digest in the head of a page."""
    return re.findall(r"SHA-256 (\w+)…", head_of(page))[-1]


def test_kind_of_the_pupils_by_grade_is_told_in_the_head(ahead, report):
    for year in (2020, 2021):
        change_kind(ahead / f"yiyuan/{year}/schools.csv", "real")
    page = report(year=2020, to=2030, **OUTLOOK)
    assert "2020年真实数据；历年比较和推算另用" in head_of(page)
    assert "含模拟数据：历年比较和推算所用其他数字为演示而生成" in head_of(page)


@pytest.mark.parametrize("name", ["enrolment.csv", "scenarios/buy.toml"])
def test_change_of_what_a_look_ahead_rests_on_gives_no_report(ahead, notebook, report, out, name):
    cell = f"import os\nopen(f\"{{os.environ['YOUZHI_DATA']}}/yiyuan/{name}\", 'a').write('\\n')"
    notebook(cell, name="06_school_construction", parameters=[TRIAL])
    with pytest.raises(ReportError, match="运行期间"):
        report(scenario="buy", **CONSTRUCTION)
    assert not out.exists()


def test_two_scenarios_of_one_county_year_have_two_reports(ahead, report, out):
    write_scenario(ahead, "buy-more")
    pages = [report(scenario=name, **CONSTRUCTION) for name in ("buy", "buy-more")]
    assert [page.name for page in pages] == [
        "06_school_construction-buy.html",
        "06_school_construction-buy-more.html",
    ]
    assert len(tree(out)) == 4
    assert "情景“buy-more”到2024年的结果见正文首段" in head_of(pages[1])
    assert "县区卡、分年级在校生、情景、承诺和标准）" in head_of(pages[1])
    assert "('yiyuan', 'buy', 2020, 2024)" in html.unescape(pages[0].read_text(encoding="utf-8"))


def test_scenario_of_ones_own_lies_anywhere(ahead, report, tmp_path, monkeypatch):
    write_scenario(ahead, "own", folder=tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    page = report(scenario="mine/own.toml", to=2023, **CONSTRUCTION)
    assert page.name == "06_school_construction-own.html"
    told = html.unescape(page.read_text(encoding="utf-8"))
    assert f"'{tmp_path / 'mine/own.toml'}'" in told
    assert "2023)" in told


def test_the_only_scenario_needs_no_name_but_one_of_several_does(ahead, report, out):
    assert report(**CONSTRUCTION).name == "06_school_construction-buy.html"
    write_scenario(ahead, "other")
    before = tree(out)
    with pytest.raises(UsageError, match="有几个情景：buy、other"):
        report(**CONSTRUCTION)
    assert tree(out) == before


@pytest.mark.parametrize(
    ("wishes", "answer"),
    [
        (OUTLOOK | {"county": "shanting"}, r"山亭区2020年.*已有：沂源县 2016—2025年"),
        (OUTLOOK | {"to": 2020}, "to 为 2020；历史用到2020年.*应是其后1至"),
        (OUTLOOK | {"to": "2030"}, "“to”应为 int"),
        (OUTLOOK | {"scenario": "buy"}, "没有参数“scenario”"),
        (CONSTRUCTION | {"scenario": "by"}, r"已有：沂源县 buy（2020年起）"),
        (CONSTRUCTION | {"scenario": "../scenarios/buy"}, r"已有：沂源县 buy（2020年起）"),
        (CONSTRUCTION | {"scenario": "nowhere.toml"}, "没有情景文件“nowhere.toml”"),
        (CONSTRUCTION | {"scenario": 6}, r"已有：沂源县 buy（2020年起）"),
        (CONSTRUCTION | {"scenario": "buy", "year": 2021}, r"沂源县2021年.*buy（2020年起）"),
        (CONSTRUCTION | {"scenario": "buy", "to": 2030}, "终止年应在2020—2024之间，收到 2030"),
        (CONSTRUCTION | {"county": "shanting"}, r"山亭区2020年.*已有：沂源县 buy（2020年起）"),
    ],
)
def test_look_ahead_that_cannot_be_taken_is_refused_with_what_can(
    ahead, report, out, wishes, answer
):
    with pytest.raises(UsageError, match=answer):
        report(**wishes)
    assert not out.exists()


def test_what_does_not_exist_at_all_is_said_to_be_nothing(ahead, report, out):
    shutil.rmtree(ahead / "yiyuan/scenarios")
    (ahead / "yiyuan/enrolment.csv").unlink()
    for wishes in (OUTLOOK, CONSTRUCTION):
        with pytest.raises(UsageError, match="已有：（无）"):
            report(**wishes)
    assert not out.exists()


def test_faulty_pupils_by_grade_stop_before_anything_runs(ahead, report, out):
    append(ahead / "yiyuan/enrolment.csv", "yiyuan,2025,1,很多,synthetic\n")
    with pytest.raises(DataError, match=r"yiyuan/enrolment\.csv.*“很多”"):
        report(to=2030, **OUTLOOK)
    assert not out.exists()


def test_scenario_that_does_not_fit_the_schools_stops_before_anything_runs(ahead, report, out):
    write_scenario(ahead, "wrong", school="9999")
    with pytest.raises(ScenarioError, match="9999"):
        report(scenario="wrong", **CONSTRUCTION)
    assert not out.exists()


def test_scenario_that_asks_for_an_outlook_needs_the_pupils_by_grade(ahead, report, out):
    shutil.copy(ROOT / "data/yiyuan/2020/schools.csv", ahead / "yiyuan/2020")
    write_scenario(ahead, "come", mode="outlook")
    assert report(scenario="come", **CONSTRUCTION).is_file()
    (ahead / "yiyuan/enrolment.csv").unlink()
    before = tree(out)
    with pytest.raises(UsageError, match=r"没有2020年的分年级学生数（yiyuan/enrolment\.csv）"):
        report(scenario="come", **CONSTRUCTION)
    assert tree(out) == before
    assert report(scenario="buy", **CONSTRUCTION).is_file()


def test_faulty_scenario_is_told_when_the_jobs_are_planned(ahead, out):
    append(write_scenario(ahead, "torn"), "\nkindd = 1\n")
    with pytest.raises(UsageError, match=r"(?s)torn.*kindd"):
        plan_jobs(data=ahead, out=out, **CONSTRUCTION)
    [job] = plan_jobs(["yiyuan"], data=ahead, out=out, scenario="buy", **CONSTRUCTION)
    assert job.name == "06_school_construction-buy"


def test_batch_looks_ahead_where_it_can_and_tells_where_not(ahead, out, caplog):
    jobs = plan_jobs(data=ahead, out=out, to=2030, **OUTLOOK)
    assert [(job.place, job.year) for job in jobs] == [("yiyuan", 2020), ("yiyuan", 2021)]
    assert "未列入：山亭区2020、2021年没有分年级在校生" in caplog.text
    assert list(run_batch(jobs)["status"]) == ["ok", "ok"]
    with pytest.raises(UsageError, match=r"山亭区2020、2021年.*已有：沂源县"):
        plan_jobs(["yiyuan", "shanting"], data=ahead, out=out, **OUTLOOK)


def test_batch_leaves_out_years_that_the_pupils_by_grade_do_not_have(ahead, out, caplog):
    table = ahead / "yiyuan/enrolment.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not re.match(r"yiyuan,202[1-9]", line)]
    table.write_text("".join(kept), encoding="utf-8", newline="")
    [job] = plan_jobs(["yiyuan"], data=ahead, out=out, **OUTLOOK)
    assert job.year == 2020
    assert "未列入：沂源县2021年" in caplog.text
    with pytest.raises(UsageError, match=r"沂源县2021年.*2016—2020年"):
        plan_jobs(["yiyuan"], [2020, 2021], data=ahead, out=out, **OUTLOOK)


def test_batch_of_scenarios_tries_each_from_its_base_year_and_the_index_tells_them_apart(
    ahead, out, caplog
):
    write_scenario(ahead, "later", base=2021)
    jobs = plan_jobs(data=ahead, out=out, **CONSTRUCTION)
    assert [(job.year, job.name, job.parameters["to"]) for job in jobs] == [
        (2020, "06_school_construction-buy", 2024),
        (2021, "06_school_construction-later", 2024),
    ]
    assert "未列入：山亭区2020、2021年没有所选情景" in caplog.text
    write_scenario(ahead, "more")
    table = run_batch(plan_jobs(["yiyuan"], data=ahead, out=out, **CONSTRUCTION))
    assert list(table["notebook"]) == [
        f"06_school_construction-{name}" for name in ("buy", "more", "later")
    ]
    index = (out / "index.html").read_text(encoding="utf-8")
    links = re.findall(r'href="([^"]+)"', index)
    assert [(out / link).is_file() for link in links] == [True] * 3
    assert [f"情景 {name}" in index for name in ("buy", "more", "later")] == [True] * 3
