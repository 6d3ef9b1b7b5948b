"""Typographic quotes for texts that Sphinx does not read: those of data and of questions, which are put in as HTML.

Sphinx turns straight quotes of the pages' own prose; without this, both kinds would stand in one page.
"""

from __future__ import annotations

from html import escape

from docutils.utils import smartquotes


def curled(text: str) -> str:
    """A text without markup, its straight quotes and apostrophes turned: V3's -> V3’s."""
    return "".join(smartquotes.educate_tokens([("plain", text)], attr="q", language="en"))


def html(text: str) -> str:
    """The same in HTML."""
    return escape(curled(text))
