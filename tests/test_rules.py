"""The rule files police themselves: sources, confidence, columns, and the numbers of the document itself."""

import re
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

import youzhi as yz
from youzhi import columns
from youzhi.columns import load_columns

STANDARDS = yz.list_standards()

# Bars of primary and junior schools in 源教体字〔2021〕18号 附件1 1.1-1.7, which quotes 教督〔2017〕6号.
BARS = {
    "1.1": ("4.2", "5.3"),
    "1.2": ("1", "1"),
    "1.3": ("0.9", "0.9"),
    "1.4": ("4.5", "5.8"),
    "1.5": ("7.5", "10.2"),
    "1.6": ("2000", "2500"),
    "1.7": ("2.3", "2.4"),
}


@pytest.fixture(params=STANDARDS)
def any_standard(request):
    return yz.load_standard(request.param)


@pytest.fixture(scope="module")
def plan(shared):
    """Item code -> line of annex 1 of the Yiyuan plan (源教体字〔2021〕18号), its first occurrence."""
    [path] = (shared / "seeds").glob("000_*.txt")
    items = re.findall(r"(?:^|\t)(\d\.\d+) ([^\t\n]+)", path.read_text(encoding="utf-8"), re.M)
    return dict(reversed(items))


def sourced_rules(standard):
    single = [standard.counting, standard.split, standard.dispersion_rule]
    single += [standard.school_rule] if standard.school_rule else []
    single.append(standard.dispersion_rule.weighting)
    lists = [standard.exclusion, standard.indicator, standard.reliefs, standard.part]
    return [*single, *(rule for rules in lists for rule in rules), *standard.item]


def checks_of(standard):
    """Item and check, for every check that is no finding."""
    pairs = ((item, check) for item in standard.item for check in item.check)
    return [(item, check) for item, check in pairs if check.kind != "finding"]


def bars_of(check):
    """Every number against which a check holds something."""
    if check.kind == "rooms":
        return {*check.bar.values(), Decimal(check.per_classes)}
    bar = check.bar or {}
    return set(bar.values()) if isinstance(bar, dict) else {bar}


# --- every standard file


@pytest.mark.parametrize("name", STANDARDS)
def test_the_file_name_is_the_id_of_the_standard(name):
    assert yz.load_standard(name).id == name


def test_every_rule_names_its_source_and_how_sure_it_is(any_standard):
    unnamed = [
        rule for rule in sourced_rules(any_standard) if not re.search(r"[一-鿿]", rule.source)
    ]
    assert unnamed == []
    assert {rule.confidence for rule in sourced_rules(any_standard)} <= set("VSIM")


def test_every_rule_that_is_not_seen_as_text_says_why(any_standard):
    assert [
        rule for rule in sourced_rules(any_standard) if rule.confidence != "V" and not rule.note
    ] == []


def test_every_indicator_has_labels_and_units_and_its_own_code(any_standard):
    indicators = any_standard.indicator
    assert all(i.label.zh and i.label.en and i.short and i.unit and i.gap_unit for i in indicators)
    for name in ("id", "code", "short"):
        assert len({getattr(i, name) for i in indicators}) == len(indicators)


def test_every_column_that_a_standard_names_is_in_the_dictionary(any_standard):
    names = [n for i in any_standard.indicator for n in (*i.numerator, *i.subtract)]
    names += [n for relief in any_standard.relief for n in relief.add]
    wanted = {name.format(stage=stage) for name in names for stage in any_standard.stages}
    assert wanted <= set(load_columns())


def test_the_gap_unit_of_an_indicator_is_the_unit_of_its_columns(any_standard):
    columns = load_columns()
    for indicator in any_standard.indicator:
        units = {
            columns[n.format(stage="primary")].unit
            for n in (*indicator.numerator, *indicator.subtract)
        }
        assert units == {indicator.gap_unit}
        assert indicator.unit.startswith(indicator.gap_unit + "/")


def test_every_school_type_that_a_standard_names_can_be_filled_in(any_standard):
    types = {name for names in any_standard.counting.stages.values() for name in names}
    types |= set(any_standard.split.stages) | {
        t for rule in any_standard.exclusion for t in rule.school_types
    }
    assert types <= set(load_columns()["school_type"].choices)


def test_no_bar_or_limit_is_zero_or_negative(any_standard):
    numbers = [bar for i in any_standard.indicator for bar in i.bar.values()]
    numbers += any_standard.dispersion_rule.limit.values()
    assert min(numbers) > 0


def test_the_floor_lies_below_the_bar(standard):
    assert 0 < standard.school_rule.floor < 1


# --- 教督〔2017〕6号


def test_the_2017_standard_has_seven_indicators_with_the_bars_of_the_rules(standard):
    found = {i.code: (i.bar["primary"], i.bar["junior"]) for i in standard.indicator}
    assert found == {code: tuple(map(Decimal, bars)) for code, bars in BARS.items()}


def test_the_2017_floors_are_85_percent_of_the_bars(standard):
    # 教督〔2017〕6号: the indicator below its bar must reach 85 % of it
    floors = ["3.57", "4.505", "0.85", "0.85", "0.765", "0.765", "3.825", "4.93"]
    floors += ["6.375", "8.67", "1700", "2125", "1.955", "2.04"]
    found = [bar * standard.school_rule.floor for i in standard.indicator for bar in i.bar.values()]
    assert found == list(map(Decimal, floors))


def test_the_2017_standard_wants_six_of_seven_and_each_coefficient_within_its_limit(standard):
    assert standard.school_rule.met_at_least == 6
    assert standard.dispersion_rule.limit == {"primary": Decimal("0.50"), "junior": Decimal("0.45")}
    assert standard.dispersion_rule.weighting.value == "pupils"


def test_the_2017_standard_prints_values_with_two_and_coefficients_with_three_decimals(standard):
    assert {i.decimals for i in standard.indicator} == {2}
    assert standard.dispersion_rule.decimals == 3


def test_the_2017_standard_counts_15_guarantees_9_quality_items_1_survey_and_6_vetoes(standard):
    counted = {part.id: part.items for part in standard.part}
    assert counted == {"guarantee": 15, "quality": 9, "recognition": 1, "veto": 6}


def test_only_rooms_grounds_equipment_and_classrooms_are_split(standard):
    assert [i.code for i in standard.indicator if i.shared] == ["1.4", "1.5", "1.6", "1.7"]


def test_senior_pupils_weigh_1_2_times_junior_ones_and_junior_1_1_times_primary_ones(standard):
    # 1.1 x 1.2 = 1.32
    weights = standard.split.weights
    assert weights == {
        "primary": 1,
        "junior": Decimal("1.1"),
        "senior": Decimal("1.1") * Decimal("1.2"),
    }


def test_indoor_sports_rooms_are_counted_once(standard):
    rooms, sports = (
        next(i for i in standard.indicator if i.code == code) for code in ("1.4", "1.5")
    )
    assert rooms.subtract == ["indoor_sports_area_m2"]
    assert "indoor_sports_area_m2" in sports.numerator


def test_private_schools_count_under_the_2017_standard(standard):
    assert [rule for rule in standard.exclusion if 10 in rule.organiser_codes] == []


def test_relief_is_off_for_data_from_2023_on(standard):
    assert [year for year in range(2017, 2031) if standard.relief_is_on(year)] == [
        2019,
        2020,
        2021,
        2022,
    ]


# --- the numbers of the document


@pytest.mark.parametrize("code", list(BARS))
def test_every_bar_stands_in_the_plan_at_the_item_that_the_source_names(plan, standard, code):
    indicator = next(i for i in standard.indicator if i.code == code)
    assert f"附件1 {code}" in indicator.source
    numbers = [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", plan[code])]
    assert set(indicator.bar.values()) <= set(numbers)
    # where the stages differ, the plan says the primary bar first
    if len(set(indicator.bar.values())) == 2:
        assert numbers[:2] == [indicator.bar["primary"], indicator.bar["junior"]]


@pytest.mark.parametrize("code", list(BARS))
def test_the_plan_says_at_least_for_every_indicator(plan, code):
    # 以上 means "or more": higher is better, and the bar itself is enough
    bars = {re.escape(bar) for bar in BARS[code]}
    assert all(re.search(rf"{bar} ?(?:人|平方米|元|间)以上", plan[code]) for bar in bars)


def test_the_plan_says_at_most_for_the_coefficients(plan, standard):
    limits = re.findall(r"(小学|初中)均小于或等于 ([\d.]+)", plan[standard.dispersion_rule.code])
    names = {label.zh: stage for stage, label in standard.stages.items()}
    assert {names[zh]: Decimal(limit) for zh, limit in limits} == standard.dispersion_rule.limit


def test_the_plan_has_as_many_items_as_the_standard_counts(plan, standard):
    counted = {part.id: part.items for part in standard.part}
    for chapter, items in (("2", counted["guarantee"]), ("3", counted["quality"])):
        codes = {int(code.split(".")[1]) for code in plan if code.startswith(f"{chapter}.")}
        assert codes == set(range(1, items + 1))


# --- the dictionary of columns


# --- the items


def test_every_item_has_labels_and_an_id_of_its_own(any_standard):
    items = any_standard.item
    assert all(i.label.zh and i.label.en and i.short for i in items)
    for name in ("id", "code", "short"):
        assert len({getattr(i, name) for i in items}) == len(items)
    ids = [(item.code, check.id) for item in items for check in item.check]
    assert len(set(ids)) == len(ids)


def test_items_stand_in_the_order_of_their_parts_and_numbers(standard):
    parts = [part.id for part in standard.part]
    order = [parts.index(item.part) for item in standard.item]
    assert order == sorted(order)
    numbers = [tuple(map(int, re.findall(r"\d+", i.code))) for i in standard.item if "." in i.code]
    assert numbers == sorted(numbers)


def test_every_bar_of_an_item_stands_in_the_plan_at_its_row(plan, standard):
    """Class size, funding, shares: 附件1 quotes the national text; sizes in 人 and ㎡ there, too."""
    by_rule_only = {"attached_classes"}  # 规程, not in the annex
    for item, check in checks_of(standard):
        code = item.code.partition("(")[0]
        if (
            code not in plan
            or check.id in by_rule_only
            or (check.kind == "ratio" and check.against)
        ):
            continue
        numbers = {Decimal(n) for n in re.findall(r"\d+(?:\.\d+)?", plan[code])}
        roman = {Decimal(3)} if "Ⅲ" in plan[code] else set()
        counts = {Decimal(0)}  # no class over the limit: said in words
        assert bars_of(check) - numbers - roman - counts == set(), (item.code, check.id)


def test_reliefs_of_items_are_softer_than_the_bars_they_replace(standard):
    for _, check in checks_of(standard):
        for relief in check.reliefs:
            for name, soft in relief.bar.items():
                own = check.bar[name]
                assert soft > own if getattr(check, "test", "") == "at_most" else soft < own
            assert relief.duty


def test_every_county_figure_is_asked_for_by_an_item_or_by_a_form(standard):
    """A figure that nothing uses would be filled in for nobody."""
    both = [standard, yz.load_standard("jiaodu-2012-3")]
    asked = {name for one in both for i in one.item for c in i.check for name in c.asks}
    asked |= {c.stated for one in both for i in one.item for c in i.check if c.kind == "ratio"}
    asked = {name.replace("{subject}", s) for name in asked for s in columns.load_subjects()}
    text = (Path(columns.__file__).parent / "forms/forms.toml").read_text(encoding="utf-8")
    unused = {name for name in columns.load_figures() if name not in asked and name not in text}
    assert unused == set()


@pytest.fixture(scope="module")
def columns_file():
    path = Path(columns.__file__).parent / "columns.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))["column"]


def test_every_column_has_a_header_labels_a_kind_and_a_meaning(columns_file):
    assert [
        c["id"]
        for c in columns_file
        if not (c["headers"] and all(c["label"].values()) and c["meaning"])
    ] == []
    kinds = {"text", "choice", "boolean", "integer", "decimal", "areas"}
    assert {c["kind"] for c in columns_file} <= kinds


def test_no_header_means_two_columns(columns_file):
    names = [name for c in load_columns().values() for name in (c.id, *c.headers)]
    assert len(names) == len(set(names))
    assert len({c["id"] for c in columns_file}) == len(columns_file)


def test_every_number_has_a_range():
    bounded = [c for c in load_columns().values() if c.kind in ("integer", "decimal", "areas")]
    assert [c.id for c in bounded if c.min is None or c.max is None or not c.min < c.max] == []


def test_the_unit_is_part_of_the_id_of_areas_and_money():
    for column in load_columns().values():
        assert column.id.endswith("_m2") == (column.unit == "㎡"), column.id
        assert column.id.endswith("_yuan") == (column.unit == "元"), column.id


def test_a_column_is_bounded_only_by_a_column_of_the_same_unit():
    columns = load_columns()
    pairs = [(c, columns[c.at_most]) for c in columns.values() if c.at_most]
    assert len(pairs) > 5
    assert [part.id for part, whole in pairs if part.unit != whole.unit] == []
