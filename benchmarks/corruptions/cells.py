"""Slips in one cell: what hands, copies and spreadsheet programs do to a number."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

from benchmarks.corruptions.book import FIELDS, HEAD, NUMBERS, Grid
from benchmarks.corruptions.trial import Touched

_TRIES = 400
AREAS = ("teaching_area_m2", "indoor_sports_area_m2", "sports_ground_area_m2")
AMOUNTS = (*AREAS, "equipment_value_yuan")
COUNTS = tuple(name for name in NUMBERS if name not in AMOUNTS)
_WIDE = str.maketrans("0123456789.", "０１２３４５６７８９．")
_CHINESE = str.maketrans("0123456789.", "〇一二三四五六七八九点")


def change_cell(
    rng: Random,
    grid: Grid,
    change: Callable[[Random, str], str | None],
    fields: list[str] | tuple[str, ...] = NUMBERS,
    mark: str = "",
) -> Touched:
    """Put something else into one cell that is filled and not zero; None of the change means: try another cell."""
    for _ in range(_TRIES):
        row, at = rng.randrange(1, len(grid.rows)), FIELDS.index(rng.choice(fields))
        old = grid.rows[row][at]
        new = None if old in ("", "0") else change(rng, old)
        if new is not None and new != old:
            grid.rows[row][at] = new
            if mark:
                grid.marks[row + 1, at] = mark
            return Touched(frozenset({row + 1}), frozenset({HEAD[at]}), f"{HEAD[at]} {old} → {new}")
    raise ValueError("no cell that can be changed so")


# ------------------------------------------------------------------------------------ wrong numbers that could be true


def drop_digit(rng: Random, text: str) -> str | None:
    """412 → 42."""
    at = rng.choice([i for i, sign in enumerate(text) if sign.isdigit()])
    new = text[:at] + text[at + 1 :]
    return new if new and new[0] not in ".0" and new[-1] != "." else None


def double_digit(rng: Random, text: str) -> str | None:
    """412 → 4112."""
    at = rng.choice([i for i, sign in enumerate(text) if sign.isdigit()])
    return text[:at] + text[at] + text[at:]


def transpose_digits(rng: Random, text: str) -> str | None:
    """412 → 142."""
    at = rng.randrange(len(text) - 1) if len(text) > 1 else 0
    pair = text[at : at + 2]
    new = text[:at] + pair[::-1] + text[at + 2 :]
    return new if pair.isdigit() and new[0] != "0" else None


def change_digit(rng: Random, text: str) -> str | None:
    """412 → 472: the key beside, or a digit read wrongly."""
    at = rng.choice([i for i, sign in enumerate(text) if sign.isdigit()])
    new = text[:at] + rng.choice("123456789") + text[at + 1 :]
    return new


def round_off(rng: Random, text: str) -> str | None:
    """412 → 400."""
    whole = text.partition(".")[0]
    return whole[0] + "0" * (len(whole) - 1) if len(whole) > 1 else None


def set_zero(rng: Random, text: str) -> str | None:
    """412 → 0: nothing known was filled in as nothing there."""
    return "0"


# ------------------------------------------------------------------------------------ wrong by a power of ten


def shift_point(rng: Random, text: str) -> str | None:
    """2100.5 → 21005 or 210.05; 31200 → 3120 or 312000."""
    return f"{Decimal(text).scaleb(rng.choice([-2, -1, 1, 2])):f}"


def lose_point(rng: Random, text: str) -> str | None:
    """2100.5 → 21005."""
    return text.replace(".", "") if "." in text else None


# ------------------------------------------------------------------------------------ wrong in form


def misplace_comma(rng: Random, text: str) -> str | None:
    """31200 → 312,00: half of the separators are lost, or one is in the wrong place."""
    whole = text.partition(".")[0]
    places = [at for at in range(1, len(whole)) if len(whole) - at != 3]
    at = rng.choice(places) if places else 0
    return text[:at] + "," + text[at:] if at else None


def group_digits(rng: Random, text: str) -> str | None:
    """31200 → 31,200."""
    return f"{Decimal(text):,f}"


def add_minus(rng: Random, text: str) -> str | None:
    """412 → -412, also in brackets as accountants write it."""
    return rng.choice(["-{}", "－{}", "−{}", "({})", "（{}）", "{}-"]).format(text)


def mistake_letter(rng: Random, text: str) -> str | None:
    """410 → 41O."""
    letters = {"0": "OoＯ", "1": "lIi", "5": "S", "8": "B", "2": "Z"}
    places = [at for at, sign in enumerate(text) if sign in letters]
    if not places:
        return None
    at = rng.choice(places)
    return text[:at] + rng.choice(letters[text[at]]) + text[at + 1 :]


def widen(rng: Random, text: str) -> str | None:
    """412 → ４１２."""
    return text.translate(_WIDE)


def add_space(rng: Random, text: str) -> str | None:
    """Blanks, apostrophe and invisible characters around the number."""
    return rng.choice([" {}", "{} ", "\u3000{}", "{}\u00a0", "'{}", "\u200b{}", "{}\t"]).format(
        text
    )


def add_unit(rng: Random, text: str) -> str | None:
    """412 → 412人, also a unit of another kind."""
    return text + rng.choice(["人", "元", "㎡", "平方米", "间", "名", "个", "亩", "台"])


def add_wan(rng: Random, text: str) -> str | None:
    """412 → 412万."""
    return text + rng.choice(["万", "万元", "千", "亿", "百"])


def add_percent(rng: Random, text: str) -> str | None:
    """412 → 412%."""
    return text + rng.choice("%％")


def qualify(rng: Random, text: str) -> str | None:
    """412 → 约412."""
    return rng.choice(
        ["约{}", "{}左右", "{}多", "{}（估）", "{0}-{0}", ">{}", "{}+", "{}?"]
    ).format(text)


def spell_out(rng: Random, text: str) -> str | None:
    """412 → 四一二."""
    return text.translate(_CHINESE)


def write_exponent(rng: Random, text: str) -> str | None:
    """31200 → 3.12E+4, digits kept."""
    return f"{Decimal(text):E}"


def blank(rng: Random, text: str) -> str | None:
    """The cell is empty."""
    return ""


def say_nothing(rng: Random, text: str) -> str | None:
    """Words that stand for no data."""
    return rng.choice(
        ["-", "－", "—", "/", "无", "暂无", "…", "N/A", "未统计", "*", "\\", "?", "null"]
    )


def break_formula(rng: Random, text: str) -> str | None:
    """An error of a spreadsheet program."""
    return rng.choice(["#REF!", "#DIV/0!", "#N/A", "#VALUE!", "#NAME?", "#####", "=SUM(D2:D9)"])


def write_words(rng: Random, text: str) -> str | None:
    """A text where a number belongs."""
    return rng.choice(["见附表", "同上", "待核实", "是", "第一小学", "小学", "二期在建", "x", "甲"])


def spoil_number(rng: Random, text: str) -> str | None:
    """Two points, two numbers, a fraction, an addition."""
    forms = [
        "{0}.{0}.1",
        "{0} {0}",
        "{0}/2",
        "{0}+3",
        "{0}.",
        "{0}，5",
        "{0};{0}",
        "{0}、{0}",
        ".{0}.",
        "{0}:30",
    ]
    return rng.choice(forms).format(text)


def halve(rng: Random, text: str) -> str | None:
    """412 → 412.5 in a column of whole numbers."""
    return text + rng.choice([".5", ".25", ".1"])


def write_date(rng: Random, text: str) -> str | None:
    """A number that became a date."""
    return rng.choice(["2020-09-01", "2020/9/1", "9月1日", "2020年9月", "12-May"])


def write_truth(rng: Random, text: str) -> str | None:
    """A truth value."""
    return rng.choice(["TRUE", "FALSE"])
