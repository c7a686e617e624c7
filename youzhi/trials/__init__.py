"""Scenarios tried out: before and after, costs, what is left over, sensitivity, chances."""

from youzhi.trials.chances import Draws, draw_pupils, judge_draws, measure_drift
from youzhi.trials.changes import Comparison, compare
from youzhi.trials.costs import (
    cost_per_pupil_year,
    leave_out,
    measure_efficiency,
    measure_regret,
    tally_costs,
    total_cost,
)
from youzhi.trials.odds import draw_year, measure_odds
from youzhi.trials.places import SiteQuestion, choose_places
from youzhi.trials.sensitivity import vary_one_by_one
from youzhi.trials.trial import Trial, run_trial

__all__ = [
    "Comparison",
    "Draws",
    "SiteQuestion",
    "Trial",
    "choose_places",
    "compare",
    "cost_per_pupil_year",
    "draw_pupils",
    "draw_year",
    "judge_draws",
    "leave_out",
    "measure_drift",
    "measure_efficiency",
    "measure_odds",
    "measure_regret",
    "run_trial",
    "tally_costs",
    "total_cost",
    "vary_one_by_one",
]
