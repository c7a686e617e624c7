"""Units as people write them, and the exact way from one to another."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

_LONGEST = 60  # characters of a unit, with the words around it
_ROUND = re.compile(r"^[(\[【〔]*(?:单位:?)?[(\[【〔]*|[)\]】〕]+$")


class Unit(NamedTuple):
    """One unit, with its scale: 万元 is ten thousand of the money unit (计量单位)."""

    name: str
    kind: str
    factor: Fraction
    base: str
    counts: tuple[str, ...] = ()


def find_unit(text: str) -> str | None:
    """Recognise a unit as people write it (识别单位).

    Parameters
    ----------
    text
        Such as "（平方米）", "单位：万元", "m²"; a scale alone (万) is a unit too.

    Returns
    -------
    str or None
        Its name in units.toml, with the scale before it; None when it is none.

    Examples
    --------
    >>> find_unit("（平方米）"), find_unit("单位：万元"), find_unit("公斤")
    ('㎡', '万元', None)
    """
    found = _find(text)
    return found.name if found else None


def convert(value: Decimal, stated: str, wanted: str) -> Decimal | Fraction | None:
    """Convert a number from one unit to another without loss (单位换算).

    Parameters
    ----------
    value
        In the stated unit.
    stated, wanted
        Units as find_unit knows them; a scale alone is meant of the wanted unit.

    Returns
    -------
    Decimal, Fraction or None
        A fraction only where no finite decimal is exact, as for 亩; None when the units are of different kinds or
        unknown.

    Examples
    --------
    >>> (
    ...     convert(Decimal("5.27"), "万元", "元"),
    ...     convert(Decimal("1"), "亩", "㎡"),
    ...     convert(Decimal("3"), "元", "人"),
    ... )
    (Decimal('52700'), Fraction(2000, 3), None)
    """
    factor = _factor(stated, wanted)
    if factor is None:
        return None
    return value if factor == 1 else _as_decimal(Fraction(value) * factor)


def rescale(scale: str, unit: str) -> str:
    """Put a scale in the place of that of a unit (替换单位的数量级).

    Parameters
    ----------
    scale
        Such as 万.
    unit
        As find_unit knows it.

    Returns
    -------
    str
        Unit with that scale only.

    Examples
    --------
    >>> rescale("万", "千元")
    '万元'
    """
    found = _find(unit)
    return scale + (found.base if found else unit)


def is_scale(unit: str) -> bool:
    """Return whether a unit is a mere scale such as 万 (是否只是数量级)."""
    return unit in _load()[0]


@cache
def _load() -> tuple[dict[str, int], dict[str, Unit]]:
    """Scales, and units by every way to write them."""
    text = (Path(__file__).parent / "units.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    words = {}
    for entry in document["unit"]:
        counts = tuple(entry.get("counts", ()))
        unit = Unit(entry["name"], entry["kind"], Fraction(entry["factor"]), entry["name"], counts)
        for word in (entry["name"], *entry.get("words", ())):
            words[_comparable(word)] = unit
    return document["scales"], words


def _comparable(text: str) -> str:
    """A unit without width, blanks, and the brackets around it."""
    bare = "".join(normalize("NFKC", text).split()).lower()
    return bare if bare in ("-", "—") else _ROUND.sub("", bare)


@lru_cache(maxsize=4096)
def _find(text: str) -> Unit | None:
    if len(text) > _LONGEST:
        return None
    scales, words = _load()
    word = _comparable(text)
    if word in words:
        return words[word]
    if word in scales:
        return Unit(word, "", Fraction(scales[word]), "")
    for scale in sorted(scales, key=len, reverse=True):
        rest = words.get(word.removeprefix(scale)) if word.startswith(scale) else None
        if rest:
            return rest._replace(name=scale + rest.name, factor=scales[scale] * rest.factor)
    return None


@cache
def _factor(stated: str, wanted: str) -> Fraction | None:
    """How many of the wanted unit one of the stated is."""
    source, target = _find(stated), _find(wanted)
    if source is None or target is None:
        return None
    if not source.kind and target.base:
        source = _find(source.name + target.base)
    if target.kind not in (source.kind, *source.counts):
        return None
    return source.factor / target.factor


def _as_decimal(number: Fraction) -> Decimal | Fraction:
    """The same number as a decimal if it has finitely many digits; not by division, which rounds."""
    digits, rest = 0, number.denominator
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        digits = max(digits, power)
    if rest != 1:
        return number
    return Decimal(f"{number * 10**digits}e-{digits}") if digits else Decimal(int(number))
