"""Coordinates that cannot be where the schools are."""

from __future__ import annotations

import numpy as np

from youzhi.intake.findings import Rule
from youzhi.plausibility.survey import Found, Survey

_KM_PER_DEGREE = 111.2


def _points(survey: Survey) -> tuple[np.ndarray, np.ndarray]:
    return survey.numbers("lon"), survey.numbers("lat")


def _inside(lon: np.ndarray, lat: np.ndarray, rule: Rule) -> np.ndarray:
    (west, east), (south, north) = rule.limits["lon"], rule.limits["lat"]
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _say(survey: Survey, row: int) -> str:
    lon, lat = _points(survey)
    return f"{survey.names[row]}：经度{lon[row]:.15g}，纬度{lat[row]:.15g}"


def _same_point(survey: Survey, rule: Rule) -> Found:
    lon, lat = _points(survey)
    first: dict[tuple[float, float], int] = {}
    for row in np.flatnonzero(~np.isnan(lon) & ~np.isnan(lat)):
        earlier = first.setdefault((lon[row], lat[row]), row)
        if earlier != row:
            found = f"{_say(survey, row)}，与{survey.names[earlier]}相同"
            yield survey.note(rule, int(row), "lon", found)


def _swapped(survey: Survey, rule: Rule) -> Found:
    lon, lat = _points(survey)
    for row in np.flatnonzero(_inside(lat, lon, rule)):
        proposed = f"建议改为经度{lat[row]:.15g}，纬度{lon[row]:.15g}"
        yield survey.note(rule, int(row), "lon", _say(survey, row), became=proposed)


def _outside_china(survey: Survey, rule: Rule) -> Found:
    lon, lat = _points(survey)
    known = ~np.isnan(lon) & ~np.isnan(lat)
    for row in np.flatnonzero(known & ~_inside(lon, lat, rule) & ~_inside(lat, lon, rule)):
        yield survey.note(rule, int(row), "lon", _say(survey, row))


def _far_away(survey: Survey, rule: Rule) -> Found:
    lon, lat = _points(survey)
    known = (np.abs(lat) <= 90) & (np.abs(lon) > np.abs(lat))  # a swapped pair has its own rule
    if known.sum() < rule.limits["schools"]:
        return
    middle = np.median(lon[known]), np.median(lat[known])
    east = (lon - middle[0]) * np.cos(np.radians(middle[1]))
    km = _KM_PER_DEGREE * np.hypot(east, lat - middle[1])
    usual = float(np.median(km[known]))
    most = max(rule.limits["times"] * usual, rule.limits["km"])
    for row in np.flatnonzero(known & (km > most)):
        found = (
            f"{_say(survey, row)}，距各校中位点{km[row]:.0f}公里（各校距离的中位数{usual:.0f}公里）"
        )
        yield survey.note(rule, int(row), "lon", found)


def _half_a_point(survey: Survey, rule: Rule) -> Found:
    lon, lat = _points(survey)
    for row in np.flatnonzero(np.isnan(lon) != np.isnan(lat)):
        given = "lat" if np.isnan(lon[row]) else "lon"
        yield survey.note(rule, int(row), given, survey.tell(row, given))


LOCATIONS = {
    "D09": _same_point,
    "D09b": _swapped,
    "D09c": _outside_china,
    "D09d": _far_away,
    "D09e": _half_a_point,
}
