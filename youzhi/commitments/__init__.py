"""What the plans promise, and whether it was kept: milestones, targets, projects and standing duties.

The promises stand in <county>/commitments.toml with their documents; each says how it can be checked. The package
reads them, gathers what the county's data say, and judges every promise at a date that is given.
"""

from youzhi.commitments.evidence import Evidence, gather_evidence
from youzhi.commitments.models import Commitments, load_commitments
from youzhi.commitments.progress import (
    CANNOT_BE_JUDGED,
    COMMITMENT_COLUMNS,
    CONTRADICTED,
    NOT_DUE,
    OVERDUE,
    SHORT,
    STATUS_WORDS,
    judge_commitments,
    report_progress,
    word_status,
)

__all__ = [
    "CANNOT_BE_JUDGED",
    "COMMITMENT_COLUMNS",
    "CONTRADICTED",
    "NOT_DUE",
    "OVERDUE",
    "SHORT",
    "STATUS_WORDS",
    "Commitments",
    "Evidence",
    "gather_evidence",
    "judge_commitments",
    "load_commitments",
    "report_progress",
    "word_status",
]
