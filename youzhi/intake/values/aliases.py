"""Words that stand for a value: aliases.toml, ready to be looked up."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from youzhi.intake.values.names import clean_header


@cache
def load_aliases() -> dict:
    """Load the lists of words that stand for a value (同义词表).

    Returns
    -------
    dict
        As aliases.toml says.

    Examples
    --------
    >>> "完中" in load_aliases()["choice"]["complete_secondary"]
    True
    """
    text = (Path(__file__).parent / "aliases.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def find_choice(text: str, choices: Mapping[str, str]) -> str | None:
    """Find the value of a choice that a word stands for (按同义词取值).

    Parameters
    ----------
    text
        Any way to write it.
    choices
        Values of the column and their Chinese words.

    Returns
    -------
    str or None
        A value; None when no list has the word.

    Examples
    --------
    >>> find_choice("初级 中学", {"junior": "初中"})
    'junior'
    """
    return _index(tuple(choices.items())).get(_comparable(text))


def find_truth(text: str) -> bool | None:
    """Find whether a word says yes or no (按同义词判断是否).

    Parameters
    ----------
    text
        Any way to write it.

    Returns
    -------
    bool or None
        None when neither list has the word.

    Examples
    --------
    >>> find_truth("√"), find_truth("否"), find_truth("大概")
    (True, False, None)
    """
    return _truths().get(_comparable(text))


def find_organiser(text: str) -> int | None:
    """Find the code of an organiser by its words (举办者代码).

    Parameters
    ----------
    text
        Any way to write it.

    Returns
    -------
    int or None
        None when no list has the words.

    Examples
    --------
    >>> find_organiser("县级教育部门")
    7
    """
    return _organisers().get(_comparable(text))


def is_missing(text: str, *, as_name: bool = False) -> bool:
    """Return whether a text says that nothing is known (是否表示没有数据).

    Parameters
    ----------
    text
        Without surrounding blanks.
    as_name
        It stands where a name should be: then NA or null may be the name.

    Returns
    -------
    bool

    Examples
    --------
    >>> is_missing("—"), is_missing("NA"), is_missing("NA", as_name=True), is_missing("0")
    (True, True, False, False)
    """
    signs, codes = _missing()
    word = text.casefold()
    return word in signs or (word in codes and not as_name)


@lru_cache(maxsize=4096)
def _comparable(text: str) -> str:
    return clean_header(text).casefold()


@cache
def _index(choices: tuple[tuple[str, str], ...]) -> dict[str, str]:
    lists = load_aliases()["choice"]
    return {
        _comparable(word): value
        for value, own in choices
        for word in (value, own, *lists.get(value, ()))
    }


@cache
def _truths() -> dict[str, bool]:
    lists = load_aliases()["boolean"]
    return {
        _comparable(word): name == "true"
        for name in ("true", "false")
        for word in (*lists["plain"][name], *lists[name])
    }


@cache
def _organisers() -> dict[str, int]:
    lists = load_aliases()["organiser_code"]
    return {_comparable(word): int(code) for code, words in lists.items() for word in words}


@cache
def _missing() -> tuple[frozenset[str], frozenset[str]]:
    lists = load_aliases()["missing"]
    signs = frozenset(word.casefold() for word in (*lists["signs"], *lists["words"]))
    return signs, frozenset(word.casefold() for word in lists["codes"])
