"""Several files of one folder replaced as one: all old or all new, wherever the program is killed.

They are made in a folder beside it. One renaming of that folder decides; from then on whoever comes next, a reader
too, puts them in their places.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from youzhi.errors import WriteError


def swap_in(folder: Path, contents: Mapping[str, bytes]) -> None:
    """Replace files of a folder, all of them or none; the caller sees to it that nobody else does the same.

    Parameters
    ----------
    folder
        Made where it is missing; its parent exists.
    contents
        The bytes of each file by its name.

    Raises
    ------
    WriteError
        The disk refuses, or a file stands open in another program; the message says what became of the files.
    """
    made, ready = _staging(folder)
    existed = folder.is_dir()
    try:
        settle(folder)
        discard(folder)
        made.mkdir()
        for name, content in contents.items():
            write_synced(made / name, content)
        sync_folder(made)
        folder.mkdir(exist_ok=True)
        os.replace(made, ready)
        sync_folder(folder.parent)
        _settle_or_withdraw(folder)
    except OSError as error:
        raise _explain(error, folder) from error
    finally:
        discard(folder)
        if not existed and not ready.exists():
            with suppress(OSError):  # it holds the new files
                folder.rmdir()


def settle(folder: Path) -> None:
    """Put files that were decided upon, but not yet put in their places, where they belong.

    Parameters
    ----------
    folder
        Whose files they are; mostly there is nothing to do.

    Raises
    ------
    OSError
        The disk refuses, or a file stands open in another program.
    """
    _, ready = _staging(folder)
    if not ready.is_dir():
        return
    folder.mkdir(exist_ok=True)
    with suppress(FileNotFoundError):  # another reader was faster
        for path in sorted(ready.iterdir(), reverse=True):  # the tables before the log
            with suppress(FileNotFoundError):
                os.replace(path, folder / path.name)
        sync_folder(folder)
        ready.rmdir()


def is_left_over(folder: Path) -> bool:
    """Return whether new files were made and never decided upon: by a run that was killed, or that still runs.

    Parameters
    ----------
    folder
        Whose files they are.
    """
    return _staging(folder)[0].exists()


def discard(folder: Path) -> None:
    """Remove new files that were never decided upon; the caller sees to it that nobody is making any.

    Parameters
    ----------
    folder
        Whose files they are; mostly there is nothing to do.
    """
    shutil.rmtree(_staging(folder)[0], ignore_errors=True)


def write_synced(path: Path, content: bytes) -> None:
    """Write one new file down to the disk.

    Parameters
    ----------
    path
        Does not exist yet.
    content
        All of it.
    """
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make new names last through a power cut, where the system can sync a folder.

    Parameters
    ----------
    folder
        In which the names stand.
    """
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _staging(folder: Path) -> tuple[Path, Path]:
    """Where new files are made, and where they lie once it is decided."""
    return folder.with_name(f".{folder.name}.part"), folder.with_name(f".{folder.name}.ready")


def _settle_or_withdraw(folder: Path) -> None:
    """Put the files in their places; where not even the first one can be, nothing was changed and nothing will be."""
    made, ready = _staging(folder)
    whole = _names(ready)
    try:
        settle(folder)
    except OSError:
        if whole and _names(ready) == whole:
            os.replace(ready, made)
        raise


def _names(folder: Path) -> list[str]:
    """What lies in a folder, nothing where it is gone: a reader may have been faster."""
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def _explain(error: OSError, folder: Path) -> WriteError:
    _, ready = _staging(folder)
    kept = "原有文件未改动"
    if ready.is_dir():
        kept = "新文件已经备齐，只差放到位；下次读取或导入时会自动放好"
    return WriteError(
        f"无法写入“{error.filename or folder}”：{error.strerror}；{kept}；"
        "请检查磁盘空间、文件夹权限，以及文件是否正被其他程序打开"
    )
