"""County cards and county folders; the only place that knows where data lies.

A data root holds one folder per county: county.toml (real facts, optional) and <year>/schools.csv or .xlsx.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from youzhi.errors import UsageError
from youzhi.intake import read_schools
from youzhi.tables import SchoolTable

# In force for a county without a card; load_standard knows what it says.
NATIONAL_STANDARD = "jiaodu-2017-6"


# A misspelt key must not pass for one that was never written.
_CLOSED = ConfigDict(frozen=True, extra="forbid")


class _Card(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Name(_Card):
    """A county's name in Chinese and, where it is known, in English."""

    zh: str
    en: str = ""


class InForce(_Card):
    """Which standard a county is judged by, from which year on (现行标准)."""

    from_year: int
    id: str
    source: str = ""


class CountingUnit(_Card):
    """What counts as one school in this county (计数口径)."""

    model_config = _CLOSED

    unit: Literal["school", "campus"] | None = None
    source: str = ""
    confidence: str = ""
    note: str = ""


class Fact(_Card):
    """One published figure of the county (公布数据)."""

    id: str
    year: int
    value: float | str | bool
    unit: str = ""
    label: str
    source: str


class County(_Card):
    """What is known of a county, with sources (县区卡).

    Attributes
    ----------
    id, code, name, province, city
        Folder name, administrative code and names.
    standard
        Standards in force, oldest first.
    counting
        Whether schools or independent campuses are counted.
    fact
        Published figures.
    stages, population, seat, town, self_check
        Further published facts, as the card writes them: years of schooling, censuses, places, self-check.
    """

    model_config = _CLOSED

    id: str
    code: str = ""
    name: Name
    province: str = ""
    city: str = ""
    standard: list[InForce] = []
    counting: CountingUnit = CountingUnit()
    fact: list[Fact] = []
    stages: dict[str, dict] = {}
    population: list[dict] = []
    seat: dict = {}
    town: list[dict] = []
    self_check: list[dict] = []

    @property
    def name_zh(self) -> str:
        """Chinese name."""
        return self.name.zh

    def standard_for(self, year: int) -> str:
        """Id of the standard in force in a year; the national one where the card says nothing (现行标准)."""
        if not self.standard:
            return NATIONAL_STANDARD
        known = [entry for entry in self.standard if entry.from_year <= year]
        if not known:
            first = min(entry.from_year for entry in self.standard)
            raise UsageError(
                f"{self.name_zh}的县区卡从{first}年起才有现行标准，没有{year}年的。请用 standard 参数指明标准。"
            )
        return max(known, key=lambda entry: entry.from_year).id


def data_root(data: str | Path | None = None) -> Path:
    """Return the folder that holds the county folders (数据目录).

    Parameters
    ----------
    data
        The folder; else the environment variable YOUZHI_DATA; else data/ of the repository.

    Returns
    -------
    Path
        Absolute.

    Raises
    ------
    UsageError
        There is no such folder.
    """
    chosen = data or os.environ.get("YOUZHI_DATA") or Path(__file__).parents[1] / "data"
    root = Path(chosen).expanduser().resolve()
    if not root.is_dir():
        raise UsageError(
            f"没有数据目录“{chosen}”。请用 --data 或环境变量 YOUZHI_DATA 指明县区文件夹所在的目录。"
        )
    return root


def list_counties(data: str | Path | None = None) -> list[str]:
    """Return the counties that have a folder with school tables or a card (已有县区).

    Parameters
    ----------
    data
        See data_root.

    Returns
    -------
    list of str
        Folder names, sorted.
    """
    return sorted(path.name for path in data_root(data).iterdir() if _is_county(path))


def list_years(county: str, data: str | Path | None = None) -> list[int]:
    """Return the years for which a county has a school table (已有年度).

    Parameters
    ----------
    county
        Folder name.
    data
        See data_root.

    Returns
    -------
    list of int
        Sorted.
    """
    return sorted(_years_in(data_root(data) / find_county(county, data)))


def find_county(name: str, data: str | Path | None = None) -> str:
    """Return the id of a county given by id or Chinese name (查找县区).

    Parameters
    ----------
    name
        Folder name, or the Chinese name with or without 县, 市, 区.
    data
        See data_root.

    Returns
    -------
    str
        Folder name.

    Raises
    ------
    UsageError
        There is no such county; the message lists those that exist.
    """
    root, wanted = data_root(data), str(name).strip()
    if wanted in os.listdir(root) and _is_county(root / wanted):
        return wanted
    cards = {county: _name_of(county, data) for county in list_counties(data)}
    found = [county for county, zh in cards.items() if wanted in (zh, zh[:-1])]
    if len(found) == 1:
        return found[0]
    listing = "、".join(
        county if county == zh else f"{county}（{zh}）" for county, zh in cards.items()
    )
    shown = repr(wanted[:40])[1:-1]
    listing = listing or "（数据目录是空的）"
    if wanted in os.listdir(root) and (root / wanted).is_dir() and wanted[0] not in "._":
        files = sorted(path.relative_to(root).as_posix() for path in (root / wanted).rglob("*"))
        raise UsageError(
            f"文件夹“{shown}”里没有可用的学校数据：应为 <四位年度>/schools.csv 或 schools.xlsx；"
            f"现有：{'、'.join(files[:10]) or '（空文件夹）'}。已有县区：{listing}。"
        )
    raise UsageError(f"没有县区“{shown}”。已有：{listing}。")


def require_year(county: str, year: int, data: str | Path | None = None) -> None:
    """Make sure that a county has a school table for a year (检查年度).

    Parameters
    ----------
    county
        Folder name.
    year
        Year of the statistics of 1 September.
    data
        See data_root.

    Raises
    ------
    UsageError
        There is none; the message lists the years that exist.
    """
    years = list_years(county, data)
    if year not in years:
        listing = "、".join(str(known) for known in years) or "（没有任何年度）"
        raise UsageError(
            f"{load_county(county, data).name_zh}没有{year}年的学校数据。已有年度：{listing}。"
        )


def load_county(county: str, data: str | Path | None = None) -> County:
    """Load a county card; a folder without one gives a card that only knows its name (读取县区卡).

    Parameters
    ----------
    county
        Folder name, one of list_counties.
    data
        See data_root.

    Returns
    -------
    County
        Frozen.

    Raises
    ------
    UsageError
        The card is not in the shape; the message names every wrong key.
    """
    path = data_root(data) / county / "county.toml"
    if not path.is_file():
        return County(id=county, name=Name(zh=county, en=county))
    try:
        return County.model_validate(
            {**tomllib.loads(path.read_text(encoding="utf-8")), "id": county}
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"县区卡 {county}/county.toml 不是有效的 UTF-8 TOML：{error}") from error
    except ValidationError as error:
        keys = "；".join(
            f"{'.'.join(map(str, fault['loc']))}：{fault['msg']}" for fault in error.errors()
        )
        raise UsageError(f"县区卡 {county}/county.toml 有误：{keys}") from error


def schools_path(county: str, year: int, data: str | Path | None = None) -> Path:
    """Return the school table of a county and year (学校数据表路径).

    Parameters
    ----------
    county
        Id or Chinese name.
    year
        Year of the statistics of 1 September.
    data
        See data_root.

    Returns
    -------
    Path
        schools.csv, or schools.xlsx where there is no CSV.

    Raises
    ------
    UsageError
        Unknown county or a year without data, or both kinds of file; the message lists what exists.
    """
    county = find_county(county, data)
    require_year(county, year, data)
    folder = data_root(data) / county / str(year)
    if (folder / "schools.csv").is_file() and (folder / "schools.xlsx").is_file():
        raise UsageError(
            f"{county}/{year} 中同时有 schools.csv 和 schools.xlsx，不知道以哪个为准。请只保留一个。"
        )
    return _table_in(folder)


def read_county(county: str, year: int, data: str | Path | None = None) -> SchoolTable:
    """Read the school table of a county and year (读取县区学校数据).

    Parameters
    ----------
    county
        Id or Chinese name.
    year
        Year of the statistics of 1 September.
    data
        See data_root.

    Returns
    -------
    SchoolTable
        With columns county and year filled in.

    Raises
    ------
    UsageError
        Unknown county or a year without data.
    DataError
        The table is refused; all faults are listed.
    """
    path = schools_path(county, year, data)
    return read_schools(path, county=find_county(county, data), year=year)


def _is_county(folder: Path) -> bool:
    if not folder.is_dir() or folder.name.startswith((".", "_")):
        return False
    return (folder / "county.toml").is_file() or bool(_years_in(folder))


def _name_of(county: str, data: str | Path | None) -> str:
    """Chinese name, or the folder's where the card cannot be read: other counties must still be found."""
    try:
        return load_county(county, data).name_zh
    except UsageError:
        return county


def _years_in(folder: Path) -> list[int]:
    years = [
        path
        for path in folder.iterdir()
        if path.is_dir() and path.name.isdecimal() and path.name.isascii()
    ]
    return [int(path.name) for path in years if _table_in(path) is not None]


def _table_in(folder: Path) -> Path | None:
    tables = [folder / name for name in ("schools.csv", "schools.xlsx")]
    return next((path for path in tables if path.is_file()), None)
