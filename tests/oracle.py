"""An independent oracle: the chain of the rules in fractions, school by school, slow and plain.

Written from the rules alone; it imports nothing of youzhi. One county, one year. A school is a dictionary
of column ids; None is missing. Results are dictionaries keyed by (stage, school[, code]).
"""

from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import ceil

MET, NOT_MET, CANNOT_TELL = "met", "not_met", "cannot_tell"
STAGES = ("primary", "junior")
STAGES_OF_TYPE = {
    "primary": ["primary"],
    "teaching_point": ["primary"],
    "junior": ["junior"],
    "nine_year": ["primary", "junior"],
    "twelve_year": ["primary", "junior"],
    "complete_secondary": ["junior"],
    "special": [],
    "vocational": [],
}
# How many pupils of each stage weigh in the split of shared resources: 1 : 1.1 : 1.1 x 1.2.
WEIGHT = {
    "primary": Fraction(1),
    "junior": Fraction("1.1"),
    "senior": Fraction("1.1") * Fraction("1.2"),
}
WHO_SHARES = {
    "nine_year": ["primary", "junior"],
    "twelve_year": ["primary", "junior", "senior"],
    "complete_secondary": ["junior", "senior"],
}
CODES = ("1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
SHARED = ("1.4", "1.5", "1.6", "1.7")
BAR = {
    "primary": dict(
        zip(CODES, map(Fraction, ("4.2", "1", "0.9", "4.5", "7.5", "2000", "2.3")), strict=True)
    ),
    "junior": dict(
        zip(CODES, map(Fraction, ("5.3", "1", "0.9", "5.8", "10.2", "2500", "2.4")), strict=True)
    ),
}
FLOOR = Fraction("0.85")
CV_LIMIT = {"primary": Fraction("0.50"), "junior": Fraction("0.45")}


@dataclass
class Findings:
    """What the rules say of one county."""

    sections: dict  # (stage, school) -> pupils
    values: dict  # (stage, school, code) -> Fraction | None
    schools: dict  # (stage, school) -> verdict
    means: dict  # (stage, code) -> Fraction | None
    squares: dict  # (stage, code) -> CV² | None
    spread: dict  # (stage, code) -> verdict
    gaps: dict  # (stage, school, code) -> (to_bar, to_floor)
    repairs: dict  # (stage, school) -> least number of indicators to repair


def judge(rows):
    found = Findings({}, {}, {}, {}, {}, {}, {}, {})
    for stage in STAGES:
        members = [row for row in rows if has_section(row, stage)]
        for row in members:
            judge_section(found, row, stage)
        if members:
            for code in CODES:
                judge_spread(found, members, stage, code)
    return found


def has_section(row, stage):
    pupils = row.get(f"pupils_{stage}")
    if stage not in STAGES_OF_TYPE[row["school_type"]] or pupils == 0:
        return False
    return not (row["school_type"] == "teaching_point" and pupils is not None and pupils < 50)


def judge_section(found, row, stage):
    school = row["school"]
    found.sections[stage, school] = row.get(f"pupils_{stage}")
    levels = []
    for code in CODES:
        value = value_of(row, stage, code)
        found.values[stage, school, code] = value
        bar = BAR[stage][code]
        if value is None:
            levels.append("unknown")
        elif value >= bar:
            levels.append("bar")
        else:
            levels.append("floor" if value >= FLOOR * bar else "below")
            one = value_of_total(Fraction(1), row, stage, code)
            found.gaps[stage, school, code] = tuple(
                max(0, ceil((goal - value) / one)) for goal in (bar, FLOOR * bar)
            )
    found.schools[stage, school] = school_verdict(levels)
    if "unknown" not in levels:
        found.repairs[stage, school] = least_repairs(levels)


def value_of(row, stage, code):
    total = total_of(row, stage, code)
    return None if total is None else value_of_total(total, row, stage, code)


def total_of(row, stage, code):
    """The school's own resource, before any split."""
    plus = {
        "1.1": [f"degree_teachers_{stage}"],
        "1.2": [f"backbone_teachers_{stage}"],
        "1.3": [f"arts_pe_teachers_{stage}"],
        "1.4": ["teaching_area_m2"],
        "1.5": ["indoor_sports_area_m2", "sports_ground_area_m2"],
        "1.6": ["equipment_value_yuan"],
        "1.7": ["networked_classrooms"],
    }[code]
    minus = ["indoor_sports_area_m2"] if code == "1.4" else []
    parts = [row.get(name) for name in plus + minus]
    if any(part is None for part in parts):
        return None
    return sum(Fraction(row[name]) for name in plus) - sum(Fraction(row[name]) for name in minus)


def value_of_total(total, row, stage, code):
    part = part_of(total, row, stage, code)
    pupils = row.get(f"pupils_{stage}")
    if part is None or pupils is None:
        return None
    return part / Fraction(pupils) * (100 if code in ("1.1", "1.2", "1.3", "1.7") else 1)


def part_of(total, row, stage, code):
    """What of a school's total belongs to one stage."""
    sharers = WHO_SHARES.get(row["school_type"])
    if total is None or code not in SHARED or sharers is None:
        return total
    pupils = {one: row.get(f"pupils_{one}") for one in sharers}
    if None in pupils.values():
        return None
    weighted = {one: WEIGHT[one] * Fraction(n) for one, n in pupils.items()}
    return total * weighted[stage] / sum(weighted.values())


def school_verdict(levels):
    """At least six at the bar and the rest at the floor, whatever the unknown ones turn out to be."""
    possible = {passes(filled) for filled in fillings(levels)}
    return CANNOT_TELL if len(possible) == 2 else MET if possible == {True} else NOT_MET


def fillings(levels):
    if "unknown" not in levels:
        return [levels]
    at = levels.index("unknown")
    return [
        one
        for level in ("bar", "below")
        for one in fillings([*levels[:at], level, *levels[at + 1 :]])
    ]


def passes(levels):
    return levels.count("bar") >= 6 and "below" not in levels


def least_repairs(levels):
    """Fewest indicators that must be lifted (to the bar, which is never worse than to the floor)."""
    for count in range(8):
        for chosen in combinations(range(7), count):
            if passes(["bar" if at in chosen else level for at, level in enumerate(levels)]):
                return count
    raise AssertionError("seven indicators at the bar always pass")


def judge_spread(found, members, stage, code):
    pupils = [row.get(f"pupils_{stage}") for row in members]
    parts = [part_of(total_of(row, stage, code), row, stage, code) for row in members]
    key = stage, code
    if None in pupils or None in parts:
        found.means[key], found.squares[key], found.spread[key] = None, None, CANNOT_TELL
        return
    mean, square = mean_and_square(pupils, parts)
    found.means[key] = mean * (100 if code in ("1.1", "1.2", "1.3", "1.7") else 1)
    found.squares[key] = square
    found.spread[key] = MET if square is not None and square <= CV_LIMIT[stage] ** 2 else NOT_MET


def mean_and_square(pupils, parts):
    """County mean and CV² by the definition: mean of squared distances weighted by pupil share."""
    n, r = [Fraction(x) for x in pupils], [Fraction(x) for x in parts]
    mean = sum(r) / sum(n)
    if mean == 0:
        return mean, None
    variance = sum(ni / sum(n) * (ri / ni - mean) ** 2 for ni, ri in zip(n, r, strict=True))
    return mean, variance / mean**2
