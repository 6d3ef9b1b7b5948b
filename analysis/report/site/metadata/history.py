"""What changed and when: the page "Changes", the feed, and the day on which each page last changed.

CHANGELOG.md is the only place that holds the changes. The page `changes` shows what a reader needs of it where its
source says `MARK`: what a release is about, and which numbers it changed. The feed says the same.

A page's day is that of the last commit that changed its file in book/, in UTC. Pages are committed with their outputs,
so a change of data or code that a reader can see changes that file too. The history is asked when the site is built,
because a committed table of days would have to be kept by hand. All complete clones of one commit give the same days.
Where the history is missing or cut off (an unpacked archive; a shallow clone, whose oldest commit seems to have made
every file) or the file has changes that are not committed, nobody knows the day. The page then says the day of the
release only, and the sitemap and the structured data leave the day out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from uuid import NAMESPACE_OID, uuid5

from markdown_it import MarkdownIt

from analysis.report.site import templates
from analysis.report.site.metadata.citation import citation, day
from analysis.report.surroundings import git
from analysis.tables import ROOT

CHANGELOG = ROOT / "CHANGELOG.md"
# The section of a release that readers need.
NUMBERS = "Changed numbers"
MARK = "<!-- CHANGELOG.md -->"
FEED = "feed.xml"
ATOM = "http://www.w3.org/2005/Atom"
# Pages that show another file: they change with it.
SHOWN = {"changes": ("CHANGELOG.md",), "references": ("book/references.bib",)}


@dataclass(frozen=True)
class Release:
    """One heading of the changelog: a version with its date, or what is not yet released."""

    version: str
    released: date | None
    text: str

    @property
    def title(self) -> str:
        return f"Version {self.version}, {day(self.released)}" if self.released else "Not yet released"

    @property
    def told(self) -> str:
        """What a reader of the report needs: what the release is about, and which numbers changed, and why."""
        about, *parts = re.split(r"^### ", self.text, flags=re.MULTILINE)
        numbers = [part.partition("\n")[2].strip() for part in parts if part.startswith(NUMBERS)]
        return "\n\n".join([about.strip(), *numbers])

    @property
    def anchor(self) -> str:
        """The place on the page `changes`: what MyST makes of the title."""
        return re.sub(r"[^a-z0-9]+", "-", self.title.lower()).strip("-")


def releases(path: Path = CHANGELOG) -> list[Release]:
    """The changelog, newest first. ValueError for a heading that is neither a release nor [Unreleased]."""
    found = []
    _, *parts = re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    for part in parts:
        head, _, text = part.partition("\n")
        match = re.fullmatch(r"\[(?:Unreleased|(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2}))\]?", head.strip())
        if not match:
            raise ValueError(
                f"{path.name}: the heading '## {head.strip()}' is neither '## [Unreleased]' nor like "
                "'## [1.2.3] - 2026-11-23'."
            )
        version, when = match.groups()
        found.append(Release(version or "", date.fromisoformat(when) if when else None, text.strip()))
    return found


def page_text() -> str:
    """The releases as the body of a page."""
    return "\n\n".join(f"## {release.title}\n\n{release.told}" for release in releases())


def feed(address: str, report: str) -> bytes:
    """The releases as an Atom feed. Its ids are made from the version, so that they outlive a change of address."""
    said = citation()
    return templates.xml(
        __file__,
        atom=ATOM,
        report=report,
        said=said,
        above=f"{address}/" if address else "",
        releases=[release for release in releases() if release.released],
        feed=FEED,
        ident=lambda *of: uuid5(NAMESPACE_OID, " ".join((said.title, *of))).urn,
        html=MarkdownIt("commonmark").enable("table").render,
    )


@lru_cache
def commit_days(root: Path = ROOT) -> dict[str, date]:
    """File -> day of the last commit that changed it, for the files in which nothing waits to be committed."""
    top, _, shallow = git(root, "rev-parse", "--show-toplevel", "--is-shallow-repository").partition("\n")
    if not top or Path(top).resolve() != root.resolve() or shallow.strip() != "false":
        return {}
    files = ("book", CHANGELOG.name)
    found: dict[str, date] = {}
    when = date.min
    for line in git(root, "log", "--format=%x00%ct", "--name-only", "--no-renames", "--", *files).splitlines():
        if line.startswith("\0"):
            when = datetime.fromtimestamp(int(line[1:]), UTC).date()
        elif line:
            found.setdefault(line, when)
    for line in git(root, "status", "--porcelain", "--", *files).splitlines():
        found.pop(line[3:], None)
    return found


def last_changed(page: Path, root: Path = ROOT) -> date | None:
    """The day on which a page of the book last changed; None where nobody knows."""
    days = [commit_days(root).get(path) for path in (f"book/{page.name}", *SHOWN.get(page.stem, ()))]
    known = [when for when in days if when]
    return max(known) if len(known) == len(days) else None
