"""The processes of this machine, and a block as any process computes it."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor

from analysis import sweep
from analysis.cases import Block
from analysis.report.sweeps import store
from analysis.report.sweeps.ask import Task, Work


def cores() -> int:
    """Processors that this command may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compute(work: Work, task: Task) -> bytes:
    """One block: its table as the bytes of an Arrow file."""
    block = work.block(task)
    return store.packed(store.table(work, task, block, sweep.evaluate(block, work.plan)))


def warm(work: Work) -> None:
    """Load tables and points, so that processes that are forked from here have them."""
    sweep.evaluate(Block({}, 1), work.plan)


def _begin() -> None:
    """Set up a process of the pool: it leaves Ctrl-C to the command, and does not outlive it."""
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)
    else:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def end_with_parent() -> None:
        parent.join()
        # Also the processes that a page was given.
        if hasattr(os, "killpg"):
            os.killpg(0, signal.SIGKILL)
        os._exit(1)

    threading.Thread(target=end_with_parent, daemon=True).start()


def pool(processes: int) -> Executor:
    """Processes of this machine; for one at a time a thread, which costs no start."""
    if processes == 1:
        return ThreadPoolExecutor(1)
    # Where processes can be forked cheaply and safely they have imports and tables from the start.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
