"""What the exercises put on the pages of a site: a part of the section at the end, without a solution."""

from __future__ import annotations

from html import escape

from analysis.teaching import exercises, starters, students

# Where the notebooks and the zip are, seen from a page.
DOWNLOADS = "exercises"

# The way from an exercise to the page that runs Python, hidden in a site that has none: `report lab` shows it.
HIDDEN, SHOWN = '<span class="exercise-lab" hidden>', '<span class="exercise-lab">'


def section(chapter: exercises.Chapter, base: bool = True, title: str = "Exercises") -> list[str]:
    """The Markdown cells of a chapter's exercises, in MyST.

    base: whether the site is that of the base case, on which the checks rest
    """
    count = len(chapter.exercises)
    case = (
        ""
        if base
        else "\nThe checks know the answers of the base case, not those of this scenario. "
        "Where an exercise speaks of a number of this chapter, it means that of the base case."
    )
    in_browser = f"{HIDDEN}Each has a link to answer it in the browser, with nothing to install.</span>\n"
    ways = students.services(students.notebook_names(exercises.names())[chapter.name])
    launched = " or on " + " or ".join(f'<a href="{escape(to)}">{name}</a>' for name, to in ways) if ways else ""
    opening = (
        f"### {title}\n\n"
        f"{count} exercises, about {chapter.minutes} minutes in all.\n"
        f"{in_browser if base else ''}"
        f'Answer them in the <a href="{DOWNLOADS}/{escape(chapter.name)}.ipynb" download>notebook of this chapter</a>, '
        f"which checks each answer at once.\n"
        f'It runs in the folder of the <a href="{DOWNLOADS}/student.zip" download>zip with all notebooks</a>'
        f"{launched}; {{doc}}`classroom` says how.{case}"
    )
    there = starters.starters(chapter) if base else {}
    return [opening, *(one(each, number, each.id in there) for number, each in enumerate(chapter.exercises, start=1))]


def shown(html: str) -> str:
    """A page with the ways to Python that it hides."""
    return html.replace(HIDDEN, SHOWN)


def one(exercise: exercises.Exercise, number: int, in_browser: bool = False) -> str:
    """An exercise as a part of a page, its hints folded. in_browser: whether the page that runs Python has it"""
    hints = exercise.sources("hint")
    folded = [_folded("What the notebook gives", f"```python\n{given}\n```") for given in exercise.sources("given")]
    folded += [_folded(exercises.hint(place, len(hints)), hint) for place, hint in enumerate(hints, start=1)]
    to, label = f"lab.html#{exercise.id}", f"Answer exercise {number} in the browser"
    way = f'{HIDDEN} · <a id="exercise-{exercise.id}" href="{to}">{label}</a></span>' if in_browser else ""
    reason = [f"**For a reader.** {exercise.reason}"] if exercise.reason else []
    parts = [f"#### {number}. {exercise.title}", f"*{exercise.promise}*{way}", exercise.text, *reason, *folded]
    return "\n\n".join(parts)


def _folded(summary: str, text: str) -> str:
    return exercises.folded(summary, text).replace("<details>", '<details class="exercise-hint">', 1)
