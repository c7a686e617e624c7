"""Who goes where when the open sites are settled and have seats: one transport problem per stage, solved by HiGHS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from youzhi.siting.result import SitingError

# The least tolerances that HiGHS takes.
_EXACT = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}


class Transport(NamedTuple):
    """The cheapest distribution over given sites (分配结果).

    Attributes
    ----------
    cost : float
        Units of the costs; infinite when the seats do not suffice.
    flow : ndarray of int, clients × sites
        Seats taken.
    seats : ndarray of float
        Price of a seat per site, units.
    """

    cost: float
    flow: np.ndarray
    seats: np.ndarray


def distribute(
    matrix: np.ndarray, unserved: np.ndarray | None, needed: np.ndarray, given: np.ndarray
) -> Transport:
    """Distribute clients over sites with seats at the least cost (运输问题).

    Parameters
    ----------
    matrix
        Clients × sites, units for the client as a whole; infinite where it may not go.
    unserved
        Units of leaving a client out; None where nobody may be left out.
    needed, given
        Seats, whole numbers; needed is greater than 0.

    Returns
    -------
    Transport
        Where not all can be served, the cost is infinite, and the prices are those of serving as many as can be.
    """
    found = _solve(matrix, unserved, needed, given)
    if found is not None:
        return found
    reachable = np.where(np.isfinite(matrix), 0.0, np.inf)
    short = _solve(reachable, needed.astype(float), needed, given)
    return short._replace(cost=np.inf)


def _solve(matrix, unserved, needed, given) -> Transport | None:
    """The linear program over the pairs that are allowed; None when it has no solution."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    clients, sites = matrix.shape
    if not clients:
        return Transport(0.0, np.zeros(matrix.shape, dtype=np.int64), np.zeros(sites))
    rows, columns = np.nonzero(np.isfinite(matrix))
    price = matrix[rows, columns]
    if unserved is not None:
        rows, columns = np.r_[rows, np.arange(clients)], np.r_[columns, np.full(clients, sites)]
        price = np.r_[price, unserved]
    if len(np.unique(rows)) < clients:
        return None
    at, ones = np.arange(len(rows)), np.ones(len(rows))
    here = columns < sites
    # A cost per seat of about one keeps the solver's tolerances meaningful.
    each = price / needed[rows]
    size = max(float(each.max()), 1.0)
    result = linprog(
        each / size,
        A_ub=csr_array((ones[here], (columns[here], at[here])), shape=(sites, len(rows))),
        b_ub=given,
        A_eq=csr_array((ones, (rows, at)), shape=(clients, len(rows))),
        b_eq=needed,
        method="highs-ds",
        options=_EXACT,
    )
    if result.status == 2:
        return None
    if result.status != 0:
        raise SitingError(f"HiGHS没有解出分配问题：{result.message}。请核对距离与容量的量级。")
    flow = np.zeros((clients, sites + 1), dtype=np.int64)
    flow[rows, columns] = np.rint(result.x)
    cost = float((each * flow[rows, columns]).sum())
    return Transport(cost, flow[:, :sites], np.maximum(-result.ineqlin.marginals, 0.0) * size)
