"""What is to be reported: a checked list of jobs, made before anything starts."""

from __future__ import annotations

import logging
import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from numbers import Integral
from pathlib import Path

import nbformat
import papermill

from youzhi import counties
from youzhi.errors import UsageError
from youzhi.reports.prospects import Prospect, find_prospects
from youzhi.standards import list_standards, load_standard

_log = logging.getLogger("youzhi")
DEFAULT_NOTEBOOK = "02_county_report"
COMPARISON_NOTEBOOK = "04_compare_counties"
PARAMETER_TYPES = {
    "str": str,
    "int": int,
    "float": (float, int),
    "bool": bool,
    "list": list,
    "dict": dict,
}


@dataclass(frozen=True)
class Job:
    """One report to be made, with everything about it checked (任务).

    Attributes
    ----------
    counties, year
        The ids of the counties that it is about, mostly one, and a year for which all of them have data.
    standard
        Id or absolute path of the standard; empty for each county's own.
    notebook
        Path of the notebook.
    parameters
        What the notebook is given, by name.
    data, out
        The data root and the folder of all reports.
    prospect
        What it rests on besides, where it looks ahead.
    """

    counties: tuple[str, ...]
    year: int
    standard: str
    notebook: Path
    parameters: Mapping[str, object]
    data: Path
    out: Path
    prospect: Prospect = field(default_factory=Prospect)

    @property
    def place(self) -> str:
        """Name of the folder: the county, or "compare" for a report about several."""
        return "compare" if "counties" in self.parameters else self.counties[0]

    @property
    def name(self) -> str:
        """Name of the report: that of the notebook, and of the scenario where there is one."""
        return "-".join(filter(None, (self.notebook.stem, self.prospect.scenario)))

    @property
    def executed(self) -> Path:
        """Where the executed notebook stands when all went well."""
        return self.out / self.place / str(self.year) / f"{self.name}.ipynb"

    @property
    def page(self) -> Path:
        """Where the page stands when all went well."""
        return self.executed.with_suffix(".html")

    @property
    def failed(self) -> Path:
        """Where the executed copy stands when the run failed."""
        return self.out / "_failed" / f"{self.place}-{self.year}-{self.name}.ipynb"


def plan_jobs(
    names: Iterable[str] | None = None,
    years: Iterable[int] | None = None,
    *,
    standard: str | Path | None = None,
    data: str | Path | None = None,
    notebook: str = DEFAULT_NOTEBOOK,
    out: str | Path | None = None,
    **parameters: object,
) -> list[Job]:
    """List the jobs of counties × years as far as there is data, everything checked (任务清单).

    Parameters
    ----------
    names
        Ids or Chinese names of counties; without it all that exist.
    years
        Years of the statistics; without it all that exist and whose standard is known. What is left
        out for want of its standard is told by a warning of the logger "youzhi".
    standard
        Id of a standard or path of a standard file; without it each county's own.
    data
        Data root; without it $YOUZHI_DATA, else the repository's data/.
    notebook
        Name of a notebook, without folder and ending.
    out
        Folder of all reports; without it reports/ of the repository, else of the working directory.
    **parameters
        Further parameters of that notebook.

    Returns
    -------
    list of Job
        Sorted by county and year, never empty; each once, or once per scenario where the notebook
        tries scenarios. See `find_prospects` for what is left out of reports that look ahead.

    Raises
    ------
    UsageError
        When a county, the standard, the notebook, a scenario or a parameter does not exist or has
        the wrong type, a named county has no data for any of the years, the standard in force in a
        named year is not among those that exist, or the notebook is about several counties; the
        message lists what is allowed.
    """
    root = counties.data_root(data)
    folder = Path(out or default_out()).resolve()
    chosen = _resolve_standard(standard)
    path = find_notebook(notebook)
    declared = _declared_parameters(path)
    if "counties" in declared:
        raise UsageError(
            f"笔记本“{path.stem}”一次比较几个县区，不能逐县生成；请用 youzhi compare --year 2023（run_comparison）"
        )
    named, wanted = (None if asked is None else list(asked) for asked in (names, years))
    found = list(_list_existing(named, wanted, root))
    found = found if chosen else _drop_unjudged(found, wanted is not None, root)
    asked = {"counties_named": named is not None, "years_named": wanted is not None}
    jobs = []
    for key, prospect in find_prospects(declared, found, parameters, root, **asked):
        given = {
            "county": key[0],
            **_when(declared, key[1]),
            **({"standard": chosen} if chosen else {}),
            **parameters,
            **prospect.parameters,
        }
        places = (given, root, folder, prospect)
        jobs.append(Job(key[:1], key[1], chosen, path, *places))
    if not jobs:
        raise UsageError(
            "所选县区和年份都没有数据，没有可以生成的报告；用 youzhi list 查看现有数据"
        )
    check_parameters(path, jobs[0].parameters)
    return jobs


def plan_comparison(
    year: int,
    names: Iterable[str] | None = None,
    *,
    standard: str | Path | None = None,
    data: str | Path | None = None,
    notebook: str = COMPARISON_NOTEBOOK,
    out: str | Path | None = None,
    **parameters: object,
) -> Job:
    """Plan the one report that puts several counties side by side, everything checked (比较任务).

    Parameters
    ----------
    year
        Year of the statistics.
    names
        Ids or Chinese names of counties; without it all that have data for the year and whose standard is known. What
        is left out for want of its standard is told by a warning of the logger "youzhi".
    standard, data, notebook, out, **parameters
        As `plan_jobs`.

    Returns
    -------
    Job
        Its counties in the order in which they were named, else sorted by id.

    Raises
    ------
    UsageError
        As `plan_jobs`; and when there are fewer than two counties.
    """
    root = counties.data_root(data)
    chosen = _resolve_standard(standard)
    path = find_notebook(notebook)
    named = None if names is None else list(names)
    found = list(_list_existing(named, [year], root))
    found = found if chosen else _drop_unjudged(found, named is not None, root)
    ids = [county for county, _ in found]
    if named:  # their order is kept
        ids = list(dict.fromkeys(counties.find_county(name, root) for name in named))
    if len(ids) < 2:
        told = "、".join(f"{county}（{counties.name_county(county, root)}）" for county in ids)
        raise UsageError(
            f"比较至少要两个县区；所选的县区中{year}年有数据的：{told or '（无）'}；用 youzhi list 查看现有数据"
        )
    given = {"counties": ids, "year": year, **({"standard": chosen} if chosen else {})}
    check_parameters(path, given | parameters)
    folder = Path(out or default_out()).resolve()
    return Job(tuple(ids), year, chosen, path, given | parameters, root, folder)


def find_notebook(name: str) -> Path:
    """Find a notebook by its name in $YOUZHI_NOTEBOOKS or in the repository's notebooks/.

    Parameters
    ----------
    name
        Name without folder and ending, such as 02_county_report.

    Returns
    -------
    Path

    Raises
    ------
    UsageError
        When there is no such notebook or no folder of notebooks.
    """
    folder = Path(os.environ.get("YOUZHI_NOTEBOOKS") or _repository() / "notebooks").resolve()
    existing = {path.stem: path for path in folder.glob("*.ipynb")}
    if not existing:
        raise UsageError(
            "找不到笔记本文件夹；请在代码仓库中以可编辑方式安装（pip install -e .），"
            "或用环境变量 YOUZHI_NOTEBOOKS 指明文件夹"
        )
    if name not in existing:
        raise UsageError(f"没有名为“{name}”的笔记本；现有：{'、'.join(sorted(existing))}")
    return existing[name]


def check_parameters(notebook: Path, given: Mapping[str, object]) -> None:
    """Compare names and types with the notebook's own parameter cell.

    papermill only logs an unknown name and pastes it into code, so nothing may start before this.

    Parameters
    ----------
    notebook
        Path of the notebook.
    given
        The values by name.

    Raises
    ------
    UsageError
        When the notebook has not exactly one parameter cell, or a name or type does not fit it.
    """
    declared = _declared_parameters(notebook)
    allowed = {name: one["inferred_type_name"] for name, one in declared.items()}
    listing = "、".join(f"{name}: {kind}" for name, kind in allowed.items()) or "（无）"
    for name, value in given.items():
        if name not in allowed:
            raise UsageError(f"笔记本“{notebook.stem}”没有参数“{name}”；允许的参数：{listing}")
        expected = PARAMETER_TYPES.get(allowed[name].partition("[")[0])
        if expected is None:
            raise UsageError(
                f"笔记本“{notebook.stem}”的参数“{name}”没有标注可核对的类型；"
                f"请写成例如 {name}: str = …；可用类型：{'、'.join(PARAMETER_TYPES)}"
            )
        if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
            raise UsageError(
                f"参数“{name}”应为 {allowed[name]}，收到 {value!r}；允许的参数：{listing}"
            )


def _when(declared: Collection[str], year: int) -> dict[str, object]:
    """The year, or the last day of it for a notebook that tells the state of a day."""
    if "as_of" in declared and "year" not in declared:
        return {"as_of": date(year, 12, 31).isoformat()}
    return {"year": year}


def _declared_parameters(notebook: Path) -> dict[str, dict[str, str]]:
    """What papermill reads in the one parameter cell, type and default among it, by name."""
    content = nbformat.read(notebook, as_version=4)
    tagged = [cell for cell in content.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) != 1:
        raise UsageError(
            f"笔记本“{notebook.stem}”应当恰有一个带 parameters 标签的单元格，实有{len(tagged)}个"
        )
    python = {"name": "python3", "display_name": "Python 3", "language": "python"}
    content.metadata.kernelspec = python
    return papermill.inspect_notebook(content)


def _resolve_standard(standard: str | Path | None) -> str:
    """Id, or absolute path because the kernel works in another folder; empty for the county's own."""
    if not standard:
        return ""
    if not isinstance(standard, str | Path):
        raise UsageError(f"标准应为代码或标准文件的路径；收到 {standard!r}")
    path = Path(standard)
    chosen = str(path.resolve()) if path.suffix == ".toml" else str(standard)
    load_standard(chosen)
    return chosen


def _list_existing(
    names: Iterable[str] | None, wanted: list[int] | None, root: Path
) -> Iterator[tuple[str, int]]:
    """The county-years that have data; a named county without any is refused."""
    for year in wanted or []:
        if not isinstance(year, Integral) or isinstance(year, bool):
            raise UsageError(f"年份应为整数，例如 2020；收到 {year!r}")
    named = counties.list_counties(root) if names is None else names
    for county in sorted({counties.find_county(name, root) for name in named}):
        existing = counties.list_years(county, root)
        found = [year for year in existing if wanted is None or year in wanted]
        if names is not None and not found:
            name, listing = (
                counties.load_county(county, root).name_zh,
                "、".join(map(str, existing)),
            )
            raise UsageError(f"{name}没有所选年份的学校数据；已有年度：{listing or '（无）'}")
        yield from ((county, year) for year in found)


def _drop_unjudged(found: list[tuple[str, int]], named: bool, root: Path) -> list[tuple[str, int]]:
    """Leave out county-years whose standard does not exist; refuse them when their year was named."""
    missing = {key: lack for key in found if (lack := _missing_standard(*key, root))}
    kept, listing = [key for key in found if key not in missing], "、".join(missing.values())
    advice = f"用 --standard（standard=）指明标准；已收录：{'、'.join(list_standards())}"
    if missing and (named or not kept):
        raise UsageError(f"现行标准没有收录：{listing}；请另选年份，或{advice}")
    if missing:
        _log.warning("未列入：%s，其现行标准没有收录；要列入，请%s", listing, advice)
    return kept


def _missing_standard(county: str, year: int, root: Path) -> str:
    """County-year and standard in words, when the standard in force there does not exist."""
    try:
        card = counties.load_county(county, root)
    except UsageError:  # fails the county's own report, with the reason, and no other
        return ""
    name = "县区卡没有写明该年的标准"
    try:
        name = card.standard_for(year)
        load_standard(name)
    except UsageError:
        return f"{card.name_zh}{year}年（{name}）"
    return ""


def _repository() -> Path:
    """The folder that holds the package."""
    return Path(__file__).resolve().parents[2]


def default_out() -> Path:
    """Return the folder of all reports when none is named (默认输出目录).

    Returns
    -------
    Path
        reports/ of the repository, or of the working directory when youzhi is installed elsewhere.
    """
    repository = _repository()
    return (repository if (repository / "pyproject.toml").is_file() else Path.cwd()) / "reports"
