"""A table of schools as a question where to build: points with pupils, sites with seats, names for both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from youzhi.errors import UsageError
from youzhi.siting.choose import choose_sites
from youzhi.siting.distances import great_circle_km
from youzhi.siting.result import SitePlan
from youzhi.tables import SchoolTable

_STAGES = ("primary", "junior")
_PLACES = ["lon", "lat"]
# Decimals of a distance in km; short decimals are computed exactly, and ties can be told.
_TO_THE_METRE = 3
# Going to another school is never free, even where two stand at one place: nobody is moved without need.
_ONE_METRE = 0.001
# Schools of which a message names no more.
_NAMED = 10
UNCOUNTED = "不计入学位"
LEFT_OUT_COLUMNS = ["school", "town", "stage", "pupils", "why"]


@dataclass(frozen=True, eq=False)
class CountyCase:
    """Demand points and sites of one county-year, with names (一县选址问题).

    Attributes
    ----------
    county, year : str, int
        Which table it was made of.
    stages : tuple of str
        In the order of the columns of weight and capacity.
    points : DataFrame
        One row per demand point. Columns: point (name), town, lon, lat (degrees), one column of pupils per stage.
    sites : DataFrame
        One row per site, schools first. Columns: site (name), town, lon, lat, existing (bool), and seats_<stage>
        where seats are known.
    left_out : DataFrame
        Pupils who are in no point, for want of coordinates, of a number, or because their school has no seats that
        count. Columns: school, town, stage, pupils, why.
    weight, distance : ndarray
        Pupils, points × stages; great-circle distance to the metre (km), points × sites; from a school to any site
        but itself one metre at least.
    capacity : ndarray or None
        Seats, sites × stages; None where seats were not given.
    """

    county: str
    year: int
    stages: tuple[str, ...]
    points: pd.DataFrame
    sites: pd.DataFrame
    left_out: pd.DataFrame
    weight: np.ndarray
    distance: np.ndarray
    capacity: np.ndarray | None

    @property
    def existing(self) -> tuple[int, ...]:
        """Positions of the sites where a school stands."""
        return tuple(np.flatnonzero(self.sites["existing"]).tolist())

    def choose(self, **limits) -> SitePlan:
        """Choose sites; the limits are those of choose_sites (选址).

        Capacities are used where seats are known; existing schools stay open unless `closable` is true.
        """
        known = {"capacity": self.capacity, "existing": self.existing} | limits
        return choose_sites(self.weight, self.distance, **known)

    def draw_lines(self, plan: SitePlan) -> pd.DataFrame:
        """Who goes where, with places on the map (分配连线).

        Parameters
        ----------
        plan
            Of this case.

        Returns
        -------
        DataFrame
            One row per point, stage and site. Columns: point, stage, site (names), pupils (人), km, point_lon,
            point_lat, site_lon, site_lat (degrees).
        """
        routes = plan.routes
        start = self.points.iloc[routes["point"]].reset_index(drop=True)
        end = self.sites.iloc[routes["site"]].reset_index(drop=True)
        return pd.DataFrame(
            {
                "point": start["point"],
                "stage": [self.stages[stage] for stage in routes["stage"]],
                "site": end["site"],
                "pupils": routes["weight"],
                "km": routes["distance"],
                "point_lon": start["lon"],
                "point_lat": start["lat"],
                "site_lon": end["lon"],
                "site_lat": end["lat"],
            }
        )


def county_case(
    schools: SchoolTable,
    *,
    stages: str | Iterable[str] = _STAGES,
    by: str = "school",
    seats: pd.DataFrame | None = None,
    new_sites: pd.DataFrame | None = None,
) -> CountyCase:
    """Turn a table of schools into demand points and sites (由学校表建立选址问题).

    Where pupils live is not in the table. The point of a school, or the middle of the pupils of a town, stands for
    it; that is an assumption, and a plan made of it says no more than it does.

    Parameters
    ----------
    schools
        Of one county and year; lon and lat in degrees.
    stages
        "primary", "junior" or both.
    by
        "school" for one point per school, "town" for one per town, in the pupil-weighted middle of its schools.
    seats
        Seats of schools, as measure_seats gives them by school. Columns used: stage, school, seats. A school without
        a row takes no part in that stage, neither its pupils nor as a site; those of special schools are thus left
        out. A missing number leaves the school's seats unknown, and is refused.
    new_sites
        Places where a school could be built. Columns: site (name), lon, lat, and seats_<stage> where seats are given.

    Returns
    -------
    CountyCase
        Sites are the schools that take part and have coordinates, in the order of the table, then the new ones.

    Raises
    ------
    UsageError
        Several county-years, an unknown stage or way, no school with coordinates, seats that are missing.

    Examples
    --------
    >>> table = SchoolTable.from_frame(
    ...     pd.DataFrame(
    ...         {
    ...             "county": "demo",
    ...             "year": 2020,
    ...             "school": ["甲校", "乙校"],
    ...             "school_type": "primary",
    ...             "lon": [118.1, 118.2],
    ...             "lat": [36.2, 36.2],
    ...             "pupils_primary": [300, 100],
    ...         }
    ...     )
    ... )
    >>> case = county_case(table, stages="primary")
    >>> plan = case.choose(sites=1, closable=True)
    >>> case.draw_lines(plan)[["point", "site", "pupils"]].values.tolist()
    [['乙校', '甲校', 100.0], ['甲校', '甲校', 300.0]]
    """
    stages = (stages,) if isinstance(stages, str) else tuple(stages)
    frame = _one_county(schools, stages, by)
    pupils = pd.DataFrame({stage: schools.numbers(f"pupils_{stage}") for stage in stages})
    placed = frame[_PLACES].notna().all(axis=1)
    counted = _counted(frame, stages, seats)
    if not counted.any(axis=None):
        raise UsageError("没有计入学位的学校，不做选址。")
    taking_part = placed & counted.any(axis=1)
    if not taking_part.any():
        raise UsageError("没有经纬度，不做选址。要做选址，请补上lon、lat两列。")
    left_out = _left_out(frame, pupils, placed, counted)
    known = pupils.where(counted.mul(placed, axis=0)).fillna(0.0)
    points = _points(frame.assign(**known), stages, by)
    sites = _sites(frame[taking_part], stages, seats, new_sites)
    columns = [f"seats_{stage}" for stage in stages]
    distance = great_circle_km(points[_PLACES], sites[_PLACES]).round(_TO_THE_METRE)
    if by == "school":
        elsewhere = points["point"].to_numpy()[:, None] != sites["site"].to_numpy()
        distance = np.where(elsewhere, np.maximum(distance, _ONE_METRE), distance)
    return CountyCase(
        county=str(frame["county"].iloc[0]),
        year=int(frame["year"].iloc[0]),
        stages=stages,
        points=points,
        sites=sites,
        left_out=left_out,
        weight=points[list(stages)].to_numpy(dtype=float),
        distance=distance,
        capacity=None if seats is None else sites[columns].to_numpy(dtype=float),
    )


def _one_county(schools: SchoolTable, stages: tuple[str, ...], by: str) -> pd.DataFrame:
    """Names and places of the schools, once everything asked for makes sense."""
    unknown = [stage for stage in stages if stage not in _STAGES]
    if unknown or not stages:
        raise UsageError(f"没有学段“{'、'.join(unknown)}”。可以用：{'、'.join(_STAGES)}。")
    if by not in ("school", "town"):
        raise UsageError(f"不能按“{by}”划分需求点。可以用：school、town。")
    frame = schools.frame[["county", "year", "school"]].copy()
    if len(frame[["county", "year"]].drop_duplicates()) != 1:
        raise UsageError("选址一次只看一个县的一个年度。请先选出一个县年。")
    for column in _PLACES:
        frame[column] = schools.numbers(column)
    town = schools.texts("town")
    return frame.assign(town=["" if one is None else one for one in town])


def _counted(frame: pd.DataFrame, stages: tuple[str, ...], seats) -> pd.DataFrame:
    """Whether a school takes part in a stage, schools × stages: all do where seats are not given."""
    if seats is None:
        return pd.DataFrame(True, index=frame.index, columns=list(stages))
    return pd.DataFrame(
        {
            stage: frame["school"].isin(seats.loc[seats["stage"] == stage, "school"])
            for stage in stages
        }
    )


def _left_out(
    frame: pd.DataFrame, pupils: pd.DataFrame, placed: pd.Series, counted: pd.DataFrame
) -> pd.DataFrame:
    """Who is in no point: schools that do not count or have no coordinates, and numbers that are missing."""
    rows = []
    for stage in pupils:
        for row, number in enumerate(pupils[stage]):
            if not counted[stage].iloc[row]:
                if not number > 0:
                    continue
                why = UNCOUNTED
            elif np.isnan(number):
                why = "在校生数缺失"
            elif number > 0 and not placed.iloc[row]:
                why = "没有经纬度"
            else:
                continue
            school = frame.iloc[row]
            rows.append((school["school"], school["town"], stage, number, why))
    table = pd.DataFrame(rows, columns=LEFT_OUT_COLUMNS)
    return table.sort_values(["school", "stage"], ignore_index=True)


def _points(frame: pd.DataFrame, stages: tuple[str, ...], by: str) -> pd.DataFrame:
    """One row per school or town with pupils."""
    frame = frame[frame[list(stages)].sum(axis=1) > 0]
    names = ["point", "town", *_PLACES, *stages]
    if by == "school":
        return frame.assign(point=frame["school"])[names].sort_values("point", ignore_index=True)
    whole = frame[list(stages)].sum(axis=1)
    sums = (
        frame.assign(whole=whole, **{place: frame[place] * whole for place in _PLACES})
        .groupby("town", as_index=False)[["whole", *_PLACES, *stages]]
        .sum()
    )
    for place in _PLACES:
        sums[place] /= sums["whole"]
    return sums.assign(point=sums["town"])[names].sort_values("point", ignore_index=True)


def _sites(frame, stages: tuple[str, ...], seats, new_sites) -> pd.DataFrame:
    """Schools with coordinates, then new places, with seats where they are given."""
    standing = frame.assign(site=frame["school"], existing=True)
    columns = ["site", "town", *_PLACES, "existing"]
    if seats is not None:
        columns += [f"seats_{stage}" for stage in stages]
        for stage in stages:
            here = seats[seats["stage"] == stage].set_index("school")["seats"].astype(float)
            unknown = sorted(here.index[here.isna()].intersection(standing["site"]))
            if unknown:
                named = "、".join(unknown[:_NAMED]) + ("等" if len(unknown) > _NAMED else "")
                raise UsageError(
                    f"{len(unknown)}所学校的学位数未知，不做选址。请先补全班数，不要当作0：{named}。"
                )
            standing[f"seats_{stage}"] = standing["site"].map(here).fillna(0.0)
    if new_sites is None:
        return standing[columns].reset_index(drop=True)
    missing = [name for name in columns if name not in (*new_sites, "town", "existing")]
    if missing or new_sites[[c for c in columns if c in new_sites]].isna().any(axis=None):
        raise UsageError(
            f"new_sites要有{'、'.join(columns)}各列（town、existing除外），且不能留空。"
        )
    new = new_sites.assign(existing=False)
    new["town"] = new_sites.get("town", "")
    return pd.concat([standing[columns], new[columns]], ignore_index=True)
