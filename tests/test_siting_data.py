"""Where to build, on published instances: the optimum that others found, and the proof of it."""

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from youzhi.siting import choose_sites, great_circle_km

DATA = Path(__file__).resolve().parents[2] / "shared/data"
ORLIB, FRANCISCO = DATA / "siting/orlib", DATA / "siting/sf"

pytestmark = pytest.mark.skipif(
    not ORLIB.is_dir(), reason="needs the published instances in ../shared/data/siting"
)


def published(kind):
    """Instances of a kind with their published optimum."""
    file = ORLIB / f"{kind}_opt.csv"
    if not file.is_file():
        return []
    with file.open(encoding="utf-8") as lines:
        return [(row["instance"], float(row["optimum"])) for row in csv.DictReader(lines)]


def numbers(name):
    return (ORLIB / f"{name}.txt").read_text(encoding="utf-8").split()


def read_network(name):
    """All shortest paths of a network without directions, and p; of a repeated edge the last length counts."""
    points, _, sites, *edges = map(int, numbers(name))
    far = np.full((points, points), np.inf)
    np.fill_diagonal(far, 0)
    for start, end, length in np.array(edges).reshape(-1, 3):
        far[start - 1, end - 1] = far[end - 1, start - 1] = length
    for way in range(points):
        far = np.minimum(far, far[:, way : way + 1] + far[way])
    return far, sites


def read_warehouses(name):
    """Costs of all of a customer's demand at a site, demands, capacities and fixed costs."""
    sites, customers, *rest = map(float, numbers(name))
    sites, customers, rest = int(sites), int(customers), np.array(rest)
    capacity, fixed = rest[: 2 * sites].reshape(sites, 2).T
    lines = rest[2 * sites :].reshape(customers, sites + 1)
    return lines[:, 1:], lines[:, 0], capacity, fixed


def read_clusters(name):
    """Distances rounded down, demands, capacity of every site, and p."""
    _, _, points, sites, capacity, *rest = map(int, numbers(name))
    _, x, y, demand = np.array(rest).reshape(points, 4).T
    distance = np.floor(np.hypot(x[:, None] - x, y[:, None] - y))
    return distance, demand, np.full(points, capacity), sites


@pytest.mark.parametrize(("name", "optimum"), published("pmed"))
def test_a_p_median_is_the_published_optimum_with_a_certificate(name, optimum):
    distance, sites = read_network(name)
    plan = choose_sites(np.ones(len(distance)), distance, sites=sites)
    assert plan.objective == plan.bound == plan.certified_bound == optimum
    assert (plan.gap, plan.proven, plan.proven_by) == (0, True, "certificate")
    assert plan.unique_rule
    assert len(plan.open) == sites


@pytest.mark.parametrize(("name", "optimum"), published("cap"))
def test_warehouses_with_capacities_cost_the_published_optimum(name, optimum):
    cost, demand, capacity, fixed = read_warehouses(name)
    plan = choose_sites(
        np.ones(len(demand)), cost, demand=demand, capacity=capacity, fixed_cost=fixed
    )
    # the published optima have three decimals
    assert plan.objective == pytest.approx(optimum, rel=1e-6)
    assert plan.certified_bound == pytest.approx(optimum, rel=1e-6)
    assert (plan.proven, plan.proven_by) == (True, "certificate")


@pytest.mark.parametrize(("name", "optimum"), published("pmedcap"))
def test_clusters_of_whole_points_cost_the_published_optimum(name, optimum):
    distance, demand, capacity, sites = read_clusters(name)
    plan = choose_sites(
        np.ones(len(demand)),
        distance,
        demand=demand,
        capacity=capacity,
        sites=sites,
        single_source=True,
    )
    assert plan.objective == plan.bound == optimum
    assert plan.proven
    assert plan.certified_bound <= optimum
    assert (np.bincount(plan.assignment, demand, len(capacity)) <= capacity).all()


def test_four_shops_in_san_francisco_are_as_near_as_published():
    name = "SF_network_distance_candidateStore_16_censusTract_205_new.csv"
    ways = pd.read_csv(FRANCISCO / name)
    distance = ways.pivot(index="DestinationName", columns="name", values="distance")
    people = ways.drop_duplicates("DestinationName").set_index("DestinationName")["demand"]
    people = people.reindex(distance.index).to_numpy()
    plan = choose_sites(people, distance.to_numpy(), sites=4)
    expected = json.loads((FRANCISCO / "expected_sf.json").read_text(encoding="utf-8"))
    mean = plan.objective / people.sum()
    assert mean == pytest.approx(expected["sf_pmedian_p4_mean_dist"], rel=1e-12)
    assert (plan.proven, plan.proven_by) == (True, "certificate")


def test_real_coordinates_of_a_county_are_solved_to_a_small_gap():
    file = DATA / "schools/tw_primary_2024_11counties.csv"
    table = pd.read_csv(file, encoding="utf-8-sig", dtype=str)
    county = table[table["縣市名稱"] == table["縣市名稱"].min()]
    places = county[["經度", "緯度"]].astype(float).to_numpy()
    pupils = county["學生人數"].astype(float).to_numpy()
    plan = choose_sites(pupils, great_circle_km(places, places), sites=20, nodes=50)
    assert plan.checked
    assert plan.gap < 0.01
    assert plan.certified_bound == plan.bound
