"""Long sections are marked with about how long they are, so that a phone lays them out only when they come near.

The style sheet leaves a marked section out (`content-visibility`) and keeps as much room for it as its mark says. Where
the marks of a page are far from the truth, the bar beside it lies about its length, and jumps: tests/test_tour.py
measures that.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

# Marks, in lines of text: each a tenth more than the one before.
ROOMS = tuple(round(12 * 1.1**step) for step in range(55))
# A line of text with its leading, in the size of the section's letters.
LINE_EM = 1.65

LETTERS_PER_LINE, LETTERS_PER_CELL = 48, 58  # on a phone
FIGURE_LINES = 12
# A line of a phone's text beside the height of a drawing that is as wide as the phone.
LINE_POINTS = 21
# Space above and below a block, of a row that is stacked, and of what is folded.
BLOCK_LINES, ROW_LINES, FOLDED_LINES = 0.5, 0.4, 1.3

FOLD = re.compile(r"(<details\b[^>]*>|</details>)")
UNSEEN = re.compile(r"(?s)<(script|template|thead)\b.*?</\1>|<[^>]* hidden>.*?</|<[^>]*>")
BLOCK = re.compile(r"<(?:p|li|tr|label|button|dt|dd|h\d|select|input|textarea)\b")


def _unfolded(html: str) -> tuple[str, int]:
    """What is seen of a text while its folds are closed, and how many there are; a fold may hold others."""
    shown, folded, depth = [], 0, 0
    for part in FOLD.split(html):
        if part.startswith("<details"):
            if depth or not re.search(r"\bopen\b", part):
                folded, depth = folded + (not depth), depth + 1
        elif part == "</details>":
            # That of a fold that is open closes nothing that is left out.
            depth = max(depth - 1, 0)
        elif not depth:
            shown.append(part)
    return "".join(shown), folded


def _html(text: str) -> float:
    shown, folded = _unfolded(text)
    letters = len(" ".join(UNSEEN.sub("", shown).split()))
    return letters / LETTERS_PER_LINE + BLOCK_LINES * len(BLOCK.findall(shown)) + FOLDED_LINES * folded


def lines(node: nodes.Node) -> float:
    """About how many lines a section or a part of one takes on a phone, where rows of tables are stacked."""
    if isinstance(node, HideCodeCellNode):
        return FOLDED_LINES
    if isinstance(node, nodes.raw):
        return _html(node.astext())
    if isinstance(node, nodes.image):
        return node["points_high"] / LINE_POINTS if "points_high" in node else 0 if "drawing" in node else FIGURE_LINES
    if isinstance(node, nodes.thead):
        return 0.0
    if isinstance(node, nodes.row):
        cells = [_letters(entry) for entry in node.children]
        return ROW_LINES + sum(-(-(letters + 8) // LETTERS_PER_CELL) for letters in cells if letters)
    if isinstance(node, nodes.TextElement) and not isinstance(node, nodes.Inline):
        text = node.astext()
        inside = sum(lines(child) for child in node.findall(nodes.raw) if "<" in child.astext())
        return sum(-(-len(line) // LETTERS_PER_LINE) for line in text.split("\n")) + BLOCK_LINES + inside
    return _seen(node)


def _letters(cell: nodes.Node) -> int:
    """How many letters of a cell are seen while its folds are closed."""
    shown, _ = _unfolded("".join(part.astext() for part in cell.findall(nodes.Text)))
    return len(UNSEEN.sub("", shown))


def _seen(node: nodes.Node) -> float:
    """The lines of what is in a node, but for what stands between the tags of a folded box."""
    total, depth = 0.0, 0
    for child in node.children:
        text = child.astext() if isinstance(child, nodes.raw) else ""
        opened = text.count("<details") - text.count("</details")
        if not depth and opened <= 0:
            total += lines(child)
        elif not depth:
            total += FOLDED_LINES
        depth = max(depth + opened, 0)
    return total


class Far(SphinxPostTransform):
    default_priority = 900  # when everything is in its place
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for top in self.document.children:
            for section in top.children if isinstance(top, nodes.section) else ():
                if not isinstance(section, nodes.section) or "folded" in section["classes"]:
                    continue
                if "<report-live" not in section.astext():
                    needed = lines(section)
                    room = next((room for room in ROOMS if room >= needed), ROOMS[-1])
                    section["classes"].append(f"far-{room}")


def styles() -> str:
    """The room that is kept for each mark."""
    rules = (f".far-{room} {{ contain-intrinsic-block-size: auto {room * LINE_EM:.0f}em; }}" for room in ROOMS)
    return "\n".join(rules)


def setup(app: Sphinx) -> None:
    app.add_post_transform(Far)
