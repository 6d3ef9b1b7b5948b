"""A computed figure on a page: its words and its box.

A page shows a figure as an output with two SVGs, for a text's width and for a phone's, and metadata with its words;
without these, the alt text would be the path of the file. The page has both in one `picture`: see finish/pictures.py.
The table that comes with it as CSV is for nbval, for the download and for the figure's own page.
The links lead to `figures/<name>.svg|png|csv` beside the front page, where the builder of the site writes them, and to
the figure's own page there (sharing.py).
Below a figure stand its downloads, where its numbers come from, and the notebook that made it. What a figure rests on
was recorded while it was made and came with it, as keys of rows; here the keys become rows.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from docutils import nodes
from markupsafe import Markup
from myst_nb.core.render import MimeData, NbElementRenderer
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis import tables
from analysis.figures import NARROW, SVG
from analysis.figures.drawing import size
from analysis.provenance import DESCRIBERS, Described, rows
from analysis.report.site import templates, typography
from analysis.report.site.links import Places, breakable, grade, places
from analysis.trace import unpacked

HTML = templates.beside(__file__)


def launchers(repository: str, path: str) -> list[tuple[str, str]]:
    """Names and addresses of services that run a notebook of a public repository; only GitHub's are known to them."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", repository)
    if not found:
        return []
    owner, name = found.groups()
    return [
        ("Binder", f"https://mybinder.org/v2/gh/{owner}/{name}/HEAD?labpath={quote(path, safe='')}"),
        ("Colab", f"https://colab.research.google.com/github/{owner}/{name}/blob/HEAD/{quote(path)}"),
    ]


def notebook(where: Places, docname: str) -> tuple[str, list[tuple[str, str]], str]:
    """The page's notebook that came with the site, services that run it, and where that is told; "" without one."""
    if not where.has_notebook(docname):
        return "", [], ""
    folder = posixpath.relpath("_sources", posixpath.dirname(docname) or ".")
    services = launchers(where.repository(), f"book/{posixpath.basename(docname)}.ipynb")
    return f"{posixpath.join(folder, docname)}.ipynb", services, where.link(docname, "rerun", "on-binder-and-colab")


def sources(where: Places, docname: str, rests_on: Mapping[str, list[str]]) -> list[tuple[str, list[Any]]]:
    """The assumptions and rows behind a figure: the title of each table, and what is said of its rows."""

    def line(table: str, row: Described) -> Any:
        facts = grade(row), where.sources(docname, row.source), breakable(row.locator)
        address, title = where.row(docname, table, row.key), Markup(typography.html(row.title))
        return address, title, where.shown(row), row.spread, list(map(Markup, facts))

    tables_ = tables.package()["by_name"]
    return [
        (tables_[table]["title"], [line(table, rows(table)[key]) for key in keys]) for table, keys in rests_on.items()
    ]


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
            return [nodes.container("", csv=data.string)]
        if data.mime_type == NARROW:
            (phone,) = renderer.render_image(replace(data, mime_type=SVG))
            phone["alt"], phone["classes"] = "", ["drawing", "for-phones"]
            phone["points_high"] = size(data.string)[1]
            return [phone]
        if data.mime_type != SVG:
            return None
        (image,) = renderer.render_image(data)
        image["alt"] = words["alt"]
        image["classes"].append("drawing")
        if "name" in words:
            image["drawing"] = words["name"]
            image["rests_on"], image["words"] = words.get("rests_on", {}), words
        return [nodes.container("", image, classes=["drawing-box"])]


class ForPhones(SphinxPostTransform):
    """Puts the drawing for phones beside the other one, before one of a bundle's forms is chosen."""

    default_priority = 3
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for form in list(
            self.document.findall(lambda node: getattr(node, "attributes", {}).get("mime_type") == NARROW)
        ):
            bundle = form.parent
            bundle.remove(form)
            box = next((box for box in bundle.findall(nodes.container) if "drawing-box" in box["classes"]), None)
            if box is not None:
                box += form.children


class CodeBelow(SphinxPostTransform):
    """Puts the folded code of a cell below what the cell shows: a sentence is followed by its figure or table.

    A cell that shows nothing is left out: the page's notebook has it.
    """

    default_priority = 200  # just after myst-nb has folded it
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for fold in list(self.document.findall(HideCodeCellNode)):
            cell = fold.parent
            shows = cell.children[-1].get("nb_element") == "cell_code_output" and cell.children[-1].children
            if not shows:
                cell.parent.remove(cell)
            elif "above-input" in fold["classes"] and cell.children[0] is fold:
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
            figure = frame.parent
            label = self.label(figure, name)
            content = nodes.raw("", self.content(name, label, unpacked(image["rests_on"])), format="html")
            if isinstance(figure, nodes.figure) and any(isinstance(n, nodes.caption) for n in figure):
                figure.append(content)  # what follows a caption is written inside the <figcaption>
            else:
                above = figure if isinstance(figure, nodes.figure) else frame
                above.parent.insert(above.parent.index(above) + 1, content)

    def address(self, name: str) -> str:
        """Where the files of a figure are, as seen from this page, without their endings."""
        return f"{posixpath.relpath('figures', posixpath.dirname(self.env.docname) or '.')}/{name}"

    def label(self, figure: nodes.Element, name: str) -> str:
        """What a figure is called aloud: "Figure 8", or by its own name where it has no number."""
        numbers = self.env.toc_fignumbers.get(self.env.docname, {}).get("figure", {})
        found = next((numbers[ident] for ident in figure.get("ids", ()) if ident in numbers), ())
        return f"Figure {'.'.join(map(str, found))}" if found else f"the figure {name.replace('-', ' ')}"

    def content(self, name: str, label: str, rests_on: dict[str, list[str]]) -> str:
        unknown = checked(rests_on)
        if unknown:
            raise SphinxError(
                f"{self.env.docname}: figure {name} rests on rows that data/ does not hold: {', '.join(unknown)}. "
                "Run `report refresh`."
            )
        where, here = places(self.env), self.env.docname
        behind = sources(where, here, rests_on)
        return str(HTML.box(self.address(name), label, *notebook(where, here), behind))


def setup(app: Sphinx) -> None:
    app.add_post_transform(ForPhones)
    app.add_post_transform(CodeBelow)
    app.add_post_transform(FigureBox)
