"""What several tests share."""

from __future__ import annotations

import fcntl
import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import warm_nbval
from playwright.sync_api import Browser
from served import served

from analysis.report import execution, notebooks
from analysis.report.browser import NoBrowserError, started
from analysis.scenarios import Scenario

# The longest files, begun first: so no process is left with one while the other has nothing to do. The first builds the
# site; the next three need none, so that nothing waits for it.
LONG = [
    *("test_tour", "test_judgements", "test_execution", "test_sweeps", "test_jupyter_book", "test_lab", "test_live"),
    *("test_accessibility", "test_benchmarks", "test_slides", "test_downloads"),
]

# Who asks for one of these is slow: `make test-quick` leaves it out, as it does what is marked so. So it builds no site
# and needs no browser.
SLOW_FIXTURES = {"browser", "installed", "package", "printed", "published", "rebuilt", "site", "staffed"}


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: left out by `make test-quick`")
    if config.getoption("nbval", default=False):
        warm_nbval.use()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if SLOW_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("slow")
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


def pytest_collection_finish() -> None:
    # Neither what was imported nor the parsed pages of a site go away: looking through them for circles, again and
    # again, takes nearly as long as reading them.
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once a test run, whatever the number of processes."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / f"{name}.made").exists():
            make(shared / name)
            (shared / f"{name}.made").touch()
    return shared / name


@pytest.fixture(scope="session")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of every page run again from data, each using only the parameters that it declares."""

    def run(folder: Path) -> None:
        execution.execute_pages([*notebooks.sources(), *notebooks.members()], Scenario(), folder, again=True)

    return once(tmp_path_factory, "rebuilt", run)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The base case's site, of the pages that were run for this test run.

    REPORT_SITE=_build/html looks at a site that is there already.
    """
    if given := os.environ.get("REPORT_SITE"):
        return Path(given).resolve()
    request.getfixturevalue("rebuilt")  # they are in the store now

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "analysis", "build", "--out", str(folder)]
        run = subprocess.run(command, capture_output=True, text=True, cwd=notebooks.ROOT)
        if run.returncode:
            pytest.fail(f"`report build` failed:\n{run.stdout[-2000:]}\n{run.stderr[-4000:]}", pytrace=False)

    return once(tmp_path_factory, "site", build)


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
