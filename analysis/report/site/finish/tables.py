"""Tables that scroll in a box of their own, within reach of the keyboard, and whose headers say what they head."""

from __future__ import annotations

import re

CONTAINER = '<div class="pst-scrollable-table-container">'
WIDE = 7  # as many columns and more are "many"


def _name(table: str, number: int) -> str:
    """What a screen reader calls the box: the table's number and caption, else its place on the page."""
    found = re.search(r"(?s)<caption>(.*?)</caption>", table)
    if not found:
        return f"Table {number} on this page"
    text = re.sub(r'(?s)<a class="headerlink".*?</a>|<[^>]+>', "", found[1])
    return " ".join(text.split()).replace('"', "&quot;")


def scoped(html: str) -> str:
    """Every header cell with its scope: of a column in a table's head, of a row elsewhere."""

    def headed(match: re.Match[str]) -> str:
        scope = "col" if match["part"] == "thead" else "row"
        return re.sub(r"<th(?=[ >])(?![^>]* scope=)", f'<th scope="{scope}"', match[0])

    return re.sub(r"(?s)<(?P<part>thead|tbody)\b.*?</(?P=part)>", headed, html)


def counted(html: str) -> str:
    """Every table with its number of columns, by which report.css sets it; a selector that counts cells is slow."""

    def marked(match: re.Match[str]) -> str:
        first = re.search(r"(?s)<tr\b.*?</tr>", match[0])
        columns = len(re.findall(r"<t[hd]\b", first[0])) if first else 0
        return match[0].replace("<table", f'<table data-columns="{columns if columns < WIDE else "many"}"', 1)

    return re.sub(r"(?s)<table(?! data-columns).*?</table>", marked, html)


def boxed(html: str) -> str:
    """The theme's boxes around tables, reachable and named."""
    number = 0

    def named(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        table = match[0].removeprefix(CONTAINER)
        name = _name(table, number)
        return f'<div class="pst-scrollable-table-container" tabindex="0" role="region" aria-label="{name}">{table}'

    return re.sub(rf"(?s){re.escape(CONTAINER)}<table.*?</table>", named, scoped(counted(html)))
