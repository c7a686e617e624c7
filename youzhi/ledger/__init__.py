"""The ledger of problems (问题台账): what fails, who mends it by when, and how each entry is closed (销号).

The program finds problems and keeps their state; the county keeps the file, by hand, for years.
"""

from youzhi.ledger.files import format_ledger, new_ledger, read_ledger
from youzhi.ledger.problems import Scope, find_problems, find_scope, find_unknown
from youzhi.ledger.updates import describe_update, update_ledger
from youzhi.ledger.visits import describe_visit, look_back

__all__ = [
    "Scope",
    "describe_update",
    "describe_visit",
    "find_problems",
    "find_scope",
    "find_unknown",
    "format_ledger",
    "look_back",
    "new_ledger",
    "read_ledger",
    "update_ledger",
]
