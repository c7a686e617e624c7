"""The shape of the notebooks, and that nbval notices when a rule moves."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
FORBIDDEN = re.compile(
    r"^\s*(def|class|for|while|try|with)\b|[%!;]|\bprint\(|\bopen\(|/|warnings", re.M
)

PARAMETERS = (
    ["county", "year", "standard"],
    ["county", "as_of"],
    ["counties", "year", "standard"],
    ["county", "year", "to"],
    ["county", "scenario", "year", "to"],
)


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_two_notebooks_of_the_main_job_are_there():
    assert [path.stem for path in NOTEBOOKS][:2] == ["01_explore_schools", "02_county_report"]


def test_there_is_one_parameter_cell_annotated_and_commented(notebook):
    cells = [cell for cell in code_cells(notebook) if "parameters" in cell.metadata.get("tags", [])]
    assert len(cells) == 1
    lines = cells[0].source.splitlines()
    names = [line.split(":")[0] for line in lines]
    assert names in PARAMETERS
    assert all(re.fullmatch(r"\w+: (str|int|list) = .*\S  # .+", line) for line in lines)


def test_cells_are_short_and_ask_only(notebook):
    for cell in code_cells(notebook)[1:]:
        assert len(cell.source.splitlines()) <= 5
        assert not FORBIDDEN.search(cell.source), cell.source


def test_every_cell_was_run_in_order_and_gives_one_result_of_three_kinds(notebook):
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for cell in cells[2:]:
        kinds = set(cell.outputs[0]["data"])
        assert len(cell.outputs) == 1
        assert "text/html" in kinds or "text/markdown" in kinds or "image/png" in kinds


def test_every_section_begins_with_a_heading_and_words_before_figures(notebook):
    titles = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    assert titles[0].startswith("# ")
    assert sum(title.startswith("## ") for title in titles) >= 4


def test_no_number_of_a_result_is_typed_into_prose(notebook):
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            assert not re.search(r"\d", cell.source), cell.source


def test_no_output_names_a_folder_or_a_moment(notebook):
    text = nbformat.writes(notebook)
    assert str(ROOT) not in text
    assert not re.search(r"iopub|papermill|\d{4}-\d\d-\d\dT", text)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_stay_small(path):
    assert path.stat().st_size < 500_000


def test_a_changed_bar_turns_nbval_red(tmp_path):
    """The bar of 1.5 goes from 7.5 to 9.5 m²: words and tables change, what does not depend on it stays."""
    rules = (ROOT / "youzhi/standards/jiaodu-2017-6.toml").read_text(encoding="utf-8")
    assert rules.count("primary = 7.5,") == 1
    changed = tmp_path / "changed.toml"
    changed.write_text(rules.replace("primary = 7.5,", "primary = 9.5,"), encoding="utf-8")
    copy = tmp_path / "02_county_report.ipynb"
    shutil.copy(ROOT / "notebooks/02_county_report.ipynb", copy)
    notebook = nbformat.read(copy, as_version=4)
    cell = code_cells(notebook)[0]
    cell.source = cell.source.replace(
        'standard: str = ""', f"standard: str = {changed.as_posix()!r}"
    )
    nbformat.write(notebook, copy)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "--nbval-current-env",
        "-q",
        "-p",
        "no:cacheprovider",
        str(copy),
    ]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    counts = dict(re.findall(r"(\d+) (failed|passed)", done.stdout))
    counts = {word: int(number) for number, word in counts.items()}
    assert done.returncode == 1
    assert counts["failed"] >= 8
    assert counts["passed"] >= 8
