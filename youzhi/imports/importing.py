"""Checked files into the folder of a county and year: all of them or none, whatever happens on the way."""

from __future__ import annotations

import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout

from youzhi.counties import data_root, explain_unreadable, place_county
from youzhi.errors import DataError, UsageError, WriteError
from youzhi.imports.canonical import (
    are_same_items,
    are_same_schools,
    format_findings,
    format_items,
    format_schools,
    round_endless,
)
from youzhi.imports.checking import Check, check_files
from youzhi.intake import read_items, read_schools
from youzhi.intake.findings import Place, make_finding, tabulate_findings
from youzhi.swaps import discard, is_left_over, settle, swap_in


@dataclass(frozen=True)
class Imported:
    """What an import wrote (导入结果).

    Attributes
    ----------
    folder
        Of the county and year.
    written : list of Path
        Files that are new or changed; empty where everything was there already.
    check
        What was read and found.
    """

    folder: Path
    written: list[Path]
    check: Check

    @property
    def counts(self) -> dict[str, int]:
        """Number of findings by outcome (各类处数)."""
        return self.check.counts


def import_files(
    paths: Iterable[str | Path],
    county: str,
    year: int,
    *,
    mapping: str | Path | None = None,
    sheet: str | None = None,
    data: str | Path | None = None,
) -> Imported:
    """Write what was handed in as the tables of a county and year, or refuse and change nothing (导入文件).

    Parameters
    ----------
    paths
        See check_files.
    county, year
        Into whose folder; the county has one already. The files may not say otherwise.
    mapping, sheet
        See check_files.
    data
        See counties.data_root.

    Returns
    -------
    Imported
        schools.csv, items.csv where county figures were handed in, and cleaning.csv with every finding and the
        SHA-256 of every file. Tables that are replaced stay beside as schools.bak.csv and items.bak.csv.

    Raises
    ------
    DataError
        Something is rejected; `.findings` has everything that was found.
    UsageError
        Unknown county, its folder is a link, a workbook stands where a table shall come, or another import takes
        too long.
    WriteError
        The disk refuses.
    """
    name = place_county(county, data)
    folder = data_root(data) / name / str(int(year))
    _refuse_links(folder)
    _refuse_workbooks(folder)
    if is_left_over(folder):
        with _lock(folder.parent):
            discard(folder)
    check = check_files(paths, name, year, mapping=mapping, sheet=sheet, data=data)
    if check.refused:
        rejected = check.findings[check.findings["outcome"] == "reject"]
        raise DataError(rejected, check.findings)
    check, contents = _format(check, folder)
    with _lock(folder.parent):
        changed = _changed(folder, contents)
        if changed:
            swap_in(folder, changed)
    return Imported(folder, [folder / name for name in sorted(changed)], check)


def _refuse_links(folder: Path) -> None:
    """What is written must come to lie in the data root, which is resolved itself."""
    for place in (folder.parent, folder):
        if place.resolve() != place:
            raise UsageError(
                f"“{place}”是符号链接（快捷方式），指向“{place.resolve()}”；导入不写到数据目录以外，没有改动任何文件。"
                "请把它换成真正的文件夹，或用 --data 指明数据所在的目录，再导入。"
            )


def _refuse_workbooks(folder: Path) -> None:
    """Nobody would know which of two tables is right."""
    standing = [name for name in ("schools.xlsx", "items.xlsx") if (folder / name).exists()]
    if standing:
        raise UsageError(
            f"{folder.parent.name}/{folder.name} 中已有 {'、'.join(standing)}，导入后将不知道以哪个为准。"
            "请先把它移到别处（也可以把移出后的文件作为要导入的文件），再导入。"
        )


def _format(check: Check, folder: Path) -> tuple[Check, dict[str, bytes]]:
    """The new files, and what was rounded for them; each table is read back before anything is written."""
    schools, items, rounded = round_endless(check.gathered.schools, check.gathered.items)
    if schools is None and not (folder / "schools.csv").is_file():
        if items is None:
            raise check.gathered.refusal()
        raise UsageError(
            f"只有县级数据，没有学校数据：{folder.parent.name}/{folder.name} 还没有 schools.csv。"
            "请把学校数据表和县级数据一起导入。"
        )
    contents = {}
    if schools is not None:
        contents["schools.csv"] = format_schools(schools)
        _read_back(contents, "schools.csv", read_schools, schools, are_same_schools, folder)
    if items is not None:
        contents["items.csv"] = format_items(items)
        _read_back(contents, "items.csv", read_items, items, are_same_items, folder)
    findings = pd.concat([check.findings, tabulate_findings(rounded)], ignore_index=True)
    contents["cleaning.csv"] = format_findings(findings, check.gathered.sources)
    return replace(check, findings=findings), contents


def _read_back(
    contents: dict[str, bytes], name: str, read: Callable, table, are_same: Callable, folder: Path
) -> None:
    """Refuse to write what would be read otherwise than it was meant."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / name
        path.write_bytes(contents[name])
        try:
            same = are_same(read(path, folder.parent.name, int(folder.name)), table)
            told = "读回的数值与写出的不同"
        except DataError as error:
            same, told = False, str(error.faults.iloc[0]["found"])
    if not same:
        found = tabulate_findings([make_finding("I03", Place(name), told)])
        raise DataError(found, found)


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Only one import at a time into a county; the lock of a dead one is none."""
    seconds = tomllib.loads((Path(__file__).parent / "limits.toml").read_text(encoding="utf-8"))
    lock = FileLock(folder / ".import.lock", timeout=seconds["lock_wait_seconds"])
    try:
        lock.acquire()
    except Timeout as error:
        raise UsageError(
            f"另一个导入正在写入“{folder.name}”，等了{seconds['lock_wait_seconds']}秒仍未结束，没有改动任何文件。"
            "请等它结束后再导入。"
        ) from error
    except OSError as error:
        raise WriteError(
            f"无法写入“{folder}”：{error.strerror}；原有文件未改动；请检查磁盘空间和文件夹权限"
        ) from error
    try:
        yield
    finally:
        lock.release()


def _changed(folder: Path, contents: dict[str, bytes]) -> dict[str, bytes]:
    """Files that are not there already, and what stood in the place of tables."""
    changed = {}
    try:
        settle(folder)
        for name, content in contents.items():
            path = folder / name
            old = path.read_bytes() if path.is_file() else None
            if old == content:
                continue
            changed[name] = content
            if old is not None and name != "cleaning.csv":
                changed[name.replace(".csv", ".bak.csv")] = old
    except OSError as error:
        raise explain_unreadable(f"年度文件夹 {folder.parent.name}/{folder.name}", error) from error
    return changed
