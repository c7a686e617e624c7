"""A national table of two million rows from CSV, read and checked, against pandas reading the same file as text."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.ratios import PINNED, cpu_seconds, ratio_interval
from youzhi.intake import read_schools
from youzhi.synthetic import make_nation
from youzhi.tables import SchoolTable

COUNTIES, SCHOOLS, YEARS = 2895, 69, 10
ROUNDS = 7
COLUMNS = [
    *("county", "year", "school_id", "school", "school_type", "data_kind", "pupils_primary"),
    *("pupils_junior", "teachers_primary", "teachers_junior", "degree_teachers_primary"),
    *("degree_teachers_junior", "backbone_teachers_primary", "backbone_teachers_junior"),
    *("arts_pe_teachers_primary", "arts_pe_teachers_junior", "teaching_area_m2"),
    *("indoor_sports_area_m2", "sports_ground_area_m2", "networked_classrooms"),
]


def run() -> list[dict]:
    """Measure the ratio at two million rows; the table is synthetic and lives in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "synthetic.csv"
        nation = make_nation(COUNTIES, SCHOOLS, YEARS, seed=1)[COLUMNS]
        nation.to_csv(path, index=False, quoting=csv.QUOTE_NONE)
        rows = len(nation)
        del nation
        _fresh("check", path)
        rounds = [(_fresh("ours", path), _fresh("peer", path)) for _ in range(ROUNDS)]
    value, low, high = ratio_interval(*map(list, zip(*rounds, strict=True)))
    claim = {"name": "ingest: read and check a CSV ÷ pandas.read_csv(dtype=str)", "bar": 1 / 3}
    return [{**claim, "ratio": value, "low": low, "high": high, "rows": rows}]


def _fresh(what: str, path: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.ingest", what, str(path)]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **PINNED}
    )
    return json.loads(done.stdout)


def _measure(what: str, path: Path) -> float:
    """CPU-seconds of one competitor in this process; "check" compares what both give instead."""
    if what == "check":
        _compare(read_schools(path), pd.read_csv(path, dtype=str))
        return 0.0
    calls = {"ours": lambda: read_schools(path), "peer": lambda: pd.read_csv(path, dtype=str)}
    return cpu_seconds(calls[what])


def _compare(ours: SchoolTable, texts: pd.DataFrame) -> None:
    """Every cell of the checked table is the one that stands in the file."""
    order = texts.sort_values(["county", "year", "school_id"], kind="stable").index
    np.testing.assert_array_equal(ours.lines, order + 2)
    for name in texts:
        written, read = texts[name].to_numpy()[order], ours.frame[name].to_numpy()
        same = written == read if read.dtype.kind == "O" else written.astype(float) == read
        if not same.all():
            raise AssertionError(f"{name} differs")


if __name__ == "__main__":
    print(json.dumps(_measure(sys.argv[1], Path(sys.argv[2]))))
