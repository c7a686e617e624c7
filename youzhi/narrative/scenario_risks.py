"""What a scenario costs and leaves over, what it hangs on and how surely it passes, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from youzhi import trials
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.scenario import asked_years, chance, is_synthetic, promise_labels
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.scenarios import load_construction, sports_land_trap
from youzhi.standards import Standard
from youzhi.trials import Trial
from youzhi.verdicts import MET, NOT_MET, VERDICT_WORDS

_MOST_NAMED = 3
_YUAN_PER_WAN = 10_000


def describe_costs(trial: Trial) -> Text:
    """Say what the actions cost, as far as anybody says so, and which gaps they close (造价与缺口).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Text
        A cost that is unknown is told as such and never counted as zero.
    """
    last = trial.span[1]
    actions = [action for action in trial.scenario.action if action.year <= last]
    if not actions:
        return write("trial_costs.none")
    priced = [action for action in actions if action.cost_yuan is not None]
    assumed = sum(action.evidence == "assumption" for action in priced)
    kind = "complete" if len(priced) == len(actions) else "partial" if priced else "unknown"
    return paragraphs(
        write(
            f"trial_costs.{kind}",
            count=len(actions),
            priced=len(priced),
            missing=len(actions) - len(priced),
            total=wan(sum(action.cost_yuan for action in priced)),
        ),
        write("trial_costs.assumed", count=assumed) if assumed else "",
        _tell_closed(trial),
    )


def wan(yuan) -> str:
    """Write yuan in units of ten thousand (万元); 未知 where nobody says (万元)."""
    if pd.isna(yuan):
        return "未知"
    return f"{round_half_up(as_fraction(yuan) / _YUAN_PER_WAN, 1):,}"


def _tell_closed(trial: Trial) -> Text:
    if trial.standard.school_rule is None:
        return write("trial_costs.no_bars")
    names, table = trial.standard.indicator_names, trials.measure_efficiency(trial)
    rows = [(names[row.indicator], int(row.closed), row.unit) for row in table.itertuples()]
    closed = [row for row in rows if row[1] > 0]
    grown = [(name, -amount, unit) for name, amount, unit in rows if amount < 0]
    if not closed and not grown:
        return write("trial_costs.same", last=trial.span[1])
    return Text(
        (write("trial_costs.closed", last=trial.span[1], rows=closed) if closed else "")
        + (write("trial_costs.grown", rows=grown) if grown else "")
    )


def describe_regret(trial: Trial) -> Text:
    """Say how many of the seats that were added are used after the peak, and what a used one costs (峰后富余).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    Text
        Stage by stage; then the cost per pupil and year.
    """
    base, last = trial.span
    table, cost = trials.measure_regret(trial), trials.cost_per_pupil_year(trial)
    stages = [
        _tell_regret(word, table[table["stage"] == stage].set_index("year"))
        for stage, word in trial.standard.stage_names.items()
    ]
    priced = (
        write("trial_regret.no_cost")
        if pd.isna(cost)
        else write("trial_regret.cost", last=last, cost=f"{round_half_up(as_fraction(cost), 0):,}")
    )
    actions = [action for action in trial.scenario.action if action.year <= last]
    smaller = any(action.kind == "set_class_size" for action in actions)
    return paragraphs(
        *stages,
        write("trial_regret.smaller") if smaller else "",
        priced if actions else "",
        write("trial_regret.rule", base=base),
    )


def _tell_regret(stage: str, rows: pd.DataFrame) -> Text:
    if rows.empty:
        return write("trial_regret.none", stage=stage)
    if rows.isna().to_numpy().any():
        return write("trial_regret.unknown", stage=stage)
    peak, end = rows["pupils"].idxmax(), rows.index.max()
    fullest, last = rows["used"].idxmax(), rows.loc[end]
    shorts = {name: rows[name].idxmax() for name in ("short_idle", "short")}
    return write(
        "trial_regret.peak",
        stage=stage,
        flat=bool((rows["pupils"] == rows["pupils"].iat[0]).all()),
        peak=int(peak),
        end=int(end),
        most=rows.at[peak, "pupils"],
        pupils=last["pupils"],
        **{name: rows.at[year, name] for name, year in shorts.items()},
        **{f"{name}_year": int(year) for name, year in shorts.items()},
        added=last["added"],
        ever_used=rows["used"].max() > 0,
        used_year=int(fullest),
        used_most=rows.at[fullest, "used"],
        used=last["used"],
        idle=last["added"] - last["used"],
        empty=last["empty"],
        share=last["empty"] / last["seats"],
    )


def describe_tornado(tornado: pd.DataFrame, year: int) -> Text:
    """Say which single assumption decides most how many sections fail (敏感性).

    Parameters
    ----------
    tornado
        What vary_one_by_one gives.
    year
        The last year of its trial.

    Returns
    -------
    Text
        At most three assumptions are named; those that cannot be tried out are told apart.
    """
    if tornado.empty:
        return write("trial_tornado.none")
    if pd.isna(tornado["failing"].iat[0]):
        common = tornado["reason"].mode().iat[0]  # the others say why one action cannot be left out
        return write("trial_tornado.unjudged", year=year, reason=common.rstrip("。"))
    numbers = tornado[["failing_low", "failing", "failing_high"]]
    low, high = numbers.min(axis=1), numbers.max(axis=1)
    moving = tornado[(high > low).fillna(False)].head(_MOST_NAMED)
    rows = [(tornado.at[at, "label"], int(low[at]), int(high[at])) for at in moving.index]
    base = int(tornado["failing"].iat[0])
    failed = list(tornado.loc[tornado["reason"] != "", "label"])
    return paragraphs(
        write(
            "trial_tornado.text" if rows else "trial_tornado.flat", year=year, base=base, rows=rows
        ),
        write("trial_tornado.impossible", labels=failed) if failed else "",
    )


def describe_odds(trial: Trial, odds: pd.DataFrame) -> Text:
    """Say how likely the resource part passes in the promised years and the last (达标概率).

    Parameters
    ----------
    trial
        What run_trial gives.
    odds
        What measure_odds gives of it.

    Returns
    -------
    Text
        With the error of the drawing, and how the parts stand that are not drawn.
    """
    years = [year for year in asked_years(trial) if year in set(odds["year"])]
    if not years:
        return write("trial_odds.none")
    return paragraphs(
        *(_tell_odds(trial, odds[odds["year"] == year], year) for year in years),
        *_tell_others(odds, years),
        "" if pd.isna(trial.drift) else _tell_drawing(trial, odds),
    )


def _tell_drawing(trial: Trial, odds: pd.DataFrame) -> Text:
    covered = odds.loc[odds["year"] == odds["year"].max(), "coverage"].iat[0]
    return write(
        "trial_odds.method",
        base=trial.span[0],
        drift=round_half_up(as_fraction(trial.drift) * 100, 1),
        covered=None if pd.isna(covered) else covered,
        synthetic=is_synthetic(trial),
    )


def _tell_odds(trial: Trial, rows: pd.DataFrame, year: int) -> Text:
    table = rows.set_index(["part", "stage"])
    whole, labels = table.loc[("resources", "")], promise_labels(trial, year)
    if pd.isna(whole["chance"]):
        reason = whole["reason"].rstrip("。")
        return write("trial_odds.unknown", year=year, labels=labels, reason=reason)
    names = trial.standard.stage_names
    stages = [
        (word, chance(table.at[("schools", stage), "chance"]))
        for stage, word in names.items()
        if ("schools", stage) in table.index
    ]
    return write(
        "trial_odds.text",
        year=year,
        labels=labels,
        chance=chance(whole["chance"]),
        low=chance(whole["low"]),
        high=chance(whole["high"]),
        draws=whole["draws"],
        stages=stages,
        spread=chance(table.at[("dispersion", ""), "chance"]),
    )


def _tell_others(odds: pd.DataFrame, years: list[int]) -> Iterator[Text]:
    """How the parts stand that are not drawn; one sentence where that is the same in all years."""
    asked = odds[odds["year"].isin(years)]
    for verdict, rows in asked.groupby("others", sort=False):
        yield write(
            "trial_odds.others",
            years=sorted(set(rows["year"])),
            verdict=VERDICT_WORDS[verdict],
            verdict_id=verdict,
        )


def describe_trap(standard: Standard) -> Text:
    """Say whether schools built exactly to the cited tables of sports land reach the bar of sports area (场地陷阱).

    Parameters
    ----------
    standard
        With a bar for sports grounds; without one that is said.

    Returns
    -------
    Text
        Table by table and stage by stage, then what follows and where the tables come from.
    """
    try:
        trap = sports_land_trap(standard)
    except UsageError:
        return write("trap.none", number=standard.number)
    tables = {table.id: table for table in load_construction().table}
    names, told = standard.stage_names, []
    for (table, stage), rows in trap.groupby(["table", "stage"], sort=False):
        told.append(_tell_trap(tables[table].label.zh, names[stage], rows))
    used = dict.fromkeys(trap["table"])
    sources = [
        write(
            "trap.source",
            table=one.label.zh,
            source=one.source,
            confidence=one.confidence,
            note=one.note,
        )
        for one in (tables[name] for name in used)
    ]
    failing = (trap["verdict"] == NOT_MET).any()
    return paragraphs(*told, write("trap.meaning") if failing else "", *sources)


def _tell_trap(table: str, stage: str, rows: pd.DataFrame) -> Text:
    met = rows["verdict"] == MET
    facts = {"table": table, "stage": stage, "bar": str(rows["bar"].iat[0])}
    if met.all():
        return write("trap.none_failing", **facts)
    if met.any():
        told = {"met": rows.loc[met, "classes"], "failing": rows.loc[~met, "classes"]}
        return write("trap.some", **facts, **{name: list(map(str, v)) for name, v in told.items()})
    reached = rows["area"].astype(float) / rows["pupils"]
    best, worst = rows.loc[reached.idxmax()], rows.loc[reached.idxmin()]
    return write(
        "trap.all",
        **facts,
        most=str(best["per_pupil"]),
        most_classes=best["classes"],
        worst=str(worst["per_pupil"]),
        worst_classes=worst["classes"],
        short=-(-worst["short"] // 1),
    )
