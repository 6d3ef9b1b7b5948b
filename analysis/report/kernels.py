"""Kernels for pages: started warm, reached over private sockets, and never left behind.

Most of a kernel's time goes into importing pandas, matplotlib and the tables, the same for every page. So where the
system can fork, a server process (Python's own multiprocessing fork server) imports all that once and forks a kernel
for each page; it starts no thread, so a fork of it is safe. Elsewhere, or when asked, each kernel is a new process.
Both run `serve`, speak the whole Jupyter protocol, and give the same outputs (tests/report/test_execution.py).
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

# One thread, so that sums come out in one order, and fixed hashes, so that sets do.
# And no module from the folder in which somebody happens to be: a file random.py there would run.
QUIET = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "MPLBACKEND": "agg",
    "PYTHONSAFEPATH": "1",
}

# Set to "plain" to start each kernel as a new process although the system can fork.
KIND = "REPORT_KERNELS"

# The kernel writes here what the page has used; see analysis/report/uses.py.
USES = "REPORT_USES"

# Processes of the kernels that are running: what `stop_all` kills.
running: set[Any] = set()


def forking() -> bool:
    """Whether kernels are forked from a warm server."""
    return "forkserver" in multiprocessing.get_all_start_methods() and os.environ.get(KIND) != "plain"


def fork_server() -> ForkServerContext:
    context: ForkServerContext = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.warm"])
    return context


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables, which kernels inherit, and put back what was there."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def warm_up() -> None:
    """Start the server that kernels are forked from, if it is not there; it imports while the caller goes on."""
    if not forking():
        return
    from multiprocessing import forkserver

    fork_server()
    # The server takes its settings from the environment when it starts, and its kernels have them from there.
    with environment(QUIET):
        forkserver.ensure_running()


def serve(connection_file: str, settings: Mapping[str, str], forked: bool) -> None:
    """Be a kernel until told to stop: the body of the process, forked or new."""
    os.environ.clear()
    os.environ.update(settings)
    arguments = ["-f", connection_file, "--HistoryManager.enabled=False", "--InteractiveShellApp.exec_files=[]"]
    arguments.append("--InteractiveShellApp.ignore_cwd=True")
    if forked:
        arguments.append(f"--IPKernelApp.parent_handle={os.getppid()}")
        # A group of its own, so that Ctrl-C at the terminal reaches the command and not its kernels.
        os.setsid()
        threading.Thread(target=_follow_parent, daemon=True).start()
    from ipykernel.kernelapp import IPKernelApp

    from analysis.report import uses

    app = IPKernelApp.instance()
    # A user's history and start-up files have no part in a page.
    app.initialize(arguments)
    if path := settings.get(USES):
        recorder = uses.Recorder(Path(path))
        shell: Any = app.shell
        shell.events.register("post_run_cell", lambda result: recorder.write())
    app.start()


def _follow_parent() -> None:
    """End this process when the one that asked for it is gone, however it went."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
    os._exit(1)


def stop_all() -> None:
    """Kill every kernel that this process has started; whoever waits for one learns that it died."""
    while running:
        running.pop().kill()


if __name__ == "__main__":
    serve(sys.argv[1], dict(os.environ), forked=False)
