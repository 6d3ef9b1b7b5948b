"""Where a line must not break: between a number and its per cent sign."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

if TYPE_CHECKING:
    from sphinx.application import Sphinx

NO_BREAK = "\N{NO-BREAK SPACE}"


class Breaks(SphinxPostTransform):
    default_priority = 340  # after hints, which compare texts
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for text in list(self.document.findall(nodes.Text)):
            if " %" in text and not isinstance(
                text.parent, nodes.literal | nodes.literal_block | nodes.raw | nodes.math
            ):
                text.parent.replace(text, nodes.Text(re.sub(r"(?<=\d) %", f"{NO_BREAK}%", text)))


def setup(app: Sphinx) -> None:
    app.add_post_transform(Breaks)
