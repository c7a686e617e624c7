"""Deterministic demonstration counties and a national-size table, always marked as synthetic (模拟数据).

Place in the chain: beside the tables, before everything that computes. What was published comes from the
county card passed in, what is law from standards/, and every assumption from synthetic.toml.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from zlib import crc32

import numpy as np
import pandas as pd

from youzhi.errors import UsageError

STAGES = ("primary", "junior")
WEIGHTED = (*STAGES, "senior")


def make_county(card: dict, year: int) -> pd.DataFrame:
    """Make the school table of one demonstration county and year (模拟县学校表).

    A school keeps its id, name, type and place over the years; pupils follow the census cohorts,
    scaled to the published totals where the card has them; buildings stay, teachers and equipment
    change slowly. No row describes a real school.

    Parameters
    ----------
    card
        A parsed county.toml. Used: id, code, town, seat, stages, population (persons) and the facts
        compulsory_pupils, full_time_teachers, vocational_pupils, oversize_classes_*, operating_funds_*
        and small_school_counted_as, as far as they are there.
    year
        Statistics year, one of the years of synthetic.toml.

    Returns
    -------
    DataFrame
        One row per school or campus, sorted by school_id. Columns: ids of columns.toml in that order,
        without those that are empty in the whole county; data_kind is "synthetic".

    Raises
    ------
    UsageError
        When synthetic.toml knows no such county or year.

    References
    ----------
    源教体字〔2021〕18号 附件2; 源政字〔2023〕36号 表1; 第六次、第七次全国人口普查, as the card cites them.

    Examples
    --------
    >>> census = {"year": 2020, "age_0": 400, "age_1_4": 2900, "age_5_9": 2300, "age_10_14": 2300}
    >>> card = {
    ...     "id": "yiyuan",
    ...     "code": "370323",
    ...     "seat": {"lon": 118.15, "lat": 36.18},
    ...     "town": [
    ...         {"name": "南麻街道", "kind": "subdistrict"},
    ...         {"name": "东里镇", "kind": "town"},
    ...     ],
    ...     "stages": {"primary": {"years": 5}, "junior": {"years": 4}},
    ...     "population": [census | {"year": 2010}, census],
    ... }
    >>> schools = make_county(card, 2020)
    >>> schools.loc[0, ["school_id", "school", "data_kind"]].tolist()
    ['3703230001', '南麻街道模拟小学01', 'synthetic']
    >>> int(schools["pupils_primary"].sum() + schools["pupils_junior"].sum()) < 4600
    True
    """
    county = _prepare(card)
    if year not in county.years:
        raise UsageError(
            f"模拟数据没有{year}年；可用的年份：{county.years[0]}—{county.years[-1]}；请换一个年份，或修改 synthetic.toml 的 [years]"
        )
    at = county.years.index(year)
    columns = {"county": card["id"], "year": year, "data_kind": "synthetic"} | county.roster
    for part in (_pupils, _classes, _staff, _facilities, _funds, _flows):
        columns |= part(county, at)
    frame = pd.DataFrame(columns)[county.is_open(year)]
    frame = frame[[name for name in _column_order() if name in frame]].reset_index(drop=True)
    return _leave_holes(frame, county.own, year).dropna(axis="columns", how="all")


def load_settings(card: dict) -> tuple[dict, dict]:
    """Load the assumptions behind the demonstration data of one county (模拟设定).

    Parameters
    ----------
    card
        A parsed county.toml; only its id is used.

    Returns
    -------
    plan, own : dict
        The whole of synthetic.toml, and the county's table with [default] where it says nothing itself.

    Raises
    ------
    UsageError
        synthetic.toml knows no such county.

    Examples
    --------
    >>> plan, own = load_settings({"id": "wenling"})
    >>> plan["years"]["first"], own["teachers"]["per_100"]
    (2016, 6.8)
    """
    plan = _load("synthetic.toml")
    known = [name for name, table in plan.items() if "group" in table]
    if card["id"] not in known:
        raise UsageError(
            f"没有“{card['id']}”的模拟设定；可用：{'、'.join(known)}；请先在 synthetic.toml 中写明该县的学校构成"
        )
    return plan, _merge(plan["default"], plan[card["id"]])


def make_nation(counties: int, schools: int, years: int, seed: int) -> pd.DataFrame:
    """Make a table of national size for measuring speed (全国规模测试表).

    Parameters
    ----------
    counties, schools, years
        Number of counties, of schools in each, and of years from the first year of synthetic.toml.
    seed
        The same seed gives the same table.

    Returns
    -------
    DataFrame
        One row per school and year, sorted by county, year, school_id; only the columns that the
        indicators of the 2017 standard need. Counts are integers, areas have two decimals.

    Raises
    ------
    UsageError
        When a number is below one.

    Examples
    --------
    >>> nation = make_nation(counties=2, schools=3, years=2, seed=1)
    >>> len(nation), nation["county"].nunique(), set(nation["data_kind"]) == {"synthetic"}
    (12, 2, True)
    """
    if min(counties, schools, years) < 1:
        raise UsageError(f"县数{counties}、校数{schools}、年数{years}都应不小于1；请改正后重试")
    plan, rng = _load("synthetic.toml")["nation"], np.random.default_rng(seed)
    table = _list_nation(plan, rng, counties, schools)
    school = np.arange(counties * schools).reshape(counties, 1, schools)
    row = np.broadcast_to(school, (counties, years, schools)).ravel()
    year = np.tile(np.repeat(plan["first_year"] + np.arange(years), schools), counties)
    drift = np.exp(plan["drift"] * rng.standard_normal(len(row)))
    pupils = {stage: np.rint(table[stage][row] * drift).astype(int) for stage in WEIGHTED}
    level = {name: values[row] for name, values in table["level"].items()}
    texts = {name: values[row] for name, values in table["text"].items()}
    columns = {"year": year, "data_kind": np.full(len(row), "synthetic", dtype=object)} | texts
    columns |= _nation_staff(plan, pupils, level) | _nation_facilities(plan, pupils, level)
    return pd.DataFrame({name: columns[name] for name in _column_order() if name in columns})


def to_csv_text(frame: pd.DataFrame) -> str:
    r"""Write a table as CSV text that spreadsheet programs open in Chinese (表转CSV文本).

    Parameters
    ----------
    frame
        Any table; missing cells become empty, never zero.

    Returns
    -------
    str
        Begins with the byte order mark, lines end with one line feed, numbers carry no needless zeros.

    Examples
    --------
    >>> to_csv_text(
    ...     pd.DataFrame({"school": ["甲"], "boarding": [True], "teaching_area_m2": [1200.50]})
    ... )
    '\ufeffschool,boarding,teaching_area_m2\n甲,true,1200.5\n'
    """
    cells = frame.astype(object).map(_cell)
    return "\ufeff" + cells.to_csv(index=False, lineterminator="\n")


def _cell(value) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, bool | np.bool_):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.4f}".rstrip("0").rstrip(".")
    return str(value)


# ------------------------------------------------------------------------------------ the packaged data


@cache
def _load(name: str) -> dict:
    text = resources.files("youzhi").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _column_order() -> list[str]:
    """Ids of columns.toml, stage by stage where a column has stages."""
    document = _load("columns.toml")
    return [
        name
        for column in document["column"]
        for name in dict.fromkeys(column["id"].format(stage=stage) for stage in document["stages"])
    ]


@cache
def _load_bars() -> tuple[dict, dict]:
    """Bars per pupil of each indicator, and the pupil weights of the split, from the standard's file."""
    standard = _load(f"standards/{_load('synthetic.toml')['standard']}.toml")
    bars = {
        entry["id"]: {stage: bar / entry["per"] for stage, bar in entry["bar"].items()}
        for entry in standard["indicator"]
    }
    return bars, standard["split"]["weights"]


def _merge(default: dict, own: dict) -> dict:
    """The default settings with those that a county states itself."""
    both = {
        key: _merge(default[key], own[key])
        for key in default.keys() & own.keys()
        if isinstance(default[key], dict) and isinstance(own[key], dict)
    }
    return default | own | both


def _facts(card: dict, name: str) -> dict[int, float]:
    """Published values of one fact by year."""
    return {fact["year"]: fact["value"] for fact in card.get("fact", []) if fact["id"] == name}


# ------------------------------------------------------------------------------------ one county


@dataclass(frozen=True)
class _County:
    """What stays the same over the years: the card, the settings, the schools and their random streams."""

    card: dict
    plan: dict
    own: dict
    schools: pd.DataFrame

    @property
    def years(self) -> list[int]:
        return list(range(self.plan["years"]["first"], self.plan["years"]["last"] + 1))

    @property
    def anchor(self) -> int:
        """Position of the year in which sizes and levels are meant."""
        return self.years.index(self.plan["years"]["anchor"])

    @cached_property
    def pupils(self) -> dict[str, np.ndarray]:
        return _enrol(self)

    @cached_property
    def roster(self) -> dict[str, object]:
        return _make_roster(self)

    def stream(self, name: str) -> np.random.Generator:
        """One stream per county and purpose, so that a new column disturbs no other."""
        return np.random.default_rng([self.own["seed"], crc32(name.encode())])

    def between(self, name: str, pair: list) -> np.ndarray:
        return self.stream(name).uniform(*pair, len(self.schools))

    def by_zone(self, values: dict) -> np.ndarray:
        return self.schools["zone"].map(values).to_numpy(float)

    def in_year(self, pair: list, at: int) -> float:
        return float(np.linspace(*pair, len(self.years))[at])

    def is_open(self, year: int) -> np.ndarray:
        return (self.schools["opens"].le(year) & self.schools["closes"].gt(year)).to_numpy()

    def is_behind(self, resource: str, at: int) -> np.ndarray:
        """Whether a school still lacks a resource; one with a shortfall of its own always does."""
        settings = self.own["resource"][resource]
        late = self.between(f"{resource} late", [0, 1]) < self.by_zone(settings["late"])
        first, last = settings["solved"]
        solved = self.stream(f"{resource} solved").integers(first, last, len(late), endpoint=True)
        return late & (self.years[at] < solved) | self.is_struggling

    @property
    def is_struggling(self) -> np.ndarray:
        return (self.schools["shortfall"].str.len() > 0).to_numpy()


def _prepare(card: dict) -> _County:
    plan, own = load_settings(card)
    return _County(card, plan, own, _list_schools(card, plan, own))


def _list_schools(card: dict, plan: dict, own: dict) -> pd.DataFrame:
    """One row per school or campus, group by group, spread evenly over the townships of its zone."""
    rows, seen = [], Counter()
    for group in (plan["group"] | group for group in own["group"]):
        urban = group["zone"] == "urban"
        towns = [town["name"] for town in card["town"] if (town["kind"] != "town") == urban]
        mark = plan["type"]["private_mark" if group["private"] else "mark"]
        for place in range(group["count"]):
            town = towns[seen[group["zone"]] % len(towns)]
            kind = f"{town}{mark}{plan['type']['word'][group['type']]}"
            seen.update([group["zone"], kind])
            school = f"{kind}{seen[kind]:02d}"
            dates = {
                "opens": dict(enumerate(group["opens"])).get(place, 0),
                "closes": dict(enumerate(group["closes"])).get(place, np.inf),
                "built": dict(enumerate(group["built"])).get(place, 0),
            }
            for campus in group["campuses"]:
                owner = school if campus else None
                names = {"town": town, "school": school + campus, "campus_of": owner}
                rows.append(group | dates | names)
    return pd.DataFrame(rows)


def _make_roster(county: _County) -> dict[str, object]:
    """The columns of a school that never change."""
    schools, codes, built = county.schools, county.plan["type"], county.own["built"]
    drawn = county.stream("built").integers(
        built["first"], built["last"], len(schools), endpoint=True
    )
    stated = schools["built"].where(schools["built"] > 0, schools["opens"])
    lon, lat = _place(county)
    return {
        "school_id": [
            f"{county.card['code']}{number:04d}" for number in range(1, len(schools) + 1)
        ],
        "school": schools["school"],
        "town": schools["town"],
        "zone": schools["zone"],
        "school_type": schools["type"],
        "organiser_code": np.where(schools["private"], codes["private_code"], codes["public_code"]),
        "boarding": schools["boarding"],
        "built_year": np.where(stated > 0, stated, drawn),
        "campus_of": schools["campus_of"],
        "lon": lon,
        "lat": lat,
    }


def _place(county: _County) -> np.ndarray:
    """Longitudes and latitudes: near the township, which stands on a ring where its place is unknown."""
    card, place, zone = county.card, county.plan["place"], county.schools["zone"]
    angles = np.linspace(0, 2 * np.pi, len(card["town"]), endpoint=False)
    ring = np.column_stack([np.cos(angles), np.sin(angles)]) * place["ring"]
    seat = card["seat"]
    centre = {
        town["name"]: [
            town.get("lon", seat["lon"] + east * (town["kind"] == "town")),
            town.get("lat", seat["lat"] + north * (town["kind"] == "town")),
        ]
        for town, (east, north) in zip(card["town"], ring, strict=True)
    }
    apart = county.stream("place").uniform(-1, 1, (len(zone), 2))
    centres = np.array(county.schools["town"].map(centre).tolist())
    return np.round(centres + apart * zone.map(place["jitter"]).to_numpy()[:, None], 4).T


# ------------------------------------------------------------------------------------ pupils and classes


def _enrol(county: _County) -> dict[str, np.ndarray]:
    """Pupils of every school (rows) in every year (columns), stage by stage."""
    years, schools = np.array(county.years), county.schools
    existing = np.column_stack([county.is_open(year) for year in years])
    drift = county.by_zone(county.own["drift"])[:, None] ** (years - years[county.anchor])
    varied = np.exp(schools["spread"] * county.stream("size").standard_normal(len(schools)))
    typical = pd.DataFrame(schools["size"].tolist()).reindex(columns=WEIGHTED).fillna(0)
    sizes = typical.mul(varied, axis=0).to_numpy().T
    weights = dict(zip(WEIGHTED, sizes[..., None] * drift * existing, strict=True))
    pupils = {
        stage: np.column_stack(list(map(apportion, totals, weights[stage].T)))
        for stage, totals in _stage_totals(county).items()
    }
    senior = np.rint(sizes[-1])[:, None].repeat(len(years), axis=1)
    published = _facts(county.card, "vocational_pupils")
    if published:
        path = np.rint(np.interp(years, list(published), list(published.values())))
        senior = np.where(schools[["type"]].eq("vocational"), path, senior)
    return pupils | {"senior": senior.astype(int)}


def _stage_totals(county: _County) -> dict[str, np.ndarray]:
    """Pupils of the whole county by stage and year: ages of the census, scaled to the published totals."""
    years, births = np.array(county.years), count_births(county.card)
    length = [county.card["stages"][stage]["years"] for stage in STAGES]
    ages = county.plan["cohort"]["entry_age"] + np.arange(sum(length))
    aged = np.array([[births[year - age] for age in ages] for year in county.years])
    whole = aged.sum(axis=1)
    share = np.linspace(*county.own["enrolled"]["share"], len(years))
    published = _facts(county.card, "compulsory_pupils")
    if published:
        known = [count / whole[county.years.index(year)] for year, count in published.items()]
        share = np.interp(years, list(published), known)
    total = np.rint(whole * share).astype(int)
    primary = np.rint(aged[:, : length[0]].sum(axis=1) * share).astype(int)
    return {"primary": primary, "junior": total - primary}


def count_births(card: dict) -> dict[int, float]:
    """Count persons by year of birth (按出生年份的人数).

    Parameters
    ----------
    card
        A parsed county.toml; its censuses (population) are used.

    Returns
    -------
    dict of int to float
        Year of birth to persons (人). The ages of one census group count alike; a later census counts alone.

    Examples
    --------
    >>> census = {"year": 2020, "age_0": 4, "age_1_4": 40, "age_5_9": 50, "age_10_14": 60}
    >>> count_births({"population": [census]})[2017]
    10.0
    """
    births = {}
    for census in sorted(card["population"], key=lambda census: census["year"]):
        for first, last in ((0, 0), (1, 4), (5, 9), (10, 14)):
            group = f"age_{first}" if first == last else f"age_{first}_{last}"
            for age in range(first, last + 1):
                births[census["year"] - age] = census[group] / (last - first + 1)
    return births


def apportion(total: int, weights: np.ndarray) -> np.ndarray:
    """Divide a whole number by weights into whole numbers, by largest remainders (最大余数法).

    Parameters
    ----------
    total
        To be divided; met exactly.
    weights
        Not negative, not all zero.

    Returns
    -------
    ndarray of int
        One part per weight; of equal remainders the first gets more.

    Examples
    --------
    >>> apportion(10, np.array([1, 1, 1])).tolist()
    [4, 3, 3]
    """
    shares = total * weights / weights.sum()
    parts = np.floor(shares).astype(int)
    parts[np.argsort(parts - shares, kind="stable")[: total - parts.sum()]] += 1
    return parts


def _pupils(county: _County, at: int) -> dict[str, np.ndarray]:
    settings, schools = county.own["pupils"], county.schools
    now = {stage: county.pupils[stage][:, at] for stage in WEIGHTED}
    migrant = np.where(
        schools["migrant"] < 0, county.by_zone(settings["migrant"]), schools["migrant"]
    )
    migrant = migrant * county.between("migrant", [0.7, 1.0])
    columns = {f"pupils_{stage}": now[stage] for stage in WEIGHTED}
    columns["migrant_pupils"] = np.rint(migrant * (now["primary"] + now["junior"])).astype(int)
    for stage in STAGES:
        share = _until(county, settings["in_zone"][stage], settings["in_zone_complete"], at)
        share = np.where(schools["private"], settings["in_zone_private"], share)
        columns[f"in_zone_pupils_{stage}"] = np.rint(share * now[stage]).astype(int)
    return columns


def _until(county: _County, pair: list, complete: int, at: int) -> float:
    """A share that rises from the first year to the year in which it is complete."""
    return float(np.interp(county.years[at], [county.years[0], complete], pair))


def _classes(county: _County, at: int) -> dict[str, np.ndarray]:
    settings, columns = county.own["class_size"], {}
    for stage in STAGES:
        pupils, limit = county.pupils[stage][:, at], county.plan["class_limit"][stage]
        years = county.card["stages"][stage]["years"]
        classes = _class_counts(county, stage, at)
        mean = pupils / np.maximum(classes, 1)
        ragged = county.stream(f"{stage} class").integers(
            0, settings["ragged"], len(mean), endpoint=True
        )
        oversize = _oversize_classes(county, stage, at, classes // years)
        largest = np.minimum(np.ceil(mean).astype(int) + ragged, np.minimum(limit, pupils))
        columns[f"classes_{stage}"] = classes
        columns[f"largest_class_{stage}"] = np.where(oversize > 0, limit + 1 + ragged, largest)
        columns[f"oversize_classes_{stage}"] = oversize
    return columns


def _class_counts(county: _County, stage: str, at: int) -> np.ndarray:
    """Enough classes for the usual size, and at least one for each grade that the school teaches."""
    pupils = county.pupils[stage][:, at]
    years = county.card["stages"][stage]["years"]
    grades = county.schools["type"].map(county.plan["type"]["grades"]).replace(0, years)
    needed = np.ceil(pupils / county.by_zone(county.own["class_size"][stage])).astype(int)
    return np.where(pupils > 0, np.maximum(needed, grades), 0)


def _oversize_classes(county: _County, stage: str, at: int, one_grade: np.ndarray) -> np.ndarray:
    """Spread the county's oversize classes over urban schools, at most one grade of each."""
    assumed = {int(year): count for year, count in county.own["oversize"][stage].items()}
    totals = assumed | _facts(county.card, f"oversize_classes_{stage}")
    crowded = county.schools["zone"].eq("urban") & county.schools["type"].ne("special")
    eligible = one_grade * crowded.to_numpy()
    return apportion(totals.get(county.years[at], 0), eligible)


# ------------------------------------------------------------------------------------ teachers


def _teachers(county: _County, at: int) -> dict[str, np.ndarray]:
    """Full-time teachers by stage; they add up to the published or assumed total of the county."""
    settings, schools = county.own["teachers"], county.schools
    kind = (schools["type"].map(settings["type"]).fillna(1) * schools["teacher_load"]).to_numpy()
    spread = county.in_year(settings["spread"], at)
    load = [
        settings["stage"][stage]
        * county.pupils[stage][:, at]
        * np.exp(spread * county.stream(f"{stage} teachers").standard_normal(len(kind)))
        for stage in STAGES
    ]
    load = np.concatenate(load * kind * county.by_zone(settings["zone"]))
    least = settings["least"] * (load > 0)
    counts = least + apportion(_teacher_total(county, at) - least.sum(), load)
    return dict(zip(STAGES, np.split(counts, 2), strict=True))


def _teacher_total(county: _County, at: int) -> int:
    settings = county.own["teachers"]
    enrolled = sum(county.pupils[stage][:, county.anchor].sum() for stage in STAGES)
    assumed = {county.years[county.anchor]: settings["per_100"] * enrolled / 100}
    year, count = max((_facts(county.card, "full_time_teachers") or assumed).items())
    return round(count * settings["growth"] ** (county.years[at] - year))


def _staff(county: _County, at: int) -> dict[str, np.ndarray]:
    teachers, staff, columns = _teachers(county, at), county.own["staff"], {}
    for stage, count in teachers.items():
        columns[f"teachers_{stage}"] = count
        for name in ("degree", "senior_title"):
            settings = county.own[name]
            apart = county.between(f"{stage} {name}", [-1, 1]) * settings["ragged"]
            share = county.in_year(settings[stage], at) + apart
            columns[f"{name}_teachers_{stage}"] = np.rint(count * np.clip(share, 0, 1)).astype(int)
        for name in ("backbone", "arts_pe"):
            wanted = _count(county, f"{name}_teachers_per_100", at, stage)
            columns[f"{name}_teachers_{stage}"] = np.minimum(wanted, count)
        pupils, rural = county.pupils[stage][:, at], county.schools["zone"].eq("rural").to_numpy()
        small = (pupils > 0) & (pupils < staff["shared_below"])
        lacking = county.is_behind("arts_pe_teachers_per_100", at)
        columns[f"shared_arts_pe_teachers_{stage}"] = (small & rural & lacking).astype(int)
    whole = teachers["primary"] + teachers["junior"]
    for name in ("certified", "trained"):
        share = _until(county, [staff[name], 1.0], staff["complete"], at)
        columns[f"{name}_teachers"] = np.floor(whole * share).astype(int)
    return columns


# ------------------------------------------------------------------------------------ resources


def _need(bar: dict, pupils: dict[str, np.ndarray], stage: str | None = None) -> np.ndarray:
    """What a bar asks for the pupils of one stage, or of a whole school when the stages share the resource.

    A shared resource is divided by weighted pupils, so the stage with the highest bar per weight decides.
    """
    if stage:
        return bar[stage] * pupils[stage]
    weights = _load_bars()[1]
    weighted = sum(weights[name] * pupils[name] for name in WEIGHTED)
    per_weight = {name: bar[name] / weights[name] for name in STAGES}
    decisive = np.maximum(*(np.where(pupils[name] > 0, per_weight[name], 0) for name in STAGES))
    return np.where(decisive > 0, decisive, max(per_weight.values())) * weighted


def _quantity(county: _County, resource: str, at: int, stage: str | None = None) -> np.ndarray:
    """How much of a resource a school has: short of its need while it lags, otherwise amply above it."""
    settings, late = county.own["resource"][resource], county.own["late"]
    need = _need(settings.get("bar") or _load_bars()[0][resource], county.pupils, stage)
    peak = need.max(axis=1) if settings.get("stock") else need[:, at]
    now = need[:, county.anchor] if settings.get("stock") else need[:, at]
    now = np.where(now > 0, now, peak)
    key = f"{resource} {stage or ''}"
    spread = county.in_year(settings["spread"], at)
    noise = spread * county.stream(f"{key} level").standard_normal(len(now))
    growth = settings["growth"] ** (county.years[at] - county.years[county.anchor])
    ample = now * county.by_zone(settings["ample"]) * growth * np.exp(noise)
    enough = peak * (1 + county.between(f"{key} margin", late["margin"]))
    low, high = np.array([own or late["shortfall"] for own in county.schools["shortfall"]]).T
    short = now * (low + (high - low) * county.between(f"{key} short", [0, 1]))
    return np.where(county.is_behind(resource, at), short, np.maximum(enough, ample))


def _count(county: _County, resource: str, at: int, stage: str | None = None) -> np.ndarray:
    """A quantity in whole persons or rooms: rounded down while the school lags, otherwise up."""
    quantity = _quantity(county, resource, at, stage)
    whole = np.where(county.is_behind(resource, at), np.floor(quantity), np.ceil(quantity))
    return whole.astype(int)


def _facilities(county: _County, at: int) -> dict[str, np.ndarray]:
    sports = _quantity(county, "sports_area_per_pupil", at)
    share = county.by_zone(county.own["resource"]["sports_area_per_pupil"]["indoor"])
    indoor = np.round(sports * share * county.between("indoor", [0, 2]), 2)
    rooms = _quantity(county, "teaching_area_per_pupil", at)
    equipment = _quantity(county, "equipment_value_per_pupil", at)
    return {
        "teaching_area_m2": np.round(rooms + indoor, 2),
        "indoor_sports_area_m2": indoor,
        "sports_ground_area_m2": np.round(sports - indoor, 2),
        "equipment_value_yuan": np.ceil(equipment).astype(int),
        "networked_classrooms": _count(county, "networked_classrooms_per_100", at),
        "music_room_areas_m2": _rooms(county, "music", at),
        "art_room_areas_m2": _rooms(county, "art", at),
        "computers": _count(county, "computers", at),
        "books": _count(county, "books", at),
    }


def _rooms(county: _County, kind: str, at: int) -> list[str]:
    """Areas of the special rooms of every school; a school that lags has small ones, and one too few."""
    plan = county.plan["rooms"]
    classes = sum(_class_counts(county, stage, at) for stage in STAGES)
    wanted = np.maximum(np.ceil(classes / plan["classes"]).astype(int), 1)
    lags = county.is_behind(f"{kind}_rooms", at)
    good = county.stream(f"{kind} room").uniform(*plan["ample"], (len(wanted), plan["most"]))
    poor = county.stream(f"{kind} small room").uniform(*plan["poor"], (len(wanted), plan["most"]))
    areas = np.ceil(plan[kind] * np.where(lags[:, None], poor, good))
    counts = np.maximum(wanted - lags, 1)
    return [
        ";".join(f"{area:g}" for area in row[:count])
        for row, count in zip(areas, counts, strict=True)
    ]


# ------------------------------------------------------------------------------------ money and flows


def _funds(county: _County, at: int) -> dict[str, np.ndarray]:
    """Operating budget by counted pupils (small schools count as more than they have), and training."""
    rates = _fund_rates(county)
    funds = sum(rates[stage] * _counted_pupils(county, stage, at) for stage in WEIGHTED)
    both = sum(county.pupils[stage][:, at] for stage in STAGES)
    boarders = np.rint(both * county.own["funds"]["boarding_share"]) * county.schools["boarding"]
    special = (county.schools["type"] == "special").to_numpy()
    operating = np.where(special, rates["special"] * both, funds + rates["boarder"] * boarders)
    share = county.in_year(county.own["funds"]["training"], at)
    training = operating * share * county.between("training", [1, 1.1])
    return {
        "operating_funds_yuan": operating.astype(int),
        "training_funds_yuan": np.ceil(training).astype(int),
    }


def _fund_rates(county: _County) -> dict[str, float]:
    """Yuan per pupil: the assumed rates, replaced by those that the card publishes."""
    names = {stage: f"{stage}_pupil" for stage in WEIGHTED}
    names |= {"boarder": "boarder", "special": "special_pupil"}
    published = {key: _facts(county.card, f"operating_funds_per_{names[key]}") for key in names}
    return {key: max(published[key].values(), default=county.own["funds"][key]) for key in names}


def _counted_pupils(county: _County, stage: str, at: int) -> np.ndarray:
    """Pupils for whom the budget is reckoned: a small rural primary school is raised to the next step."""
    pupils = county.pupils[stage][:, at]
    if stage != "primary":
        return pupils
    facts = county.card.get("fact", [])
    published = [fact["value"] for fact in facts if fact["id"] == "small_school_counted_as"]
    steps = np.array(sorted(published or county.own["funds"]["small"]))
    step = np.searchsorted(steps, pupils, side="right")
    small = (step < len(steps)) & (pupils > 0) & (county.schools["zone"] == "rural").to_numpy()
    return np.where(small, steps[np.minimum(step, len(steps) - 1)], pupils)


def _flows(county: _County, at: int) -> dict[str, np.ndarray]:
    """The graduating junior cohort: those who entered, came, left, died and finished."""
    settings = county.own["flow"]
    cohort = county.pupils["junior"][:, at] / county.card["stages"]["junior"]["years"]
    entrants = np.rint(cohort * county.between("entrants", [0.96, 1.04])).astype(int)
    came, left = (
        np.rint(entrants * county.between(way, [0, settings["moved"]])).astype(int)
        for way in ("in", "out")
    )
    deaths = (county.between(f"deaths {at}", [0, 1]) < settings["deaths"]) & (entrants > 0)
    staying = entrants + came - left - deaths
    return {
        "graduates": np.rint(staying * county.between(f"kept {at}", settings["kept"])).astype(int),
        "entrants_before": entrants,
        "transferred_in": came,
        "transferred_out": left,
        "deaths": deaths.astype(int),
    }


def _leave_holes(frame: pd.DataFrame, own: dict, year: int) -> pd.DataFrame:
    """Empty the cells that the settings name, so that reports have something they cannot tell."""
    holes = [hole for hole in own.get("hole", []) if hole["year"] == year]
    return frame.assign(
        **{
            hole["column"]: frame[hole["column"]].mask(frame.index.isin(hole["rows"]))
            for hole in holes
        }
    )


# ------------------------------------------------------------------------------------ the nation


def _list_nation(plan: dict, rng: np.random.Generator, counties: int, schools: int) -> dict:
    """Per school: texts, typical pupils by stage, and the level of every resource over its bar."""
    count, kinds = counties * schools, list(plan["type"])
    kind = rng.choice(len(kinds), count, p=[plan["type"][name]["share"] for name in kinds])
    zone = rng.choice(len(plan["zone"]), count, p=list(plan["zone"].values()))
    size = np.exp(plan["size_spread"] * rng.standard_normal(count))
    codes = _load("synthetic.toml")["type"]
    private = rng.random(count) < plan["private"]
    county, place = np.divmod(np.arange(count), schools)
    texts = {
        "county": np.array([f"n{number:06d}" for number in range(counties)], dtype=object)[county],
        "school_id": np.array(
            [f"{c:05d}{s:05d}" for c, s in zip(county, place, strict=True)], dtype=object
        ),
        "school": np.array(
            [f"{codes['mark']}学校{number:05d}" for number in range(schools)], dtype=object
        )[place],
        "zone": np.array(list(plan["zone"]), dtype=object)[zone],
        "school_type": np.array(kinds, dtype=object)[kind],
        "organiser_code": np.where(private, codes["private_code"], codes["public_code"]),
    }
    typical = {
        stage: np.array([plan["type"][name].get(stage, 0) for name in kinds]) for stage in WEIGHTED
    }
    level = {
        name: plan["ample"] * np.exp(plan["spread"] * rng.standard_normal(count))
        for name in _load_bars()[0]
    }
    return {"text": texts, "level": level} | {
        stage: typical[stage][kind] * size for stage in WEIGHTED
    }


def _nation_staff(plan: dict, pupils: dict, level: dict) -> dict[str, np.ndarray]:
    bars, columns = _load_bars()[0], {f"pupils_{stage}": count for stage, count in pupils.items()}
    load = level["degree_teachers_per_100"] / plan["ample"] / 100
    for stage in STAGES:
        classes = np.ceil(pupils[stage] / plan["class_size"][stage]).astype(int)
        teachers = np.ceil(plan["per_100"][stage] * load * pupils[stage]).astype(int)
        mean = pupils[stage] / np.maximum(classes, 1)
        columns |= {
            f"classes_{stage}": classes,
            f"largest_class_{stage}": np.ceil(mean).astype(int),
            f"teachers_{stage}": teachers,
            f"degree_teachers_{stage}": np.rint(plan["degree"] * teachers).astype(int),
        }
        for name in ("backbone_teachers", "arts_pe_teachers"):
            indicator = f"{name}_per_100"
            wanted = np.rint(bars[indicator][stage] * pupils[stage] * level[indicator])
            columns[f"{name}_{stage}"] = np.minimum(wanted.astype(int), teachers)
    return columns


def _nation_facilities(plan: dict, pupils: dict, level: dict) -> dict[str, np.ndarray]:
    bars = _load_bars()[0]
    have = {name: _need(bars[name], pupils) * level[name] for name in bars}
    sports = have["sports_area_per_pupil"]
    indoor = np.round(plan["indoor"] * sports, 2)
    return {
        "teaching_area_m2": np.round(have["teaching_area_per_pupil"] + indoor, 2),
        "indoor_sports_area_m2": indoor,
        "sports_ground_area_m2": np.round(sports - indoor, 2),
        "equipment_value_yuan": np.rint(have["equipment_value_per_pupil"]),
        "networked_classrooms": np.rint(have["networked_classrooms_per_100"]).astype(int),
    }
