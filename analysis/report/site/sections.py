"""Long sections are marked with about how long they are, so that a phone lays them out only when they come near.

report.css leaves a marked section out (`content-visibility`) and keeps as much room for it as its mark says. Room that
is too small would put what follows on top of the section's end for as long as it is out of sight; so it is never small.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

# Marks, in the height of a line of text.
ROOMS = (50, 100, 200, 400, 800, 1600)
LETTERS_PER_LINE = 40  # on a phone
FIGURE_LINES = 16
# A control or a paragraph takes a line more than its letters.
BLOCK = re.compile(r"<(?:p|li|tr|label|summary|button|dt|dd|h\d|select|input|textarea)\b")


def lines(section: nodes.section) -> float:
    """About how many lines a section takes on a phone, rather too many."""
    total = 0.0
    for node in section.findall():
        if isinstance(node, nodes.raw):
            text = node.astext()
            total += len(re.sub(r"<[^>]*>", "", text)) / LETTERS_PER_LINE + 1.5 * len(BLOCK.findall(text))
        elif isinstance(node, nodes.image):
            total += FIGURE_LINES
        elif isinstance(node, nodes.TextElement) and not isinstance(node, nodes.Inline):
            total += len(node.astext()) / LETTERS_PER_LINE + 1.5 + node.astext().count("\n")
        elif isinstance(node, nodes.row):
            total += 1
    return total * 1.3


class Far(SphinxPostTransform):
    default_priority = 900  # when everything is in its place
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for top in self.document.children:
            for section in top.children if isinstance(top, nodes.section) else ():
                if not isinstance(section, nodes.section) or "folded" in section["classes"]:
                    continue
                if "<report-live" not in section.astext():
                    room = next((room for room in ROOMS if room >= lines(section)), ROOMS[-1])
                    section["classes"].append(f"far-{room}")


def setup(app: Sphinx) -> None:
    app.add_post_transform(Far)
