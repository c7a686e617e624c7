"""Start-up: `import youzhi` against `import pandas`, `youzhi --help` against `papermill --help`."""

from __future__ import annotations

from benchmarks.ratios import cpu_of_process, ratio_interval

ROUNDS = 9
PAIRS = [
    (
        "startup: import youzhi ÷ import pandas",
        1.2,
        ("-c", "import youzhi"),
        ("-c", "import pandas"),
    ),
    (
        "startup: first name of youzhi ÷ import pandas",
        None,
        ("-c", "import youzhi; youzhi.assess"),
        ("-c", "import pandas"),
    ),
    (
        "startup: youzhi --help ÷ papermill --help",
        0.5,
        ("-m", "youzhi.cli", "--help"),
        ("-m", "papermill", "--help"),
    ),
]


def run() -> list[dict]:
    """Measure every pair in turn, round by round."""
    results = []
    for name, bar, ours, peer in PAIRS:
        cpu_of_process(*ours)
        cpu_of_process(*peer)
        rounds = [(cpu_of_process(*ours), cpu_of_process(*peer)) for _ in range(ROUNDS)]
        value, low, high = ratio_interval(*map(list, zip(*rounds, strict=True)))
        results.append({"name": name, "bar": bar, "ratio": value, "low": low, "high": high})
    return results
