"""Blocks and pages on the workers of a Dask scheduler that runs already.

The workers need this report installed, from the same files: that is asked of them before anything is sent. They send
their results back, and this process writes them, so no folder has to be shared. A worker that is lost costs nothing
but time: the scheduler gives its tasks to others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from analysis.report.sweeps import ask
from analysis.sweep import SweepError

if TYPE_CHECKING:
    from distributed import Client

Job = TypeVar("Job")
Done = TypeVar("Done")

CONNECT_SECONDS = 10

# Tasks on the way for each thread of the cluster: results that wait to be written are in memory.
AHEAD = 2

INSTALL = "python -m pip install -e '.[cluster]'"


class _Differs(Exception):
    """A worker has other files than the command."""


@contextmanager
def connected(address: str, sources: str, with_pages: bool) -> Iterator[Client]:
    """A connection to a scheduler whose workers can compute this sweep; SweepError if they cannot."""
    try:
        from distributed import Client
        from distributed.comm.addressing import parse_address
        from distributed.comm.registry import get_backend
    except ImportError:
        raise SweepError(f"--scheduler needs dask.distributed. Install it: {INSTALL}") from None
    # Its own messages about lost workers and closed connections would bury ours.
    for name in ("distributed", "distributed.client", "distributed.core", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        # A client with an address of an unknown kind would fail a second time when Python ends, at length.
        get_backend(parse_address(address)[0])
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise SweepError(f"No Dask scheduler answers at {address[:80]}: {reason}") from None
    try:
        _check(client, address, sources, with_pages)
        yield client
    finally:
        client.close(timeout=CONNECT_SECONDS)


def _check(client: Client, address: str, sources: str, with_pages: bool) -> None:
    workers = client.scheduler_info(n_workers=-1)["workers"]
    if not workers:
        raise SweepError(f"The scheduler at {address} has no workers. Start some: dask worker {address} --nthreads 1")
    threads = {name: worker["nthreads"] for name, worker in workers.items()}
    several = sorted(name for name, count in threads.items() if count > 1)
    if with_pages and several:
        raise SweepError(
            f"Worker {several[0]} runs {threads[several[0]]} tasks at once. A page is run by processes of its own: "
            "with --pages, start workers with --nthreads 1."
        )
    for name, found in client.run(ask.sources, with_pages, on_error="return").items():
        if isinstance(found, BaseException):
            raise SweepError(
                f"Worker {name} cannot load this report ({type(found).__name__}: {found}). "
                "Install the same checkout there and restart the worker."
            )
        if found != sources:
            raise SweepError(
                f"Worker {name} has other data, code or numerical libraries than this command. "
                "Install the same checkout there and restart the worker."
            )


def _checked(function: Callable[[Job], Done], sources: str, with_pages: bool, job: Job) -> Done:
    """A task, on a worker: it may have joined after the others were asked."""
    if ask.sources(with_pages) != sources:
        raise _Differs
    return function(job)


def each(
    client: Client,
    function: Callable[[Job], Done],
    jobs: Iterable[Job],
    sources: str,
    with_pages: bool,
    key: Callable[[Job], str],
) -> Generator[tuple[Job, Done], None, None]:
    """What a function makes of many jobs, as it comes; few tasks are on the way at any time."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    def submit(job: Job) -> Any:
        future = client.submit(_checked, function, sources, with_pages, job, key=key(job), pure=False)
        sent[future.key] = job
        return future

    sent: dict[Any, Job] = {}
    left = iter(jobs)
    most = AHEAD * max(sum(client.nthreads().values()), 1)
    try:
        running = as_completed([submit(job) for job in islice(left, most)], loop=client.loop)
        for future in running:
            found = future.result()
            yield sent.pop(future.key), found
            future.release()
            for job in islice(left, 1):
                running.add(submit(job))
    except _Differs:
        raise SweepError(
            "A worker that joined has other data, code or libraries than this command. What was done is kept; "
            "install the same checkout there, and run the same command again."
        ) from None
    except (KilledWorker, CancelledError, OSError) as error:
        raise SweepError(
            f"The cluster gave up ({type(error).__name__}). What was done is kept; the same command goes on from there."
        ) from None
