"""Among plans that cost the same, the one that does without the sites named last (同值取舍)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from youzhi.siting.multipliers import Prices
from youzhi.siting.search import Model, Search
from youzhi.siting.selection import CLOSED, FREE, OPEN


def settle_ties(
    model: Model,
    status: np.ndarray,
    opened: np.ndarray,
    prices: Prices,
    cost: float,
    equal: Callable[[np.ndarray], bool],
    above: float,
    nodes: int,
) -> tuple[np.ndarray, bool]:
    """Replace a best plan by the one of equal cost that wins by the rule (同值方案取舍).

    Of two plans, the one wins that does not open the last site in which they differ. So sites are preferred in the
    order in which they are given, and no site is opened for nothing.

    Parameters
    ----------
    model, status, prices
        The problem, the sites that have to be open, and good prices.
    opened, cost
        A best plan and its units.
    equal
        Whether a plan costs exactly as much.
    above
        Units from which on a plan costs more.
    nodes
        How many parts may be looked at for each site.

    Returns
    -------
    opened : ndarray of int
        The plan, ascending.
    proved : bool
        False when the limit was hit, so that another plan of equal cost might win.
    """
    settled, proved = status.copy(), True
    for site in range(len(status) - 1, -1, -1):
        if settled[site] != FREE:
            continue
        settled[site] = CLOSED
        if site not in opened:
            continue
        search = Search(model, lambda found: above if found >= above else -np.inf, above)
        found = search.run(settled, nodes, prices)
        if found.opened is not None and equal(found.opened):
            opened = found.opened
            continue
        proved &= found.opened is None and found.bound >= above
        settled[site] = OPEN
    return opened, proved
