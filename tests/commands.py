"""The `report` command: as a process of its own, or in this one, which is quicker."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from typing import Any

from analysis import cli
from analysis.report import notebooks

Done = subprocess.CompletedProcess[str]


def process(
    *arguments: str, environment: dict[str, str] | None = None, **more: Any
) -> subprocess.CompletedProcess[str]:
    """Run it as a user would, with more in its environment."""
    command = [sys.executable, "-m", "analysis", *arguments]
    settings = {**os.environ, **(environment or {})}
    return subprocess.run(command, capture_output=True, text=True, cwd=notebooks.ROOT, env=settings, **more)


def here(*arguments: str) -> tuple[int, str]:
    """Its exit status, and all that it says."""
    said = io.StringIO()
    sys_argv, sys.argv = sys.argv, ["report", *arguments]
    cli.errors.file = said
    try:
        with redirect_stdout(said), redirect_stderr(said):
            try:
                cli.main()
            except SystemExit as end:
                return int(end.code or 0), said.getvalue()
        return 0, said.getvalue()
    finally:
        sys.argv, cli.errors._file = sys_argv, None  # back to whatever stderr is then


def refused(*arguments: str) -> str:
    """The one line in which it refuses."""
    status, said = here(*arguments)
    assert status == 1 and len(said.splitlines()) == 1, said
    return said
