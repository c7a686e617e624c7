"""Trials counted by kind, and the page that tells the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt

from benchmarks.corruptions.kinds import Kind, load_kinds
from benchmarks.corruptions.trial import Trial

# Every trial ends in exactly one of these.
ENDS = {
    "refused": ("拒收", "refused"),
    "restored": ("换算回原值", "same table, told"),
    "harmless": ("表未变", "same table"),
    "told_still": ("已指出，结论未变", "told, verdicts unchanged"),
    "told_moved": ("已指出，结论改变", "told, verdict changed"),
    "still": ("未指出，结论未变", "not told, verdicts unchanged"),
    "withheld": ("改为无法判定", "now “cannot tell”"),
    "silent": ("未指出，结论改变", "verdict changed silently"),
    "crashed": ("程序出错", "crashed"),
}
_EXPECTED = {"form": ("能发现", "detectable"), "plausible": ("不能发现", "undetectable")}


def count_ends(trials: Iterable[Trial]) -> dict[str, Counter]:
    """Kind to the number of trials by end, and of those held among the ones that were told."""
    counts: dict[str, Counter] = {name: Counter() for name in load_kinds()}
    for trial in trials:
        counts[trial.kind][trial.end] += 1
        counts[trial.kind]["held"] += trial.end.startswith("told") and "hold" in trial.outcomes
    return {name: count for name, count in counts.items() if count.total()}


def add_up(counts: dict[str, Counter], expect: str) -> Counter:
    """All kinds of one expectation together."""
    kinds = load_kinds()
    return sum((c for name, c in counts.items() if kinds[name].expect == expect), Counter())


def total(count: Counter) -> int:
    """Number of trials."""
    return sum(count[end] for end in ENDS)


def is_failure(trial: Trial) -> bool:
    """Whether a verdict changed silently where it can be detected, or the code could not stand it."""
    detectable = load_kinds()[trial.kind].expect == "form"
    return trial.end == "crashed" or (detectable and trial.end == "silent")


def share_interval(part: int, whole: int) -> tuple[float, float, float]:
    """A share and its interval of 95 % by Wilson."""
    if not whole:
        return 0.0, 0.0, 0.0
    share, z = part / whole, 1.96
    middle = (share + z * z / (2 * whole)) / (1 + z * z / whole)
    spread = z * sqrt(share * (1 - share) / whole + z * z / (4 * whole**2)) / (1 + z * z / whole)
    return share, max(0.0, middle - spread), min(1.0, middle + spread)


def write_page(counts: dict[str, Counter]) -> str:
    """The page docs/corruptions.md."""
    form, likely = (add_up(counts, expect) for expect in _EXPECTED)
    everything = total(form) + total(likely)
    share, low, high = share_interval(likely["silent"], total(likely))
    moved = likely["silent"] + likely["told_moved"]
    return f"""# 数据损坏试验 · Corruptions of a valid workbook

一份有效的学校数据表（沂源县2020年模拟数据中的13所学校，多数有指标接近标准值），按固定种子损坏{everything:,}次；上年的表在手。每次都走完整的读入、合理性检查和评估，与未损坏时比较县、每个校段、每项差异系数的结论。
A valid table of 13 schools (synthetic, many of them near a bar) is corrupted {everything:,} times with fixed seeds; last year's table is at hand. Every time it is read, checked and judged, and the verdicts of the county, of every section and of every coefficient are compared.

- “能发现”的类别：错误能从写法或与上年的对照中看出。{total(form):,}次中，结论改变而没有在该处指出的：**{form["silent"]}次**（必须为0）。
  Detectable kinds: {form["silent"]} of {total(form):,} changed a verdict silently; this must be 0.
- “不能发现”的类别：错误的数也可能是真的，任何程序都不能断定。{total(likely):,}次中，结论改变而没有指出的：**{likely["silent"]}次，{share:.1%}**（95%区间 {low:.1%}—{high:.1%}）；结论改变的{moved:,}次中有{likely["told_moved"]:,}次已指出。这些只能靠核对原始凭证。
  Undetectable kinds: {likely["silent"]} of {total(likely):,} ({share:.1%}, interval {low:.1%} to {high:.1%}) changed a verdict silently; of {moved:,} that changed one, {likely["told_moved"]:,} were pointed out. Only the original records can show them.
- “指出”：有一条发现落在损坏的行、列或整个文件上。“改为无法判定”：没有发现，但结论自己写明缺什么，不会误判为达标或未达标。
  “Told”: a finding points to the row, the column or the file. “Cannot tell”: no finding, but the verdict itself names what is missing.
- 程序出错 Crashes: {form["crashed"] + likely["crashed"]}。

重新试验 · Run again: `python -m benchmarks corruptions`

{_write_table(counts)}"""


def _write_table(counts: dict[str, Counter]) -> str:
    ends = [end for end in ENDS if end != "crashed"]
    zh = ["类别", "能否发现", "次数", *(ENDS[end][0] for end in ends), "已指出中搁置的"]
    en = ["kind", "expected", "number", *(ENDS[end][1] for end in ends), "held, of those told"]
    heads = [f"{one}<br>{other}" for one, other in zip(zh, en, strict=True)]
    lines = [heads, ["---", "---", *["---:"] * (len(heads) - 2)]]
    kinds = load_kinds()
    lines += [_write_row(kinds[name], count, ends) for name, count in counts.items()]
    for expect in _EXPECTED:
        count = add_up(counts, expect)
        label = Kind("", "", {"zh": "合计", "en": "total"}, expect)
        lines.append([f"**{cell}**" for cell in _write_row(label, count, ends)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _write_row(kind: Kind, count: Counter, ends: list[str]) -> list[str]:
    name = f"{kind.title['zh']}<br>{kind.title['en']}"
    expected = "<br>".join(_EXPECTED[kind.expect])
    numbers = [total(count), *(count[end] for end in ends), count["held"]]
    return [name, expected, *map(str, numbers)]
