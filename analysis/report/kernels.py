"""Kernels for pages: started warm, reached over private sockets, and never left behind.

Most of a kernel's time goes into importing pandas, matplotlib and the tables, the same for every page. So where the
system can fork, a server process (Python's own multiprocessing fork server) imports all that once and forks a kernel
for each page; it starts no thread, so a fork of it is safe. Elsewhere, or when asked, each kernel is a new process.
Both run `serve`, speak the whole Jupyter protocol, and give the same outputs (tests/report/test_execution.py).
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analysis.report import identity, limits, surroundings

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext

# Set to "plain" to start each kernel as a new process although the system can fork.
KIND = "REPORT_KERNELS"

# The kernel writes here what the page has used; see analysis/report/uses.py.
USES = "REPORT_USES"

# Processes of the kernels that are running: what `stop_all` kills.
running: set[Any] = set()

_starting = threading.Lock()

# The stamps of all files when the server of kernels began to read them.
_read: dict[str, tuple[int, ...]] = {}


def forking() -> bool:
    """Whether kernels are forked from a warm server."""
    return "forkserver" in multiprocessing.get_all_start_methods() and os.environ.get(KIND) != "plain"


def fork_server() -> ForkServerContext:
    context: ForkServerContext = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.warm"])
    return context


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Have just these environment variables, which new processes inherit, and put back what was there."""
    before = dict(os.environ)
    _become(settings)
    try:
        yield
    finally:
        _become(before)


def _become(settings: Mapping[str, str]) -> None:
    """The environment, at no moment without what stays in it: other threads may be reading."""
    for name in set(os.environ) - set(settings):
        del os.environ[name]
    os.environ.update(settings)


def warm_up() -> None:
    """Start the server that kernels are forked from, if it is not there; it imports while the caller goes on.

    OSError: the limits of this shell let no kernel live, or temporary files go where no socket can be.
    """
    limits.require()
    surroundings.require_room_for_sockets()
    Path(surroundings.FIXED["MPLCONFIGDIR"]).mkdir(parents=True, exist_ok=True)
    if forking():
        with _starting:
            # A process that was forked from one with a server needs its own.
            _start_server(os.getpid())


@lru_cache(maxsize=1)
def _start_server(_process: int) -> None:
    from multiprocessing import forkserver

    fork_server()
    _read.update(identity.stamps())
    # The server takes its settings from the environment when it starts, and its kernels have them from there.
    with environment(surroundings.environment()), _ignored_interrupts():
        forkserver.ensure_running()


def has_read(use: str) -> bool:
    """Whether a kernel that is forked now knows a file as it is now: its server has modules and tables in memory."""
    path = use.partition("?")[0]
    return not forking() or path not in _read or identity.stamp(surroundings.ROOT / path) == _read[path]


@contextmanager
def _ignored_interrupts() -> Iterator[None]:
    """Start a process that does not hear Ctrl-C, which reaches the whole group and is the command's alone to answer."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, answer)


def application() -> Any:
    """The class of IPython's kernel without what it reads from its user, from /etc and from Python's own folder."""
    from ipykernel.kernelapp import IPKernelApp

    class Application(IPKernelApp):
        def load_config_file(self, *_: Any, **__: Any) -> None:
            """Nobody's configuration."""

        def init_code(self) -> None:
            """Nobody's start-up files."""

    return Application


def serve(connection_file: str, settings: Mapping[str, str], forked: bool) -> None:
    """Be a kernel until told to stop: the body of the process, forked or new."""
    _become(settings)
    # In a new process as in a forked one: what libraries say while they are imported belongs to the terminal.
    importlib.import_module(f"{__package__}.warm")
    os.chdir(settings["IPYTHONDIR"])
    arguments = ["-f", connection_file, "--HistoryManager.enabled=False", "--InteractiveShellApp.ignore_cwd=True"]
    if forked:
        arguments.append(f"--IPKernelApp.parent_handle={os.getppid()}")
        # A group of its own, so that Ctrl-C at the terminal reaches the command and not its kernels.
        os.setsid()
        threading.Thread(target=_follow_parent, daemon=True).start()
    from analysis.report import uses

    app = application().instance()
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
