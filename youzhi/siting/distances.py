"""Distances between demand points and sites: over the great circle, or from a table that the user brings."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from youzhi.errors import DataError, UsageError
from youzhi.exact import parse_number
from youzhi.siting.given import read_numbers, show

# Mean radius R1 of the GRS 80 ellipsoid, (2a + b) / 3: Moritz (2000), Geodetic Reference System 1980.
EARTH_RADIUS_KM = 6371.0087714
_HEADERS = ("from", "to", "km")


def great_circle_km(points_a, points_b) -> np.ndarray:
    """Compute distances over the great circle between two lists of places (大圆距离).

    The earth is taken as a sphere, which is wrong by half a percent at most. Roads are longer: bring a table of them
    where it matters (`read_distances`).

    Parameters
    ----------
    points_a, points_b
        Places × 2: longitude and latitude in degrees (经度、纬度，度), as in the columns lon and lat of schools.

    Returns
    -------
    ndarray
        Places of the first × places of the second list (km).

    Raises
    ------
    UsageError
        Not two columns.
    DataError
        A coordinate is missing or out of range; all at once, by list and row.

    References
    ----------
    Haversine formula: Sinnott, R. W. (1984), Virtues of the haversine, Sky and Telescope 68(2).

    Examples
    --------
    A quarter of the equator:

    >>> great_circle_km([[0, 0]], [[90, 0], [0, 90]]).round(1).tolist()
    [[10007.6, 10007.6]]
    """
    one, other = _radians({"points_a": points_a, "points_b": points_b})
    lon = one[:, None, 0] - other[None, :, 0]
    lat = one[:, None, 1] - other[None, :, 1]
    along = np.cos(one[:, None, 1]) * np.cos(other[None, :, 1])
    half = np.sin(lat / 2) ** 2 + along * np.sin(lon / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))


def _radians(lists: dict[str, object]) -> list[np.ndarray]:
    """Coordinates in radians, or everything that is wrong with them."""
    tables, faults = [], []
    for name, places in lists.items():
        table, written = read_numbers(places, name)
        if table.ndim != 2 or table.shape[1] != 2:
            raise UsageError(f"{name}的形状是{table.shape}，应为每个地点一行，两列：经度、纬度。")
        for column, (label, limit) in enumerate((("经度", 180), ("纬度", 90))):
            for row in np.flatnonzero(~(np.abs(table[:, column]) <= limit)):
                found = show(written[row, column])
                allowed = f"-{limit}到{limit}度"
                faults.append((name, int(row), label, found, allowed, "补上或改正坐标"))
        tables.append(np.radians(table))
    _tell(faults)
    return tables


def _tell(faults: list[tuple]) -> None:
    """Raise all faults at once, if there are any."""
    if faults:
        names = ["file", "row", "column", "found", "allowed", "advice"]
        raise DataError(pd.DataFrame(faults, columns=names).assign(sheet=""))


def read_distances(path, points: Sequence[str], sites: Sequence[str]) -> np.ndarray:
    r"""Read a table of distances that the user brings (读入距离表).

    Parameters
    ----------
    path
        CSV in UTF-8 with the columns from (需求点), to (场址), km; `inf` where there is no way. Other columns are
        passed over. A distance holds in the direction in which it is written.
    points, sites
        Names in the order of the result.

    Returns
    -------
    ndarray
        Points × sites (km).

    Raises
    ------
    UsageError
        The file cannot be read, or a name is given twice.
    DataError
        A pair that is missing, stated twice with different distances, or no distance; all at once, by name.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "roads.csv")
    ...     _ = file.write_text(
    ...         "from,to,km\n甲村,中心小学,2.5\n乙村,中心小学,inf\n", encoding="utf-8"
    ...     )
    ...     read_distances(file, ["甲村", "乙村"], ["中心小学"]).tolist()
    [[2.5], [inf]]
    """
    points, sites = _names(points, "points"), _names(sites, "sites")
    try:
        path = Path(path)
    except TypeError as error:
        raise UsageError(f"距离表的路径是{path!r}，应为文件名。") from error
    file = path.name
    stated, faults = _stated(path, file)
    table = np.full((len(points), len(sites)), np.nan)
    for row, point in enumerate(points):
        for column, site in enumerate(sites):
            if (point, site) in stated:
                table[row, column] = stated[point, site]
            else:
                advice = "补上这一行；走不到的写inf"
                faults.append((file, "", "km", f"缺少{point}→{site}", "每一对都有一行", advice))
    _tell(faults)
    return table


def _names(names: Sequence[str], label: str) -> list[str]:
    """Names as texts, each of them once."""
    names = [str(name).strip() for name in names]
    twice = sorted(name for name, times in Counter(names).items() if times > 1)
    if twice:
        raise UsageError(f"{label}里有重名：{'、'.join(twice)}。请改成不重复的名称。")
    return names


def _stated(path: Path, file: str) -> tuple[dict[tuple[str, str], float], list[tuple]]:
    """Distances by pair, NaN where one is written that is none, and the lines that are wrong."""
    stated, faults = {}, []
    for number, line in _lines(path, file):
        pair = (line["from"] or "").strip(), (line["to"] or "").strip()
        km = _distance(line["km"] or "")
        if km is None:
            allowed, advice = "不小于0的数，走不到的写inf", "改正距离"
            faults.append((file, number, "km", line["km"] or "（空）", allowed, advice))
            stated.setdefault(pair, np.nan)
        elif np.isnan(stated.get(pair, np.nan)):
            stated[pair] = km
        elif stated[pair] != km:
            found = f"{pair[0]}→{pair[1]}又写成{km:g}，前面是{stated[pair]:g}"
            faults.append((file, number, "km", found, "一对只有一个距离", "核对后删去一行"))
    return stated, faults


def _lines(path: Path, file: str) -> list[tuple[int, dict]]:
    """Every record with the line of the file on which it ends."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            reader = csv.DictReader(source, strict=True)
            lines = [(reader.line_num, line) for line in reader]
            headers = Counter(reader.fieldnames or [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"距离表{file}读不出来（{error}）。应为UTF-8编码的CSV文件。") from error
    missing = [name for name in _HEADERS if not lines or not headers[name]]
    if missing:
        raise UsageError(
            f"距离表{file}没有“{'、'.join(missing)}”列或没有数据。应有from、to、km三列。"
        )
    twice = [name for name in _HEADERS if headers[name] > 1]
    if twice:
        raise UsageError(f"距离表{file}有两个以上“{'、'.join(twice)}”列。请只留一列。")
    return lines


def _distance(text: str) -> float | None:
    """A distance of zero or more as a plain number, or infinite; anything else is None."""
    if text.strip() == "inf":
        return np.inf
    try:
        km = float(parse_number(text.strip()))
    except ValueError:
        return None
    return abs(km) if 0 <= km < np.inf else None
