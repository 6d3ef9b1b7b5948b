"""Where the project's files are: around this package in a clone, or inside it where a wheel was installed.

A wheel carries data/, the references and the committed pages (pyproject.toml lists them): what computes the results,
and what says where each is argued. What the book is built from otherwise is in a clone alone.
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
CARRIED = PACKAGE / "carried"

# Whether this is a clone, from which the book can be built.
HAS_BOOK = not CARRIED.is_dir()
ROOT = PACKAGE.parent if HAS_BOOK else CARRIED

# Where the report keeps its work. It may be a link to another disk; what is in it comes from the report alone.
# Nobody's work belongs among installed packages: without a clone it is in the folder that the user stands in.
BUILD = ROOT / "_build" if HAS_BOOK else Path("_build")


def name_of(path: Path) -> str:
    """The path of a file of the project as in a clone, wherever it is: data/models.csv, analysis/case.py."""
    return path.relative_to(ROOT if path.is_relative_to(ROOT) else PACKAGE.parent).as_posix()
