"""Notebooks become reports: run for each county and year, or for several counties, kept as executed notebook and HTML page."""

from youzhi.reports.batch import run_batch
from youzhi.reports.manifest import plan_jobs
from youzhi.reports.report import run_comparison, run_report

__all__ = ["plan_jobs", "run_batch", "run_comparison", "run_report"]
