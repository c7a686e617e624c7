"""How scenarios are tried out: the settings of trials.toml."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def load_settings() -> dict:
    """Load how many draws are taken, what is varied and by how much (推演设定).

    Returns
    -------
    dict
        The tables of trials.toml; "variation" is a dictionary by id.

    Examples
    --------
    >>> load_settings()["variation"]["pupils"]["low"]
    0.9
    """
    text = (Path(__file__).parent / "trials.toml").read_text(encoding="utf-8")
    settings = tomllib.loads(text)
    return settings | {"variation": {entry["id"]: entry for entry in settings["variation"]}}
