"""What a scenario costs and leaves over, what it hangs on and how surely it passes, as tables."""

from __future__ import annotations

import pandas as pd

from youzhi import trials
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.scenario import chance
from youzhi.narrative.scenario_risks import wan
from youzhi.narrative.scenario_tables import NOTHING, people, situations, verdict_words
from youzhi.narrative.tabulate import listed
from youzhi.scenarios import load_construction, sports_land_trap
from youzhi.standards import Standard
from youzhi.trials import Trial
from youzhi.verdicts import CANNOT_TELL, VERDICT_WORDS

INCOMPLETE = "造价不全，无法计算"


def tabulate_costs(trial: Trial) -> pd.DataFrame:
    """Tabulate the cost of the actions, year by year and together (造价).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        Columns: 年份, 措施（项）, 有造价（项）, 已知造价（万元）, 造价是否齐全; the last row is the sum.
    """
    table = trials.tally_costs(trial)
    rows = [
        [f"{row.year}年", row.actions, row.priced, wan(row.known_yuan), _complete(row.complete)]
        for row in table.itertuples()
    ]
    known = table["known_yuan"].sum(min_count=1)
    total = [int(table[name].sum()) for name in ("actions", "priced")]
    complete = bool(table["complete"].all())
    rows += [["合计", *total, wan(known), _complete(complete)]] if rows else []
    heads = ["年份", "措施（项）", "有造价（项）", "已知造价（万元）", "造价是否齐全"]
    return listed(rows, columns=heads)


def _complete(complete: bool) -> str:
    return "齐全" if complete else "不全"


def tabulate_efficiency(trial: Trial) -> pd.DataFrame:
    """Tabulate the gaps that the actions close, and what is closed per 10,000 yuan (每万元缩小的缺口).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        Columns: 指标, 单位, 缺口 in the last year without the actions and with them, 缩小, 每万元缩小 (words where a cost is
        unknown).
    """
    table = trials.measure_efficiency(trial)
    _, idle, plan = situations(trial)
    return listed(
        {
            "指标": table["indicator"].map(trial.standard.indicator_names),
            "单位": table["unit"],
            f"缺口（{idle}）": table["without"].map("{:,}".format),
            f"缺口（{plan}）": table["with_plan"].map("{:,}".format),
            "缩小": table["closed"].map("{:,}".format),
            "每万元缩小": [_per_wan(amount) for amount in table["per_wan_yuan"]],
        }
    )


def _per_wan(amount: float) -> str:
    return INCOMPLETE if pd.isna(amount) else round_half_up(as_fraction(amount), 3)


def tabulate_regret(trial: Trial) -> pd.DataFrame:
    """Tabulate pupils, seats that lack and seats that stand empty, year by year (学位余缺).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year and stage. Columns: 年份, 学段, 在校生 (of all schools), 缺学位 without the actions and with them, 学位, 措施增加的学位,
        其中用上的, 空余学位.
    """
    table = trials.measure_regret(trial)
    heads = {
        "pupils": "在校生（人，全部学校）",
        "short_idle": "缺学位（不采取措施）",
        "short": "缺学位（按计划）",
        "seats": "学位（按计划）",
        "added": "措施增加的学位",
        "used": "其中用上的",
        "empty": "空余学位（按计划）",
    }
    numbers = {
        head: [people(n) or VERDICT_WORDS[CANNOT_TELL] for n in table[name]]
        for name, head in heads.items()
    }
    stages = table["stage"].map(trial.standard.stage_names)
    return listed({"年份": table["year"], "学段": stages, **numbers})


def tabulate_tornado(tornado: pd.DataFrame) -> pd.DataFrame:
    """Tabulate how many sections fail when one assumption is changed (敏感性).

    Parameters
    ----------
    tornado
        What vary_one_by_one gives.

    Returns
    -------
    DataFrame
        The assumption that matters most first. Columns: 改变的设定 (with its id where several have the same name), 取值 (low,
        as it is, high), 未达标校段 (of the three), 相差, 说明.
    """
    values = tornado[["low", "base", "high"]]
    counts = tornado[["failing_low", "failing", "failing_high"]]
    counts = counts.apply(lambda numbers: numbers.map(lambda n: people(n) or NOTHING))
    labels, same = tornado["label"], tornado["label"].duplicated(keep=False)
    return listed(
        {
            "改变的设定": labels.where(~same, labels + "（" + tornado["variation"] + "）"),
            "取值（低／原／高）": values.agg("／".join, axis=1),
            "未达标校段（低／原／高）": counts.agg("／".join, axis=1),
            "相差": [people(n) or NOTHING for n in tornado["span"]],
            "说明": tornado["reason"].replace("", NOTHING),
        }
    )


def tabulate_odds(trial: Trial, odds: pd.DataFrame) -> pd.DataFrame:
    """Tabulate year by year how likely sections, coefficients and the resource part pass (达标概率).

    Parameters
    ----------
    trial
        What run_trial gives.
    odds
        What measure_odds gives of it.

    Returns
    -------
    DataFrame
        One row per year. Columns: 年份, 全部校段达标 by stage, 差异系数不超限, 资源配置部分达标, 抽样误差范围, 其余部分 (verdict), 说明.
    """
    names, rows = trial.standard.stage_names, []
    for year, own in odds.groupby("year"):
        table = own.set_index(["part", "stage"])
        whole = table.loc[("resources", "")]
        row = {"年份": year}
        for stage, word in names.items():
            known = ("schools", stage) in table.index
            share = table.at[("schools", stage), "chance"] if known else None
            row[f"全部校段达标（{word}）"] = chance(share) if known else NOTHING
        row["差异系数不超限"] = chance(table.at[("dispersion", ""), "chance"])
        row["资源配置部分达标"] = chance(whole["chance"])
        interval = f"{chance(whole['low'])}—{chance(whole['high'])}"
        row["抽样误差范围"] = NOTHING if pd.isna(whole["chance"]) else interval
        row["其余部分"] = VERDICT_WORDS[whole["others"]]
        row["说明"] = whole["reason"] or NOTHING
        rows.append(row)
    return listed(rows)


def tabulate_trap(standard: Standard) -> pd.DataFrame:
    """Tabulate what schools built exactly to a table of sports land have per pupil (场地陷阱).

    Parameters
    ----------
    standard
        With a bar for sports grounds; the table is empty without one.

    Returns
    -------
    DataFrame
        Columns: 用地表, 学段, 班数, 学生数（人）, 场地（㎡）, 生均（㎡）, 标准值（㎡）, 还差（㎡）, 结论.
    """
    heads = [
        "用地表",
        "学段",
        "班数",
        "学生数（人）",
        "场地（㎡）",
        "生均（㎡）",
        "标准值（㎡）",
        "还差（㎡）",
    ]
    try:
        trap = sports_land_trap(standard)
    except UsageError:
        return listed([], columns=[*heads, "结论"])
    tables = {table.id: table.label.zh for table in load_construction().table}
    columns = [
        trap["table"].map(tables),
        trap["stage"].map(standard.stage_names),
        trap["classes"],
        trap["pupils"].map("{:,}".format),
        trap["area"].map("{:,}".format),
        trap["per_pupil"].map(str),
        trap["bar"].map(str),
        [f"{-(-short // 1):,}" for short in trap["short"]],
        verdict_words(trap["verdict"]),
    ]
    return listed(dict(zip([*heads, "结论"], columns, strict=True)))
