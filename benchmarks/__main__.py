"""Run the benchmarks named on the command line, or all that measure speed, and say whether each bar is kept."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from benchmarks import corruptions, engine, forms, ingest, montecarlo, scenario, siting, startup

BENCHMARKS = {
    "engine": engine.run,
    "forms": forms.run,
    "ingest": ingest.run,
    "montecarlo": montecarlo.run,
    "scenario": scenario.run,
    "startup": startup.run,
}

# Long: only when it is named.
EXPERIMENTS = {"corruptions": corruptions.run, "siting": siting.run}


def main(names: list[str]) -> int:
    """Print one line per figure, write them to reports/benchmarks.json, return 1 if a bar is missed."""
    known = BENCHMARKS | EXPERIMENTS
    unknown = sorted(set(names) - set(known))
    if unknown:
        print(f"unknown: {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    results = [result for name in names or BENCHMARKS for result in known[name]()]
    for result in results:
        bar = (
            "no bar"
            if result["bar"] is None
            else f"bar {result['bar']:g}, {'kept' if result['high'] <= result['bar'] else 'MISSED'}"
        )
        print(
            f"{result['name']}: {result['ratio']:.3f} [{result['low']:.3f}, {result['high']:.3f}] ({bar})"
        )
    target = Path("reports/benchmarks.json")
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    return int(
        any(result["bar"] is not None and result["high"] > result["bar"] for result in results)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
