"""Files that appear whole or not at all; whatever stood there before survives every failure."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from youzhi.errors import ReportError
from youzhi.swaps import sync_folder, write_synced

STALE_SECONDS = 3600  # writing takes milliseconds: a part this old belongs to a run that was killed


def write_together(contents: Mapping[Path, bytes]) -> None:
    """Write several files; none is replaced before all of them are complete on the disk.

    Parameters
    ----------
    contents
        The bytes of each file by its path; missing folders are made.

    Raises
    ------
    ReportError
        When the disk refuses; the files that stood there before are untouched.
    """
    parts: dict[Path, Path] = {}
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            _remove_stale_parts(path)
            parts[path] = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
            write_synced(parts[path], content)
        for path, part in parts.items():
            os.replace(part, path)
        for folder in {path.parent for path in contents}:
            sync_folder(folder)
    except OSError as error:
        raise ReportError(
            f"无法写入“{error.filename or path}”：{error.strerror}；原有文件未改动；"
            "请检查磁盘空间、文件夹权限，以及文件是否正被其他程序打开"
        ) from error
    finally:
        for part in parts.values():
            part.unlink(missing_ok=True)


def _remove_stale_parts(path: Path) -> None:
    """Remove what a killed run has left beside this file."""
    for part in path.parent.glob(f".{path.name}.*.part"):
        if time.time() - part.stat().st_mtime > STALE_SECONDS:
            part.unlink(missing_ok=True)
