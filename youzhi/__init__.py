"""youzhi (优质): whether, and how, a Chinese county reaches high-quality balanced compulsory education.

The public vocabulary; everything is loaded when it is first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOMES = {
    "errors": ["DataError", "YouzhiError"],
    "standards": ["Standard", "list_standards", "load_standard"],
    "tables": ["SchoolTable"],
    "county_items": ["CountyItems"],
    "intake": ["read_items", "read_schools"],
    "indicators": ["compute_indicators"],
    "coefficients": ["compute_coefficients", "difference_coefficient"],
    "verdicts": ["judge_dispersion"],
    "inequality": ["measure_inequality"],
    "assessment": ["Assessment", "assess", "assess_county", "assess_years"],
    "rankings": ["rank_counties"],
    "audits": ["audit_figures"],
    "enrolment": ["backtest_enrolment", "project_enrolment"],
    "outlooks": ["make_outlook"],
    "scenarios": ["apply_scenario", "list_scenarios", "load_scenario"],
    "siting": ["choose_sites"],
    "trials": ["compare", "run_trial"],
    "comparisons": ["compare_counties"],
    "commitments": ["report_progress"],
    "ledger": ["find_problems"],
    "forms": ["make_forms"],
    "template": ["make_template"],
    "imports": ["check_county", "check_files", "import_files"],
    "reports": ["plan_jobs", "run_batch", "run_comparison", "run_report"],
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name: str):
    if name not in _HOME_OF:
        raise AttributeError(f"module 'youzhi' has no attribute '{name}'")
    value = getattr(import_module(f"youzhi.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
