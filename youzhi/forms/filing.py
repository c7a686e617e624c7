"""What every form of a county and year has in common: its heads, its footer, and where its numbers come from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property

import numpy as np
import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.columns import load_figures
from youzhi.conditions import compulsory_pupils, holds, stage_numbers
from youzhi.county_items import NOT_APPLICABLE
from youzhi.errors import UsageError
from youzhi.exact import as_fraction, round_half_up
from youzhi.forms.layout import Cell, Column, Form, Line, find_layout, load_layouts
from youzhi.standards import Condition


@dataclass(frozen=True)
class Filing:
    """One county and year to be filed (申报事项).

    Attributes
    ----------
    result
        Of one county and year.
    card
        The county's card.
    """

    result: Assessment
    card: County

    def __post_init__(self):
        """Refuse results of several county-years."""
        pairs = len(self.result.verdicts)
        if pairs != 1:
            raise UsageError(f"一套申报表只填一个县的一个年度，结果中有{pairs}个县年。")

    @property
    def words(self) -> Mapping[str, str]:
        """Words of forms.toml for what is not a number."""
        return load_layouts().words

    @property
    def missing(self) -> str:
        """The word for what nobody reported."""
        return self.words["missing"]

    @property
    def county(self) -> str:
        """Id of the county."""
        return self.result.verdicts["county"].iat[0]

    @property
    def year(self) -> int:
        """Year of the statistics."""
        return int(self.result.verdicts["year"].iat[0])

    def word(self, verdict: str, kind: str = "") -> str:
        """The word for a verdict; `kind` is "veto" for vetoes and "yes" for a plain yes or no."""
        if not verdict:  # nothing is judged
            return self.words["not_applicable"]
        return self.words[f"{kind}_{verdict}".strip("_")]

    def names(self, names: list[str]) -> str:
        """Departments, or the word for missing."""
        return "、".join(names) or self.missing

    @property
    def floor(self) -> str:
        """The share of a bar that the other indicators must reach, 85% for example."""
        return f"{float(self.result.standard.school_rule.floor):.0%}"

    @property
    def limits(self) -> str:
        """The limits of the coefficients in a sentence."""
        limit = self.result.standard.dispersion_rule.limit
        words = self.result.standard.stage_names.items()
        return "，".join(f"{word}{limit[stage]}" for stage, word in words)

    def form(self, id: str, rows: Iterable[Mapping[str, Cell]], **facts) -> Form:
        """Put rows into a form of forms.toml (填表).

        Parameters
        ----------
        id
            Key of the form in forms.toml.
        rows
            Cells by the key of their column; what is not given is missing. Without any row the table says so.
        **facts
            What title and notes of this form ask for.

        Returns
        -------
        Form
        """
        layout, text = find_layout(id), load_layouts().footer
        columns = tuple(_write_out(layout.column, self.result.standard))
        place = text["place"].format(county=self.card.name_zh, year=self.year)
        title = layout.title.format(**facts)
        if layout.number:
            title = text["title"].format(number=layout.number, title=title)
        lines = [place, text["sign"]] if layout.sign else [place]
        notes = [note.format(**facts) for note in layout.notes]
        cells = [tuple(row.get(c.id, self.missing) for c in columns) for row in rows]
        nothing = tuple(self.words["nothing"] for _ in columns)
        return Form(
            id=id,
            title=text["marked"].format(title=title) if self.is_synthetic else title,
            lines=(*lines, layout.unit) if layout.unit else tuple(lines),
            columns=columns,
            rows=tuple(cells or [nothing]),
            footer=(*(note for note in notes if note), *self.footer),
            landscape=layout.landscape,
            new_page=layout.new_page,
        )

    @property
    def is_synthetic(self) -> bool:
        """Whether any of the data is synthetic."""
        return self.words["synthetic"] in self.result.data_kinds

    @cached_property
    def footer(self) -> tuple[str, ...]:
        """What stands below every form: place, standard, kinds of data, input files, how it was made."""
        text, standard = load_layouts().footer, self.result.standard
        plain = self.result.without_relief
        relief = text["relief_off" if plain is self.result else "relief_on"]
        sources = [self.result.sections.schools, self.result.figures]
        inputs = [f"{s.file} {s.digest[:16]}" for s in sources if s is not None and s.digest]
        return (
            text["place"].format(county=self.card.name_zh, year=self.year),
            text["standard"].format(number=standard.number, title=standard.title),
            text["kinds"].format(kinds="、".join(self.result.data_kinds))
            + (text["synthetic"] if self.is_synthetic else ""),
            text["inputs"].format(inputs="；".join(inputs) or self.missing),
            text["method"].format(
                unit=self.words[f"unit_{self.result.sections.unit}"],
                relief=relief.format(plain=self.word(plain.verdict)),
                **self.words,
            ),
        )

    def take(self, column: Column) -> Cell:
        """Fetch the number that a column of forms.toml asks for (取数)."""
        if column.figure:
            return self.figure(column.figure)
        if column.count:
            return self._count(column.count, column.pupils_from)
        return self._total(column.total)

    def figure(self, name: str) -> Cell:
        """A county figure: a number with the form's decimals, a word, or the word for missing (县级数据项)."""
        figure, figures = load_figures()[name], self.result.figures
        value = figures.value(self.county, self.year, name) if figures else None
        if value is None:
            return self.missing
        if value == NOT_APPLICABLE:
            return self.words["not_monitored" if figure.form == "Ⅴ" else "not_applicable"]
        if not figure.is_number:
            return figure.choices[value]
        decimals = load_layouts().decimals
        return self.number(value, 0 if figure.kind == "integer" else decimals.get(figure.unit))

    def total(self, name: str, scope: list[Condition]) -> Cell:
        """A column of the school table added up over the schools in scope; missing when one of them lacks it."""
        schools, standard = self.result.sections.schools, self.result.standard
        yes, unknown = holds(schools, standard, scope)
        numbers = stage_numbers(schools, standard, name)
        silent = np.isnan(numbers) & (compulsory_pupils(schools, standard) == 0)
        total = numbers[yes & ~silent].sum()
        return self.missing if unknown.any() else self.number(total)

    def line(self, line: Line) -> tuple[str, Cell, str, str]:
        """A county figure that a form asks for beside what is judged: label, value, unit, what is asked."""
        figure = load_figures()[line.figure]
        label = line.label or figure.zh
        return label, self.figure(line.figure), figure.unit, self.words["not_applicable"]

    def percent(self, share: Fraction) -> Cell:
        """A share in per cent."""
        return self.number(share * 100, load_layouts().decimals["%"])

    def number(self, value: object, decimals: int | None = None) -> Cell:
        """A value as a cell: rounded half up to `decimals`, as written without them; words stay words."""
        if value is None or (not isinstance(value, str) and pd.isna(value)):
            return self.missing
        if isinstance(value, str):
            return value
        exact = as_fraction(value)
        if decimals is not None:
            rounded = round_half_up(exact, decimals)
            return rounded if decimals else int(rounded)
        return int(exact) if exact.denominator == 1 else Decimal(str(value))

    def printed(self, text: str, otherwise: str = "") -> Cell:
        """What was already printed the official way: a number where it is one."""
        if not text:
            return otherwise or self.missing
        try:
            return Decimal(text)
        except InvalidOperation:
            return text

    def _count(self, school_type: str, pupils_from: int) -> Cell:
        """How many schools of a type there are, with at least so many pupils."""
        schools = self.result.sections.schools
        rows = schools.texts("school_type") == school_type
        if not pupils_from:
            return int(rows.sum())
        pupils = schools.numbers("pupils_primary")[rows]
        return self.missing if np.isnan(pupils).any() else int((pupils >= pupils_from).sum())

    def _total(self, column: str) -> Cell:
        """A column of a stage added up over the schools that have the stage; missing when one of them lacks it."""
        schools, stage = self.result.sections.schools, column.rpartition("_")[2]
        types = self.result.standard.counting.stages[stage]
        rows = pd.Series(schools.texts("school_type")).isin(types).to_numpy()
        pupils, values = schools.numbers(f"pupils_{stage}"), schools.numbers(column)
        rows = rows & ~((pupils == 0) & np.isnan(values))
        return self.number(values[rows].sum())


def _write_out(columns: Iterable[Column], standard) -> Iterable[Column]:
    """The columns of a form with those for every indicator written out."""
    last = len(standard.indicator) + 1
    for column in columns:
        if not column.each:
            head = tuple(text.replace("{last}", str(last)) for text in column.head)
            yield column.model_copy(update={"head": head})
            continue
        for number, indicator in enumerate(standard.indicator, start=1):
            facts = {"code": indicator.code, "short": indicator.short, "unit": indicator.unit}
            head = tuple(text.format(number=number, **facts) for text in column.head)
            yield column.model_copy(update={"id": indicator.id, "head": head})
