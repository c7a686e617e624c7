"""Schools, towns and sites as points on a plain map: longitude, latitude, a scale bar; no tiles, no boundary."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, log10, radians

import numpy as np
import pandas as pd
from matplotlib import patheffects
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from youzhi.assessment import Assessment
from youzhi.figures.style import draw_style, say_nothing
from youzhi.siting import CountyCase, SitePlan, great_circle_km
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS, combine

MARKS = {
    MET: ("#56B4E9", "o", 22),
    NOT_MET: ("#B22222", "X", 52),
    CANNOT_TELL: ("#777777", "D", 26),
}
# Under a standard whose bars are not known nobody is judged school by school.
UNJUDGED = "unjudged"
WORDS = VERDICT_WORDS | {UNJUDGED: "计入（不逐校判定）", "": "不计入"}
NOT_COUNTED = ("#999999", ".", 60)
NO_PLACES = "没有一所学校有经纬度，不能画地图"
_WIDTH = 7.2  # inches: the text width of an A4 page
_LEAST, _MOST = 3.6, 8.4  # height in inches
_LINE = "#D55E00"
_PLAIN = ("#0072B2", "o", 22)
# Part of the map that is enlarged: its half width and height as a share of the whole; how many places it must hold.
_ZOOM, _FEW, _DENSE = 14, 12, 0.12
_SMALL, _TITLE = 8, 9.5
_HALO = [patheffects.withStroke(linewidth=2.2, foreground="white")]
_NAME = {"textcoords": "offset points", "ha": "center", "va": "center", "fontsize": _SMALL}
_NAME |= {"path_effects": _HALO, "zorder": 5}
# Where a name may stand beside its place, in points, the best first.
_OFFSETS = [
    (0, 11),
    (0, -11),
    (0, 15),
    (0, -15),
    (0, 19),
    (0, -19),
    (30, 4),
    (-30, 4),
    (30, -6),
    (-30, -6),
    (0, 24),
    (0, -24),
    (0, 28),
    (0, -28),
    (38, 16),
    (-38, 16),
    (38, -16),
    (-38, -16),
]


@dataclass(frozen=True)
class _Layer:
    """Places that look alike, with the words of the legend."""

    places: pd.DataFrame
    look: dict
    label: str


@draw_style
def draw_schools_map(result: Assessment, before: Assessment | None = None) -> Figure:
    """Draw every school at its place, colour and shape by its verdict (学校分布图).

    Parameters
    ----------
    result
        Of one county and year. A school with two stages has the worse verdict of both.
    before
        An earlier result of the same county; schools that are not in it are ringed, those that ended are marked.

    Returns
    -------
    Figure
        Towns are named in the middle of their schools; where many schools lie close together, a second panel enlarges that
        part. The title says how many places are synthetic.
    """
    county, year = result.one_year()
    schools = _place_schools(result)
    known = schools.dropna(subset=["lon", "lat"])
    if known.empty:
        return say_nothing(NO_PLACES)
    layers = []
    for verdict in (MET, UNJUDGED, "", CANNOT_TELL, NOT_MET):
        colour, mark, size = (MARKS | {UNJUDGED: _PLAIN}).get(verdict, NOT_COUNTED)
        look = {"c": colour, "marker": mark, "s": size, "ec": "white", "lw": 0.4}
        rows = known[known["verdict"] == verdict]
        layers.append(_Layer(rows, look, f"{WORDS[verdict]}{len(rows)}所"))
    if before is not None:
        layers += _layer_changes(known, _place_schools(before))
    named = known[known["town"] != ""]
    towns = named.groupby("town", as_index=False)[["lon", "lat"]].mean()
    name = result.names.get(county, county)
    title = _tell_schools(f"{name}{year}年", schools) + _tell_places(schools)
    return _draw_map(known, layers, towns, title)


def _draw_map(
    places: pd.DataFrame,
    layers: list[_Layer],
    towns: pd.DataFrame,
    title: str,
    lines: pd.DataFrame | None = None,
) -> Figure:
    """The whole map, and its densest part enlarged beside it."""
    zoom = _densest_part(places)
    figure, axes = _start_map(places, zoom)
    handles = []
    for axis, (west, east, south, north) in axes:
        handles = _draw_layers(axis, layers, lines)
        axis.set_xlim(west, east)
        axis.set_ylim(south, north)
    if zoom is not None:
        west, east, south, north = zoom
        frame = Rectangle((west, south), east - west, north - south, fc="none", ec="black", lw=0.8)
        axes[0][0].add_patch(frame)
        axes[1][0].set_title("左图方框内放大", fontsize=_SMALL)
    figure.suptitle(title, x=0.01, ha="left", fontsize=_TITLE)
    columns = 3 if len(handles) > 4 else 4
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, fontsize=_SMALL)
    figure.set_layout_engine("constrained")
    figure.canvas.draw()
    for at, (axis, box) in enumerate(axes):
        inside = towns["lon"].between(*box[:2]) & towns["lat"].between(*box[2:])
        hidden = _is_in(towns, zoom) if zoom is not None and at == 0 else False
        _name_places(axis, towns[inside & ~np.asarray(hidden)])
        _add_scale(axis)
    return figure


def _is_in(places: pd.DataFrame, box: tuple[float, ...]) -> pd.Series:
    return places["lon"].between(*box[:2]) & places["lat"].between(*box[2:])


def _draw_layers(axis, layers: list[_Layer], lines: pd.DataFrame | None) -> list:
    """Lines below, marks above; gives what the legend explains."""
    handles = [
        axis.scatter(
            layer.places["lon"], layer.places["lat"], zorder=3, **layer.look, label=layer.label
        )
        for layer in layers
        if len(layer.places)
    ]
    if lines is None or lines.empty:
        return handles
    for row in lines.itertuples():
        ends = [row.point_lon, row.site_lon], [row.point_lat, row.site_lat]
        width = 0.6 + 2.4 * row.pupils / lines["pupils"].max()
        axis.plot(*ends, color=_LINE, lw=width, alpha=0.7, zorder=2)
    return [
        *handles,
        Line2D([], [], color=_LINE, lw=2, alpha=0.7, label="换学校的学生（越粗越多）"),
    ]


def _place_schools(result: Assessment) -> pd.DataFrame:
    """Name, town, place, data kind and verdict ("" where it does not count) of every school."""
    table = result.sections.schools
    frame = pd.DataFrame(
        {
            "school": table.texts("school"),
            "town": pd.Series(table.texts("town"), dtype=object).fillna(""),
            "data_kind": table.texts("data_kind"),
            "lon": table.numbers("lon"),
            "lat": table.numbers("lat"),
        }
    )
    verdicts = result.schools.groupby("school")["verdict"].agg(combine)
    if result.standard.school_rule is None:
        verdicts = verdicts.mask(verdicts.notna(), UNJUDGED)
    return frame.assign(verdict=frame["school"].map(verdicts).fillna(""))


def _layer_changes(after: pd.DataFrame, before: pd.DataFrame) -> list[_Layer]:
    """Rings around new schools, crosses where a school ended."""
    new = after[~after["school"].isin(before["school"])]
    gone = before[~before["school"].isin(after["school"])].dropna(subset=["lon", "lat"])
    ring = {"marker": "o", "s": 110, "fc": "none", "ec": "black", "lw": 1.2}
    cross = {"marker": "+", "s": 70, "c": "black", "lw": 1.2}
    return [_Layer(new, ring, f"新设{len(new)}所"), _Layer(gone, cross, f"撤销{len(gone)}所")]


def _tell_schools(head: str, schools: pd.DataFrame) -> str:
    counts = schools["verdict"].value_counts()
    judged = int(sum(counts.get(verdict, 0) for verdict in MARKS))
    failing = schools.loc[schools["verdict"] == NOT_MET, "town"].value_counts()
    if UNJUDGED in counts:
        return f"{head}：标准值没有取得，{counts[UNJUDGED]}所计入的学校不逐校判定"
    told = f"{head}：{judged}所计入的学校中{counts.get(NOT_MET, 0)}所未达标"
    if judged and counts.get(MET, 0) == judged:
        told = f"{head}：{judged}所计入的学校全部达标"
    unknown = counts.get(CANNOT_TELL, 0)
    told += f"、{unknown}所无法判定" if unknown else ""
    if len(failing) and failing.index[0] and failing.iloc[0] > 1:
        told += f"，最多的是{failing.index[0]}（{failing.iloc[0]}所）"
    missing = int(schools[["lon", "lat"]].isna().any(axis=1).sum())
    return told + (f"；{missing}所没有经纬度，没有画" if missing else "")


def _tell_places(schools: pd.DataFrame) -> str:
    made_up = int((schools["data_kind"] == "synthetic").sum())
    if not made_up:
        return ""
    if made_up == len(schools):
        return "\n全部位置是模拟数据，不是真实地点"
    return f"\n{len(schools)}所中{made_up}所的位置是模拟数据，不是真实地点"


@draw_style
def draw_siting_map(case: CountyCase | None, plan: SitePlan, *, synthetic: bool = True) -> Figure:
    """Draw a siting plan: points, open and closed sites, and lines from points to the sites that serve them (选址图).

    Parameters
    ----------
    case
        What county_case gives; None where there was nothing to ask, of which the plan has the reason.
    plan
        Of this case.
    synthetic
        Whether the places are synthetic, which is then said.

    Returns
    -------
    Figure
        Only pupils who go elsewhere have a line, the thicker the more of them. The reason in words where there is no plan.
    """
    if case is None:
        return say_nothing(plan.reason.partition("。")[0])
    if plan.objective is None:
        return say_nothing(f"没有可画的方案：{plan.reason}")
    lines = case.draw_lines(plan)
    moved = lines[lines["point"] != lines["site"]]
    places = case.sites
    used, new = set(plan.routes["site"]), ~places["existing"]
    opened = places.index.isin([site for site in plan.open if not new[site] or site in used])
    groups = (
        ("现有学校", places["existing"] & opened, {"c": "#56B4E9", "marker": "o", "s": 20}),
        ("关闭的现有学校", places["existing"] & ~opened, {"c": "black", "marker": "x", "s": 26}),
        ("没有启用的候选", new & ~opened, {"fc": "white", "ec": "#555555", "marker": "s", "s": 26}),
        ("新建", new & opened, {"c": "#B22222", "marker": "*", "s": 190, "ec": "black", "lw": 0.6}),
    )
    layers = [
        _Layer(places[which], look, f"{word}{int(which.sum())}处") for word, which, look in groups
    ]
    title = _tell_siting(case, plan, moved)
    title += "\n全部位置是模拟数据，不是真实地点" if synthetic else ""
    return _draw_map(places, layers, places[new], title, moved)


def _tell_siting(case: CountyCase, plan: SitePlan, moved: pd.DataFrame) -> str:
    used = set(plan.routes["site"]) - set(case.existing)
    built = [case.sites["town"].iat[site] for site in sorted(used)]
    head = f"新校建在{'、'.join(built)}" if built else "不新建"
    if moved.empty:
        return f"{head}，没有学生要换学校"
    return f"{head}：{moved['pupils'].sum():,.0f}名学生换学校，最远{moved['km'].max():.1f}公里"


def _start_map(places: pd.DataFrame, zoom: tuple[float, ...] | None):
    """Axes true to scale at the latitude of the places, one or two, each with its west, east, south and north."""
    box = _widen(places)
    stretch = 1 / cos(radians(places["lat"].mean()))
    share = 1.0 if zoom is None else 0.56
    height = (_WIDTH * share - 0.7) * (box[3] - box[2]) * stretch / (box[1] - box[0]) + 1.5
    size = (_WIDTH, float(np.clip(height, _LEAST, _MOST)))
    boxes = [box] if zoom is None else [box, zoom]
    ratios = [1.0] if zoom is None else [share, 1 - share]
    figure, axes = plt.subplots(1, len(boxes), figsize=size, squeeze=False, width_ratios=ratios)
    for axis in axes[0]:
        axis.set_aspect(stretch)
        axis.set_xlabel("经度（度）", fontsize=_SMALL)
        axis.tick_params(labelsize=_SMALL)
        axis.ticklabel_format(useOffset=False)
        axis.locator_params(nbins=4)
    axes[0][0].set_ylabel("纬度（度）", fontsize=_SMALL)
    return figure, list(zip(axes[0], boxes, strict=True))


def _widen(places: pd.DataFrame) -> tuple[float, float, float, float]:
    """West, east, south and north of the places, with a margin; a broader one below, for the scale bar."""
    sides = []
    for name, below in (("lon", 0.07), ("lat", 0.15)):
        low, high = places[name].min(), places[name].max()
        extent = float(high - low) or 0.1
        sides += [float(low) - below * extent, float(high) + 0.07 * extent]
    return tuple(sides)


def _densest_part(places: pd.DataFrame) -> tuple[float, float, float, float] | None:
    """A box around the place with most neighbours, where it holds enough of all places to be worth a panel."""
    points = places[["lon", "lat"]].drop_duplicates().to_numpy(dtype=float)
    reach = np.ptp(points, axis=0) / _ZOOM
    if len(points) < _FEW or not reach.all():
        return None
    near = (np.abs(points[:, None, :] - points[None, :, :]) <= reach).all(axis=2)
    most = points[near[near.sum(axis=1).argmax()]]
    if len(most) < _DENSE * len(points):
        return None
    return _widen(pd.DataFrame(most, columns=["lon", "lat"]))


def _name_places(axis, towns: pd.DataFrame) -> None:
    """Names of towns beside their places: off other names and inside the axes, over as few marks as may be."""
    marks, taken = _find_marks(axis), []
    order = towns.sort_values(["lat", "town"], ascending=[False, True])
    for row in order.itertuples():
        text = axis.annotate(row.town, (row.lon, row.lat), _OFFSETS[0], **_NAME)
        text.set_in_layout(False)
        tried = []
        for offset in _OFFSETS:
            text.set_position(offset)
            box = text.get_window_extent().expanded(1.04, 1.1)
            covered = int(_touches(box, marks).sum())
            outside = not all(axis.bbox.contains(*corner) for corner in box.corners())
            bad = outside or any(box.overlaps(other) for other in taken)
            tried.append((bad, covered))
            if not bad and not covered:
                break
        text.set_position(_OFFSETS[tried.index(min(tried))])
        taken.append(text.get_window_extent().expanded(1.04, 1.1))


def _find_marks(axis) -> np.ndarray:
    """Middle and radius of every mark that is drawn, in pixels: x, y, radius."""
    point = axis.figure.dpi / 72
    found = [np.empty((0, 3))]
    for marks in axis.collections:
        middle = axis.transData.transform(np.asarray(marks.get_offsets(), dtype=float))
        radius = np.sqrt(marks.get_sizes()) / 2 * point
        found.append(np.column_stack([middle, np.resize(radius, len(middle))]))
    return np.concatenate(found)


def _touches(box, marks: np.ndarray) -> np.ndarray:
    """Whether each mark reaches into a box, to the edge of its circle."""
    x, y, radius = marks.T
    beside = np.maximum(np.maximum(box.x0 - x, x - box.x1), 0)
    above = np.maximum(np.maximum(box.y0 - y, y - box.y1), 0)
    return np.hypot(beside, above) < radius


def _add_scale(axis) -> None:
    """A bar of a round length."""
    (west, east), (south, north) = axis.get_xlim(), axis.get_ylim()
    whole = float(great_circle_km([[west, south]], [[east, south]])[0, 0])
    length = _round_length(whole / 4)
    start = west + 0.04 * (east - west)
    end = start + (east - west) * length / whole
    height = south + 0.03 * (north - south)
    axis.plot(
        [start, end], [height, height], color="black", lw=2.5, solid_capstyle="butt", zorder=4
    )
    axis.annotate(f"{length:g}公里", ((start + end) / 2, height), (0, 9), **_NAME)
    axis.set_xlim(west, east)
    axis.set_ylim(south, north)


def _round_length(kilometres: float) -> float:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    power = 10.0 ** np.floor(log10(kilometres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= kilometres))
