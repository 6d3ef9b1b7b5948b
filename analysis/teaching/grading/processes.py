"""The grader's side of the processes in which students' code runs."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from analysis.report import surroundings
from analysis.report.place import BuildError
from analysis.teaching.grading import runner

# What a student's code may take beyond what the report itself does, in bytes.
MEMORY = 1_000_000_000
# Seconds by the clock for one of the processor: other work on the computer costs nobody points.
PATIENCE = 6
# Threads of a library would not survive a fork, and a child writes into its own folder alone.
ALONE = {"MKL_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}


class Gone(Exception):
    """A child says no more; the message says why, in words."""


class TimeLimit(Gone):
    """A child was ended, because it took too long."""


class Child:
    """A process with one notebook. seconds: of the processor, for each exercise"""

    def __init__(self, pid: int, sock: socket.socket, seconds: float) -> None:
        self.pid, self.seconds, self.gone = pid, seconds, ""
        self._sock, self._begun = sock, 0.0

    def begin(self) -> None:
        """Let the time for an exercise run."""
        self._begun = time.monotonic()

    def say(self, message: object) -> None:
        """Send a message; a child that is gone is noticed when it is asked for something."""
        try:
            self._sock.settimeout(PATIENCE * self.seconds)
            runner.send(self._sock, message)
        except OSError:
            self.gone = self.gone or "it ended Python"

    def hear(self) -> dict[str, Any]:
        """The next message; Gone where none comes, in time or at all."""
        try:
            if self.gone:
                raise EOFError
            said = self._timed()
        except (EOFError, OSError) as error:
            # A child that has used up its time is ended by the system.
            if isinstance(error, TimeoutError) or (not self.gone and time.monotonic() - self._begun >= self.seconds):
                self.gone = f"no result after {self.seconds:g} seconds"
                raise TimeLimit(self.gone) from None
            self.gone = self.gone or "it ended Python"
            raise Gone(self.gone) from None
        except ValueError:
            said = None
        if not isinstance(said, dict) or said.get("large"):
            self.gone = "what it hands over is too large, or no answer"
            raise Gone(self.gone)
        return said

    def _timed(self) -> Any:
        """A message within the time of the exercise, however slowly it comes."""
        limited = _Limited(self._sock, self._begun + PATIENCE * self.seconds)
        return runner.receive(limited)  # type: ignore[arg-type]

    def call(self, name: str, inputs: Sequence[Any]) -> Any:
        """What a function of the child returns for some inputs; its error, by its name, where it has one."""
        self.say({"name": name, "inputs": list(inputs)})
        said = self.hear()
        if "error" in said:
            kind, text = [str(each)[:200] for each in (*said["error"], "", "")[:2]]
            raise type(kind if kind.isidentifier() else "Exception", (Exception,), {})(text)
        return runner.decoded(said.get("value"))

    def close(self) -> None:
        self._sock.close()


class _Limited:
    """A socket whose reads end together at a moment."""

    def __init__(self, sock: socket.socket, until: float) -> None:
        self._sock, self._until = sock, until

    def recv(self, count: int) -> bytes:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(left)
        return self._sock.recv(count)


class Processes:
    """A process that forks children, begun anew if one of them has ended it."""

    def __init__(self, warm: Iterable[Sequence[str]], closed: Iterable[str]) -> None:
        """warm: cells that are run once before all; closed: what no child may read"""
        if not hasattr(os, "fork"):
            raise BuildError(
                "`report grade` runs each student's code in a process of its own by a way that Windows has not. "
                "Run it under Linux, macOS or WSL."
            )
        self._said = {"warm": [list(cells) for cells in warm], "closed": list(closed), "memory": MEMORY}
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        os.set_inheritable(theirs.fileno(), True)
        command = [sys.executable, "-m", runner.__name__, str(theirs.fileno())]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            text=True,
            env={**surroundings.environment(), **ALONE},
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        if self._process.stdin:
            self._process.stdin.write(json.dumps(self._said))
            self._process.stdin.close()
        if ours.recv(16) != runner.READY:
            self._stop()
            raise BuildError("Python could not be started for the students' answers. Does `report check` run?")

    def _stop(self) -> None:
        if self._process is not None:
            self._control.close()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _asked(self, message: bytes, descriptor: list[int]) -> bytes:
        """Ask the process that forks, and begin it anew where it is gone."""
        for _ in range(3):
            if self._process is None:
                self._start()
            try:
                socket.send_fds(self._control, [message], descriptor)
                if said := self._control.recv(32):
                    return said
            except OSError:
                pass
            self._stop()
        raise BuildError("The process that runs the students' answers ends again and again. Run it for fewer students.")

    @contextmanager
    def child(self, steps: Sequence[dict[str, Any]], seconds: float) -> Iterator[Child]:
        """A process that runs these cells in a folder of its own; ended, with what it has started, in any case."""
        with tempfile.TemporaryDirectory(prefix="report-grade-", ignore_cleanup_errors=True) as folder:
            ours, theirs = socket.socketpair()
            with self._lock:
                pid = int(self._asked(runner.FORK, [theirs.fileno()]))
            theirs.close()
            one = Child(pid, ours, seconds)
            try:
                one.begin()
                one.say({"folder": folder, "steps": list(steps), "seconds": seconds})
                yield one
            finally:
                one.close()
                with self._lock:
                    self._asked(runner.END + str(pid).encode(), [])
