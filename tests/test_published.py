"""What the county cards say stands in the documents that they name, near the item that they name."""

import re

import pytest

import youzhi as yz
from youzhi.counties import list_counties, load_county

# Document -> file of the reference material; a source begins with the document.
DOCUMENTS = {
    "源教体字〔2021〕18号": "000_*",
    "桓政办字〔2021〕46号": "001_*",
    "源政字〔2023〕36号": "002_*",
    "温岭市创建全国义务教育优质均衡发展市实施方案（2020年4月27日）": "003_*",
    "山政办发〔2017〕12号": "004_*",
}
# The blocks of the duty table of the Wenling plan, each numbered from 1.
BLOCKS = ("资源配置", "政府保障程度", "教育质量", "社会认可度调查", "一票否决")
WORDS = {"met": "是", "not_met": "否", "not_monitored": "未参加监测"}
CHINESE = {3: "三", 4: "四"}
COUNTIES = ("huantai", "shanting", "wenling", "yiyuan")
KINDS = ("fact", "target", "department", "self_check", "claim")

CARDS = {county: load_county(county) for county in COUNTIES}
ENTRIES = [
    pytest.param(entry, id=f"{county}-{kind}-{number}")
    for county, card in CARDS.items()
    for kind in KINDS
    for number, entry in enumerate(getattr(card, kind))
]


# --- reading a document


@pytest.fixture(scope="module")
def documents(shared):
    """Document -> place -> its text."""
    texts = {}
    for name, pattern in DOCUMENTS.items():
        [path] = (shared / "seeds").glob(pattern)
        texts[name] = path.read_text(encoding="utf-8")
    yiyuan, huantai, plan, wenling, shanting = (same_signs(texts[name]) for name in DOCUMENTS)
    body, annex1, annex2 = re.split(r"^附件 ?[12]:$", yiyuan, flags=re.M)
    outlined = {f"正文{place}": text for place, text in outline(body).items()}
    tables = {
        name: between(plan, *ends)
        for name, ends in {"表1": ("表1", "二、重点任务"), "表2": ("表2", "三、组织实施")}.items()
    }
    places = dict(
        zip(
            DOCUMENTS,
            [
                outlined | annex_rows(annex1, "附件1") | annex_rows(annex2, "附件2"),
                outline(huantai),
                outline(plan) | tables,
                outline(wenling.rpartition("职责分解表")[0])
                | duty_rows(wenling.rpartition("职责分解表")[2]),
                outline(shanting),
            ],
            strict=True,
        )
    )
    heads = {name: same_signs(text).partition("一、")[0] for name, text in texts.items()}
    return {name: {"文头": heads[name], **found} for name, found in places.items()}


def same_signs(text):
    """Half-width brackets and points made full-width or plain; one heading that the copy numbered otherwise."""
    for old, new in {"(": "（", ")": "）", "．": ".", "1、 评估": "一、评估"}.items():
        text = text.replace(old, new)
    return text


def between(text, start, end):
    return text.partition(start)[2].partition(end)[0]


def outline(text):
    """Place such as 二（一）1（2） -> text up to the next heading of the same rank or a higher one."""
    ranks = (r"[一二三四五六七]、", r"（[一二三四五六七]）", r"\d{1,2}\.(?!\d)", r"（\d）")
    marks = [
        (found.start(), rank, found[0])
        for rank, sign in enumerate(ranks)
        for found in re.finditer(rf"^{sign}", text, re.M)
    ]
    places, path = {}, ["", "", "", ""]
    ends = [*sorted(marks), (len(text), 0, "")]
    for at, rank, sign in sorted(marks):
        path[rank:] = [sign.rstrip("、."), *[""] * (3 - rank)]
        end = next(stop for stop, other, _ in ends if stop > at and other <= rank)
        places.setdefault("".join(path), text[at:end])
    return places


def annex_rows(text, name):
    """Place such as 附件2 2.3 -> the row; an empty cell of departments belongs to the row above."""
    places, above = {}, ""
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.split("\t")]
        at = next((n for n, cell in enumerate(cells) if re.match(r"\d\.\d+ ", cell)), None)
        if at is None:
            continue
        code, content, *rest = cells[at].partition(" ")[::2] + tuple(cells[at + 1 :])
        above = (rest[0] if rest else "") or above
        row = "\t".join([content, above, *rest[1:]])
        place = f"{name} {code}"
        places[place] = f"{places[place]}\n{row}" if place in places else row
    return places


def duty_rows(text):
    """Place such as 附件2 政府保障程度5 -> the row; a block begins where the numbers begin again."""
    marks = [(m.start(), int(m[1])) for m in re.finditer(r"^(\d{1,2})$", text, re.M)]
    ends = [at for at, _ in marks[1:]] + [len(text)]
    block, places = -1, {}
    for (at, number), end in zip(marks, ends, strict=True):
        block += number == 1
        single = BLOCKS[block] in BLOCKS[3:]
        places[f"附件2 {BLOCKS[block]}{'' if single else number}"] = text[at:end]
    return places


def texts_at(source, documents):
    """The texts of all places that a source names; of a row with a hint in brackets, the row with that hint."""
    found = []
    for part in source.split("；"):
        name = next(name for name in DOCUMENTS if part.startswith(name))
        head, _, rest = part.removeprefix(name).strip().rpartition(" ")
        for place in same_signs(rest).split("、"):
            place, hint = (
                re.fullmatch(r"(.*?\d\.\d)（(\D+)）|(.*)", place).group(1, 2)
                if re.fullmatch(r".*\d\.\d（\D+）", place)
                else (place, "")
            )
            text = documents[name][f"{head} {place}".strip()]
            rows = [row for row in text.split("\n") if squeeze(hint) in squeeze(row)]
            found.append("\n".join(rows) if hint else text)
    return "\n".join(found)


def squeeze(text):
    return re.sub(r"\s", "", text)


def says(text, printed):
    """Whether a number stands there as a number of its own, or words stand there whatever the spaces."""
    if re.fullmatch(r"\d+(\.\d+)?", printed):
        return re.search(rf"(?<![\d.]){re.escape(printed)}(?!\d|\.\d)", text) is not None
    return squeeze(printed) in squeeze(text)


def longest_common_run(a, b):
    """Length of the longest run of signs that stands in both."""
    return max(
        (n for at in range(len(a)) for n in range(1, len(a) - at + 1) if a[at : at + n] in b),
        default=0,
    )


def plain(number):
    if isinstance(number, str):
        return number
    return f"{number:g}" if number == int(number) else str(number)


# --- every entry


def test_the_cards_of_the_four_counties_are_looked_at():
    assert set(list_counties()) >= set(COUNTIES)
    assert {kind for kind in KINDS for card in CARDS.values() if getattr(card, kind)} == set(KINDS)


@pytest.mark.parametrize("entry", ENTRIES)
def test_every_entry_names_a_document_and_a_place_in_it(entry, documents):
    assert entry.confidence
    assert texts_at(entry.source, documents).strip()


@pytest.mark.parametrize("fact", [entry for entry in ENTRIES if "-fact-" in entry.id])
def test_every_published_figure_stands_at_its_item(fact, documents):
    text = texts_at(fact.source, documents)
    assert says(text, fact.printed or plain(fact.value)) or says(text, str(fact.value))


@pytest.mark.parametrize("fact", [entry for entry in ENTRIES if "-fact-" in entry.id])
def test_a_figure_in_base_units_is_the_printed_one_times_a_power_of_ten(fact):
    if re.fullmatch(r"\d+(\.\d+)?", fact.printed):
        times = round(fact.value / float(fact.printed), 6)
        assert times in (10_000, 100_000_000)


@pytest.mark.parametrize("target", [entry for entry in ENTRIES if "-target-" in entry.id])
def test_every_local_target_stands_at_its_item(target, documents):
    text = texts_at(target.source, documents)
    bars = [target.value] if target.bars is None else target.bars.values()
    numbers = [plain(bar) for bar in bars if bar is not None]
    numbers += [str(number) for number in (target.counted_as, target.pupils_from) if number]
    assert numbers
    assert [number for number in numbers if not says(text, number)] == []
    if target.years:
        assert says(text, f"{CHINESE[target.years]}年巩固率")
    if target.reading == "each":
        assert says(text, "各1间")


@pytest.mark.parametrize("department", [entry for entry in ENTRIES if "-department-" in entry.id])
def test_every_department_stands_at_its_item(department, documents):
    text = texts_at(department.source, documents)
    # 财政、国税等部门: one word for several names
    names = [name.removesuffix("部门") for name in department.names]
    assert [name for name in names if not says(text, name)] == []


@pytest.mark.parametrize("claim", [entry for entry in ENTRIES if "-claim-" in entry.id])
def test_every_recomputed_figure_stands_at_its_item(claim, documents):
    if claim.printed:
        assert says(texts_at(claim.source, documents), claim.printed)


# --- the self-check of Yiyuan, 源教体字〔2021〕18号 附件2


@pytest.mark.parametrize("row", [entry for entry in ENTRIES if "-self_check-" in entry.id])
def test_every_row_of_the_self_check_is_the_published_one(row, documents):
    _, names, verdict, deadline, *_ = texts_at(row.source, documents).split("\t")
    assert f"附件2 {row.printed}" in row.source
    assert (verdict, squeeze(names)) == (WORDS[row.verdict], "、".join(row.departments))
    year, _, month = row.deadline.partition("-")
    assert squeeze(deadline) == (f"{year}年" if year else "") + (f"{int(month)}月" if month else "")


def test_the_self_check_has_every_row_of_the_annex(documents):
    rows = documents["源教体字〔2021〕18号"]
    printed = [
        place.split()[1]
        for place, text in rows.items()
        if place.startswith("附件2")
        for _ in text.split("\n")
    ]
    assert sorted(row.printed for row in CARDS["yiyuan"].self_check) == sorted(printed)


@pytest.mark.parametrize(
    "entry",
    [entry for entry in ENTRIES if "-self_check-" in entry.id or "-department-" in entry.id],
)
def test_measures_and_tasks_are_said_in_our_own_words(entry, documents):
    said = getattr(entry, "measure", "") or getattr(entry, "task", "")
    assert longest_common_run(said, squeeze(texts_at(entry.source, documents))) < 13


def test_yiyuan_says_six_rows_are_not_met_and_one_was_not_monitored():
    rows = CARDS["yiyuan"].self_check
    found = {verdict: [row.code for row in rows if row.verdict == verdict] for verdict in WORDS}
    assert found["not_met"] == ["1.4", "1.5", "2.1", "2.3", "2.4", "2.5"]
    assert found["not_monitored"] == ["3.9"]
    assert len(found["met"]) == len(rows) - 7


# --- codes


@pytest.mark.parametrize("county", COUNTIES)
def test_every_code_and_check_of_a_card_is_in_a_standard_of_the_county(county):
    card = CARDS[county]
    standards = [yz.load_standard(entry.id) for entry in card.standard]
    checks = {item.code: {check.id for check in item.check} for s in standards for item in s.item}
    codes = {*checks, *(s.dispersion_rule.code for s in standards)}
    codes |= {indicator.code for s in standards for indicator in s.indicator}
    used = {entry.code for kind in KINDS[1:] for entry in getattr(card, kind)} - {""}
    assert used <= codes
    wanted = [(entry.code, entry.check) for entry in [*card.target, *card.claim] if entry.check]
    # one local target speaks of both stages where the standard has a check for each: in_zone
    assert [
        (code, name) for code, name in wanted if not any(c.startswith(name) for c in checks[code])
    ] == []


def test_the_self_check_has_every_code_but_the_survey_and_falsification(standard):
    # 源教体字〔2021〕18号 附件2 has no row for either
    codes = {item.code for item in standard.item} | {i.code for i in standard.indicator}
    codes |= {standard.dispersion_rule.code}
    rows = CARDS["yiyuan"].self_check
    assert codes - {row.code for row in rows} == {"S1", "4.6"}


def test_yiyuan_names_departments_by_annex_1_first():
    card = CARDS["yiyuan"]
    assert card.departments_for("2.3") == ["发展规划科", "体卫艺科"]
    assert [d.names for d in card.department if d.code == "2.3"] == [
        ["发展规划科", "体卫艺科"],
        ["校产科"],
    ]


@pytest.mark.parametrize("county", ["yiyuan", "huantai", "wenling"])
def test_every_item_but_those_that_the_plan_leaves_out_has_a_department(county, standard):
    codes = [i.code for i in standard.indicator] + [standard.dispersion_rule.code]
    codes += [item.code for item in standard.item]
    left_out = {code for code in codes if not CARDS[county].departments_for(code)}
    assert (
        left_out
        == {
            "yiyuan": {"S1", "4.6"},
            "huantai": {"1.8", "2.5", "4.5", "4.6"},
            "wenling": {"1.8"},
        }[county]
    )


def test_yiyuan_funds_small_schools_in_two_steps_without_a_gap():
    # 源教体字〔2021〕18号 附件2 2.6: below 100 as 100, the others below 200 as 200
    steps = [t for t in CARDS["yiyuan"].targets if t.code == "2.6"]
    assert [(step.pupils_from, step.counted_as) for step in steps] == [(None, 100), (100, 200)]
