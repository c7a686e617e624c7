"""What a scenario answers, as tables: verdicts, schools, coefficients, costs, what is left over, sensitivity, chances."""

from __future__ import annotations

import pandas as pd

from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.outlook import span
from youzhi.narrative.scenario import CHANGE_WORDS, EVIDENCE_WORDS, verdict_of
from youzhi.narrative.scenario_risks import wan
from youzhi.narrative.tabulate import (
    NOT_JUDGED_WORDS,
    PART_WORDS,
    limit_text,
    listed,
    tabulate_failing,
)
from youzhi.scenarios import list_actions
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


def situations(trial: Trial) -> tuple[str, str, str]:
    """Return the heads of three columns: the base year, the last year without the actions and with them."""
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
    return listed(rows, columns=["部分", "学段", *situations(trial), "依据（按计划）"])


def tabulate_trial_years(trial: Trial) -> pd.DataFrame:
    """Tabulate year by year what passes with the actions and without them (逐年结论).

    Parameters
    ----------
    trial
        What run_trial gives.

    Returns
    -------
    DataFrame
        One row per year. Columns: 年份, 计入的在校生（人）, then with the actions and without them 未达标校段 (failing, plus
        those that cannot be told), 校际差异, 资源配置, 全县.
    """
    rows = []
    for year in trial.years:
        own = trial.timeline[trial.timeline["year"] == year]
        pupils = own.loc[own["case"] == PLAN, "pupils"].sum(skipna=False)
        row = {
            "年份": year,
            "计入的在校生（人）": UNKNOWN if pd.isna(pupils) else f"{int(pupils):,}",
        }
        for case, word in ((PLAN, "按计划"), (IDLE, "不采取措施")):
            judged = trial.standard.school_rule is not None
            told = _count_failing(own[own["case"] == case]) if judged else NOT_JUDGED_WORDS
            row[f"未达标校段（{word}）"] = told
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
        One row per action, by year. Columns: 年份, 措施 (its kind where it has no label), 学校, 事实或假设, 造价（万元; 未知
        where nobody says）, 依据 (sources of the action and of its cost, note).
    """
    table, names = list_actions(trial.scenario), _school_names(trial)
    kinds = table["kind"].map(KIND_WORDS) + "（" + table["id"] + "）"
    return listed(
        {
            "年份": table["year"],
            "措施": table["label"].where(table["label"] != "", kinds),
            "学校": [names.get(school, school) or NOTHING for school in table["school"]],
            "事实或假设": table["evidence"].map(EVIDENCE_WORDS),
            "造价（万元）": [wan(cost) for cost in table["cost_yuan"]],
            "依据": [
                "；".join(
                    filter(
                        None, [row.source, row.cost_source and f"造价：{row.cost_source}", row.note]
                    )
                )
                for row in table.itertuples()
            ],
        }
    )


def name_variations(trial: Trial, tornado: pd.DataFrame) -> pd.DataFrame:
    """Add the school to the assumptions of a tornado that several actions have in common (区分同名措施).

    Parameters
    ----------
    trial
        What run_trial gives.
    tornado
        What vary_one_by_one gives of it.

    Returns
    -------
    DataFrame
        The same with other labels; those that still are the same, or are about no one school, keep theirs.
    """
    names, actions = _school_names(trial), list_actions(trial.scenario)
    schools = {row.id: names.get(row.school, "") for row in actions.itertuples()}
    asides = tornado["variation"].map(schools).fillna("")
    asides = ("（" + asides + "）").where(asides != "", "")
    same = tornado["label"].duplicated(keep=False)
    return tornado.assign(label=tornado["label"].where(~same, tornado["label"] + asides))


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
    base, idle, plan = situations(trial)
    judged = trial.standard.school_rule is not None
    told = {
        base: table["verdict_before"],
        idle: caused["verdict_before"].reindex(places),
        plan: table["verdict_after"],
    }
    return listed(
        {
            "学段": table["stage"].map(trial.standard.stage_names),
            "学校": table["school"],
            "变化": table["change"].map(CHANGE_WORDS),
            "措施的作用": effect.reindex(places).map(CHANGE_WORDS).fillna(NOTHING).to_numpy(),
            **{head: verdict_words(verdicts, judged) for head, verdicts in told.items()},
            "低于标准值": _from_to(table["below_before"], table["below_after"]),
            "学生数（人）": _from_to(
                table["pupils_before"].map(people), table["pupils_after"].map(people)
            ),
        }
    )


def verdict_words(verdicts: pd.Series, judged: bool = True) -> list[str]:
    """Write verdicts as words, a dash where there is none; other words where single schools are not judged (结论用语)."""
    words = VERDICT_WORDS if judged else dict.fromkeys(VERDICT_WORDS, NOT_JUDGED_WORDS)
    return [words.get(verdict, NOTHING) for verdict in verdicts]


def _from_to(before: pd.Series, after: pd.Series) -> list[str]:
    """Two texts with an arrow; a dash where there is none."""
    sides = (side.where(side.notna() & (side != ""), NOTHING) for side in (before, after))
    return [f"{old} → {new}" for old, new in zip(*sides, strict=True)]


def people(number: float) -> str:
    """Write a whole number, nothing where it is missing (人数)."""
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
    base, idle, plan = situations(trial)
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
            "结论（按计划）": verdict_words(table["verdict_after"]) if each else "不单独判定",
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
    return listed(rows, columns=["评估项", "内容", *situations(trial), *heads])


def _met_years(rows: pd.DataFrame) -> str:
    return span([int(year) for year in rows.loc[rows["verdict"] == MET, "year"]]) or "没有"


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
    base, idle, _ = situations(trial)
    for head, result in ((base, trial.before), (idle, trial.without)):
        told = result.schools.set_index(["stage", "school"])["verdict"]
        table[head] = verdict_words(told.reindex(keys))
    return table
