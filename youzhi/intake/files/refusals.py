"""A file that is refused as a whole: the error that says so, from the rule that forbids it."""

from __future__ import annotations

from youzhi.errors import DataError
from youzhi.intake.findings import Place, make_finding, tabulate_findings


def refuse_file(
    rule: str, file: str, found: object, *, sheet: str = "", row: int | str = ""
) -> DataError:
    """Make the error that refuses a file (拒收文件).

    Parameters
    ----------
    rule
        Id of a rule whose outcome is "reject".
    file, sheet, row
        Where.
    found
        What was found.

    Returns
    -------
    DataError
        Of one finding; to be raised.

    Examples
    --------
    >>> refuse_file("E12", "甲县.csv", "0行").faults["advice"].iat[0]
    '检查是否选错了文件，或数据还没有填写、没有保存'
    """
    findings = tabulate_findings([make_finding(rule, Place(file, sheet, row), found)])
    return DataError(findings, findings)
