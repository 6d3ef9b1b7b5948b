"""Rows of data/ on a page: every row with its value, source and locator, under an anchor of its own.

The directive ```` ```{rows} published ```` ```` lists a table when the site is built, so that it cannot be older than
the data. `:layout: entries` gives each row a block of its own with all that is known of it, `:only:` picks rows by
the beginning of their key or by the group of an assumption.

Two roles serve the tables of a page: {row}`assumptions pue` links to a row, {row}`models` to a table;
{entry}`v3_rental_usd` is the place that links to a result lead to.
"""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from markupsafe import Markup
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util.docutils import SphinxDirective, SphinxRole

from analysis import parameters, provenance, tables
from analysis.dictionary import PAGES, WHOLE
from analysis.provenance import Described
from analysis.quantities import REGISTRY
from analysis.report.site import columns, templates, typography
from analysis.report.site.links import Places, anchor, breakable, grade, places


class listing(nodes.General, nodes.Element):
    """Rows to be listed; filled when references and titles of all pages are known."""


class row_link(nodes.Inline, nodes.Element):
    """A link to a row, or to all rows of a table; filled when the builder knows addresses."""


class RowRole(SphinxRole):
    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        table, _, key = self.text.partition(" ")
        return [row_link(table=table, key=key)], []


class EntryRole(SphinxRole):
    """The title of a result, under its anchor."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        title = REGISTRY[self.text].title
        return [nodes.inline("", title, ids=[anchor("results", self.text)], classes=["entry"])], []


class Rows(SphinxDirective):
    required_arguments = 1
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {
        "layout": lambda text: directives.choice(text, ("table", "entries", "overview", "series")),
        "only": directives.unchanged_required,
    }

    def run(self) -> list[nodes.Node]:
        table = self.arguments[0]
        if table not in provenance.DESCRIBERS:
            raise self.error(f"No table '{table}' can be listed. Tables: {', '.join(provenance.DESCRIBERS)}.")
        return [listing(table=table, layout=self.options.get("layout", "table"), only=self.options.get("only", ""))]


class ListRows(SphinxPostTransform):
    default_priority = 320
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(listing)):
            chosen = picked(node["table"], node["only"])
            write = {"table": as_table, "entries": as_entries, "overview": as_overview, "series": as_series}[
                node["layout"]
            ]
            text = write(places(self.env), self.env.docname, chosen)
            node.replace_self(nodes.raw("", text, format="html"))
        for node in list(self.document.findall(row_link)):
            node.replace_self(self.linked(node["table"], node["key"]))

    def linked(self, table: str, key: str) -> nodes.reference:
        where, here = places(self.env), self.env.docname
        if key and table in provenance.DESCRIBERS:
            title = provenance.rows(table)[key].title
        else:
            named = tables.package()["by_name"][table]["title"]
            title = key or named[0].lower() + named[1:]
        address = where.row(here, table, key) if key else where.link(here, {**PAGES, **WHOLE}[table])
        return nodes.reference("", title, refuri=address, internal=True)


def picked(table: str, only: str) -> list[Described]:
    rows = list(provenance.rows(table).values())
    if not only:
        return rows
    groups = dict(tables.load("assumptions")[["name", "group"]].to_numpy()) if table == "assumptions" else {}
    return [row for row in rows if groups.get(row.key, row.key) == only or row.key.startswith(f"{only}:")]


HTML = templates.beside(
    __file__,
    anchor=lambda row: anchor(row.table, row.key),
    breakable=lambda text: Markup(breakable(text)),
    grade=lambda row: Markup(grade(row)),
)


def as_table(where: Places, docname: str, rows: list[Described]) -> str:
    """A line a row, in the order of its columns' cells."""
    table, known = rows[0].table, {row.key: row for row in rows}
    title = f"{tables.package()['by_name'][table]['title']}: every row"
    heads = [(heading, columns.PICKED.get(table, {}).get(heading, "")) for heading in columns.COLUMNS[table]]
    lines = [(known[key], cells) for key, cells in columns.cells(table).items() if key in known]
    marked = any(row.confidence or row.gaps for row in rows)
    picked = "Confidence" if table in columns.PICKED else ""
    return str(HTML.table(title, where, docname, heads, lines, marked, picked))


def as_series(where: Places, docname: str, rows: list[Described]) -> str:
    """A line a year, a column a month; each cell has its anchor."""
    years: dict[str, dict[int, Described]] = {}
    for row in rows:
        years.setdefault(row.key[:4], {})[int(row.key[5:7])] = row
    sources = "; ".join(where.sources(docname, key) for key in dict.fromkeys(row.source for row in rows))
    return str(HTML.series(tables.package()["by_name"][rows[0].table]["title"], sources, years))


def as_overview(where: Places, docname: str, rows: list[Described]) -> str:
    """A line an assumption, which leads to its entry."""
    groups = dict(tables.load("assumptions")[["name", "group"]].to_numpy())
    return str(HTML.overview("Assumptions at a glance", where, docname, [(row, groups[row.key]) for row in rows]))


def as_entries(where: Places, docname: str, rows: list[Described]) -> str:
    """A block a row; an assumption says why its range is what it is, and what it moves."""
    return "\n".join(_entry(where, docname, row) for row in rows)


def _entry(where: Places, docname: str, row: Described) -> str:
    if row.table != "assumptions":
        return str(HTML.entry(where, docname, row, "", (), ()))
    reason = parameters.known()[row.key].range_reason
    pages = [(where.link(docname, page), where.title(page)) for page in where.declared.get(row.key, [])]
    results = [
        (where.row(docname, "results", name), Markup(typography.html(REGISTRY[name].title)))
        for name in where.moved_by.get(row.key, [])
    ]
    return str(HTML.entry(where, docname, row, reason, pages, results))


def missing(app: Sphinx) -> None:
    """A table that no page lists would leave links without a place."""
    absent = set(provenance.DESCRIBERS) - set(PAGES)
    if absent:
        raise ValueError(f"analysis/report/site/links.py names no page for the rows of {', '.join(sorted(absent))}.")


def setup(app: Sphinx) -> None:
    app.add_node(listing)
    app.add_node(row_link)
    app.add_role("row", RowRole())
    app.add_role("entry", EntryRole())
    app.add_directive("rows", Rows)
    app.add_post_transform(ListRows)
    app.connect("builder-inited", missing)
