"""The instructor's edition: a site with solutions, expected answers, usual mistakes, marking and teaching notes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from analysis import words
from analysis.report import notebooks, own, rendering
from analysis.report.execution import Progress
from analysis.teaching import exercises, students, variants
from analysis.teaching.wanted import Wanted

FOLDER = "teachers"
TITLE = "Instructor's edition"
WARNING = "<strong>Instructor's edition.</strong> It holds the solutions: do not publish it beside the report."


def code(source: str) -> str:
    return f"```python\n{source}\n```"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table; a bar inside a cell would end it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def shown(value: Any, unit: str = "") -> str:
    """A value as a teacher reads it: digits enough to compare, grouped by thousands."""
    if isinstance(value, list):
        return "; ".join(shown(each, unit) for each in value)
    if isinstance(value, float | int):
        return f"{words.digits(value, 6)} {unit}".strip()
    return str(value)


def expected_rows(spec: Mapping[str, Any]) -> list[list[str]]:
    """What is expected of one answer: value, and how far it may be off."""
    unit = spec.get("unit", "")
    if "between" in spec:
        low, high = spec["between"]
        return [
            [f"`{spec['name']}`", f"for example {shown(spec['value'], unit)}", f"{shown(low)} to {shown(high, unit)}"]
        ]
    if spec["kind"] == "function":
        return [
            [
                f"`{spec['name']}({', '.join(map(json.dumps, inputs))})`",
                shown(value, unit),
                f"± {spec['tolerance']:.2%}",
            ]
            for inputs, value in zip(spec["on"], spec["value"], strict=True)
        ]
    if spec["kind"] == "text":
        points = ", ".join(mention["what"] for mention in spec["mentions"])
        return [[f"`{spec['name']}`", f"speaks of: {points}", "read by you"]]
    tolerance = f"± {words.digits(100 * spec['tolerance'])} %" if spec["kind"] == "number" else "exactly"
    return [[f"`{spec['name']}`", shown(spec["value"], unit), tolerance]]


def mistakes(specs: list[dict[str, Any]]) -> str:
    """The usual mistakes, and what the check answers to each."""
    rows = [
        [f"`{spec['name']}`", shown(mistake["value"], spec.get("unit", "")), mistake["message"]]
        for spec in specs
        for mistake in spec["mistakes"]
    ]
    if not rows:
        return ""
    return "**Usual mistakes**\n\n" + table(["Answer", "Gives", "What the check says"], rows)


def points(exercise: exercises.Exercise) -> str:
    """Who gives how many points, and for what."""
    given = "; ".join(
        f"{f'`{name}`' if name in exercise.answers else 'the reason'} {words.counted(count, 'point')}"
        f"{', by you' if name in exercise.read else ''}"
        for name, count in exercise.points.items()
    )
    return f"**Points.** {given[0].upper()}{given[1:]}."


def checklist(specs: list[dict[str, Any]]) -> str:
    points = [f"- {point}" for spec in specs if spec["kind"] == "text" for point in spec["checklist"]]
    return "**Checklist**\n\n" + "\n".join(points) if points else ""


def one(exercise: exercises.Exercise, number: int, specs: list[dict[str, Any]]) -> str:
    """An exercise with all that a teacher needs."""
    (solution,), (marking,) = exercise.sources("solution"), exercise.sources("solution", "marking")
    given = [f"**Given**\n\n{code(source)}" for source in exercise.sources("given")]
    hints = "**Hints**\n\n" + "\n".join(f"- {' '.join(hint.split())}" for hint in exercise.sources("hint"))
    rows = [row for spec in specs for row in expected_rows(spec)]
    parts = [
        f"## {number}. {exercise.title}",
        f"*{exercise.about}* · `{exercise.id}`",
        f"After this a student can {exercise.aim}.",
        exercise.text,
        f"**For a reader.** {exercise.reason}" if exercise.reason else "",
        hints,
        *given,
        f"**Solution**\n\n{code(solution)}",
        "**Expected**\n\n" + table(["Answer", "Value", "Tolerance"], rows),
        mistakes(specs),
        checklist(specs),
        points(exercise),
        marking,
    ]
    return "\n\n".join(part for part in parts if part)


def page(chapter: exercises.Chapter, answers: Mapping[str, Any]) -> str:
    """The page of one chapter."""
    planned = (
        f"{len(chapter.exercises)} exercises for {chapter.points} points, about {chapter.minutes} minutes, "
        "and ten more to discuss them."
    )
    parts = [f"# {chapter.title}", planned, *chapter.tagged("teaching")]
    for number, exercise in enumerate(chapter.exercises, start=1):
        parts.append(one(exercise, number, answers[exercise.id]["answers"]))
    return "\n\n".join(parts) + "\n"


def key(edition: variants.Edition) -> str:
    """What was drawn for a variant; "" for the base case."""
    if not edition.variant:
        return ""
    rows = [
        [f"`{name}`", ", ".join(f"{each.replace('_', ' ')}: {value:,}" for each, value in inputs.items())]
        for name, inputs in edition.drawn.items()
    ]
    told = f"""## Variant {edition.variant}

These exercises have numbers of their own in this variant; all others are those of the base case.
`report classroom --variant {edition.variant}` gives the same again, on any computer.

"""
    return told + table(["Exercise", "What was drawn"], rows)


def index(edition: variants.Edition) -> str:
    """The first page, with the timetable and what was drawn."""
    chapters = edition.chapters
    rows = [
        [
            f"[{each.title}]({each.name}.md)",
            str(len(each.exercises)),
            ", ".join(dict.fromkeys(exercises.LEVELS[exercise.level] for exercise in each.exercises)),
            f"{each.minutes} minutes",
            str(each.points),
        ]
        for each in chapters
    ]
    total, points = (sum(counts) for counts in zip(*((each.minutes, each.points) for each in chapters), strict=True))
    count = sum(len(each.exercises) for each in chapters)
    rows.append(["**All**", str(count), "", f"**{total} minutes**", f"**{points}**"])
    values = {
        "timetable": table(["Chapter", "Exercises", "Levels", "Time", "Points"], rows),
        "count": str(count),
        "notebooks": str(len(chapters)),
        "variant": key(edition),
    }
    return students.filled("instructor.md", values)


def stage(folder: Path, edition: variants.Edition) -> None:
    """Lay out the edition for Jupyter Book, in the look of the report."""
    shutil.rmtree(folder, ignore_errors=True)
    own.copy("book/assets", folder / "assets")
    # The glossary, because the notes beside terms are taken from it.
    for name in ("references.bib", "glossary.md"):
        shutil.copyfile(notebooks.BOOK / name, folder / name)
    (folder / "index.md").write_text(index(edition), encoding="utf-8")
    for each in edition.chapters:
        (folder / f"{each.name}.md").write_text(page(each, edition.answers), encoding="utf-8")
    config = rendering.staged(notebooks.ROOT / "_config.yml")
    title = f"{TITLE}, {edition.told}" if edition.variant else TITLE
    config["title"] = title
    settings = config["sphinx"]["config"]
    settings["html_theme_options"]["announcement"] = f'<div class="scenario">{WARNING}</div>'
    settings["html_theme_options"]["logo"] = {"text": title}
    settings["html_theme_options"]["use_download_button"] = False  # sources are left out
    settings["html_baseurl"] = settings["report_repository_url"] = ""
    toc = {
        "format": "jb-book",
        "root": "index",
        "chapters": [{"file": name} for name in (*exercises.names(), "glossary")],
    }
    for name, content in (("_config.yml", config), ("_toc.yml", toc)):
        (folder / name).write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def build(folder: Path, progress: Progress, wanted: Wanted) -> None:
    """The edition as a site below `folder`, and as one file to hand to a colleague."""
    work = folder.with_name("instructor")
    stage(work, variants.edition(wanted.variant))
    shutil.rmtree(folder / FOLDER, ignore_errors=True)
    shutil.copytree(rendering.render(work), folder / FOLDER, ignore=shutil.ignore_patterns("_sources"))
