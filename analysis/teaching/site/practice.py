"""The section "Check yourself" at the end of a page: its questions and exercises, folded behind one line.

It is put there when the site is staged, so the committed notebooks stay as they are. Of a page that has taken in others
(book/moved.yml) it holds the questions and exercises of each.
"""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis import words
from analysis.report import notebooks
from analysis.teaching import exercises, quizzes
from analysis.teaching.site import chapters

TITLE = "Check yourself"
# Docutils' name of that section.
ID = "check-yourself"


def pages() -> dict[str, list[str]]:
    """Page -> the chapters whose questions or exercises it has, in the order of the book."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in exercises.ordered({*quizzes.chapters(), *exercises.names()}):
        found[notebooks.home(name)].append(name)
    return found


def cells(names: list[str], base: bool) -> list[str]:
    """The section of a page in MyST, a cell each; base: whether the site is that of the base case."""
    given = [exercises.chapter(name) for name in names if name in exercises.names()]
    found = [f"## {TITLE}\n\n{words.counted(sum(len(each.exercises) for each in given), 'exercise')}"]
    found += [f"```{{quiz}} {name}\n```" for name in names if name in quizzes.chapters()]
    for chapter in given:
        found += chapters.section(chapter, base, f"Exercises: {chapter.title}" if len(given) > 1 else "Exercises")
    return found


def append(folder: Path, base: bool) -> None:
    """Put the section at the end of every staged page that has questions or exercises."""
    for page, names in pages().items():
        path = folder / f"{page}.ipynb"
        if path.exists():
            made = cells(names, base)
            notebooks.extend(path, {f"practice-{number:02d}": source for number, source in enumerate(made)})


class Fold(SphinxPostTransform):
    """What follows the line of the section goes behind it."""

    default_priority = 880  # before the sections are measured
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for section in self.document.findall(nodes.section):
            if ID in section["ids"]:
                title, line, *rest = section.children
                # How many questions there are, the case decides.
                asked = sum(node.astext().count('class="quiz-question"') for node in section.findall(nodes.raw))
                about = f"{words.counted(asked, 'question')} and {line.astext()}"
                start, end = f'<details class="practice"><summary>{about}</summary>', "</details>"
                section.children = []
                section.extend([title, nodes.raw("", start, format="html"), *rest, nodes.raw("", end, format="html")])
                section["classes"].append("folded")


def setup(app: Sphinx) -> None:
    app.add_post_transform(Fold)
