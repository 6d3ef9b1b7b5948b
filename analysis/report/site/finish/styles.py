"""Style sheets without the rules that no page of the site uses.

The theme ships all of Bootstrap and 2,000 icons: 65 kB of CSS after compression, most of it for what no page has.
A selector goes when it needs a class or an id that occurs in no page and in no script. Selectors without classes stay.
A screen's width is asked for in letters, not in pixels: see in_em.
What is left of a page's ten sheets goes into one, since on a phone each request costs more than its bytes.
The cut is right for the pages that were just written: a site is always rendered as a whole, into an empty folder.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
from pathlib import Path
from typing import Any

import tinycss2
from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from analysis.report.site.pages import Pages

# Scripts put these names together from parts: Bootstrap's, and live.js the classes of what it draws.
COMPOSED = re.compile(r"bs-(?:tooltip|popover)|live-")


def names_in_use(pages: Pages) -> set[str]:
    """Classes and ids of the pages, and every word of the scripts, which may add any of them."""
    used: set[str] = set()
    for html in pages.values():
        for value in re.findall(r'\b(?:class|id)="([^"]*)"', html):
            used.update(value.split())
        for script in re.findall(r"(?s)<script[^>]*>(.*?)</script>", html):
            used.update(re.findall(r"[A-Za-z_][\w-]*", script))
    for path in pages.folder.rglob("*.js"):
        if path.name != "searchindex.js":
            used.update(re.findall(r"[A-Za-z_][\w-]*", path.read_text(encoding="utf-8")))
    return used


def _needed(selector: list[Any], used: set[str]) -> bool:
    """Whether one selector can match: what stands in brackets, as in :not(.a), is not looked at."""
    for before, node in zip([None, *selector], selector, strict=False):
        names = node.type == "ident" and before is not None and before.type == "literal" and before.value == "."
        if (names or node.type == "hash") and node.value not in used and not COMPOSED.match(node.value):
            return False
    return True


def _selectors(prelude: list[Any]) -> list[list[Any]]:
    """A selector list at its outermost commas."""
    parts: list[list[Any]] = [[]]
    for node in prelude:
        if node.type == "literal" and node.value == ",":
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def _rules(rules: list[Any], used: set[str], where: str) -> str:
    kept = []
    for rule in rules:
        if rule.type == "error":
            raise SphinxError(
                f"{where}: line {rule.source_line} is no CSS that analysis/report/site/finish/styles.py can read."
            )
        if rule.type == "qualified-rule":
            needed = [part for part in _selectors(rule.prelude) if _needed(part, used)]
            if needed:
                head = ",".join(tinycss2.serialize(part).strip() for part in needed)
                kept.append(f"{head}{{{tinycss2.serialize(rule.content).strip()}}}")
        elif rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "layer") and rule.content:
            inner = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
            body = _rules(inner, used, where)
            if body:
                kept.append(f"@{rule.at_keyword}{in_em(tinycss2.serialize(rule.prelude))}{{{body}}}")
        elif rule.type == "at-rule":
            kept.append(rule.serialize())
    return "".join(kept)


def in_em(condition: str) -> str:
    """Widths of a screen in letters: with letters of twice the size the page has half the room, and one column."""
    return re.sub(r"([\d.]+)px", lambda width: f"{float(width[1]) / 16:g}em", condition)


def pruned(css: str, used: set[str], where: str = "style sheet") -> str:
    """The rules of a style sheet that may match something, in their order."""
    return _rules(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), used, where)


def prune(pages: Pages) -> None:
    """Cut every style sheet of the site down to the names in use."""
    used = names_in_use(pages)
    for sheet in sorted(pages.static.rglob("*.css")):
        sheet.write_text(pruned(sheet.read_text(encoding="utf-8"), used, sheet.name) + "\n", encoding="utf-8")


SHEET = re.compile(
    r'[ \t]*<link (?:rel="stylesheet" (?:type="text/css" )?)?href="([^"?]*)[^"]*"(?: rel="stylesheet")? />\n?'
)


def _rebased(css: str, sheet: str) -> str:
    """A sheet's addresses, as they are seen from the folder _static."""
    folder = posixpath.dirname(sheet.rpartition("_static/")[2])

    def moved(match: re.Match[str]) -> str:
        if re.match(r"[a-z]+:|/|#", match["to"]):
            return match[0]
        return f"url({match['quote']}{posixpath.normpath(posixpath.join(folder, match['to']))}{match['quote']})"

    return re.sub(r"""url\((?P<quote>["']?)(?P<to>[^"')]+)(?P=quote)\)""", moved, css)


def _whole(root: Path, sheet: str) -> str:
    """A sheet with what it imports in place, its addresses seen from the folder _static."""
    css = (root / sheet).read_text(encoding="utf-8")
    folder = posixpath.dirname(sheet)
    parts = re.split(r'@import\s*"([^"]+)"\s*;', css)
    imported = [_whole(root, posixpath.normpath(posixpath.join(folder, part))) for part in parts[1::2]]
    return "".join(imported) + _rebased("".join(parts[::2]), sheet)


def bundle(pages: Pages) -> None:
    """One sheet for each set of sheets that pages load, in their order; its name follows its content."""
    for place, html in pages.items():
        page = pages.folder / place
        links = [link for link in SHEET.finditer(html) if re.match(r"(?:\.\./)*_static/", link[1])]
        if len(links) < 2:
            continue
        start = links[0][1].rpartition("_static/")[0]
        static = page.parent / start / "_static"
        sheets = [link[1] for link in links]
        css = "".join(_whole(page.parent, sheet) for sheet in sheets)
        name = f"site-{hashlib.sha256(css.encode()).hexdigest()[:10]}.css"
        (static / name).write_text(css, encoding="utf-8")
        for link in links[1:]:
            html = html.replace(link[0], "", 1)
        html = html.replace(links[0][0], f'<link rel="stylesheet" href="{start}_static/{name}" />\n', 1)
        pages[place] = html


def finish(app: Sphinx, pages: Pages) -> None:
    prune(pages)
    bundle(pages)
