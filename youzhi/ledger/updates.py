"""Last ledger and this year's findings -> the new ledger, and what has changed; what people wrote stays."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from youzhi.errors import FAULT_COLUMNS, DataError, UsageError
from youzhi.ledger.files import CLOSED, KEY, LEDGER_COLUMNS, MENDING, OPEN, RECHECK, ROW, STATE
from youzhi.ledger.problems import WHOLE_COUNTY, Scope, codes_of, spell_key

SUMMARY_COLUMNS = ["county", "year", "key", "change", "before", "after", "overdue", "unreadable"]
CHANGE_WORDS = {
    "opened": "新登记",
    "still_open": "仍未整改到位",
    "returned": "退回整改",
    "to_recheck": "转待复核",
    "waiting": "继续等待复核",
    "school_gone": "学校不在表中",
    "closed": "销号",
    "still_closed": "已销号且保持达标",
    "reopened": "销号后复发、重新开启",
    "unknown": "本年无法判定",
    "not_examined": "不在本年核查范围",
}
# Hand columns that the program may fill while they are empty, with the column of the problems.
_SUGGESTED = {"责任部门": "departments", "整改时限": "deadline", "整改措施": "measure"}
_FOUND = {
    **{"学校代码": "school_id", "学校": "school", "镇街": "town"},
    **{"问题": "problem", "现值": "value", "标准值": "bar", "单位": "unit", "最少整改量": "amount"},
}
_TARGETS = {"bar": "达到标准值", "floor": "达到余项底线", "": ""}
_CHECKED_IN, _OUTCOME, _CONCLUSION, _USED = "最近核查年度", "最近核查结果", "复核结论", "已用结论"
_FAILS, _PASSES, _UNTOLD, _REFUSED = "未达标", "已达标", "本年无法判定", "复核不通过"
_UNCOUNTED = "该校段本年不计入资源配置指标"
_GONE = "本年学校表中已没有这所学校（撤并？）"
_VERDICT = re.compile(r"(通过|不通过|未通过)[\s:]*(?:([12][0-9]{3})年?)?")
_EXCEL_EPOCH = date(1899, 12, 30)


def update_ledger(
    old: pd.DataFrame,
    problems: pd.DataFrame,
    unknown: pd.DataFrame,
    year: int,
    as_of: date,
    scope: Scope,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring a ledger up to the findings of a year (更新问题台账).

    Nothing is closed by the numbers alone: an entry that passes waits for a recheck (待复核), and only a
    conclusion (复核结论) written since then closes it. No row is ever taken out, no column either, and what
    people wrote is never replaced. The same year twice changes nothing.

    Parameters
    ----------
    old
        What read_ledger or new_ledger gives.
    problems, unknown
        What find_problems and find_unknown give for that county and year.
    year
        Year of the statistics.
    as_of
        Day of this check; it dates the changes and decides what is overdue.
    scope
        What find_scope gives. An entry of a school outside it has lost its school; entries under another level of
        standard, and those that the county numbered itself, are left as they are.

    Returns
    -------
    ledger : DataFrame
        The rows of `old` in their order, then the new ones.
    summary : DataFrame
        One row per entry. Columns: county, year, key, change (a key of CHANGE_WORDS), before and after (states), overdue
        (its deadline has passed and it is not closed), unreadable (what of the row could not be understood).

    Raises
    ------
    UsageError
        The ledger already holds a later year or belongs to another county, or fewer than half of the schools with
        open entries stand in the table: then the codes were changed.
    DataError
        A key was changed in its blanks or widths; all faults are listed.
    """
    _refuse_earlier_year(old, year)
    _refuse_other_county(old, scope)
    _refuse_changed_keys(old, scope)
    columns = [*old.columns, *(name for name in LEDGER_COLUMNS if name not in old.columns)]
    old = old.reindex(columns=columns).fillna("")
    run = _Run(year, as_of, scope, set(unknown["key"]), _whole_checks(unknown))
    run.refuse_lost_schools(old)
    found = {row["key"]: row for row in problems.to_dict("records")}
    rows, told = [], []
    for row in old.to_dict("records"):
        new, change = run.follow(row, found.pop(row[KEY], None))
        rows.append(new)
        told.append((row[KEY], change, row[STATE], new))
    for key, problem in found.items():
        rows.append(run.open(problem, columns))
        told.append((key, "opened", "", rows[-1]))
    summary = [
        [scope.county, year, key, change, before, new[STATE], *_judge_entry(new, as_of)]
        for key, change, before, new in told
    ]
    ledger = pd.DataFrame(rows, columns=columns, dtype=object)
    return ledger, pd.DataFrame(summary, columns=SUMMARY_COLUMNS).astype({"overdue": bool})


def describe_update(summary: pd.DataFrame, unknown: pd.DataFrame) -> str:
    """Say in one paragraph what an update has changed (台账更新说明).

    Parameters
    ----------
    summary
        What update_ledger gives.
    unknown
        What find_unknown gives.

    Returns
    -------
    str
        Chinese.
    """
    counts = summary["change"].value_counts()
    kept = int((summary["before"] != "").sum())
    parts = [
        f"{word}{counts[change]}条" for change, word in CHANGE_WORDS.items() if change in counts
    ]
    open_now = int((summary["after"] != CLOSED).sum())
    text = f"台账共{len(summary)}条，原有{kept}条全部保留：{'，'.join(parts) or '没有条目'}。"
    text += f"尚未销号{open_now}条，其中超过整改时限{int(summary['overdue'].sum())}条。"
    if len(unknown):
        text += (
            f"另有{len(unknown)}处因数据空缺或没有填报，本年无法判定，不作为问题，也不作为已解决。"
        )
    unreadable = summary[summary["unreadable"] != ""]
    if len(unreadable):
        told = "；".join(f"{row.key}：{row.unreadable}" for row in unreadable.itertuples())
        text += f"有{len(unreadable)}条填写的内容无法识别，请改正：{told}。"
    return text


def _judge_entry(entry: Mapping[str, str], as_of: date) -> tuple[bool, str]:
    """Whether an entry is overdue, and what people wrote in it that cannot be used."""
    told, text, conclusion = [], entry["整改时限"].strip(), entry[_CONCLUSION].strip()
    last = last_day(text)
    if text and last is None:
        told.append(f"整改时限“{text}”")
    if entry[STATE] == RECHECK and conclusion:
        first = _first_year(entry, as_of)
        if conclusion == entry[_USED].strip():
            new = f"通过 {max(first, as_of.year)}"
            new += "年" if new == conclusion else ""
            told.append(f"复核结论“{conclusion}”是转待复核以前写的（请写明本次结论，如“{new}”）")
        elif _passed(entry, as_of) is None:
            told.append(
                f"复核结论“{conclusion}”（只能写“通过 年度”或“不通过 年度”，"
                f"年度不早于{first}；其他说明请写在备注）"
            )
    return bool(last and last < as_of and entry[STATE] != CLOSED), "、".join(told)


def last_day(text: str) -> date | None:
    """Return the last day of a deadline as people and spreadsheets write it (整改时限的最后一天).

    Parameters
    ----------
    text
        A year, month or day, or the serial number of a day in Excel.

    Returns
    -------
    date or None
        None when it cannot be read; nothing is guessed.

    Examples
    --------
    >>> [str(last_day(text)) for text in ("2028", "2021-02", "2021/9/30", "44469", "尽快")]
    ['2028-12-31', '2021-02-28', '2021-09-30', '2021-09-30', 'None']
    """
    bare = unicodedata.normalize("NFKC", text).replace(" ", "")
    if re.fullmatch("[3-7][0-9]{4}", bare):  # the years 1982 to 2119
        return _EXCEL_EPOCH + timedelta(days=int(bare))
    found = re.fullmatch(
        r"([12]\d{3})(?:[年/.-](?:(\d{1,2})(?:月|[/.-](\d{1,2})|月(\d{1,2})日)?)?)?(?:底前?)?", bare
    )
    if not found:
        return None
    year, month = int(found[1]), int(found[2] or 12)
    try:
        day = int(found[3] or found[4] or monthrange(year, month)[1])
        return date(year, month, day)
    except ValueError:  # such as the 31st of September
        return None


@dataclass(frozen=True)
class _Run:
    """One update: the year, the day, and what can be told of whom."""

    year: int
    as_of: date
    scope: Scope
    untold: set[str]
    untold_checks: set[tuple[str, str]]

    def open(self, problem: Mapping, columns: list[str]) -> dict:
        """A new entry."""
        row = dict.fromkeys(columns, "")
        row |= {KEY: problem["key"], STATE: OPEN, "发现年度": str(self.year)}
        row |= {"发现日期": self.as_of.isoformat()}
        return self._refresh(row, problem) | self._outcome(_FAILS)

    def follow(self, row: dict, problem: Mapping | None) -> tuple[dict, str]:
        """An old entry after this year's check, and what happened to it."""
        if problem is not None:
            return self._fail(self._refresh(row, problem))
        parts = self._examined(row[KEY])
        if not parts:
            return row, "not_examined"
        code, stage, place, check = parts
        row = row | {"项目代码": self._item(code), "学段": stage}
        if WHOLE_COUNTY not in (stage, place):
            row |= {"学校代码": place}
            if place not in self.scope.schools:
                row, change = self._pass(row, _GONE)
                return row, "school_gone" if row[STATE] == RECHECK else change
        if row[KEY] in self.untold or (code, check) in self.untold_checks:
            return row | self._outcome(_UNTOLD), "unknown"
        return self._pass(row, _PASSES if self._counts(code, stage, place) else _UNCOUNTED)

    def refuse_lost_schools(self, old: pd.DataFrame) -> None:
        """Codes that were changed or left out look like schools that are gone, and their problems like solved ones."""
        held = {
            place
            for row in old.to_dict("records")
            if row[STATE] != CLOSED and row[_OUTCOME] != _GONE and not self._was_told(row, _REFUSED)
            for _, stage, place, _ in filter(None, [self._examined(row[KEY])])
            if WHOLE_COUNTY not in (stage, place)
        }
        lost = sorted(held - self.scope.schools)
        if 2 * len(lost) > len(held):
            raise UsageError(
                f"台账中尚未销号的问题涉及{len(held)}所学校，其中{len(lost)}所不在{self.year}年学校表中"
                f"（编号中的学校代码如{'、'.join(lost[:3])}），台账没有更新。"
                "请检查学校表的“学校代码”列是否漏填或改过；确已换码的，把台账“编号”里的旧代码换成新代码；"
                "确已撤并的，把这些行的状态改为已销号，并在备注写明。"
            )

    def _counts(self, code: str, stage: str, place: str) -> bool:
        """Whether the place still counts, where it is one about a resource indicator."""
        indicators = {indicator.code for indicator in self.scope.standard.indicator}
        return code not in indicators or (stage, place) in self.scope.sections

    def _examined(self, key: str) -> list[str]:
        """Code, stage, place and check of an entry that this standard judges; else nothing."""
        level = self.scope.standard.level.zh
        parts = key.removeprefix(level).split("/")
        known = (
            key.startswith(level) and len(parts) == 4 and parts[0] in codes_of(self.scope.standard)
        )
        return parts if known else []

    def _item(self, code: str) -> str:
        """Code and short name: text, so that a spreadsheet does not read 2.10 as a number."""
        return f"{code} {codes_of(self.scope.standard)[code]}"

    def _fail(self, row: dict) -> tuple[dict, str]:
        since = f"曾于{row['销号日期']}销号" if row["销号日期"] else "曾标为已销号"
        if row[STATE] == CLOSED:
            note = f"{_FAILS}：{since}，重新开启"
            return self._move(row, OPEN) | self._outcome(note), "reopened"
        if row[STATE] == RECHECK:
            note = f"{_FAILS}：由待复核退回整改中"
            return self._move(row, MENDING) | self._outcome(note), "returned"
        if self._was_told(row, _FAILS):
            return row, "still_open"
        note = f"{_FAILS}（{since}）" if row["销号日期"] else _FAILS
        return row | self._outcome(note), "still_open"

    def _pass(self, row: dict, note: str) -> tuple[dict, str]:
        if row[STATE] == CLOSED:
            return row | self._outcome(note), "still_closed"
        today = self.as_of.isoformat()
        if row[STATE] != RECHECK:
            if self._was_told(row, _REFUSED):
                return row, "still_open"
            moved = self._move(row, RECHECK) | {"待复核日期": today}
            return moved | self._outcome(note), "to_recheck"
        passed = (
            _passed(row, self.as_of) if row[_CONCLUSION].strip() != row[_USED].strip() else None
        )
        if passed is None:
            return row | {"待复核日期": row["待复核日期"] or today} | self._outcome(note), "waiting"
        if passed:
            moved = self._move(row, CLOSED) | {"销号日期": today}
            return moved | self._outcome(note), "closed"
        return self._move(row, MENDING) | self._outcome(f"{_REFUSED}：退回整改中"), "returned"

    def _move(self, row: dict, state: str) -> dict:
        """Change the state; whatever conclusion stands there is used up and never counts again."""
        return row | {STATE: state, _USED: row[_CONCLUSION].strip()}

    def _outcome(self, note: str) -> dict:
        return {_CHECKED_IN: str(self.year), _OUTCOME: note}

    def _was_told(self, row: dict, note: str) -> bool:
        """Whether this very year has already found so; a second run must not find anything new."""
        return row[_CHECKED_IN] == str(self.year) and row[_OUTCOME].startswith(note)

    def _refresh(self, row: dict, problem: Mapping) -> dict:
        """The program's columns as found this year; hand columns only while they are empty."""
        row = row | {name: str(problem[source]) for name, source in _FOUND.items()}
        row |= {"县区": self.scope.name, "项目代码": self._item(problem["code"])}
        row |= {"学段": problem["key"].split("/")[1], "整改目标": _TARGETS[problem["target"]]}
        empty = {name: source for name, source in _SUGGESTED.items() if not row[name].strip()}
        return row | {name: problem[source] for name, source in empty.items()}


def _whole_checks(unknown: pd.DataFrame) -> set[tuple[str, str]]:
    """Code and check of what nobody can tell of the whole county, and so of no place in it."""
    whole = unknown[["stage", "school_id", "school"]].eq("").all(axis=1)
    return set(zip(unknown.loc[whole, "code"], unknown.loc[whole, "check"], strict=True))


def _passed(entry: Mapping[str, str], as_of: date) -> bool | None:
    """What the recheck concluded; None when nothing, or nothing that can be understood, is written."""
    text = unicodedata.normalize("NFKC", entry[_CONCLUSION]).strip()
    found = _VERDICT.fullmatch(text)
    if not found or (found[2] and int(found[2]) < _first_year(entry, as_of)):
        return None
    if found[1] == "通过":
        return True if found[2] else None
    return False


def _first_year(entry: Mapping[str, str], as_of: date) -> int:
    """The year since which the entry waits for its recheck; this one where that cannot be read."""
    return (last_day(entry["待复核日期"]) or as_of).year


def _refuse_earlier_year(old: pd.DataFrame, year: int) -> None:
    years = [
        int(text) for name in (_CHECKED_IN, "发现年度") if name in old for text in old[name] if text
    ]
    if years and max(years) > year:
        raise UsageError(
            f"台账已核查到{max(years)}年，不能再用{year}年的数据更新。"
            f"请用{max(years)}年或以后的年度；要重做较早的年度，请另用 --file 指定一个新文件。"
        )


def _refuse_changed_keys(old: pd.DataFrame, scope: Scope) -> None:
    """A key with other blanks or widths would leave its problem twice in the ledger."""
    lines = old.index if old.index.name == ROW else range(2, len(old) + 2)
    meant = [spell_key(scope, key) for key in old[KEY]]
    faults = [
        ["问题台账", "", line, KEY, key, allowed, "把编号改回允许的写法，空格和全角半角都要一致"]
        for line, key, allowed in zip(lines, old[KEY], meant, strict=True)
        if allowed != key
    ]
    if faults:
        raise DataError(pd.DataFrame(faults, columns=FAULT_COLUMNS))


def _refuse_other_county(old: pd.DataFrame, scope: Scope) -> None:
    others = set(old["县区"].str.strip()) - {"", scope.county, scope.name} if "县区" in old else ()
    if others:
        raise UsageError(
            f"台账的“县区”列有“{'、'.join(sorted(others))}”，这次核查的是{scope.name}。"
            "请检查 --file 是否指错了文件，或改正该列。"
        )
