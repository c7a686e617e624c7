"""A school's own self-evaluation sheet (学校自评表): its figures, its values against the bars, what it still lacks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

import pandas as pd

from youzhi.assessment import Assessment
from youzhi.cards import County
from youzhi.columns import Column, load_columns
from youzhi.forms.filing import Filing
from youzhi.forms.layout import ABOVE, Cell, Form, find_layout, load_layouts
from youzhi.verdicts import CANNOT_TELL


class SchoolSheets:
    """The sheets of all schools of one county and year (全部学校自评表).

    Parameters
    ----------
    result, card
        As for fill_basics.
    """

    def __init__(self, result: Assessment, card: County):
        self.filing = Filing(result, card)
        self.result = result

    @cached_property
    def names(self) -> list[str]:
        """Every school of the table, in its order; those that do not count too."""
        return list(self.result.sections.schools.texts("school"))

    def fill_index(self) -> Form:
        """List the schools with their verdicts (学校自评表目录).

        Returns
        -------
        Form
            One row per school.
        """
        return self.filing.form("school_index", list(map(self._index_row, self.names)))

    def fill_school(self, school: str) -> tuple[Form, ...]:
        """Fill the sheet of one school (一所学校的自评表).

        Parameters
        ----------
        school
            One of `names`.

        Returns
        -------
        tuple of Form
            Its values against the bars and what is missing; the items that concern it and are not met or cannot
            be told, where there are any; its figures.
        """
        facts = {"school": school, "situation": self._situation(school)}
        items = list(map(self._item_row, self._places.get(school, [])))
        forms = [self.filing.form("school_values", self._value_rows(school), **facts)]
        if items:
            forms.append(self.filing.form("school_items", items, **facts))
        forms.append(self.filing.form("school_figures", self._figure_rows(school), **facts))
        return tuple(forms)

    @cached_property
    def _row(self) -> dict[str, int]:
        return {school: at for at, school in enumerate(self.names)}

    @cached_property
    def _verdicts(self) -> dict[tuple[str, str], str]:
        table = self.result.schools
        places = zip(table["stage"], table["school"], strict=True)
        return dict(zip(places, table["verdict"], strict=True))

    @cached_property
    def _values(self) -> Mapping[str, pd.DataFrame]:
        """The indicator values of each school, with what is missing."""
        keys = ["county", "year", "stage", "school", "indicator"]
        gaps = self.result.gaps[[*keys, "to_bar", "to_floor"]]
        table = self.result.indicators.merge(gaps, on=keys, how="left")
        return dict(iter(table.groupby("school", sort=False)))

    @cached_property
    def _places(self) -> Mapping[str, list]:
        """What each school has to do with the items of the county."""
        places = {}
        for row in self.result.places.itertuples():
            if row.school_id:  # a subject of the monitoring has none
                places.setdefault(row.school, []).append(row)
        return places

    @cached_property
    def _excluded(self) -> Mapping[str, list]:
        """Why schools, or stages of them, do not count."""
        reasons = {}
        for row in self.result.sections.excluded.itertuples():
            stage = self.result.standard.stage_names.get(row.stage, "")
            reasons.setdefault(row.school, []).append((row.stage, f"{stage}{row.reason}"))
        return reasons

    def _index_row(self, school: str) -> dict[str, Cell]:
        schools, at = self.result.sections.schools, self._row[school]
        types = load_columns()["school_type"].choices
        codes = dict.fromkeys(row.code for row in self._places.get(school, []))
        row = {
            "number": at + 1,
            "name": school,
            "code": schools.texts("school_id")[at],
            "type": types[schools.texts("school_type")[at]],
            "items": "、".join(codes) or self.filing.words["nothing"],
        }
        left_out = {stage for stage, _ in self._excluded.get(school, [])}
        for stage in self.result.standard.stages:
            verdict = self._verdicts.get((stage, school))
            absent = "not_counted" if left_out & {stage, ""} else "not_applicable"
            row[stage] = self.filing.word(verdict) if verdict else self.filing.words[absent]
        return row

    def _situation(self, school: str) -> str:
        """The verdict of each section, or why it does not count."""
        words = self.result.standard.stage_names
        told = [
            self.filing.words["situation"].format(
                stage=word, verdict=self.filing.word(self._verdicts[stage, school])
            )
            for stage, word in words.items()
            if (stage, school) in self._verdicts
        ]
        told += [reason for _, reason in self._excluded.get(school, [])]
        return "；".join(told) + "。" if told else ""

    def _value_rows(self, school: str) -> Iterator[dict[str, Cell]]:
        """One row per stage and indicator."""
        last, nothing = "", self.filing.words["not_applicable"]
        if school not in self._values:
            ids = [column.id for column in find_layout("school_values").column]
            yield dict.fromkeys(ids, nothing) | {"indicator": self.filing.words["not_counted"]}
            return
        for row in self._values[school].itertuples():
            rule = self.result.standard.codes[row.indicator]
            word = self.result.standard.stage_names[row.stage]
            yield {
                "stage": ABOVE if row.stage == last else word,
                "indicator": f"{rule.code} {rule.short}",
                "unit": rule.unit,
                "value": self.filing.printed(row.printed),
                "gap_unit": rule.gap_unit,
                "verdict": self.filing.word(row.verdict),
                **self._bars(row, rule),
            }
            last = row.stage

    def _bars(self, row, rule) -> dict[str, Cell]:
        """Bar and floor of a value and what is missing to them; nothing where the standard has no bars."""
        bar, names = rule.bar.get(row.stage), ("to_bar", "to_floor")
        if bar is None:
            return dict.fromkeys(("bar", "floor", *names), self.filing.words["not_applicable"])
        floor = bar * self.result.standard.school_rule.floor
        if row.verdict == CANNOT_TELL:
            lacks = dict.fromkeys(names, self.filing.words["cannot_tell"])
        else:
            lacks = {
                name: 0 if pd.isna(getattr(row, name)) else int(getattr(row, name))
                for name in names
            }
        return {"bar": bar, "floor": floor.normalize() + 0, **lacks}

    def _item_row(self, place) -> dict[str, Cell]:
        """One item that a school does not meet, or of which nobody can tell."""
        return {
            "code": place.code,
            "label": self._check_labels[place.code, place.check],
            "stage": self.result.standard.stage_names.get(place.stage, self.filing.words["whole"]),
            "amount_unit": place.amount_unit or self.filing.words["not_applicable"],
            "value": self.filing.printed(place.printed),
            "bar": self.filing.printed(place.bar_text),
            "verdict": self.filing.word(place.verdict),
            "amount": self.filing.number(place.amount)
            if pd.notna(place.amount)
            else self.filing.words["not_applicable"],
        }

    @cached_property
    def _check_labels(self) -> dict[tuple[str, str], str]:
        items = self.result.standard.item
        return {(item.code, check.id): check.label.zh for item in items for check in item.check}

    def _figure_rows(self, school: str) -> Iterator[dict[str, Cell]]:
        """The figures that the school filled in, group by group."""
        number, stages = 0, self._stages_of(school)
        for group in load_layouts().school_group:
            first = True
            for name in group.columns:
                if group.used_only and name not in self._used:
                    continue
                number += 1
                column = load_columns()[name]
                asked = group.stage or name.rpartition("_")[2]
                absent = asked in self.result.standard.split.weights and asked not in stages
                yield {
                    "number": number,
                    "group": group.name if first else ABOVE,
                    "label": column.headers[0],
                    "unit": column.unit or self.filing.words["no_unit"],
                    "value": self.filing.words["not_applicable"]
                    if absent
                    else self._figure(column, self._row[school]),
                }
                first = False

    def _figure(self, column: Column, at: int) -> Cell:
        """One entry of the school table as it was written."""
        schools = self.result.sections.schools
        if column.is_number:
            value = schools.numbers(column.id)[at]
            return self.filing.missing if pd.isna(value) else self._exact(column, at)
        value = schools.texts(column.id)[at]
        if column.id == "campus_of" and value is None:
            return self.filing.words["not_applicable"]
        if value is None:
            return self.filing.missing
        if column.kind == "boolean":
            return self.filing.words["yes" if value else "no"]
        return column.choices.get(value, value)

    def _exact(self, column: Column, at: int) -> Cell:
        number = self.result.sections.schools.exact_number(at, column.id)
        return int(number) if number.denominator == 1 else _as_written(number)

    def _stages_of(self, school: str) -> set[str]:
        """The stages in which a school has pupils, or may have; all where its type does not tell."""
        schools, at = self.result.sections.schools, self._row[school]
        kind = schools.texts("school_type")[at]
        counting = self.result.standard.counting.stages
        named = {stage for stage, kinds in counting.items() if kind in kinds}
        sharing = set(self.result.standard.split.stages.get(kind, []))
        filled = {
            s for s in self.result.standard.split.weights if schools.numbers(f"pupils_{s}")[at] > 0
        }
        return named | sharing | filled

    @cached_property
    def _used(self) -> set[str]:
        """Columns on which the indicators of the standard rest."""
        return {
            name.format(stage=stage)
            for indicator in self.result.standard.indicator
            for name in (*indicator.numerator, *indicator.subtract)
            for stage in self.result.standard.stages
        }


def _as_written(number: Fraction) -> Decimal:
    """A decimal fraction with just its own digits."""
    return Decimal(number.numerator) / Decimal(number.denominator)
