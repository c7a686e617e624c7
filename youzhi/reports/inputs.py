"""What a report rests on: every file its notebook may read, checked before the run, hashed around it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pandas as pd

from youzhi import counties
from youzhi.assessment import Assessment, assess
from youzhi.cards import County
from youzhi.commitments import load_commitments
from youzhi.county_items import CountyItems
from youzhi.errors import DataError, UsageError, YouzhiError
from youzhi.intake.files.sources import read_bytes
from youzhi.reports.manifest import Job
from youzhi.reports.prospects import Foreseen, check_prospect
from youzhi.standards import Standard, list_standards, load_standard
from youzhi.tables import SchoolTable
from youzhi.targets import judge_targets

_TABLES = (counties.schools_path, counties.items_path)


@dataclass(frozen=True)
class Inputs:
    """What a report rests on in one county, as it was read before the notebook ran (报告依据).

    Attributes
    ----------
    card
        The county's card.
    standard
        By which the report judges every year.
    results
        Each year of the county that has a table: the notebook compares them all.
    digests
        SHA-256 of each file by its name: <year>/schools.csv, <year>/items.csv, county.toml, commitments.toml,
        standards/<file>, and enrolment.csv and scenarios/<file> where the report looks ahead.
    own
        Name of the table of the report's own year among the digests.
    foreseen
        What a report that looks ahead reads besides, and where it leads.
    """

    card: County
    standard: Standard
    results: Mapping[int, Assessment]
    digests: Mapping[str, str]
    own: str
    foreseen: Foreseen


def read_inputs(job: Job) -> dict[str, Inputs]:
    """Read and judge all years of the job's counties, so that nothing faulty reaches the notebook.

    Parameters
    ----------
    job
        From `plan_jobs` or `plan_comparison`.

    Returns
    -------
    dict of Inputs
        By the id of the county, in the order of the job.

    Raises
    ------
    UsageError
        When a county, the year, the standard or a scenario has vanished since the job was planned; when the card, the
        promises, the pupils by grade or the scenario of a county cannot be read or are faulty, or the card names a code
        or a check that does not exist.
    DataError
        When a table of any county and year is faulty; all faults of all of them, each with its folder.
    """
    found, faults = {}, []
    for county in job.counties:
        try:
            found[county] = _read_county(job, county)
        except DataError as error:
            faults.append(error.faults)
    if faults:
        raise DataError(pd.concat(faults, ignore_index=True))
    return found


def combine_digests(inputs: Mapping[str, Inputs]) -> str:
    """Take one digest over all files that a report rests on (总指纹).

    Parameters
    ----------
    inputs
        What `read_inputs` gives.

    Returns
    -------
    str
        SHA-256 of the lines "<digest>  <name>" of all files, as sha256sum writes them, by name; where there are several
        counties, <county>/ stands before each name.
    """
    digests = {
        f"{county}/{name}" if len(inputs) > 1 else name: digest
        for county, one in inputs.items()
        for name, digest in one.digests.items()
    }
    lines = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
    return hashlib.sha256(lines.encode("utf-8")).hexdigest()


def have_changed(job: Job, inputs: Mapping[str, Inputs]) -> bool:
    """Whether a file was changed, added or removed since it was read.

    Parameters
    ----------
    job, inputs
        A job and what `read_inputs` gave for it.

    Returns
    -------
    bool
    """
    try:
        return any(_digest_all(job, county) != one.digests for county, one in inputs.items())
    except (YouzhiError, OSError):  # it could be read before
        return True


def _read_county(job: Job, county: str) -> Inputs:
    """Read and judge all years of one county."""
    counties.require_year(county, job.year, job.data)
    digests = _digest_texts(job, county)  # before they are read, so that a later change is seen
    card = counties.load_county(county, job.data)
    standard = load_standard(_standard_name(job, county))
    load_commitments(county, job.data)
    _refuse_unknown_codes(card, standard)
    results, own, faults = {}, "", []
    for year in counties.list_years(county, job.data):
        try:
            table, items = _read_year(job, county, year)
            results[year] = assess(table, items, standard, unit=card.counting.unit)
        except DataError as error:
            faults.append(_name_folder(error.faults, county, year))
            continue
        name = f"{year}/{table.file}"
        digests[name], own = table.digest, name if year == job.year else own
        if items is not None:
            digests[f"{year}/{items.file}"] = items.digest
    if faults:
        raise DataError(pd.concat(faults, ignore_index=True))
    judge_targets(results[job.year], card)
    foreseen = check_prospect(job.prospect, county, job.year, job.data)
    return Inputs(card, standard, results, digests, own, foreseen)


def _standard_name(job: Job, county: str) -> str:
    """Id or path of the standard: the one named, else the county's own in that year."""
    return job.standard or counties.load_county(county, job.data).standard_for(job.year)


def _digest_all(job: Job, county: str) -> dict[str, str]:
    """SHA-256 of every file of a county that the report rests on."""
    found = _digest_texts(job, county)
    for year in counties.list_years(county, job.data):
        paths = (read(county, year, job.data) for read in _TABLES)
        found |= {f"{year}/{path.name}": _digest(read_bytes(path)) for path in paths if path}
    return found


def _digest_texts(job: Job, county: str) -> dict[str, str]:
    """SHA-256 of card, promises, cleaning log and what a look ahead reads, where there are any, and of the standard."""
    name = _standard_name(job, county)
    shipped = Path(str(resources.files("youzhi.standards"))) / f"{name}.toml"
    standard = shipped if shipped.is_file() else Path(name)
    paths = {
        "county.toml": job.data / county / "county.toml",
        "commitments.toml": job.data / county / "commitments.toml",
        f"{job.year}/cleaning.csv": job.data / county / str(job.year) / "cleaning.csv",
        f"standards/{standard.name}": standard,
        **job.prospect.files,
    }
    found = {name: _read_text_file(path, name, county) for name, path in paths.items()}
    return {name: _digest(content) for name, content in found.items() if content is not None}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _read_text_file(path: Path, name: str, county: str) -> bytes | None:
    try:
        return path.read_bytes() if path.is_file() else None
    except OSError as error:
        raise counties.explain_unreadable(f"{county} 的 {name}", error) from error


def _read_year(job: Job, county: str, year: int) -> tuple[SchoolTable, CountyItems | None]:
    """Both tables of a year; the faults of both in one list."""
    found, faults = [], []
    for read in (counties.read_county, counties.read_county_items):
        try:
            found.append(read(county, year, job.data))
        except DataError as error:
            faults.append(error.faults)
    if faults:
        raise DataError(pd.concat(faults, ignore_index=True))
    table, items = found
    return table, items


def _refuse_unknown_codes(card: County, standard: Standard) -> None:
    """An entry of the card about what no standard has would be left out without a word."""
    allowed: dict[str, None] = {}
    for one in [*map(load_standard, list_standards()), standard]:
        rows = [*one.indicator, one.dispersion_rule, *one.item]
        allowed |= dict.fromkeys(row.code for row in rows)
    entries = {"target": card.target, "department": card.department, "self_check": card.self_check}
    unknown = [
        f"[[{kind}]] {entry.code}"
        for kind, listed in entries.items()
        for entry in listed
        if entry.code and entry.code not in allowed
    ]
    if unknown:
        raise UsageError(
            f"县区卡 {card.id}/county.toml 的 code 不是任何标准中的代码：{'、'.join(dict.fromkeys(unknown))}；"
            f"可用：{'、'.join(allowed)}。请改正 code。"
        )


def _name_folder(faults: pd.DataFrame, county: str, year: int) -> pd.DataFrame:
    """The faults of one table, its file named with county and year."""
    names = [f"{county}/{year}/{Path(file).name}" for file in faults["file"]]
    return faults.assign(file=names)
