"""The published self-check of Yiyuan, line by line, beside what the package computes from the same year's data."""

import pytest

import youzhi as yz
from youzhi.counties import load_county

# Every line of annex 2 of 源教体字〔2021〕18号, in our numbering: it prints 2.2 four times, 3.3 twice, and two vetoes as 4.3.
RESOURCES = [f"1.{number}" for number in range(1, 9)]
GUARANTEE = ["2.1", *(f"2.2({part})" for part in (1, 2, 3, 4))]
GUARANTEE += [f"2.{number}" for number in range(3, 16)]
QUALITY = ["3.1", "3.2", "3.3(1)", "3.3(2)", *(f"3.{number}" for number in range(4, 10))]
VETOES = [f"4.{number}" for number in range(1, 6)]
ANNEX_2 = [*RESOURCES, *GUARANTEE, *QUALITY, *VETOES]

NOT_MET = ["1.4", "1.5", "2.1", "2.3", "2.4", "2.5"]


def lines(county, year):
    return yz.assess_county(county, year).rows.set_index("code")


@pytest.fixture(scope="module")
def computed():
    return lines("yiyuan", 2020)


def test_yiyuan_2020_reproduces_the_published_self_check_row_by_row(computed):
    published = {row.code: row.verdict for row in load_county("yiyuan").self_check}
    assert list(published) == ANNEX_2  # 8 + 18 + 10 + 5 = 41 lines
    wanted = {"met": "met", "not_met": "not_met", "not_monitored": "cannot_tell"}
    told = {code: computed.loc[code, "verdict"] for code in published}
    assert told == {code: wanted[verdict] for code, verdict in published.items()}
    assert [code for code, verdict in told.items() if verdict == "not_met"] == NOT_MET


def test_yiyuan_2020_took_part_in_no_monitoring_and_the_reason_says_so(computed):
    published = {row.code: row.verdict for row in load_county("yiyuan").self_check}
    [code] = [code for code, verdict in published.items() if verdict == "not_monitored"]
    assert code == "3.9"
    assert "未参加监测" in computed.loc[code, "reason"]


def test_yiyuan_2020_says_nothing_of_falsification_and_it_stays_open(computed):
    """Annex 2 lists five vetoes; the sixth is neither found nor ruled out."""
    assert computed.loc["4.6", "verdict"] == "cannot_tell"
    assert "没有填报" in computed.loc["4.6", "reason"]
    assert set(computed.index) - set(ANNEX_2) == {"4.6", "S1"}


def test_yiyuan_2020_exceeds_the_size_limit_even_with_the_relief():
    """Two junior schools have over 2,000 pupils; only the one built by 2010 may have up to 2,400 until 2022."""
    places = yz.assess_county("yiyuan", 2020).places
    over = places[places["code"] == "2.4"]
    assert over[["numerator", "bar"]].values.tolist() == [[2208, 2000]]


def test_yiyuan_2021_has_no_oversize_class_left(computed):
    assert computed.loc["2.5", "verdict"] == "not_met"
    assert lines("yiyuan", 2021).loc["2.5", "verdict"] == "met"


def test_huantai_2024_meets_every_item_and_triggers_no_veto():
    rows = lines("huantai", 2024)
    resources = rows["part"].isin(["resources", "dispersion"])
    assert set(rows.loc[~resources, "verdict"]) == {"met"}


@pytest.mark.parametrize("year", [2022, 2023])
def test_wenling_lacks_only_rooms_and_small_schools_in_the_years_of_its_application(year):
    """It counts by campus, yet a school's size is that of all its campuses."""
    rows = lines("wenling", year)
    items = rows[~rows["part"].isin(["resources", "dispersion"])]
    assert items.index[items["verdict"] != "met"].tolist() == ["2.3", "2.4"]


def test_shanting_2018_has_the_only_veto_of_the_demonstration():
    vetoes = yz.assess_county("shanting", 2018).vetoes
    assert vetoes.loc[vetoes["verdict"] == "not_met", "code"].tolist() == ["4.4"]
