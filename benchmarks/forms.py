"""A folder of three hundred vertical school workbooks made into one table, against merely opening them.

Each competitor has seen the folder of one workbook before, so that neither is measured while its libraries load.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from benchmarks.ratios import PINNED, cpu_seconds, ratio_interval
from tests.vertical_forms import write_forms
from youzhi.intake.gather import Gathered, gather
from youzhi.synthetic import make_nation

SCHOOLS, COUNTY, YEAR = 300, "demo", 2020
ROUNDS = 7


def run() -> list[dict]:
    """Measure both ratios; the schools are synthetic and their workbooks lie in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        first, whole = Path(folder) / "first", Path(folder) / "whole"
        schools = _make_schools().to_dict("records")
        for place, some in ((first, schools[:1]), (whole, schools)):
            place.mkdir()
            write_forms(place, some)
        _compare(whole)
        rounds = [[_fresh(what, first, whole) for what in _CALLS] for _ in range(ROUNDS)]
    ours, openpyxl, calamine = map(list, zip(*rounds, strict=True))
    results = []
    for name, bar, peer in (("openpyxl", 1.5, openpyxl), ("calamine", None, calamine)):
        value, low, high = ratio_interval(ours, peer)
        claim = {"name": f"forms: gather 300 workbooks ÷ open them with {name}", "bar": bar}
        results.append({**claim, "ratio": value, "low": low, "high": high, "rows": SCHOOLS})
    return results


def _make_schools() -> pd.DataFrame:
    return make_nation(1, SCHOOLS, 1, seed=1).assign(county=COUNTY, year=YEAR)


def _fresh(what: str, first: Path, whole: Path) -> float:
    """CPU-seconds of one competitor for the whole folder, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.forms", what, str(first), str(whole)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **PINNED}
    )
    return json.loads(done.stdout)


def _gather(folder: Path) -> Gathered:
    return gather([folder], COUNTY, YEAR)


def _compare(folder: Path) -> None:
    """Every workbook is one school of the table, with the pupils that were written into it."""
    made = _make_schools().set_index("school")["pupils_primary"]
    read = _gather(folder).schools.frame.set_index("school")["pupils_primary"]
    if not made.sort_index().equals(read.sort_index().astype(made.dtype)):
        raise AssertionError("the table is not that of the workbooks")


def _open_openpyxl(folder: Path) -> None:
    import openpyxl

    for path in folder.iterdir():
        openpyxl.load_workbook(path, data_only=True)


def _open_calamine(folder: Path) -> None:
    import python_calamine

    for path in folder.iterdir():
        book = python_calamine.load_workbook(path)
        for name in book.sheet_names:
            book.get_sheet_by_name(name).to_python()


_CALLS = {"ours": _gather, "openpyxl": _open_openpyxl, "calamine": _open_calamine}


if __name__ == "__main__":
    call, first, whole = _CALLS[sys.argv[1]], Path(sys.argv[2]), Path(sys.argv[3])
    call(first)
    print(json.dumps(cpu_seconds(lambda: call(whole))))
