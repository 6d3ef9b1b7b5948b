"""A computed figure on a page: its words and its box.

A page shows a figure as an SVG output whose metadata is {"image/svg+xml": {"alt": "...", "name": "capex"}}.
Without this, the alt text would be the path of the file. The table that comes with it as CSV is for nbval and for the
download, not for the page.
The links lead to `figures/<name>.svg|png|csv` beside the front page, where the builder of the site writes them.
The rest of the box is in `box`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.errors import SphinxError
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis.report.site import box
from analysis.report.site.links import places
from analysis.trace import unpacked

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.application import Sphinx

SVG = "image/svg+xml"


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
            line = nodes.raw("", box.whole(self.folder(), name), format="html")
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
        unknown = box.checked(rests_on)
        if unknown:
            raise SphinxError(
                f"{self.env.docname}: figure {name} rests on rows that data/ does not hold: {', '.join(unknown)}. "
                "Run `report refresh`."
            )
        where, here = places(self.env), self.env.docname
        links = box.downloads(self.folder(), name) + box.notebook(where, here)
        inside = links + box.sources(where, here, name, rests_on)
        return f'<div class="figure-box">{inside}</div>\n'


def setup(app: Sphinx) -> None:
    app.add_post_transform(CodeBelow)
    app.add_post_transform(FigureBox)
