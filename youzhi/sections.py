"""Schools to school sections: who counts, who is left out and why, how shared resources are split.

A section is one stage of one school. Sections of a stage stand together, county-year after county-year.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm

import numpy as np
import pandas as pd

from youzhi.campuses import one_row_per_unit
from youzhi.columns import load_columns
from youzhi.conditions import lacks_stage
from youzhi.errors import StandardError
from youzhi.standards import Exclusion, Standard
from youzhi.tables import SchoolTable

SECTION_COLUMNS = ["county", "year", "stage", "school", "school_id", "town", "zone", "school_type"]
EXCLUDED_COLUMNS = [*SECTION_COLUMNS, "pupils", "held", "held_for", "reason", "source"]

# Why a section is held: neither counted nor left out for good.
CONTRADICTION, NO_ORGANISER = "数据矛盾", "缺举办者代码"


@dataclass(frozen=True)
class StageSections:
    """The counted sections of one stage (一个学段的学校分段).

    Attributes
    ----------
    stage
        Stage id.
    schools
        The table the sections were taken from.
    row : ndarray of int
        Position of each section's school in `schools`; in the order of the table: county, year, school_id.
    pupils : ndarray
        Pupils of the section (人); NaN when missing.
    base : ndarray
        Pupils over which a shared resource of the school is spread, in pupils of this stage (人).
    starts : ndarray of int
        First section of each county-year.
    held : ndarray of bool
        Which county-years have a section of this stage that was set aside because its data contradict themselves or
        do not say whether it counts.
    weights
        Whole-number split weights, stage id to weight, and the stages that share by school type.
    """

    stage: str
    schools: SchoolTable
    row: np.ndarray
    pupils: np.ndarray
    base: np.ndarray
    starts: np.ndarray
    held: np.ndarray
    weights: tuple[dict[str, int], dict[str, list[str]]]

    def __len__(self) -> int:
        return len(self.row)

    @cached_property
    def sizes(self) -> np.ndarray:
        """Number of sections of each county-year."""
        return np.diff(self.starts, append=len(self.row))

    @cached_property
    def frame(self) -> pd.DataFrame:
        """Keys and descriptions of the sections, one row each."""
        texts = {
            name: self.schools.texts(name)[self.row]
            for name in SECTION_COLUMNS
            if name not in ("stage", "year")
        }
        year = self.schools.frame["year"].to_numpy()[self.row]
        frame = pd.DataFrame({**texts, "year": year, "stage": self.stage})
        return frame[SECTION_COLUMNS].assign(pupils=self.pupils)

    @cached_property
    def _aligned(self) -> dict[str, np.ndarray]:
        """Columns that were asked for, brought into the order of the sections once."""
        return {}

    def numbers(self, column: str) -> np.ndarray:
        """Return one numeric column of the schools, a number per section; missing is NaN."""
        if column not in self._aligned:
            self._aligned[column] = self.schools.numbers(column)[self.row]
        return self._aligned[column]

    def exact_pupils(self, at: int) -> Fraction:
        """Pupils of one section, exactly."""
        return self.schools.exact_number(self.row[at], f"pupils_{self.stage}")

    def exact_base(self, at: int) -> Fraction:
        """Pupils over which a shared resource is spread, exactly (see `base`)."""
        weights, sharing = self.weights
        stages = sharing.get(self.schools.texts("school_type")[self.row[at]])
        if stages is None:
            return self.exact_pupils(at)
        weighted = sum(
            weights[stage] * self.schools.exact_number(self.row[at], f"pupils_{stage}")
            for stage in stages
        )
        return weighted / weights[self.stage]


@dataclass(frozen=True)
class Sections:
    """All counted sections, stage by stage, and what was left out (学校分段).

    Attributes
    ----------
    stages : tuple of StageSections
        In the order of the standard.
    excluded : DataFrame
        One row per section or school that does not count. Columns: county, year, stage, school,
        school_id, town, zone, school_type, pupils (人), held (set aside, so that no verdict may rest
        on the rest), held_for (CONTRADICTION, NO_ORGANISER or ""), reason, source.
    schools : SchoolTable
        The rows that were counted: as read, or with campuses merged into their schools.
    unit
        "school" or "campus".
    """

    stages: tuple[StageSections, ...]
    excluded: pd.DataFrame
    schools: SchoolTable
    unit: str

    @property
    def frame(self) -> pd.DataFrame:
        """All counted sections, one row each, stages in the order of the standard."""
        return pd.concat([stage.frame for stage in self.stages], ignore_index=True)


def make_sections(schools: SchoolTable, standard: Standard, unit: str | None = None) -> Sections:
    """Divide schools into the sections that the standard counts (学校分段).

    A school with several stages gives one section per stage that has pupils. Its shared resources are
    spread over weighted pupils. Whoever does not count is listed with the reason; so is a section that is held
    because its data contradict themselves, or because the standard leaves schools out by their organiser and the
    organiser is missing: such a section is neither counted nor left out for good.

    Parameters
    ----------
    schools
        One row per school or campus. Columns used: school_type, organiser_code, campus_of,
        pupils_* (人).
    standard
        Its stages, counting, exclusions and split weights.
    unit
        "school" or "campus" (独立校区); the standard's own when not given. With "school" the campuses of
        a school are added up first.

    Returns
    -------
    Sections
        In the order of the table inside each stage.

    Raises
    ------
    UsageError
        The unit is neither "school" nor "campus".
    DataError
        A school and its campuses both have a row: the pupils would count twice.
    StandardError
        The standard names a column or school type that the dictionary of columns does not have.

    References
    ----------
    教督〔2017〕6号申报表Ⅱ-2 注1、注2; the source keys in the standard's file.

    Examples
    --------
    >>> import pandas as pd
    >>> from youzhi.standards import load_standard
    >>> table = SchoolTable.from_frame(
    ...     pd.DataFrame(
    ...         {
    ...             "county": "demo",
    ...             "year": 2020,
    ...             "school": ["甲校"],
    ...             "school_type": ["nine_year"],
    ...             "pupils_primary": [166],
    ...             "pupils_junior": [210],
    ...         }
    ...     )
    ... )
    >>> sections = make_sections(table, load_standard("jiaodu-2017-6"))
    >>> [(stage.stage, round(float(stage.base[0]), 2)) for stage in sections.stages]
    [('primary', 397.0), ('junior', 360.91)]
    """
    _require_known(standard)
    unit = unit or standard.counting.unit
    schools = one_row_per_unit(schools, standard, unit)
    blocks, excluded = [], []
    types = schools.texts("school_type")
    for stage in standard.stages:
        block, left_out = _stage_sections(schools, standard, stage, types)
        blocks.append(block)
        excluded += left_out
    for rule in standard.exclusion:
        outside = _is_in(types, set(rule.school_types) & _uncounted_types(standard))
        excluded.append(
            _excluded_rows(schools, np.flatnonzero(outside), "", rule.reason.zh, rule.source)
        )
    strange = ~_is_in(types, _named_types(standard))
    reason = "评估标准不包括这类学校（学段），不计入"
    source = standard.counting.source
    excluded.append(_excluded_rows(schools, np.flatnonzero(strange), "", reason, source))
    rank = {stage: at for at, stage in enumerate(standard.stages)}
    listing = pd.concat(excluded, ignore_index=True).sort_values(
        ["county", "year", "stage", "school"],
        key=lambda keys: keys.map(rank).fillna(len(rank)) if keys.name == "stage" else keys,
    )
    return Sections(tuple(blocks), listing.reset_index(drop=True), schools, unit)


def _require_known(standard: Standard) -> None:
    """Every column and school type that the standard names must be in the dictionary of columns."""
    columns = load_columns()
    named = [name for i in standard.indicator for name in (*i.numerator, *i.subtract)]
    named += [name for relief in standard.relief for name in relief.add]
    named += [f"pupils_{stage}" for stage in standard.split.weights]
    wanted = {name.format(stage=stage) for name in named for stage in standard.stages}
    unknown = sorted(name for name in wanted if name not in columns or not columns[name].is_number)
    types = _named_types(standard) | set(standard.split.stages)
    unknown += sorted(types - set(columns["school_type"].choices))
    if unknown:
        raise StandardError(
            f"标准 {standard.id} 用到数据列字典中没有的数字列或学校类型：{'、'.join(unknown)}。"
            "请改用 columns.toml 中的列和学校类型。"
        )


def _stage_sections(schools: SchoolTable, standard: Standard, stage: str, types: np.ndarray):
    """The counted sections of one stage, and the listing of those left out."""
    pupils = schools.numbers(f"pupils_{stage}")
    has_stage = _is_in(types, standard.counting.stages[stage])
    empty = pupils == 0
    alive = _is_alive(schools, stage) | (
        _is_deserted(schools, standard) & _has_any(schools, standard)
    )
    # A school with several stages that has nobody in this one simply has no such section.
    absent = _is_in(types, standard.split.stages) & empty & ~alive
    counted = has_stage & ~absent
    left_out, unsaid = [], np.zeros(len(schools), dtype=bool)
    for rule in standard.exclusion:
        hit, unknown = _is_excluded(schools, types, pupils, rule)
        at = np.flatnonzero(counted & hit)
        left_out.append(_excluded_rows(schools, at, stage, rule.reason.zh, rule.source))
        counted, unsaid = counted & ~hit, unsaid | unknown
    held_rows = np.zeros(len(schools), dtype=bool)
    foreign = ~has_stage & (pupils > 0) & ~_is_in(types, _uncounted_types(standard))
    for at, held, reason in (
        (counted & empty & ~alive, "", "没有在校生，也没有教师、班级和资源（停办或空壳），不计入"),
        (
            counted & empty & alive,
            CONTRADICTION,
            "在校生为零却有教师、班级或校舍设备，数据矛盾，暂不计入",
        ),
        (foreign, CONTRADICTION, "学校类型没有这个学段却有在校生，数据矛盾，暂不计入"),
        (counted & ~empty & unsaid, NO_ORGANISER, "缺举办者代码，该不该计入无法判定，暂不计入"),
    ):
        left_out.append(_excluded_rows(schools, np.flatnonzero(at), stage, reason, "", held))
        held_rows |= at & bool(held)
        counted &= ~at
    row = np.flatnonzero(counted)
    return _make_block(schools, standard, stage, row, held_rows), left_out


def _named_types(standard: Standard) -> set[str]:
    """School types that the standard counts or excludes."""
    counted = {kind for kinds in standard.counting.stages.values() for kind in kinds}
    return counted | {kind for rule in standard.exclusion for kind in rule.school_types}


def _uncounted_types(standard: Standard) -> set[str]:
    """School types that an exclusion names and no stage counts."""
    counted = {kind for kinds in standard.counting.stages.values() for kind in kinds}
    return _named_types(standard) - counted


def _is_in(types: np.ndarray, names) -> np.ndarray:
    return pd.Series(types).isin(list(names)).to_numpy()


def _is_excluded(
    schools: SchoolTable, types: np.ndarray, pupils: np.ndarray, rule: Exclusion
) -> tuple[np.ndarray, np.ndarray]:
    """Which rows meet every condition that the exclusion gives, and which might if their organiser were known."""
    hit = np.ones(len(schools), dtype=bool)
    if rule.school_types:
        hit &= _is_in(types, rule.school_types)
    if rule.pupils_below is not None:
        hit &= pupils < rule.pupils_below
    if not rule.organiser_codes:
        return hit, np.zeros(len(schools), dtype=bool)
    codes = schools.numbers("organiser_code")
    return hit & np.isin(codes, rule.organiser_codes), hit & np.isnan(codes)


def _is_alive(schools: SchoolTable, stage: str) -> np.ndarray:
    """Whether a row has anything of a stage besides pupils: teachers of any kind, classes."""
    alive = np.zeros(len(schools), dtype=bool)
    for name in schools.frame:
        if (
            name.endswith(f"_{stage}")
            and load_columns()[name].is_number
            and name != f"pupils_{stage}"
        ):
            alive |= schools.numbers(name) > 0
    return alive


def _is_deserted(schools: SchoolTable, standard: Standard) -> np.ndarray:
    """Which rows say of every stage that their type has, senior too, that nobody is taught there."""
    deserted = np.ones(len(schools), dtype=bool)
    for stage in standard.split.weights:
        pupils = schools.numbers(f"pupils_{stage}")
        deserted &= (pupils == 0) | (np.isnan(pupils) & lacks_stage(schools, standard, stage))
    return deserted


def _has_any(schools: SchoolTable, standard: Standard) -> np.ndarray:
    """Whether a row has any resource of the whole school that an indicator counts: area, equipment, rooms."""
    names = {name for i in standard.indicator for name in i.numerator if "{stage}" not in name}
    return np.any([schools.numbers(name) > 0 for name in names], axis=0)


def _group_of(schools: SchoolTable) -> np.ndarray:
    """Number of the county-year of every row of the table."""
    county = schools.frame["county"].to_numpy(dtype=object)
    year = schools.frame["year"].to_numpy()
    new = np.ones(len(schools), dtype=bool)
    new[1:] = (county[1:] != county[:-1]) | (year[1:] != year[:-1])
    return np.cumsum(new)


def _make_block(
    schools: SchoolTable, standard: Standard, stage: str, row: np.ndarray, held: np.ndarray
) -> StageSections:
    """The counted rows of one stage, with the pupils over which shared resources are spread."""
    pupils, types = schools.numbers(f"pupils_{stage}")[row], schools.texts("school_type")[row]
    scale = lcm(*(Fraction(weight).denominator for weight in standard.split.weights.values()))
    weights = {name: int(weight * scale) for name, weight in standard.split.weights.items()}
    base = pupils.copy()
    for school_type, stages in standard.split.stages.items():
        if stage in stages:
            at = types == school_type
            weighted = sum(
                weights[name] * schools.numbers(f"pupils_{name}")[row[at]] for name in stages
            )
            base[at] = weighted / weights[stage]
    groups = _group_of(schools)
    starts = np.flatnonzero(np.diff(groups[row], prepend=-1))
    is_held = np.isin(groups[row[starts]], groups[held])
    sharing = (weights, standard.split.stages)
    return StageSections(stage, schools, row, pupils, base, starts, is_held, sharing)


def _excluded_rows(
    schools: SchoolTable, row: np.ndarray, stage: str, reason: str, source: str, held=""
):
    texts = {
        name: schools.texts(name)[row] for name in SECTION_COLUMNS if name not in ("stage", "year")
    }
    year = schools.frame["year"].to_numpy()[row]
    pupils = schools.numbers(f"pupils_{stage}")[row] if stage else np.full(len(row), np.nan)
    told = {
        "year": year,
        "stage": stage,
        "pupils": pupils,
        "held": bool(held),
        "held_for": held,
        "reason": reason,
        "source": source,
    }
    return pd.DataFrame({**texts, **told}, index=range(len(row)))[EXCLUDED_COLUMNS]
