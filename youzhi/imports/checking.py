"""Files as they were handed in to everything that is wrong with them, in one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from youzhi.cards import NATIONAL_STANDARD, County, Name
from youzhi.columns import load_columns
from youzhi.counties import find_county, list_years, load_county, place_county, read_county
from youzhi.errors import DataError, UsageError
from youzhi.imports.effects import fill_effects
from youzhi.intake.findings import (
    OUTCOMES,
    Finding,
    Place,
    load_rules,
    make_finding,
    tabulate_findings,
)
from youzhi.intake.gather import Gathered, gather
from youzhi.plausibility import check_table
from youzhi.standards import Standard, load_standard
from youzhi.tables import SchoolTable


@dataclass(frozen=True)
class Check:
    """What was read from some files, and everything that was found on the way (检查结果).

    Attributes
    ----------
    gathered
        The tables, and what they were read from.
    findings : DataFrame
        Columns FINDING_COLUMNS, one row per finding; what is refused first, then what was set aside, what is kept
        and told, what was converted.
    """

    gathered: Gathered
    findings: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by outcome: reject, hold, warn, norm (各类处数)."""
        return {name: int((self.findings["outcome"] == name).sum()) for name in OUTCOMES}

    @property
    def refused(self) -> bool:
        """Whether a finding forbids to use the files (是否拒收)."""
        return self.counts["reject"] > 0


def check_files(
    paths: Iterable[str | Path],
    county: str | None = None,
    year: int | None = None,
    *,
    mapping: str | Path | None = None,
    sheet: str | None = None,
    data: str | Path | None = None,
) -> Check:
    r"""Read files and folders and say everything that is wrong, without writing anything (检查文件).

    Parameters
    ----------
    paths
        CSV files and workbooks as an education bureau has them; a folder stands for all of them in it.
    county, year
        Whose they are. Where they are known, the county's codes, its standard and last year's table count too.
    mapping
        File that says which header is which field, for tables with headers of their own.
    sheet
        The only sheet to read of every workbook that has it.
    data
        See counties.data_root.

    Returns
    -------
    Check
        Faults of the data are findings, never errors.

    Raises
    ------
    UsageError
        Unknown county, year or sheet, or no file.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "学校.csv"
    >>> _ = file.write_text(
    ...     "学校名称,学校类型,小学学生人数,年度\n甲校,小学,１２０,2020\n", encoding="utf-8"
    ... )
    >>> check_files([file]).counts["reject"]
    0
    """
    _require_possible(year)
    card = None if county is None else load_county(place_county(county, data), data)
    gathered = gather(
        paths,
        None if card is None else card.id,
        year,
        mapping=_load_mapping(mapping),
        sheet=sheet,
        names=() if card is None else card.known_names,
        code_pattern=card.school_codes.pattern if card and card.school_codes else "",
        division_codes=() if card is None else card.division_codes,
        primary_years=None if card is None else card.primary_years,
    )
    card = card or _card_of(gathered, data)
    standard = _standard_of(card, year or _only(gathered, "year"))
    findings = [*gathered.findings, *_nothing_read(gathered)]
    findings += _wonder(gathered, card, standard, data)
    return Check(
        gathered, sort_findings(tabulate_findings(fill_effects(findings, gathered, standard)))
    )


def _require_possible(year: int | None) -> None:
    """A year that no table may have is a slip of the hand."""
    column = load_columns()["year"]
    if year is not None and not column.min <= year <= column.max:
        raise UsageError(f"年度应在{column.min}至{column.max}之间；收到“{year}”。")


def _load_mapping(path: str | Path | None):
    from youzhi.intake.wide.mappings import load_mapping

    return None if path is None else load_mapping(path)


def _only(gathered: Gathered, name: str):
    """The county or year of the table where all rows have the same."""
    values = [] if gathered.schools is None else list(set(gathered.schools.frame[name]))
    return values[0] if len(values) == 1 else None


def _card_of(gathered: Gathered, data: str | Path | None) -> County:
    """The card of the county that the files name; one that knows nothing where they name none of ours."""
    named = _only(gathered, "county")
    try:
        return load_county(find_county(named or "", data), data)
    except UsageError:  # files may be checked before their county has a folder
        return County(id="", name=Name(zh=named or ""))


def _standard_of(card: County, year: int | None) -> Standard:
    """The standard in force; the national one where the card names none for that year."""
    try:
        return load_standard(NATIONAL_STANDARD if year is None else card.standard_for(int(year)))
    except UsageError:
        return load_standard(NATIONAL_STANDARD)


def _nothing_read(gathered: Gathered) -> list[Finding]:
    """Folders without any table in them."""
    if gathered.sources or gathered.refused:
        return []
    return [make_finding("I04", Place(""), "文件夹中没有表格文件")]


def _wonder(
    gathered: Gathered, card: County, standard: Standard, data: str | Path | None
) -> list[Finding]:
    """What is possible but unusual in each county and year, also against the tables in place."""
    findings, schools = [], gathered.schools
    if schools is None:
        return findings
    years = schools.frame.groupby(["county", "year"], sort=False).indices
    for (_, year), rows in years.items():
        own = np.isin(np.arange(len(schools)), rows)
        before, found = year_before(card, int(year), data) if len(years) == 1 else (None, [])
        findings += [
            *found,
            *check_table(schools.select(own), before, standard, _place_in(gathered, rows)),
        ]
    lost = _lost_schools(gathered, card, int(year), data) if len(years) == 1 else []
    return findings + lost


def _place_in(gathered: Gathered, rows: np.ndarray) -> Callable[[int, str], Place]:
    """Where the rows of one county and year were read."""
    return lambda row, field: gathered.place(rows[row], field)


def _lost_schools(
    gathered: Gathered, card: County, year: int, data: str | Path | None
) -> list[Finding]:
    """Schools of the table in place that an import would take away."""
    try:
        if not card.id or year not in list_years(card.id, data):
            return []
        old = read_county(card.id, year, data).frame
    except (DataError, UsageError):  # what cannot be read loses nothing by being replaced
        return []
    names = list(old.loc[~old["school_id"].isin(gathered.schools.frame["school_id"]), "school"])
    if not names:
        return []
    shown = "、".join(names[: load_rules()["I05"].limits["named"]])
    found = f"现有{len(old)}所，本次{len(gathered.schools)}所，少了{len(names)}所：{shown}等"
    return [make_finding("I05", Place(gathered.schools.file), found)]


def year_before(
    card: County, year: int, data: str | Path | None
) -> tuple[SchoolTable | None, list[Finding]]:
    """Read last year's table; one that cannot be read is told, a table can be checked without it (上一年数据).

    Parameters
    ----------
    card
        Of the county.
    year
        The year after it.
    data
        See counties.data_root.

    Returns
    -------
    SchoolTable or None
        None where there is none, or where it cannot be read.
    list of Finding
        Why it cannot be read.
    """
    try:
        if not card.id or year - 1 not in list_years(card.id, data):
            return None, []
        return read_county(card.id, year - 1, data), []
    except (DataError, UsageError) as error:
        told = str(error).partition("\n")[0]
        return None, [make_finding("I02", Place(f"{card.id}/{year - 1}"), told)]


def sort_findings(findings: pd.DataFrame) -> pd.DataFrame:
    """Put the most serious first, otherwise as found (按轻重排列).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.

    Returns
    -------
    DataFrame
        The same rows.
    """
    rank = findings["outcome"].map({name: at for at, name in enumerate(OUTCOMES)})
    return findings.loc[rank.sort_values(kind="stable").index].reset_index(drop=True)
