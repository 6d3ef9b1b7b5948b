"""What is read aloud otherwise than it is meant: "10²⁴", of which a voice makes "ten two", is named in words.

The text stays as it is, to be read, copied and found.
"""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from analysis.report.site.pages import Pages

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
PLAIN = str.maketrans(RAISED, "0123456789−")
POWER = re.compile(rf"(?<![\d.,])(?:(\d[\d.,]*) × )?10([{RAISED}]+)")
# Texts between tags, and what has none that is read as text.
TEXT = re.compile(r"(?s)(?P<left><(title|script|style|option|math|textarea|text)\b.*?</\2>|<[^>]*>)|(?P<text>[^<]+)")


def named(html: str) -> str:
    """Every power of ten in the text of a page with its name: "10 to the power of 24"."""

    def spoken(match: re.Match[str]) -> str:
        times = f"{match[1]} times " if match[1] else ""
        name = f"{times}10 to the power of {match[2].translate(PLAIN)}"
        return f'<span role="img" aria-label="{name}">{match[0]}</span>'

    return TEXT.sub(lambda match: match["left"] or POWER.sub(spoken, match["text"]), html)


def finish(app: Sphinx, pages: Pages) -> None:
    for name, html in pages.items():
        if POWER.search(html):
            pages[name] = named(html)
