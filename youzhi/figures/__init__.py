"""Results -> matplotlib figures in one style, with the open Chinese font that is installed with youzhi.

Every figure is closed and returned, so that none is kept open; its title says what it shows. The settings hold
only while a figure is drawn; the font stays registered with matplotlib. pyplot is used, so draw in one thread at a
time. Colours are told apart in grey and by colour-blind readers; what matters is also marked by shape.
"""

from youzhi.figures.comparison import (
    draw_county_coefficients,
    draw_county_multiples,
    draw_county_sizes,
    draw_county_slopes,
    draw_county_timelines,
)
from youzhi.figures.maps import (
    draw_schools_map,
    draw_siting_map,
)
from youzhi.figures.outlook import (
    draw_admission,
    draw_entrants,
    draw_grades,
    draw_outlook,
    draw_seats,
)
from youzhi.figures.plans import draw_problems, draw_rows, draw_timeline
from youzhi.figures.scenario import (
    draw_coefficient_changes,
    draw_odds,
    draw_regret,
    draw_tornado,
    draw_trial,
)
from youzhi.figures.schools import (
    draw_bar_distance,
    draw_coefficients,
    draw_contributions,
    draw_distributions,
    draw_gaps,
    draw_lorenz,
    draw_trend,
    draw_zones,
)

__all__ = [
    "draw_admission",
    "draw_bar_distance",
    "draw_coefficient_changes",
    "draw_coefficients",
    "draw_contributions",
    "draw_county_coefficients",
    "draw_county_multiples",
    "draw_county_sizes",
    "draw_county_slopes",
    "draw_county_timelines",
    "draw_distributions",
    "draw_entrants",
    "draw_gaps",
    "draw_grades",
    "draw_lorenz",
    "draw_odds",
    "draw_outlook",
    "draw_problems",
    "draw_regret",
    "draw_rows",
    "draw_schools_map",
    "draw_seats",
    "draw_siting_map",
    "draw_timeline",
    "draw_tornado",
    "draw_trend",
    "draw_trial",
    "draw_zones",
]
