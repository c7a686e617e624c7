"""Exact arithmetic for verdicts: numbers as they were written, no rounding on the way.

A float stands for its shortest decimal text (0.1 means one tenth), which is what was read from a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from math import isqrt
from numbers import Real

# Up to here every whole float is its own decimal text.
_WHOLE = 2**53

_PLAIN = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def as_fraction(number: float | int | Decimal | Fraction) -> Fraction:
    """Return the number exactly as it was written (按所写数值精确取值).

    Parameters
    ----------
    number
        An integer, a decimal, a fraction, or a float read from a decimal text of at most 15 digits.

    Returns
    -------
    Fraction
        The exact value.

    Examples
    --------
    >>> as_fraction(0.1)
    Fraction(1, 10)
    """
    if isinstance(number, int | Decimal | Fraction):
        return Fraction(number)
    number = float(number)
    whole = number.is_integer() and abs(number) < _WHOLE
    return Fraction(int(number)) if whole else Fraction(repr(number))


def exact_number(written) -> Fraction:
    """Return a value exactly if it is a number at all (数值检查).

    Parameters
    ----------
    written
        Anything that may stand in a frame.

    Returns
    -------
    Fraction
        The exact value.

    Raises
    ------
    ValueError
        It is no finite number: a text, a truth value, a date, a list, an infinity.

    Examples
    --------
    >>> exact_number(0.1)
    Fraction(1, 10)
    """
    if isinstance(written, bool) or not isinstance(written, Real | Decimal):
        raise ValueError(written)
    try:
        return as_fraction(written)
    except OverflowError as error:
        raise ValueError(written) from error


def parse_number(text: str) -> Decimal:
    """Convert a plain number as it was written (数字文本转换).

    Parameters
    ----------
    text
        ASCII digits, with a sign and a decimal point if need be; nothing else.

    Returns
    -------
    Decimal
        With every digit.

    Raises
    ------
    ValueError
        The text is no plain number.

    Examples
    --------
    >>> parse_number("12.50")
    Decimal('12.50')
    """
    if not _PLAIN.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def squared_coefficient(pupils: Iterable[Fraction], resources: Iterable[Fraction]) -> Fraction:
    """Return the square of the difference coefficient, which is rational (差异系数的平方).

    CV² = N · Σ(rᵢ²/nᵢ) / (Σrᵢ)² − 1, with nᵢ pupils and rᵢ resources of school i, N = Σnᵢ; it is the
    pupil-weighted population form.

    Parameters
    ----------
    pupils
        Positive, one per school section (人).
    resources
        As many totals of the resource, in any unit; their sum is not zero.

    Returns
    -------
    Fraction
        Zero or more, without a unit.

    References
    ----------
    县域义务教育校际均衡指标计算方法.

    Examples
    --------
    >>> squared_coefficient([1, 1], [1, 3])
    Fraction(1, 4)
    """
    pupils = [Fraction(n) for n in pupils]
    resources = [Fraction(r) for r in resources]
    spread = sum(r * r / n for n, r in zip(pupils, resources, strict=True))
    return sum(pupils) * spread / sum(resources) ** 2 - 1


def round_half_up(number: Fraction, decimals: int) -> Decimal:
    """Round an exact number the official way: halves away from zero (四舍五入).

    Parameters
    ----------
    number
        The exact value.
    decimals
        Digits after the point.

    Returns
    -------
    Decimal
        With exactly `decimals` digits after the point.

    Examples
    --------
    >>> round_half_up(Fraction(2675, 1000), 2)
    Decimal('2.68')
    """
    doubled = 2 * abs(number) * 10**decimals
    units = (doubled.numerator // doubled.denominator + 1) // 2
    return Decimal(-units if number < 0 else units).scaleb(-decimals)


def round_root(square: Fraction, decimals: int) -> Decimal:
    """Round the square root of an exact number, halves up (平方根四舍五入).

    Parameters
    ----------
    square
        Zero or more.
    decimals
        Digits after the point.

    Returns
    -------
    Decimal
        With exactly `decimals` digits after the point.

    Examples
    --------
    >>> round_root(Fraction(1, 4), 3)
    Decimal('0.500')
    """
    doubled = 4 * square * 100**decimals
    units = (isqrt(doubled.numerator // doubled.denominator) + 1) // 2
    return Decimal(units).scaleb(-decimals)


def compare_roots(squares: Iterable[Fraction], goal: Fraction) -> int:
    """Compare a sum of square roots with a fraction, exactly (平方根之和与一数精确比较).

    Roots that are fractions are added as such. A sum of others, each positive, is never a fraction, so that enough
    digits always tell on which side of the goal it lies.

    Parameters
    ----------
    squares
        Zero or more each.
    goal
        What the sum of their roots is held against.

    Returns
    -------
    int
        -1 when the sum is smaller, 0 when it is equal, 1 when it is larger.

    Examples
    --------
    >>> compare_roots([Fraction(1, 4), Fraction(9, 16)], Fraction(5, 4))
    0
    >>> compare_roots([Fraction(2), Fraction(3)], Fraction("3.1462643699"))
    1
    """
    rest, irrational = Fraction(goal), []
    for square in map(Fraction, squares):
        found = Fraction(isqrt(square.numerator), isqrt(square.denominator))
        if found * found == square:
            rest -= found
        else:
            irrational.append(square)
    if not irrational:
        return (rest < 0) - (rest > 0)
    scale = 10**32
    while True:
        low = sum(isqrt(s.numerator * scale**2 // s.denominator) for s in irrational)
        if low >= rest * scale:
            return 1
        if low + len(irrational) <= rest * scale:
            return -1
        scale *= scale


def root(square: Fraction) -> float:
    """Return the square root of an exact number to the last digit of a float (精确平方根).

    Parameters
    ----------
    square
        Zero or more.

    Returns
    -------
    float
        Correct to about one unit in the last place, however small the number.

    Examples
    --------
    >>> root(Fraction(1, 4))
    0.5
    """
    if square == 0:
        return 0.0
    shift = max(0, 64 - (square.numerator.bit_length() - square.denominator.bit_length()) // 2)
    scaled = (square.numerator << 2 * shift) // square.denominator
    return float(Fraction(isqrt(scaled), 1 << shift))
