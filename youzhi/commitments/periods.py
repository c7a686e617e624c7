"""The days that promises turn on: the first and last of a period, and those of the school statistics."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, datetime

from youzhi.errors import UsageError

# School statistics are those of this day of the year.
_MONTH, _DAY = 9, 1
_PERIOD = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)
# Days outside are slips of the pen; at the ends of the calendar no year stands beside them.
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_DAY_TEXT = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def first_day(period: str) -> date:
    """First day of a year, month or day."""
    if not _PERIOD.fullmatch(period):
        raise ValueError(period)
    return date(*map(int, (period + "-01-01").split("-")[:3]))


def last_day(period: str) -> date:
    """Last day of a year, month or day."""
    first = first_day(period)
    if len(period) == len("2028"):
        return date(first.year, 12, 31)
    if len(period) == len("2028-12"):
        return first.replace(day=monthrange(first.year, first.month)[1])
    return first


def statistics_day(year: int) -> date:
    """The day of a year of which its statistics are."""
    return date(year, _MONTH, _DAY)


def statistics_year(day: date) -> int:
    """Year of the newest statistics on a day."""
    return day.year if day >= statistics_day(day.year) else day.year - 1


def require_date(as_of) -> date:
    """The date itself; a time of day, a text or a year far away is refused."""
    if not isinstance(as_of, date) or isinstance(as_of, datetime):
        raise UsageError(
            f"as_of 应为日期（datetime.date），例如 date(2025, 12, 31)；发现 {as_of!r}。请给出判断的日期。"
        )
    return _require_near(as_of)


def read_day(as_of) -> date:
    """The date itself, or the day that a text such as 2025-12-31 names."""
    if isinstance(as_of, date) and not isinstance(as_of, datetime):
        return _require_near(as_of)
    try:
        if isinstance(as_of, str) and _DAY_TEXT.fullmatch(as_of):
            return _require_near(date.fromisoformat(as_of))
    except ValueError as error:
        raise _no_day(as_of) from error
    raise _no_day(as_of)


def _require_near(day: date) -> date:
    if _FIRST_YEAR <= day.year <= _LAST_YEAR:
        return day
    raise UsageError(
        f"as_of 的年份应在{_FIRST_YEAR}至{_LAST_YEAR}之间；发现 {day}。请给出判断的日期，"
        "例如 2025-12-31。"
    )


def _no_day(as_of) -> UsageError:
    return UsageError(
        f"as_of 应为日期（datetime.date）或“2025-12-31”这样写的一天；发现 {as_of!r:.60}。"
        "请给出判断的日期，年份四位，月、日各两位，且日历上有这一天。"
    )
