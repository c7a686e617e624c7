"""Scenario files of a county: found, read and checked, every fault at once (情景文件)."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pandas as pd
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from youzhi.cards import explain_fault
from youzhi.counties import explain_unreadable, find_county, scenarios_folder
from youzhi.errors import ScenarioError, UsageError
from youzhi.scenarios.actions import Action, AnyAction
from youzhi.scenarios.models import Head, Scenario, disagreements

SCENARIO_FAULT_COLUMNS = ["file", "action", "key", "found", "allowed", "advice"]

_ADVICE = "改正这一项；写法可照 data/yiyuan/scenarios/plan-2025.toml"
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
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError as error:
        raise UsageError(f"情景 {path.name} 不是有效的 UTF-8 TOML：{error}") from error
    except OSError as error:
        raise explain_unreadable(f"情景 {path.name}", error) from error
    scenario = parse_scenario(document, path.name)
    wanted = scenario.county if county is None else find_county(county, data)
    for key, found, allowed in (
        ("id", scenario.id, path.stem),
        ("county", scenario.county, wanted),
    ):
        if found != allowed:
            fault = [path.name, "全文", key, found, allowed, "与文件名、所在县区文件夹一致"]
            raise ScenarioError(pd.DataFrame([fault], columns=SCENARIO_FAULT_COLUMNS))
    return scenario


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
            _frame([[file, "全文", "action", repr(raw)[:40], "[[action]] 列表", _ADVICE]])
        )
    rest = {key: value for key, value in document.items() if key != "action"}
    faults, actions, head = [], [], None
    try:
        head = Head.model_validate(rest)
    except ValidationError as error:
        faults += [[file, "全文", *_tell(fault)] for fault in error.errors()]
    for at, one in enumerate(raw):
        try:
            actions.append(_ACTION.validate_python(one))
        except ValidationError as error:
            place = _place(at, one.get("id"), one.get("kind"), one.get("year"))
            faults += [[file, place, *_tell(fault, one.get("kind"))] for fault in error.errors()]
    if head is not None:
        words = disagreements(head, actions)
        faults += [[file, place, "", said, "前后一致", _ADVICE] for place, said in words]
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


def _tell(fault: ErrorDetails, kind: str | None = None) -> list[str]:
    """Key, found, allowed and advice of one fault of the shape."""
    keys = [part for part in fault["loc"] if part != kind]
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in keys)
    found = "（没有）" if fault["type"] == "missing" else repr(fault["input"])[:60]
    return [place, found, _explain(fault).partition("（发现 ")[0], _ADVICE]


def _explain(fault: ErrorDetails) -> str:
    """What is allowed instead, in Chinese."""
    if fault["type"] == "union_tag_invalid":
        return f"kind 只能是 {fault['ctx']['expected_tags']}"
    if fault["type"] == "union_tag_not_found":
        return "写明 kind"
    if fault["type"] == "string_pattern_mismatch":
        return "小写字母、数字和连字符"
    if fault["type"] == "less_than_equal":
        return f"不大于 {fault['ctx']['le']}"
    return explain_fault(fault)


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
