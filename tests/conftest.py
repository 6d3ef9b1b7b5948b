"""What several tests share."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from served import served

from analysis.report.browser import NoBrowserError, started


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base case's site, built once a test run, whatever the number of processes.

    REPORT_SITE=_build/html looks at a site that is there already.
    """
    if given := os.environ.get("REPORT_SITE"):
        return Path(given).resolve()
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "site"
    with (shared / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "index.html").exists():
            command = [sys.executable, "-m", "analysis", "build", "--out", str(folder)]
            run = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[1])
            if run.returncode:
                pytest.fail(f"`report build` failed:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}", pytrace=False)
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, with a slash at its end."""
    with served(site) as found:
        yield found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, to which no host exists but this computer."""
    try:
        with started(
            "--disable-sync", "--no-first-run", "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
        ) as chromium:
            yield chromium
    except NoBrowserError as error:
        pytest.fail(f"The tests look at the pages with a browser. {error}", pytrace=False)
