"""Files that say how somebody else's table becomes ours: their headers, their words, their years."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from youzhi.columns import Column, load_columns
from youzhi.errors import UsageError
from youzhi.intake.wide.labels import same_kind

Text = Annotated[str, Field(min_length=1)]


class _Closed(BaseModel):
    """A misspelt key must not pass for one that was never written."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, ignored_types=(cached_property,)
    )


class Origin(_Closed):
    """Where the values of one field come from (一个字段的来处).

    Attributes
    ----------
    column, sum, value
        Exactly one: their header; several headers whose numbers are added; the same value for every row.
    unit
        Of their numbers; empty means as the header or the dictionary says.
    values
        Their word to ours.
    offset
        Is added to every number: 1911 for years of the Republic (民国).
    """

    column: Text | None = None
    sum: Annotated[list[Text], Field(min_length=2)] | None = None
    value: Text | None = None
    unit: Text | None = None
    values: dict[Text, Text] = {}
    offset: int = 0

    @model_validator(mode="after")
    def _comes_from_one_place(self):
        if sum(place is not None for place in (self.column, self.sum, self.value)) != 1:
            raise ValueError("column、sum、value 应恰好填写一个")
        if self.sum and len(set(self.sum)) < len(self.sum):
            raise ValueError("sum 中有重复的表头")
        if self.column is None and (self.values or self.offset):
            raise ValueError("values、offset 只能与 column 同用")
        if self.value is not None and self.unit:
            raise ValueError("unit 不能与 value 同用")
        return self

    @property
    def headers(self) -> tuple[str, ...]:
        """Their headers that are needed."""
        return (self.column,) if self.column else tuple(self.sum or ())


def _as_column(written: object) -> object:
    return {"column": written} if isinstance(written, str) else written


def _as_value(written: object) -> object:
    return {"value": str(written)} if isinstance(written, str | int) else written


class _File(_Closed):
    """What holds for the whole file."""

    stage: Literal["primary", "junior"] | None = None
    county: Annotated[Origin, BeforeValidator(_as_value)] | None = None
    year: Annotated[Origin, BeforeValidator(_as_value)] | None = None
    data_kind: Annotated[Origin, BeforeValidator(_as_value)] | None = None
    source: Text | None = None


class Mapping(_Closed):
    """How the columns of a table of schools become fields (映射文件).

    Attributes
    ----------
    file
        What holds for the whole file: stage, county, year, data_kind, source.
    columns : dict of str to Origin
        Field as written in the mapping file; a field that has stages may be written without, where the file has one.
    keep, skip : dict of str to list of str
        Header to the words of the rows that alone are read, or that are not.
    """

    file: _File = _File()
    columns: dict[str, Annotated[Origin, BeforeValidator(_as_column)]]
    keep: dict[Text, Annotated[list[str], Field(min_length=1)]] = {}
    skip: dict[Text, Annotated[list[str], Field(min_length=1)]] = {}

    @cached_property
    def origins(self) -> dict[str, Origin]:
        """Field id to where it comes from, those of the whole file included."""
        whole = {name: getattr(self.file, name) for name in ("county", "year", "data_kind")}
        named = {self._field(name): origin for name, origin in self.columns.items()}
        return {name: origin for name, origin in whole.items() if origin} | named

    @property
    def headers(self) -> tuple[str, ...]:
        """All headers that the file is asked for."""
        asked = [header for origin in self.origins.values() for header in origin.headers]
        return tuple(dict.fromkeys([*asked, *self.keep, *self.skip]))

    @property
    def stage(self) -> str:
        """The one stage of the file; empty where it has several."""
        return self.file.stage or ""

    def _field(self, name: str) -> str:
        staged = f"{name}_{self.file.stage}"
        return staged if name not in load_columns() and staged in load_columns() else name


def load_mapping(path: str | Path) -> Mapping:
    r"""Load a mapping file (读取映射文件).

    Parameters
    ----------
    path
        TOML; docs/mappings/ has an example with comments.

    Returns
    -------
    Mapping
        Every field is one of the dictionary of columns.

    Raises
    ------
    UsageError
        The file cannot be read; a key, field, unit or word in it is unknown: all of them are named.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "theirs.toml"
    >>> _ = file.write_text(
    ...     '[columns]\nschool = "校名"\nteachers_primary = { sum = ["男教师", "女教师"] }\n',
    ...     "utf-8",
    ... )
    >>> load_mapping(file).headers
    ('校名', '男教师', '女教师')
    """
    path = Path(path)
    try:
        mapping = Mapping.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"映射文件 {path.name} 无法读取：应为存在的、UTF-8 编码的 .toml 文件"
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"映射文件 {path.name} 不是有效的 TOML：{error}") from error
    except ValidationError as error:
        faults = [f"{_key(fault)}：{_explain(fault)}" for fault in error.errors()]
        raise UsageError(f"映射文件 {path.name} 有误：{'；'.join(faults)}") from error
    faults = list(_against_dictionary(mapping))
    if faults:
        raise UsageError(f"映射文件 {path.name} 有误：{'；'.join(faults)}")
    return mapping


_FAULT_WORDS = {
    "missing": "缺少这一项",
    "string_too_short": "不能为空",
    "too_short": "写得太少（sum 至少两个表头，keep、skip 至少一个词）",
    "string_type": "应为用引号括起来的文字",
    "list_type": "应为方括号中的列表",
    "int_type": "应为整数",
    "dict_type": "应为表",
    "model_type": "应为表",
    "literal_error": "允许 primary（小学）、junior（初中）",
}


def _key(fault: ErrorDetails) -> str:
    return (
        ".".join(str(part) for part in fault["loc"] if not str(part).startswith("function-"))
        or "全文"
    )


def _explain(fault: ErrorDetails) -> str:
    if fault["type"] == "value_error":
        return str(fault["ctx"]["error"])
    if fault["type"] == "extra_forbidden":
        place = fault["loc"][:-1]
        known = {(): Mapping, ("file",): _File}.get(place, Origin).model_fields
        return f"没有这个键；允许 {'、'.join(known)}"
    return _FAULT_WORDS.get(fault["type"], "写法不对")


def _against_dictionary(mapping: Mapping) -> Iterator[str]:
    """What the dictionary of columns does not allow."""
    fields = [mapping._field(name) for name in mapping.columns]
    whole = [name for name in ("county", "year", "data_kind") if getattr(mapping.file, name)]
    for name in sorted({name for name in fields if fields.count(name) > 1 or name in whole}):
        yield f"columns.{name}：同一字段写了两次，只留一处"
    both = mapping.keep.keys() & mapping.skip.keys()
    yield from (f"skip.{header}：这一列已写在 keep 中，只留一处" for header in sorted(both))
    for name, origin in mapping.origins.items():
        column = load_columns().get(name)
        if column is None:
            yield f"columns.{name}：字典中没有这个字段；允许 columns.toml 中的 id"
        else:
            yield from (f"columns.{name}：{fault}" for fault in _misfits(origin, column))


def _misfits(origin: Origin, column: Column) -> Iterator[str]:
    if origin.sum and not column.is_number:
        yield "只有数值才能用 sum 相加"
    if origin.offset and column.kind != "integer":
        yield "只有整数才能用 offset"
    if origin.unit and not same_kind(origin.unit, column.unit):
        allowed = f"与{column.unit}同类的单位" if column.unit else "不写 unit"
        yield f"unit 为“{origin.unit}”；允许{allowed}"
    words = [origin.value] if origin.value is not None else list(origin.values.values())
    for word in words:
        if column.kind == "choice" and word not in {*column.choices, *column.choices.values()}:
            yield f"“{word}”不是可选的值；允许 {'、'.join(column.choices)}"
