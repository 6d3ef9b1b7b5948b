"""What is read aloud otherwise than it is meant, and what has the name of its neighbour.

"10²⁴", of which a voice makes "ten two", is named in words; the text stays as it is, to be read, copied and found.
Folds that are called alike on a page say to the ear what they belong to: "Show the code, Figure 8".
"""

from __future__ import annotations

import re
from collections import Counter

from sphinx.application import Sphinx

from analysis.report.site.finish.tables import said
from analysis.report.site.pages import Pages

RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"
PLAIN = str.maketrans(RAISED, "0123456789−")
POWER = re.compile(rf"(?<![\d.,])(?:(\d[\d.,]*) × )?10([{RAISED}]+)")
# Texts between tags, and what has none that is read as text.
TEXT = re.compile(r"(?s)(?P<left><(title|script|style|option|math|textarea|text)\b.*?</\2>|<[^>]*>)|(?P<text>[^<]+)")

# A fold, and what may stand before it: a heading, a figure's or a table's number or title, an equation's number.
FOLD = re.compile(
    r"(?s)<h[1-6]\b[^>]*>(?P<heading>.*?)</h[1-6]>"
    r'|<span class="caption-number">(?P<number>[^<]+)</span>|<caption><span class="caption-text">(?P<title>.*?)</span>'
    r'|<span class="eqno">\((?P<equation>\d+)\)'
    r"|<summary>(?P<fold>.*?)</summary>"
)


def told_apart(html: str) -> str:
    """A page whose folds have names of their own."""
    names = Counter(said(match["fold"]) for match in FOLD.finditer(html) if match["fold"])
    above = ""

    def told(match: re.Match[str]) -> str:
        nonlocal above
        if match["fold"] is None:
            above = said(match["heading"] or match["number"] or match["title"] or f"Equation {match['equation']}")
        elif names[said(match["fold"])] > 1:
            return match[0].replace("</summary>", f'<span class="said">, {above}</span></summary>')
        return match[0]

    return FOLD.sub(told, html)


def named(html: str) -> str:
    """Every power of ten in the text of a page with its name: "10 to the power of 24"."""

    def spoken(match: re.Match[str]) -> str:
        times = f"{match[1]} times " if match[1] else ""
        name = f"{times}10 to the power of {match[2].translate(PLAIN)}"
        return f'<span role="img" aria-label="{name}">{match[0]}</span>'

    return TEXT.sub(lambda match: match["left"] or POWER.sub(spoken, match["text"]), html)


def finish(app: Sphinx, pages: Pages) -> None:
    for name, html in pages.items():
        pages[name] = told_apart(named(html) if POWER.search(html) else html)
