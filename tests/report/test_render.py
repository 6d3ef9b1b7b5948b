"""Jupyter Book as a process: what it complains of is told plainly, and it does not outlive who called it."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from analysis.report import files, notebooks, place, rendering, surroundings

# In the place of Jupyter Book: complains as Sphinx does, in colours, or goes on for ever.
REFUSING = """
import sys
from sphinx.util.console import red
def main():
    print(red(f"{sys.argv[2]}/prices.md:3: WARNING: undefined label"), file=sys.stderr)
    sys.exit(1)
"""
ENDLESS = """
import os, pathlib, sys, time
def main():
    pathlib.Path(sys.argv[2], "pid").write_text(str(os.getpid()))
    time.sleep(120)
"""


def stand_in(folder: Path, main: str) -> None:
    for name, text in (("__init__", ""), ("cli/__init__", ""), ("cli/main", main)):
        files.replace(folder / "jupyter_book" / f"{name}.py", text.encode())


def test_a_complaint_names_the_page_in_book_and_has_no_colours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, REFUSING)
    monkeypatch.setitem(surroundings.PYTHON, "PYTHONPATH", str(tmp_path))
    (tmp_path / "source").mkdir()
    with pytest.raises(place.BuildError) as refused:
        rendering.render(tmp_path / "source")
    assert str(refused.value) == "Jupyter Book refused the pages:\nbook/prices.md:3: WARNING: undefined label"


def test_the_renderer_ends_with_a_command_that_is_killed(tmp_path: Path) -> None:
    stand_in(tmp_path, ENDLESS)
    script = (
        "import sys; from pathlib import Path; from analysis.report import rendering, surroundings; "
        "surroundings.PYTHON['PYTHONPATH'] = sys.argv[1]; rendering.render(Path(sys.argv[1]))"
    )
    command = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], cwd=notebooks.ROOT)
    try:
        while not (begun := tmp_path / "pid").exists() or not begun.read_text():
            assert command.poll() is None, "the command ended before it was killed"
        renderer = psutil.Process(int(begun.read_text()))
    finally:
        command.send_signal(signal.SIGKILL)
        command.wait()
    gone, alive = psutil.wait_procs([renderer], timeout=30)
    for process in alive:
        process.kill()
    assert gone and not alive, "The renderer goes on alone."


def test_a_renderer_that_nobody_calls_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, ENDLESS)
    monkeypatch.setitem(surroundings.PYTHON, "PYTHONPATH", str(tmp_path))
    before = set(psutil.Process().children())
    with pytest.raises(place.BuildError, match="a page failed"), rendering.renderer(tmp_path):
        (waiting,) = set(psutil.Process().children()) - before
        raise place.BuildError("a page failed")
    assert not waiting.is_running()
