"""Whose table it is, which year, and which school: what the records of several sheets say together."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from pathlib import PurePath

import pandas as pd

from youzhi.columns import load_columns
from youzhi.intake.cleaning import place_of
from youzhi.intake.findings import Finding, Place, load_rules, make_finding
from youzhi.intake.readings import Reading, Record
from youzhi.intake.values.years import parse_year

UNKNOWN = "（未指明）"

_YEAR_IN_NAME = re.compile(r"(?<!\d)(20[0-9]{2})(?!\d)")
_KINDS = "县市区旗"
_SCHOOL_YEAR = re.compile(r"[-—–－~～/至]|学年")


def settle_county(
    frame: pd.DataFrame,
    records: list[Record],
    readings: list[Reading],
    county: str | None,
    names: Collection[str] = (),
) -> list[Finding]:
    """Fill the county in, in place, where the file lacks it; another one in the file is refused (县区).

    Parameters
    ----------
    frame, records
        One row and one record per school or figure.
    readings
        What the titles say.
    county
        The county asked for; None where none was.
    names
        Further names of the same county.

    Returns
    -------
    list of Finding
    """
    header = load_columns()["county"].headers[0]
    if county is None:
        return _settle_unasked(frame, records, "county", header, UNKNOWN)
    known, findings = {county, *names}, []
    allowed = "、".join(sorted(known))
    if "county" in frame:
        named = frame["county"].dropna()
        told = named[named.isin(known) & (named != county)].index
        findings += _tell_texts("K08b", "county", [records[at] for at in told], became=county)
        others = [records[at] for at in named[~named.isin(known)].index]
        findings += _tell_texts("K08", "county", others, allowed=allowed)
    frame["county"] = county
    return findings + [
        make_finding("K08c", Place(reading.file, reading.sheet), reading.county, allowed=allowed)
        for reading in readings
        if reading.county and _is_other(reading.county, names)
    ]


def _is_other(title: str, names: Collection[str]) -> bool:
    """Whether a title names another county; a city (市) above a county may stand there too."""
    kinds = {name[-1:] for name in names} & set(_KINDS)
    above = title.endswith("市") and "市" not in kinds
    return bool(kinds) and title not in names and not above


def settle_year(
    frame: pd.DataFrame, records: list[Record], readings: list[Reading], year: int | None
) -> list[Finding]:
    """Fill the year in, in place, where the file lacks it; another one in file, title or name is refused (统计年度).

    Parameters
    ----------
    frame, records
        One row and one record per school or figure.
    readings
        What the titles and the names of the files say.
    year
        The year asked for; None where none was.

    Returns
    -------
    list of Finding
    """
    header = load_columns()["year"].headers[0]
    findings = [] if year is None else _other_years(frame, records, year)
    said = {int(one) for one in frame.get("year", pd.Series(dtype=object)).dropna()}
    wanted = {year} if year is not None else said
    for reading in readings:
        findings += _years_around(reading, wanted)
    if year is not None:
        frame["year"] = year
        return findings
    return findings + _settle_unasked(frame, records, "year", header, load_columns()["year"].min)


def _settle_unasked(frame, records: list[Record], name: str, header: str, stand_in) -> list:
    """Where neither the file nor the user says it, a stand-in lets the rest be checked."""
    if name in frame:
        return []
    frame[name] = stand_in
    files = dict.fromkeys(record.place.file for record in records)
    return [make_finding("H06b", Place(file, column=header), "（无此列）") for file in files]


def _other_years(frame: pd.DataFrame, records: list[Record], year: int) -> list[Finding]:
    if "year" not in frame:
        return []
    given = frame["year"].dropna()
    others = [records[at] for at in given[given != year].index]
    return _tell_texts("E18", "year", others, allowed=str(year))


def _tell_texts(rule: str, field: str, records: list[Record], **said: str) -> list[Finding]:
    """One finding per cell; where many rows of a sheet say the same, one for all of them."""
    alike, findings = defaultdict(list), []
    for record in records:
        cell = record.cells[field]
        alike[cell.place.file, cell.place.sheet, cell.text.strip()].append(cell.place)
    for (*_, text), places in alike.items():
        shown = text
        if len(places) > load_rules()["K08"].limits["each"]:
            shown = f"{text}（共{len(places)}行）"
            del places[1:]
        findings += [make_finding(rule, place, shown, **said) for place in places]
    return findings


def _years_around(reading: Reading, wanted: set[int]) -> list[Finding]:
    """Years in the name of the file and in titles against those of the table."""
    findings, allowed = [], "、".join(map(str, sorted(wanted)))
    named = {int(found) for found in _YEAR_IN_NAME.findall(PurePath(reading.file).stem)}
    if wanted and len(named) == 1 and not named & wanted:
        findings.append(make_finding("E18", Place(reading.file), reading.file, allowed=allowed))
    for title in reading.years:
        told = parse_year(title)
        if wanted and told is not None and told not in wanted:
            rule = "E18" if _SCHOOL_YEAR.search(title) else "E18b"
            place = Place(reading.file, reading.sheet)
            findings.append(make_finding(rule, place, title, allowed=allowed))
    return findings


def settle_twins(frame: pd.DataFrame, records: list[Record]) -> tuple[pd.DataFrame, list[Finding]]:
    """Keep one of several equal rows of a school; rows that differ are refused (重复的学校).

    Parameters
    ----------
    frame, records
        One row and one record per school; county and year are settled.

    Returns
    -------
    DataFrame
        Without the rows that say the same again; the index still counts the records.
    list of Finding
    """
    if "school" not in frame:
        return frame, []
    codes = frame.get("school_id", frame["school"])
    codes = codes.where(codes.notna(), frame["school"])
    keys = frame[["county", "year"]].assign(code=codes).dropna()
    keys = keys[keys.duplicated(keep=False)]
    groups = keys.groupby(["county", "year", "code"], sort=False).groups.values()
    findings, dropped, clashes = [], [], defaultdict(list)
    for rows in map(list, groups):
        if len({_content(frame, records, at) for at in rows}) == 1:
            dropped += rows[1:]
            findings += [_twin("K03", records, rows[0], at, codes[at]) for at in rows[1:]]
        else:
            clashes[frozenset(records[at].place.file for at in rows)].append(rows)
    for files, twins in clashes.items():
        findings += _clash(files, twins, records, codes)
    findings += _same_names(frame.drop(index=dropped), records, codes)
    return frame.drop(index=dropped), findings


def _content(frame: pd.DataFrame, records: list[Record], at: int) -> tuple:
    """What a row says: its values, and the texts of those that were set aside."""
    cells = records[at].cells
    return tuple(
        cells[name].text.strip() if value is None and name in cells else value
        for name, value in frame.loc[at].items()
    )


def _twin(rule: str, records: list[Record], first: int, at: int, code: str) -> Finding:
    other = records[first].place
    where = f"{other.file}第{other.row}行" if other.row else other.file
    place = place_of(records[at], "school_id", load_columns()["school_id"].headers[0])
    return make_finding(rule, place, f"{code}（另见{where}）")


def _clash(files: frozenset[str], twins: list[list[int]], records: list[Record], codes) -> list:
    """Rows of one code that differ: many schools in two files are two versions of one table."""
    if len(files) > 1 and len(twins) > 1:
        names = "、".join(sorted(files))
        found = f"{names}：{len(twins)}所学校重复，如{codes[twins[0][0]]}"
        return [make_finding("E17", Place(file), found) for file in sorted(files)]
    return [
        _twin("K03b", records, rows[0] if at != rows[0] else rows[1], at, codes[at])
        for rows in twins
        for at in rows
    ]


def _same_names(frame: pd.DataFrame, records: list[Record], codes: pd.Series) -> list[Finding]:
    named = frame[["county", "year", "school"]].assign(code=codes.reindex(frame.index)).dropna()
    alike = named.duplicated(["county", "year", "school"], keep=False)
    alike &= ~named.duplicated(["county", "year", "code"], keep=False)
    header = load_columns()["school"].headers[0]
    return [
        make_finding("K04", place_of(records[at], "school", header), f"{row.school}（{row.code}）")
        for at, row in zip(named.index[alike], named[alike].itertuples(), strict=True)
    ]


def check_codes(frame: pd.DataFrame, records: list[Record], pattern: str) -> list[Finding]:
    """Refuse school codes that do not fit the county's (学校代码).

    Parameters
    ----------
    frame, records
        One row and one record per school.
    pattern
        Regular expression that a whole code must match; empty asks nothing.

    Returns
    -------
    list of Finding
    """
    if not pattern or "school_id" not in frame:
        return []
    header, fits = load_columns()["school_id"].headers[0], re.compile(pattern).fullmatch
    return [
        make_finding("K07", place_of(records[at], "school_id", header), code, allowed=pattern)
        for at, code in frame["school_id"].dropna().items()
        if not fits(code)
    ]


def check_campuses(frame: pd.DataFrame, records: list[Record]) -> list[Finding]:
    """Refuse the row of a school that stands beside those of its campuses (校区与总表行).

    Parameters
    ----------
    frame, records
        One row and one record per school or campus.

    Returns
    -------
    list of Finding
    """
    if not {"campus_of", "school"} <= set(frame):
        return []
    mothers, header = frame["campus_of"].dropna(), load_columns()["school"].headers[0]
    codes = frame.get("school_id", frame["school"])
    named = frame["school"].isin(mothers) | codes.isin(mothers)
    doubled = frame.loc[frame["campus_of"].isna() & named, "school"]
    lone = mothers[~mothers.duplicated(keep=False)]
    lone = lone[~lone.isin(frame["school"]) & ~lone.isin(codes)]
    return [
        *(
            make_finding("K13", place_of(records[at], "school", header), name)
            for at, name in doubled.items()
        ),
        *(
            make_finding("K13b", records[at].cells["campus_of"].place, name)
            for at, name in lone.items()
        ),
    ]
