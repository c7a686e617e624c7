"""What pupils come, whether seats run short and when they empty again, in words."""

from __future__ import annotations

import pandas as pd

from youzhi.columns import load_columns
from youzhi.enrolment.assumptions import load_assumptions
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.outlooks import ALL_STAGES, Outlook
from youzhi.seats import load_seat_rules
from youzhi.verdicts import CANNOT_TELL, VERDICT_WORDS

STAGE_WORDS = {"primary": "小学", "junior": "初中", ALL_STAGES: "小学和初中合计"}
_MYRIAD = 10_000
_MOST_DOUBTS = 4


def describe_outlook(outlook: Outlook) -> Text:
    """Say when most pupils come, how many fewer at the end, and whether there are seats for them (生源展望结论).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        What has to be checked first, where there is such; then the answer, stage by stage, the bands of both readings, and
        of what kind the data are.
    """
    stages = list(outlook.stage_grades)
    rules = load_seat_rules()
    return paragraphs(
        _tell_doubts(outlook),
        _tell_distance(outlook),
        *(_tell_peak(outlook, stage) for stage in [*stages, ALL_STAGES]),
        _tell_capacity(outlook),
        *(_tell_seats(outlook, stage) for stage in stages),
        _tell_bands(rules.admission.label.zh, outlook.admission, stages),
        _tell_bands(rules.capacity.label.zh, outlook.seats, stages),
        _tell_kinds(outlook),
        _tell_level(outlook),
    )


def list_cautions(outlook: Outlook) -> list[tuple[str, Text]]:
    """List what a reader has to know before the numbers: doubtful data, years too far, no test, no census (注意事项).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    list
        Topic and sentence; empty where there is nothing.
    """
    told = [("数据疑点", _tell_slip(row)) for row in outlook.doubts.itertuples()]
    if outlook.distant:
        told.append(("推算年限", _tell_distance(outlook)))
    if not outlook.tested:
        told.append(("没有检验", write("outlook_cautions.untested")))
    if outlook.entrants.empty:
        told.append(("没有普查", write("outlook_entrants.none", year=outlook.year)))
    return told


def people(number: float, least: float | None = None) -> str:
    """Write a number of people as a reader says it: 2.28万人, 9,151人; in the unit of the least beside it (人数)."""
    if pd.isna(number):
        return VERDICT_WORDS[CANNOT_TELL]
    if number >= _MYRIAD and (least is None or not least < _MYRIAD):
        return f"{round_half_up(as_fraction(number) / _MYRIAD, 2)}万人"
    return f"{count(number)}人"


def count(number: float) -> str:
    """Write a number that was reckoned, to the whole (整数)."""
    return f"{round_half_up(as_fraction(number), 0):,}"


def span(years: list[int]) -> str:
    """Write years in order, runs of them as one: 2025年、2027—2030年 (年份)."""
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    return "、".join(f"{run[0]}年" if len(run) == 1 else f"{run[0]}—{run[-1]}年" for run in runs)


def range_text(low: float, high: float) -> str:
    """Write a band; nothing where a number is observed or has none (区间)."""
    return "" if pd.isna(low) or low == high else f"{people(low)}至{people(high, low)}"


def _tell_doubts(outlook: Outlook) -> Text | str:
    rows = [_tell_slip(row) for row in outlook.doubts.itertuples()]
    told = {"rows": rows[:_MOST_DOUBTS], "more": len(rows) - _MOST_DOUBTS}
    return write("outlook_cautions.doubts", **told) if rows else ""


def _tell_slip(row) -> Text:
    """One number that can hardly be right, beside what it is held against."""
    return write(
        f"outlook_cautions.{row.doubt}",
        year=row.year,
        stage=STAGE_WORDS[row.stage],
        grade=None if pd.isna(row.grade) else int(row.grade),
        pupils=count(row.pupils),
        against=count(row.against),
        off=count(abs(row.pupils - row.against)),
        times=None if pd.isna(row.ratio) else row.ratio,
    )


def _tell_distance(outlook: Outlook) -> Text | str:
    if not outlook.distant:
        return ""
    years, ahead = load_assumptions().horizon.years, outlook.to - outlook.year
    return write("outlook_cautions.distant", to=outlook.to, ahead=ahead, years=years)


def _path(outlook: Outlook, stage: str) -> pd.DataFrame:
    """All years of a stage, observed and projected."""
    table = outlook.totals if stage == ALL_STAGES else outlook.stages
    return table[table["stage"] == stage].set_index("year")


def _tell_peak(outlook: Outlook, stage: str) -> Text:
    peak = outlook.peaks.set_index("stage").loc[stage]
    if pd.isna(peak["peak_year"]):
        return write("outlook.unknown", stage=STAGE_WORDS[stage])
    path = _path(outlook, stage)
    top, end = path.loc[peak["peak_year"]], path.loc[outlook.to]
    last = path.at[outlook.year, "pupils"]
    facts = {
        "stage": STAGE_WORDS[stage],
        "year": outlook.year,
        "to": outlook.to,
        "most": people(top["pupils"], top["low"]),
        "end": people(end["pupils"], end["low"]),
        "end_range": range_text(end["low"], end["high"]),
        "fall": -peak["change"],
        "held": outlook.entrants.empty,
    }
    if peak["peak_year"] > outlook.year:
        facts |= {"peak": peak["peak_year"], "range": range_text(top["low"], top["high"])}
        facts |= {"rise": top["pupils"] / last - 1, "growing": peak["peak_year"] == outlook.to}
    told = write("outlook.later" if "peak" in facts else "outlook.now", **facts)
    return Text(told + _tell_doubt(outlook, path) + _tell_before(outlook, path, top["pupils"]))


def _tell_doubt(outlook: Outlook, path: pd.DataFrame) -> str:
    """In which years most pupils may come, where it may be another than the one that was named."""
    ahead = path.loc[outlook.year :]
    may = [int(year) for year in ahead.index[ahead["high"] >= ahead["low"].max()]]
    return write("outlook.possible", years=span(may)) if len(may) > 1 else ""


def _tell_before(outlook: Outlook, path: pd.DataFrame, most: float) -> str:
    seen = path.loc[: outlook.year, "pupils"]
    if seen.max() <= most:
        return ""
    return write(
        "outlook.before",
        first=int(seen.index[0]),
        year=int(seen.idxmax()),
        most=people(seen.max()),
    )


def _tell_capacity(outlook: Outlook) -> Text:
    limits = outlook.schools.groupby("stage", sort=False)["limit"].first()
    return write(
        "outlook.capacity",
        year=int(outlook.schools["year"].max()),
        limits=[
            f"{STAGE_WORDS[stage]}每班{limits[stage]}人"
            for stage in outlook.stage_grades
            if stage in limits
        ],
    )


def _tell_seats(outlook: Outlook, stage: str) -> Text:
    table = outlook.seats[outlook.seats["stage"] == stage].set_index("year")
    if table["free"].isna().any():
        return write("outlook.unknown_seats", stage=STAGE_WORDS[stage])
    short = table.index[table["free"] < 0]
    worst, end = table["free"].idxmin(), table.loc[outlook.to]
    facts = {
        "stage": STAGE_WORDS[stage],
        "to": outlook.to,
        "worst": worst,
        "ratio": table.at[worst, "pupils"] / table.at[worst, "capacity"],
        "free": count(end["free"]),
        "share": end["free"] / end["capacity"],
    }
    maybe = table.index[(table["free"] >= 0) & (table["high"] > table["capacity"])]
    doubt = write("outlook.maybe", years=span(list(maybe))) if len(maybe) else ""
    if not len(short):
        return Text(write("outlook.enough", **facts) + doubt)
    facts |= _split_short(table.loc[short])
    facts |= {
        "free_year": short[-1] + 1 if short[-1] < outlook.to else None,
        "lack": count(-table.at[worst, "free"]),
    }
    return Text(write("outlook.short", **facts, worst_range=_lack_range(table.loc[worst])) + doubt)


def _split_short(short: pd.DataFrame) -> dict[str, str]:
    """Years too full even at the lower end of their band, those too full in the middle of it, those without any."""
    sure, bare = short["low"] > short["capacity"], short["low"].isna()
    kinds = {"sure": sure, "likely": ~sure & ~bare, "bare": bare}
    return {name: span(list(short.index[chosen])) for name, chosen in kinds.items()}


def _lack_range(row: pd.Series) -> str:
    """How many seats may lack; an observed year has no band."""
    if not range_text(row["low"], row["high"]):
        return ""
    low, high = (max(0, row[end] - row["capacity"]) for end in ("low", "high"))
    return f"{count(low)}至{count(high)}个"


def _tell_bands(reading: str, table: pd.DataFrame, stages: list[str]) -> Text:
    words = load_seat_rules().names | {CANNOT_TELL: VERDICT_WORDS[CANNOT_TELL]}
    told = []
    for stage in stages:
        own = table[table["stage"] == stage]
        parts = [
            (word, span(own.loc[own["band"] == band, "year"].tolist()))
            for band, word in words.items()
        ]
        present = [f"{years}{word}" for word, years in parts if years]
        told.append((STAGE_WORDS[stage], "，".join(present)))
    return write("outlook.bands", reading=reading, stages=told)


def _tell_kinds(outlook: Outlook) -> Text:
    words = load_columns()["data_kind"].choices
    entrants = outlook.entrants
    assumed = entrants.loc[entrants["kind"] == "assumed", "year"]
    made = any("synthetic" in kinds for kinds in outlook.kinds.values())
    return write(
        "outlook.kinds",
        history=[words[kind] for kind in outlook.kinds["history"]],
        schools=[words[kind] for kind in outlook.kinds["schools"]] or ["未注明"],
        entrants=len(entrants),
        assumed=int(assumed.min()) if len(assumed) else None,
        year=outlook.year,
        synthetic=made,
        county=outlook.name_zh,
    )


def _tell_level(outlook: Outlook) -> Text:
    if outlook.projection["low"].isna().all():
        return write("outlook.no_band")
    if not outlook.tested:
        return write("outlook.untested_band", level=level_text())
    return write("outlook.band", level=level_text(), narrow=len(narrow_aheads(outlook)) > 0)


def level_text() -> str:
    """Write the level of the bands in percent, without its sign (区间水平)."""
    return f"{100 * load_assumptions().bands.level:g}"


def narrow_aheads(outlook: Outlook) -> list[int]:
    """Find how many years ahead the bands of the past held fewer actual numbers than they should (偏窄的区间)."""
    own = outlook.backtests[outlook.backtests["method"] == outlook.method]
    return own.loc[own["coverage"] < load_assumptions().bands.level, "ahead"].tolist()
