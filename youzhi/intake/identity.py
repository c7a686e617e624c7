"""Whose table it is, which year, and which school: what the records of several sheets say together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from itertools import starmap
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


def check_codes(
    frame: pd.DataFrame, records: list[Record], pattern: str, divisions: Collection[str] = ()
) -> list[Finding]:
    """Refuse school codes that do not fit the county's, and tell where their lengths differ (学校代码).

    A code of eighteen letters and digits is a unified social credit code (统一社会信用代码): its check digit must be
    right, and the region where it was registered must be the county. All others are judged by the pattern.

    Parameters
    ----------
    frame, records
        One row and one record per school.
    pattern
        Regular expression that a whole code must match, unless it is a unified social credit code; empty asks nothing.
    divisions
        Administrative codes of the county (行政区划代码), that of today and former ones; empty asks nothing.

    Returns
    -------
    list of Finding

    References
    ----------
    GB 32100—2015; GB/T 2260.

    Examples
    --------
    >>> at = Record(Place("a.csv", "", 2), {})
    >>> for code in ("12370323000000001N", "12370323000000001M", "123708020000000013"):
    ...     frame = pd.DataFrame({"county": "demo", "year": 2020, "school_id": [code]})
    ...     print([one.rule for one in check_codes(frame, [at], "", ["370323"])])
    []
    ['K07b']
    ['K07c']
    """
    if "school_id" not in frame:
        return []
    header, findings, near = load_columns()["school_id"].headers[0], [], defaultdict(list)
    for at, code in frame["school_id"].dropna().items():
        rule, place = (
            _judge_code(code, pattern, divisions),
            place_of(records[at], "school_id", header),
        )
        if rule == "K07d":
            near[place.file, place.sheet, _region_of(code)].append((place, code))
        elif rule:
            allowed = pattern if rule == "K07" else ""
            findings.append(make_finding(rule, place, code, allowed=allowed))
    return [*findings, *starmap(_tell_near, near.items()), *_tell_lengths(frame, records)]


def _judge_code(code: str, pattern: str, divisions: Collection[str]) -> str:
    """Id of the rule that a code breaks; empty for none."""
    limits = load_rules()["K07b"].limits
    if len(code) != limits["characters"] or not _is_plain(code):
        return "K07" if pattern and not re.fullmatch(pattern, code) else ""
    from stdnum.cn import uscc

    if not uscc.is_valid(code):
        return "K07b"
    return _judge_region(_region_of(code), divisions)


def _region_of(code: str) -> str:
    first, last = load_rules()["K07b"].limits["region"]
    return code[first - 1 : last]


def _judge_region(region: str, divisions: Collection[str]) -> str:
    if not divisions or region in divisions:
        return ""
    limits = load_rules()["K07d"].limits
    prefectures = {code[: limits["prefecture"]] for code in divisions}
    above = {code[: limits["province"]].ljust(len(code), "0") for code in divisions}
    near = region[: limits["prefecture"]] in prefectures
    return "K07d" if near or region in above | {limits["nation"]} else "K07c"


def _tell_near(key: tuple[str, str, str], codes: list[tuple[Place, str]]) -> Finding:
    """One finding for all schools of a sheet that were registered at one other place."""
    place, first = codes[0]
    more = f"等{len(codes)}个" if len(codes) > 1 else ""
    return make_finding("K07d", place, f"{first}{more}（登记地代码{key[-1]}）")


def count_lengths(codes: Iterable[str]) -> Counter[int]:
    """Count codes by their length; running numbers and names in place of codes are left out (代码位数).

    Parameters
    ----------
    codes
        Of schools.

    Returns
    -------
    Counter of int
        Number of characters to number of codes.

    Examples
    --------
    >>> count_lengths(["0370323001", "370323002", "7", "甲校"])
    Counter({10: 1, 9: 1})
    """
    least = load_rules()["K07e"].limits["characters"]
    return Counter(len(code) for code in codes if len(code) >= least and _is_plain(code))


def _is_plain(code: str) -> bool:
    return code.isascii() and code.isalnum()


def _tell_lengths(frame: pd.DataFrame, records: list[Record]) -> list[Finding]:
    """One finding for a county and year whose codes are of several lengths, at the first of the fewest."""
    header, findings = load_columns()["school_id"].headers[0], []
    shown = load_rules()["K07e"].limits["shown"]
    for _, codes in frame.dropna(subset="school_id").groupby(["county", "year"])["school_id"]:
        lengths = count_lengths(codes)
        if len(lengths) < 2:
            continue
        fewest = min(lengths, key=lambda length: (lengths[length], length))
        odd = [at for at, code in codes.items() if len(code) == fewest and _is_plain(code)]
        told = "、".join(f"{length}位的{lengths[length]}个" for length in sorted(lengths))
        found = f"{told}；{fewest}位的如{'、'.join(codes[odd[:shown]])}"
        findings.append(make_finding("K07e", place_of(records[odd[0]], "school_id", header), found))
    return findings


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
