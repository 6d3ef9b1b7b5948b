"""Small print: typographic quotes, and lines that must not break.

Sphinx turns straight quotes of the pages' own prose. Texts of data and of questions are put in as HTML; without
`curled`, both kinds would stand in one page. What somebody's scenario file says is shown letter by letter instead.
A line never breaks between a number and its per cent sign.
"""

from __future__ import annotations

import os
import re
from html import escape
from typing import Any

from docutils import nodes
from docutils.utils import smartquotes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis.comparison import SCENARIOS_VARIABLE

NO_BREAK = "\N{NO-BREAK SPACE}"


def curled(text: str) -> str:
    """A text without markup, its straight quotes and apostrophes turned: V3's -> V3’s."""
    return "".join(smartquotes.educate_tokens([("plain", text)], attr="q", language="en"))


def html(text: str) -> str:
    """The same in HTML."""
    return escape(curled(text))


class LetterByLetter(SphinxTransform):
    """Results on a page that compares somebody's scenarios hold their titles: no quotes are turned there."""

    default_priority = 740  # just before Sphinx turns them

    def apply(self, **kwargs: Any) -> None:
        if os.environ.get(SCENARIOS_VARIABLE) and self.env.docname == "scenarios":
            for node in self.document.findall(nodes.Element):
                if {"cell_output", "pasted-text"}.intersection(node["classes"]):
                    node["support_smartquotes"] = False


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
    app.add_transform(LetterByLetter)
    app.add_post_transform(Breaks)
