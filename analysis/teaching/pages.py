"""What the exercises put on the pages of a site: a section at the end of their chapter, without a solution."""

from __future__ import annotations

from html import escape
from pathlib import Path

from analysis.report import notebooks
from analysis.teaching import exercises

# Where the notebooks and the zip are, seen from a page.
DOWNLOADS = "exercises"


def section(chapter: exercises.Chapter, base: bool = True) -> list[str]:
    """The Markdown cells of a chapter's exercises, in MyST.

    base: whether the site is that of the base case, on which the checks rest
    """
    count = len(chapter.exercises)
    case = "" if base else "\nThe checks know the answers of the base case, not those of this scenario."
    opening = (
        f"## Exercises\n\n"
        f"{count} exercises, about {chapter.minutes} minutes in all.\n"
        f'Answer them in the <a href="{DOWNLOADS}/{escape(chapter.name)}.ipynb" download>notebook of this chapter</a>, '
        f"which checks each answer at once.\n"
        f'It runs in the folder of the <a href="{DOWNLOADS}/student.zip" download>zip with all notebooks</a>; '
        f"{{doc}}`classroom` says how.{case}"
    )
    return [opening, *(one(exercise, number) for number, exercise in enumerate(chapter.exercises, start=1))]


def one(exercise: exercises.Exercise, number: int) -> str:
    """An exercise as a part of a page, its hints folded."""
    hints = exercise.sources("hint")
    shown = [_folded("What the notebook gives", f"```python\n{given}\n```") for given in exercise.sources("given")]
    shown += [_folded(_hint(place, len(hints)), hint) for place, hint in enumerate(hints, start=1)]
    parts = [f"### {number}. {exercise.title}", f"*{exercise.about}*", exercise.text, *shown]
    return "\n\n".join(parts)


def _folded(summary: str, text: str) -> str:
    return exercises.folded(summary, text).replace("<details>", '<details class="exercise-hint">', 1)


def _hint(place: int, count: int) -> str:
    return "Hint" if count == 1 else f"Hint {place} of {count}"


def append(folder: Path, base: bool) -> None:
    """Add the exercises to the chapters of a staged folder; the committed chapters stay as they are."""
    for name in exercises.names():
        path = folder / f"{name}.ipynb"
        if path.exists():
            cells = section(exercises.chapter(name), base)
            notebooks.extend(path, {f"exercise-{number:02d}": source for number, source in enumerate(cells)})
