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

import re
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util.docutils import SphinxDirective

from analysis import parameters, tables, words
from analysis.case import Quantity
from analysis.listing import cite
from analysis.parameters import Parameter
from analysis.report import live, notebooks
from analysis.report.site import scripts

if TYPE_CHECKING:
    from sphinx.application import Sphinx

PAGE = "change_assumptions"
SCRIPTS = ("live-model.js", "live.js")

GROUPS = {
    "price": "Prices",
    "ownership": "Owning",
    "energy": "Energy",
    "amortisation": "Loss of value",
    "programme": "Research and staff",
    "fleet": "The fleet",
}

WITHOUT_A_SCRIPT = (
    '<noscript><p class="live-notice">Changing an assumption here needs JavaScript, which this browser does not run. '
    "What stands here is the published report. "
    '<a href="rerun.html">The report’s own program</a> computes any other setting: '
    "<code>report build -p NAME=VALUE</code>.</p></noscript>"
)

# What nobody has measured says so beside its name.
DOUBTFUL = ("assumed", "unverified")


@lru_cache(maxsize=32)
def _still(name: str, folder: Path) -> tuple[str, str]:
    """Alt text and size attributes of a static figure, from the executed page that shows it; blank if none does."""
    for path in sorted(folder.glob("*.ipynb")):
        for cell in notebooks.read(path).cells:
            for output in cell.get("outputs", []):
                about = output.get("metadata", {}).get("image/svg+xml", {})
                if about.get("name") == name:
                    size = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', output.data["image/svg+xml"])
                    width, height = (round(float(n) * 4 / 3) for n in size.groups()) if size else (0, 0)
                    return about["alt"], f'width="{width}" height="{height}"'
    return "", ""


def plain(value: float) -> str:
    """A number as a field takes it and a label shows it."""
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
        kind = "live-whole" if self.whole else "live-compact"
        drawn = [self._raw(self._shown(panel)) for panel in panels]
        status = self._raw(self._status())
        found = [
            self._raw(f'{WITHOUT_A_SCRIPT}<report-live class="{kind}">'),
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
        return found

    def _raw(self, html: str) -> nodes.raw:
        return nodes.raw("", html, format="html")

    def _panel(self, name: str) -> live.Panel:
        panels = live.panels()
        if name not in panels:
            near = parameters.nearest(name, panels)
            hint = f" Did you mean {near}?" if near else ""
            raise self.error(f"There is no live panel '{name}'.{hint} Panels: {', '.join(panels)}.")
        return panels[name]

    def _parameters(self) -> list[str]:
        asked = self.options.get("parameters", "all").split()
        if asked == ["all"]:
            return self.model.used
        for name in asked:
            if name not in self.model.used:
                near = parameters.nearest(name, self.model.used)
                hint = f" Did you mean {near}?" if near else ""
                raise self.error(f"No live figure uses a parameter '{name}'.{hint}")
        return asked

    # Controls

    def _grouped(self, chosen: list[str]) -> list[nodes.Node]:
        table = tables.load("assumptions").set_index("name")
        found: list[nodes.Node] = []
        for group, title in GROUPS.items():
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

    def _doubt(self, row: Parameter) -> str:
        kind = "unverified" if row.confidence in DOUBTFUL else "live-confidence"
        return f'<span class="{kind}">{row.confidence}</span>'

    def _reset(self, row: Parameter) -> str:
        return f'<button type="button" class="live-reset" aria-label="Reset {escape(row.title)}">Reset</button>'

    def _source(self, row: Parameter) -> list[nodes.Node]:
        """Where a number comes from: a paragraph with citations, then the reason for its range, folded away."""
        paragraph = nodes.paragraph(classes=["live-source"])
        paragraph += self.parse_inline(cite(row.source))[0]
        if not self.whole:
            return [paragraph, self._raw("</div>")]
        reason = " ".join(text for text in (row.range_reason, row.note) if text)
        why = (
            f'<details class="live-why"><summary aria-label="Why this range: {escape(row.title)}">Why this range'
            f"</summary><p>{escape(reason)} ({escape(row.locator)})</p></details></div>"
        )
        return [paragraph, self._raw(why)]

    def _number(self, row: Parameter) -> list[nodes.Node]:
        at, own = live.slider(row), f"live{self.number}-{row.name}"
        value = float(self.model.start[row.name])
        places = {end: f"{at.place(getattr(row, end)) * 100:.2f}%" for end in ("low", "value", "high")}
        marks = "".join(f'<line x1="{x}" x2="{x}" y1="2" y2="14"/>' for x in (places["low"], places["high"]))
        width = f"{(at.place(row.high) - at.place(row.low)) * 100:.2f}%"
        same = "" if row.low < row.high else ": no range is published"
        limits = f'min="{at.low:.{at.decimals}f}" max="{at.high:.{at.decimals}f}" step="{at.step:.{at.decimals}f}"'
        html = f"""<div class="live-parameter" data-parameter="{row.name}">
<p class="live-name"><span><label for="{own}">{escape(row.title)}</label> {self._doubt(row)}</span> \
{self._reset(row)}</p>
<div class="live-inputs"><span class="live-slider"><svg aria-hidden="true" height="16"><rect x="{places["low"]}" \
width="{width}" y="5" height="6"/>{marks}<circle cx="{places["value"]}" cy="8" r="5"/></svg>\
<input type="range" id="{own}-slider" {limits} value="{plain(value)}" \
aria-label="{escape(row.title)}, {escape(row.unit)}" aria-describedby="{own}-range"></span>
<input type="text" id="{own}" value="{plain(value)}" inputmode="decimal" \
aria-describedby="{own}-word {own}-range"></div>
<p class="live-word" id="{own}-word" hidden></p>
<p class="live-range" id="{own}-range"><span>low {words.setting(row.low)}</span> \
<span>central <strong>{words.setting(float(row.value))}</strong></span> \
<span>high {words.setting(row.high)}</span> <span>{escape(row.unit)}{same}</span> \
<output for="{own} {own}-slider" aria-live="off"></output></p>""".replace("\\\n", "")
        return [self._raw(html), *self._source(row)]

    def _choice(self, row: Parameter) -> list[nodes.Node]:
        accounts = tables.load("accounts").set_index("account").holds
        radios = []
        for value, title in live.choice_titles(row).items():
            own = f"live{self.number}-{row.name}-{value}"
            checked = " checked" if value == self.model.start[row.name] else ""
            radios.append(
                f'<label for="{own}"><input type="radio" id="{own}" name="live{self.number}-{row.name}" '
                f'value="{value}"{checked}> <span><strong>{escape(title)}</strong>: '
                f"{escape(accounts.get(value, ''))} <code>{escape(value)}</code></span></label>"
            )
        html = (
            f'<div class="live-parameter" data-parameter="{row.name}"><fieldset><legend><span>{escape(row.title)} '
            f"{self._doubt(row)}</span> {self._reset(row)}</legend>{''.join(radios)}</fieldset>"
        )
        return [self._raw(html), *self._source(row)]

    # Results

    def _status(self) -> str:
        """The lines that say what was changed and what moved, and the buttons."""
        tools = (
            '<button type="button" class="live-copy" data-copy="command">Copy the command</button>'
            '<button type="button" class="live-copy" data-copy="scenario">Copy the scenario file</button>'
            '<button type="button" class="live-save">Download the scenario file</button>'
            '<details class="live-text"><summary>The same as text</summary>'
            '<pre class="live-command" tabindex="0" role="group" aria-label="Command"></pre>'
            '<pre class="live-scenario" tabindex="0" role="group" aria-label="Scenario file"></pre></details>'
        )
        link = "" if self.whole else f'<a class="live-all" href="{PAGE}.html">All assumptions</a>'
        return (
            '<div class="live-status"><p class="live-notice" hidden></p><p class="live-changed"></p>'
            '<p class="live-moved"></p><p class="live-said" role="status"></p>'
            f'<div class="live-tools"><button type="button" class="live-reset-all">Reset all</button>'
            f"{link}{tools if self.whole else ''}</div></div>"
        )

    def _shown(self, panel: live.Panel) -> str:
        """One panel: its name, its drawing (blank until a script draws it), the static figure and the table."""
        label = f"live{self.number}-{panel.name}"
        basis = f" basis-{panel.basis}" if panel.basis else ""
        which = f'<span class="live-basis">{panel.basis}</span>' if panel.basis else ""
        picker = ""
        if panel.swings:
            options = "".join(
                f'<option value="{name}">{escape(live.definition(name).title)} ({live.definition(name).basis})</option>'
                for name in panel.swings
            )
            picker = f'<p class="live-pick"><label>Result <select id="{label}-pick">{options}</select></label></p>'
        still = ""
        if panel.figure and self.whole:
            alt, size = _still(panel.figure, Path(self.env.srcdir))
            still = (
                f'<p class="live-still"><img src="figures/{panel.figure}.svg" loading="lazy" {size} '
                f'alt="{escape(alt)}"></p>'
            )
        level = "h2" if self.whole else "h3"
        more = "" if panel.page == self.env.docname else f' <a href="{panel.page}.html">Explained here</a>.'
        return (
            f'<figure class="live-panel{basis}" data-panel="{panel.name}" aria-labelledby="{label}">'
            f'<figcaption><{level} id="{label}">{escape(panel.title)} {which}</{level}>'
            f'<span class="live-remark">{escape(panel.remark)}{more}</span></figcaption>{picker}'
            f'<svg class="live-draw" width="100%" height="{panel.height}" aria-hidden="true"></svg>'
            f"{still}{self._table(panel)}</figure>"
        )

    def _table(self, panel: live.Panel) -> str:
        if panel.swings:
            head = "<th scope=col>Assumption</th><th scope=col>At its low end</th><th scope=col>At its high end</th>"
            return (
                '<div class="live-table live-only" tabindex="0" role="group" aria-label="Table: what would move it">'
                f"<table><thead><tr>{head}</tr></thead><tbody></tbody></table></div>"
            )
        rows = "".join(self._row(self.model.published[name], panel.basis) for name in panel.results)
        head = (
            '<th scope="col">Result</th><th scope="col" class="live-only">Here</th>'
            '<th scope="col" class="live-only">Change</th><th scope="col">Published</th>'
            '<th scope="col">Its 5–95 %</th>'
        )
        return (
            f'<div class="live-table" tabindex="0" role="group" aria-label="Table: {escape(panel.title)}">'
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        )

    def _row(self, published: Quantity, basis: str) -> str:
        span = "none" if published.certain else published.range
        text = words.amount(
            published.value,
            published.unit,
            published.low,
            published.high,
            published.significant,
            live.LEAST_DIGITS,
        )
        other = published.basis and published.basis != basis
        basis = f' <span class="live-basis">{published.basis}</span>' if other else ""
        return (
            f'<tr data-result="{published.name}"><th scope="row">{escape(published.title)}{basis}</th>'
            f'<td class="live-only live-here"><output aria-live="off">{text}</output></td>'
            f'<td class="live-only live-change">0 %</td><td>{text}</td><td>{span}</td></tr>'
        )


def write_model(app: Sphinx) -> None:
    """The generated script, beside the hand-written one."""
    if app.builder.format != "html":
        return
    folder = Path(app.outdir) / "_static"
    folder.mkdir(parents=True, exist_ok=True)
    script = live.script(live.live(app.config.report_changes))
    (folder / SCRIPTS[0]).write_text(script, encoding="utf-8")


def setup(app: Sphinx) -> None:
    # The changes to the base case that a scenario's site starts from; the builder fills them in.
    app.add_directive("live", LiveDirective)
    app.connect("builder-inited", write_model)
