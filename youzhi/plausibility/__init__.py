"""Whether a finished table of one county and year fits together and is likely; nothing here decides a verdict.

One small function per rule; thresholds and words are data, in intake/rules/domain.toml.
"""

from __future__ import annotations

from collections.abc import Callable

from youzhi.errors import UsageError
from youzhi.intake.findings import Finding, Place, load_rules
from youzhi.plausibility.changes import CHANGES
from youzhi.plausibility.contradictions import CONTRADICTIONS
from youzhi.plausibility.effects import explain_effect
from youzhi.plausibility.extremes import EXTREMES
from youzhi.plausibility.locations import LOCATIONS
from youzhi.plausibility.parts import PARTS
from youzhi.plausibility.patterns import PATTERNS
from youzhi.plausibility.survey import Survey
from youzhi.standards import Standard
from youzhi.tables import SchoolTable

__all__ = ["RULES", "check_table", "explain_effect"]

RULES = CONTRADICTIONS | PARTS | EXTREMES | PATTERNS | LOCATIONS | CHANGES


def check_table(
    schools: SchoolTable,
    before: SchoolTable | None,
    standard: Standard,
    places: Callable[[int, str], Place] | None = None,
) -> list[Finding]:
    """Look over a finished table for what contradicts itself or is hardly likely (合理性检查).

    Nothing is changed. What the engine sets aside by itself is told as held, everything else is a hint.

    Parameters
    ----------
    schools
        Of one county and year.
    before
        The same county in an earlier year, or None: then nothing is compared with it.
    standard
        Says who counts, which bars there are and what rests on which column.
    places
        Row position of the table and column id to the cell of the file; by default the row of the file that the table
        remembers, under the header of the dictionary.

    Returns
    -------
    list of Finding
        What is about no single row first, then by row of the file, inside a row by rule.

    Raises
    ------
    UsageError
        The table is about several counties or years.
    DataError
        A school and its campuses both have a row.

    Examples
    --------
    >>> import pandas as pd
    >>> from youzhi.standards import load_standard
    >>> table = SchoolTable.from_frame(
    ...     pd.DataFrame(
    ...         {
    ...             "county": "demo",
    ...             "year": 2020,
    ...             "school": ["甲校", "乙校"],
    ...             "school_type": "primary",
    ...             "pupils_primary": [0, 300],
    ...             "teachers_primary": [12, 20],
    ...         }
    ...     )
    ... )
    >>> for found in check_table(table, None, load_standard("jiaodu-2017-6")):
    ...     print(found.rule, found.outcome, found.found)
    D02 warn 小学计入的只有1个校段：乙校
    D01 hold 甲校：小学在校生数0人，小学专任教师数12人
    """
    keys = schools.frame[["county", "year"]].drop_duplicates()
    if len(keys) > 1:
        raise UsageError(f"合理性检查一次只看一个县的一个年度，表中有{len(keys)}个县年。")
    if keys.empty:
        return []
    survey, rules = Survey(schools, before, standard, places), load_rules()
    found = [one for rule, check in RULES.items() for one in check(survey, rules[rule])]
    return sorted(found, key=lambda one: (one.row or 0, one.rule, one.column, one.found))
