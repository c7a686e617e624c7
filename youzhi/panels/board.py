"""The widgets around `recompute`, for JupyterLab; a text where nobody can move them (可调面板)."""

from __future__ import annotations

import html
from collections.abc import Callable
from functools import cached_property
from io import BytesIO
from itertools import count
from pathlib import Path

import pandas as pd
from IPython import get_ipython

from youzhi import figures, narrative
from youzhi.errors import YouzhiError
from youzhi.narrative.tabulate import NOT_JUDGED_WORDS, listed
from youzhi.narrative.text import Text, write
from youzhi.panels.answers import (
    Answer,
    Setting,
    class_range,
    find_build,
    list_builds,
    recompute,
)
from youzhi.scenarios import list_scenarios, load_scenario
from youzhi.trials import Trial, run_trial
from youzhi.trials.costs import count_failing
from youzhi.trials.trial import IDLE
from youzhi.verdicts import VERDICT_WORDS

_NUMBERS = count(1)
_WIDGET = "application/vnd.jupyter.widget-view+json"


def tabulate_answer(answer: Answer) -> pd.DataFrame:
    """Tabulate what a setting leads to, beside the scenario as it is (面板结果表).

    Parameters
    ----------
    answer
        With a result.

    Returns
    -------
    DataFrame
        One row. Columns: 年份, 全县, 资源配置, 未达标或无法判定的校段, 情景原样; with a new school also 新建学校, 启用年份, 班数, 镇街,
        转入学生（人）.
    """
    year, school = answer.setting.year, answer.school
    row = {
        "年份": year,
        "全县": VERDICT_WORDS[answer.result.verdict],
        "资源配置": VERDICT_WORDS[answer.resources],
        "未达标或无法判定的校段": _write_count(answer.failing),
        "情景原样": _write_count(count_failing(answer.trial.years[year])),
    }
    if school is not None:
        row |= {"新建学校": school.school, "启用年份": school.year}
        row |= {"班数": sum(school.classes.values()), "镇街": school.town or "—"}
        row["转入学生（人）"] = sum(take.primary + take.junior for take in school.takes)
    return listed([row])


def _write_count(failing) -> str:
    return NOT_JUDGED_WORDS if pd.isna(failing) else f"{failing}个"


def show_panel(trial: Trial, data: str | Path | None = None) -> Panel:
    """Show a panel that recomputes verdict, failing schools and coefficients when it is moved (可调面板).

    Parameters
    ----------
    trial
        From which it starts; the county's other scenarios can be chosen too.
    data
        The data root; see counties.data_root.

    Returns
    -------
    Panel
        Widgets in JupyterLab; a text where nobody can move them.
    """
    return Panel(trial, data)


class Panel:
    """The widgets around `recompute`; made when a front-end first asks for them.

    Parameters
    ----------
    trial
        From which it starts.
    data
        The data root, for the county's other scenarios.
    """

    def __init__(self, trial: Trial, data: str | Path | None = None):
        self.start, self.data = trial, data
        self._trials = {trial.scenario.id: trial}
        self.answer = Answer(trial, Setting(trial.span[1]), trial.scenario, trial.after)

    @property
    def text(self) -> Text:
        """What it starts from, in words."""
        trial = self.start
        return write(
            "panel.start",
            title=trial.scenario.title.zh,
            year=trial.span[1],
            verdict=VERDICT_WORDS[trial.after.verdict],
            failing=_write_count(count_failing(trial.after)),
        )

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        bundle = {"text/plain": str(self.text), "text/markdown": str(self.text)}
        if _has_front_end():
            view = self.widgets["box"]._repr_mimebundle_()
            bundle[_WIDGET] = view[_WIDGET]
        return bundle

    @cached_property
    def widgets(self) -> dict:
        """The widgets by name: scenario, school, classes, opens, town, year, told, failing, picture, box."""
        made = _make_widgets(self)
        for name in ("scenario", "school", "classes", "opens", "town", "year"):
            made[name].observe(self._when(name), names="value")
        self._trial_changed(made)
        return made

    def _when(self, name: str) -> Callable:
        """What is done when a control is moved; setting other controls on the way asks nothing twice."""

        def moved(_change) -> None:
            if self._quiet:
                return
            if name == "scenario":
                self._trial_changed(self.widgets)
            elif name == "school":
                self._school_changed(self.widgets)
            else:
                self._recompute(self.widgets)

        return moved

    _quiet = False

    def _trial_changed(self, made: dict) -> None:
        """Another scenario: its schools, towns and years."""
        try:
            trial = self._find_trial(made["scenario"].value)
        except YouzhiError as error:
            self._tell(made, Answer(self.start, self.answer.setting, None, None, str(error)))
            return
        self._quiet = True
        first, last = trial.span
        made["school"].options = [("—", ""), *list_builds(trial.scenario).items()]
        made["school"].value = next(iter(list_builds(trial.scenario).values()), "")
        _bound(made["opens"], first, last, first)
        _bound(made["year"], first, last, last)
        towns = trial.tables[IDLE][first].frame["town"].dropna()
        made["town"].options = [("按情景", ""), *((town, town) for town in sorted(set(towns)))]
        self._quiet = False
        self.trial = trial
        self._school_changed(made)

    def _find_trial(self, name: str) -> Trial:
        """The trial of a scenario, run once; the outlook is taken over where it fits."""
        if name not in self._trials:
            plan = load_scenario(name, self.start.card.id, self.data)
            same = plan.base_year == self.start.span[0] and plan.to <= self.start.scenario.to
            outlook = self.start.outlook if same else None
            self._trials[name] = run_trial(
                self.start.card.id,
                plan,
                data=self.data,
                outlook=outlook,
                standard=self.start.standard if same else None,
            )
        return self._trials[name]

    def _school_changed(self, made: dict) -> None:
        """Another new school: its classes, year and town."""
        build = find_build(self.trial.scenario, made["school"].value)
        self._quiet = True
        for name in ("classes", "opens", "town"):
            made[name].disabled = build is None
        if build is not None:
            low, high = class_range(build)
            _bound(made["classes"], low, high, sum(build.classes.values()))
            made["opens"].value = build.year
            made["town"].value = ""
        self._quiet = False
        self._recompute(made)

    def _recompute(self, made: dict) -> None:
        values = {name: made[name].value for name in ("year", "school", "classes", "opens", "town")}
        setting = Setting(**values) if values["school"] else Setting(values["year"])
        self._tell(made, recompute(self.trial, setting))

    def _tell(self, made: dict, answer: Answer) -> None:
        self.answer = answer
        if answer.result is None:
            made["told"].value = f"<p><b>这样设定不可行</b>：{html.escape(answer.reason)}</p>"
            made["failing"].value = ""
            made["picture"].layout.display = "none"
            return
        made["told"].value = _as_html(tabulate_answer(answer))
        made["failing"].value = _as_html(narrative.tabulate_failing(answer.result))
        made["picture"].value = _draw(answer)
        made["picture"].layout.display = None


def _make_widgets(panel: Panel) -> dict:
    """The controls and what they show; the box has an id that is the same in every run."""
    import ipywidgets

    wide = {"description_width": "7em"}
    known = list_scenarios(panel.start.card.id, panel.data)
    names = list(dict.fromkeys([panel.start.scenario.id, *known]))
    slider = {"style": wide, "continuous_update": False}
    made = {
        "scenario": ipywidgets.Dropdown(options=names, description="情景", style=wide),
        "school": ipywidgets.Dropdown(options=[("—", "")], description="新建学校", style=wide),
        "classes": ipywidgets.IntSlider(description="班数（个）", **slider),
        "opens": ipywidgets.IntSlider(description="启用年份", **slider),
        "town": ipywidgets.Dropdown(options=[("按情景", "")], description="所在镇街", style=wide),
        "year": ipywidgets.IntSlider(description="看哪一年", **slider),
        "told": ipywidgets.HTML(),
        "failing": ipywidgets.HTML(),
        "picture": ipywidgets.Image(format="png"),
    }
    made["box"] = ipywidgets.VBox(list(made.values()), model_id=f"youzhi-panel-{next(_NUMBERS)}")
    return made


def _bound(slider, low: int, high: int, value: int) -> None:
    """Set both ends and the value of a slider, in an order in which none crosses another."""
    if low > slider.max:
        slider.max, slider.min = high, low
    else:
        slider.min, slider.max = low, high
    slider.value = min(max(value, low), high)


def _as_html(table: pd.DataFrame) -> str:
    return table.to_html(border=0) if len(table) else "<p>没有未达标或无法判定的校段</p>"


def _draw(answer: Answer) -> bytes:
    file = BytesIO()
    figures.draw_coefficient_changes(answer.change).savefig(file, format="png")
    return file.getvalue()


def _has_front_end() -> bool:
    """Whether a notebook page asks, which names the cell; runs without a page (nbconvert, papermill, nbval) do not."""
    kernel = getattr(get_ipython(), "kernel", None)
    return kernel is not None and "cellId" in kernel.get_parent("shell").get("metadata", {})
