"""Every benchmark runs, at its smallest setting: one that no test starts is soon broken. No test asks how fast."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from analysis.report import identity, notebooks

FOLDER = notebooks.ROOT / "benchmarks"
# Script -> what it prints.
PRINTED = {
    "draws": "1,000 draws",
    "families": "1 models more",
    "live": "six_million, phone, 4x slower: median",
    "rebuild": "floor",
    "sweeps": "whole sweep, all change",
}


def test_each_benchmark_is_started_here() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(PRINTED)


@pytest.mark.parametrize("name", PRINTED)
@pytest.mark.slow
def test_it_runs(name: str, request: pytest.FixtureRequest) -> None:
    of_site = [str(request.getfixturevalue("site"))] if name == "live" else []
    command = [sys.executable, str(FOLDER / f"{name}.py"), *of_site, "--smallest"]
    done = subprocess.run(command, cwd=notebooks.ROOT, capture_output=True, text=True)
    assert not done.returncode, done.stdout + done.stderr
    assert PRINTED[name] in done.stdout


def test_the_copy_that_is_rebuilt_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(FOLDER)
    import rebuild

    rebuild.Tree(tmp_path)
    licences = {notebooks.ROOT / name for name in ("LICENSE", "LICENSE-CONTENT.md", "pyproject.toml")}
    missing = [
        str(path)
        for path in {*identity.files(), *licences}
        if not (tmp_path / path.relative_to(notebooks.ROOT)).exists()
    ]
    assert not missing, f"The copy lacks {missing[:5]}. Are they in version control?"
