"""Commands for the files that a county has: check them, import them, and the workbooks to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from youzhi.cli.listing import show_findings, sum_up
from youzhi.cli.options import Data, Standard, parse_year, printable
from youzhi.errors import DataError, UsageError

if TYPE_CHECKING:
    import pandas as pd

Files = Annotated[
    list[str],  # as a Path, an empty text would be the folder one stands in
    typer.Argument(help="文件或文件夹，可写多个 · files or folders"),
]
Mapping = Annotated[
    str, typer.Option(help="表头对照文件；自定表头的表才需要 · TOML file for headers of your own")
]
Sheet = Annotated[
    str, typer.Option(help="只读这个工作表；缺省为全部 · the only sheet to read of a workbook")
]
Listing = Annotated[
    str,
    typer.Option(help="把发现清单和标注后的工作簿写到这个目录 · folder for the list of findings"),
]
COUNTY_HELP = "县区代码或名称 · id or Chinese name"
YEAR_HELP = "统计年度，如 2020 · year of the statistics"


def check(
    paths: Files,
    county: Annotated[str, typer.Option(help=COUNTY_HELP)] = "",
    year: Annotated[str, typer.Option(help=YEAR_HELP)] = "",
    mapping: Mapping = "",
    sheet: Sheet = "",
    data: Data = "",
    out: Listing = "",
) -> None:
    """检查原始文件，一次列出全部问题，不写入数据 · say everything that is wrong with files."""
    wanted = parse_year(year) if year else None
    from youzhi.imports import check_files

    places = {"mapping": mapping or None, "sheet": sheet or None, "data": data}
    found = check_files(paths, county or None, wanted, **places)
    _tell(found.findings, paths, out)
    files = len(found.gathered.sources)
    if found.refused:
        typer.echo("不能导入：请改正“拒收”的各处，再检查一次。")
        raise typer.Exit(2)
    typer.echo(f"共读{files}个文件，没有拒收，可以导入；“搁置”的数按缺失处理，不当作0。")


def import_tables(
    paths: Files,
    county: Annotated[str, typer.Option(help=COUNTY_HELP)],
    year: Annotated[str, typer.Option(help=YEAR_HELP)],
    mapping: Mapping = "",
    sheet: Sheet = "",
    data: Data = "",
    out: Listing = "",
) -> None:
    """检查并导入一个县一年的数据；有拒收就什么都不写 · write files into the folder of a county."""
    wanted = parse_year(year)
    from youzhi.imports import import_files

    places = {"mapping": mapping or None, "sheet": sheet or None, "data": data}
    try:
        done = import_files(paths, county, wanted, **places)
    except DataError as error:
        if "outcome" not in error.findings:
            raise
        _tell(error.findings, paths, out)
        typer.echo("没有导入，原有数据没有改动：请改正“拒收”的各处，再导入。")
        raise typer.Exit(2) from error
    _tell(done.check.findings, paths, out)
    for path in done.written:
        typer.echo(printable(f"已写入：{path}"))
    if not done.written:
        typer.echo(printable(f"与已有数据完全相同，没有改动：{done.folder}"))


def write_template(
    out: Annotated[str, typer.Option(help="输出目录 · folder of the workbooks")],
    standard: Standard = "",
) -> None:
    """生成供学校和科室填写的空白工作簿 · write the workbooks to fill in."""
    from youzhi.reports.files import write_together
    from youzhi.template import make_template

    folder = Path(out).resolve()
    files = {folder / name: content for name, content in make_template(standard or None).items()}
    filled = [path.name for path, content in files.items() if _is_other(path, content)]
    if filled:
        raise UsageError(
            f"“{folder}”中已有 {'、'.join(filled)}，可能已经填写，没有改动任何文件。请用 --out 另选目录。"
        )
    write_together(files)
    for path in files:
        typer.echo(printable(f"已写入：{path}"))


def _is_other(path: Path, content: bytes) -> bool:
    return path.exists() and not (path.is_file() and path.read_bytes() == content)


def _tell(findings: pd.DataFrame, paths: list[str], out: str) -> None:
    """Print what was found, and write the list where one is wanted."""
    show_findings(findings)
    typer.echo(f"检查结果：{sum_up(findings)}。")
    if not out:
        return
    from youzhi.imports.listing import make_listing
    from youzhi.reports.files import write_together

    files = make_listing(findings, paths, Path(out))
    write_together(files)
    for path in files:
        typer.echo(printable(f"已写入：{path}"))
