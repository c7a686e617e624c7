"""Two results of one county -> what a plan changes: schools, coefficients, items, gaps, county verdict."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.errors import UsageError
from youzhi.indicators import sort_by_keys
from youzhi.verdicts import MET

# How a section stands after, against before; in the order in which a reader asks.
GAINED, LOST, NEW, GONE, SAME = "gained", "lost", "new", "gone", "same"


@dataclass(frozen=True)
class Comparison:
    """What differs between two assessments of one county (前后对比).

    Attributes
    ----------
    before, after
        Each of one year, of the same county and standard.
    """

    before: Assessment
    after: Assessment

    @cached_property
    def schools(self) -> pd.DataFrame:
        """One row per section that stands in either result.

        Columns: county, stage, school, verdict_before, verdict_after, met_before, met_after (indicators at the bar),
        below_before, below_after (codes under the bar), pupils_before, pupils_after (人), change ("gained": met now
        and not before, "lost": met before and not now, also where a transitional relief ended, "new": only after,
        "gone": only before, "same": all others, such as not met before and not to be told now). What a section does not
        have in one of the results is missing.
        """
        names = ["verdict", "met", "below", "pupils"]
        table = self._beside("schools", ["stage", "school"], names)
        return table.assign(change=[_tell_change(row) for row in table.itertuples()])

    @cached_property
    def coefficients(self) -> pd.DataFrame:
        """One row per stage and indicator.

        Columns: county, stage, indicator, cv_before, cv_after, limit (no unit), verdict_before, verdict_after,
        printed_before, printed_after (text).
        """
        names = ["cv", "limit", "verdict", "printed"]
        table = self._beside("coefficients", ["stage", "indicator"], names)
        return table.drop(columns="limit_before").rename(columns={"limit_after": "limit"})

    @cached_property
    def items(self) -> pd.DataFrame:
        """One row per item of the standard, vetoes left out.

        Columns: county, code, label, verdict_before, verdict_after, value_before, value_after (text).
        """
        return self._beside("items", ["code", "label"], ["verdict", "value"])

    @cached_property
    def gaps(self) -> pd.DataFrame:
        """One row per indicator that lacks something in either result.

        Columns: county, indicator, unit, schools_before, schools_after, to_bar_before, to_bar_after, to_floor_before,
        to_floor_after, unknown_before, unknown_after (sections without a value), closed (whole 人, ㎡, 元 or 间 that no
        longer lack up to the bar; below zero where the gap grew; missing where a section has no value, before or after:
        nobody knows what it lacks).
        """
        table = self._beside("totals", ["indicator", "unit"], ["schools", "to_bar", "to_floor"])
        amounts = [name for name in table if name.endswith(("_before", "_after"))]
        table = table.assign(**{name: table[name].fillna(0).astype(int) for name in amounts})
        unknown = {
            f"unknown_{when}": table["indicator"].map(_count_unknown(result)).fillna(0).astype(int)
            for when, result in (("before", self.before), ("after", self.after))
        }
        closed = (table["to_bar_before"] - table["to_bar_after"]).astype("Int64")
        told = (unknown["unknown_before"] == 0) & (unknown["unknown_after"] == 0)
        return table.assign(**unknown, closed=closed.where(told))

    @cached_property
    def parts(self) -> pd.DataFrame:
        """One row per part of the county verdict and stage.

        Columns: county, part, stage, verdict_before, verdict_after, reason_before, reason_after (Chinese).
        """
        return self._beside("reasons", ["part", "stage"], ["verdict", "reason"])

    @property
    def verdict(self) -> tuple[str, str]:
        """The county verdict before and after."""
        return self.before.verdict, self.after.verdict

    def _beside(self, table: str, keys: list[str], names: list[str]) -> pd.DataFrame:
        """One table of both results side by side, in the order of the later one; both only where they differ in rows."""
        keys = ["county", *keys]
        old, new = (getattr(result, table)[[*keys, *names]] for result in (self.before, self.after))
        both = new.merge(old, on=keys, how="outer", suffixes=("_after", "_before"), sort=False)
        order = [f"{name}_{when}" for name in names for when in ("before", "after")]
        rank = pd.concat([new[keys], old[keys]]).drop_duplicates().reset_index(drop=True)
        placed = rank.merge(both, on=keys, how="left", validate="one_to_one")[[*keys, *order]]
        return sort_by_keys(placed, self.after.standard) if "school" in keys else placed


def compare(before: Assessment, after: Assessment) -> Comparison:
    """Put two assessments of one county side by side (前后对比).

    Parameters
    ----------
    before, after
        Each of one county-year; the county and the standard are the same, the year may differ.

    Returns
    -------
    Comparison
        Tables .schools .coefficients .items .gaps .parts and .verdict; a section is followed by its name.

    Raises
    ------
    UsageError
        Another county, standard or counting unit, or a result of several county-years.

    Examples
    --------
    >>> from youzhi.assessment import assess_county
    >>> change = compare(assess_county("yiyuan", 2020), assess_county("yiyuan", 2025))
    >>> change.verdict
    ('not_met', 'not_met')
    """
    (county, _), (other, _) = before.one_year(), after.one_year()
    if county != other:
        raise UsageError(f"前后对比须是同一个县；收到“{county}”和“{other}”。")
    if before.standard != after.standard:
        raise UsageError(
            f"前后对比须用同一标准；收到 {before.standard.id} 和 {after.standard.id}。"
            "请用同一标准重新评估。"
        )
    if before.sections.unit != after.sections.unit:
        raise UsageError("前后对比须用同一计数单位（学校或独立校区）；请用同一 unit 重新评估。")
    return Comparison(before, after)


def _count_unknown(result: Assessment) -> pd.Series:
    """Sections without a value, by indicator; sections that were set aside have none of any."""
    values = result.own_values
    left_out = result.sections.excluded
    held = int(left_out["held"].astype(bool).sum())
    return values["value"].isna().groupby(values["indicator"], sort=False).sum() + held


def _tell_change(row) -> str:
    """What became of one section."""
    if pd.isna(row.verdict_before):
        return NEW
    if pd.isna(row.verdict_after):
        return GONE
    if row.verdict_before == row.verdict_after:
        return SAME
    if row.verdict_after == MET:
        return GAINED
    return LOST if row.verdict_before == MET else SAME
