"""An assessment of one county and year -> the list of its problems, and of what nobody can tell."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.errors import UsageError
from youzhi.standards import Standard
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET

PROBLEM_COLUMNS = [
    *("key", "county", "year", "code", "stage", "school_id", "school", "town", "problem"),
    *("value", "bar", "unit", "amount", "target", "departments", "deadline", "measure"),
]
UNKNOWN_COLUMNS = [
    "key",
    "county",
    "year",
    "code",
    "stage",
    "school_id",
    "school",
    "check",
    "reason",
]
WHOLE_SCHOOL, WHOLE_COUNTY = "全校", "全县"


@dataclass(frozen=True)
class Scope:
    """What one check of a county was about (核查范围).

    Attributes
    ----------
    county, name
        Id and Chinese name.
    schools
        Codes of all schools in the table, counted or not, as keys write them; and the schools of its campuses.
    sections
        Name of the stage and code of the school of every section that counts.
    standard
        By which was judged.
    """

    county: str
    name: str
    schools: frozenset[str]
    sections: frozenset[tuple[str, str]]
    standard: Standard


def find_scope(result: Assessment) -> Scope:
    """Say what one check of a county was about (核查范围).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Scope
        An entry of the ledger for a school outside it has lost its school.

    Raises
    ------
    UsageError
        The result is about several county-years.
    """
    county, _ = result.one_year()
    table = result.sections.schools
    joined = filter(None, table.texts("campus_of"))  # schools that stand there as campuses only
    schools = frozenset(map(key_place, [*table.texts("school_id"), *joined]))
    counted = result.sections.frame
    stages = counted["stage"].map(result.standard.stage_names)
    sections = frozenset(zip(stages, map(key_place, counted["school_id"]), strict=True))
    name = result.names.get(county, county)
    return Scope(county, name, schools, sections, result.standard)


def find_problems(result: Assessment, card: County) -> pd.DataFrame:
    """List everything that fails in one county and year, place by place (查找问题).

    A section that is met although one indicator lies between floor and bar is no problem; neither is
    what cannot be told.

    Parameters
    ----------
    result
        Of one county and year.
    card
        Names the departments, and the deadlines and measures of the county's own self-check.

    Returns
    -------
    DataFrame
        One row per failing place. Columns: key (what the ledger knows it by), county, year, code, stage ("" for a
        whole school or county), school_id, school, town, problem (Chinese), value and bar (text with their
        units), unit and amount (least whole repair as text, "" where undefined), target ("bar", "floor" or ""),
        departments, deadline, measure.

    Raises
    ------
    UsageError
        The result is about several county-years, or two schools would share one key.

    Examples
    --------
    >>> import youzhi as yz
    >>> from youzhi.counties import load_county
    >>> problems = find_problems(yz.assess_county("yiyuan", 2020), load_county("yiyuan"))
    >>> sorted(set(problems["code"]))[:2]
    ['1.4', '1.5']
    """
    county, year = result.one_year()
    rows = [*_indicator_rows(result), *_spread_rows(result), *_place_rows(result)]
    rows += _check_rows(result)
    frame = pd.DataFrame(rows, columns=["code", "check", *_TOLD], dtype=object)
    said = [_say(card, code, year) for code in frame["code"]]
    frame = frame.assign(key=_keys(result.standard, frame), county=county, year=year)
    frame[["departments", "deadline", "measure"]] = pd.DataFrame(
        said, columns=["departments", "deadline", "measure"], index=frame.index, dtype=object
    )
    _refuse_shared_keys(frame)
    frame = frame.drop_duplicates("key", ignore_index=True).fillna({"town": ""})
    return frame[PROBLEM_COLUMNS].astype({"year": "int64"})


def find_unknown(result: Assessment) -> pd.DataFrame:
    """List what cannot be told in one county and year; none of it is a problem, none is solved (无法判定).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        One row per place. Columns: key, county, year, code, stage, school_id, school ("" where the whole county is
        meant), check, reason (Chinese).

    Raises
    ------
    UsageError
        The result is about several county-years.
    """
    county, year = result.one_year()
    rows = [*_unknown_sections(result), *_unknown_spreads(result), *_unknown_checks(result)]
    frame = pd.DataFrame(rows, columns=UNKNOWN_COLUMNS[3:], dtype=object)
    frame = frame.assign(key=_keys(result.standard, frame), county=county, year=year)
    frame = frame.drop_duplicates("key", ignore_index=True)
    return frame[UNKNOWN_COLUMNS].astype({"year": "int64"})


def make_key(standard: Standard, code: str, stage: str, place: str, check: str) -> str:
    """Make the key of one problem: text that a spreadsheet leaves alone (编号).

    Parameters
    ----------
    standard
        Its level leads the key, so that the items of two standards are never mixed up.
    code, check
        Item and check.
    stage
        Id of the stage; "" for a whole school, the county or a subject.
    place
        Code of the school, the subject, or "" for the county.

    Returns
    -------
    str
        level and code, stage, place, check, with strokes between them.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> make_key(load_standard("jiaodu-2017-6"), "2.10", "", "", "posts")
    '优质均衡2.10/全县/全县/posts'
    """
    is_school = bool(place) and check not in _subject_checks(standard)
    word = standard.stage_names.get(stage, WHOLE_SCHOOL if is_school else WHOLE_COUNTY)
    return "/".join([f"{standard.level.zh}{code}", word, key_place(place), check])


def key_place(place: str) -> str:
    """How a school code or subject stands in a key (编号中的学校代码).

    Parameters
    ----------
    place
        Code of a school, a subject, or "" for the county.

    Returns
    -------
    str
        Without strokes and without line breaks.

    Examples
    --------
    >>> key_place("甲/乙校"), key_place("")
    ('甲／乙校', '全县')
    """
    return " ".join(place.replace("/", "／").split()) or WHOLE_COUNTY


def spell_key(scope: Scope, key: str) -> str:
    """Say how a key was written before its blanks or widths were changed (编号的原样).

    Parameters
    ----------
    scope
        What find_scope gives.
    key
        As it stands in a ledger.

    Returns
    -------
    str
        The key of this standard and these schools that equals it after NFKC and without blanks; `key` itself where it
        is such a key, or where there is none.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> scope = Scope(
    ...     "demo", "模拟县", frozenset({"甲校"}), frozenset(), load_standard("jiaodu-2017-6")
    ... )
    >>> spell_key(scope, "优质均衡２.５／小学/甲 校/class_size"), spell_key(scope, "自查 1")
    ('优质均衡2.5/小学/甲校/class_size', '自查 1')
    """
    standard, bare = scope.standard, _fold(key)
    level = standard.level.zh
    code, _, rest = bare.removeprefix(_fold(level)).partition("/")
    word, _, rest = rest.partition("/")
    place, _, check = rest.rpartition("/")  # a school code may hold strokes of its own
    known = {(_fold(one), _fold(other)): (one, other) for one, other in _known_checks(standard)}
    words = {*standard.stage_names.values(), WHOLE_SCHOOL, WHOLE_COUNTY}
    if not bare.startswith(_fold(level)) or (code, check) not in known or word not in words:
        return key
    code, check = known[code, check]
    places = [name for name in sorted({*scope.schools, WHOLE_COUNTY}) if _fold(name) == place]
    places = places or ([place] if place and word == WHOLE_COUNTY else [])  # such as a subject
    meant = ["/".join([f"{level}{code}", word, name, check]) for name in places]
    return key if key in meant or not meant else meant[0]


def codes_of(standard: Standard) -> dict[str, str]:
    """Every code of a standard with its short name (项目代码与简称).

    Parameters
    ----------
    standard
        Indicators, dispersion and items.

    Returns
    -------
    dict
        In the order of the document.
    """
    spread = {standard.dispersion_rule.code: "差异系数"}
    names = {indicator.code: indicator.short for indicator in standard.indicator}
    return names | spread | {item.code: item.short for item in standard.item}


_TOLD = ["stage", "school_id", "school", "town", "problem", "value", "bar", "unit", "amount"]
_TOLD += ["target"]


def _keys(standard: Standard, frame: pd.DataFrame) -> list[str]:
    """Keys of rows with code, stage, school_id, school and check."""
    return [
        make_key(standard, row.code, row.stage, row.school_id or row.school, row.check)
        for row in frame.itertuples()
    ]


def _refuse_shared_keys(frame: pd.DataFrame) -> None:
    """Two schools whose codes differ only in what a key cannot hold would hide one another."""
    named = frame.assign(place=frame["school_id"].where(frame["school_id"] != "", frame["school"]))
    for key, group in named.drop_duplicates(["key", "place"]).groupby("key", sort=True):
        if len(group) > 1:
            pairs = zip(group["school"], group["place"], strict=True)
            told = "、".join(f"{school}（学校代码“{place}”）" for school, place in pairs)
            raise UsageError(
                f"{told}的问题在台账中编号相同：{key}。编号不区分全角“／”和“/”，也不区分空格多少。"
                "请在学校表中把其中一所的学校代码改得明显不同。"
            )


def _fold(text: str) -> str:
    """Text without what typing and spreadsheets change unseen: widths and blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _known_checks(standard: Standard) -> set[tuple[str, str]]:
    """Code and check of every key that this standard can give."""
    ids = [indicator.id for indicator in standard.indicator]
    values = {(indicator.code, indicator.id) for indicator in standard.indicator}
    spreads = {(standard.dispersion_rule.code, name) for name in [*ids, "composite"]}
    items = {(code, name) for (code, _), name in _check_names(standard).items()}
    return values | spreads | items


def _say(card: County, code: str, year: int) -> list[str]:
    """Departments, deadline and measure of an item, by the latest self-check up to this year."""
    checks = [row for row in card.self_check if row.code == code and row.year <= year]
    latest = max(checks, key=lambda row: row.year, default=None)
    told = [latest.deadline, latest.measure] if latest else ["", ""]
    return ["、".join(card.departments_for(code)), *told]


def _subject_checks(standard: Standard) -> set[str]:
    """Ids of the checks over subjects."""
    checks = (check for item in standard.item for check in item.check)
    return {check.id for check in checks if getattr(check, "over", "") == "subject"}


def _check_names(standard: Standard) -> dict[tuple[str, str], str]:
    """Code and check to the name in the key; checks that are signs of one fact share that of their item."""
    return {
        (item.code, check.id): item.id if item.join == "evidence" else check.id
        for item in standard.item
        for check in item.check
    }


# ------------------------------------------------------------------------------------ resource indicators


def _failing_values(result: Assessment) -> pd.DataFrame:
    """Values that are not met or unknown, with the section's verdict and school code."""
    place = ["stage", "school"]
    sections = result.schools[[*place, "verdict", "town"]]
    ids = result.sections.frame[[*place, "school_id"]]
    values = result.indicators[result.indicators["verdict"] != MET]
    return values.merge(sections, on=place, suffixes=("", "_section")).merge(ids, on=place)


def _indicator_rows(result: Assessment):
    """Indicators below the bar of sections that are not met."""
    if result.standard.school_rule is None:
        return
    repairs = {(row.stage, row.school, row.indicator): row for row in result.repairs.itertuples()}
    values = _failing_values(result)
    chosen = (values["verdict"] == NOT_MET) & (values["verdict_section"] == NOT_MET)
    for row in values[chosen].itertuples():
        rule = result.standard.codes[row.indicator]
        bar = f"{rule.bar[row.stage]}{rule.unit}"
        repair = repairs.get((row.stage, row.school, row.indicator))
        problem = f"{rule.label.zh}{row.printed}{rule.unit}，低于标准值{bar}"
        problem += "（修约后看不出差别，按未修约的数值判定）" if row.borderline else ""
        plan = (rule.gap_unit, str(repair.amount), repair.target) if repair else ("", "", "")
        lead = [rule.code, rule.id, row.stage, row.school_id, row.school, row.town]
        yield [*lead, problem, f"{row.printed}{rule.unit}", bar, *plan]


def _unknown_sections(result: Assessment):
    """Missing values, all that is below the bar of a section without a verdict, and sections set aside."""
    if result.standard.school_rule is None:
        return
    values = _failing_values(result)
    unknown = (values["verdict"] == CANNOT_TELL) | (values["verdict_section"] == CANNOT_TELL)
    for row in values[unknown].itertuples():
        rule = result.standard.codes[row.indicator]
        yield [rule.code, row.stage, row.school_id, row.school, rule.id, "学校数据有空缺"]
    left_out = result.sections.excluded
    for row in left_out[left_out["held"].astype(bool)].itertuples():
        for rule in result.standard.indicator:
            yield [rule.code, row.stage, row.school_id, row.school, rule.id, row.reason]


# ------------------------------------------------------------------------------------ dispersion


def _spreads(result: Assessment, verdict: str) -> pd.DataFrame:
    """Coefficients with that verdict, the mean of all of them where that is what is judged."""
    if result.standard.dispersion_rule.kind == "composite":
        frame = result.composite.assign(indicator="composite")
    else:
        frame = result.coefficients
    return frame[frame["verdict"] == verdict]


def _spread_rows(result: Assessment):
    standard = result.standard
    rule = standard.dispersion_rule
    for row in _spreads(result, NOT_MET).itertuples():
        rated = standard.codes.get(row.indicator)
        name = f"{rated.label.zh}的差异系数" if rated else "综合差异系数"
        limit = f"{rule.limit[row.stage]}"
        found = f"{row.printed}，超过上限{limit}" if row.printed else "无法计算（全县均值为零）"
        problem = f"{standard.stage_names[row.stage]}{name}{found}"
        lead = [rule.code, row.indicator, row.stage, "", "", "", problem]
        yield [*lead, row.printed, f"不超过{limit}", "", "", ""]


def _unknown_spreads(result: Assessment):
    code = result.standard.dispersion_rule.code
    for row in _spreads(result, CANNOT_TELL).itertuples():
        yield [code, row.stage, "", "", row.indicator, "有学校数据空缺或矛盾"]


# ------------------------------------------------------------------------------------ items and vetoes


def _place_rows(result: Assessment):
    """Schools, sections and subjects at which a check is not met."""
    names = _check_names(result.standard)
    labels = {(row.code, row.check): row.label for row in result.checks.itertuples()}
    for row in result.places[result.places["verdict"] == NOT_MET].itertuples():
        problem = f"{labels[row.code, row.check]}：{row.printed}，要求{row.bar_text}"
        lead = [row.code, names[row.code, row.check], row.stage, row.school_id, row.school]
        known = pd.notna(row.amount)
        amount = [row.amount_unit, str(int(row.amount)), "bar"] if known else ["", "", ""]
        yield [*lead, row.town, problem, row.printed, row.bar_text, *amount]


def _check_rows(result: Assessment):
    """Checks that are not met and name no place: one row for the county."""
    names = _check_names(result.standard)
    failing = result.places[result.places["verdict"] == NOT_MET]
    told = set(zip(failing["code"], failing["check"], strict=True))
    for row in result.checks[result.checks["verdict"] == NOT_MET].itertuples():
        if (row.code, row.check) not in told:
            lead = [row.code, names[row.code, row.check], "", "", "", "", row.reason]
            yield [*lead, row.printed, row.bar_text, "", "", ""]


def _unknown_checks(result: Assessment):
    names = _check_names(result.standard)
    unknown = result.places[result.places["verdict"] == CANNOT_TELL]
    told = set(zip(unknown["code"], unknown["check"], strict=True))
    reasons = {(row.code, row.check): row.reason for row in result.checks.itertuples()}
    for row in unknown.itertuples():
        here = (row.code, row.check)
        yield [row.code, row.stage, row.school_id, row.school, names[here], reasons[here]]
    for row in result.checks[result.checks["verdict"] == CANNOT_TELL].itertuples():
        if (row.code, row.check) not in told:
            yield [row.code, "", "", "", names[row.code, row.check], row.reason]
