"""One scenario of one county tried out, before and after judged, against judging the county once."""

from __future__ import annotations

from benchmarks.ratios import cpu_seconds, ratio_interval
from youzhi.assessment import assess
from youzhi.counties import read_county, read_county_items
from youzhi.county_items import CountyItems
from youzhi.scenarios import apply_scenario, load_scenario
from youzhi.tables import SchoolTable
from youzhi.trials import compare

ROUNDS, REPEATS = 15, 3


def run() -> list[dict]:
    """Measure the ratio on Yiyuan 2020 and its plan to 2025."""
    schools, items = read_county("yiyuan", 2020), read_county_items("yiyuan", 2020)
    plan = load_scenario("plan-2025", "yiyuan")
    later = CountyItems(items.frame.assign(year=2025))
    judged, (before, after) = _once(schools, items), _both(schools, items, later, plan)
    if (before, int(plan.base_year)) != (judged, 2020) or not after:
        raise AssertionError("the two ways judge the base year differently")
    turns = [
        (
            cpu_seconds(lambda: [_both(schools, items, later, plan) for _ in range(REPEATS)]),
            cpu_seconds(lambda: [_once(schools, items) for _ in range(REPEATS)]),
        )
        for _ in range(ROUNDS)
    ]
    value, low, high = ratio_interval([mine for mine, _ in turns], [peer for _, peer in turns])
    name = "scenario: apply, assess before and after, compare ÷ one assess"
    return [{"name": name, "bar": 3.0, "ratio": value, "low": low, "high": high}]


def _once(schools: SchoolTable, items: CountyItems) -> str:
    """One county judged from its tables, nothing kept from before."""
    return assess(_fresh(schools), CountyItems(items.frame)).verdict


def _both(schools: SchoolTable, items: CountyItems, later: CountyItems, plan) -> tuple[str, str]:
    """The scenario applied, both years judged and put side by side."""
    start = _fresh(schools)
    before = assess(start, CountyItems(items.frame))
    after = assess(apply_scenario(start, plan, 2025), CountyItems(later.frame))
    return compare(before, after).verdict


def _fresh(schools: SchoolTable) -> SchoolTable:
    """The same table without anything that was computed from it."""
    return SchoolTable(schools.frame, schools.exact)
