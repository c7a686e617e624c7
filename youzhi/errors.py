"""What went wrong, said as a page of the manual: what was found, where, what is allowed, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

FAULT_COLUMNS = ["file", "sheet", "row", "column", "found", "allowed", "advice"]


class YouzhiError(Exception):
    """Any failure that the user can mend; the message is Chinese and complete."""


class UsageError(YouzhiError):
    """A wrong name, year or parameter (参数错误); nothing was read or written."""


class StandardError(YouzhiError):
    """A standard file is not in the shape that standards/ describes (标准文件有误)."""


class UndefinedError(YouzhiError):
    """A number that does not exist for this input, such as a coefficient about a mean of zero (无定义)."""


class DataError(YouzhiError):
    """A table was refused; every fault in it is listed at once (数据有误).

    Attributes
    ----------
    faults : DataFrame
        One row per fault. Columns: file, sheet, row (as counted in the file, the header is row 1),
        column (the header as written), found, allowed, advice.
    findings : DataFrame
        The same rows with all that is known of them, such as cell and rule, and where the file was read on,
        what was converted or noticed besides.
    """

    def __init__(self, faults: pd.DataFrame, findings: pd.DataFrame | None = None):
        self.findings = faults if findings is None else findings
        self.faults = faults.reindex(columns=FAULT_COLUMNS).reset_index(drop=True)
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [f"数据未通过检查，共{len(self.faults)}处问题："]
        for fault in self.faults.fillna("").astype(str).to_dict("records"):
            sheet = f" 工作表“{fault['sheet']}”" if fault["sheet"] else ""
            row = f" 第{fault['row']}行" if fault["row"] else ""
            column = f" “{fault['column']}”列" if fault["column"] else ""
            lines.append(
                f"{fault['file']}{sheet}{row}{column}：发现“{fault['found']}”；"
                f"允许：{fault['allowed']}；处理：{fault['advice']}"
            )
        return "\n".join(lines)


class ScenarioError(YouzhiError):
    """A scenario is not in the shape, or asks for what cannot be done (情景有误); every fault is listed at once.

    Attributes
    ----------
    faults : DataFrame
        One row per fault, in the order of the file. Columns: file, action (number and id of the action, or the part
        of the file), key, found, allowed, advice.
    """

    def __init__(self, faults: pd.DataFrame):
        self.faults = faults.reset_index(drop=True)
        super().__init__(self._message())

    def _message(self) -> str:
        lines = [f"情景不能采用，共{len(self.faults)}处问题："]
        for fault in self.faults.fillna("").astype(str).to_dict("records"):
            key = f" {fault['key']}" if fault["key"] else ""
            lines.append(
                f"{fault['file']} {fault['action']}{key}：发现“{fault['found']}”；"
                f"允许：{fault['allowed']}；处理：{fault['advice']}"
            )
        return "\n".join(lines)


class ReportError(YouzhiError):
    """A report could not be made (报告未生成); nothing stands under its final name."""


class WriteError(ReportError):
    """The disk refused: it is full, a quota is used up, or a folder may not be written to (写入失败)."""
