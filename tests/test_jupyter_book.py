"""The ecosystem's own command, `jupyter-book build .`, in a checkout as it stands, with its .venv and its _build.

It is also the second rendering, beside somebody's settings; `make same-bytes` varies more, and runs the pages too.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import somebody

from analysis import asked
from analysis.report import digests, notebooks
from analysis.teaching import pyodide


def jupyter_book(out: Path, settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    start = "from jupyter_book.cli.main import main; main()"
    command = [sys.executable, "-c", start, "build", ".", "--path-output", str(out)]
    # What `report` drops when it begins is the caller's here, as is docutils' file at home.
    dropped = ("PYTHON", "PWD", "HOME", asked.INPUT)
    settings = {name: value for name, value in settings.items() if not name.startswith(dropped)}
    environment = {**os.environ, **settings, "USER": "grace"}
    return subprocess.run(command, cwd=notebooks.ROOT, env=environment, capture_output=True, text=True)


@pytest.fixture
def out() -> Iterator[Path]:
    """A place in the checkout, as `_build` is: a short way from the pages, which leads there from them alone."""
    (notebooks.ROOT / "_build").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="another place — über ", dir=notebooks.ROOT / "_build") as folder:
        yield Path(folder)


@pytest.mark.slow
def test_it_makes_the_site_of_report_build_and_replaces_nothing_else(site: Path, out: Path, tmp_path: Path) -> None:
    settings = somebody.settings(tmp_path)
    html = out / "_build" / "html"
    html.mkdir(parents=True)
    (html / "thesis.txt").write_text("years of work")
    refused = jupyter_book(out, settings)
    assert refused.returncode and "which is on no list of what this report put there" in refused.stderr, refused.stderr
    assert [path.name for path in html.iterdir()] == ["thesis.txt"]

    (html / "thesis.txt").unlink()
    done = jupyter_book(out, settings)
    assert not done.returncode, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    told = [line for line in (done.stdout + done.stderr).splitlines() if "WARNING" in line or "ERROR" in line]
    assert not told, "\n".join(told)
    assert not pyodide.present(site), (
        "REPORT_SITE names a site with Python in it; name one that `report build` has made."
    )
    ours, wanted = digests.of_files(html), digests.of_files(site)
    other = sorted(name for name in ours.keys() | wanted.keys() if ours.get(name) != wanted.get(name))
    assert not other, (
        f"`jupyter-book build .` and `report build` differ in {', '.join(other[:10])}. "
        "Is a page stale? Run `report refresh`; else see analysis/report/site/plain.py."
    )
