"""Tables in a box of their own, whose headers say what they head; on a phone a row reads from top to bottom.

A row is named by its first cell. Every other cell bears the name of its column: report.css puts it before the cell on a
phone, where rows stand below one another, so that no column has to be slid to.
"""

from __future__ import annotations

import re

CONTAINER = '<div class="pst-scrollable-table-container">'
WIDE = 7  # as many columns and more are "many"
# A fold in a paragraph, which may hold none.
UNFIT = r"(?s)<p>(<details>.*?</details>(?:(?!</p>).)*)</p>"
STACKED = 3  # a table of as many columns and more stacks its rows on a phone


def _name(table: str, number: int, before: str) -> str:
    """What a screen reader calls the box: the table's number and caption, else its place on the page.

    before: the page up to the table, whose last heading it stands under
    """
    if found := re.search(r"(?s)<caption>(.*?)</caption>", table):
        return said(found[1])
    above = re.findall(r"(?s)<h[1-6]\b[^>]*>(.*?)</h[1-6]>", before)
    return f"Table {number} on this page" + (f": {said(above[-1])}" if above else "")


def scoped(html: str) -> str:
    """Every header cell with its scope: of a column in a table's head, of a row elsewhere."""

    def headed(match: re.Match[str]) -> str:
        scope = "col" if match["part"] == "thead" else "row"
        return re.sub(r"<th(?=[ >])(?![^>]* scope=)", f'<th scope="{scope}"', match[0])

    return re.sub(r"(?s)<(?P<part>thead|tbody)\b.*?</(?P=part)>", headed, html)


def said(html: str) -> str:
    """The words of a piece of a page, as an attribute holds them."""
    text = re.sub(r'(?s)<a class="headerlink".*?</a>|<[^>]+>', " ", html)
    return " ".join(text.split()).replace('"', "&quot;")


def counted(html: str) -> str:
    """Every table with its number of columns, by which report.css sets it; a selector that counts cells is slow."""

    def marked(match: re.Match[str]) -> str:
        first = re.search(r"(?s)<tr\b.*?</tr>", match[0])
        columns = len(re.findall(r"<t[hd]\b", first[0])) if first else 0
        table = match[0].replace("<table", f'<table data-columns="{columns if columns < WIDE else "many"}"', 1)
        grid = "colspan" not in table and "rowspan" not in table
        return labelled(table) if columns >= STACKED and grid else table

    return re.sub(r"(?s)<table(?! data-columns).*?</table>", marked, html)


def labelled(table: str) -> str:
    """Every row with the cell that names it as its header, and every other cell with the name of its column.

    A first cell without words belongs to the row above, and says to the ear what that one is called.
    """
    head = re.search(r"(?s)<thead\b.*?</thead>", table)
    names = [said(name) for name in re.findall(r"(?s)<t[hd]\b[^>]*>(.*?)</t[hd]>", head[0])] if head else []
    if not names:
        return table

    table, above = re.sub(UNFIT, r"\1", table), ""

    def row(match: re.Match[str]) -> str:
        number = -1

        def cell(found: re.Match[str]) -> str:
            nonlocal number, above
            number += 1
            attributes, content = found["attributes"], found["content"]
            if not number and (above or said(content)):
                above = said(content) or above
                content = content if said(content) else f'<span class="said">{above}</span>'
                scope = "" if " scope=" in attributes else ' scope="row"'
                return f"<th{attributes}{scope}>{content}</th>"
            named = number < len(names) and names[number]
            label = f' data-label="{names[number]}"' if named else ""
            return f"<{found['tag']}{attributes}{label}>{content}</{found['tag']}>"

        return re.sub(r"(?s)<(?P<tag>t[hd])\b(?P<attributes>[^>]*)>(?P<content>.*?)</(?P=tag)>", cell, match[0])

    body = re.sub(r"(?s)<tbody\b.*?</tbody>", lambda match: re.sub(r"(?s)<tr\b.*?</tr>", row, match[0]), table, count=0)
    return body.replace("<table", '<table data-stacks=""', 1)


def boxed(html: str) -> str:
    """The theme's boxes around tables, reachable and named."""
    number = 0

    def named(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        table = match[0].removeprefix(CONTAINER)
        name = _name(table, number, html[: match.start()])
        return f'<div class="pst-scrollable-table-container" tabindex="0" role="group" aria-label="{name}">{table}'

    html = scoped(counted(html))
    return re.sub(rf"(?s){re.escape(CONTAINER)}<table.*?</table>", named, html)
