"""Templates to text: a string that JupyterLab shows as Markdown and nbval compares word by word."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from youzhi.exact import as_fraction, round_half_up

_MARKUP = re.compile(r"([\\`*_\[\]<>&$|~#!{}])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


class Text(str):
    """A piece of narrative (叙述文字); behaves as a str and renders as Markdown."""

    __slots__ = ()

    def _repr_markdown_(self) -> str:
        return str(self)


def write(key: str, **facts) -> Text:
    """Fill one template of sentences*.toml in (生成句子).

    Parameters
    ----------
    key
        "part.name" of the template; "part" alone means "part.text".
    **facts
        What the template asks for. Text from data is made harmless; numbers go through the template's filters.

    Returns
    -------
    Text
        One line or paragraph of Markdown.

    Raises
    ------
    jinja2.UndefinedError
        The template asks for a fact that was not given.

    Examples
    --------
    >>> print(write("excluded.text", count=3))
    下列3个学校或校段不计入资源配置指标。
    """
    part, _, name = key.partition(".")
    return Text(
        _environment().from_string(_sentences()[part][name or "text"]).render(facts).strip()
    )


def paragraphs(*texts: str) -> Text:
    """Join pieces of narrative into paragraphs, leaving out empty ones (合成段落)."""
    return Text("\n\n".join(text for text in texts if text))


def harmless(text: str) -> str:
    r"""Make text from data show literally in Markdown and HTML (按原样显示).

    Parameters
    ----------
    text
        A school's name, for example.

    Returns
    -------
    str
        Without control characters; markup is escaped.

    Examples
    --------
    >>> print(harmless("<b>甲*校"))
    \<b\>甲\*校
    """
    return _MARKUP.sub(r"\\\1", _CONTROL.sub("", text))


@cache
def _sentences() -> dict:
    """The parts of all files of sentences; each part stands in one file."""
    files = sorted(Path(__file__).parent.glob("sentences*.toml"))
    parts = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return {name: part for file in parts for name, part in file.items()}


@cache
def _environment() -> Environment:
    environment = Environment(undefined=StrictUndefined, finalize=_finalize, autoescape=False)
    environment.filters |= {"n": _whole, "d": _decimals, "pct": _percent, "join": _join}
    return environment


class _Done(str):
    """Text that was already made harmless."""

    __slots__ = ()


def _finalize(value):
    if isinstance(value, _Done | Text):
        return str(value)
    return harmless(value) if isinstance(value, str) else value


def _whole(value) -> _Done:
    return _Done(f"{int(value):,}")


def _decimals(value, places: int) -> _Done:
    return _Done(round_half_up(as_fraction(value), places))


def _percent(value) -> _Done:
    return _Done(f"{round_half_up(as_fraction(value) * 100, 1)}%")


def _join(values, between: str) -> _Done:
    return _Done(between.join(str(_finalize(value)) for value in values))
