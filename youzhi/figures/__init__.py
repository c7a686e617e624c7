"""Results -> matplotlib figures in one style, with the open Chinese font that is installed with youzhi.

Every figure is closed and returned, so that none is kept open; its title says what it shows. The settings hold
only while a figure is drawn; the font stays registered with matplotlib. pyplot is used, so draw in one thread at a
time. Colours are told apart in grey and by colour-blind readers; what matters is also marked by shape.
"""

from youzhi.figures.plans import draw_problems, draw_rows, draw_timeline
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
    "draw_bar_distance",
    "draw_coefficients",
    "draw_contributions",
    "draw_distributions",
    "draw_gaps",
    "draw_lorenz",
    "draw_problems",
    "draw_rows",
    "draw_timeline",
    "draw_trend",
    "draw_zones",
]
