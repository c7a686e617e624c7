"""Scenario files of a county: found, read and checked, every fault at once (情景文件)."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from youzhi.cards import explain_fault
from youzhi.counties import explain_unreadable, find_county, scenarios_folder
from youzhi.errors import ScenarioError, UsageError
from youzhi.scenarios.actions import Action, AnyAction
from youzhi.scenarios.models import Head, Scenario, disagreements
from youzhi.scenarios.parts import Unfit, show_value

SCENARIO_FAULT_COLUMNS = ["file", "action", "key", "found", "allowed", "advice"]

_ADVICE = "改正这一项；写法见 docs/scenarios.zh-CN.md"
_ACTION = TypeAdapter(AnyAction)


def list_scenarios(county: str, data: str | Path | None = None) -> list[str]:
    """Return the scenarios of a county (已有情景).

    Parameters
    ----------
    county
        Id or Chinese name.
    data
        See counties.data_root.

    Returns
    -------
    list of str
        Ids, sorted; empty where the county has none.

    Raises
    ------
    UsageError
        Unknown county.

    Examples
    --------
    >>> "plan-2025" in list_scenarios("yiyuan")
    True
    """
    return sorted(path.stem for path in scenarios_folder(county, data).glob("*.toml"))


def load_scenario(
    name_or_path: str | Path, county: str | None = None, data: str | Path | None = None
) -> Scenario:
    """Load a scenario of a county by its id, or any file in the same shape (读取情景).

    Parameters
    ----------
    name_or_path
        Id of a scenario, or path of a TOML file.
    county
        Id or Chinese name; needed with an id. A file must be of this county where it is given.
    data
        See counties.data_root.

    Returns
    -------
    Scenario
        Frozen; numbers with every digit.

    Raises
    ------
    UsageError
        No such scenario or file; the message lists those that exist.
    ScenarioError
        The file is not in the shape; every fault is listed with action and key.

    Examples
    --------
    >>> plan = load_scenario("plan-2025", "yiyuan")
    >>> plan.base_year, plan.to, plan.enrolment.mode
    (2020, 2030, 'stated')
    """
    path = _find_file(name_or_path, county, data)
    scenario = parse_scenario(_read_document(path), path.name)
    wanted = scenario.county if county is None else find_county(county, data)
    faults = [
        [path.name, "全文", key, found, allowed, "与文件名、所在县区文件夹一致"]
        for key, found, allowed in (
            ("id", scenario.id, path.stem),
            ("county", scenario.county, wanted),
        )
        if found != allowed
    ]
    if faults:
        raise ScenarioError(_frame(faults))
    return scenario


def _read_document(path: Path) -> dict:
    """The content of a TOML file, with or without a byte order mark."""
    file = f"情景 {path.name}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text, parse_float=Decimal)
    except OSError as error:
        raise explain_unreadable(file, error) from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} 不是 UTF-8 编码（可能是 GB18030），请另存为 UTF-8。") from error
    except (ValueError, InvalidOperation, RecursionError) as error:
        at = re.search(r"at line (\d+), column (\d+)", str(error))
        end = "文件末尾" if "at end of document" in str(error) else "文中"
        place = f"第{at[1]}行第{at[2]}列" if at else end
        raise UsageError(
            f'{file} 不是有效的 TOML：{place}写法有误。引号要用英文 "，括号要成对，'
            "同一个键只写一次；写法见 docs/scenarios.zh-CN.md。"
        ) from error


def parse_scenario(document: dict, file: str) -> Scenario:
    """Make a scenario of the content of its file (解析情景).

    Parameters
    ----------
    document
        As tomllib reads it.
    file
        How faults name it.

    Returns
    -------
    Scenario
        Frozen.

    Raises
    ------
    ScenarioError
        Every fault of every part.
    """
    raw = document.get("action", [])
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise ScenarioError(
            _frame([[file, "全文", "action", show_value(raw), "[[action]] 列表", _ADVICE]])
        )
    rest = {key: value for key, value in document.items() if key != "action"}
    faults, actions, head = [], [], None
    try:
        head = Head.model_validate(rest)
    except ValidationError as error:
        faults += [[file, "全文", *_tell(fault)] for fault in _own_faults(error)]
    for at, one in enumerate(raw):
        try:
            actions.append((at, _ACTION.validate_python(one)))
        except ValidationError as error:
            named = [show_value(one[key]) if key in one else "" for key in ("id", "kind", "year")]
            told = [_tell(fault, one.get("kind")) for fault in _own_faults(error)]
            faults += [[file, _place(at, *named), *words] for words in told]
    if head is not None:
        named = dict(actions)
        faults += [
            [file, "全文" if at is None else place_action(at, named[at]), *told, _ADVICE]
            for at, *told in disagreements(head, actions)
        ]
    if faults:
        raise ScenarioError(_frame(faults))
    return Scenario.model_validate({**rest, "action": raw})


def place_action(at: int, action: Action) -> str:
    """Name an action in a message: number in the file, id, kind and year (措施的位置).

    Parameters
    ----------
    at
        Position, counted from 0.
    action
        Of any kind.

    Returns
    -------
    str
    """
    return _place(at, action.id, action.kind, action.year)


def _place(at: int, name, kind, year) -> str:
    return f"第{at + 1}项措施 {name or '（缺 id）'}（{kind or '缺 kind'}，{year or '缺 year'}）"


def _frame(faults: list[list]) -> pd.DataFrame:
    return pd.DataFrame(faults, columns=SCENARIO_FAULT_COLUMNS)


def _own_faults(error: ValidationError) -> list[ErrorDetails]:
    """All but a list that only seems empty because its entries are at fault."""
    return [one for one in error.errors() if one["type"] != "too_short" or not one["input"]]


def _tell(fault: ErrorDetails, kind: str | None = None) -> list[str]:
    """Key, found, allowed and advice of one fault of the shape."""
    keys = [part for part in fault["loc"] if part != kind]
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in keys)
    error = fault.get("ctx", {}).get("error")
    if isinstance(error, Unfit):
        return [place, error.found, error.allowed, _ADVICE]
    if fault["type"] == "union_tag_not_found":
        return ["kind", "（没有）", "必须填写", _ADVICE]
    if fault["type"] == "union_tag_invalid":
        kinds = fault["ctx"]["expected_tags"].replace("'", "").replace(", ", "、")
        return ["kind", show_value(fault["input"]["kind"]), f"只能是 {kinds}", _ADVICE]
    found = "（没有）" if fault["type"] == "missing" else show_value(fault["input"])
    return [place, found, _explain(fault), _ADVICE]


def _explain(fault: ErrorDetails) -> str:
    """What is allowed instead, in Chinese."""
    context = fault.get("ctx", {})
    match fault["type"]:
        case "int_type" if isinstance(fault["input"], str):
            return "应为整数，不加引号"
        case "string_type":
            return "应为文字，加英文引号"
        case "missing":
            return "必须填写"
        case "extra_forbidden":
            return "没有这个键；检查拼写"
        case "string_pattern_mismatch":
            return "小写字母、数字和连字符"
        case "greater_than":
            return f"大于 {context['gt']}"
        case "greater_than_equal":
            return f"不小于 {context['ge']}"
        case "less_than_equal":
            return f"不大于 {context['le']}"
        case "finite_number":
            return "有限的数"
    return explain_fault(fault).partition("（发现 ")[0].replace("'", "")


def _find_file(name: str | Path, county: str | None, data: str | Path | None) -> Path:
    """The file of a scenario."""
    given = Path(name)
    if given.suffix == ".toml":
        if given.is_file():
            return given
        raise UsageError(f"没有情景文件“{given.name}”。请检查路径。")
    if county is None:
        raise UsageError(f"读取情景“{name}”要指明县区（county），或给出 .toml 文件的路径。")
    known = list_scenarios(county, data)
    if str(name) not in known:
        listing = "、".join(known) or "（没有任何情景）"
        raise UsageError(f"{find_county(county, data)} 没有情景“{name}”。已有：{listing}。")
    return scenarios_folder(county, data) / f"{name}.toml"
