"""Places in school and how full they are: seats by class limits, and the bands of a published rule (学位预警)."""

from youzhi.seats.admission import plan_admission, warn_admission
from youzhi.seats.bands import SeatRules, judge_band, load_seat_rules
from youzhi.seats.foresight import foresee_towns
from youzhi.seats.places import class_limits, measure_seats

__all__ = [
    "SeatRules",
    "class_limits",
    "foresee_towns",
    "judge_band",
    "load_seat_rules",
    "measure_seats",
    "plan_admission",
    "warn_admission",
]
