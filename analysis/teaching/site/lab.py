"""The page "Run the model in your browser": an editor, its examples, and the model's own files.

What stands in the page is whole without Python: the examples can be read, and the page says whether this copy of the
site has Python with it. `report lab` adds that (analysis/teaching/pyodide.py) and fills the page's slot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docutils import nodes
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import scenarios
from analysis.report import notebooks, own
from analysis.report.site import scripts, templates
from analysis.report.slots import Slot
from analysis.teaching import exercises, given, starters

PAGE = "lab.html"

# Of Pyodide. Of its versions that a classic worker can start (from 314 on Pyodide is an ES module) the last.
VERSION = "0.29.5"

# The second uses what the first has.
SCRIPTS = ("lab-answers.js", "lab.js")
EXAMPLES = "book/teaching/lab"

# What it holds is written anew when Python is added.
SLOT = Slot("lab")

# Modules that a reader's code can import, beside `given`.
SHIPPED = ("analysis/__init__.py", "analysis/teaching/__init__.py", "analysis/teaching/lab.py", "analysis/costs/*.py")
# Checks of exercises, and what they expect in the base case.
CHECKS = ("analysis/teaching/checks.py", "analysis/teaching/answers.json")
# What imports them is of no use elsewhere.
CHECKED = "analysis.teaching.checks"


def _data(value: object) -> Markup:
    """A value for a script, where no code runs and no text can end the element."""
    return Markup(json.dumps(value, ensure_ascii=False).replace("<", "\\u003c"))


HTML = templates.beside(__file__, data=_data)


@dataclass(frozen=True)
class Example:
    """A piece of code to start from; its first line, a comment, is its title."""

    name: str
    title: str
    code: str


def examples(paths: Iterable[Path] | None = None) -> list[Example]:
    """The examples in the order of their file names."""
    found = []
    for path in own.files(EXAMPLES) if paths is None else paths:
        code = path.read_text(encoding="utf-8")
        first = code.partition("\n")[0]
        if not first.startswith("# "):
            raise ValueError(f"{path.name} begins with {first[:40]!r}. Its first line must be its title: `# Title`.")
        found.append(Example(path.stem, first.removeprefix("# "), code))
    return found


def groups(scenario: scenarios.Scenario) -> dict[str, list[Example]]:
    """Heading -> what stands below it in the list: examples, and in the base case what checks answers to exercises."""
    found = {"Examples": [each for each in examples() if scenario.is_base or CHECKED not in each.code]}
    if scenario.is_base:
        for chapter in exercises.chapters():
            titles = {each.id: f"{number}. {each.title}" for number, each in enumerate(chapter.exercises, start=1)}
            codes = starters.starters(chapter)
            found[f"Exercises: {chapter.title}"] = [Example(name, titles[name], code) for name, code in codes.items()]
    return found


def asked(scenario: scenarios.Scenario) -> dict[str, Any]:
    """What the script knows of exercises: title, place, question for a reader and check of each; lines of all."""
    found = {}
    for chapter in exercises.chapters() if scenario.is_base else ():
        there = starters.starters(chapter)
        for each in chapter.exercises:
            if each.id in there:
                title = f"{chapter.title}: {each.title}"
                page = f"{notebooks.home(chapter.name)}.html#exercise-{each.id}"
                said = {"title": title, "page": page, "reason": each.reason, "check": starters.printed(each)}
                found[each.id] = said
    return {"first": starters.FIRST, "head": starters.HEAD, "exercises": found}


def files(scenario: scenarios.Scenario) -> dict[str, str]:
    """What the browser's Python finds on its path: the cost model as it is, and the generated module `given`."""
    patterns = SHIPPED + CHECKS if scenario.is_base else SHIPPED
    inside = {path.relative_to(notebooks.ROOT): path for path in own.files("analysis")}
    shipped = {name.as_posix(): path for name, path in inside.items() if any(map(name.match, patterns))}
    texts = {name: path.read_text(encoding="utf-8") for name, path in shipped.items()}
    return {**texts, "given.py": given.source(scenario)}


def with_core(html: str, size: str) -> str:
    """The page, offering Python of so many bytes; size: in words."""
    return SLOT.filled(html, HTML.present(size))


def editor(scenario: scenarios.Scenario) -> str:
    """The controls, the examples as text, and what the script needs."""
    grouped = groups(scenario)
    codes = {each.name: each.code for found in grouped.values() for each in found}
    slot = Markup(SLOT.holding(HTML.absent()))
    return str(HTML.editor(slot, grouped, codes, files(scenario), asked(scenario)))


class LabDirective(SphinxDirective):
    """The editor, or with the argument `given` the data that it knows."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        scenario = scenarios.Scenario(changes=dict(self.config.report_changes))
        if self.arguments == ["given"]:
            summary = Markup("The module <code>given</code>, as text")
            text = HTML.listing(summary, "The module given", given.source(scenario))
            return [nodes.raw("", str(text), format="html")]
        if self.arguments:
            raise self.error(f"The lab has no part '{self.arguments[0]}'. Write `{{lab}}` or `{{lab}} given`.")
        scripts.ask(self.env, *SCRIPTS)
        return [nodes.raw("", editor(scenario), format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("lab", LabDirective)
