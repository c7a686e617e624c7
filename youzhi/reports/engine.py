"""One notebook, run by papermill in a kernel of its own; it leaves nothing behind but its result."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
import papermill
from jupyter_client import AsyncKernelClient, AsyncKernelManager
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_core.utils import run_sync
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from youzhi.errors import ReportError

CELL_SECONDS = 600  # the slowest honest cell takes a few seconds
START_SECONDS = 60
LARGEST_OUTPUT = 10_000_000  # bytes of one cell; a whole report has less than one tenth

logging.getLogger("papermill").setLevel(logging.CRITICAL)  # its faults come back as exceptions
_running: set[_Kernel] = set()


class RunFailed(ReportError):
    """A notebook did not come to a good end; `notebook` is what was executed of it."""

    def __init__(self, reason: str, notebook: NotebookNode):
        super().__init__(reason)
        self.notebook = notebook


class _Died(RunFailed):
    """The kernel did not start, or died while it ran."""


def run_notebook(
    path: Path,
    parameters: Mapping[str, object],
    environment: Mapping[str, str],
    cell_seconds: int = CELL_SECONDS,
) -> NotebookNode:
    """Execute a notebook and make sure that it shows all that it promises.

    Parameters
    ----------
    path
        The notebook as committed, with outputs: a cell that has outputs there must have them here.
    parameters
        Checked values for its parameter cell.
    environment
        Variables for this kernel only.
    cell_seconds
        How long one cell may take.

    Returns
    -------
    NotebookNode
        The executed notebook; two runs of the same work give equal notebooks.

    Raises
    ------
    RunFailed
        When a cell raises, hangs or shows less than it should, or when the kernel dies twice.
    """
    source = nbformat.read(path, as_version=4)
    try:
        executed = _execute(source, parameters, environment, cell_seconds)
    except _Died:  # memory may have been short for a moment, or another process took its port
        executed = _execute(source, parameters, environment, cell_seconds)
    if fault := _find_fault(source, executed):
        raise RunFailed(fault, executed)
    return executed


def end_kernels() -> None:
    """End every kernel that runs in this process, for instance after Ctrl-C in a batch."""
    while _running:
        _running.pop().provisioner.process.kill()


def _execute(
    source: NotebookNode,
    parameters: Mapping[str, object],
    environment: Mapping[str, str],
    cell_seconds: int,
) -> NotebookNode:
    """Run papermill inside a folder that vanishes; it writes half files at the name it is given."""
    with TemporaryDirectory(prefix="youzhi-", ignore_cleanup_errors=True) as name:
        output = Path(name) / "executed.ipynb"
        failure, reason = None, ""
        with _start_kernel(Path(name), environment) as kernel:
            try:
                papermill.execute_notebook(
                    source,
                    output,
                    dict(parameters),
                    kernel_name="python3",
                    language="python",
                    progress_bar=False,
                    start_timeout=START_SECONDS,
                    execution_timeout=cell_seconds,
                    km=kernel,
                )
            except papermill.PapermillExecutionError as error:
                failure = RunFailed
                reason = f"单元格 [{error.exec_count}] 出错：{error.ename}: {error.evalue}"
            except CellTimeoutError:
                failure, reason = RunFailed, f"超时：一个单元格运行超过{cell_seconds}秒"
            except DeadKernelError:
                failure, reason = _Died, "内核在运行中终止（内存不足、被结束或自行退出）"
            except RuntimeError as error:
                failure, reason = _Died, f"内核没有启动：{error}"
            if kernel not in _running:
                raise CancelledError
        executed = _normalise(nbformat.read(output, as_version=4))
    if failure:
        raise failure(reason, executed)
    return executed


class _Kernel(AsyncKernelManager):
    """A kernel that remembers its client: nbclient closes only the sockets of kernels it started."""

    opened = None

    def client(self, **options: object) -> AsyncKernelClient:
        self.opened = super().client(**options)
        return self.opened


@contextmanager
def _start_kernel(folder: Path, environment: Mapping[str, str]) -> Iterator[_Kernel]:
    """A kernel of the Python that runs now, closed to the user's settings; its children end with it."""
    kernel = _Kernel(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
        connection_file=str(folder / "kernel.json"),
        transport="tcp" if sys.platform == "win32" else "ipc",  # ipc: no ports to race for
    )
    own = {"IPYTHONDIR": str(folder / "ipython")}
    run_sync(kernel.start_kernel)(
        cwd=str(folder),
        env={**os.environ, **own, **environment},
        extra_arguments=["--HistoryManager.enabled=False"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _running.add(kernel)
    try:
        yield kernel
    finally:
        _running.discard(kernel)
        if kernel.opened:
            kernel.opened.stop_channels()
        run_sync(kernel.shutdown_kernel)(now=True)


def _normalise(notebook: NotebookNode) -> NotebookNode:
    """Drop what differs between two runs of the same work: times, paths, random ids, warnings."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        for key in ("papermill", "execution"):
            cell.metadata.pop(key, None)
        if not cell.metadata.get("tags"):
            cell.metadata.pop("tags", None)
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if out.get("name") != "stderr"]
    return notebook


def _find_fault(source: NotebookNode, executed: NotebookNode) -> str:
    """Why a notebook that ran to its end is no report after all; empty when it is one."""
    cells = [cell for cell in executed.cells if cell.cell_type == "code"]
    own = [cell for cell in cells if "injected-parameters" not in cell.metadata.get("tags", [])]
    committed = [cell for cell in source.cells if cell.cell_type == "code"]
    for before, after in zip(committed, own, strict=True):
        if any(out.output_type == "error" for out in after.outputs):
            return f"单元格 [{after.execution_count}] 提前结束了笔记本"
        if (before.outputs and not after.outputs) or (_results(before) and not _results(after)):
            return f"单元格 [{after.execution_count}] 没有给出应有的结果"
        if len(json.dumps(after.outputs)) > LARGEST_OUTPUT:
            return f"单元格 [{after.execution_count}] 的输出超过{LARGEST_OUTPUT // 1_000_000} MB"
    if not any(_results(cell) for cell in own):
        return "笔记本没有给出任何结果"
    return ""


def _results(cell: NotebookNode) -> list[NotebookNode]:
    """The tables, texts and figures that a cell shows; printed lines are no results."""
    return [out for out in cell.outputs if out.output_type in ("execute_result", "display_data")]
