"""What pupils come, seats, errors of the past and sources, as tables."""

from __future__ import annotations

import pandas as pd

from youzhi.columns import load_columns
from youzhi.enrolment import METHOD_WORDS
from youzhi.exact import as_fraction, round_half_up
from youzhi.narrative.outlook import STAGE_WORDS, count, list_cautions
from youzhi.narrative.tabulate import listed
from youzhi.outlooks import Outlook
from youzhi.seats import load_seat_rules
from youzhi.verdicts import CANNOT_TELL, VERDICT_WORDS

NOTHING = "—"
UNKNOWN = VERDICT_WORDS[CANNOT_TELL]


def tabulate_outlook(outlook: Outlook) -> pd.DataFrame:
    """Tabulate pupils against seats, year by year, in both readings of the rule (生源与学位).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    DataFrame
        One row per reading (the whole stage, then its first grade), year and stage, from the last known year on. Columns:
        口径, 年份, 学段, 性质 (actual, projected, or resting on an assumption), 学生（人）, 区间（人）, 学位（个）, 占用率（%）, 等级.
    """
    readings = {
        "全学段": (outlook.seats, outlook.stage_grades),
        "起始年级": (
            outlook.admission,
            {stage: grades[:1] for stage, grades in outlook.stage_grades.items()},
        ),
    }
    blocks = [
        pd.DataFrame(
            {
                "口径": reading,
                "年份": table["year"].to_numpy(),
                "学段": table["stage"].map(STAGE_WORDS).to_numpy(),
                "性质": _tell_kinds(outlook, table, grades),
                "学生（人）": _whole(table["pupils"]),
                "区间（人）": _ranges(table),
                "学位（个）": _whole(table["capacity"]),
                "占用率（%）": _percent(table["ratio"]),
                "等级": _bands(table["band"]),
            }
        )
        for reading, (table, grades) in readings.items()
    ]
    return listed(pd.concat(blocks, ignore_index=True))


def _tell_kinds(outlook: Outlook, table: pd.DataFrame, grades: dict[str, list[int]]) -> list[str]:
    """Actual, projected, or projected with children whose number is assumed."""
    words, entrants = load_columns()["data_kind"].choices, outlook.entrants
    assumed = set(entrants.loc[entrants["kind"] == "assumed", "year"])
    told, seen = [], known_word(outlook)
    for row in table.itertuples():
        entered = {row.year - grade + 1 for grade in grades[row.stage]}
        ahead = {year for year in entered if year > outlook.year}
        guessed = ahead & assumed if len(entrants) else ahead
        word = words["projected"] + ("，含假设" if guessed else "")
        told.append(seen if row.kind == "observed" else word)
    return told


def known_word(outlook: Outlook) -> str:
    """Write what the known years are: actual only where all of them are real (已知年份的性质)."""
    kinds, words = outlook.kinds["history"], load_columns()["data_kind"].choices
    return "实际" if kinds == ["real"] else f"已知（{'、'.join(words[kind] for kind in kinds)}）"


def tabulate_doubts(outlook: Outlook) -> pd.DataFrame:
    """Tabulate what a reader has to know before the numbers (注意事项).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    DataFrame
        Columns: 事项, 说明. One row per number that can hardly be right; then one each where the years go too far, the method
        could not be tested, or there is no census. Empty where there is nothing of this.
    """
    rows = [(topic, told.replace("**", "").rstrip("。")) for topic, told in list_cautions(outlook)]
    return listed(pd.DataFrame(rows, columns=["事项", "说明"]))


def tabulate_backtests(outlook: Outlook) -> pd.DataFrame:
    """Tabulate how far every method went wrong in the past, the plain yardstick among them (推算回测).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    DataFrame
        One row per method and number of years ahead. Columns: 方法, 提前（年）, 平均绝对误差（%）, 平均偏差（%）, 放宽前覆盖率（%）,
        放宽后覆盖率（%） (of bands as wide as the past asks), 检验的数（个）, 采用 (采用, 指定 by hand, or 缺省，未检验).
    """
    table = outlook.backtests
    used = "指定" if not outlook.chosen else "采用" if outlook.tested else "缺省，未检验"
    return listed(
        {
            "方法": table["method"].map(METHOD_WORDS),
            "提前（年）": table["ahead"],
            "平均绝对误差（%）": _percent(table["mape"]),
            "平均偏差（%）": _percent(table["bias"]),
            "放宽前覆盖率（%）": _percent(table["coverage"]),
            "放宽后覆盖率（%）": _percent(table["coverage_widened"]),
            "检验的数（个）": table["n"],
            "采用": [used if method == outlook.method else NOTHING for method in table["method"]],
        }
    )


def tabulate_entrants(outlook: Outlook) -> pd.DataFrame:
    """Tabulate the children who reach school age beside grade 1, with the source of every year (入学人数的来历).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    DataFrame
        One row per year of entry, from the first year of the history on. Columns: 入学年份, 满六周岁（人）, 来历, 性质 (of that
        number), 一年级（人）, 一年级区间（人）, 一年级占（%）.
    """
    first = outlook.projection[outlook.projection["grade"] == 1].set_index("year")
    seen = outlook.history[[1]].set_axis(["pupils"], axis=1)
    grade = pd.concat([seen.assign(low=seen["pupils"], high=seen["pupils"]), first])
    known = outlook.entrants.set_index("year").reindex(grade.index)
    kinds = known["kind"].map(load_columns()["data_kind"].choices)
    return listed(
        {
            "入学年份": list(grade.index),
            "满六周岁（人）": _whole(known["pupils"]),
            "来历": known["source"].fillna("没有普查数据").tolist(),
            "性质": kinds.where(known["pupils"].notna(), NOTHING).tolist(),
            "一年级（人）": _whole(grade["pupils"]),
            "一年级区间（人）": _ranges(grade),
            "一年级占（%）": _percent(grade["pupils"] / known["pupils"]),
        }
    )


def tabulate_plan(outlook: Outlook) -> pd.DataFrame:
    """Tabulate the pupils that the county's documents name beside our own numbers (规划数与推算).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    DataFrame
        Columns: 年份, 项目, 公开数（人）, 本推算（人）, 区间（人）, 公开数高出（%）, 本推算性质, 来源. A dash where there is no number of
        our own.
    """
    table, kinds = outlook.plan, load_columns()["data_kind"].choices
    words = {
        "observed": "、".join(kinds[kind] for kind in outlook.kinds["history"]),
        "projected": kinds["projected"],
        "assumed": kinds["assumed"],
    }
    return listed(
        {
            "年份": table["year"],
            "项目": table["label"],
            "公开数（人）": _whole(table["published"]),
            "本推算（人）": _whole(table["pupils"], NOTHING),
            "区间（人）": _ranges(table),
            "公开数高出（%）": _percent(table["published"] / table["pupils"] - 1, NOTHING),
            "本推算性质": table["kind"].map(words).fillna(NOTHING),
            "来源": table["source"],
        }
    )


def tabulate_school_seats(outlook: Outlook, *, open_only: bool = False) -> pd.DataFrame:
    """Tabulate pupils and seats of every school, the fullest first (各校学位).

    Parameters
    ----------
    outlook
        What make_outlook gives.
    open_only
        Leave out those in the lowest band.

    Returns
    -------
    DataFrame
        One row per school and stage; those that cannot be told stand last. Columns: 学段, 学校, 镇街, 学生数（人）, 班数（个）,
        班额上限（人）, 学位（个）, 空余（个）, 占用率（%）, 等级.
    """
    table = outlook.schools.sort_values("ratio", ascending=False, kind="stable")
    if open_only:
        table = table[table["band"] != load_seat_rules().band[-1].id]
    return listed(
        {
            "学段": table["stage"].map(STAGE_WORDS),
            "学校": table["school"],
            "镇街": table["town"].replace("", "未注明"),
            "学生数（人）": _whole(table["pupils"], "缺"),
            "班数（个）": _whole(table["classes"], "缺"),
            "班额上限（人）": table["limit"],
            "学位（个）": _whole(table["seats"], "缺"),
            "空余（个）": _whole(table["free"]),
            "占用率（%）": _percent(table["ratio"]),
            "等级": _bands(table["band"]),
        }
    )


def _whole(numbers: pd.Series, missing: str = UNKNOWN) -> list[str]:
    return [missing if pd.isna(number) else count(number) for number in numbers]


def _percent(shares: pd.Series, missing: str = UNKNOWN) -> list[str]:
    return [
        missing if pd.isna(share) else str(round_half_up(as_fraction(share) * 100, 1))
        for share in shares
    ]


def _ranges(table: pd.DataFrame) -> list[str]:
    """Bands; a dash where a number is observed or has none."""
    return [
        NOTHING if pd.isna(low) or low == high else f"{count(low)}—{count(high)}"
        for low, high in zip(table["low"], table["high"], strict=True)
    ]


def _bands(bands: pd.Series) -> list[str]:
    words = load_seat_rules().names | {CANNOT_TELL: UNKNOWN}
    return [words[band] for band in bands]
