"""What a county has, checked in one pass and written into its folder, whole or not at all."""

from youzhi.imports.checking import Check, check_files
from youzhi.imports.importing import Imported, import_files
from youzhi.imports.standing import check_county

__all__ = ["Check", "Imported", "check_county", "check_files", "import_files"]
