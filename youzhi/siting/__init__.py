"""Where to build: location models with a bound, a certificate and an independent recomputation for every plan."""

from youzhi.siting.cases import CountyCase, county_case
from youzhi.siting.choose import choose_sites
from youzhi.siting.distances import great_circle_km, read_distances
from youzhi.siting.result import SitePlan, SitingError

__all__ = [
    "CountyCase",
    "SitePlan",
    "SitingError",
    "choose_sites",
    "county_case",
    "great_circle_km",
    "read_distances",
]
