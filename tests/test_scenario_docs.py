"""The pages on scenarios name every key that the models know, and print what the code gives.

`python tests/test_scenario_docs.py` writes again what commands and examples print.
"""

import contextlib
import doctest
import io
import re
import tempfile
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest
from pydantic import BaseModel
from typer.testing import CliRunner

import youzhi as yz
from youzhi.columns import load_columns
from youzhi.counties import read_county
from youzhi.enrolment.history import DATA_KINDS, HISTORY_COLUMNS, read_history
from youzhi.errors import YouzhiError
from youzhi.scenarios import Scenario, cost_anchor, load_construction, models, parse_scenario, parts
from youzhi.scenarios import actions as kinds
from youzhi.scenarios.construction import Construction
from youzhi.scenarios.working import load_carrying
from youzhi.seats import class_limits
from youzhi.standards import Label

ROOT = Path(__file__).resolve().parents[1]
PAGES = ["docs/scenarios.md", "docs/scenarios.zh-CN.md"]
KEY_HEADS = [
    ["key", "needed", "unit or values", "if left out"],
    ["键", "必填", "单位或取值", "不写时"],
]
NEEDED = {"yes": True, "no": False, "是": True, "否": False}
KINDS = get_args(get_args(kinds.AnyAction)[0])
NAMES = [get_args(kind.model_fields["kind"].annotation)[0] for kind in KINDS]

# The models in the order of their tables on the pages; what several share has a table of its own.
SHARED = [kinds.Action, parts.Sourced, parts.Estate, parts.Staff]
TABLES = [
    *(Scenario, models.Assumption, models.Enrolment, models.Stated, models.Classes),
    *(parts.Sourced, kinds.Action, parts.Estate, parts.Staff),
    *(kinds.Build, parts.Transfer, parts.StaffFrom, Construction),
    *(kinds.Extend, kinds.AddRooms, kinds.Buy, kinds.Merge, kinds.Close, parts.Receiver),
    *(kinds.Convert, kinds.Rezone, kinds.Hire, kinds.Train, kinds.Rotate, kinds.SetClassSize),
]
# What stands above a fragment, so that it becomes a scenario.
HEAD = {
    **{"id": "page", "county": "yiyuan", "title": {"zh": "页", "en": "page"}},
    **{"base_year": 2020, "to": 2023, "summary": "页", "source": "页"},
}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def blocks(name, language=None):
    """Language and content of every fenced block, or the contents of one language."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", read(name), re.M | re.S)
    return [content for kind, content in found if kind == language] if language else found


def prose(name):
    return re.sub(r"^```.*?^```$", "", read(name), flags=re.M | re.S)


def headings(name):
    return re.findall(r"^(#+) (.+)$", prose(name), re.M)


def tables(name):
    """Every table as rows of cells, the head first."""
    found = re.findall(r"(?:^\|.*\n)+", prose(name), re.M)
    return [[_cells(line) for line in table.splitlines() if "---" not in line] for table in found]


def _cells(line):
    return [cell.strip() for cell in line.strip("|").split(" | ")]


def key_tables(name):
    """The tables of keys: key to whether it is needed."""
    return [
        {row[0].strip("`"): NEEDED[row[1]] for row in table[1:]}
        for table in tables(name)
        if table[0] in KEY_HEADS
    ]


def table_of(name, first):
    """Rows of the one table whose first column has this head in English or Chinese."""
    [table] = [table for table in tables(name) if table[0][0] in first]
    return table[1:]


def own_keys(model):
    """Keys of a model that no shared table tells, and whether each is needed."""
    told = {key for shared in SHARED if shared is not model for key in keys_of(model, shared)}
    fields = {
        field.alias or name: field.is_required()
        for name, field in model.model_fields.items()
        if name not in told
    }
    if model is kinds.Action:  # every kind has it as its own, with one word allowed
        return fields | {"kind": True}
    return {key: needed for key, needed in fields.items() if key != "kind"}


def keys_of(model, shared):
    return shared.model_fields if issubclass(model, shared) else {}


def annotations_in(annotation):
    """All types in an annotation."""
    yield annotation
    for part in get_args(annotation):
        yield from annotations_in(part)


def models_in(model, seen=None):
    """A model and all that it holds."""
    seen = {model} if seen is None else seen
    for field in model.model_fields.values():
        for part in annotations_in(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel) and part not in seen:
                seen.add(part)
                models_in(part, seen)
    return seen


def words_of(model):
    """The words that a model allows, such as "kept"."""
    annotations = (field.annotation for field in model.model_fields.values())
    found = (part for one in annotations for part in annotations_in(one))
    return {word for one in found if get_origin(one) is Literal for word in get_args(one) if word}


# --- what the pages name


def test_every_model_of_a_scenario_has_a_table():
    assert models_in(Scenario) | {*SHARED} == {*TABLES, Label}
    assert len(KINDS) == 12


@pytest.mark.parametrize("name", PAGES)
def test_every_key_of_the_models_is_told_and_no_other(name):
    assert key_tables(name) == [own_keys(model) for model in TABLES]


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_action_has_its_section(name):
    told = [found for _, title in headings(name) if (found := re.match(r"`([a-z_]+)`", title))]
    assert [found[1] for found in told] == NAMES


@pytest.mark.parametrize("name", PAGES)
def test_every_word_that_a_key_allows_is_told(name):
    words, columns = set().union(*map(words_of, TABLES)) - set(NAMES), load_columns()
    words |= {*columns["zone"].choices, *columns["school_type"].choices}
    assert {"kept", "outlook", "fixed", "rural", "special"} <= words
    assert [word for word in sorted(words) if f'"{word}"' not in prose(name)] == []


@pytest.mark.parametrize("name", PAGES)
def test_title_of_a_scenario_is_told_in_both_languages(name):
    assert set(Label.model_fields) == {"zh", "en"}
    assert '`{ zh = "…", en = "…" }`' in prose(name)


@pytest.mark.parametrize("name", PAGES)
def test_class_limits_of_the_page_are_those_of_the_standard(name):
    limits = class_limits(yz.load_standard("jiaodu-2017-6"))
    [row] = [row for table in tables(name) for row in table if row[0] == "`limit`"]
    assert re.findall(r"\d+", row[2]) == re.findall(r"\d+", row[3]) == [*map(str, limits.values())]


@pytest.mark.parametrize("name", PAGES)
def test_construction_tables_of_the_page_are_those_of_the_file(name):
    told = table_of(name, ("table", "标准表"))
    known = load_construction().table
    assert [row[0] for row in told] == [f"`{table.id}`" for table in known]
    for row, table in zip(told, known, strict=True):
        stages = [re.findall(r"\d+", stage) for stage in re.split("[;；]", row[2])]
        alike = dict.fromkeys(tuple(map(str, area)) for area in table.area.values())
        assert [tuple(classes) for classes in stages] == list(alike)


@pytest.mark.parametrize("name", PAGES)
def test_prices_of_the_page_are_those_of_the_file(name):
    told = {row[0].strip("`"): int(row[1]) for row in table_of(name, ("anchor", "造价参考"))}
    anchors = [anchor.id for anchor in load_construction().anchor]
    assert told == {anchor: round(cost_anchor(anchor)) for anchor in anchors}


@pytest.mark.parametrize("name", PAGES)
def test_groups_of_columns_are_those_of_the_file(name):
    told = [row[0].strip("`") for row in table_of(name, ("group", "组"))]
    assert told == list(load_carrying())


@pytest.mark.parametrize("name", PAGES)
def test_columns_of_pupils_by_grade_are_those_that_are_read(name, tmp_path):
    told = {row[0].strip("`"): row[1] for row in table_of(name, ("column", "列"))}
    assert list(told) == HISTORY_COLUMNS
    assert re.findall(r"`(\w+)`", told["data_kind"]) == list(DATA_KINDS)
    folder = tmp_path / "jiaxian"
    folder.mkdir()
    (folder / "county.toml").write_text('name = { zh = "甲县", en = "Jia" }', encoding="utf-8")
    [content] = blocks(name, "csv")
    (folder / "enrolment.csv").write_text(content, encoding="utf-8")
    history = read_history("jiaxian", tmp_path)
    assert (history.shape, int(history.isna().to_numpy().sum())) == ((2, 3), 1)


@pytest.mark.parametrize("name", PAGES)
def test_links_within_the_page_lead_to_a_heading(name):
    slugs = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for _, title in headings(name)
    }
    asked = re.findall(r"\]\(#([^)]+)\)", prose(name))
    assert asked
    assert [link for link in asked if link not in slugs] == []


# --- both pages say the same


def test_both_pages_have_the_same_headings_and_tables_of_the_same_shape():
    for shape in (
        lambda name: [depth for depth, _ in headings(name)],
        lambda name: [len(row) for table in tables(name) for row in table],
    ):
        english, chinese = map(shape, PAGES)
        assert len(english) > 25
        assert english == chinese


def test_both_pages_have_the_same_examples():
    english, chinese = map(blocks, PAGES)
    assert len(english) > 20
    assert english == chinese


# --- what the pages show is what the code does


def test_every_example_prints_what_the_page_shows():
    assert fill_in(read(PAGES[0])) == read(PAGES[0]), "run: python tests/test_scenario_docs.py"


def test_every_fragment_fits_into_a_scenario_and_all_actions_together_can_be_done():
    fragments = [tomllib.loads(block, parse_float=Decimal) for block in blocks(PAGES[0], "toml")]
    whole = [one for one in fragments if "id" in one]
    assert [one["id"] for one in whole] == ["first-steps", "wrong", "impossible"]
    rest = [one for one in fragments if "id" not in one]
    for fragment in rest:
        parse_scenario(HEAD | fragment, "page.toml")
    done = [action for one in rest for action in one.get("action", [])]
    plan = parse_scenario(HEAD | {"action": done}, "page.toml")
    assert {action["kind"] for action in done + whole[0]["action"]} == set(NAMES)
    before = read_county("yiyuan", 2020)
    after = yz.apply_scenario(before, plan)
    pupils = [
        table.frame[["pupils_primary", "pupils_junior"]].sum().tolist() for table in (before, after)
    ]
    assert pupils[0] == pupils[1]
    # one built; one merged, one closed, one converted with its partner
    assert len(after.frame) == len(before.frame) + 1 - 3


def fill_in(text):
    """The page with everything that its commands and examples print written anew."""
    pieces = re.split(r"^```(\w*)\n(.*?)^```$", text, flags=re.M | re.S)
    told = [*zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False), (pieces[-1], "", "")]
    names, written = {}, []
    with tempfile.TemporaryDirectory() as place, contextlib.chdir(place):
        for at, (before, language, content) in enumerate(told[:-1]):
            file = re.search(r"`([\w-]+\.toml)`[:：]\s*\Z", before)
            if language == "toml" and file:
                Path(file[1]).write_text(content, encoding="utf-8")
            elif language == "python":
                content = run_example(content, names)
            elif language == "text":
                content = "".join(map(run_command, told[at - 1][2].splitlines()))
            written.append(f"{before}```{language}\n{content}```")
    return "".join(written) + told[-1][0]


def run_example(source, names):
    """A doctest with what it prints."""
    shown = []
    for example in doctest.DocTestParser().get_examples(source):
        lines = example.source.splitlines()
        shown += [f"{'...' if at else '>>>'} {line}" for at, line in enumerate(lines)]
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            exec(compile(example.source, "page", "single"), names)
        shown += [line.rstrip() for line in printed.getvalue().splitlines()]
    return "\n".join(shown) + "\n"


def run_command(line):
    """What a command prints, with its error."""
    from youzhi.cli import app

    done = CliRunner().invoke(app, line.split()[1:])
    if done.exception and not isinstance(done.exception, YouzhiError | SystemExit):
        raise done.exception
    error = f"{done.exception}\n" if isinstance(done.exception, YouzhiError) else ""
    return done.output + error


def write_pages():
    """Write again what the pages print; both have the same examples."""
    shown = re.findall(r"^```.*?^```$", fill_in(read(PAGES[0])), re.M | re.S)
    for name in PAGES:
        between = re.split(r"^```.*?^```$", read(name), flags=re.M | re.S)
        pairs = [first + block for first, block in zip(between, shown, strict=False)]
        text = "".join(pairs) + between[-1]
        assert len(between) == len(shown) + 1, f"{name} has other examples"
        (ROOT / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write_pages()
