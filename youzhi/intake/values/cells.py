"""One cell of text to one value, by the dictionary of columns; no reader guesses a type."""

from __future__ import annotations

import re
from dataclasses import replace

from youzhi.columns import Column
from youzhi.intake.findings import load_rules
from youzhi.intake.values.aliases import (
    find_choice,
    find_organiser,
    find_truth,
    is_missing,
    load_aliases,
)
from youzhi.intake.values.names import clean_name, remove_invisible
from youzhi.intake.values.numbers import BLANK, Cleaned, bare_text, clean_number, show_number
from youzhi.intake.values.years import clean_year, parse_year

__all__ = ["Cleaned", "clean_cell", "parse_year"]

# Kind of a column to the rule that a cell breaks which is too long to mean anything.
_TOO_LONG = {"text": "N28", "choice": "K09c", "boolean": "K09d"}

_CODES = ("school_id", "county")
_NAMES = ("school", "town", "campus_of")

# A code that was shown with an exponent; without point and sign 1E5 may be a code.
_BROKEN = re.compile(r"[0-9]+\.[0-9]+[eE][+-]?[0-9]+|[0-9]+[eE][+-][0-9]+")
_DATED = re.compile(
    r"[0-9]{1,2}月[0-9]{1,2}日|[0-9]{4}年[0-9]{1,2}月(?:[0-9]{1,2}日)?|[0-9]{4}[-/][0-9]{1,2}[-/][0-9]{1,2}(?: [0-9:]+)?"
    r"|[0-9]{1,2}-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?:-[0-9]{2,4})?",
    re.IGNORECASE,
)

_AREAS = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:;[0-9]+(?:\.[0-9]+)?)*")
_SEPARATORS = re.compile(r"[;、,\r\n|]+")
_SEMICOLONS = re.compile(r"[0-9. ]+(?:;[0-9. ]+)*")
_GROUP = re.compile(r"(?<![0-9])[0-9]{1,3},[0-9]{3}(?![0-9])")
_TIMES = re.compile(r"(.*?[^\s×xX*＊])\s*[×xX*＊]\s*([0-9]{1,2})\s*间?")


def clean_cell(text: str, column: Column, unit: str = "", mark: str = "") -> Cleaned:
    """Convert one cell as people write it, and say by which rule (清洗单元格).

    Parameters
    ----------
    text
        As written, blanks and all; empty means missing.
    column
        What the dictionary says of the column.
    unit
        Unit that the head, a line 单位 or a column of units states; empty means that of the dictionary.
    mark
        What a workbook knows of the cell beside its text, see Sheet.marks.

    Returns
    -------
    Cleaned
        Where several rules apply, the heaviest. A refused cell and one that is set aside have the value None, never
        zero. A Fraction only where a unit such as 亩 leaves no finite decimal.

    Examples
    --------
    >>> from youzhi.columns import load_columns
    >>> clean_cell("5.27", load_columns()["equipment_value_yuan"], "万元")
    Cleaned(value=Decimal('52700'), rule='N07', became='52700')
    >>> clean_cell("—", load_columns()["pupils_primary"])
    Cleaned(value=None, rule='N09', became='')
    """
    if mark == "formula":
        return Cleaned(None, "N10b")
    if text == "":
        return BLANK
    if mark == "error" or "#" in text or "＃" in text or "=" in text or "＝" in text:
        refused = _uncalculated(text, column)
        if refused:
            return refused
    longest = load_rules()["N28"].limits["characters"][column.kind]
    if len(text) > longest:
        text = remove_invisible(text).strip()
        if len(text) > longest:
            return Cleaned(None, _TOO_LONG.get(column.kind, "N16"))
    return _CLEANERS[column.kind](text, column, unit, mark)


def _uncalculated(text: str, column: Column) -> Cleaned | None:
    """A result that was never there: an error of a formula, a column too narrow, a formula as text."""
    bare = bare_text(text)[0].upper()
    if bare == "#N/A":
        return Cleaned(None, "N09")
    if bare in load_aliases()["errors"]["texts"] or (bare and not bare.strip("#")):
        return Cleaned(None, "N10")
    if bare.startswith("=") and column.kind != "text":
        return Cleaned(None, "N10b")
    return None


def _clean_number(text: str, column: Column, unit: str, mark: str) -> Cleaned:
    if column.unit == "年":
        return clean_year(text, column, unit, mark)
    if column.id == "organiser_code" and not text.isdecimal():
        code = find_organiser(text)
        if code is not None:
            return clean_number(str(code), column)._replace(rule="K09b", became=str(code))
        if not any(map(str.isdecimal, text)):
            return _unknown(remove_invisible(text).strip(), "K09c")
    return clean_number(text, column, unit, mark)


def _clean_text(text: str, column: Column, _unit: str, mark: str) -> Cleaned:
    if column.id in _CODES:
        return _clean_code(text, mark)
    if column.id not in _NAMES:
        kept, bare = remove_invisible(text).strip(), text.strip()
        return Cleaned(kept or None) if kept == bare else Cleaned(kept or None, "K06b", kept)
    return _clean_name(text, column, mark)


def _clean_name(text: str, column: Column, mark: str) -> Cleaned:
    if mark == "date":
        return Cleaned(None, "N13")
    name, bare = clean_name(text), text.strip()
    if not name:
        return BLANK
    if is_missing(name, as_name=True):
        return Cleaned(None, "N09" if column.required else "N09b")
    if name == bare:
        return Cleaned(name)
    return Cleaned(name, "K06" if remove_invisible(bare) == bare else "K06b", name)


def _clean_code(text: str, mark: str) -> Cleaned:
    """A code is text; what a spreadsheet made a number or a date of cannot be mended."""
    bare, rule = bare_text(text)
    if not bare:
        return BLANK
    if is_missing(bare, as_name=True):
        return Cleaned(None, "N09")
    if mark == "date" or _DATED.fullmatch(bare):
        return Cleaned(None, "N13")
    digits, _, zeros = bare.partition(".")
    floated = digits.isdecimal() and bool(zeros) and not zeros.strip("0")
    limits = load_rules()["N13"].limits
    if (
        mark == "number"
        and bare.isdecimal()
        and limits["first_day"] <= int(bare[:9]) <= limits["last_day"]
    ):
        return Cleaned(None, "N13")
    too_long = len(digits) > load_rules()["N12b"].limits["digits"]
    if _BROKEN.fullmatch(bare) or (
        too_long and digits.isdecimal() and (floated or mark == "number")
    ):
        return Cleaned(None, "N12b")
    code = clean_name(digits if floated else bare)
    code = code.replace(" ", "") if code.replace(" ", "").isdecimal() else code
    if code == text.strip():
        return Cleaned(code)
    shape = "K06b" if remove_invisible(text) != text else "K06"
    return Cleaned(
        code, "K02" if floated else "N01" if code == bare and rule == "N01" else shape, code
    )


def _clean_choice(text: str, column: Column, _unit: str, _mark: str) -> Cleaned:
    if text in column.choices:
        return Cleaned(text)
    value, bare = find_choice(text, column.choices), remove_invisible(text).strip()
    if value is None:
        return _unknown(bare, "K09c")
    word = column.choices[value]
    return Cleaned(value) if bare in (value, word) else Cleaned(value, "K09", word)


def _clean_boolean(text: str, _column: Column, _unit: str, _mark: str) -> Cleaned:
    value, bare = find_truth(text), remove_invisible(text).strip()
    if value is None:
        return _unknown(bare, "K09d")
    plain = load_aliases()["boolean"]["plain"]["true" if value else "false"]
    return (
        Cleaned(value) if bare.lower() in plain else Cleaned(value, "K09e", "是" if value else "否")
    )


def _unknown(bare: str, rule: str) -> Cleaned:
    if not bare:
        return BLANK
    return Cleaned(None, "N09" if is_missing(bare) else rule)


def _clean_areas(text: str, column: Column, unit: str, mark: str) -> Cleaned:
    """Areas of single rooms; the parts are numbers of their own."""
    bare, rule = bare_text(text.replace("；", ";").replace("，", ","))
    if not bare:
        return BLANK
    if is_missing(bare):
        return Cleaned(None, "N09")
    single, values, rules, repeated = replace(column, kind="decimal"), [], [rule], False
    mark = "" if mark == "text" else mark  # a list of areas is text
    for part in filter(None, map(str.strip, _SEPARATORS.split(bare))):
        times = _TIMES.fullmatch(part)
        cleaned = clean_number(times[1] if times else part, single, unit, mark)
        if cleaned.value is None:
            return Cleaned(None, cleaned.rule or "N16")
        values += [cleaned.value] * (int(times[2]) if times else 1)
        rules.append(cleaned.rule)
        repeated = repeated or times is not None
    joined = ";".join(map(show_number, values))
    if repeated or _GROUP.search(bare):
        return Cleaned(None, "N19d", joined)
    if not _AREAS.fullmatch(joined):
        return Cleaned(None, "N05b" if values else "N16")
    rule = next(filter(None, reversed(rules)), "" if _SEMICOLONS.fullmatch(bare) else "N19e")
    return Cleaned(joined, rule, joined if rule else "")


_CLEANERS = {
    "text": _clean_text,
    "choice": _clean_choice,
    "boolean": _clean_boolean,
    "integer": _clean_number,
    "decimal": _clean_number,
    "areas": _clean_areas,
}
