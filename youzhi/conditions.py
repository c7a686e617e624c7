"""Which schools a rule is about: a condition holds, does not hold, or cannot be told for want of data."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from youzhi.columns import load_columns
from youzhi.standards import Condition, Standard
from youzhi.tables import SchoolTable

# Inside a condition the least state decides, among several conditions the greatest.
_NO, _UNKNOWN, _YES = 0, 1, 2


def holds(
    schools: SchoolTable, standard: Standard, conditions: Iterable[Condition]
) -> tuple[np.ndarray, np.ndarray]:
    """Tell for which schools any of several conditions holds (条件是否成立).

    Parameters
    ----------
    schools
        One row per school or campus. Columns used: those that a condition names.
    standard
        Says which stages a school of a type has.
    conditions
        Inside one every key must hold; no condition at all holds for every school.

    Returns
    -------
    yes, unknown : ndarray of bool
        One per school. Unknown where a missing value could make it hold.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> table = SchoolTable.from_frame(
    ...     pd.DataFrame(
    ...         {
    ...             "county": "demo",
    ...             "year": 2020,
    ...             "school": ["甲校", "乙校", "丙校"],
    ...             "school_type": "primary",
    ...             "pupils_primary": [80, None, 300],
    ...         }
    ...     )
    ... )
    >>> yes, unknown = holds(table, load_standard("jiaodu-2017-6"), [Condition(pupils_below=100)])
    >>> dict(zip(table.frame["school"], zip(yes.tolist(), unknown.tolist())))
    {'丙校': (False, False), '乙校': (False, True), '甲校': (True, False)}
    """
    states = [_state(schools, standard, condition) for condition in conditions]
    if not states:
        return np.ones(len(schools), dtype=bool), np.zeros(len(schools), dtype=bool)
    state = np.maximum.reduce(states)
    return state == _YES, state == _UNKNOWN


def lacking_words(
    schools: SchoolTable, standard: Standard, conditions: Iterable[Condition]
) -> np.ndarray:
    """Name the columns whose blanks leave open whether any of several conditions holds (缺哪些数据).

    Parameters
    ----------
    schools
        One row per school or campus. Columns used: those that a condition names.
    standard
        Says which stages a school of a type has.
    conditions
        Those that cannot be told for a school are asked for their blank columns.

    Returns
    -------
    ndarray of str
        One per school: Chinese headers joined by 、, "" where nothing is open.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> row = {"county": "demo", "year": 2020, "school": "甲校", "school_type": "primary"}
    >>> either = [Condition(built_by=2010), Condition(zones=["rural"])]
    >>> lacking_words(
    ...     SchoolTable.from_frame(pd.DataFrame([row])), load_standard("jiaodu-2017-6"), either
    ... )
    array(['规划建成年份、城乡类型'], dtype=object)
    """
    conditions = list(conditions)
    named: list[dict[str, None]] = [{} for _ in range(len(schools))]
    _, unknown = holds(schools, standard, conditions)
    for condition in conditions if unknown.any() else ():
        open_here = unknown & (_state(schools, standard, condition) == _UNKNOWN)
        for columns, known, _ in _keys(schools, standard, condition):
            for column in columns:
                blank = pd.isna(schools.frame[column]) if column in schools.frame else True
                blank &= ~lacks_stage(schools, standard, column.rpartition("_")[2])
                for row in np.flatnonzero(open_here & ~known & blank):
                    named[row][load_columns()[column].headers[0]] = None
    return np.array(["、".join(names) for names in named], dtype=object)


def may_hold(
    schools: SchoolTable, standard: Standard, conditions: Iterable[Condition]
) -> np.ndarray:
    """Tell where a condition that cannot be told is borne out in part (条件部分成立).

    Parameters
    ----------
    schools
        One row per school or campus. Columns used: those that a condition names.
    standard
        Says which stages a school of a type has.
    conditions
        Several; one is enough.

    Returns
    -------
    ndarray of bool
        Some key of an open condition is known to hold, and no key is known not to.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> row = {"county": "demo", "year": 2020, "school": "甲校", "school_type": "primary"}
    >>> table = SchoolTable.from_frame(pd.DataFrame([row | {"pupils_primary": 60}]))
    >>> small_rural, central = (
    ...     Condition(zones=["rural"], pupils_below=100),
    ...     Condition(inner_city=True),
    ... )
    >>> [
    ...     may_hold(table, load_standard("jiaodu-2017-6"), [rule]).item()
    ...     for rule in (small_rural, central)
    ... ]
    [True, False]
    """
    found = np.zeros(len(schools), dtype=bool)
    for condition in conditions:
        open_here = _state(schools, standard, condition) == _UNKNOWN
        for _, known, true in _keys(schools, standard, condition):
            found |= open_here & known & true
    return found


def compulsory_pupils(schools: SchoolTable, standard: Standard) -> np.ndarray:
    """Add up the pupils of every school in the standard's stages (义务教育阶段在校生数).

    Parameters
    ----------
    schools
        Columns used: school_type, pupils_* (人).
    standard
        Its stages, and which a school of a type has.

    Returns
    -------
    ndarray of float
        One per school (人); NaN where the pupils of a stage that the school has are missing.
    """
    return sum(stage_numbers(schools, standard, f"pupils_{stage}") for stage in standard.stages)


def stage_numbers(schools: SchoolTable, standard: Standard, column: str) -> np.ndarray:
    """Return one numeric column; what belongs to a stage that a school's type lacks is zero there (分学段取数).

    Parameters
    ----------
    schools
        One row per school or campus.
    standard
        Says which stages a school of a type has; a type that it counts in no stage may have any.
    column
        A numeric column of the dictionary of columns.

    Returns
    -------
    ndarray of float
        One per school; missing is NaN.
    """
    numbers = schools.numbers(column)
    lacking = lacks_stage(schools, standard, column.rpartition("_")[2])
    return np.where(np.isnan(numbers) & lacking, 0.0, numbers)


def lacks_stage(schools: SchoolTable, standard: Standard, stage: str) -> np.ndarray:
    """Tell which schools, by their type, have no such stage; nobody lacks what is no stage at all (没有该学段).

    Parameters
    ----------
    schools
        Columns used: school_type.
    standard
        Says which types have which stages.
    stage
        Stage id, "senior" too.

    Returns
    -------
    ndarray of bool
        One per school.
    """
    kinds = standard.counting.stages
    counted = {kind for names in kinds.values() for kind in names}
    sharing = {kind for kind, names in standard.split.stages.items() if stage in names}
    having = set(kinds.get(stage, [])) | sharing
    if not having:
        return np.zeros(len(schools), dtype=bool)
    return pd.Series(schools.texts("school_type")).isin(counted - having).to_numpy()


def _state(schools: SchoolTable, standard: Standard, condition: Condition) -> np.ndarray:
    """Whether every key that one condition gives holds: yes, no, or unknown."""
    state = np.full(len(schools), _YES)
    for _, known, true in _keys(schools, standard, condition):
        state = np.minimum(state, np.where(known, np.where(true, _YES, _NO), _UNKNOWN))
    return state


def _keys(schools: SchoolTable, standard: Standard, condition: Condition):
    """For every key that is given: the columns it rests on, where its value is known, and where it holds."""
    for column, wanted in (("school_type", condition.school_types), ("zone", condition.zones)):
        if wanted:
            values = pd.Series(schools.texts(column))
            yield [column], values.notna().to_numpy(), values.isin(wanted).to_numpy()
    for column in ("boarding", "inner_city"):
        wanted = getattr(condition, column)
        if wanted is not None:
            values = schools.texts(column)
            yield [column], pd.notna(values), values == wanted
    if condition.public is not None:
        codes = schools.numbers("organiser_code")
        private = np.isin(codes, standard.counting.private_codes)
        yield ["organiser_code"], ~np.isnan(codes), private != condition.public
    yield from _number_keys(schools, standard, condition)


def _number_keys(schools: SchoolTable, standard: Standard, condition: Condition):
    if condition.built_by is not None:
        built = schools.numbers("built_year")
        yield ["built_year"], ~np.isnan(built), built <= condition.built_by
    if condition.largest_class_below is not None:
        names = [f"largest_class_{stage}" for stage in standard.stages]
        largest = np.max([stage_numbers(schools, standard, name) for name in names], axis=0)
        yield names, ~np.isnan(largest), largest < condition.largest_class_below
    limits = condition.pupils_from, condition.pupils_below, condition.migrant_share_above
    if limits == (None, None, None):
        return
    pupils = compulsory_pupils(schools, standard)
    counts = [f"pupils_{stage}" for stage in standard.stages]
    if condition.pupils_from is not None:
        yield counts, ~np.isnan(pupils), pupils >= condition.pupils_from
    if condition.pupils_below is not None:
        yield counts, ~np.isnan(pupils), pupils < condition.pupils_below
    if condition.migrant_share_above is not None:
        migrant = schools.numbers("migrant_pupils")
        above = migrant > float(condition.migrant_share_above) * pupils
        yield ["migrant_pupils", *counts], ~np.isnan(migrant + pupils), above
