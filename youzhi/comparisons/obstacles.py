"""What stands against an order of counties beside their results: data that are not real, stages of other grades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.columns import load_columns

UNWRITTEN_YEARS = "未注明"


def find_unreal(results: Iterable[Assessment]) -> dict[str, str]:
    """Return the counties whose school data are anything but real (学校数据不全是真实数据的县区).

    Parameters
    ----------
    results
        One per county, of one year each.

    Returns
    -------
    dict
        County id to the Chinese words for the kinds of its school data. Data of unknown kind are not known to be real.
    """
    real = load_columns()["data_kind"].choices["real"]
    kinds = {result.one_year()[0]: result.judged_items.evidence.kinds(0) for result in results}
    return {county: words for county, words in kinds.items() if words != real}


def tell_unreal(unreal: Mapping[str, str], names: Mapping[str, str]) -> str:
    """Say whose school data are not all real, and of what kind they are (说明哪些数据不真实).

    Parameters
    ----------
    unreal
        What find_unreal gives.
    names
        County id to name, in the order in which they are told.

    Returns
    -------
    str
        Without a full stop; "" where all are real.

    Examples
    --------
    >>> tell_unreal({"a": "模拟数据"}, {"a": "甲县", "b": "乙县"})
    '甲县的学校数据不全是真实数据（模拟数据）'
    """
    told = {name: unreal[county] for county, name in names.items() if county in unreal}
    if not told:
        return ""
    groups = _group(told)
    kinds = groups if len(groups) == 1 else [f"{'、'.join(who)}{of}" for of, who in groups.items()]
    return f"{'、'.join(told)}的学校数据不全是真实数据（{'；'.join(kinds)}）"


def tell_school_years(card: County, result: Assessment) -> str:
    """Say how many grades each stage has, 未注明 where the card does not know (学制).

    Parameters
    ----------
    card
        Of the county.
    result
        Its standard names the stages.

    Returns
    -------
    str
        Such as 小学5年、初中4年.
    """
    years = {name: card.stages.get(name, {}).get("years") for name in result.standard.stages}
    words = result.standard.stage_names
    return "、".join(
        f"{words[name]}{UNWRITTEN_YEARS if number is None else f'{number}年'}"
        for name, number in years.items()
    )


def compare_school_years(school_years: Mapping[str, str]) -> str:
    """Say that stages of one name have other grades, or may have (学制不同).

    Parameters
    ----------
    school_years
        Name of the county to what tell_school_years gives.

    Returns
    -------
    str
        One line, without a full stop; "" where all are known to be alike.

    Examples
    --------
    >>> compare_school_years({"甲县": "小学5年、初中4年", "乙县": "小学6年、初中3年"})
    '学制不同：甲县小学5年、初中4年；乙县小学6年、初中3年'
    """
    groups = _group(school_years)
    unknown = any(UNWRITTEN_YEARS in words for words in groups)
    if len(groups) < 2 and not unknown:
        return ""
    told = "；".join(f"{'、'.join(who)}{words}" for words, who in groups.items())
    return f"学制{'不同或未注明' if unknown else '不同'}：{told}"


def _group(words: Mapping[str, str]) -> dict[str, list[str]]:
    """Who shares each word, in the order of the first."""
    groups: dict[str, list[str]] = {}
    for name, word in words.items():
        groups.setdefault(word, []).append(name)
    return groups
