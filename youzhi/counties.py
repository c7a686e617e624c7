"""County folders; the only place that knows where data lies.

A data root holds one folder per county: county.toml (real facts, optional), commitments.toml and ledger.csv
(optional), and <year>/schools.csv or .xlsx with <year>/items.csv or .xlsx and cleaning.csv beside it (optional).
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import replace
from pathlib import Path

import pandas as pd

from youzhi.cards import County, Name, parse_card
from youzhi.county_items import CountyItems
from youzhi.errors import UsageError
from youzhi.intake import read_items, read_schools
from youzhi.intake.files.csvs import unguard_text
from youzhi.intake.findings import FINDING_COLUMNS
from youzhi.swaps import settle
from youzhi.tables import SchoolTable

_KINDS = (".csv", ".xlsx")


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
        Sorted. A year whose folder cannot be looked into counts; whoever reads it is told why.

    Raises
    ------
    UsageError
        There is no such county, or its folder cannot be read.
    """
    folder = data_root(data) / find_county(county, data)
    try:
        return sorted(_years_in(folder))
    except OSError as error:
        raise explain_unreadable(f"县区文件夹 {folder.name}", error) from error


def find_county(name: str, data: str | Path | None = None) -> str:
    """Return the id of a county given by id or Chinese name (查找县区).

    Parameters
    ----------
    name
        Folder name, or the Chinese name or a former one, with or without 县, 市, 区.
    data
        See data_root.

    Returns
    -------
    str
        Folder name.

    Raises
    ------
    UsageError
        There is no such county, or several of that name; the message lists those that exist.
    """
    root, wanted = data_root(data), str(name).strip()
    if wanted in os.listdir(root) and _is_county(root / wanted):
        return wanted
    cards = {county: name_county(county, data) for county in list_counties(data)}
    found = [county for county, zh in cards.items() if wanted in (zh, zh[:-1])]
    found = found or [county for county in cards if wanted in _known_names(county, data)]
    if len(found) == 1:
        return found[0]
    listing = "、".join(
        county if county == zh else f"{county}（{zh}）" for county, zh in cards.items()
    )
    shown = repr(wanted[:40])[1:-1]
    listing = listing or "（数据目录是空的）"
    if found:
        raise UsageError(
            f"“{shown}”可以指{'、'.join(f'{county}（{cards[county]}）' for county in found)}。"
            "请写代码，如 " + found[0] + "。"
        )
    if wanted in os.listdir(root) and (root / wanted).is_dir() and wanted[0] not in "._":
        files = sorted(path.relative_to(root).as_posix() for path in (root / wanted).rglob("*"))
        raise UsageError(
            f"文件夹“{shown}”里没有可用的学校数据：应为 <四位年度>/schools.csv 或 schools.xlsx；"
            f"现有：{'、'.join(files[:10]) or '（空文件夹）'}。已有县区：{listing}。"
        )
    raise UsageError(f"没有县区“{shown}”。已有：{listing}。")


def place_county(name: str, data: str | Path | None = None) -> str:
    """Return the id of a county into which data shall come; its folder may still be empty (数据归属的县区).

    Parameters
    ----------
    name
        As of find_county, or the name of an empty folder that was made for it.
    data
        See data_root.

    Returns
    -------
    str
        Folder name.

    Raises
    ------
    UsageError
        There is no such county; the message lists those that exist and says how to make one.
    """
    root, wanted = data_root(data), str(name).strip()
    if wanted in os.listdir(root) and (root / wanted).is_dir() and wanted[0] not in "._":
        return wanted
    try:
        return find_county(wanted, data)
    except UsageError as error:
        raise UsageError(
            f"{error}要增加一个县区，请先在数据目录“{root}”中新建它的文件夹（如 mengyin），"
            '放入写有 name = { zh = "蒙阴县" } 的 county.toml，再导入。'
        ) from error


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
        The card cannot be read or is not in the shape; the message names every wrong key.
    """
    path = data_root(data) / county / "county.toml"
    try:
        if not path.is_file():
            return County(id=county, name=Name(zh=county, en=county))
        return parse_card(path.read_text(encoding="utf-8"), county)
    except UnicodeDecodeError as error:
        raise UsageError(f"县区卡 {county}/county.toml 不是有效的 UTF-8 TOML：{error}") from error
    except OSError as error:
        raise explain_unreadable(f"县区卡 {county}/county.toml", error) from error


def name_county(county: str, data: str | Path | None = None) -> str:
    """Return the Chinese name, or the folder's where the card is faulty: other counties are still told (县区名称).

    Parameters
    ----------
    county
        Folder name, one of list_counties.
    data
        See data_root.

    Returns
    -------
    str
    """
    try:
        return load_county(county, data).name_zh
    except UsageError:
        return county


def explain_unreadable(what: str, error: OSError) -> UsageError:
    """Say in Chinese that a file or folder is there but cannot be read, and what to do (无法读取).

    Parameters
    ----------
    what
        The file or folder in words, without the path of the data root.
    error
        What the operating system said.

    Returns
    -------
    UsageError
        To be raised.

    Examples
    --------
    >>> print(explain_unreadable("县区卡 jia/county.toml", PermissionError()))
    县区卡 jia/county.toml 无法读取（PermissionError）：被其他程序打开或没有权限。请关闭打开它的程序，或检查权限后重试。
    """
    return UsageError(
        f"{what} 无法读取（{type(error).__name__}）：被其他程序打开或没有权限。"
        "请关闭打开它的程序，或检查权限后重试。"
    )


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
    return _only_table_in(data_root(data) / county / str(year), "schools")


def items_path(county: str, year: int, data: str | Path | None = None) -> Path | None:
    """Return the county figures of a county and year (县级指标数据路径).

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
    Path or None
        items.csv, or items.xlsx where there is no CSV; None where there is neither.

    Raises
    ------
    UsageError
        Unknown county, or both kinds of file.
    """
    return _only_table_in(data_root(data) / find_county(county, data) / str(year), "items")


def commitments_path(county: str, data: str | Path | None = None) -> Path | None:
    """Return what the plans of a county promise (规划承诺路径).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See data_root.

    Returns
    -------
    Path or None
        commitments.toml; None where there is none.

    Raises
    ------
    UsageError
        Unknown county.
    """
    path = data_root(data) / find_county(county, data) / "commitments.toml"
    return path if path.is_file() else None


def ledger_path(county: str, data: str | Path | None = None) -> Path:
    """Return where the ledger of problems of a county lies or would lie (问题台账路径).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See data_root.

    Returns
    -------
    Path
        ledger.csv, which need not exist.

    Raises
    ------
    UsageError
        Unknown county.
    """
    return data_root(data) / find_county(county, data) / "ledger.csv"


def enrolment_path(county: str, data: str | Path | None = None) -> Path:
    """Return where the pupils by grade of a county lie or would lie (分年级在校生数据路径).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See data_root.

    Returns
    -------
    Path
        enrolment.csv, which need not exist.

    Raises
    ------
    UsageError
        Unknown county.
    """
    return data_root(data) / find_county(county, data) / "enrolment.csv"


def scenarios_folder(county: str, data: str | Path | None = None) -> Path:
    """Return where the scenarios of a county lie or would lie (情景文件夹).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See data_root.

    Returns
    -------
    Path
        scenarios/, which need not exist.

    Raises
    ------
    UsageError
        Unknown county.
    """
    return data_root(data) / find_county(county, data) / "scenarios"


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
        With columns county and year filled in; its findings begin with those of the import, if there was one.

    Raises
    ------
    UsageError
        Unknown county or a year without data.
    DataError
        The table is refused; all faults are listed.
    """
    path, name = schools_path(county, year, data), find_county(county, data)
    table = read_schools(path, name, year, names=load_county(name, data).known_names)
    log = read_cleaning(name, year, data)
    return replace(table, findings=pd.concat([log, table.findings], ignore_index=True))


def read_county_items(county: str, year: int, data: str | Path | None = None) -> CountyItems | None:
    """Read the county figures of a county and year (读取县级数据).

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
    CountyItems or None
        None where the county gave none for that year.

    Raises
    ------
    UsageError
        Unknown county, or two files.
    DataError
        The table is refused; all faults are listed.
    """
    path = items_path(county, year, data)
    return None if path is None else read_items(path, find_county(county, data), year)


def read_cleaning(county: str, year: int, data: str | Path | None = None) -> pd.DataFrame:
    """Read what an import found and converted on its way into a county and year (读取清洗记录).

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
    DataFrame
        Columns FINDING_COLUMNS, all text but the row; empty where the tables were not imported.

    Raises
    ------
    UsageError
        Unknown county, or the file cannot be read.
    """
    folder = data_root(data) / find_county(county, data) / str(year)
    path = folder / "cleaning.csv"
    try:
        settle(folder)
        text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError) as error:
        raise explain_unreadable(
            f"清洗记录 {folder.parent.name}/{year}/cleaning.csv", error
        ) from error
    lines = csv.DictReader(io.StringIO(text, newline=""), restval="")
    rows = [[unguard_text(line.get(name) or "") for name in FINDING_COLUMNS] for line in lines]
    found = pd.DataFrame(
        [row for row in rows if any(row[1:])], columns=FINDING_COLUMNS, dtype=object
    )
    return found.assign(row=[int(row) if row.isdecimal() else row for row in found["row"]])


def _known_names(county: str, data: str | Path | None) -> list[str]:
    """All names of a county; none where the card is faulty: the others are still found, and its loader is told why."""
    try:
        return load_county(county, data).known_names
    except UsageError:
        return []


def _is_county(folder: Path) -> bool:
    if not folder.is_dir() or folder.name.startswith((".", "_")):
        return False
    try:
        return (folder / "county.toml").is_file() or bool(_years_in(folder))
    except OSError:  # it must not pass for absent; whoever reads it is told why
        return True


def _years_in(folder: Path) -> list[int]:
    years = [
        path
        for path in folder.iterdir()
        if path.is_dir() and path.name.isdecimal() and path.name.isascii()
    ]
    return [int(path.name) for path in years if _may_have_schools(path)]


def _may_have_schools(folder: Path) -> bool:
    try:
        return bool(_tables_in(folder, "schools"))
    except OSError:  # as in _is_county
        return True


def _tables_in(folder: Path, stem: str) -> list[Path]:
    settle(folder)  # an import that was killed after it was decided
    tables = [folder / f"{stem}{kind}" for kind in _KINDS]
    return [path for path in tables if path.is_file()]


def _only_table_in(folder: Path, stem: str) -> Path | None:
    """The table of that name, in one of the two kinds of file; nobody knows which of two is right."""
    place = f"{folder.parent.name}/{folder.name}"
    try:
        tables = _tables_in(folder, stem)
    except OSError as error:
        raise explain_unreadable(f"年度文件夹 {place}", error) from error
    if len(tables) > 1:
        names = " 和 ".join(path.name for path in tables)
        raise UsageError(f"{place} 中同时有 {names}，不知道以哪个为准。请只保留一个。")
    return next(iter(tables), None)
