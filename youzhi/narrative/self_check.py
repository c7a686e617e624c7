"""A county's self-check in words and tables: its lines, why items fail, local targets, published figures, problems."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.audits import (
    AGREEMENT_WORDS,
    AGREES,
    DIFFERS,
    DOES_NOT_FIT,
    EXCEEDS,
    FINDING_WORDS,
    IMPLIES,
    NOT_COMPARABLE,
    SAME_SOURCE,
)
from youzhi.columns import load_columns, load_figures
from youzhi.county_items import NOT_APPLICABLE
from youzhi.narrative.tabulate import listed
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.standards import Standard
from youzhi.verdicts import CANNOT_TELL, MET, NOT_MET, VERDICT_WORDS

_SYNTHETIC = load_columns()["data_kind"].choices["synthetic"]
PUBLISHED_WORDS = VERDICT_WORDS | {"not_monitored": "未参加监测", "": "—"}
EVIDENCE_WORDS = {
    "schools": "由学校表计算",
    "figures": "由县级数据计算",
    "document": "凭文件认定",
    "judgement": "由人认定",
}


def part_words(standard: Standard) -> dict[str, str]:
    """Chinese names of the parts of a self-check (自查表各部分名称)."""
    own = {"resources": "资源配置", "dispersion": "资源配置"}
    return own | {part.id: part.label.zh for part in standard.part}


# ------------------------------------------------------------------------------------ the lines


def describe_rows(result: Assessment) -> Text:
    """Say how many lines of the self-check are met, not met, cannot be told, and which (自查结果).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Not met first; a veto that holds is said by itself.
    """
    result.one_year()
    rows = result.rows
    codes = {verdict: list(rows.loc[rows["verdict"] == verdict, "code"]) for verdict in _ORDER}
    vetoes = result.vetoes.loc[result.vetoes["verdict"] == NOT_MET, "label"]
    unsure = result.vetoes.loc[result.vetoes["verdict"] == CANNOT_TELL, "code"]
    return paragraphs(
        write(
            "rows.text",
            total=len(rows),
            met=len(codes[MET]),
            failing=codes[NOT_MET],
            unknown=codes[CANNOT_TELL],
        ),
        write("rows.veto", labels=list(vetoes)) if len(vetoes) else "",
        write("rows.veto_unknown", codes=list(unsure)) if len(unsure) else "",
    )


_ORDER = (NOT_MET, CANNOT_TELL, MET)


def tabulate_rows(result: Assessment, open_only: bool = False) -> pd.DataFrame:
    """Tabulate the self-check line by line, in the order of the document (自查表).

    Parameters
    ----------
    result
        Of one county and year.
    open_only
        Only the lines that are not met or cannot be told.

    Returns
    -------
    DataFrame
        Columns: 部分, 编号, 内容, 结论, 填报或计算值, 依据, 数据性质.
    """
    result.one_year()
    rows, words = result.rows, part_words(result.standard)
    rows = rows[rows["verdict"] != MET] if open_only else rows
    return listed(
        {
            "部分": rows["part"].map(words),
            "编号": rows["code"],
            "内容": rows["label"],
            "结论": rows["verdict"].map(VERDICT_WORDS),
            "填报或计算值": rows["value"].replace("", "—"),
            "依据": rows["reason"].replace("", "—"),
            "数据性质": rows["data_kinds"].replace("", "—"),
        }
    )


def describe_items(result: Assessment) -> Text:
    """Say where a relief or another reading of the text would change an item's verdict (口径的影响).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Says so, too, where a relief or a reading changes nothing.
    """
    result.one_year()
    items = result.items
    relieved = items[items["verdict"] != items["verdict_without_relief"]]
    read = items[(items["verdict_other_reading"] != "")]
    differs = read[read["verdict"] != read["verdict_other_reading"]]
    same = read[read["verdict"] == read["verdict_other_reading"]]
    return paragraphs(
        *(
            write("items.relief", **_both(row, row.verdict_without_relief))
            for row in relieved.itertuples()
        ),
        *(
            write("items.reading", **_both(row, row.verdict_other_reading))
            for row in differs.itertuples()
        ),
        *(write("items.same_reading", code=row.code) for row in same.itertuples()),
        "" if len(relieved) else write(_no_relief(result.standard)),
        *_count_changes(result),
    )


def _count_changes(result: Assessment) -> list[Text]:
    """How many places a relief or another reading would add or take away."""
    judged, told = result.judged_items, []
    for code in judged.relieved_codes:
        item = next(item for item in result.standard.item if item.code == code)
        duties = dict.fromkeys(rule.duty for check in item.check for rule in check.reliefs)
        counts = {"now": judged.count_failing(code), "other": judged.plain.count_failing(code)}
        told.append(write("items.relief_count", code=code, duties=list(duties), **counts))
    for code, other in judged.other_readings.items():
        now, then = judged.count_failing(code), other.count_failing(code)
        if now != then:
            told.append(write("items.reading_count", code=code, now=now, other=then))
    return told


def _no_relief(standard: Standard) -> str:
    """Which sentence says that no relief changed a verdict: none did, or there are none."""
    checks = [check for item in standard.item for check in item.check]
    has_rules = any(getattr(check, "relief", []) for check in checks)
    return "items.no_relief" if has_rules else "items.without_relief_rules"


def _both(row, other: str) -> dict[str, str]:
    words = VERDICT_WORDS
    return {"code": row.code, "label": row.label, "now": words[row.verdict], "other": words[other]}


def tabulate_places(result: Assessment) -> pd.DataFrame:
    """Tabulate the schools and sections that an item is not met by or cannot be told of (涉及的学校).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 编号, 检查内容, 学段, 学校, 镇街, 现状, 要求, 至少还差, 结论.
    """
    result.one_year()
    places = result.places.merge(
        result.checks[["code", "check", "label"]], on=["code", "check"], how="left"
    )
    lacking = [
        f"{row.amount:,.0f}{row.amount_unit}" if pd.notna(row.amount) else "—"
        for row in places.itertuples()
    ]
    return listed(
        {
            "编号": places["code"],
            "检查内容": places["label"],
            "学段": places["stage"].map(result.standard.stage_names).fillna("—"),
            "学校": places["school"],
            "镇街": places["town"].replace("", "—"),
            "现状": places["printed"].replace("", "缺数据"),
            "要求": places["bar_text"],
            "至少还差": lacking,
            "结论": places["verdict"].map(VERDICT_WORDS),
        }
    )


def describe_figures(result: Assessment) -> Text:
    """Say how many county figures were given, of which kind, and which are missing (县级数据填报情况).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    Text
        Synthetic figures are marked as such.
    """
    county, year = result.one_year()
    if result.figures is None:
        return write("figures.none")
    wanted = _figures_used(result.standard)
    values = {name: result.figures.value(county, year, name) for name in wanted}
    missing = [load_figures()[name].headers[0] for name, value in values.items() if value is None]
    absent = sum(value == NOT_APPLICABLE for value in values.values())
    kinds = _kinds_given(result, values)
    return paragraphs(
        write(
            "figures.text",
            wanted=len(wanted),
            given=len(wanted) - len(missing) - absent,
            absent=absent,
            kinds=kinds,
            synthetic=load_columns()["data_kind"].choices["synthetic"] in kinds,
        ),
        write("figures.missing", names=missing) if missing else "",
    )


def _figures_of(result: Assessment) -> pd.DataFrame:
    """The county figures of the one county and year that the result is of."""
    county, year = result.one_year()
    frame = result.figures.frame
    return frame[(frame["county"] == county) & (frame["year"] == year)]


def _kinds_given(result: Assessment, values: dict) -> list[str]:
    """Chinese words for the kinds of data of the figures that are used and given."""
    frame, words = _figures_of(result), load_columns()["data_kind"].choices
    given = frame[frame["item"].map(values).notna()]
    return sorted({words.get(kind, "未注明") for kind in given["data_kind"]})


def _figures_used(standard: Standard) -> list[str]:
    """County figures that the items of a standard ask for, stated shares left out."""
    figures, used = load_figures(), {}
    for item in standard.item:
        for check in item.check:
            for name in check.asks:
                used |= {known: None for known in figures if _fits(known, name)}
    return list(used)


def _fits(known: str, name: str) -> bool:
    stem, _, tail = name.partition("{subject}")
    return known == name or bool(tail == "" and "{" in name and known.startswith(stem))


def tabulate_figures(result: Assessment) -> pd.DataFrame:
    """Tabulate the county figures with their kind and source (县级数据).

    Parameters
    ----------
    result
        Of one county and year.

    Returns
    -------
    DataFrame
        Columns: 表, 填报项目, 填报值, 单位, 数据性质, 来源.
    """
    result.one_year()
    figures, kinds = load_figures(), load_columns()["data_kind"].choices
    rows = []
    for row in () if result.figures is None else _figures_of(result).itertuples():
        figure = figures[row.item]
        rows.append(
            [
                figure.form,
                figure.headers[0],
                _shown(row.value, figure),
                figure.unit or "—",
                kinds.get(row.data_kind, "未注明") if row.value is not None else "—",
                row.source or "—",
            ]
        )
    return listed(rows, columns=["表", "填报项目", "填报值", "单位", "数据性质", "来源"])


def _shown(value, figure) -> str:
    if value is None:
        return "未提供"
    if value == NOT_APPLICABLE:
        return "未监测或不适用"
    return figure.choices.get(value) or f"{Decimal(str(value)):,f}"


def tabulate_item_rules(result: Assessment) -> pd.DataFrame:
    """Tabulate what every item asks, what it is known from, and where that is written (评估项的规则).

    Parameters
    ----------
    result
        Any.

    Returns
    -------
    DataFrame
        Columns: 编号, 检查内容, 要求, 判定方式, 说明, 来源, 可信度.
    """
    bars = result.checks.drop_duplicates(["code", "check"]).set_index(["code", "check"])
    rows = [
        [
            item.code,
            check.label.zh,
            bars.loc[(item.code, check.id), "bar_text"] or item.label.zh,
            EVIDENCE_WORDS["document" if check.kind == "finding" else item.evidence]
            if item.evidence != "judgement"
            else EVIDENCE_WORDS[item.evidence],
            "；".join(filter(None, (check.note, item.note))) or "—",
            item.source,
            item.confidence,
        ]
        for item in result.standard.item
        for check in item.check
    ]
    heads = ["编号", "检查内容", "要求", "判定方式", "说明", "来源", "可信度"]
    return listed(rows, columns=heads)


# ------------------------------------------------------------------------------------ beside the county's own words


def describe_published(table: pd.DataFrame, result: Assessment | None = None) -> Text:
    """Say how the county's published self-check and the computed verdicts compare (公布的自查与计算的对照).

    Parameters
    ----------
    table
        What compare_self_check gives.
    result
        Where it comes from, so that synthetic schools are told.

    Returns
    -------
    Text
        Names the lines that differ, and how many agree only because they say the same source again.
    """
    if table.empty:
        return write("published.none")
    said = table[table["published"] != ""]
    codes = {word: list(said.loc[said["agrees"] == word, "code"]) for word in AGREEMENT_WORDS}
    return write(
        "published.text",
        total=len(said),
        agree=len(codes[AGREES]),
        same=len(codes[SAME_SOURCE]),
        synthetic=result is not None and _SYNTHETIC in result.judged_items.evidence.kinds(0),
        differ=codes[DIFFERS],
        open=codes[NOT_COMPARABLE],
        only_computed=list(table.loc[table["published"] == "", "code"]),
    )


def tabulate_published(table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the published self-check beside the computed verdicts (自查对照表).

    Parameters
    ----------
    table
        What compare_self_check gives.

    Returns
    -------
    DataFrame
        Columns: 编号, 内容, 公布的自查, 本次计算, 对照, 责任部门, 达标时限, 推进措施, 来源.
    """
    return listed(
        {
            "编号": table["code"],
            "内容": table["label"].replace("", "—"),
            "公布的自查": table["published"].map(PUBLISHED_WORDS),
            "本次计算": table["computed"].map(PUBLISHED_WORDS),
            "对照": table["agrees"].map(AGREEMENT_WORDS),
            "责任部门": table["departments"].replace("", "—"),
            "达标时限": table["deadline"].replace("", "—"),
            "推进措施": table["measure"].replace("", "—"),
            "来源": table["source"].replace("", "—"),
        }
    )


def describe_audit(table: pd.DataFrame) -> Text:
    """Say which published figures do not fit together (公布数字复算).

    Parameters
    ----------
    table
        What audit_figures gives.

    Returns
    -------
    Text
        A misfit is a question to the document, not a finding about the county.
    """
    if table.empty:
        return write("audit.none")
    bad = table[table["finding"].isin([DOES_NOT_FIT, EXCEEDS])]
    implied = table[table["finding"] == IMPLIES]
    return paragraphs(
        write("audit.text", total=len(table), bad=list(bad["label"]), implied=len(implied)),
        *(
            write("audit.case", label=row.label, printed=row.printed, readings=row.readings)
            for row in bad.itertuples()
        ),
    )


def tabulate_audit(table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate the published figures that can be recomputed (公布数字复算表).

    Parameters
    ----------
    table
        What audit_figures gives.

    Returns
    -------
    DataFrame
        Columns: 编号, 公布的数字, 印刷值, 复算值, 结果, 可能的读法, 对结论的影响, 来源.
    """
    return listed(
        {
            "编号": table["code"].replace("", "—"),
            "公布的数字": table["label"],
            "印刷值": table["printed"].replace("", "—"),
            "复算值": table["recomputed"].replace("", "—"),
            "结果": table["finding"].map(FINDING_WORDS),
            "可能的读法": table["readings"].replace("", "—"),
            "对结论的影响": table["verdicts"].replace("", "—"),
            "来源": table["source"],
        }
    )


def describe_targets(table: pd.DataFrame) -> Text:
    """Say which of the county's own targets are reached, beside the national rule (三层口径).

    Parameters
    ----------
    table
        What judge_targets gives.

    Returns
    -------
    Text
        The national rule decides; a local target is told beside it.
    """
    if table.empty:
        return write("targets.none")
    stricter = table[(table["national_verdict"] == MET) & (table["local_verdict"] == NOT_MET)]
    count = {verdict: int((table["local_verdict"] == verdict).sum()) for verdict in VERDICT_WORDS}
    return paragraphs(
        write("targets.text", total=len(table), **count),
        *(
            write(
                "targets.stricter",
                code=row.code,
                label=row.label,
                local=row.local,
                actual=row.actual,
                note=row.note,
            )
            for row in stricter.itertuples()
        ),
    )


def tabulate_targets(table: pd.DataFrame) -> pd.DataFrame:
    """Tabulate national rule, local target and actual value side by side (三层口径表).

    Parameters
    ----------
    table
        What judge_targets gives.

    Returns
    -------
    DataFrame
        Columns: 编号, 目标, 实际, 国家要求, 国家口径, 本县目标, 本县口径, 来源, 说明.
    """
    return listed(
        {
            "编号": table["code"],
            "目标": table["label"],
            "实际": table["actual"].replace("", "未提供"),
            "国家要求": table["national"],
            "国家口径": table["national_verdict"].map(VERDICT_WORDS),
            "本县目标": table["local"],
            "本县口径": table["local_verdict"].map(VERDICT_WORDS),
            "来源": table["source"],
            "说明": table["note"].replace("", "—"),
        }
    )


# ------------------------------------------------------------------------------------ problems


def describe_problems(problems: pd.DataFrame, unknown: pd.DataFrame) -> Text:
    """Say how many problems are to be entered in the ledger, and where most of them lie (问题清单).

    Parameters
    ----------
    problems, unknown
        What find_problems and find_unknown give.

    Returns
    -------
    Text
        What cannot be told is counted by itself.
    """
    if problems.empty:
        return paragraphs(
            write("problems.none"),
            write("problems.unknown", count=len(unknown)) if len(unknown) else "",
        )
    by_code = problems["code"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    towns = problems.loc[problems["town"] != "", "town"].value_counts(sort=False)
    towns = towns.sort_values(ascending=False, kind="stable").head(3)
    dated = problems.loc[problems["deadline"] != "", "deadline"]
    return paragraphs(
        write(
            "problems.text",
            total=len(problems),
            schools=problems.loc[problems["school_id"] != "", "school_id"].nunique(),
            codes=list(by_code.items()),
            towns=list(towns.items()),
            undated=len(problems) - len(dated),
        ),
        write("problems.unknown", count=len(unknown)) if len(unknown) else "",
    )


def tabulate_problems(problems: pd.DataFrame, stages: dict[str, str]) -> pd.DataFrame:
    """Tabulate the problems as the ledger opens them (问题清单表).

    Parameters
    ----------
    problems
        What find_problems gives.
    stages
        Stage ids and names.

    Returns
    -------
    DataFrame
        Columns: 编号, 学段, 学校, 镇街, 问题, 现值, 标准值, 最少整改量, 责任部门, 时限.
    """
    return listed(
        {
            "编号": problems["code"],
            "学段": problems["stage"].map(lambda stage: stages.get(stage, stage) or "—"),
            "学校": problems["school"].replace("", "—"),
            "镇街": problems["town"].replace("", "—"),
            "问题": problems["problem"],
            "现值": problems["value"].replace("", "—"),
            "标准值": problems["bar"].replace("", "—"),
            "最少整改量": (problems["amount"] + problems["unit"]).where(
                problems["amount"] != "", "—"
            ),
            "责任部门": problems["departments"].replace("", "—"),
            "时限": problems["deadline"].replace("", "未定"),
        }
    )
