"""How likely the resource part is met in every year of a trial, given how well pupils can be foreseen (达标概率)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from youzhi.errors import UsageError
from youzhi.outlooks import Outlook
from youzhi.trials.chances import Draws, draw_pupils, judge_draws
from youzhi.trials.settings import load_settings
from youzhi.trials.trial import Trial
from youzhi.verdicts import combine

ODDS_COLUMNS = ["county", "year", "part", "stage", "chance", "low", "high", "draws", "reason"]
ODDS_COLUMNS += ["others", "coverage"]


def draw_year(
    trial: Trial, year: int, *, draws: int | None = None, seed: int | None = None
) -> Draws:
    """Draw the pupils of one year of a trial from its outlook, and judge every draw (某年抽样判定).

    Parameters
    ----------
    trial
        What run_trial gives, with an outlook.
    year
        After the base year, up to the last year.
    draws, seed
        How many, and from where; those of trials.toml when not given. The same seed gives the same draws.

    Returns
    -------
    Draws
        The middle of the draws is the trial's own table of that year: drawn totals of the outlook over their middle move
        its pupils, and schools drift as they did before the base year, the more the later (with the root of the years).

    Raises
    ------
    UsageError
        The trial has no outlook, no earlier school table to tell how far schools drift, or no such year; draws or seed
        are not whole numbers above zero.
    """
    settings = load_settings()["draws"]
    draws = settings["count"] if draws is None else draws
    seed = settings["seed"] if seed is None else seed
    if not all(isinstance(n, int) and n >= least for n, least in ((draws, 1), (seed, 0))):
        raise UsageError(f"抽样次数应为正整数，种子应为不小于0的整数；收到 {draws!r}、{seed!r}。")
    if why := why_no_draws(trial, year):
        raise UsageError(why)
    first = trial.span[0]
    drawn = trial.outlook.draws(draws, seed)[:, trial.outlook.years.index(year), :]
    factors = {
        stage: np.clip(drawn[:, at] / np.median(drawn[:, at]), 1e-6, None)
        for at, stage in enumerate(trial.outlook.stage_grades)
    }
    return judge_draws(
        trial.years[year],
        draw_pupils(trial.years[year], factors, trial.drift * (year - first) ** 0.5, seed),
    )


def why_no_draws(trial: Trial, year: int) -> str:
    """Say why a year of a trial cannot be drawn; "" where it can (不能抽样的理由).

    Parameters
    ----------
    trial
        What run_trial gives.
    year
        Statistics year.

    Returns
    -------
    str
        In Chinese.
    """
    (first, last), name = trial.span, trial.card.name_zh
    if not first < year <= last:
        return f"抽样的年份应在基准年{first}年以后、{last}年以前（含），收到 {year}。"
    standard = trial.standard
    if standard.school_rule is None or standard.dispersion_rule.kind != "each":
        return f"{standard.number}没有逐校标准值或不逐项判定差异系数，无法抽样判定达标概率。"
    if trial.outlook is None:
        return f"{name}到{first}年的分年级学生数不足（{trial.card.id}/enrolment.csv），没有入学展望，无法抽样。"
    if np.isnan(trial.drift):
        return f"{name}{first}年以前没有学校表，不知道各校学生数怎样偏离全县，无法抽样。"
    stages = trial.outlook.stages
    if stages.loc[stages["year"] == year, "pupils"].isna().any():
        return f"{name}{first}年以前的分年级学生数太少，展望不到{year}年，无法抽样。"
    return ""


def measure_odds(
    trial: Trial, *, draws: int | None = None, seed: int | None = None
) -> pd.DataFrame:
    """Tell for every year how likely every school and every coefficient is met (逐年达标概率).

    Only the resource part is drawn. The county is recognised only if all other parts are met too; `others` says how they
    stand in the trial.

    Parameters
    ----------
    trial
        What run_trial gives.
    draws, seed
        See draw_year.

    Returns
    -------
    DataFrame
        One row per year after the base year, part ("schools", "dispersion", "resources") and stage ("" for both). Columns:
        those of Draws.chances, then others (verdict of the parts that are not drawn), coverage (share of the numbers of the
        past that lay in the band of the outlook as it was widened, at that lead or the nearest longer one that was tested,
        0 to 1): where it is low, the chances are too sure of themselves. A year that cannot be drawn has the rows of "" with the reason and
        without a chance; a trial of its base year alone has no rows.

    Raises
    ------
    UsageError
        Draws or seed are not whole numbers above zero.
    """
    first, last = trial.span
    frames = []
    for year in range(first + 1, last + 1):
        if why := why_no_draws(trial, year):
            told = _untold(trial, year, why)
        else:
            told = draw_year(trial, year, draws=draws, seed=seed).chances
        reasons = trial.years[year].reasons
        rest = reasons.loc[~reasons["part"].isin(["schools", "dispersion"]), "verdict"]
        covered = _coverage(trial.outlook, year - first)
        frames.append(told.assign(others=combine(rest), coverage=covered))
    if not frames:
        return pd.DataFrame(columns=ODDS_COLUMNS)
    return pd.concat(frames, ignore_index=True)[ODDS_COLUMNS]


def _untold(trial: Trial, year: int, why: str) -> pd.DataFrame:
    """The rows of a year that cannot be drawn."""
    table = pd.DataFrame({"part": ["schools", "dispersion", "resources"], "stage": ""})
    chance = dict.fromkeys(["chance", "low", "high"], np.nan)
    return table.assign(county=trial.card.id, year=year, **chance, draws=0, reason=why)


def _coverage(outlook: Outlook | None, lead: int) -> float:
    """Coverage in the past of the method used, at a lead or the nearest longer one that was tested."""
    if outlook is None:
        return float("nan")
    tested = outlook.backtests[outlook.backtests["method"] == outlook.method]
    enough = tested[tested["ahead"] >= lead]
    row = enough.head(1) if len(enough) else tested.tail(1)
    return float(row["coverage_widened"].iat[0]) if len(row) else float("nan")
