"""Number formats of a workbook: the words that they put beside a number, and where they show another number."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import NamedTuple

_PART = re.compile(
    r'"(?P<quoted>[^"]*)"?|[\\!](?P<escaped>.)|[_*].|\[(?P<bracket>[^\]]*)\]'
    r"|(?P<general>General|G/通用格式)|(?P<digits>[0#?.,%@]|(?<=[0#?])/[0-9#?]+|E[+-])|(?P<end>;)|(?P<sign>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[0-9]+(?:\.[0-9]+)?)")
_CURRENCY = re.compile(r"\$([^-]*)")
_PLAIN = ("", "General", "@", "0")
_GENERAL, _TEXT = "G", "@"
_LONGEST = 255  # signs of a number format that a spreadsheet program keeps
_NUMBERS = 3  # sections for numbers; a fourth one is for texts

# Signs that only decorate a number; a plus behind it says that there are more.
_DECOR = " \t\u00a0\u3000￥¥$€£()（）-−–—:：,，.'"
_DECOR_BEFORE = _DECOR + "+"


class Section(NamedTuple):
    """One section of a number format (数字格式的一节).

    Attributes
    ----------
    condition
        Operator and number; None where the place of the section decides.
    before, inside, after
        What is shown as it stands, in front of the digits, between them and behind.
    digits
        The signs that stand for digits, percent signs too; "G" for a number and "@" for a text as it is.
    """

    condition: tuple[str, Decimal] | None
    before: str
    inside: str
    after: str
    digits: str

    @property
    def words(self) -> tuple[str, str]:
        """What is more than decoration, in front and behind."""
        return self.before.strip(_DECOR_BEFORE), self.after.strip(_DECOR)

    @property
    def is_scaled(self) -> bool:
        """Whether a comma behind the digits hides thousands."""
        return any(part.endswith(",") for part in self.digits.replace("%", "").split("."))


@cache
def parse_look(look: str) -> tuple[Section, ...]:
    """Take a number format apart (拆解数字格式).

    Parameters
    ----------
    look
        As a workbook holds it.

    Returns
    -------
    tuple of Section
        Empty where the format adds nothing.

    Examples
    --------
    >>> [(one.words, one.digits) for one in parse_look('#,##0"万元";"无"')]
    [(('', '万元'), '#,##0'), (('无', ''), '')]
    """
    if look in _PLAIN:
        return ()
    sections, part = [], _Part()
    for found in _PART.finditer(look[:_LONGEST]):
        if found.lastgroup == "end":
            sections.append(part.finish())
            part = _Part()
        else:
            part.take(found)
    return (*sections, part.finish())


class _Part:
    """Gathers the signs of one section; every sign for a digit opens the next gap between the digits."""

    def __init__(self) -> None:
        self._condition, self._digits, self._gaps = None, "", [""]

    def take(self, found: re.Match) -> None:
        kind = found.lastgroup
        text = found[kind] if kind else ""
        if kind in ("digits", "general"):
            self._digits += _GENERAL if kind == "general" else text
            self._gaps.append("")
        elif kind == "bracket":
            condition, currency = _CONDITION.fullmatch(text), _CURRENCY.match(text)
            if condition:
                self._condition = (condition[1], Decimal(condition[2]))
            self._gaps[-1] += currency[1] if currency else ""
        else:
            self._gaps[-1] += text

    def finish(self) -> Section:
        before, *rest = self._gaps
        inside, after = "".join(rest[:-1]), "".join(rest[-1:])
        return Section(self._condition, before, inside, after, self._digits)


def pick_section(look: str, value: Decimal) -> Section | None:
    """Return the section of a number format that shows a number (选用的节).

    Parameters
    ----------
    look
        The number format.
    value
        Finite.

    Returns
    -------
    Section or None
        None where the format adds nothing to it.

    Examples
    --------
    >>> pick_section('[<100]"约"0;0"人"', Decimal(99)).words
    ('约', '')
    """
    sections = parse_look(look)
    numbers = [one for one in sections if one.digits != _TEXT][:_NUMBERS] or sections
    for at, section in enumerate(numbers):
        if section.condition:
            if _fits(section.condition, value):
                return section
        elif at == len(numbers) - 1 or (
            value < 0 if at else value > 0 or (value == 0 and len(numbers) == 2)
        ):
            return section
    return None


def _fits(condition: tuple[str, Decimal], value: Decimal) -> bool:
    sign, limit = condition
    return (
        (value < limit and sign in ("<", "<=", "<>"))
        or (value > limit and sign in (">", ">=", "<>"))
        or (value == limit and sign in ("=", "<=", ">="))
    )


def show_number(number: str, look: str, value: Decimal) -> tuple[str, bool]:
    """Return a number with the words that its format puts beside it, and whether another number is seen (显示的数).

    Parameters
    ----------
    number
        As text, with its percent sign.
    look
        The number format.
    value
        The same number as stored.

    Returns
    -------
    str
        The number as stored where the format hides thousands or puts something between the digits.
    bool
        Whether what is seen may be taken for another number.

    Examples
    --------
    >>> show_number("50", '#,##0"万元"', Decimal(50)), show_number("50", '#,##0,"千"', Decimal(50))
    (('50万元', False), ('50', True))
    >>> show_number("370323001", "0000000000", Decimal(370323001))
    ('0370323001', False)
    """
    section = pick_section(look, value)
    if section is None:
        return number, False
    before, after = section.words
    if not section.digits:
        seen = section.before.strip()
        return (before, False) if before else (number, not seen or value != 0)
    if section.is_scaled or section.inside.strip():
        return number, True
    if number.isdecimal():
        number = number.zfill(section.digits.partition(".")[0].count("0"))
    hidden = value == 0 and not {"0", _GENERAL, _TEXT} & set(section.digits)
    digits = any(map(str.isdecimal, before + after))
    unseen = hidden and not (section.before + section.after).strip()
    return f"{before}{number}{after}", digits or unseen


def show_text(text: str, look: str) -> str:
    """Return a text with the words that its format puts beside it (显示的文字).

    Parameters
    ----------
    text
        As stored.
    look
        The number format.

    Returns
    -------
    str

    Examples
    --------
    >>> show_text("50", '@"万元"'), show_text("50", '0"万元"')
    ('50万元', '50')
    """
    section = next((one for one in parse_look(look) if one.digits == _TEXT), None)
    if section is None:
        return text
    before, after = section.words
    return f"{before}{text}{after}"
