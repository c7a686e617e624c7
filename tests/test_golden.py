"""Whole cases: a school table goes in, the tables worked out in worked.md come out."""

import pandas as pd
import pytest
from conftest import GOLDEN

import youzhi as yz

CASES = sorted(path.parent.name for path in GOLDEN.glob("*/schools.csv"))


@pytest.mark.parametrize("table", ["schools", "coefficients", "gaps", "reasons"])
@pytest.mark.parametrize("case", CASES)
def test_the_case_gives_what_was_worked_out(case, table):
    folder = GOLDEN / case
    own = folder / "standard.toml"
    standard = own if own.is_file() else "jiaodu-2017-6"
    result = yz.assess(
        yz.read_schools(folder / "schools.csv", county=case, year=2023), standard=standard
    )
    expected = pd.read_csv(folder / f"expected_{table}.csv", dtype=str, keep_default_na=False)
    found = getattr(result, table)
    if (
        table == "reasons"
    ):  # stages without a school and the parts that need county items are not worked out
        found = found[found["stage"].isin(expected["stage"])]
    found = found[expected.columns].map(
        lambda value: f"{value:g}" if isinstance(value, float) else str(value)
    )
    pd.testing.assert_frame_equal(found.reset_index(drop=True), expected, check_dtype=False)


def test_every_case_is_worked_out():
    assert len(CASES) >= 9
    for case in CASES:
        names = {path.name for path in (GOLDEN / case).iterdir()} - {"standard.toml"}
        tables = {
            f"expected_{table}.csv" for table in ("schools", "coefficients", "gaps", "reasons")
        }
        assert names == tables | {"schools.csv", "worked.md"}
