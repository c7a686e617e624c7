"""What the documents say is there, runs, and says the same in both languages.

`python tests/test_docs.py` writes again what is made of the code: the second and third part of the
glossary, the list of reading rules, and what the commands of bring-your-own-data print.
"""

import contextlib
import doctest
import re
import tempfile
import tomllib
from html import unescape
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import CliRunner

import youzhi as yz
from youzhi import counties
from youzhi.columns import load_columns, load_figures
from youzhi.intake.findings import OUTCOMES, load_rules
from youzhi.outlooks import make_outlook

ROOT = Path(__file__).resolve().parents[1]
READMES = ["README.md", "README.zh-CN.md"]
GLOSSARY = "docs/glossary.md"
RULES = "docs/reading-rules.md"
PAGES = ["docs/bring-your-own-data.md", "docs/bring-your-own-data.zh-CN.md"]
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))
DOCUMENTS = [
    *(*READMES, "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md", GLOSSARY),
    *(RULES, *PAGES, "docs/scenarios.md", "docs/scenarios.zh-CN.md"),
    *(str(path.relative_to(ROOT)) for path in DECISIONS),
]
COLUMNS_HEADING = "\n## Raw columns"
FIGURES_HEADING = "\n## County figures"


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def code_blocks(text):
    """Language and content of every fenced block, in order."""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.M | re.S)


def blocks_of(name, language):
    return [content for found, content in code_blocks(read(name)) if found == language]


def block_of(name, language):
    [content] = blocks_of(name, language)
    return content


def prose(name):
    """A document without its code blocks."""
    return re.sub(r"^```.*?^```$", "", read(name), flags=re.M | re.S)


def headings(name):
    return re.findall(r"^(#+) (.+)$", prose(name), re.M)


def table_rows(text):
    """The cells of every table row, without the lines between header and body."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")]
        for line in lines
        if not re.fullmatch(r"[|\-]+", line)
    ]


def glossary_parts():
    concepts, rest = read(GLOSSARY).split(COLUMNS_HEADING)
    columns, figures = rest.split(FIGURES_HEADING)
    return concepts, columns, figures


def column_table():
    """The second part of the glossary, as columns.toml says it."""
    lines = ["| 中文 | identifier | headers | allowed | meaning |", "|---|---|---|---|---|"]
    for column in load_columns().values():
        name = f"`{column.id}`" + (" \\*" if column.required else "")
        headers = "、".join(column.headers)
        cells = [column.zh, name, headers, column.allowed, column.meaning]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def figure_table():
    """The third part of the glossary, as county_figures.toml says it."""
    lines = [
        "| 中文 | identifier | headers | allowed | form | meaning |",
        "|---|---|---|---|---|---|",
    ]
    for figure in load_figures().values():
        headers = "、".join(figure.headers)
        cells = [figure.zh, f"`{figure.id}`", headers, figure.allowed, figure.form, figure.meaning]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rule_tables():
    """All reading rules, file by file, as the list of rules shows them."""
    parts = []
    for path in sorted((ROOT / "youzhi/intake/rules").glob("*.toml")):
        entries = tomllib.loads(path.read_text(encoding="utf-8"))["rule"]
        lines = [
            f"## `{path.relative_to(ROOT)}`\n",
            "| rule | outcome | 情形 | case | 允许 | 处理 | 影响 | limits |",
            "|---|---|---|---|---|---|---|---|",
        ]
        lines += [f"| {' | '.join(rule_cells(load_rules()[one['id']]))} |" for one in entries]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def rule_cells(rule):
    cells = [
        *(f"`{rule.id}`", OUTCOMES[rule.outcome], rule.zh, rule.en, rule.allowed or "——"),
        *(rule.advice or "——", rule.effect or "——"),
        "；".join(show_limit(name, limit) for name, limit in rule.limits.items()) or "——",
    ]
    return [cell.replace("|", "\\|") for cell in cells]


def show_limit(name, limit):
    """A threshold in full; of long lists of words only how many there are."""
    if isinstance(limit, (dict, list)) and len(str(limit)) > 60:
        return f"`{name}`: {len(limit)} entries"
    return f"`{name}` = {str(limit).replace(chr(39), '')}"


# --- both READMEs


def test_both_readmes_have_the_same_order_of_headings():
    english, chinese = ([depth for depth, _ in headings(name)] for name in READMES)
    assert len(english) > 10
    assert english == chinese


def test_both_readmes_have_the_same_code_blocks():
    english, chinese = (code_blocks(read(name)) for name in READMES)
    assert len(english) > 5
    assert english == chinese


def test_both_readmes_link_the_same_documents():
    english, chinese = (
        [
            link.replace(".zh-CN", "")
            for link in re.findall(r"\]\(([^)#]+)", read(name))
            if link not in READMES
        ]
        for name in READMES
    )
    assert len(english) > 5
    assert english == chinese


def test_both_readmes_have_tables_of_the_same_shape():
    english, chinese = ([len(row) for row in table_rows(prose(name))] for name in READMES)
    assert len(english) > 10
    assert english == chinese


@pytest.mark.parametrize("name", READMES)
def test_python_examples_of_the_readme_run(name):
    examples = doctest.DocTestParser().get_doctest(block_of(name, "python"), {}, name, name, 0)
    assert len(examples.examples) >= 5
    told = []
    assert doctest.DocTestRunner().run(examples, out=told.append).failed == 0, "".join(told)


@pytest.mark.parametrize("name", READMES)
def test_own_data_of_the_readme_are_a_data_root_that_can_be_judged(name, tmp_path):
    folder = tmp_path / "jiaxian" / "2023"
    folder.mkdir(parents=True)
    for table, content in zip(["schools", "items"], blocks_of(name, "csv"), strict=True):
        (folder / f"{table}.csv").write_text(content, encoding="utf-8")
    (folder.parent / "county.toml").write_text(block_of(name, "toml"), encoding="utf-8")
    card = counties.load_county("jiaxian", tmp_path)
    assert (card.name_zh, card.counting.unit, card.standard_for(2023)) == (
        "甲县",
        "campus",
        "jiaodu-2017-6",
    )
    result = yz.assess_county("甲县", 2023, data=tmp_path)
    assert result.sections.unit == "campus"
    assert result.schools["school"].tolist() == ["实验学校", "第一小学", "实验学校"]
    # the empty cells stay unknown: no header says how many backbone teachers there are
    assert set(result.schools["unknown"].str.contains("1.2")) == {True}
    # 1100 of 1200 forms are content, 91.7 %; one veto of six was ruled out
    assert result.items.set_index("code").loc["S1", ["verdict", "value"]].tolist() == [
        "met",
        "91.7%",
    ]
    vetoes = result.vetoes.set_index("code")["verdict"]
    assert (vetoes["4.1"], set(vetoes.drop("4.1"))) == ("met", {"cannot_tell"})


@pytest.mark.parametrize("name", READMES)
def test_own_data_of_the_readme_need_no_county_figures(name, tmp_path):
    folder = tmp_path / "jiaxian" / "2023"
    folder.mkdir(parents=True)
    schools, _ = blocks_of(name, "csv")
    (folder / "schools.csv").write_text(schools, encoding="utf-8")
    items = yz.assess_county("jiaxian", 2023, data=tmp_path).items.set_index("code")["verdict"]
    # 2.4 rests on the pupils of the schools: 400 and 376 are fewer than 2,000; S1 on a survey
    assert (items["2.4"], items["S1"]) == ("met", "cannot_tell")


@pytest.mark.parametrize("name", READMES)
def test_every_notebook_is_in_the_readme_and_no_other(name):
    told = re.findall(r"^\| `(\d\d_[a-z_]+)` \| \S", read(name), re.M)
    assert told == sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("name", READMES)
def test_columns_of_the_ledger_in_the_readme_exist(name):
    from youzhi.ledger.files import LEDGER_COLUMNS, STATES

    section = read(name).split("youzhi ledger yiyuan 2020` ")[1].split("\n## ")[0]
    asked = {"责任部门", "整改时限", "整改措施", "备注", "编号", "复核结论", "已用结论"}
    assert asked <= {column for column in LEDGER_COLUMNS if column in section}
    assert {state for state in STATES if state in section} == {"整改中", "待复核", "已销号"}


@pytest.mark.parametrize("name", READMES)
def test_the_worked_example_of_the_readme_is_computed_right(name):
    rows = [row for row in table_rows(prose(name)) if len(row) == 4 and row[0].isdigit()]
    pupils, books = ([int(row[at]) for row in rows] for at in (1, 2))
    assert len(rows) == 5
    assert [f"{b / n:.2f}" for n, b in zip(pupils, books, strict=True)] == [row[3] for row in rows]
    weighted = yz.difference_coefficient(pupils, books)
    # every school alike: each gives its own value, so one pupil each
    alike = yz.difference_coefficient([1] * 5, [b / n for n, b in zip(pupils, books, strict=True)])
    assert f"{weighted:.3f}" in prose(name)
    assert f"{alike:.3f}" in prose(name)
    assert alike < 0.50 < weighted


@pytest.mark.parametrize("name", READMES)
def test_bars_and_limits_of_the_readme_are_those_of_the_standard(name):
    standard = yz.load_standard("jiaodu-2017-6")
    rule, limits = standard.school_rule, standard.dispersion_rule.limit
    floor = f"{rule.floor * 100:.0f}"
    [bars] = [line for line in prose(name).splitlines() if re.search(rf"{floor} ?%", line)]
    counts = {str(rule.met_at_least), str(len(standard.indicator)), floor}
    assert set(re.findall(r"\d+", bars)) == counts
    [spread] = [line for line in prose(name).splitlines() if str(limits["junior"]) in line]
    assert re.findall(r"\d\.\d+", spread) == [str(limit) for limit in limits.values()]
    told = re.findall(r"[（(](\d+)[ 项items]*[）)]", prose(name))
    assert [int(items) for items in told] == [part.items for part in standard.part]


# --- names, commands, modules


@pytest.mark.parametrize("document", READMES)
@pytest.mark.parametrize("name", yz.__all__)
def test_every_public_name_is_in_the_readme(name, document):
    assert re.search(rf"`{name}`", read(document))


def test_every_make_target_is_explained():
    targets = re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.M)
    assert len(targets) > 5
    explained = re.findall(r"^\| `make ([a-z-]+)` \| \S", read("CONTRIBUTING.md"), re.M)
    assert explained == targets


def test_every_make_command_in_the_documents_exists():
    targets = set(re.findall(r"^([a-z-]+):.*## ", read("Makefile"), re.M))
    told = {
        name
        for document in DOCUMENTS
        for name in re.findall(r"(?:^|`)make ([a-z-]+)", read(document), re.M)
    }
    assert told <= targets
    assert {"report", "test"} <= told


@pytest.mark.parametrize("name", READMES)
def test_every_youzhi_command_is_in_the_readme_and_no_other(name):
    from youzhi.cli import app

    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    told = set()
    for language, content in code_blocks(read(name)):
        if language == "sh":
            told |= set(re.findall(r"^youzhi ([a-z-]+)", content, re.M))
    assert told == commands


@pytest.mark.parametrize("name", READMES)
def test_exit_codes_of_the_readme_are_those_of_the_command_line(name):
    from youzhi.cli import main

    codes = re.findall(r"\b\d+\b", main.__doc__)
    assert len(codes) > 3
    assert [
        row[0] for row in table_rows(prose(name)) if re.fullmatch(r"\d+", row[0]) and len(row) == 2
    ] == codes


def test_every_module_has_one_line_in_the_table_of_modules():
    package = ROOT / "youzhi"
    there = {path.name for path in package.glob("*.py") if path.name != "__init__.py"}
    there |= {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
    told = re.findall(r"^\| `([a-z_]+(?:\.py|/))` \| \S", read("ARCHITECTURE.md"), re.M)
    assert sorted(told) == sorted(there)


def test_every_module_of_the_reader_is_named_in_the_architecture():
    package = ROOT / "youzhi/intake"
    section = read("ARCHITECTURE.md").split("\n## The reader")[1].split("\n## ")[0]
    rooms = [path.parent.name for path in package.glob("*/__init__.py")]
    modules = [path.stem for path in package.rglob("*.py") if path.name != "__init__.py"]
    assert len(modules) > 30
    assert [name for name in rooms if f"{name}/ " not in section] == []
    assert [name for name in modules if not re.search(rf"\b{name}\b", section)] == []


def test_layers_of_the_architecture_are_those_of_the_contract():
    project = tomllib.loads(read("pyproject.toml"))
    [contract] = project["tool"]["importlinter"]["contracts"]
    told = [content.split("\n")[:-1] for _, content in code_blocks(read("ARCHITECTURE.md"))]
    assert contract["layers"] in told


# --- the glossary


def test_every_identifier_of_the_glossary_exists_in_code_or_data():
    files = [*(ROOT / "youzhi").rglob("*.py"), *(ROOT / "youzhi").rglob("*.toml")]
    files += (ROOT / "data").glob("*/*.toml")
    words = set(re.findall(r"\w+", "\n".join(path.read_text(encoding="utf-8") for path in files)))
    _, *rows = table_rows(glossary_parts()[0])
    assert len(rows) > 40
    assert {len(row) for row in rows} == {4}
    used = [re.findall(r"`(\w+)`", row[1]) for row in rows]
    assert all(used)
    assert sorted({name for names in used for name in names} - words) == []


def test_no_term_and_no_identifier_of_the_glossary_stands_twice():
    _, *rows = table_rows(glossary_parts()[0])
    terms = [row[0] for row in rows]
    used = [name for row in rows for name in re.findall(r"`(\w+)`", row[1])]
    assert len(set(terms)) == len(terms)
    assert len(set(used)) == len(used)


def test_columns_of_the_glossary_are_those_of_columns_toml():
    assert glossary_parts()[1].endswith("\n\n" + column_table()), (
        "run: .venv/bin/python tests/test_docs.py"
    )


def test_figures_of_the_glossary_are_those_of_county_figures_toml():
    assert glossary_parts()[2].endswith("\n\n" + figure_table()), (
        "run: .venv/bin/python tests/test_docs.py"
    )


# --- reading rules, and the page on data of one's own


def test_list_of_reading_rules_is_that_of_the_rule_files():
    assert read(RULES).endswith("\n\n" + rule_tables()), "run: .venv/bin/python tests/test_docs.py"


def test_list_of_reading_rules_explains_every_outcome():
    told = table_rows(read(RULES).split("\n## ")[0])
    assert [row[0] for row in told[1:]] == list(OUTCOMES.values())


def test_both_pages_have_the_same_order_of_headings_and_tables_of_the_same_shape():
    for shape in (
        lambda name: [depth for depth, _ in headings(name)],
        lambda name: [len(row) for row in table_rows(prose(name))],
    ):
        english, chinese = map(shape, PAGES)
        assert len(english) > 8
        assert english == chinese


def test_both_pages_have_the_same_code_blocks():
    english, chinese = (code_blocks(read(name)) for name in PAGES)
    assert len(english) > 10
    assert english == chinese


def test_commands_of_the_page_print_what_it_shows():
    shown = [content for language, content in code_blocks(read(PAGES[0])) if language == "text"]
    assert len(shown) >= 4
    assert run_page(read(PAGES[0])) == shown, "run: .venv/bin/python tests/test_docs.py"


@pytest.mark.parametrize("name", PAGES)
def test_card_and_pupils_by_grade_of_the_page_are_enough_to_look_ahead(name, tmp_path):
    folder = tmp_path / "mydata" / "jiaxian"
    folder.mkdir(parents=True)
    [card] = [block for block in blocks_of(name, "toml") if "[[population]]" in block]
    [pupils] = [block for block in blocks_of(name, "csv") if block.startswith("county,year,grade")]
    [schools] = [block for block in blocks_of(name, "csv") if block.startswith("甲县2023年")]
    (folder / "county.toml").write_text(card, encoding="utf-8")
    (folder / "enrolment.csv").write_text(pupils, encoding="utf-8")
    (tmp_path / "全县学校.csv").write_text(schools, encoding="utf-8")
    yz.import_files([tmp_path / "全县学校.csv"], "jiaxian", 2023, data=folder.parent)
    outlook = make_outlook("jiaxian", 2028, data=folder.parent)
    assert list(outlook.history.columns) == list(range(1, 10))
    # the last line of the table of all schools: 合计,,2801,158,1970
    known = outlook.stages[outlook.stages["year"] == 2023].set_index("stage")["pupils"]
    assert known.to_dict() == {"primary": 2801, "junior": 1970}
    assert all(str(int(pupils)) in prose(name) for pupils in known)
    assert outlook.stages["pupils"].notna().all()
    # those who enter until 2028 were born before the births that are still unknown
    assert outlook.kinds["entrants"] == ["projected"]


@pytest.mark.parametrize("name", PAGES)
def test_rules_and_outcomes_that_the_page_names_exist(name):
    named = set(rules_in(name))
    assert named
    assert named - set(load_rules()) == set()


def test_both_pages_name_the_same_rules_in_the_same_order():
    english, chinese = map(rules_in, PAGES)
    assert english == chinese


def rules_in(name):
    return re.findall(r"(?<![A-Za-z0-9])[DEHIKMNS]\d\d[a-z]?(?![A-Za-z0-9])", prose(name))


@pytest.mark.parametrize("name", PAGES)
def test_coefficients_of_the_foreign_table_are_those_of_the_page(name, shared, tmp_path):
    told = [row for row in table_rows(prose(name)) if len(row) == 5 and row[1].isdigit()]
    assert len(told) == 4
    [rules] = [block for block in blocks_of(name, "toml") if "dispersion_rule" in block]
    (tmp_path / "teachers.toml").write_text(rules, encoding="utf-8")
    mapping = read("docs/mappings/taiwan-primary.toml")
    for county, schools, mean, weighted, alike in told:
        (tmp_path / "data" / county).mkdir(parents=True)
        kept = mapping.replace("\n[keep]\n", f'\n[keep]\n"縣市名稱" = ["{county}"]\n')
        (tmp_path / "one.toml").write_text(kept, encoding="utf-8")
        table = shared / "data/schools/tw_primary_2024_11counties.csv"
        places = {"mapping": tmp_path / "one.toml", "data": tmp_path / "data"}
        yz.import_files([table], county, 2024, **places)
        result = yz.assess_county(county, 2024, tmp_path / "teachers.toml", tmp_path / "data")
        [row] = result.coefficients.itertuples()
        found = [f"{row.mean:.2f}", f"{row.cv:.3f}", f"{row.cv_unweighted:.3f}"]
        assert [str(row.schools), *found] == [schools, mean, weighted, alike]


# --- links and decisions


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_relative_link_leads_to_a_file(document):
    links = [unescape(link) for link in re.findall(r"\]\(([^)]+)\)", prose(document))]
    local = [link.split("#")[0] for link in links if "://" not in link]
    folder = (ROOT / document).parent
    assert [link for link in local if not (folder / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_named_file_of_the_project_is_there(document):
    named = re.findall(
        r"`((?:youzhi|tests|docs|notebooks|data)/[\w./-]+\.(?:py|toml|md|ipynb|csv))`",
        prose(document),
    )
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_decisions_are_numbered_without_a_gap():
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(numbers) >= 10
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_has_its_number_and_three_parts(path):
    name = str(path.relative_to(ROOT))
    (depth, title), *parts = headings(name)
    assert (depth, title[:5]) == ("#", f"{path.name[:4]} ")
    assert parts == [("##", "Context"), ("##", "Decision"), ("##", "Consequences")]
    assert re.findall(r"^(Good|Bad):$", read(name), re.M) == ["Good", "Bad"]
    assert 20 <= len(read(name).splitlines()) <= 50


def test_decisions_that_the_code_points_to_exist():
    files = [*(ROOT / "youzhi").rglob("*.py"), *(ROOT / "youzhi").rglob("*.toml")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    numbers = {path.name[:4] for path in DECISIONS}
    pointed = set(re.findall(r"docs/decisions/(\d{4})", text))
    assert pointed
    assert pointed <= numbers


def test_every_rule_entry_of_the_changelog_says_which_verdicts_may_change():
    entries = re.findall(r"^- (.+)$", read("CHANGELOG.md"), re.M)
    ruled = [entry for entry in entries if re.search(r"[Ss]tandard: ", entry)]
    assert len(ruled) >= 5
    parts = r"\*Standard: .+; years: .+; verdicts: .+\*$"
    assert [entry for entry in ruled if not re.search(parts, entry)] == []


def run_page(text):
    """What each block of commands prints that has its output below it, in a folder with the files of the page."""
    from youzhi.cli import app

    printed = []
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        here = str(Path(place).resolve())
        parts = re.split(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)
        blocks = list(zip(parts[0::3], parts[1::3], parts[2::3], strict=False))
        for (before, language, content), (_, following, _) in pairwise(blocks):
            if language in ("csv", "toml"):
                name = re.findall(r"`([^`]+\.(?:csv|toml))`", before)[-1]
                Path(name).parent.mkdir(parents=True, exist_ok=True)
                Path(name).write_text(content, encoding="utf-8")
            elif language == "sh" and following == "text":
                done = [CliRunner().invoke(app, line.split()[1:]) for line in content.splitlines()]
                output = "".join(one.output for one in done)
                printed.append(output.replace(f"{here}/", ""))
    return printed


def write_glossary():
    """Write the second and third part of the glossary again."""
    concepts, columns, figures = glossary_parts()
    columns = columns[: columns.index("\n\n", columns.index("Columns marked"))]
    figures = figures[: figures.index("\n\n", figures.index("The column form"))]
    text = f"{concepts}{COLUMNS_HEADING}{columns}\n\n{column_table()}"
    text += f"{FIGURES_HEADING}{figures}\n\n{figure_table()}"
    write(GLOSSARY, text)


def write_rules():
    """Write the list of reading rules again."""
    write(RULES, f"{read(RULES).split(chr(10) * 2 + '## ')[0].rstrip()}\n\n{rule_tables()}")


def write_pages():
    """Write again what the commands of the page print."""
    for name in PAGES:
        text = read(name)
        fences = re.split(r"^(```text\n.*?^```)$", text, flags=re.M | re.S)
        fences[1::2] = [f"```text\n{printed}```" for printed in run_page(text)]
        write(name, "".join(fences))


def write(name, text):
    (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_glossary()
    write_rules()
    write_pages()
