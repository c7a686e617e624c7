"""Pupils by year and grade: read, checked, every fault told at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from math import isfinite
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd

from youzhi.columns import load_columns
from youzhi.counties import enrolment_path, explain_unreadable, find_county
from youzhi.errors import DataError, UsageError
from youzhi.exact import parse_number

HISTORY_COLUMNS = ["county", "year", "grade", "pupils", "data_kind"]
DATA_KINDS = ("real", "synthetic", "projected", "assumed")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a table or a parameter."""

    row: object
    column: object
    found: object
    allowed: str
    advice: str
    of_table: bool = True


def raise_faults(faults: Iterable[Fault], name: str) -> None:
    """Raise all faults at once: DataError where a table is wrong, else UsageError; nothing without faults."""
    faults = list(faults)
    if not faults:
        return
    if any(fault.of_table for fault in faults):
        rows = [
            {"file": name, "sheet": "", "row": fault.row, "column": fault.column}
            | {"found": _tell_found(fault.found), "allowed": fault.allowed, "advice": fault.advice}
            for fault in faults
        ]
        raise DataError(pd.DataFrame(rows))
    raise UsageError(
        "\n".join(
            f"参数 {fault.column} 为 {fault.found!r:.60}；允许：{fault.allowed}；处理：{fault.advice}"
            for fault in faults
        )
    )


def _tell_found(found) -> object:
    """What was found; nothing has a word, so that it can be seen."""
    return "空" if pd.api.types.is_scalar(found) and pd.isna(found) else found


def find_history_faults(history) -> list[Fault]:
    """Everything that is wrong with a history, in the order of its rows."""
    if not isinstance(history, pd.DataFrame) or history.empty:
        return [
            Fault(
                "",
                "",
                "不是表或没有数据",
                "行为年度、列为年级的 DataFrame",
                "用 read_history 读取，或按此整理",
            )
        ]
    years, grades = list(history.index), list(history.columns)
    faults = [*_year_faults(years), *_grade_faults(grades)]
    cells = history.to_numpy(dtype=object)
    for at, year in enumerate(years):
        for of, grade in enumerate(grades):
            if not is_count(cells[at, of]):
                faults.append(
                    Fault(
                        "",
                        f"{year}年{grade}年级",
                        cells[at, of],
                        "不小于0的人数，不知道则留空",
                        "核对这一年这一年级的在校生",
                    )
                )
    return faults


def order_history(history: pd.DataFrame) -> pd.DataFrame:
    """The same numbers as floats, years and grades ascending; of a history without faults."""
    cells = [[as_float(cell) for cell in row] for row in history.to_numpy(dtype=object)]
    index = pd.Index([int(year) for year in history.index], name="year")
    columns = pd.Index([int(grade) for grade in history.columns], name="grade")
    return pd.DataFrame(cells, index, columns, dtype=float).sort_index().sort_index(axis=1)


def read_history(county: str, data: str | Path | None = None) -> pd.DataFrame:
    """Read the pupils of a county by year and grade (读取分年级在校生).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See counties.data_root.

    Returns
    -------
    DataFrame
        Years as index (name "year"), grades from 1 as columns (name "grade"), pupils (人, float; missing is unknown).
        `attrs["data_kind"]` lists the kinds of data in the file.

    Raises
    ------
    UsageError
        Unknown county, no file, or it cannot be read.
    DataError
        The file is refused; all faults are listed.
    """
    path, name = enrolment_path(county, data), f"{find_county(county, data)}/enrolment.csv"
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise UsageError(f"没有分年级在校生数据 {name}。请提供该文件，{_tell_heads()}。") from error
    except OSError as error:
        raise explain_unreadable(f"分年级在校生数据 {name}", error) from error
    except ValueError as error:  # an empty file, another encoding, torn quotes
        raise UsageError(_explain_no_table(f"分年级在校生数据 {name}", error)) from error
    heads = {column: known for column in table if (known := _find_column(column))}
    raise_faults(_head_faults(heads), name)
    table, place = table.rename(columns=heads), find_county(county, data)
    kinds = {word: kind for kind, word in load_columns()["data_kind"].choices.items()}
    places = {text: _find_place(text, place, data) for text in table["county"].unique()}
    table = table.assign(
        county=table["county"].map(places),
        data_kind=table["data_kind"].replace(kinds),
    )
    raise_faults(_file_faults(table, place, {own: head for head, own in heads.items()}), name)
    table = table.assign(
        year=table["year"].astype(int),
        grade=table["grade"].astype(int),
        pupils=[float(text or "nan") for text in table["pupils"]],
    )
    history = table.pivot(index="year", columns="grade", values="pupils")
    raise_faults(find_history_faults(history), name)
    history = order_history(history)
    history.attrs["data_kind"] = sorted(set(table["data_kind"]))
    return history


@cache
def _load_heads() -> dict[str, list[str]]:
    """Columns to the Chinese heads that they may have."""
    text = (Path(__file__).parent / "headers.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _find_column(head: str) -> str:
    """Which column a head means; "" where it is none of ours."""
    name = head.strip()
    means = (own for own, heads in _load_heads().items() if name == own or name in heads)
    return next(means, "")


def _find_place(text: str, county: str, data: str | Path | None) -> str:
    """The id where a county is written by its name; any other county stays as it is written."""
    try:
        return find_county(text, data) if text and text != county else text
    except UsageError:
        return text


def _tell_heads() -> str:
    """The heads of a file, in Chinese and as ids."""
    names = "、".join(heads[0] for heads in _load_heads().values())
    return f"第一行为列名 {names}（或 {'、'.join(HISTORY_COLUMNS)}）"


def _explain_no_table(file: str, error: ValueError) -> str:
    """Why a file is no table, in Chinese, and what to do."""
    if isinstance(error, pd.errors.EmptyDataError):
        return f"{file} 是空文件。请填写：{_tell_heads()}，其后每年每个年级一行。"
    if isinstance(error, UnicodeDecodeError):
        return f"{file} 不是 UTF-8 编码。请在电子表格软件中另存为“CSV UTF-8（逗号分隔）”。"
    at = re.search(r"line (\d+)", str(error))
    where = f"第{at.group(1)}行的列数或引号与表头不符" if at else "引号或分隔符不完整"
    return f"{file} 不是完整的 CSV 表：{where}。请核对后重新导出。"


def _head_faults(heads: dict[str, str]) -> list[Fault]:
    """Columns that are missing, or there twice."""
    found, known = list(heads.values()), _load_heads()
    faults = []
    for name in HISTORY_COLUMNS:
        allowed = f"{name} 或 {'、'.join(known[name])}"
        if name not in found:
            faults.append(Fault(1, name, "没有这一列", allowed, "补上这一列"))
        elif found.count(name) > 1:
            twice = "、".join(head for head, own in heads.items() if own == name)
            faults.append(Fault(1, name, twice, f"只写一列：{allowed}", "删去多余的列"))
    return faults


def _file_faults(table: pd.DataFrame, county: str, heads: dict[str, str]) -> list[Fault]:
    """What is wrong with the lines of a file; row 1 is the header, columns are told by the heads of the file."""
    kinds = load_columns()["data_kind"].choices
    allowed_kinds = "、".join(f"{kind}（{kinds[kind]}）" for kind in DATA_KINDS)
    faults = [] if len(table) else [Fault("", "", "没有数据行", "每年每个年级一行", "补上数据")]
    seen = set()
    for row, line in enumerate(table[HISTORY_COLUMNS].to_dict("records"), 2):
        dated = _is_digits(line["year"], 4, 4), _is_digits(line["grade"], 1, 2)
        checks = [
            ("county", line["county"] == county, county, "每县一个文件，只放本县的行"),
            ("year", dated[0], "四位年份", "写学年初的年份"),
            ("grade", dated[1], "从1起的年级", "一至九年级连续编号"),
            (
                "pupils",
                _is_written_count(line["pupils"]),
                "不小于0的整数，半角数字，不带符号、空格和逗号，不知道则留空",
                "核对人数",
            ),
            ("data_kind", line["data_kind"] in DATA_KINDS, allowed_kinds, "写明数据性质"),
        ]
        faults += [
            Fault(row, heads[column], line[column], allowed, advice)
            for column, good, allowed, advice in checks
            if not good
        ]
        key = (int(line["year"]), int(line["grade"])) if all(dated) else None
        if key in seen:
            found = "{}年{}年级".format(*key)
            faults.append(Fault(row, heads["grade"], found, "每年每个年级一行", "删去重复的行"))
        elif key:
            seen.add(key)
    return faults


def _is_digits(text: str, least: int, most: int) -> bool:
    known = text.isascii() and text.isdecimal() and least <= len(text) <= most
    return known and int(text) > 0


def _is_written_count(text: str) -> bool:
    """Whether a text is a whole number without a sign, such as 90 or 90.0, or empty: unknown."""
    try:
        return text == "" or (text[0].isdecimal() and parse_number(text) % 1 == 0)
    except (ValueError, ArithmeticError):  # ArithmeticError: more digits than anybody counts
        return False


def is_whole(label: Hashable) -> bool:
    """Whether a label is a whole number."""
    return isinstance(label, Integral) and not isinstance(label, bool)


def is_count(cell) -> bool:
    """Unknown, or a number that is finite and not negative."""
    if cell is None or cell is pd.NA or cell is pd.NaT:
        return True
    if isinstance(cell, bool | np.bool_) or not isinstance(cell, Real):
        return False
    return np.isnan(cell) or (isfinite(cell) and cell >= 0)


def as_float(cell) -> float:
    """A count as a float; unknown is NaN."""
    return float("nan") if cell is None or cell is pd.NA or cell is pd.NaT else float(cell)


def _year_faults(years: list) -> Iterable[Fault]:
    whole = sorted({int(year) for year in years if is_whole(year)})
    for year in dict.fromkeys(years):
        if not is_whole(year):
            yield Fault("", "year", year, "整数年份", "写学年初的年份，例如 2020")
        elif years.count(year) > 1:
            yield Fault("", f"{year}年", f"出现{years.count(year)}次", "每年一行", "删去重复的年份")
    missing = sorted(set(range(whole[0], whole[-1] + 1)) - set(whole)) if whole else []
    if missing:
        found = f"缺{'、'.join(map(str, missing[:12]))}" + ("等" if len(missing) > 12 else "")
        yield Fault("", "year", found, "年份连续", "补上缺的年份；人数不知道就整行留空")


def _grade_faults(grades: list) -> Iterable[Fault]:
    for grade in dict.fromkeys(grades):
        if not is_whole(grade):
            yield Fault("", grade, grade, "从1起的整数年级", "列名写 1、2、3……")
        elif grades.count(grade) > 1:
            yield Fault("", grade, f"出现{grades.count(grade)}次", "每个年级一列", "删去重复的年级")
    whole = {int(grade) for grade in grades if is_whole(grade)}
    if whole and whole != set(range(1, len(whole) + 1)):
        found = "、".join(map(str, sorted(whole)))
        yield Fault("", "grade", found, "从1起连续的年级", "补上缺的年级；人数不知道就留空")
