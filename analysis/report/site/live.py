"""The live figures on a page: controls, drawings and tables, written as HTML that is whole without a script.

A page asks for them with a directive:

    ```{live} capex
    :parameters: fleet server_price_h100_usd_per_gpu
    ```

names one panel or several (see book/live.yml) and the assumptions to show; `:parameters: all` shows all, in
their groups. What stands in the page without a script is the published report: its static figure and its table.
book/assets/live.js brings the page to life, and is loaded by pages that have a directive, and by no other.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from analysis import tables, words
from analysis.figures.drawing import in_pixels
from analysis.listing import cite
from analysis.parameters import Parameter
from analysis.report import live, notebooks
from analysis.report.site import scripts, templates
from analysis.untrusted import meant, unknown

PAGE = "how_sure"
SCRIPTS = ("live-model.js", "words.js", "live.js")

HTML = templates.beside(__file__)


@lru_cache(maxsize=1)
def _drawings(folder: Path) -> dict[str, notebooks.Drawing]:
    return notebooks.drawings(sorted(folder.glob("*.ipynb")))


def plain(value: float) -> str:
    """A number as a slider takes it."""
    return words.digits(value, 12).replace(",", "")


class LiveDirective(SphinxDirective):
    """Live panels and the controls of their assumptions."""

    required_arguments = 1
    optional_arguments = 20
    final_argument_whitespace = False
    option_spec: ClassVar[dict[str, Any]] = {"parameters": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        self.model = live.live(self.config.report_changes)
        panels = [self._panel(name) for name in self.arguments]
        chosen = self._parameters()
        for path in (live.SOURCE, *sorted(tables.DATA.glob("*.csv"))):
            self.env.note_dependency(str(path))
        scripts.ask(self.env, *SCRIPTS)
        self.number = self.env.new_serialno("live")
        self.whole = chosen == self.model.used
        if self.whole:
            # Sliders and drawings take the width of the page's own contents.
            self.env.metadata[self.env.docname]["html_theme.sidebar_secondary.remove"] = True
        kind = "live-whole" if self.whole else "live-compact"
        drawn = [self._raw(self._shown(panel)) for panel in panels]
        status = self._raw(HTML.status(self.whole, PAGE))
        return [
            self._raw(f'{HTML.without_a_script()}<report-live class="{kind}">'),
            self._raw('<form class="live-controls" autocomplete="off" aria-label="Assumptions">'),
            *(self._grouped(chosen) if self.whole else [node for name in chosen for node in self._control(name)]),
            self._raw("</form>"),
            self._raw('<div class="live-results">'),
            # Beside one or two sliders the drawing comes first: it should move under the reader's eyes.
            *([status, *drawn] if self.whole else [*drawn, status]),
            self._raw("</div>"),
            *([self._raw('<p class="live-strip" aria-hidden="true"></p>')] if self.whole else []),
            self._raw("</report-live>"),
        ]

    def _raw(self, html: str) -> nodes.raw:
        return nodes.raw("", str(html), format="html")

    def _panel(self, name: str) -> live.Panel:
        panels = live.panels()
        if name not in panels:
            raise self.error(f"{unknown('live panel', name, panels)} Panels: {', '.join(panels)}.")
        return panels[name]

    def _parameters(self) -> list[str]:
        asked = self.options.get("parameters", "all").split()
        if asked == ["all"]:
            return self.model.used
        for name in asked:
            if name not in self.model.used:
                raise self.error(f"No live figure uses a parameter '{name}'.{meant(name, self.model.used)}")
        return asked

    # Controls

    def _grouped(self, chosen: list[str]) -> list[nodes.Node]:
        table = tables.load("assumptions").set_index("name")
        found: list[nodes.Node] = []
        for group, title in live.SAID["groups"].items():
            names = [name for name in chosen if table.group[name] == group]
            if names:
                opened = "" if found else " open"
                found.append(self._raw(f'<details class="live-group"{opened}><summary>{title}</summary>'))
                found += [node for name in names for node in self._control(name)]
                found.append(self._raw("</details>"))
        return found

    def _control(self, name: str) -> list[nodes.Node]:
        row = self.model.parameters[name]
        return self._choice(row) if row.choices else self._number(row)

    def _source(self, row: Parameter) -> list[nodes.Node]:
        """Where a number comes from: a paragraph with citations, then the reason for its range, folded away."""
        paragraph = nodes.paragraph(classes=["live-source"])
        paragraph += self.parse_inline(cite(row.source))[0]
        if not self.whole:
            return [paragraph, self._raw("</div>")]
        reason = " ".join(text for text in (row.range_reason, row.note) if text)
        return [paragraph, self._raw(HTML.why(row, reason))]

    def _number(self, row: Parameter) -> list[nodes.Node]:
        at, value = live.slider(row), float(self.model.start[row.name])
        shares = {end: at.place(getattr(row, end)) for end in ("low", "value", "high")}
        shares["width"] = shares["high"] - shares["low"]
        places = {name: f"{share * 100:.2f}%" for name, share in shares.items()}
        told = {"slider": plain(value), "field": words.digits(value, 12), "unit": live.SAID["units"][row.unit]}
        html = HTML.number(row, f"live{self.number}-{row.name}", told, at, places, words.setting)
        return [self._raw(html), *self._source(row)]

    def _choice(self, row: Parameter) -> list[nodes.Node]:
        told = tables.load("accounts").set_index("account").holds.to_dict()
        name, titles = f"live{self.number}-{row.name}", live.choice_titles(row)
        return [self._raw(HTML.choice(row, name, titles, told, self.model.start[row.name])), *self._source(row)]

    # Results

    def _shown(self, panel: live.Panel) -> str:
        """One panel: its name, its drawing (blank until a script draws it), the static figure and the table."""
        drawing = _drawings(Path(self.env.srcdir)).get(panel.figure) if self.whole else None
        still = {"alt": drawing.alt, "size": Markup(in_pixels(drawing.svg))} if drawing else None
        swings, label = list(map(live.definition, panel.swings)), f"live{self.number}-{panel.name}"
        results = (self.model.published[name] for name in panel.results)
        rows = [(each, each.text, each.basis if each.basis != panel.basis else "") for each in results]
        table = HTML.moving_table() if panel.swings else HTML.table(panel.title, rows, self._peers(panel))
        return str(HTML.panel(panel, label, "h2" if self.whole else "h3", self.env.docname, swings, still, table))

    def _peers(self, panel: live.Panel) -> list[dict[str, Any]]:
        """Published figures of other models, and how many times V3's they are where that means something."""
        rows = []
        for group in panel.dots:
            own = next(iter(group.results))
            for each in live.peers(group):
                times = f"{words.digits(each['value'] / self.model.published[own].value, 2)} × V3"
                rows.append(each | {"basis": group.basis} | ({"own": own, "times": times} if group.divided else {}))
        return rows


def write_model(app: Sphinx) -> None:
    scripts.write(app, SCRIPTS[0], lambda: live.script(live.live(app.config.report_changes)))


def setup(app: Sphinx) -> None:
    # The changes to the base case that a scenario's site starts from; the builder fills them in.
    app.add_directive("live", LiveDirective)
    app.connect("builder-inited", write_model)
