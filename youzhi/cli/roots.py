"""Commands about the data root: what lies there, and the demonstration data."""

from __future__ import annotations

import csv
import tempfile
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from youzhi.cli.options import Data
from youzhi.errors import DataError, UsageError


def list_existing(data: Data = "") -> None:
    """列出现有县区、年度和标准 · list counties, years and standards."""
    from youzhi import counties, list_standards, load_standard

    faults = []
    typer.echo("县区与年度：")
    for county in counties.list_counties(data):
        try:
            years = "、".join(map(str, counties.list_years(county, data))) or "（没有学校数据）"
            typer.echo(f"  {county}\t{counties.load_county(county, data).name_zh}\t{years}")
        except UsageError as error:
            typer.echo(f"  {county}\t（有误，见末尾）")
            faults.append(str(error))
    typer.echo("标准：")
    for name in list_standards():
        standard = load_standard(name)
        typer.echo(f"  {name}\t{standard.number}\t{standard.title}")
    if faults:
        raise UsageError("\n".join(faults))


def write_demo_data(
    out: Annotated[str, typer.Option(help="输出目录；缺省为数据目录 · data root by default")] = "",
) -> None:
    """重写模拟数据 · write the synthetic demonstration tables again."""
    from youzhi import counties, synthetic_enrolment, synthetic_items
    from youzhi.reports.files import write_together

    root = counties.data_root()
    folder = Path(out).resolve() if out else root
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(root.glob("*/county.toml"))}
    files = {folder / path.relative_to(root): text for path, text in texts.items()}
    cards = [tomllib.loads(text) for text in texts.values()]
    for name, text in synthetic_enrolment.demo_enrolment(cards):
        files[folder / name] = text
        _refuse_other_pupils(folder / name, text)
    for name, text in synthetic_items.demo_tables(cards):
        files[folder / name] = text
        county, year, kind = Path(name).parts
        if kind == "items.csv":
            _refuse_other_figures(folder / name, text)
        else:
            _refuse_real_data(folder, county, int(year))
    write_together({path: text.encode("utf-8") for path, text in files.items()})
    typer.echo(f"已写入{len(files) - len(texts)}个模拟数据文件：{folder}")


def _refuse_real_data(folder: Path, county: str, year: int) -> None:
    """Never write demonstration data over a table that is not marked as synthetic in every row."""
    from youzhi import counties

    place = folder / county / str(year)
    if not any((place / name).exists() for name in ("schools.csv", "schools.xlsx")):
        return
    try:
        kinds = set(counties.read_county(county, year, folder).texts("data_kind"))
    except (DataError, UsageError):  # what cannot be read may be real
        kinds = set()
    if kinds != {"synthetic"}:
        raise UsageError(
            f"“{place}”中的学校数据不是模拟数据，没有改动任何文件；请用 --out 另选目录"
        )


def _refuse_other_figures(path: Path, text: str) -> None:
    """Never write demonstration figures over figures that are not synthetic, unless they are the same."""
    standing = [place for place in (path, path.with_suffix(".xlsx")) if place.exists()]
    if not standing or (standing == [path] and path.read_bytes() == text.encode("utf-8")):
        return
    try:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / path.name
            made.write_bytes(text.encode("utf-8"))
            kept = _given_figures(made, path.parent)
        lost = set().union(*(_given_figures(place, path.parent) for place in standing)) - kept
    except DataError:  # what cannot be read may be real
        lost = {path}
    if lost or standing != [path]:
        raise UsageError(
            f"“{path.parent}”中的县级数据不全是模拟数据，没有改动任何文件；"
            "请用 --out 另选目录，或核对后自行移走该文件"
        )


def _refuse_other_pupils(path: Path, text: str) -> None:
    """Never write demonstration pupils by grade over a file that is not marked as synthetic in every row."""
    if not path.exists() or path.read_bytes() == text.encode("utf-8"):
        return
    try:
        rows = list(csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error):  # what cannot be read may be real
        rows = []
    if {row.get("data_kind") for row in rows} != {"synthetic"}:
        raise UsageError(
            f"“{path}”中的分年级学生数不是模拟数据，没有改动任何文件；"
            "请用 --out 另选目录，或核对后自行移走该文件"
        )


def _given_figures(path: Path, folder: Path) -> set[tuple]:
    """Figures that somebody gave for the county and year of a folder and that are not marked as synthetic."""
    from youzhi.intake import read_items

    frame = read_items(path, folder.parent.name, int(folder.name)).frame
    frame = frame[frame["value"].notna() & (frame["data_kind"] != "synthetic")]
    return set(frame[["item", "value"]].itertuples(index=False, name=None))
