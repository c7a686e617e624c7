"""Deterministic county figures of the demonstration counties: real where the card has them, else synthetic (模拟县级数据).

Place in the chain: above the synthetic school tables, with which every figure agrees; nothing here computes a
verdict. Every assumption stands in synthetic.toml.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil, floor
from zlib import crc32

import numpy as np
import pandas as pd

from youzhi.columns import load_figures, load_subjects
from youzhi.standards import Finding, load_standard
from youzhi.synthetic import STAGES, load_settings, make_county, to_csv_text

FIELDS = ["county", "year", "item", "value", "unit", "data_kind", "source", "note"]
NOT_MONITORED = "未监测"


def make_items(card: dict, year: int) -> pd.DataFrame:
    """Make the county figures of one demonstration county and year (模拟县级数据).

    What the card publishes for that very year is real and carries its source; a published finding is never
    carried over to another year. The rest is synthetic and agrees with the school table of that year.

    Parameters
    ----------
    card
        A parsed county.toml. Used: what make_county uses, every fact that is a county figure, and self_check.
    year
        Statistics year, one of the years of synthetic.toml.

    Returns
    -------
    DataFrame
        One row per figure of county_figures.toml, in its order. Columns: county, year, item, value (number, word,
        or None where it is not known), unit, data_kind ("real", "synthetic", or empty beside an empty value),
        source, note.

    Raises
    ------
    UsageError
        When synthetic.toml knows no such county or year.

    References
    ----------
    源教体字〔2021〕18号 附件2; 第六次、第七次全国人口普查, as the card cites them.

    Examples
    --------
    >>> census = {"total": 515058, "urban": 263000, "source": "第七次全国人口普查"}
    >>> census |= {"age_0": 400, "age_1_4": 2900, "age_5_9": 2300, "age_10_14": 2300}
    >>> card = {
    ...     "id": "yiyuan",
    ...     "code": "370323",
    ...     "seat": {"lon": 118.15, "lat": 36.18},
    ...     "town": [
    ...         {"name": "南麻街道", "kind": "subdistrict"},
    ...         {"name": "东里镇", "kind": "town"},
    ...     ],
    ...     "stages": {"primary": {"years": 5}, "junior": {"years": 4}},
    ...     "population": [census | {"year": 2010}, census | {"year": 2020}],
    ... }
    >>> items = make_items(card, 2020).set_index("item")
    >>> items.loc[["population_10k", "towns"], ["value", "data_kind"]].values.tolist()
    [[51.51, 'real'], [2, 'synthetic']]
    """
    county = _CountyYear(card, year, *load_settings(card), make_county(card, year))
    made = {}
    for part in _PARTS:
        made |= part(county)
    cells = {name: _Cell(value, "synthetic", "模拟数据") for name, value in made.items()}
    cells |= _unreported(county) | _noted(county, cells)
    cells |= _census(county) | _facts(county) | _self_check(county)
    rows = []
    for name, figure in load_figures().items():
        cell = cells.get(name, _Cell())
        told = [cell.value, figure.unit, cell.data_kind, cell.source, cell.note]
        rows.append([card["id"], year, name, *told])
    return pd.DataFrame(rows, columns=FIELDS, dtype=object)


def demo_tables(cards: Iterable[dict]) -> Iterator[tuple[str, str]]:
    """Yield every file of the demonstration data as path and text (示范数据文件).

    Parameters
    ----------
    cards
        Parsed county.toml files.

    Yields
    ------
    tuple of str
        Path below the data root, and the text as `to_csv_text` gives it: encode it as UTF-8 and
        write the bytes unchanged.

    Examples
    --------
    >>> list(demo_tables([]))
    []
    """
    for card in cards:
        years = load_settings(card)[0]["years"]
        for year in range(years["first"], years["last"] + 1):
            folder = f"{card['id']}/{year}"
            yield f"{folder}/schools.csv", to_csv_text(make_county(card, year))
            yield f"{folder}/items.csv", to_csv_text(make_items(card, year))


@dataclass(frozen=True)
class _Cell:
    """One value with what is said about it; without a value nothing is said but why."""

    value: object = None
    data_kind: str = ""
    source: str = ""
    note: str = ""


@dataclass(frozen=True)
class _CountyYear:
    """One county and year: the card, the settings and the school table with which the figures agree."""

    card: dict
    year: int
    plan: dict
    own: dict
    schools: pd.DataFrame

    def total(self, column: str, rows=slice(None)) -> int:
        return int(self.schools.loc[rows, column].sum())

    def level(self, path: list | dict | float) -> float:
        """A path at this year: a pair for the first and the last year, or values of named years, joined by lines."""
        if isinstance(path, list):
            years = self.plan["years"]
            path = dict(zip((years["first"], years["last"]), path, strict=True))
        if not isinstance(path, dict):
            return float(path)
        return float(np.interp(self.year, [int(year) for year in path], list(path.values())))

    def draw(self, name: str) -> np.random.Generator:
        """One stream per county, year and purpose, so that a new figure disturbs no other."""
        return np.random.default_rng([self.own["seed"], self.year, crc32(name.encode())])

    def published(self, name: str) -> dict[int, float]:
        """Published values of one fact by year."""
        facts = self.card.get("fact", [])
        return {fact["year"]: fact["value"] for fact in facts if fact["id"] == name}

    @property
    def is_private(self) -> pd.Series:
        return self.schools["organiser_code"] == self.plan["type"]["private_code"]


# ------------------------------------------------------------------------------------ form Ⅰ


def _basics(county: _CountyYear) -> dict:
    """Population between and after the censuses, places of the card, incomes."""
    basics = county.own["basics"]
    towns = [town for town in county.card["town"] if town["kind"] in ("town", "subdistrict")]
    whole, urban = (_population(county, name) for name in ("total", "urban"))
    amounts = {
        name: round(county.level(path) * (1 + basics["spread"] * county.draw(name).normal()))
        for name, path in basics["yuan"].items()
    }
    return amounts | {
        "population_10k": _in_10k(whole),
        "rural_population_10k": _in_10k(whole - urban),
        "towns": len(towns),
        "villages": round(len(towns) * basics["villages_per_town"]),
    }


def _population(county: _CountyYear, name: str) -> float:
    """Persons in this year, on the line through the two censuses."""
    first, last = sorted(county.card["population"], key=lambda census: census["year"])
    slope = (last[name] - first[name]) / (last["year"] - first["year"])
    return last[name] + slope * (county.year - last["year"])


def _in_10k(persons: float) -> float:
    return round(persons / 10_000, 2)


# ------------------------------------------------------------------------------------ form Ⅳ


def _rates(county: _CountyYear) -> dict:
    """The yuan per pupil with which the school table reckons."""
    keys = {"primary": "operating_base_primary_yuan", "junior": "operating_base_junior_yuan"}
    keys |= {"boarder": "boarder_supplement_yuan", "special": "special_funds_per_pupil_yuan"}
    facts = county.own["published"]["facts"]
    return {
        name: max(county.published(facts[name]).values(), default=county.own["funds"][key])
        for key, name in keys.items()
    }


def _workforce(county: _CountyYear) -> dict:
    """Staff, the establishment approved for them, and posts."""
    settings = county.own["workforce"]
    staff = {
        stage: ceil(county.total(f"teachers_{stage}") * settings["staff"][stage])
        for stage in STAGES
    }
    approved = round(sum(staff.values()) * settings["approved"])
    posts = round(approved * settings["posts"])
    return {f"staff_{stage}": count for stage, count in staff.items()} | {
        "establishment_approved": approved,
        "establishment_allotted": round(approved * county.level(settings["allotted"])),
        "posts_approved": posts,
        "posts_allotted": floor(posts * settings["posts_allotted"]),
    }


def _pay(county: _CountyYear) -> dict:
    settings = county.own["pay"]
    civil = round(county.level(settings["civil_servants"]), -1)
    teachers = round(civil * county.level(settings["teachers"]))
    return {"teacher_pay_yuan": teachers, "civil_servant_pay_yuan": int(civil)}


def _exchange(county: _CountyYear) -> dict:
    settings = county.own["exchange"]
    teachers = sum(county.total(f"teachers_{stage}") for stage in STAGES)
    eligible = round(teachers * settings["eligible"])
    exchanged = round(eligible * county.level(settings["share"]))
    return {
        "exchange_eligible_teachers": eligible,
        "exchanged_teachers": exchanged,
        "exchanged_backbone_teachers": round(exchanged * county.level(settings["backbone"])),
    }


def _quota(county: _CountyYear) -> dict:
    settings = county.own["quota"]
    plan = round(county.total("graduates") * settings["plan"])
    quota = round(plan * county.level(settings["share"]))
    return {
        "senior_plan_places": plan,
        "senior_quota_places": quota,
        "senior_quota_rural_places": round(quota * settings["rural"]),
    }


def _migrants(county: _CountyYear) -> dict:
    """Migrant pupils of the school table; of those in private schools a share has bought places."""
    everyone = county.total("migrant_pupils")
    private = county.total("migrant_pupils", county.is_private)
    return {
        "migrant_eligible_pupils": everyone,
        "migrant_public_pupils": everyone - private,
        "migrant_purchased_pupils": floor(
            private * county.level(county.own["migrants"]["purchased"])
        ),
    }


# ------------------------------------------------------------------------------------ forms Ⅴ and Ⅵ


def _disabled(county: _CountyYear) -> dict:
    """Disabled children; those in the special school are a share of them."""
    settings = county.own["disabled"]
    special = county.schools["school_type"] == "special"
    pupils = sum(county.total(f"pupils_{stage}", special) for stage in STAGES)
    children = round(pupils / settings["special_school"])
    enrolled = round(children * county.level(settings["enrolled"]))
    return {"disabled_children": children, "disabled_enrolled": enrolled}


def _monitoring(county: _CountyYear) -> dict:
    """The two subjects of the year where the county takes part; the others are not monitored."""
    settings, values = county.own["monitoring"], {}
    cycle = settings["cycle"][county.year % len(settings["cycle"])]
    for subject in load_subjects():
        level, apart = NOT_MONITORED, NOT_MONITORED
        if county.year in settings["years"] and subject in cycle:
            rng = county.draw(f"monitoring {subject}")
            weak = subject in settings["weak"].get(str(county.year), [])
            level = settings["weak_level"] if weak else int(rng.integers(*settings["level"]))
            noise = settings["spread"] * rng.uniform(-1, 1)
            apart = round(county.level(settings["difference"]) + noise, 3)
        values |= {f"monitoring_level_{subject}": level, f"monitoring_difference_{subject}": apart}
    return values


def _survey(county: _CountyYear) -> dict:
    settings = county.own["survey"]
    pupils = sum(county.total(f"pupils_{stage}") for stage in STAGES)
    sent = round(pupils * settings["sent_per_pupil"])
    valid = floor(sent * county.level(settings["valid"]))
    share = county.level(settings["satisfied"])
    parents, interviews = round(valid * settings["parents"]), settings["interviews"]
    return {
        "survey_sent": sent,
        "survey_valid": valid,
        "survey_satisfied": round(valid * share),
        "survey_parents_valid": parents,
        "survey_parents_satisfied": floor(parents * (share - settings["parents_below"])),
        "interviews": interviews,
        "interviews_satisfied": round(interviews * share),
    }


# ------------------------------------------------------------------------------------ findings and 2012


def _findings(county: _CountyYear) -> dict:
    """Findings are met from a named year on, or always; vetoes hold in named years only."""
    settings, values = county.own["findings"], {}
    for name, figure in load_figures().items():
        if set(figure.choices) == {"met", "not_met"} and figure.form != "2012":
            values[name] = "met" if county.year >= settings["met_from"].get(name, 0) else "not_met"
        elif set(figure.choices) == {"absent", "present"}:
            holds = county.year in settings["present"].get(name, [])
            values[name] = "present" if holds else "absent"
    return values


def _basic_balance(county: _CountyYear) -> dict:
    """The figures of the 2012 standard, in the years in which a county was judged by it."""
    settings = county.own["basic_balance"]
    if county.year not in settings["years"]:
        return {}
    outside = county.schools["school_type"].isin(["special", "vocational", "teaching_point"])
    schools = int((~outside & ~county.is_private).sum())
    return {
        "basic_standard_schools": schools,
        "basic_standard_schools_met": floor(schools * settings["met"]),
        "government_work_points": settings["points"],
        "public_satisfaction_finding": settings["satisfaction"],
    }


_PARTS = (
    *(_basics, _rates, _workforce, _pay, _exchange, _quota, _migrants),
    *(_disabled, _monitoring, _survey, _findings, _basic_balance),
)


# ------------------------------------------------------------------------------------ what is known, and what is not


def _unreported(county: _CountyYear) -> dict[str, _Cell]:
    """Figures that the settings leave empty, so that reports have something they cannot tell."""
    holes = [hole for hole in county.own.get("unreported", []) if hole["year"] == county.year]
    return {name: _Cell(note=hole["note"]) for hole in holes for name in hole["items"]}


def _noted(county: _CountyYear, cells: dict[str, _Cell]) -> dict[str, _Cell]:
    """Synthetic figures that need a word of explanation."""
    notes = [note for note in county.own.get("remark", []) if note["year"] == county.year]
    return {
        name: _Cell(cells[name].value, cells[name].data_kind, cells[name].source, note["note"])
        for note in notes
        for name in note["items"]
    }


def _census(county: _CountyYear) -> dict[str, _Cell]:
    """Population in the year of a census."""
    cells = {}
    for census in county.card["population"]:
        if census["year"] == county.year:
            rural = census["total"] - census["urban"]
            counts = {"population_10k": census["total"], "rural_population_10k": rural}
            for name, persons in counts.items():
                cells[name] = _Cell(_in_10k(persons), "real", census["source"])
    return cells


def _facts(county: _CountyYear) -> dict[str, _Cell]:
    """Facts of the card that are county figures, under their own id or the one that the settings name."""
    settings, cells = county.own["published"], {}
    names = {fact: name for name, fact in settings["facts"].items()}
    for fact in county.card.get("fact", []):
        name = names.get(fact["id"], fact["id"])
        is_figure = name in load_figures() and fact["id"] not in settings["aims"]
        if is_figure and fact["year"] == county.year:
            cells[name] = _Cell(fact["value"], "real", fact["source"], fact.get("note", ""))
    return cells


def _self_check(county: _CountyYear) -> dict[str, _Cell]:
    """Findings of the published self-check of this year; what it does not have stays empty in that year."""
    rows = {row["code"]: row for row in county.card.get("self_check", [])}
    rows = {code: row for code, row in rows.items() if row["year"] == county.year}
    cells = {}
    for item in load_standard(county.plan["standard"]).item if rows else []:
        row = rows.get(item.code)
        for check in item.check:
            if isinstance(check, Finding):
                cells[check.figure] = _found(check, row, len(item.check) == 1)
            elif row and row["verdict"] == "not_monitored":
                for subject in load_subjects():
                    name = check.numerator[0].format(subject=subject)
                    cells[name] = _Cell(NOT_MONITORED, "real", row["source"], "县自查结论")
    return cells


def _found(check: Finding, row: dict | None, is_alone: bool) -> _Cell:
    """What a row of the self-check says of a finding; a row not met says so of its only check alone."""
    if row is None:
        return _Cell(note="公布的自查没有这一项")
    if row["verdict"] == "met":
        return _Cell(check.good, "real", row["source"], "县自查结论")
    if not is_alone:
        return _Cell(note="自查没有写明缺的是哪一条")
    bad = next(word for word in load_figures()[check.figure].choices if word != check.good)
    return _Cell(bad, "real", row["source"], "县自查结论")
