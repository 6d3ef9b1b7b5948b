"""The page "Run the model in your browser": an editor, its examples, and the model's own files.

What stands in the page is whole without Python: the examples can be read, and the page says whether this copy of the
site has Python with it. `report lab` adds that (analysis/teaching/pyodide.py) and fills the page's slot.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from analysis import scenarios
from analysis.report import notebooks, own
from analysis.report.site import scripts
from analysis.teaching import exercises, given, starters

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGE = "lab.html"

# Of Pyodide. Of its versions that a classic worker can start (from 314 on Pyodide is an ES module) the last.
VERSION = "0.29.5"

SCRIPT = "lab.js"
EXAMPLES = "book/teaching/lab"

# What is between the two is written anew when Python is added.
SLOT = ("<!-- lab -->", "<!-- /lab -->")

# Modules that a reader's code can import, beside `given`.
SHIPPED = ("analysis/__init__.py", "analysis/teaching/__init__.py", "analysis/teaching/lab.py", "analysis/costs/*.py")
# Checks of exercises, and what they expect in the base case.
CHECKS = ("analysis/teaching/checks.py", "analysis/teaching/answers.json")
# What imports them is of no use elsewhere.
CHECKED = "analysis.teaching.checks"

ABSENT = (
    '<p class="lab-core lab-absent"><strong>Python for the browser is not in this copy of the site;</strong> '
    "<code>make book</code> builds one with it. "
    "The code can be read below, and runs where the report is installed, beside a file <code>given.py</code> with the "
    "module's text. "
    'Exercises can be answered in <a href="classroom.html">their notebooks</a>.</p>'
)
PRESENT = (
    '<p class="lab-core" data-core="_static/lab-core.js"><strong>Python runs in this page, and nothing is installed.'
    "</strong> What you write stays on your computer. The first run fetches Python from this site: "
    "<strong>{size}</strong>, once; nothing is fetched before you press “Run”.</p>"
)


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


def files(scenario: scenarios.Scenario) -> dict[str, str]:
    """What the browser's Python finds on its path: the cost model as it is, and the generated module `given`."""
    patterns = SHIPPED + CHECKS if scenario.is_base else SHIPPED
    inside = {path.relative_to(notebooks.ROOT): path for path in own.files("analysis")}
    shipped = {name.as_posix(): path for name, path in inside.items() if any(map(name.match, patterns))}
    texts = {name: path.read_text(encoding="utf-8") for name, path in shipped.items()}
    return {**texts, "given.py": given.source(scenario)}


def with_core(html: str, size: str) -> str:
    """The page, offering Python of so many bytes; size: in words."""
    start, end = SLOT
    told = PRESENT.format(size=escape(size))
    return re.sub(f"(?s){re.escape(start)}.*?{re.escape(end)}", lambda _: f"{start}{told}{end}", html)


def as_data(name: str, value: object) -> str:
    """A value for a script, where no code runs and no text can end the element."""
    text = json.dumps(value, ensure_ascii=False).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def listing(summary: str, label: str, code: str, anchor: str = "") -> str:
    """Code to read, folded away. summary, label: HTML; anchor: where a link to it leads"""
    at = f' id="{anchor}"' if anchor else ""
    return (
        f'<details class="lab-listing"{at}><summary>{summary}</summary>'
        f'<pre tabindex="0" role="group" aria-label="{label}"><code>{escape(code)}</code></pre></details>'
    )


def editor(scenario: scenarios.Scenario) -> str:
    """The controls, the examples as text, and what the script needs."""
    grouped = groups(scenario)
    options = "".join(
        f'<optgroup label="{escape(heading)}">'
        + "".join(f'<option value="{each.name}">{escape(each.title)}</option>' for each in found)
        + "</optgroup>"
        for heading, found in grouped.items()
    )
    listed = "".join(
        f"<p><strong>{escape(heading)}</strong></p>"
        + "".join(listing(escape(each.title), escape(each.title), each.code, each.name) for each in found)
        for heading, found in grouped.items()
    )
    codes = {each.name: each.code for found in grouped.values() for each in found}
    return f"""<div class="lab" id="lab">
{SLOT[0]}{ABSENT}{SLOT[1]}
<noscript><p>Running it needs JavaScript, which this browser does not run. The code can be read below.</p></noscript>
<div class="lab-work" hidden>
<p class="lab-pick"><label for="lab-example">Start from</label> <select id="lab-example">{options}</select></p>
<p class="lab-chapter" hidden>Its question and hints: <a href="index.html">the exercise in its chapter</a></p>
<p class="lab-label"><label for="lab-code">Your code</label>
<span id="lab-keys">Tab moves four spaces in; Escape, then Tab, leaves the editor. Ctrl+Enter runs.</span></p>
<textarea id="lab-code" rows="22" spellcheck="false" autocapitalize="off" autocomplete="off" wrap="off"
aria-describedby="lab-keys"></textarea>
<p class="lab-tools"><button type="button" class="lab-run">Run</button>
<button type="button" class="lab-stop" disabled>Stop</button>
<button type="button" class="lab-reset">Reset the code</button>
<button type="button" class="lab-link">Copy a link to my code</button></p>
<p class="lab-status" role="status"></p>
<pre class="lab-output" tabindex="0" role="log" aria-label="Output" aria-live="polite"></pre>
</div>
<div class="lab-listings">{listed}</div>
</div>
{as_data("lab-examples", codes)}
{as_data("lab-files", files(scenario))}
"""


class LabDirective(SphinxDirective):
    """The editor, or with the argument `given` the data that it knows."""

    optional_arguments = 1

    def run(self) -> list[nodes.Node]:
        scenario = scenarios.Scenario(changes=dict(self.config.report_changes))
        if self.arguments == ["given"]:
            text = listing("The module <code>given</code>, as text", "The module given", given.source(scenario))
            return [nodes.raw("", text, format="html")]
        if self.arguments:
            raise self.error(f"The lab has no part '{self.arguments[0]}'. Write `{{lab}}` or `{{lab}} given`.")
        scripts.ask(self.env, SCRIPT)
        return [nodes.raw("", editor(scenario), format="html")]


def setup(app: Sphinx) -> None:
    app.add_directive("lab", LabDirective)
