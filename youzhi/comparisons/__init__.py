"""Counties side by side: values, dispersion, gaps per pupil, plans and rules; a ranking only where nothing stands against it.

`settings` reads comparisons.toml, `values`, `context`, `timelines` and `rules` make the tables of one county each,
`obstacles` says what stands against an order, and `comparison` stacks them.
"""

from youzhi.comparisons.comparison import CountyComparison, Ranking, compare_counties

__all__ = ["CountyComparison", "Ranking", "compare_counties"]
