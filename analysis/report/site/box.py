"""Below a figure: its downloads, where its numbers come from, and the notebook that made it.

What a figure rests on was recorded while it was made and came with it, as keys of rows. Here the keys become rows.
"""

from __future__ import annotations

import posixpath
import re
from html import escape
from typing import TYPE_CHECKING

from analysis import tables
from analysis.provenance import DESCRIBERS, Described, rows
from analysis.report.site import typography
from analysis.report.site.links import Places, breakable, grade

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMATS = ("svg", "png", "csv")

# Of a longer list the page shows the count, and the list folds out.
MANY = 12


def downloads(folder: str, name: str) -> str:
    links = [
        f'<a href="{escape(posixpath.join(folder, f"{name}.{kind}"))}" download'
        f' aria-label="Download {escape(name)} as {kind.upper()}">{kind.upper()}</a>'
        for kind in FORMATS
    ]
    return f'<p class="downloads">{" · ".join(links)}</p>\n'


def whole(folder: str, name: str) -> str:
    """A line for narrow screens, where the drawing goes on to the side: how to see all of it."""
    address, label = escape(posixpath.join(folder, f"{name}.svg")), f"See the whole figure {escape(name)}"
    link = f'<a href="{address}" aria-label="{label}">see the whole figure</a>'
    return f'<p class="whole-figure"><span aria-hidden="true">↔ </span>Slide it sideways, or {link}.</p>\n'


def launchers(repository: str, page: str) -> list[tuple[str, str]]:
    """Names and addresses of services that run a notebook of a public repository; only GitHub's are known to them."""
    found = re.fullmatch(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", repository)
    if not found:
        return []
    owner, name = found.groups()
    return [
        ("Binder", f"https://mybinder.org/v2/gh/{owner}/{name}/HEAD?labpath=book%2F{page}.ipynb"),
        ("Colab", f"https://colab.research.google.com/github/{owner}/{name}/blob/HEAD/book/{page}.ipynb"),
    ]


def notebook(where: Places, docname: str) -> str:
    """Links to the page's notebook: the file that came with the site, and services that run it."""
    if not where.has_notebook(docname):
        return ""
    page = posixpath.basename(docname)
    folder = posixpath.relpath("_sources", posixpath.dirname(docname) or ".")
    links = [f'<a href="{escape(posixpath.join(folder, docname))}.ipynb" download>Notebook of this page</a>']
    launched = [
        f'<a class="external" href="{escape(address)}" aria-label="Open this page\'s notebook in {name}">{name}</a>'
        for name, address in launchers(where.repository(), page)
    ]
    if launched:
        how = where.link(docname, "rerun", "on-binder-and-colab")
        launched.append(f'<a href="{how}">how</a>')
        links.append(f"run it on {', '.join(launched)}")
    return f'<p class="notebook">{"; ".join(links)}</p>\n'


def sources(where: Places, docname: str, name: str, rests_on: Mapping[str, list[str]]) -> str:
    """The folded list of assumptions and rows behind a figure."""
    if not rests_on:
        return ""
    count = sum(len(keys) for keys in rests_on.values())
    parts = [_listed(where, docname, table, [rows(table)[key] for key in keys]) for table, keys in rests_on.items()]
    # A label that names the figure, since a page may show several.
    label = f' aria-label="Where do the numbers of {escape(name)} come from? {count} rows of data"'
    return (
        f'<details class="rests-on"><summary{label}>Where do these numbers come from? '
        f'<span class="count">{count} rows of data</span></summary>\n{"".join(parts)}</details>\n'
    )


def _listed(where: Places, docname: str, table: str, found: list[Described]) -> str:
    """The rows of one table: a list, since a table of five columns would scroll on a phone."""
    lines = []
    for row in found:
        link = f'<a href="{where.row(docname, table, row.key)}">{typography.html(row.title)}</a>'
        span = f", {escape(row.spread)}" if row.spread else ""
        facts = [grade(row), where.sources(docname, row.source), breakable(row.locator)]
        told = "; ".join(fact for fact in facts if fact)
        lines.append(f"<li>{link}: <strong>{escape(where.shown(row))}</strong>{span}.<br>{told}</li>")
    label = f"{tables.package()['by_name'][table]['title']}: {len(found)} row{'s' if len(found) > 1 else ''}"
    body = "<ul>\n" + "\n".join(lines) + "\n</ul>\n"
    if len(found) > MANY:
        return f"<details><summary>{escape(label)}</summary>{body}</details>\n"
    return f'<p class="rows-title">{escape(label)}</p>{body}'


def checked(rests_on: Mapping[str, list[str]]) -> list[str]:
    """Rows that a figure names and data/ does not have: its page is older than the data."""
    return [
        f"{table}: {key}"
        for table, keys in rests_on.items()
        for key in keys
        if table not in DESCRIBERS or key not in rows(table)
    ]
