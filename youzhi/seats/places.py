"""How many places schools have and how full they are: classes times the limit of a class (学位测算)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from youzhi.errors import UsageError
from youzhi.seats.bands import compare_seats, load_seat_rules
from youzhi.standards import Ratio, Standard
from youzhi.tables import SchoolTable

# By what seats may be added up; beside a school's name stand the columns that find it on a map.
_DESCRIBED = {"school": ["school_id", "town"], "town": [], "zone": [], "county": []}

_MEASURED = ["pupils", "classes", "limit", "seats", "free", "ratio", "band"]


def class_limits(standard: Standard) -> dict[str, int]:
    """Return the largest class that a standard allows, stage by stage (班额上限).

    Parameters
    ----------
    standard
        Its item on the size of classes, which seats.toml names, is used.

    Returns
    -------
    dict
        Stage id to pupils of a class (人), in the order of the standard.

    Raises
    ------
    UsageError
        The standard has no such item.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> class_limits(load_standard("jiaodu-2017-6"))
    {'primary': 45, 'junior': 50}
    """
    capacity = load_seat_rules().capacity
    for check in (
        check for item in standard.item if item.id == capacity.item for check in item.check
    ):
        if check.id == capacity.check and isinstance(check, Ratio):
            bars = (
                check.bar
                if isinstance(check.bar, dict)
                else dict.fromkeys(standard.stages, check.bar)
            )
            return {stage: int(bars[stage]) for stage in standard.stages}
    raise UsageError(
        f"标准 {standard.id} 没有班额上限（评估项 {capacity.item}），算不出学位数；请改用写明班额的标准"
    )


def measure_seats(schools: SchoolTable, standard: Standard, *, by: str = "school") -> pd.DataFrame:
    """Hold the pupils of every stage against its places: classes times the limit of a class (学位测算).

    A place is a seat in a class that is open. The table has no number of ordinary classrooms, and neither networked
    classrooms nor areas tell it, so that a room that stands empty is not seen. Teaching points of any size have
    seats, private schools too; campuses stand as they are. Special and vocational schools are left out, as the
    standard counts no stage of theirs. A school without pupils and without a stated class of a stage has no such
    stage; pupils or classes of a stage that its type does not have are counted where they are.

    Parameters
    ----------
    schools
        One row per school or campus. Columns used: school_type, pupils_* (人), classes_* (个), and the column `by`.
    standard
        Its stages, the school types that have them, and the limit of a class.
    by
        "school", or added up by "town", "zone" or "county"; a school without a town or zone stands under "".

    Returns
    -------
    DataFrame
        One row per county, year, stage and place, sorted by them. Columns: county, year, stage, then school with
        school_id and town, or town, or zone, or none; pupils (人), classes (个), limit (pupils of a class), seats (人),
        free (seats less pupils, below zero where they are too few), ratio (pupils over seats, 1 is full), band
        (of seats.toml, or "cannot_tell"). Missing numbers are NaN: one missing part makes a sum missing, and pupils
        without any class are a contradiction, their classes are taken as missing.

    Raises
    ------
    UsageError
        `by` is something else, or the standard has no limit of classes.

    Examples
    --------
    >>> from youzhi.standards import load_standard
    >>> frame = pd.DataFrame(
    ...     {
    ...         "county": "demo",
    ...         "year": 2020,
    ...         "school": ["甲小学", "乙小学"],
    ...         "school_type": "primary",
    ...         "pupils_primary": [450, 400],
    ...         "classes_primary": [10, 10],
    ...     }
    ... )
    >>> schools = SchoolTable.from_frame(frame)
    >>> measure_seats(schools, load_standard("jiaodu-2017-6"))[["school", "seats", "free", "band"]]
      school  seats  free   band
    0    乙小学  450.0  50.0  green
    1    甲小学  450.0   0.0    red
    >>> measure_seats(schools, load_standard("jiaodu-2017-6"), by="county")["band"].tolist()
    ['yellow']
    """
    limits = class_limits(standard)
    frame = add_up_places(schools, standard, by)
    pupils, classes = frame["pupils"].to_numpy(), frame["classes"].to_numpy()
    limit = frame["stage"].map(limits).to_numpy(dtype=int)
    seats = classes * limit
    told = {"limit": limit, "seats": seats} | compare_seats(pupils, seats)
    keys = [name for name in frame if name not in _MEASURED]
    return frame.assign(**told)[[*keys, *_MEASURED]]


def add_up_places(
    schools: SchoolTable, standard: Standard, by: str, lengths: Mapping[str, int] | None = None
) -> pd.DataFrame:
    """Add up pupils and classes by place and stage (按学校或地方汇总).

    Parameters
    ----------
    schools, standard, by
        See measure_seats.
    lengths
        Stage id to its years: classes of the first grade are wanted. Without it all classes of the stage.

    Returns
    -------
    DataFrame
        One row per county, year, stage and place, sorted by them. Columns: keys as in measure_seats, pupils (人),
        classes (个); a sum with a missing part is NaN.

    Raises
    ------
    UsageError
        `by` is something else.
    """
    if by not in _DESCRIBED:
        raise UsageError(f"学位只能按 {'、'.join(_DESCRIBED)} 汇总，不能按“{by}”；请改用其中之一")
    blocks = [_stage_places(schools, standard, stage, lengths) for stage in standard.stages]
    row, pupils, classes = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    stage = np.repeat(np.arange(len(blocks)), [len(block[0]) for block in blocks])
    county, year = _codes(schools.texts("county")), schools.frame["year"].to_numpy()
    place = np.zeros(len(schools), dtype=int) if by == "county" else _codes(schools.texts(by))
    keys = np.column_stack([county[row], year[row], stage, place[row]])
    order = np.lexsort(keys.T[::-1])
    starts = np.flatnonzero(np.diff(keys[order], axis=0, prepend=keys[order][:1] - 1).any(axis=1))
    first = row[order][starts]
    names = [name for name in (by, *_DESCRIBED[by]) if name != "county"]
    texts = {name: pd.Series(schools.texts(name)[first]).fillna("") for name in names}
    columns = {
        "county": schools.texts("county")[first],
        "year": year[first],
        "stage": np.array(list(standard.stages), dtype=object)[stage[order][starts]],
        **texts,
        "pupils": np.add.reduceat(pupils[order], starts),
        "classes": np.add.reduceat(classes[order], starts),
    }
    return pd.DataFrame(columns)


def _stage_places(
    schools: SchoolTable, standard: Standard, stage: str, lengths: Mapping[str, int] | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows with places of a stage, their pupils and classes; children without a class have an unknown number of classes."""
    types, counting = pd.Series(schools.texts("school_type")), standard.counting.stages
    pupils, classes = (schools.numbers(f"{name}_{stage}") for name in ("pupils", "classes"))
    everyone = {kind for kinds in counting.values() for kind in kinds}
    stated = (pupils > 0) | (classes > 0)
    regular = types.isin(counting[stage]).to_numpy() & (stated | (pupils != 0))
    attached = types.isin(everyone).to_numpy() & stated
    row = np.flatnonzero(regular | attached)
    pupils, classes = pupils[row], classes[row]
    classes = np.where((pupils > 0) & (classes == 0), np.nan, classes)
    if lengths is not None:
        years = lengths[stage]
        classes = np.maximum((2 * classes + years) // (2 * years), np.sign(classes))
    return row, pupils, classes


def _codes(names: np.ndarray) -> np.ndarray:
    """Numbers in the order of the names; no name comes first."""
    return pd.factorize(pd.Series(names).fillna(""), sort=True)[0]
