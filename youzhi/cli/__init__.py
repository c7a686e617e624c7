"""The command line: a thin skin over the functions; heavy modules load only when a command runs."""

from __future__ import annotations

import logging
import sys

import typer

from youzhi.cli.comparing import compare
from youzhi.cli.imports import check, import_tables, write_template
from youzhi.cli.ledgers import ledger
from youzhi.cli.options import printable
from youzhi.cli.prospects import outlook, scenario
from youzhi.cli.reports import batch, forms, report
from youzhi.cli.roots import list_existing, write_demo_data
from youzhi.errors import ReportError, WriteError, YouzhiError

app = typer.Typer(
    add_completion=False,
    help="县域义务教育优质均衡自评 · self-evaluation of counties for high-quality balance",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _name, _command in {
    "template": write_template,
    "check": check,
    "import": import_tables,
    "report": report,
    "batch": batch,
    "compare": compare,
    "outlook": outlook,
    "scenario": scenario,
    "ledger": ledger,
    "forms": forms,
    "list": list_existing,
    "demo-data": write_demo_data,
}.items():
    app.command(_name)(_command)


def main() -> None:
    """Run the command line.

    Exit codes: 0 all went well, 1 a report failed, 2 usage or data are wrong and nothing was
    written, 3 the disk refused an import, 130 Ctrl-C.
    """
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # Ctrl-C is no fault to complain of
    try:
        app()
    except YouzhiError as error:
        typer.echo(printable(str(error)), err=True)
        codes = {WriteError: 3, ReportError: 1, YouzhiError: 2}
        sys.exit(next(code for kind, code in codes.items() if isinstance(error, kind)))
    except PermissionError as error:
        from youzhi.counties import explain_unreadable

        typer.echo(printable(str(explain_unreadable(f"“{error.filename}”", error))), err=True)
        sys.exit(2)
