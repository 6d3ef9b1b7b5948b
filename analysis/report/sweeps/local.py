"""Blocks and pages on the processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from analysis import sweep
from analysis.cases import Block
from analysis.report.sweeps import store
from analysis.report.sweeps.ask import Task, Work
from analysis.sweep import SweepError

Job = TypeVar("Job")
Done = TypeVar("Done")

# Jobs handed over for each process: one at work and one waiting.
AHEAD = 2


def cores() -> int:
    """Processors that this command may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compute(work: Work, task: Task) -> tuple[bytes, int]:
    """One block: its table as bytes, and how many of its cases failed."""
    block = work.block(task)
    outcome = sweep.evaluate(block, work.plan)
    return store.packed(store.table(work, task, block, outcome)), len(outcome.errors)


def warm(work: Work) -> None:
    """Load tables and points, so that processes that are forked from here have them."""
    sweep.evaluate(Block({}, 1), work.plan)


def compute_and_keep(work: Work, folder: Path, task: Task) -> Task:
    """One block, written where it belongs by the process that computed it."""
    content, failed = compute(work, task)
    store.Folder(folder).keep(task, content, failed)
    return Task(task.number, task.first, task.count)


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


def each(function: Callable[[Job], Done], jobs: Iterable[Job], processes: int) -> Generator[Done, None, None]:
    """What a function makes of many jobs, as it comes; no more jobs are read than the processes can start soon.

    When the caller stops asking, or is stopped, jobs at work are finished and no other is begun.
    """
    # Where processes can be forked cheaply and safely they have imports and tables from the start.
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_begin)
    waiting: set[Future[Done]] = set()
    left = iter(jobs)
    try:
        exhausted = False
        while True:
            while not exhausted and len(waiting) < AHEAD * processes:
                try:
                    job = next(left)
                except StopIteration:
                    exhausted = True
                else:
                    waiting.add(pool.submit(function, job))
            if not waiting:
                return
            ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    except BrokenProcessPool:
        raise SweepError(
            "A process of the sweep was killed, perhaps for want of memory. What was done is kept; "
            "the same command goes on from there."
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
