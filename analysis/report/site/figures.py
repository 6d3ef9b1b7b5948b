"""A computed figure on a page: its words and its box.

A page shows a figure as an SVG output whose metadata is {"image/svg+xml": {"alt": "...", "name": "capex"}}.
Without this, the alt text would be the path of the file. The table that comes with it as CSV is for nbval and for the
download, not for the page.
The links lead to `figures/<name>.svg|png|csv` beside the front page, where the builder of the site writes them.
Below a figure stand its downloads, where its numbers come from, and the notebook that made it. What a figure rests on
was recorded while it was made and came with it, as keys of rows; here the keys become rows.
"""

from __future__ import annotations

import posixpath
import re
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis import tables
from analysis.provenance import DESCRIBERS, Described, rows
from analysis.report.site import typography
from analysis.report.site.links import Places, breakable, grade, places
from analysis.trace import unpacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.application import Sphinx

SVG = "image/svg+xml"
FORMATS = ("svg", "png", "csv")

# Of a longer list the page shows the count, and the list folds out.
MANY = 12


def downloads(folder: str, name: str) -> str:
    links = [
        f'<a href="{escape(posixpath.join(folder, f"{name}.{kind}"))}" download'
        f' aria-label="Download {escape(name)} as {kind.upper()}">{kind.upper()}</a>'
        for kind in FORMATS
    ]
    return f'<p class="downloads">{" · ".join(links)}</p>\n'


def whole(folder: str, name: str) -> str:
    """A line for narrow screens, where the drawing goes on to the side: how to see all of it."""
    address, label = escape(posixpath.join(folder, f"{name}.svg")), f"See the whole figure {escape(name)}"
    link = f'<a href="{address}" aria-label="{label}">see the whole figure</a>'
    return f'<p class="whole-figure"><span aria-hidden="true">↔ </span>Slide it sideways, or {link}.</p>\n'


def launchers(repository: str, page: str) -> list[tuple[str, str]]:
    """Names and addresses of services that run a notebook of a public repository; only GitHub's are known to them."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", repository)
    if not found:
        return []
    owner, name = found.groups()
    return [
        ("Binder", f"https://mybinder.org/v2/gh/{owner}/{name}/HEAD?labpath=book%2F{page}.ipynb"),
        ("Colab", f"https://colab.research.google.com/github/{owner}/{name}/blob/HEAD/book/{page}.ipynb"),
    ]


def notebook(where: Places, docname: str) -> str:
    """Links to the page's notebook: the file that came with the site, and services that run it."""
    if not where.has_notebook(docname):
        return ""
    page = posixpath.basename(docname)
    folder = posixpath.relpath("_sources", posixpath.dirname(docname) or ".")
    links = [f'<a href="{escape(posixpath.join(folder, docname))}.ipynb" download>Notebook of this page</a>']
    launched = [
        f'<a class="external" href="{escape(address)}" aria-label="Open this page\'s notebook in {name}">{name}</a>'
        for name, address in launchers(where.repository(), page)
    ]
    if launched:
        how = where.link(docname, "rerun", "on-binder-and-colab")
        launched.append(f'<a href="{how}">how</a>')
        links.append(f"run it on {', '.join(launched)}")
    return f'<p class="notebook">{"; ".join(links)}</p>\n'


def sources(where: Places, docname: str, name: str, rests_on: Mapping[str, list[str]]) -> str:
    """The folded list of assumptions and rows behind a figure."""
    if not rests_on:
        return ""
    count = sum(len(keys) for keys in rests_on.values())
    parts = [_listed(where, docname, table, [rows(table)[key] for key in keys]) for table, keys in rests_on.items()]
    # A label that names the figure, since a page may show several.
    label = f' aria-label="Where do the numbers of {escape(name)} come from? {count} rows of data"'
    return (
        f'<details class="rests-on"><summary{label}>Where do these numbers come from? '
        f'<span class="count">{count} rows of data</span></summary>\n{"".join(parts)}</details>\n'
    )


def _listed(where: Places, docname: str, table: str, found: list[Described]) -> str:
    """The rows of one table: a list, since a table of five columns would scroll on a phone."""
    lines = []
    for row in found:
        link = f'<a href="{where.row(docname, table, row.key)}">{typography.html(row.title)}</a>'
        span = f", {escape(row.spread)}" if row.spread else ""
        facts = [grade(row), where.sources(docname, row.source), breakable(row.locator)]
        told = "; ".join(fact for fact in facts if fact)
        lines.append(f"<li>{link}: <strong>{escape(where.shown(row))}</strong>{span}.<br>{told}</li>")
    label = f"{tables.package()['by_name'][table]['title']}: {len(found)} row{'s' if len(found) > 1 else ''}"
    body = "<ul>\n" + "\n".join(lines) + "\n</ul>\n"
    if len(found) > MANY:
        return f"<details><summary>{escape(label)}</summary>{body}</details>\n"
    return f'<p class="rows-title">{escape(label)}</p>{body}'


def checked(rests_on: Mapping[str, list[str]]) -> list[str]:
    """Rows that a figure names and data/ does not have: its page is older than the data."""
    return [
        f"{table}: {key}"
        for table, keys in rests_on.items()
        for key in keys
        if table not in DESCRIBERS or key not in rows(table)
    ]


class DrawingRenderer:
    """myst-nb calls this for each output; it answers for described drawings and leaves the rest alone."""

    mime_priority_overrides: ClassVar[Sequence[tuple[str, str, int | None]]] = ()

    @staticmethod
    def handle_mime(renderer: NbElementRenderer, data: MimeData, inline: bool) -> list[nodes.Element] | None:
        words = data.output_metadata.get(SVG, {})
        if inline or "alt" not in words:
            return None
        if data.mime_type == "text/csv":
            return []
        if data.mime_type != SVG:
            return None
        images: list[nodes.Element] = renderer.render_image(data)
        for image in images:
            image["alt"] = words["alt"]
            image["classes"].append("drawing")
            if "name" in words:
                image["drawing"] = words["name"]
                image["rests_on"] = words.get("rests_on", {})
        # The box lets a drawing keep a readable size on a phone, and scroll there.
        return [nodes.container("", *images, classes=["drawing-box"])]


class CodeBelow(SphinxPostTransform):
    """Puts the folded code of a cell below what the cell shows: a sentence is followed by its figure or table."""

    default_priority = 200  # just after myst-nb has folded it
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for fold in list(self.document.findall(HideCodeCellNode)):
            cell = fold.parent
            shows = cell.children[-1].get("nb_element") == "cell_code_output" and cell.children[-1].children
            if "above-input" in fold["classes"] and shows and cell.children[0] is fold:
                cell.remove(fold)
                cell.append(fold)


class FigureBox(SphinxPostTransform):
    """Puts the box below the caption, or below the image where there is no caption."""

    default_priority = 300  # after myst-nb has chosen one output of each bundle
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for image in list(self.document.findall(nodes.image)):
            name = image.get("drawing")
            if not name:
                continue
            frame = image.parent
            line = nodes.raw("", whole(self.folder(), name), format="html")
            frame.parent.insert(frame.parent.index(frame) + 1, line)
            content = nodes.raw("", self.content(name, unpacked(image["rests_on"])), format="html")
            figure = frame.parent
            if isinstance(figure, nodes.figure) and any(isinstance(n, nodes.caption) for n in figure):
                figure.append(content)  # what follows a caption is written inside the <figcaption>
            else:
                above = figure if isinstance(figure, nodes.figure) else frame
                above.parent.insert(above.parent.index(above) + (2 if above is frame else 1), content)

    def folder(self) -> str:
        """Where the files of the figures are, as seen from this page."""
        return posixpath.relpath("figures", posixpath.dirname(self.env.docname) or ".")

    def content(self, name: str, rests_on: dict[str, list[str]]) -> str:
        unknown = checked(rests_on)
        if unknown:
            raise SphinxError(
                f"{self.env.docname}: figure {name} rests on rows that data/ does not hold: {', '.join(unknown)}. "
                "Run `report refresh`."
            )
        where, here = places(self.env), self.env.docname
        links = downloads(self.folder(), name) + notebook(where, here)
        inside = links + sources(where, here, name, rests_on)
        return f'<div class="figure-box">{inside}</div>\n'


def setup(app: Sphinx) -> None:
    app.add_post_transform(CodeBelow)
    app.add_post_transform(FigureBox)
