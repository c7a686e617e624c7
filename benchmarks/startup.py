"""Start-up: `import youzhi` against `import pandas`, `youzhi --help` against `papermill --help`."""

from __future__ import annotations

import subprocess
import sys

from benchmarks.ratios import cpu_of_process, ratio_interval

ROUNDS = 9
OUR_HELP = ("-c", "from youzhi.cli import main; main()", "--help")
PEER_HELP = ("-m", "papermill", "--help")
SHOWN = {OUR_HELP: "report", PEER_HELP: "NOTEBOOK_PATH"}  # a help that prints nothing is no help
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
        OUR_HELP,
        PEER_HELP,
    ),
]


def run() -> list[dict]:
    """Measure every pair in turn, round by round."""
    check_commands()
    results = []
    for name, bar, ours, peer in PAIRS:
        cpu_of_process(*ours)
        cpu_of_process(*peer)
        rounds = [(cpu_of_process(*ours), cpu_of_process(*peer)) for _ in range(ROUNDS)]
        value, low, high = ratio_interval(*map(list, zip(*rounds, strict=True)))
        results.append({"name": name, "bar": bar, "ratio": value, "low": low, "high": high})
    return results


def check_commands() -> None:
    """Refuse to measure a command that does not print what it is run for."""
    for command, word in SHOWN.items():
        done = subprocess.run([sys.executable, *command], capture_output=True, text=True)
        if done.returncode or word not in done.stdout:
            raise RuntimeError(f"{' '.join(command)} does not print {word!r}: {done.stderr}")
