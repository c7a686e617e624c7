"""What if: dated actions on the schools of a county lead to new school tables; then everything runs unchanged (情景).

A scenario is a TOML file in <county>/scenarios/. `models` says its shape, `files` reads it, `running` goes through the
years: `entering` brings pupils, `acting` does the actions with `moving`, `forming` makes classes, all on the schools as
`working` holds them. `construction` holds building standards; carrying.toml says what becomes of each column.
"""

from youzhi.scenarios.construction import (
    construction_area,
    cost_anchor,
    load_construction,
    sports_land_trap,
)
from youzhi.scenarios.files import list_scenarios, load_scenario, parse_scenario
from youzhi.scenarios.listing import list_actions
from youzhi.scenarios.models import Scenario
from youzhi.scenarios.running import apply_scenario, list_places, run_years

__all__ = [
    "Scenario",
    "apply_scenario",
    "construction_area",
    "cost_anchor",
    "list_actions",
    "list_places",
    "list_scenarios",
    "load_construction",
    "load_scenario",
    "parse_scenario",
    "run_years",
    "sports_land_trap",
]
