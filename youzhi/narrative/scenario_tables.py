"""What a scenario answers, as tables: verdicts, schools, coefficients, costs, what is left over, sensitivity, chances."""

from __future__ import annotations

import pandas as pd

from youzhi import trials
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.outlook import span
from youzhi.narrative.scenario import CHANGE_WORDS, EVIDENCE_WORDS, chance, verdict_of, wan
from youzhi.narrative.tabulate import PART_WORDS, limit_text, listed, tabulate_failing
from youzhi.scenarios import list_actions, load_construction, sports_land_trap
from youzhi.standards import Standard
from youzhi.trials import Trial
from youzhi.trials.changes import SAME
from youzhi.trials.trial import IDLE, PLAN
from youzhi.verdicts import MET, VERDICT_WORDS

KIND_WORDS = {
    "build": "新建",
    "extend": "改扩建",
    "add_rooms": "增设专用教室",
    "buy": "添置设备",
    "merge": "合并",
    "close": "撤并",
    "convert": "改为九年一贯制",
    "rezone": "调整学区",
    "hire": "招聘教师",
    "train": "培养教师",
    "rotate": "教师交流",
    "set_class_size": "班额目标",
}
COUNTY_WORD, NOTHING, UNKNOWN = "全县", "—", "未知"
INCOMPLETE = "造价不全，无法计算"


def _heads(trial: Trial) -> tuple[str, str, str]:
    """Heads of three columns: the base year, the last year without the actions and with them."""
    base, last = trial.span
    return f"{base}年", f"{last}年不采取措施", f"{last}年按计划"


def tabulate_trial(trial: Trial) -> pd.DataFrame:
    """Tabulate the county verdict part by part: before, without the actions, with them (推演结论).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        The county first, then one row per part and stage. Columns: 部分, 学段, the base year, the last year without the
        actions and with them (verdicts), and 依据 (why, with the actions).
    """
    parts = PART_WORDS | {part.id: part.label.zh for part in trial.standard.part}
    results = (trial.before, trial.without, trial.after)
    whole = [VERDICT_WORDS[result.verdict] for result in results]
    rows = [[COUNTY_WORD, NOTHING, *whole, NOTHING]]
    keys = ["part", "stage"]
    told = [result.reasons.set_index(keys)["verdict"].map(VERDICT_WORDS) for result in results]
    for row in trial.after.reasons.itertuples():
        stage = trial.standard.stage_names.get(row.stage, NOTHING)
        verdicts = [table.get((row.part, row.stage), NOTHING) for table in told]
        rows.append([parts[row.part], stage, *verdicts, row.reason])
    return listed(rows, columns=["部分", "学段", *_heads(trial), "依据（按计划）"])


def tabulate_trial_years(trial: Trial) -> pd.DataFrame:
    """Tabulate year by year what passes with the actions and without them (逐年结论).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year. Columns: 年份, 在校生（人，计入的校段）, then with the actions and without them 未达标校段 (failing, plus
        those that cannot be told), 校际差异, 资源配置, 全县.
    """
    rows = []
    for year in trial.years:
        own = trial.timeline[trial.timeline["year"] == year]
        pupils = own.loc[own["case"] == PLAN, "pupils"].sum(skipna=False)
        row = {"年份": year, "在校生（人）": UNKNOWN if pd.isna(pupils) else f"{int(pupils):,}"}
        for case, word in ((PLAN, "按计划"), (IDLE, "不采取措施")):
            row[f"未达标校段（{word}）"] = _count_failing(own[own["case"] == case])
        for case, word in ((PLAN, "按计划"), (IDLE, "不采取措施")):
            asked = {"校际差异": ("dispersion",), "资源配置": ("schools", "dispersion"), "全县": ()}
            for head, parts in asked.items():
                row[f"{head}（{word}）"] = VERDICT_WORDS[verdict_of(trial, case, year, *parts)]
        rows.append(row)
    return listed(rows)


def _count_failing(rows: pd.DataFrame) -> str:
    unknown = int(rows["unknown"].sum())
    aside = f"，另{unknown}个无法判定" if unknown else ""
    return f"{int(rows['failing'].sum())}{aside}"


def tabulate_actions(trial: Trial) -> pd.DataFrame:
    """Tabulate the actions of a scenario: fact or assumption, source, cost (措施表).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per action, by year. Columns: 年份, 措施, 类型, 学校, 事实或假设, 造价（万元; 未知 where nobody says）, 造价来源,
        来源, 说明.
    """
    table, names = list_actions(trial.scenario), _school_names(trial)
    return listed(
        {
            "年份": table["year"],
            "措施": table["label"].where(table["label"] != "", table["id"]),
            "类型": table["kind"].map(KIND_WORDS),
            "学校": [names.get(school, school) or NOTHING for school in table["school"]],
            "事实或假设": table["evidence"].map(EVIDENCE_WORDS),
            "造价（万元）": [wan(cost) for cost in table["cost_yuan"]],
            "造价来源": table["cost_source"].replace("", NOTHING),
            "来源": table["source"],
            "说明": table["note"].replace("", NOTHING),
        }
    )


def _school_names(trial: Trial) -> dict[str, str]:
    """Code of a school to its name, also of those that are built or closed on the way."""
    names: dict[str, str] = {}
    for table in trial.tables[PLAN].values():
        frame = table.frame
        names |= dict(zip(frame["school_id"], frame["school"], strict=True))
    return names


def tabulate_assumptions(trial: Trial) -> pd.DataFrame:
    """Tabulate what a scenario rests on beside its actions (前提).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        Premises, then the pupils that are stated. Columns: 内容, 事实或假设, 来源, 说明.
    """
    plan, names = trial.scenario, trial.standard.stage_names
    rows = [
        [one.text, EVIDENCE_WORDS[one.evidence], one.source, one.note] for one in plan.assumption
    ]
    for one in plan.enrolment.stated:
        stage = names.get(one.stage, "小学和初中")
        text = f"{one.year}年{stage}在校生{one.pupils:,}人"
        rows.append([text, EVIDENCE_WORDS[one.evidence], one.source, one.note])
    table = listed(rows, columns=["内容", "事实或假设", "来源", "说明"])
    return table.assign(说明=table["说明"].replace("", NOTHING))


def tabulate_changes(trial: Trial) -> pd.DataFrame:
    """Tabulate the sections that a plan gains, loses, founds or ends, and those that its actions change (校段变化).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        Columns: 学段, 学校, 变化 (last year with the actions against the base year), 措施的作用 (against the last year without
        them), the three verdicts, 低于标准值 before and after, 学生数 before and after.
    """
    keys = ["stage", "school"]
    over = trial.comparison.schools.set_index(keys)
    caused = trial.effect.schools.set_index(keys)
    effect = caused["change"].reindex(over.index)
    table = over[(over["change"] != SAME) | (effect.fillna(SAME) != SAME)].reset_index()
    places = pd.MultiIndex.from_frame(table[keys])
    base, idle, plan = _heads(trial)
    without = caused["verdict_before"].reindex(places)
    return listed(
        {
            "学段": table["stage"].map(trial.standard.stage_names),
            "学校": table["school"],
            "变化": table["change"].map(CHANGE_WORDS),
            "措施的作用": effect.reindex(places).map(CHANGE_WORDS).fillna(NOTHING).to_numpy(),
            base: _words(table["verdict_before"]),
            idle: _words(without),
            plan: _words(table["verdict_after"]),
            "低于标准值": _from_to(table["below_before"], table["below_after"]),
            "学生数（人）": _from_to(
                table["pupils_before"].map(_people), table["pupils_after"].map(_people)
            ),
        }
    )


def _words(verdicts: pd.Series) -> list[str]:
    return [VERDICT_WORDS.get(verdict, NOTHING) for verdict in verdicts]


def _from_to(before: pd.Series, after: pd.Series) -> list[str]:
    """Two texts with an arrow; a dash where there is none."""
    sides = (side.where(side.notna() & (side != ""), NOTHING) for side in (before, after))
    return [f"{old} → {new}" for old, new in zip(*sides, strict=True)]


def _people(number: float) -> str:
    return "" if pd.isna(number) else f"{int(number):,}"


def tabulate_coefficient_changes(trial: Trial) -> pd.DataFrame:
    """Tabulate every difference coefficient before, without the actions, with them, and its limit (差异系数变化).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        Columns: 学段, 指标, three coefficients, 措施的作用 (with less without), 限值, 结论 (with the actions).
    """
    keys = ["stage", "indicator"]
    over, caused = (change.coefficients for change in (trial.comparison, trial.effect))
    table = over.merge(
        caused[[*keys, "cv_before", "printed_before"]], on=keys, suffixes=("", "_idle")
    )
    base, idle, plan = _heads(trial)
    each = trial.standard.dispersion_rule.kind == "each"
    return listed(
        {
            "学段": table["stage"].map(trial.standard.stage_names),
            "指标": table["indicator"].map(trial.standard.indicator_names),
            base: table["printed_before"],
            idle: table["printed_before_idle"],
            plan: table["printed_after"],
            "措施的作用": [_signed(n) for n in table["cv_after"] - table["cv_before_idle"]],
            "限值": [limit_text(trial.standard, stage) for stage in table["stage"]]
            if each
            else NOTHING,
            "结论（按计划）": _words(table["verdict_after"]) if each else "不单独判定",
        }
    )


def _signed(number: float) -> str:
    """A difference with its sign and three decimals."""
    if pd.isna(number):
        return VERDICT_WORDS["cannot_tell"]
    printed = round_half_up(as_fraction(abs(number)), 3)
    sign = "" if not float(printed) else "−" if number < 0 else "+"
    return f"{sign}{printed}"


def tabulate_size_items(trial: Trial) -> pd.DataFrame:
    """Tabulate the items of special rooms, school size and class size, and when they are met (教室、规模和班额).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per item. Columns: 评估项, 内容, three columns of verdict and value, and 达标的年份 with the actions and without.
    """
    table, (base, last) = trial.size_items, trial.span
    rows = []
    for code, own in table.groupby("code", sort=False):
        told = own.set_index(["case", "year"])
        shown = [told.loc[key] for key in ((IDLE, base), (IDLE, last), (PLAN, last))]
        values = [f"{VERDICT_WORDS[row['verdict']]}：{row['value']}" for row in shown]
        met = [_met_years(own[own["case"] == case]) for case in (PLAN, IDLE)]
        rows.append([code, own["label"].iat[0], *values, *met])
    heads = ["达标的年份（按计划）", "达标的年份（不采取措施）"]
    return listed(rows, columns=["评估项", "内容", *_heads(trial), *heads])


def _met_years(rows: pd.DataFrame) -> str:
    return span([int(year) for year in rows.loc[rows["verdict"] == MET, "year"]]) or "没有"


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
    _, idle, plan = _heads(trial)
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


def tabulate_still_failing(trial: Trial) -> pd.DataFrame:
    """Tabulate the sections that still fail, or cannot be told, in the last year with the actions (仍未达标的校段).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        Columns of tabulate_failing, then the verdict in the base year and in the last without the actions.
    """
    table = tabulate_failing(trial.after)
    stages = {word: stage for stage, word in trial.standard.stage_names.items()}
    keys = pd.MultiIndex.from_arrays([table["学段"].map(stages), table["学校"]])
    base, idle, _ = _heads(trial)
    for head, result in ((base, trial.before), (idle, trial.without)):
        told = result.schools.set_index(["stage", "school"])["verdict"]
        table[head] = _words(told.reindex(keys))
    return table


def tabulate_regret(trial: Trial) -> pd.DataFrame:
    """Tabulate pupils, seats that lack and seats that stand empty, year by year (学位余缺).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year and stage. Columns: 年份, 学段, 在校生, 缺学位 without the actions and with them, 学位, 措施增加的学位,
        其中用上的, 空余学位.
    """
    table = trials.measure_regret(trial)
    heads = {
        "pupils": "在校生（人）",
        "short_idle": "缺学位（不采取措施）",
        "short": "缺学位（按计划）",
        "seats": "学位（按计划）",
        "added": "措施增加的学位",
        "used": "其中用上的",
        "empty": "空余学位（按计划）",
    }
    numbers = {
        head: [_people(n) or "无法判定" for n in table[name]] for name, head in heads.items()
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
        The assumption that matters most first. Columns: 改变的设定, 代号, 低, 原设定, 高, the failing sections of the three, 相差, 说明.
    """
    counts = {"failing_low": "低时未达标", "failing": "原设定未达标", "failing_high": "高时未达标"}
    return listed(
        {
            "改变的设定": tornado["label"],
            "代号": tornado["variation"],
            "低": tornado["low"],
            "原设定": tornado["base"],
            "高": tornado["high"],
            **{
                head: [_people(n) or NOTHING for n in tornado[name]]
                for name, head in counts.items()
            },
            "相差": [_people(n) or NOTHING for n in tornado["span"]],
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
        _words(trap["verdict"]),
    ]
    return listed(dict(zip([*heads, "结论"], columns, strict=True)))
