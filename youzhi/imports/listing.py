"""What was found, as files for the people who mend it: a list, and their workbooks with the cells marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from youzhi.errors import DataError, UsageError
from youzhi.imports.marking import findings_text, findings_workbook, mark_workbook
from youzhi.intake.files.sources import Source, read_source


def make_listing(
    findings: pd.DataFrame, paths: Iterable[str | Path], folder: Path
) -> dict[Path, bytes]:
    """Return the files that tell what is to be mended, none of them in the place of a file handed in (发现清单).

    Parameters
    ----------
    findings
        Columns FINDING_COLUMNS.
    paths
        Files and folders as they were handed in.
    folder
        Where the files shall come.

    Returns
    -------
    dict of Path to bytes
        findings.csv, findings.xlsx and 标注_<name>.xlsx for every file in which a cell is to be looked at.

    Raises
    ------
    UsageError
        The folder lies in a folder handed in, or a file would replace one handed in.
    """
    paths = [Path(path).resolve() for path in paths]
    folder = folder.resolve()
    contents = {
        folder / "findings.csv": findings_text(findings),
        folder / "findings.xlsx": findings_workbook(findings),
    }
    located = findings[findings["row"].astype(str) != ""]
    for path in _files(paths):
        own = located[located["file"] == path.name]
        source = _read_again(path) if len(own) else None
        if source is not None:
            marked = mark_workbook(path.read_bytes(), own, source)
            contents[_free_name(folder, path.stem, contents)] = marked
    _refuse_own_files(contents, folder, paths)
    return contents


def _read_again(path: Path) -> Source | None:
    """The cells of a file; none where it was refused as a whole, so that there is nothing to mark."""
    try:
        return read_source(path)
    except DataError:
        return None


def _files(paths: list[Path]) -> Iterator[Path]:
    """All files handed in, those in folders too."""
    for path in paths:
        yield from (
            sorted(one for one in path.rglob("*") if one.is_file())
            if path.is_dir()
            else [path] * path.is_file()
        )


def _free_name(folder: Path, stem: str, taken: dict[Path, bytes]) -> Path:
    """Workbooks of one name from two folders do not replace each other."""
    path, times = folder / f"标注_{stem}.xlsx", 1
    while path in taken:
        times += 1
        path = folder / f"标注{times}_{stem}.xlsx"
    return path


def _refuse_own_files(contents: dict[Path, bytes], folder: Path, paths: list[Path]) -> None:
    inside = [path for path in paths if path.is_dir() and folder.is_relative_to(path)]
    replaced = [path for path in paths if path in contents]
    if inside or replaced:
        raise UsageError(
            f"“{folder}”中放着要检查的文件，清单写在那里会混进数据或盖住原文件。请用 --out 另选一个文件夹。"
        )
