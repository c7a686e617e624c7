"""Exact arithmetic: numbers as written, halves rounded up, roots to the last digit."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from youzhi.exact import (
    as_fraction,
    compare_roots,
    root,
    round_half_up,
    round_root,
    squared_coefficient,
)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        (0.1, Fraction(1, 10)),  # the float itself is 0.1000000000000000055…
        (4.505, Fraction(4505, 1000)),
        (1e-7, Fraction(1, 10**7)),
        (Decimal("12.50"), Fraction(25, 2)),
        (2**53 + 1, Fraction(9007199254740993)),  # no float holds it
        (Fraction(1, 3), Fraction(1, 3)),
    ],
)
def test_a_number_stands_for_what_was_written(written, exact):
    assert as_fraction(written) == exact


@pytest.mark.parametrize(
    ("number", "decimals", "printed"),
    [
        ("2.675", 2, "2.68"),  # Python's round gives 2.67
        ("0.125", 2, "0.13"),  # Python's round gives 0.12
        ("0.4995", 3, "0.500"),
        ("0.49949999999999999999", 3, "0.499"),
        ("-0.5", 0, "-1"),  # halves away from zero
        ("-2.675", 2, "-2.68"),
        ("2.5", 0, "3"),
        ("0", 2, "0.00"),
        ("1999.995", 2, "2000.00"),
    ],
)
def test_halves_are_rounded_away_from_zero(number, decimals, printed):
    assert str(round_half_up(Fraction(number), decimals)) == printed


def test_every_half_of_a_hundredth_goes_up():
    # 0.005, 0.015, … 9.995: each lies exactly between two hundredths; the upper one is (10k + 10)/1000
    halves = [Fraction(10 * k + 5, 1000) for k in range(1000)]
    assert [round_half_up(half, 2) for half in halves] == [
        Decimal(k + 1) / 100 for k in range(1000)
    ]


@pytest.mark.parametrize(
    ("square", "printed"),
    [
        (Fraction(1, 4), "0.500"),
        (Fraction("0.4995") ** 2, "0.500"),  # the root is exactly a half of a thousandth
        (Fraction("0.4995") ** 2 - Fraction(1, 10**30), "0.499"),
        (Fraction("0.5005") ** 2, "0.501"),
        (Fraction(2), "1.414"),  # 1.41421…
        (Fraction(0), "0.000"),
    ],
)
def test_a_root_is_rounded_from_its_exact_square(square, printed):
    assert str(round_root(square, 3)) == printed


@pytest.mark.parametrize("number", ["0.5", "0.45", "1e-12", "3e-160", "123456.789"])
def test_the_root_of_a_square_is_the_number_itself(number):
    assert root(Fraction(number) ** 2) == pytest.approx(float(number), rel=2**-52, abs=0)


def test_the_root_of_zero_is_zero():
    assert root(Fraction(0)) == 0.0


def test_squared_coefficient_of_one_to_three_is_one_quarter():
    # mean 2, distances 1 and 1, variance 1, CV² = 1/2² = 1/4
    assert squared_coefficient([1, 1], [1, 3]) == Fraction(1, 4)


def test_squared_coefficient_of_the_published_example():
    # N = 302, R = 1913; sum of r²/n = 77841/45 + 18769/37 + 874225/89 + 25600/76 + 161604/55
    spread = sum(
        Fraction(r * r, n) for n, r in ((45, 279), (37, 137), (89, 935), (76, 160), (55, 402))
    )
    expected = 302 * spread / 1913**2 - 1
    assert squared_coefficient([45, 37, 89, 76, 55], [279, 137, 935, 160, 402]) == expected
    assert round_root(expected, 6) == Decimal("0.515257")


def test_squared_coefficient_refuses_lists_of_different_length():
    with pytest.raises(ValueError, match="zip"):
        squared_coefficient([1, 2], [1])


# --- sums of square roots


def test_a_sum_of_roots_that_are_fractions_is_compared_as_a_fraction():
    # 13/20 eight times is 5.2
    squares = [Fraction(13, 20) ** 2] * 8
    assert compare_roots(squares, Fraction("5.2")) == 0
    assert compare_roots(squares, Fraction("5.2") + Fraction(1, 10**60)) == -1
    assert compare_roots(squares, Fraction("5.2") - Fraction(1, 10**60)) == 1
    assert compare_roots([], Fraction(0)) == 0


def test_a_sum_of_roots_is_told_from_a_number_that_shares_its_first_fifty_digits():
    with localcontext() as context:
        context.prec = 80
        close = Fraction(sum(Decimal(n).sqrt() for n in (2, 3, 5)).quantize(Decimal(10) ** -50))
        exact = Fraction(sum(Decimal(n).sqrt() for n in (2, 3, 5)))
    assert compare_roots([2, 3, 5], close) == (1 if exact > close else -1)
    assert compare_roots([2, 3, 5, Fraction(1, 4)], close + Fraction(1, 2)) == (
        1 if exact > close else -1
    )


@given(
    st.lists(st.fractions(0, 5, max_denominator=999), min_size=1, max_size=8),
    st.fractions(0, 20, max_denominator=999),
)
def test_roots_are_compared_as_their_decimals_are(squares, goal):
    with localcontext() as context:
        context.prec = 60
        roots = sum((Decimal(s.numerator) / Decimal(s.denominator)).sqrt() for s in squares)
        apart = roots - Decimal(goal.numerator) / Decimal(goal.denominator)
    expected = 0 if abs(apart) < Decimal(10) ** -40 else 1 if apart > 0 else -1
    assert compare_roots(squares, goal) == expected
