"""What choose_sites gives back."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from youzhi.errors import YouzhiError


class SitingError(YouzhiError):
    """A plan or a bound did not stand up to being computed again, and was refused (选址结果未通过复核)."""


@dataclass(frozen=True, eq=False)
class SitePlan:
    """Where to build, with proof (选址方案).

    Attributes
    ----------
    open : tuple of int
        Positions of the open sites, ascending; empty only with a reason, or when nobody has to be served.
    assignment : ndarray
        With whole points: the site of every point (points, or points × stages), -1 where a point is not served.
        With split points: shares, points × sites (× stages), each row summing to 1 where the point is served.
    routes : DataFrame
        Who goes where, one row per point, stage and site with pupils. Columns: point, stage, site (positions from 0),
        share (0 to 1), weight (of the share), distance.
    objective : float or None
        Weight times distance, with fixed costs where they belong to it; the weight covered for a cover. None
        without a plan.
    bound : float or None
        No plan can be better. For a median it lies below the objective, for a cover above.
    gap : float or None
        Distance of the two over the objective; 0 for an optimum.
    proven : bool
        Whether the gap is within what was asked for; without a plan, whether it is proven that there is none.
    proven_by : str
        "certificate" when every step of the proof was computed again in whole numbers, "HiGHS" when the solver's
        word is part of it, "" when nothing was proven.
    certified_bound : float or None
        The bound that was computed again in whole numbers; the same as `bound` unless it is from HiGHS.
    unique_rule : bool
        Whether it is proven that no plan of equal cost wins by the rule for ties.
    reason : str
        Why there is no plan, in words; empty with a plan.
    notes : tuple of str
        What is allowed but worth a look, and whether the search was cut short.
    checked : bool
        The plan was computed again from the raw input in exact fractions and agreed; False only without a plan.
    nodes : int
        Parts of the search that were looked at.
    """

    open: tuple[int, ...] = ()
    assignment: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=int))
    routes: pd.DataFrame = field(default_factory=lambda: make_routes([]))
    objective: float | None = None
    bound: float | None = None
    gap: float | None = None
    proven: bool = False
    proven_by: str = ""
    certified_bound: float | None = None
    unique_rule: bool = False
    reason: str = ""
    notes: tuple[str, ...] = ()
    checked: bool = False
    nodes: int = 0


def make_routes(rows: list[tuple]) -> pd.DataFrame:
    """The table of routes, sorted by point, stage and site (分配表)."""
    names = ["point", "stage", "site", "share", "weight", "distance"]
    table = pd.DataFrame(rows, columns=names)
    whole = dict.fromkeys(names[:3], "int64") | dict.fromkeys(names[3:], "float64")
    return table.astype(whole).sort_values(names[:3], ignore_index=True)
