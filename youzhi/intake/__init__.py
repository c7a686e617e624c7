"""Files to validated tables, with one list of all faults."""

from youzhi.intake.items import read_items
from youzhi.intake.schools import read_schools

__all__ = ["read_items", "read_schools"]
