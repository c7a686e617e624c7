"""One scenario over its years: every year judged by the whole rule set, with its actions and without them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path

import pandas as pd

from youzhi.assessment import Assessment, assess
from youzhi.cards import County
from youzhi.counties import (
    enrolment_path,
    find_county,
    list_years,
    load_county,
    read_county,
    read_county_items,
)
from youzhi.county_items import CountyItems
from youzhi.enrolment import can_project, read_history
from youzhi.errors import UsageError
from youzhi.outlooks import Outlook, make_outlook
from youzhi.scenarios import Scenario, load_scenario, run_years
from youzhi.standards import Standard, load_standard
from youzhi.tables import SchoolTable
from youzhi.trials.chances import measure_drift
from youzhi.trials.changes import Comparison, compare
from youzhi.trials.settings import load_settings
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, combine

# The two roads of a trial: with the actions of the scenario, and with the same pupils but no action.
PLAN, IDLE = "plan", "idle"


@dataclass(frozen=True)
class Trial:
    """A scenario tried out on one county (情景推演).

    Attributes
    ----------
    card, scenario, standard
        County, scenario, and the one standard for all years.
    tables
        "plan" and "idle" to the school table of every year, from the base year on.
    totals
        (year, stage) to the pupils that an outlook projects (人), or None where the scenario says itself how many come.
    items
        County figures of the base year, or None.
    outlook
        The county's enrolment outlook from the base year, or None where it has no pupils by grade.
    drift
        How far schools drifted from their county from year to year up to the base year (see measure_drift); NaN where
        there is only one table.
    """

    card: County
    scenario: Scenario
    standard: Standard
    tables: Mapping[str, Mapping[int, SchoolTable]]
    totals: Mapping[tuple[int, str], int] | None
    items: CountyItems | None
    outlook: Outlook | None
    drift: float

    @property
    def span(self) -> tuple[int, int]:
        """Base year and last year."""
        return min(self.tables[PLAN]), max(self.tables[PLAN])

    @cached_property
    def years(self) -> dict[int, Assessment]:
        """Every year with the actions, judged."""
        return self._judge(PLAN)

    @cached_property
    def idle(self) -> dict[int, Assessment]:
        """Every year without any action, judged; pupils change all the same."""
        return self._judge(IDLE)

    @property
    def before(self) -> Assessment:
        """The base year as it is."""
        return self.idle[self.span[0]]

    @property
    def after(self) -> Assessment:
        """The last year with the actions."""
        return self.years[self.span[1]]

    @property
    def without(self) -> Assessment:
        """The last year without the actions."""
        return self.idle[self.span[1]]

    @cached_property
    def comparison(self) -> Comparison:
        """The last year against the base year (前后对比)."""
        return compare(self.before, self.after)

    @cached_property
    def effect(self) -> Comparison:
        """The last year with the actions against the last year without them (措施的作用)."""
        return compare(self.without, self.after)

    @cached_property
    def timeline(self) -> pd.DataFrame:
        """One row per year, road and stage (逐年走势).

        Columns: county, year, case ("plan" or "idle"), stage, pupils (人), sections, failing, unknown (sections), worst
        (id of the indicator with the largest coefficient), worst_cv, limit (no unit), dispersion (verdict).
        """
        frames = [
            _year_rows(result).assign(case=case)
            for case, results in ((PLAN, self.years), (IDLE, self.idle))
            for result in results.values()
        ]
        table = pd.concat(frames, ignore_index=True)
        order = {stage: at for at, stage in enumerate(self.standard.stages)}
        ranked = table.assign(rank=table["stage"].map(order))
        keys = ["county", "year", "case", "rank"]
        ascending = [True, True, False, True]
        return ranked.sort_values(keys, ascending=ascending, ignore_index=True)[_TIMELINE]

    @cached_property
    def verdicts(self) -> pd.DataFrame:
        """One row per year, road and part of the county verdict, "county" being the whole.

        Columns: county, year, case, part, verdict.
        """
        rows = []
        for case, results in ((PLAN, self.years), (IDLE, self.idle)):
            for year, result in results.items():
                parts = result.reasons.groupby("part", sort=False)["verdict"].agg(combine)
                told = {**parts, "county": result.verdict}
                rows += [[self.card.id, year, case, part, word] for part, word in told.items()]
        return pd.DataFrame(rows, columns=["county", "year", "case", "part", "verdict"])

    @cached_property
    def size_items(self) -> pd.DataFrame:
        """The items that building changes, year by year: rooms, school size, class size.

        Columns: county, year, case, code, label, verdict, value (text).
        """
        frames = [
            result.items.loc[
                result.items["rule"].isin(load_settings()["size_items"]["rules"]),
                ["county", "year", "code", "label", "verdict", "value"],
            ].assign(case=case)
            for case, results in ((PLAN, self.years), (IDLE, self.idle))
            for result in results.values()
        ]
        order = ["county", "year", "case", "code", "label", "verdict", "value"]
        return pd.concat(frames, ignore_index=True)[order]

    @property
    def failing(self) -> pd.DataFrame:
        """Sections that are not met, or cannot be told, in the last year; columns of Assessment.schools."""
        schools = self.after.schools
        return schools[schools["verdict"] != MET].reset_index(drop=True)

    def last_table(
        self, plan: Scenario, totals: Mapping[tuple[int, str], int] | None = None
    ) -> SchoolTable:
        """Make the table of the last year with another scenario or other pupils (另一种情形的学校表).

        Parameters
        ----------
        plan
            From the same base year.
        totals
            (year, stage) to pupils (人); those of this trial when not given.

        Returns
        -------
        SchoolTable
            Of the last year.

        Raises
        ------
        ScenarioError
            An action is impossible.
        """
        first, last = self.span
        given = self.totals if totals is None else totals
        return run_years(self.tables[IDLE][first], plan, [last], given)[last]

    def judge(self, table: SchoolTable) -> Assessment:
        """Judge one table as the years of this trial are judged (同口径评估).

        Parameters
        ----------
        table
            Of this county and one year.

        Returns
        -------
        Assessment
            With the county figures of the base year, told as assumed in any other year.
        """
        year = int(table.frame["year"].iat[0])
        items = _carry(self.items, year, self.span[0])
        result = assess(table, items, self.standard, unit=self.card.counting.unit)
        return replace(result, names={self.card.id: self.card.name_zh})

    def _judge(self, case: str) -> dict[int, Assessment]:
        return {year: self.judge(table) for year, table in self.tables[case].items()}


_TIMELINE = ["county", "year", "case", "stage", "pupils", "sections", "failing", "unknown"]
_TIMELINE += ["worst", "worst_cv", "limit", "dispersion"]


def run_trial(
    county: str,
    scenario: Scenario | str | Path,
    *,
    year: int | None = None,
    to: int | None = None,
    standard: Standard | str | Path | None = None,
    data: str | Path | None = None,
    outlook: Outlook | None = None,
) -> Trial:
    """Try a scenario out on a county, year by year (情景推演).

    Parameters
    ----------
    county
        Id or Chinese name.
    scenario
        A Scenario, its id, or a file.
    year
        The year from which it starts; only the scenario's own base year is possible.
    to
        Its last year; the scenario's own when not given, never later.
    standard
        One for all years; the one in force in the base year when not given.
    data
        The data root; else $YOUZHI_DATA; else data/ of the repository.
    outlook
        How many pupils come; made from the county's pupils by grade when not given and there are any.

    Returns
    -------
    Trial
        Tables .comparison .effect .timeline .verdicts .size_items .failing.

    Raises
    ------
    UsageError
        Unknown county, scenario or standard; years outside the scenario; a scenario of another county, or one that asks
        for an outlook where the county has no pupils by grade.
    ScenarioError
        The scenario or one of its actions is impossible; all faults are listed.
    DataError
        The table of the base year is refused.
    """
    card = load_county(find_county(county, data), data)
    plan = scenario if isinstance(scenario, Scenario) else load_scenario(scenario, card.id, data)
    last = plan.to if to is None else to
    _refuse_other(plan, card, year, last)
    if outlook is None and _can_look_ahead(plan, card, data):
        outlook = make_outlook(card.id, plan.to, year=plan.base_year, data=data)
    _refuse_outlook(plan, card, outlook)
    if not isinstance(standard, Standard):
        standard = load_standard(standard or card.standard_for(plan.base_year))
    start = read_county(card.id, plan.base_year, data)
    items = read_county_items(card.id, plan.base_year, data)
    years, totals = range(plan.base_year, last + 1), totals_of(plan, outlook)
    tables = {
        case: run_years(start, road, years, totals)
        for case, road in ((PLAN, plan), (IDLE, without_actions(plan)))
    }
    past = [read_county(card.id, at, data).frame for at in _past_years(card.id, plan, data)]
    drift = measure_drift([*past, start.frame])
    return Trial(card, plan, standard, tables, totals, items, outlook, drift)


def without_actions(plan: Scenario) -> Scenario:
    """The same pupils, but nothing is done (不采取措施)."""
    return plan.model_copy(update={"action": []})


def totals_of(plan: Scenario, outlook: Outlook | None) -> dict[tuple[int, str], int] | None:
    """Pupils of every stage and year as an outlook projects them, where the scenario asks for it (展望的学生数)."""
    if plan.enrolment.mode != "outlook" or outlook is None:
        return None
    stages = outlook.stages[outlook.stages["year"] > plan.base_year]
    if (unknown := stages[stages["pupils"].isna()]).size:
        first = unknown.iloc[0]
        why = "；".join(map(str, outlook.projection.attrs["unknown"]))
        raise UsageError(
            f"入学展望算不出{first['year']}年 {first['stage']} 的学生数：{why}。请补齐 enrolment.csv。"
        )
    return {(row.year, row.stage): round(row.pupils) for row in stages.itertuples()}


def _past_years(county: str, plan: Scenario, data: str | Path | None) -> list[int]:
    """The years just before the base year that have a table, without a gap."""
    existing, most = list_years(county, data), load_settings()["drift"]["years"]
    run = takewhile(existing.__contains__, range(plan.base_year - 1, plan.base_year - 1 - most, -1))
    return sorted(run)


def _can_look_ahead(plan: Scenario, card: County, data: str | Path | None) -> bool:
    """Whether the county has pupils by grade of the base year, and the scenario a year after it."""
    if plan.to == plan.base_year or not enrolment_path(card.id, data).is_file():
        return False
    return can_project(read_history(card.id, data), plan.base_year)


def _refuse_outlook(plan: Scenario, card: County, outlook: Outlook | None) -> None:
    """An outlook that is needed and not there, or of another county or year, would give other pupils without a word."""
    if outlook is None and plan.enrolment.mode == "outlook":
        raise UsageError(
            f"情景 {plan.id} 按入学展望推算学生数，而{card.name_zh}没有{plan.base_year}年的分年级学生数"
            f"（{card.id}/enrolment.csv）；请先提供，或在情景中改写 [enrolment] mode。"
        )
    if outlook is not None and (outlook.county, outlook.year) != (card.id, plan.base_year):
        raise UsageError(
            f"入学展望应属于{card.name_zh}、以{plan.base_year}年为最后一个已知年份；"
            f"收到 {outlook.county} {outlook.year}年。"
        )


def _refuse_other(plan: Scenario, card: County, year: int | None, last: int) -> None:
    if plan.county != card.id:
        raise UsageError(f"情景 {plan.id} 属于 {plan.county}，不能用于{card.name_zh}。")
    if year not in (None, plan.base_year):
        raise UsageError(
            f"情景 {plan.id} 从{plan.base_year}年起算，不能从{year}年开始；请改用 {plan.base_year}。"
        )
    if not plan.base_year <= last <= plan.to:
        raise UsageError(
            f"情景 {plan.id} 推算到{plan.to}年；终止年应在{plan.base_year}—{plan.to}之间，收到 {last}。"
        )


def _carry(items: CountyItems | None, year: int, base: int) -> CountyItems | None:
    """The county figures of the base year taken for another year, and told to be that."""
    if items is None or year == base:
        return items
    given = items.frame["value"].notna()
    frame = items.frame.assign(
        year=year,
        data_kind=items.frame["data_kind"].where(~given, "assumed"),
        note=items.frame["note"].where(~given, f"沿用{base}年的数，属假设"),
    )
    return CountyItems(frame)


def _year_rows(result: Assessment) -> pd.DataFrame:
    """One row per stage of one judged year."""
    county, year = result.one_year()
    rows = []
    for stage in result.standard.stages:
        schools = result.schools[result.schools["stage"] == stage]
        spread = result.coefficients[result.coefficients["stage"] == stage]
        told = dict.fromkeys(["worst", "worst_cv", "limit"])
        if len(known := spread.dropna(subset="cv")):
            largest = known.loc[known["cv"].idxmax()]
            told = {
                "worst": largest["indicator"],
                "worst_cv": largest["cv"],
                "limit": largest["limit"],
            }
        judged = (
            spread["verdict"]
            if result.standard.dispersion_rule.kind == "each"
            else (result.composite.loc[result.composite["stage"] == stage, "verdict"])
        )
        rows.append(
            {
                "county": county,
                "year": year,
                "stage": stage,
                "pupils": schools["pupils"].sum(skipna=False),
            }
            | {"sections": len(schools), "failing": int((schools["verdict"] == NOT_MET).sum())}
            | {"unknown": int((schools["verdict"] == CANNOT_TELL).sum()), **told}
            | {"dispersion": combine(judged)}
        )
    return pd.DataFrame(rows)
