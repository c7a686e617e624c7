"""What all rules of plausibility look at: the table, last year's, the standard, and how a finding is worded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from youzhi.columns import load_columns
from youzhi.conditions import stage_numbers
from youzhi.indicators import StageIndicators, measure_indicators
from youzhi.intake.findings import Finding, Place, Rule, make_finding
from youzhi.plausibility.effects import explain_effect
from youzhi.plausibility.pairing import Years
from youzhi.sections import Sections, make_sections
from youzhi.standards import BarRelief, Relief, Standard
from youzhi.tables import SchoolTable

# What a rule gives.
Found = Iterator[Finding]


@dataclass(frozen=True)
class Survey:
    """One county-year under review (待查数据表).

    Attributes
    ----------
    schools, before
        The table, and that of an earlier year or None.
    standard
        Who counts, and what rests on which column.
    places
        Row position and column id to a place; None for the table's own.
    """

    schools: SchoolTable
    before: SchoolTable | None
    standard: Standard
    places: Callable[[int, str], Place] | None = None

    @cached_property
    def year(self) -> int:
        """Year of the statistics."""
        return int(self.schools.frame["year"].iat[0])

    @cached_property
    def years(self) -> Years | None:
        """The table beside that of the earlier year; None without one."""
        if self.before is None or not len(self.before):
            return None
        return Years(self.schools, self.before, self.standard)

    @cached_property
    def names(self) -> list[str]:
        """Name of every school."""
        return self.schools.frame["school"].tolist()

    @cached_property
    def rows(self) -> dict[str, int]:
        """School id to row position."""
        return {code: at for at, code in enumerate(self.schools.frame["school_id"])}

    @cached_property
    def sections(self) -> Sections:
        """Sections row by row, campuses for themselves."""
        return make_sections(self.schools, self.standard, "campus")

    @cached_property
    def left_out(self) -> list[tuple[int, str, dict]]:
        """Row position, stage and listing of everything that the engine leaves out or holds."""
        listing = self.sections.excluded.to_dict("records")
        return [(self.rows[told["school_id"]], told["stage"], told) for told in listing]

    @property
    def reliefs(self) -> list[Relief | BarRelief]:
        """Transitional reliefs that are on in this year."""
        reliefs = self.standard.reliefs
        return [one for one in reliefs if one.years.first <= self.year <= one.years.last]

    @property
    def unlisted(self) -> list[int]:
        """Rows without any section that the engine does not list either: several stages, all of them empty."""
        counted = {int(row) for stage in self.sections.stages for row in stage.row}
        listed = {row for row, _, _ in self.left_out}
        return sorted(set(range(len(self.schools))) - counted - listed)

    @cached_property
    def indicators(self) -> tuple[StageIndicators, ...]:
        """Indicator values of all sections, without any relief."""
        return measure_indicators(self.sections, self.standard, relief=False)

    def numbers(self, name: str) -> np.ndarray:
        """One column, or the sum over all stages that “pupils” or “teachers” stands for; missing is NaN."""
        return self._sums[name] if name in self._sums else self.schools.numbers(name)

    @cached_property
    def _sums(self) -> dict[str, np.ndarray]:
        """Sums over the stages of a school; missing where a stage that it has is missing."""
        stages = {"pupils": self.standard.split.weights, "teachers": self.standard.stages}
        return {
            name: self._add_up([f"{name}_{stage}" for stage in of]) for name, of in stages.items()
        }

    def _add_up(self, parts: list[str]) -> np.ndarray:
        known = [~np.isnan(self.schools.numbers(part)) for part in parts]
        numbers = [stage_numbers(self.schools, self.standard, part) for part in parts]
        return np.where(np.any(known, axis=0), sum(numbers), np.nan)

    def alive(self, stage: str) -> list[str]:
        """Columns of teachers and classes of a stage that the table has."""
        names = (name for name in self.schools.frame if name.endswith(f"_{stage}"))
        return [n for n in names if load_columns()[n].is_number and n != f"pupils_{stage}"]

    def per_stage(self, name: str) -> list[tuple[str, str]]:
        """A name with `{stage}` filled in for every stage of the standard, each with its stage; else itself with ""."""
        if "{stage}" not in name:
            return [("", name)]
        return [(stage, name.replace("{stage}", stage)) for stage in self.standard.stages]

    # ---------------------------------------------------------------- words

    def tell(self, row: int, *names: str) -> str:
        """Name of a school and some of its values, those that are missing left out."""
        values = (self.value(row, name) for name in names)
        return f"{self.names[row]}：{'，'.join(filter(None, values))}"

    def value(self, row: int, name: str) -> str:
        """Label, value and unit of one cell; empty where it is missing."""
        return say_value(self.schools, row, name)

    def place(self, row: int | None, field: str) -> Place:
        """Cell of a row, or without a row the column, or without a field the file."""
        if row is None and not field:
            return Place(*self.place(0, "school")[:2])
        if self.places is not None:
            found = self.places(row or 0, field)
        else:
            lines = self.schools.lines
            line = int(lines[row or 0]) if len(lines) else ""
            found = Place(self.schools.file, "", line, None, load_columns()[field].headers[0])
        return found if row is not None else found._replace(row="")

    def note(
        self,
        rule: Rule,
        row: int | None,
        field: str,
        found: str,
        *,
        became: str = "",
        allowed: str = "",
    ) -> Finding:
        """One finding; what would change is told by the rule and by all that rests on the column."""
        finding = make_finding(
            rule.id, self.place(row, field), found, became=became, allowed=allowed
        )
        effects = dict.fromkeys(filter(None, (rule.effect, self._explain(field))))
        return finding._replace(effect="；".join(effects))

    def _explain(self, field: str) -> str:
        if field not in self._explained:
            self._explained[field] = explain_effect(field, self.standard)
        return self._explained[field]

    @cached_property
    def _explained(self) -> dict[str, str]:
        return {}


def say_value(schools: SchoolTable, row: int, name: str) -> str:
    """Label, value and unit of one number of a table; empty where it is missing (数值文字)."""
    number, column = schools.numbers(name)[row], load_columns()[name]
    return "" if np.isnan(number) else f"{column.zh}{number:.15g}{column.unit}"
