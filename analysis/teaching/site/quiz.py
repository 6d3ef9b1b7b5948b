"""The questions at the end of a chapter: a form that is answered in the page, and a list of answers without a script.

    ```{quiz} capex
    ```

shows the questions of book/teaching/quizzes/capex.yml for the site's case. The section is put at the end of a page when
the site is staged, so the committed notebooks stay as they are.
book/assets/quiz.js checks the answers, and is loaded by pages that have questions. It reads what is right and why from
the folded list of answers, so nothing stands in a page twice.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from analysis import scenarios, tables, words
from analysis.case import Case
from analysis.report import notebooks
from analysis.report.site import scripts, typography
from analysis.teaching import quizzes
from analysis.teaching.quizzes import Question

if TYPE_CHECKING:
    from sphinx.application import Sphinx

SCRIPT = "quiz.js"
TITLE = "Check yourself"


def append(folder: Path) -> None:
    """Put the section at the end of every staged page that has questions."""
    for chapter in quizzes.chapters():
        path = folder / f"{chapter}.ipynb"
        if path.exists():
            notebooks.extend(path, {"check-yourself": f"## {TITLE}\n\n```{{quiz}} {chapter}\n```"})


def question_html(question: Question, number: int, count: int, name: str) -> str:
    """One question. name: unique on the page"""
    asked = typography.html(question.ask)
    legend = f'<legend><span class="quiz-number">Question {number} of {count}</span> {asked}</legend>'
    if question.kind == "number":
        field = (
            f'<p class="quiz-field"><label for="{name}">Your answer, in {escape(question.unit)}</label> '
            f'<input id="{name}" type="text" inputmode="decimal" autocomplete="off" size="12"></p>'
        )
        facts = f' data-answer="{question.answer!r}" data-tolerance="{question.tolerance!r}"'
        answers = [
            f'<li data-right="true"><strong class="quiz-right">Right:</strong> {escape(question.shown)}. '
            f'<span class="quiz-why">{typography.html(question.why)}</span></li>',
            *(
                f'<li data-value="{slip.value!r}"><strong class="quiz-wrong">Not:</strong> '
                f"{escape(words.digits(slip.value, 4))} {escape(question.unit)}. "
                f'<span class="quiz-why">{typography.html(slip.why)}</span></li>'
                for slip in question.slips
            ),
        ]
    else:
        kind = "radio" if question.kind == "one" else "checkbox"
        field = "".join(
            f'<label class="quiz-option" for="{name}-{place}"><input type="{kind}" id="{name}-{place}" name="{name}" '
            f'value="{place}"> <span>{typography.html(option.text)}</span></label>'
            for place, option in enumerate(question.options)
        )
        if question.kind == "several":
            legend = legend.replace("</legend>", ' <span class="quiz-how">One or more are right.</span></legend>')
        facts = ""
        answers = [
            f'<li data-right="{str(option.right).lower()}"><strong class="quiz-{"right" if option.right else "wrong"}">'
            f"{'Right' if option.right else 'Not'}:</strong> {typography.html(option.text)} "
            f'<span class="quiz-why">{typography.html(option.why)}</span></li>'
            for option in question.options
        ]
    return (
        f'<form class="quiz-question" data-kind="{question.kind}"{facts} autocomplete="off">'
        f"<fieldset>{legend}{field}</fieldset>"
        '<p class="quiz-tools" hidden><button type="submit">Check'
        f'<span class="visually-hidden"> question {number}</span></button></p>'
        '<div class="quiz-said" role="status"></div>'
        f'<details class="quiz-answers"><summary>All answers to question {number}, explained</summary>'
        f"<ul>{''.join(answers)}</ul></details></form>"
    )


def quiz_html(questions: list[Question], name: str) -> str:
    """All questions of a page."""
    parts = [question_html(each, place, len(questions), f"{name}-{each.id}") for place, each in enumerate(questions, 1)]
    return f'<div class="quiz">{"".join(parts)}</div>'


@lru_cache(maxsize=4)
def _case(changes: tuple[tuple[str, Any], ...]) -> Case:
    # One for all pages of a site: its draws are made once.
    scenario = scenarios.Scenario(changes=dict(changes))
    return Case(scenario.values(), scenario)


class QuizDirective(SphinxDirective):
    """The questions of a chapter."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        chapter = self.arguments[0]
        try:
            changes = self.config.report_changes
            # Every setting has a site: a question that one of them makes senseless is left out there.
            found = quizzes.questions(chapter, _case(tuple(sorted(changes.items()))), strict=not changes)
        except quizzes.QuizError as error:
            raise self.error(str(error)) from None
        for path in sorted(tables.DATA.glob("*.csv")):
            self.env.note_dependency(str(path))
        scripts.ask(self.env, SCRIPT)
        return [nodes.raw("", quiz_html(found, f"quiz-{chapter}"), format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("quiz", QuizDirective)
