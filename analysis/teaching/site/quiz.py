"""The questions at the end of a chapter: a form that is answered in the page, and a list of answers without a script.

    ```{quiz} capex
    ```

shows the questions of book/teaching/quizzes/capex.yml for the site's case.
book/assets/quiz.js checks the answers, and is loaded by pages that have questions. It reads what is right and why from
the folded list of answers, so nothing stands in a page twice.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import scenarios, tables, words
from analysis.case import Case
from analysis.report.site import scripts, templates, typography
from analysis.teaching import quizzes

SCRIPT = "quiz.js"
HTML = templates.beside(
    __file__,
    repr=repr,
    typeset=lambda text: Markup(typography.html(text)),
    digits=lambda value: words.digits(value, 4),
)


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
        # A page of two chapters counts on, so that no two questions bear the same name.
        before = self.env.temp_data.get("quiz", 0)
        self.env.temp_data["quiz"] = before + len(found)
        return [nodes.raw("", str(HTML.quiz(found, f"quiz-{chapter}", before)), format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("quiz", QuizDirective)
