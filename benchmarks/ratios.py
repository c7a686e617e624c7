"""CPU-seconds of two competitors, round by round, and the ratio with its 95 % bootstrap interval."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable

import numpy as np

_COLD = np.zeros(2**24)
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")
PINNED = dict.fromkeys(_THREADS, "1")


def cpu_seconds(call: Callable[[], object]) -> float:
    """CPU time of a call in this process, in seconds; the caches are cold, as for a table read once."""
    np.add(_COLD, 1, out=_COLD)
    before = time.process_time()
    call()
    return time.process_time() - before


def cpu_of_process(*arguments: str) -> float:
    """CPU time of a fresh Python process with these arguments, in seconds."""
    before = os.times()
    environment = {**os.environ, **PINNED}
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = os.times()
    spent = (
        after.children_user - before.children_user,
        after.children_system - before.children_system,
    )
    return sum(spent)


def ratio_interval(ours: list[float], peer: list[float]) -> tuple[float, float, float]:
    """Ratio of the medians, and the 95 % interval from resampling the rounds in pairs."""
    pairs = np.array([ours, peer])
    rng = np.random.default_rng(0)
    drawn = pairs[:, rng.integers(0, pairs.shape[1], size=(pairs.shape[1], 10_000))]
    medians = np.median(drawn, axis=1)
    low, high = np.percentile(medians[0] / medians[1], [2.5, 97.5])
    return float(np.median(ours) / np.median(peer)), float(low), float(high)
