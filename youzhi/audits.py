"""Whether the figures that a county published fit together, and its self-check beside the computed verdicts.

Everything is recomputed exactly from the facts of the county card. A figure that does not fit is a question to
the document, never a finding about the county; each reading says what would become of the item's verdict.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

import pandas as pd

from youzhi.cards import Claim, County, Fact, SelfCheck
from youzhi.exact import as_fraction, round_half_up
from youzhi.standards import Ratio, Standard
from youzhi.verdicts import MET, NOT_MET, VERDICT_WORDS

AUDIT_COLUMNS = ["county", "claim", "code", "label", "printed", "recomputed", "finding"]
AUDIT_COLUMNS += ["readings", "verdicts", "source"]
CHECK_COLUMNS = ["county", "year", "code", "label", "published", "computed", "agrees"]
CHECK_COLUMNS += ["deadline", "departments", "measure", "source"]

FITS, DOES_NOT_FIT, IMPLIES, EXCEEDS, COMPUTED = (
    "fits",
    "does_not_fit",
    "implies",
    "exceeds",
    "computed",
)
FINDING_WORDS = {
    FITS: "相符",
    DOES_NOT_FIT: "不相符",
    IMPLIES: "可反推",
    EXCEEDS: "超出",
    COMPUTED: "仅供计算",
}

AGREES, SAME_SOURCE, DIFFERS, NOT_COMPARABLE = "agrees", "same_source", "differs", "not_comparable"
AGREEMENT_WORDS = {
    AGREES: "一致",
    SAME_SOURCE: "一致（依据就是这份自查）",
    DIFFERS: "不一致",
    NOT_COMPARABLE: "无法比较",
}

_SIGNS = {"at_least": "≥", "at_most": "≤", "below": "＜"}
_NUMBER = re.compile(r"\d+(\.\d+)?")


@dataclass(frozen=True)
class _Span:
    """A figure as printed, and the least and most it may be, since it was rounded for print."""

    value: Fraction
    least: Fraction
    most: Fraction


@dataclass(frozen=True)
class _Finding:
    """What recomputing a claim gave; each reading is its name and the value that is held against the bar."""

    finding: str
    recomputed: str
    readings: str = ""
    values: tuple[tuple[str, Fraction], ...] = ()


def find_wholes(part: int, printed: Decimal) -> tuple[int, int | None] | None:
    """Find the whole numbers of which `part` is the printed per cent (反推分母).

    Parameters
    ----------
    part
        Zero or more.
    printed
        Per cent, with the digits that are printed; halves were rounded up.

    Returns
    -------
    tuple or None
        Least and most whole, none smaller than the part; the most is None where any larger one fits as well.
        None where no whole number fits.

    Examples
    --------
    >>> find_wholes(256, Decimal("46.5"))
    (550, 551)
    >>> find_wholes(1, Decimal("99.0")) is None
    True
    """
    low, high = _rounding(printed)
    if high <= 0:
        return None
    least = max(floor(100 * part / high) + 1, part, 1)
    if low <= 0:
        return least, None
    most = floor(100 * part / low)
    return (least, most) if least <= most else None


def find_parts(whole: int, printed: Decimal) -> tuple[int, int] | None:
    """Find the whole numbers that are the printed per cent of `whole` (反推分子).

    Parameters
    ----------
    whole
        One or more.
    printed
        Per cent, with the digits that are printed; halves were rounded up.

    Returns
    -------
    tuple or None
        Least and most part, none greater than the whole; None where no whole number fits.

    Examples
    --------
    >>> find_parts(256, Decimal("47.7"))
    (122, 122)
    """
    low, high = _rounding(printed)
    least = max(ceil(low * whole / 100), 0)
    most = min(ceil(high * whole / 100) - 1, whole)
    return (least, most) if least <= most else None


def audit_figures(card: County, standard: Standard) -> pd.DataFrame:
    """Recompute every published figure that can be recomputed (公布数字复算).

    Where a denominator is not published, the whole numbers that fit the printed one are found; where two published
    figures do not fit, the numbers that would make them fit.

    Parameters
    ----------
    card
        The county's card, with its claims.
    standard
        Its checks hold the bars of the items that hang on a claim.

    Returns
    -------
    DataFrame
        One row per claim, in the order of the card. Columns: county, claim (id), code (item, or empty), label,
        printed, recomputed (text with unit), finding (fits, does_not_fit, implies, exceeds or computed), readings
        (Chinese sentence), verdicts (what the item's check says under each reading), source.

    Examples
    --------
    >>> from youzhi.counties import load_county
    >>> from youzhi.standards import load_standard
    >>> audit = audit_figures(load_county("shanting"), load_standard("jiaodu-2017-6"))
    >>> audit.loc[0, ["printed", "recomputed", "finding"]].tolist()
    ['23', '23处', 'fits']
    """
    rows = []
    for claim in card.claim:
        facts = [card.find_fact(used.id, used.year) for used in claim.facts]
        found = _RECOMPUTE[claim.kind](claim, facts)
        readings = "；".join(filter(None, (found.readings, claim.note)))
        verdicts = _say_verdicts(claim, facts, standard, found.values)
        keys = [card.id, claim.id, claim.code, claim.label, claim.printed]
        rows.append([*keys, found.recomputed, found.finding, readings, verdicts, claim.source])
    return pd.DataFrame(rows, columns=AUDIT_COLUMNS)


def compare_self_check(rows: pd.DataFrame, card: County, year: int) -> pd.DataFrame:
    """Lay the county's published self-check beside the computed verdicts (自查结论与计算结论对照).

    Parameters
    ----------
    rows
        Computed verdicts, one row per row of the evaluation table. Columns used: county, year, code, label, verdict.
    card
        The county's card, with its self-check.
    year
        Year of the self-check.

    Returns
    -------
    DataFrame
        Empty where the county published none for that year; else one row per code, the computed rows first.
        Columns: county, year, code, label, published (met, not_met, not_monitored, or empty), computed (a verdict, or
        empty), agrees (agrees, same_source: the computed verdict rests on figures of this very row, differs,
        not_comparable), deadline, departments, measure, source.

    Examples
    --------
    >>> from youzhi.counties import load_county
    >>> rows = pd.DataFrame([["yiyuan", 2020, "1.4", "教学用房", "met"]])
    >>> rows.columns = ["county", "year", "code", "label", "verdict"]
    >>> compare_self_check(rows, load_county("yiyuan"), 2020)[["code", "agrees", "deadline"]].iloc[
    ...     0
    ... ].tolist()
    ['1.4', 'differs', '2028']
    """
    published = {entry.code: entry for entry in card.self_check if entry.year == year}
    if not published:
        return pd.DataFrame(columns=CHECK_COLUMNS)
    rows = rows[(rows["county"] == card.id) & (rows["year"] == year)]
    kept = [name for name in ("label", "verdict", "figure_sources") if name in rows]
    computed = rows.set_index("code")[kept].to_dict("index")
    codes = [*computed, *(code for code in published if code not in computed)]
    table = [
        [card.id, year, code, *_lay_beside(published.get(code), computed.get(code))]
        for code in codes
    ]
    return pd.DataFrame(table, columns=CHECK_COLUMNS)


def _lay_beside(theirs: SelfCheck | None, mine: dict | None) -> list:
    """One row from label to source; what one side does not have is empty."""
    mine = mine or {"label": "", "verdict": ""}
    said = theirs.verdict if theirs else ""
    agrees = _compare(said, mine["verdict"])
    if agrees == AGREES and theirs.source in mine.get("figure_sources", "").split("；"):
        agrees = SAME_SOURCE
    row = [mine["label"], said, mine["verdict"], agrees]
    if theirs is None:
        return [*row, "", "", "", ""]
    return [*row, theirs.deadline, "、".join(theirs.departments), theirs.measure, theirs.source]


def _compare(published: str, computed: str) -> str:
    """Only two verdicts that both decide can be compared."""
    if not {published, computed} <= {MET, NOT_MET}:
        return NOT_COMPARABLE
    return AGREES if published == computed else DIFFERS


# --- one recomputation per kind of claim


def _audit_share(claim: Claim, facts: list[Fact]) -> _Finding:
    part = _count(facts[0])
    if len(facts) == 1:
        return _imply_whole(claim, part)
    whole = sum(map(_count, facts[1:]))
    share = Fraction(100 * part, whole)
    printed = _write(share, claim)
    said = f"{part:,}÷{whole:,}＝{printed}"
    if not claim.printed:
        return _Finding(COMPUTED, printed, said, ((said, share),))
    if round_half_up(share, claim.decimals) == Decimal(claim.printed):
        return _Finding(FITS, printed, said, ((said, share),))
    return _explain_misfit(claim, part, whole, share)


def _imply_whole(claim: Claim, part: int) -> _Finding:
    """The part and the share are published, the whole is not."""
    wholes = find_wholes(part, Decimal(claim.printed))
    if wholes is None:
        text = f"没有整数分母能使{part:,}印作{claim.printed}%"
        return _Finding(DOES_NOT_FIT, "", text)
    least, most = wholes
    outside = [n for n in (least - 1, *([most + 1] if most else [])) if n >= max(part, 1)]
    text = f"{part:,}印作{claim.printed}%，分母应为{_list(least, most)}"
    if outside:
        others = "、".join(f"{n:,}（{_write(Fraction(100 * part, n), claim)}）" for n in outside)
        text += f"；{others}不合"
    ends = dict.fromkeys([least, most or least])
    values = tuple((f"分母为{n:,}", Fraction(100 * part, n)) for n in ends)
    if most is None:
        values += (("分母更大", max(_rounding(Decimal(claim.printed))[0], Fraction(0))),)
    return _Finding(IMPLIES, f"分母{_list(least, most)}", text, values)


def _explain_misfit(claim: Claim, part: int, whole: int, share: Fraction) -> _Finding:
    """Which other whole, or which other part, would give the printed share."""
    said = f"{part:,}÷{whole:,}＝{_write(share, claim)}"
    values = [(said, share)]
    texts = [f"{said}，不是{claim.printed}%"]
    wholes, parts = (
        find_wholes(part, Decimal(claim.printed)),
        find_parts(whole, Decimal(claim.printed)),
    )
    if wholes:
        texts.append(f"要印作{claim.printed}%，分母应为{_list(*wholes)}")
        values += [(f"分母为{n:,}", Fraction(100 * part, n)) for n in dict.fromkeys(wholes) if n]
    if parts:
        texts.append(
            f"{'或' if wholes else '要印作' + claim.printed + '%，'}分子应为{_list(*parts)}"
        )
        values += [(f"分子为{n:,}", Fraction(100 * n, whole)) for n in dict.fromkeys(parts)]
    if not (wholes or parts):
        texts.append("只改分子或只改分母都得不到印出的数")
    return _Finding(DOES_NOT_FIT, _write(share, claim), "；".join(texts), tuple(values))


def _audit_difference(claim: Claim, facts: list[Fact]) -> _Finding:
    first, second = (_span(fact).value for fact in facts)
    gap = first - second
    signed = f"{_plain(first)}－{_plain(second)}＝{_plain(gap)}{claim.unit}"
    if not gap:
        return _Finding(FITS, signed, "两数相等", (("按公布数", gap),))
    text = f"{'多' if gap > 0 else '少'}{_plain(abs(gap))}{claim.unit}"
    if second:
        text += (
            f"，相当于{_plain(second)}的{round_half_up(100 * abs(gap) / second, claim.decimals)}%"
        )
    return _Finding(EXCEEDS if gap > 0 else FITS, signed, text, (("按公布数", gap),))


def _audit_sum(claim: Claim, facts: list[Fact]) -> _Finding:
    spans = [_span(fact) for fact in facts]
    signs = [used.sign for used in claim.facts]
    pairs = list(zip(signs, spans, strict=True))
    total = _Span(
        sum((s * span.value for s, span in pairs), Fraction(0)),
        sum((s * (span.least if s > 0 else span.most) for s, span in pairs), Fraction(0)),
        sum((s * (span.most if s > 0 else span.least) for s, span in pairs), Fraction(0)),
    )
    terms = "".join(f"{'＋' if s > 0 else '－'}{_plain(span.value)}" for s, span in pairs)
    return _hold_to_print(claim, total, f"{terms.removeprefix('＋')}＝{_plain(total.value)}")


def _audit_ratio(claim: Claim, facts: list[Fact]) -> _Finding:
    first, *rest = [_span(fact) for fact in facts]
    per = Fraction(claim.per)
    ratio = _Span(
        per * first.value / sum(span.value for span in rest),
        per * first.least / sum(span.most for span in rest),
        per * first.most / sum(span.least for span in rest),
    )
    below = "＋".join(_plain(span.value) for span in rest)
    below = f"（{below}）" if len(rest) > 1 else below
    times = f"×{_plain(per)}" if per != 1 else ""
    said = f"{_plain(first.value)}÷{below}{times}"
    if len(facts) == 2 and per == 1 and facts[0].unit == facts[1].unit:
        said += f"，相差{_plain(first.value - rest[0].value)}{facts[0].unit}"
    return _hold_to_print(claim, ratio, said)


def _audit_growth(claim: Claim, facts: list[Fact]) -> _Finding:
    before, after = (_span(fact) for fact in facts)
    growth = _Span(
        100 * (after.value / before.value - 1),
        100 * (after.least / before.most - 1),
        100 * (after.most / before.least - 1),
    )
    said = (
        f"由{_plain(before.value)}到{_plain(after.value)}，变化{_plain(after.value - before.value)}"
    )
    return _hold_to_print(claim, growth, said)


_RECOMPUTE: dict[str, Callable[[Claim, list[Fact]], _Finding]] = {
    "share": _audit_share,
    "difference": _audit_difference,
    "sum": _audit_sum,
    "ratio": _audit_ratio,
    "unit_cost": _audit_ratio,
    "growth": _audit_growth,
}


def _hold_to_print(claim: Claim, span: _Span, said: str) -> _Finding:
    """Compare a recomputed number with the printed one, and say how far rounding for print may move it."""
    recomputed = _write(span.value, claim)
    if span.least < span.most:
        ends = (_write(end, claim) for end in (span.least, span.most))
        said += f"；所用的数印出前已舍入，实际在{'至'.join(ends)}之间"
    ends = {"按公布数": span.value}
    if span.least < span.most:
        ends |= {"最少": span.least, "最多": span.most}
    values = tuple(ends.items())
    if not claim.printed:
        return _Finding(COMPUTED, recomputed, said, values)
    least, most = (round_half_up(end, claim.decimals) for end in (span.least, span.most))
    fits = least <= Decimal(claim.printed) <= most
    return _Finding(FITS if fits else DOES_NOT_FIT, recomputed, said, values)


# --- what becomes of the verdict


def _say_verdicts(
    claim: Claim, facts: list[Fact], standard: Standard, values: tuple[tuple[str, Fraction], ...]
) -> str:
    """What the check that hangs on a claim says under each reading, and whether all say the same."""
    if not claim.code:
        return ""
    if not claim.check:
        return "标准没有为此设标准值，判定不因此改变"
    check = _find_check(standard, claim)
    if check is None:
        return f"所用标准没有{claim.code}的这项检查"
    if not values:
        return "没有可用的读法，无法判定"
    # Against another county figure: a difference is held against zero, a ratio against one.
    bar = Fraction({"ratio": claim.per}.get(claim.kind, 0) if check.bar is None else check.bar)
    other = _plain(sum(_span(fact).value for fact in facts[1:]))
    wanted = f"{_SIGNS[check.test]}{other if check.bar is None else check.bar}{check.unit}"
    words = [VERDICT_WORDS[_judge(value, check.test, bar)] for _, value in values]
    if len(words) == 1:
        return f"{words[0]}（{wanted}）"
    if len(set(words)) == 1:
        return f"各种读法都{words[0]}（{wanted}），结论不变"
    each = "；".join(f"{name}：{word}" for (name, _), word in zip(values, words, strict=True))
    return f"结论取决于读法（{wanted}）：{each}"


def _find_check(standard: Standard, claim: Claim) -> Ratio | None:
    return next(
        (
            check
            for item in standard.item
            for check in item.check
            if (item.code, check.id, check.kind) == (claim.code, claim.check, "ratio")
        ),
        None,
    )


def _judge(value: Fraction, test: str, bar: Fraction) -> str:
    reached = {"at_least": value >= bar, "at_most": value <= bar, "below": value < bar}[test]
    return MET if reached else NOT_MET


# --- numbers and words


def _rounding(printed: Decimal) -> tuple[Fraction, Fraction]:
    """What a printed number may have been: from the first, included, to the second, not included."""
    half = Fraction(1, 2) * Fraction(Decimal(1).scaleb(printed.as_tuple().exponent))
    return Fraction(printed) - half, Fraction(printed) + half


def _span(fact: Fact) -> _Span:
    """The value of a fact; where it was printed in a larger unit, what it may have been before rounding."""
    value = as_fraction(fact.value)
    if not (value and _NUMBER.fullmatch(fact.printed)):  # printed as it is, or in words
        return _Span(value, value, value)
    unit = value / Fraction(fact.printed)
    low, high = _rounding(Decimal(fact.printed))
    return _Span(value, low * unit, high * unit)


def _count(fact: Fact) -> int:
    return int(as_fraction(fact.value))


def _write(value: Fraction, claim: Claim) -> str:
    """A number as the claim prints it, with its unit; a growth with its sign."""
    sign = "+" if claim.kind == "growth" else ""
    return f"{round_half_up(value, claim.decimals):{sign},}{claim.unit}"


def _plain(value: Fraction) -> str:
    """A published number: whole, or with the decimals that it has."""
    if value.denominator == 1:
        return f"{int(value):,}"
    return f"{Decimal(value.numerator) / value.denominator:,}"


def _list(least: int, most: int | None) -> str:
    """Whole numbers from the least to the most in words."""
    if most is None:
        return f"{least:,}以上"
    if most == least:
        return f"{least:,}"
    return f"{least:,}{'或' if most == least + 1 else '至'}{most:,}"
