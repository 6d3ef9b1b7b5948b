"""A Dask cluster that runs already, as one more executor.

The workers need this report installed, from the same files: that is asked of them before any task is sent, and again
with each task, since a worker may join later. They send their results back, and this process writes them, so no folder
has to be shared. A worker that is lost costs nothing but time: the scheduler gives its tasks to others.

Dask's messages are pickles, which are programs: this process trusts the scheduler and the workers, and they trust it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from analysis.report.sweeps import ask
from analysis.sweep import SweepError

if TYPE_CHECKING:
    from distributed import Client

Job = TypeVar("Job")
Done = TypeVar("Done")

# For the whole conversation that tells whether a scheduler answers.
CONNECT_SECONDS = 10

INSTALL = "python -m pip install -e '.[cluster]'"


@dataclass(frozen=True)
class Cluster:
    """A cluster that can compute a sweep: what starts an executor, its threads, and what it raises when it is lost."""

    pool: Callable[[], Executor]
    threads: int
    lost: tuple[type[Exception], ...]


async def _introduced(address: str) -> None:
    """Ask who answers at an address; any exception if that is no scheduler, TimeoutError if it takes too long.

    Dask limits the time to connect, but not the time to the first word: a web server would be waited for for ever.
    """
    from distributed.comm.core import connect
    from distributed.core import send_recv
    from distributed.security import Security

    async with asyncio.timeout(CONNECT_SECONDS):
        settings = Security().get_connection_args("client")
        comm = await connect(address, timeout=CONNECT_SECONDS, deserialize=False, **settings)
        try:
            answer = await send_recv(comm, op="identity")
        finally:
            comm.abort()
    if answer["type"] != "Scheduler":
        raise ValueError(f"that is a {answer['type']}")


@contextmanager
def connected(address: str, sources: str, with_pages: bool) -> Iterator[Cluster]:
    """A scheduler whose workers can compute this sweep; SweepError if there is none, or if they cannot."""
    if not address.strip():
        raise SweepError("--scheduler needs the address of a Dask scheduler, for example tcp://127.0.0.1:8786.")
    try:
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise SweepError(f"--scheduler needs dask.distributed. Install it: {INSTALL}") from None
    # Its own messages about lost workers and closed connections would bury ours.
    for name in ("distributed", "distributed.client", "distributed.comm", "distributed.core", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        asyncio.run(_introduced(address))
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except Exception as error:
        # Whatever speaks another language there is answered with whatever exception its words cause.
        reason = (str(error).splitlines() or [f"no answer within {CONNECT_SECONDS} seconds"])[0]
        raise SweepError(f"No Dask scheduler answers at {address[:80]}: {reason}") from None
    try:
        try:
            threads = _check(client, address, sources, with_pages)
        except OSError as error:
            raise SweepError(f"The scheduler at {address} is gone ({type(error).__name__}). Start it again.") from None
        yield Cluster(partial(client.get_executor, pure=False), threads, (KilledWorker, CancelledError, OSError))
    finally:
        client.close(timeout=CONNECT_SECONDS)


def _check(client: Client, address: str, sources: str, with_pages: bool) -> int:
    """The number of threads of the cluster; SweepError if one of its workers cannot do it."""
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
    return sum(threads.values())


def checked(function: Callable[[Job], Done], sources: str, with_pages: bool, job: Job) -> Done:
    """A task, on a worker: it may have joined after the others were asked."""
    if ask.sources(with_pages) != sources:
        raise SweepError(
            "A worker that joined has other data, code or libraries than this command. What was done is kept; "
            "install the same checkout there, and run the same command again."
        )
    return function(job)
