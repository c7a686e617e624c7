"""What an outlook rests on and is held against, in words: entrants, method, the plan's figures, schools, the rule."""

from __future__ import annotations

import pandas as pd

from youzhi.enrolment import METHOD_WORDS
from youzhi.enrolment.assumptions import load_assumptions
from youzhi.narrative.outlook import count, level_text, narrow_aheads, people, range_text, span
from youzhi.narrative.text import Text, paragraphs, write
from youzhi.outlooks import ALL_STAGES, Outlook
from youzhi.seats import load_seat_rules
from youzhi.verdicts import CANNOT_TELL

ENTRANT_WORDS = {
    "census": "普查年龄组推算",
    "births": "全国出生数推算",
    "assumed": "假定",
    "unknown": "没有普查数据",
}
YARDSTICK = "mean"
COMPULSORY, KINDERGARTEN = "compulsory_pupils", "kindergarten_pupils"
_MOST_NAMED = 3


def describe_entrants(outlook: Outlook) -> Text:
    """Say how many children reach school age, and how that is known (入学年龄人口).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        The most and the fewest after them, the source of every year, and the share that sits in grade 1.
    """
    known = outlook.entrants.dropna(subset="pupils").set_index("year")["pupils"]
    if known.empty:
        return write("outlook_entrants.none", year=outlook.year)
    shown = known.loc[int(outlook.history.index[0]) :]
    after = shown.loc[shown.idxmax() :]
    facts = {"first": shown.index[0], "last": shown.index[-1], "most_year": shown.idxmax()}
    facts |= {"most": count(shown.max()), "least_year": after.idxmin(), "least": count(after.min())}
    sources = entrant_sources(outlook.entrants)
    sources = sources[sources.index >= shown.index[0]]
    return paragraphs(
        write(
            f"outlook_entrants.{'text' if len(after) > 1 else 'flat'}",
            **facts,
            fall=1 - after.min() / shown.max(),
        ),
        write(
            "outlook_entrants.sources",
            sources=[
                (word, span(list(sources.index[sources == kind])))
                for kind, word in ENTRANT_WORDS.items()
                if (sources == kind).any()
            ],
        ),
        _tell_enrolled(outlook, known),
    )


def _tell_enrolled(outlook: Outlook, known: pd.Series) -> Text | str:
    shares = (outlook.history[1] / known).dropna().iloc[-load_assumptions().progression.window :]
    if shares.empty:
        return ""
    return write("outlook_entrants.ratio", years=len(shares), low=shares.min(), high=shares.max())


def entrant_sources(entrants: pd.DataFrame) -> pd.Series:
    """Year of entry to the weakest of what its number rests on: census, births, assumed, unknown (来历)."""
    told = entrants["kind"].mask(entrants["kind"] != "assumed", "births")
    told = told.mask((told == "births") & (entrants["spread"] == 0), "census")
    return told.mask(entrants["pupils"].isna(), "unknown").set_axis(entrants["year"])


def describe_method_outlook(outlook: Outlook) -> Text:
    """Say by which method was projected, why, and how far it went wrong in the past (推算方法和回测).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        The plain yardstick is always named beside the method; the conventions follow as a list.
    """
    rules = load_assumptions()
    parts = (rules.entry, rules.census, rules.beyond, rules.progression)
    parts += (rules.yardstick, rules.bands, rules.backtest, rules.publication)
    return paragraphs(
        _tell_choice(outlook),
        *_tell_errors(outlook),
        write("outlook_method.synthetic") if "synthetic" in outlook.kinds["history"] else "",
        write("outlook_method.conventions", rows=[(part.label, part.why) for part in parts]),
    )


def _tell_choice(outlook: Outlook) -> Text:
    tested = outlook.backtests[outlook.backtests["n"] > 0]
    mape = tested.groupby("method")["mape"].mean()
    name = METHOD_WORDS[outlook.method]
    if not outlook.chosen:
        return write("outlook_method.by_hand", name=name)
    if outlook.method not in mape:
        return write("outlook_method.untested", name=name)
    rivals = [method for method in outlook.methods if method != "last"]
    first = write(
        "outlook_method.chosen",
        name=name,
        tried=len(rivals),
        aheads=tested["ahead"].drop_duplicates().tolist(),
        mape=mape[outlook.method],
    )
    others = [(METHOD_WORDS[one], mape[one]) for one in rivals if one != outlook.method]
    if outlook.method == YARDSTICK:
        told = write("outlook_method.is_yardstick", others=others)
    else:
        plain = {"name": METHOD_WORDS[YARDSTICK], "mape": mape[YARDSTICK]}
        told = write("outlook_method.yardstick", **plain)
    better = _list_better(tested[tested["method"].isin(rivals)], outlook.method)
    return Text(first + told + (write("outlook_method.better", rows=better) if better else ""))


def _list_better(tested: pd.DataFrame, chosen: str) -> list[tuple]:
    """Where another method had less error at one number of years ahead, though not on the whole."""
    own = tested[tested["method"] == chosen].set_index("ahead")["mape"]
    others = tested[tested["mape"].round(4) < tested["ahead"].map(own).round(4)]
    return [
        (row.ahead, METHOD_WORDS[row.method], row.mape, own[row.ahead])
        for row in others.sort_values("ahead", kind="stable").itertuples()
    ]


def _tell_errors(outlook: Outlook) -> list[Text]:
    own = outlook.backtests[outlook.backtests["method"] == outlook.method]
    tested, narrow, level = own[own["n"] > 0], narrow_aheads(outlook), level_text()
    untested = own.loc[own["n"] == 0, "ahead"].tolist()
    rows = [
        (row.ahead, row.mape, row.bias, None if pd.isna(row.coverage) else row.coverage, row.n)
        for row in tested.itertuples()
    ]
    told = [write("outlook_method.errors", rows=rows, level=level)] if rows else []
    widened = [
        (row.ahead, row.enrolled, row.coming, row.coverage_widened)
        for row in tested.itertuples()
        if row.ahead in narrow
    ]
    if narrow:
        told.append(write("outlook_method.narrow", aheads=narrow, level=level, widened=widened))
    told += [write("outlook_method.few", aheads=untested)] if untested else []
    farthest, ahead = tested["ahead"].max(), outlook.to - outlook.year
    far = {"to": outlook.to, "ahead": ahead, "tested": farthest}
    return told + ([write("outlook_method.far", **far)] if ahead > farthest else [])


def describe_plan(outlook: Outlook) -> Text:
    """Say what the county's documents expect of pupils, and what comes after them (规划数与推算).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        Where pupils are to grow while kindergartens shrink, the peak and the fall after it are told; a county without
        such figures is told so.
    """
    if outlook.plan.empty:
        return write("outlook_plan.none", county=outlook.name_zh)
    facts = {name: table for name, table in outlook.plan.groupby("fact", sort=False)}
    changes = {
        name: table["published"].iloc[-1] - table["published"].iloc[0]
        for name, table in facts.items()
    }
    ours = outlook.plan.dropna(subset="pupils")
    turns = changes.get(COMPULSORY, 0) > 0 > changes.get(KINDERGARTEN, 0)
    seen = ours.loc[ours["kind"] == "observed", "year"].tolist()
    ahead = ours[(ours["fact"] == COMPULSORY) & (ours["kind"] == "projected")]
    made = "synthetic" in outlook.kinds["history"] and seen
    return paragraphs(
        *(_tell_change(table) for table in facts.values()),
        _tell_turn(outlook) if turns else "",
        *(_tell_ours(row) for row in ahead.itertuples()),
        *(_tell_children(row) for row in ours[ours["fact"] == KINDERGARTEN].itertuples()),
        write("outlook_plan.synthetic", years=seen) if made else "",
    )


def _tell_change(table: pd.DataFrame) -> Text:
    first, last = table.iloc[0], table.iloc[-1]
    facts = {"source": first["source"], "label": first["label"]}
    if first["year"] == last["year"]:
        count = people(first["published"])
        return write("outlook_plan.one", **facts, year=first["year"], count=count)
    share = last["published"] / first["published"] - 1
    return write(
        "outlook_plan.change",
        **facts,
        first=first["year"],
        before=people(first["published"]),
        last=last["year"],
        after=people(last["published"]),
        word="增加" if share >= 0 else "减少",
        share=abs(share),
    )


def _tell_turn(outlook: Outlook) -> Text | str:
    peak = outlook.peaks.set_index("stage").loc[ALL_STAGES]
    if pd.isna(peak["peak_year"]) or peak["change"] >= 0:
        return ""
    end = outlook.totals.set_index("year").loc[outlook.to]
    return write(
        "outlook_plan.turn",
        peak=peak["peak_year"],
        most=people(peak["peak_pupils"]),
        to=outlook.to,
        end=people(end["pupils"]),
        range=range_text(end["low"], end["high"]),
        fall=-peak["change"],
    )


def _tell_ours(row) -> Text:
    known = pd.notna(row.low)
    inside = known and row.low <= row.published <= row.high
    side = "在区间内" if inside else "低于区间" if row.published < row.low else "高于区间"
    return write(
        "outlook_plan.ours",
        year=row.year,
        published=people(row.published),
        pupils=people(row.pupils),
        range=range_text(row.low, row.high),
        side=side if known else "没有区间可比",
    )


def _tell_children(row) -> Text:
    """Children in kindergarten beside those who reach school age in the years after."""
    share = row.published / row.pupils - 1
    return write(
        "outlook_plan.kindergarten",
        year=row.year,
        label=row.label,
        published=people(row.published),
        years=load_assumptions().kindergarten.years,
        pupils=people(row.pupils),
        word="多" if share >= 0 else "少",
        share=abs(share),
    )


def describe_school_seats(outlook: Outlook) -> Text:
    """Say how many schools have more pupils than seats (学校学位).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        Of the newest school table not after the last year of the history; the fullest schools are named.
    """
    table = outlook.schools
    known, year = table.dropna(subset="ratio"), int(table["year"].max())
    if known.empty:
        return write("outlook_schools.none", year=year)
    over = known[known["free"] < 0]
    fullest = known.sort_values("ratio", ascending=False, kind="stable").iloc[:_MOST_NAMED]
    unknown = int((table["band"] == CANNOT_TELL).sum())
    return paragraphs(
        write(
            "outlook_schools.text",
            year=year,
            total=len(known),
            bands=[
                (word, int((known["band"] == band).sum()))
                for band, word in load_seat_rules().names.items()
            ],
            over=len(over),
            lack=count(-over["free"].sum()),
        ),
        write(
            "outlook_schools.fullest",
            schools=list(zip(fullest["school"], fullest["ratio"], strict=True)),
        ),
        write("outlook_schools.unknown", count=unknown) if unknown else "",
        write("outlook_schools.listed"),
    )


def describe_seat_rule(outlook: Outlook) -> Text:
    """Say where the bands come from, how sure that is, and what they are to this county (预警规则的来源).

    Parameters
    ----------
    outlook
        What make_outlook gives.

    Returns
    -------
    Text
        The rule with document, date and confidence; whether the county issued it.
    """
    rules = load_seat_rules()
    highest = [band.from_percent for band in rules.band]
    facts = {
        "bands": [
            (band.label.zh, band.from_percent, high)
            for band, high in zip(rules.band, [None, *highest], strict=False)
        ],
        "demand": rules.rule.demand.zh,
        "supply": rules.rule.supply.zh,
        "basis": rules.basis.title,
        "date": rules.rule.date.isoformat(),
    }
    facts |= {name: getattr(rules.rule, name) for name in ("issuer", "title")}
    facts |= {name: getattr(rules.rule, name) for name in ("source", "confidence", "note")}
    for name, part in (
        ("basis", rules.basis),
        ("admission", rules.admission),
        ("capacity", rules.capacity),
    ):
        facts |= {f"{name}_{one}": getattr(part, one) for one in ("source", "confidence", "note")}
    facts |= {
        "basis_number": rules.basis.number,
        "admission": rules.admission.label.zh,
        "capacity": rules.capacity.label.zh,
    }
    own = rules.rule.place == outlook.county
    return paragraphs(
        write("seat_rule.own", issuer=rules.rule.issuer)
        if own
        else write("seat_rule.other", county=outlook.name_zh),
        write("seat_rule.text", **facts),
    )
