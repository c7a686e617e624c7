"""How many pupils come: pupils by grade in the years to come, with bands and with the errors of the past beside them."""

from youzhi.enrolment.backtests import (
    BACKTEST_COLUMNS,
    PAST_COLUMNS,
    backtest_enrolment,
    choose_method,
    project_past,
    summarise_past,
)
from youzhi.enrolment.calibration import (
    measure_widening,
    spread_widening,
    widen_futures,
    widen_past,
)
from youzhi.enrolment.doubts import DOUBT_COLUMNS, can_project, find_doubts
from youzhi.enrolment.entrants import census_entrants, load_births
from youzhi.enrolment.history import HISTORY_COLUMNS, read_history
from youzhi.enrolment.methods import METHOD_WORDS, METHODS
from youzhi.enrolment.projection import (
    PROJECTION_COLUMNS,
    Projection,
    frame_projection,
    make_projection,
    project_enrolment,
    quantile_bands,
)

__all__ = [
    "BACKTEST_COLUMNS",
    "DOUBT_COLUMNS",
    "HISTORY_COLUMNS",
    "METHODS",
    "METHOD_WORDS",
    "PAST_COLUMNS",
    "PROJECTION_COLUMNS",
    "Projection",
    "backtest_enrolment",
    "can_project",
    "census_entrants",
    "choose_method",
    "find_doubts",
    "frame_projection",
    "load_births",
    "make_projection",
    "measure_widening",
    "project_enrolment",
    "project_past",
    "quantile_bands",
    "read_history",
    "spread_widening",
    "summarise_past",
    "widen_futures",
    "widen_past",
]
