"""What every part of the classroom's folder is given: for which class, and a folder to write into."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from analysis.scenarios import Scenario


@dataclass(frozen=True)
class Wanted:
    """For which class.

    scenario: that of the questions and the slides; the exercises are those of the base case
    variant:  of the exercises, 0 for that of the base case
    form:     the grader for which the exercises are written instead, one of `graders.FORMATS`
    story:    a folder, or the name of one that the report ships, that the class audits
    """

    scenario: Scenario = field(default_factory=Scenario)
    variant: int = 0
    story: str = "minimax_m1"
    form: str = ""


def fill(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write files by their paths below a folder."""
    for name, content in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
