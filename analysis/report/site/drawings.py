"""A computed figure on a page: its words and its downloads.

A page shows a figure as an SVG output whose metadata is {"image/svg+xml": {"alt": "...", "name": "capex"}}.
Without this, the alt text would be the path of the file. The table that comes with it as CSV is for nbval and for the
download, not for the page.
The links lead to `figures/<name>.svg|png|csv` beside the front page, where the builder of the site writes them.
A plain `jupyter-book build .` has its front page in `book/` and nobody writes those files, so it shows no links.
"""

from __future__ import annotations

import posixpath
from html import escape
from typing import TYPE_CHECKING, Any, ClassVar

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from myst_nb.core.render import MimeData, NbElementRenderer
    from sphinx.application import Sphinx

SVG = "image/svg+xml"
FORMATS = ("svg", "png", "csv")


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
        # The box lets a drawing keep a readable size on a phone, and scroll there.
        return [nodes.container("", *images, classes=["drawing-box"])]


class DrawingDownloads(SphinxPostTransform):
    """Puts the download links below the caption, or below the image where there is no caption."""

    default_priority = 300  # after myst-nb has chosen one output of each bundle
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        if posixpath.dirname(self.config.root_doc):
            return
        for image in list(self.document.findall(nodes.image)):
            name = image.get("drawing")
            if not name:
                continue
            links = nodes.raw("", self.links(name), format="html")
            box = image.parent
            figure = box.parent
            if isinstance(figure, nodes.figure) and any(isinstance(n, nodes.caption) for n in figure):
                figure.append(links)  # what follows a caption is written inside the <figcaption>
            else:
                above = figure if isinstance(figure, nodes.figure) else box
                above.parent.insert(above.parent.index(above) + 1, links)

    def links(self, name: str) -> str:
        here = posixpath.dirname(self.env.docname)
        anchors = [
            f'<a href="{escape(posixpath.relpath(f"figures/{name}.{kind}", here or "."))}" download'
            f' aria-label="Download {escape(name)} as {kind.upper()}">{kind.upper()}</a>'
            for kind in FORMATS
        ]
        return f'<p class="downloads">{" · ".join(anchors)}</p>\n'


def setup(app: Sphinx) -> None:
    app.add_post_transform(DrawingDownloads)
