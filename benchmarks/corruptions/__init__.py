"""Twenty thousand corruptions of a valid workbook: what the reader says of each, and which verdicts change unseen.

`python -m benchmarks corruptions` writes docs/corruptions.md. A kind of corruption and a seed make the same
corruption everywhere, in whatever order and number of processes.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from benchmarks.corruptions.kinds import load_kinds, try_kind
from benchmarks.corruptions.table import (
    add_up,
    count_ends,
    is_failure,
    share_interval,
    total,
    write_page,
)
from benchmarks.corruptions.trial import Trial

TRIALS = 20_000
PAGE = Path("docs/corruptions.md")
_PART = 50


def run() -> list[dict]:
    """Corrupt, judge and compare; the first figure must be 0, the second one is only measured."""
    trials = []
    for one in run_trials(TRIALS):
        trials.append(one)
        if is_failure(one):
            print(f"{one.kind} {one.seed} {one.end}: {one.what}", file=sys.stderr, flush=True)
    counts, failed = count_ends(trials), sum(map(is_failure, trials))
    PAGE.write_text(write_page(counts), encoding="utf-8")
    likely = add_up(counts, "plausible")
    share, low, high = share_interval(likely["silent"], total(likely))
    return [
        {
            "name": "corruptions: detectable ones that change a verdict silently, and crashes",
            "bar": 0,
            **dict.fromkeys(("ratio", "low", "high"), failed),
            "rows": TRIALS,
        },
        {
            "name": "corruptions: share of undetectable ones that change a verdict silently",
            "bar": None,
            "ratio": share,
            "low": low,
            "high": high,
            "rows": total(likely),
        },
    ]


def run_trials(number: int) -> Iterator[Trial]:
    """The same number of every kind, those left over to the first kinds; on all processors."""
    kinds = list(load_kinds())
    each, left = divmod(number, len(kinds))
    parts = [
        (kind, range(start, min(start + _PART, each + (at < left))))
        for at, kind in enumerate(kinds)
        for start in range(0, each + (at < left), _PART)
    ]
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for trials in pool.map(try_kind, *zip(*parts, strict=True)):
            yield from trials
