"""The report to take along: one zip and one PDF beside the pages of a built site, and the links to them.

A site without these files shows no link to them, so no link is ever broken. Adding a file is all or nothing: a copy of
the site is completed beside it and then swapped in. They stay until `report build` has to make the site anew.
"""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path

from analysis.report import manifest, place, slots, store
from analysis.report.site.metadata import citation

NAME = "frontier-model-cost-report"
PDF, ZIP = f"{NAME}.pdf", f"{NAME}.zip"
LABELS = {PDF: "PDF", ZIP: "zip of the site, for reading offline"}
# What only a server or a preview asks for. 404.html would not work in a folder: its links start at the host.
ONLINE_ONLY = ("404.html", "robots.txt", "sitemap.xml", "cards")


def size(count: int) -> str:
    """A file's size in words, decimal units: 2.4 MB."""
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{max(1, round(count / 1e3))} kB"


def with_links(html: str, files: Iterable[tuple[str, int]]) -> str:
    """A page that links to these files, name and size in bytes, and to no others."""
    links = " · ".join(f'<a href="{name}" download>{LABELS[name]}</a> ({size(count)})' for name, count in files)
    told = f'<br />\n<span class="report-downloads">The whole report: {links}.</span>' if links else ""
    return slots.DOWNLOADS.filled(html, told)


def zipped(site: Path) -> bytes:
    """The site as a zip with one folder in it: the same bytes for the same site."""
    pdf = [(PDF, (site / PDF).stat().st_size)] if (site / PDF).exists() else []

    def files() -> Iterator[tuple[str, bytes]]:
        for name in sorted(manifest.entries(site)):
            if name.partition("/")[0] in (*ONLINE_ONLY, ZIP, manifest.NAME) or (site / name).is_dir():
                continue
            content = (site / name).read_bytes()
            if name.endswith(".html"):
                content = with_links(content.decode("utf-8"), pdf).encode("utf-8")
            yield f"{NAME}/{name}", content

    return packed(files())


def packed(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Paths and contents as a zip: the same bytes for the same files in the same order."""
    released, buffer = citation.citation().released, io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in files:
            archive.writestr(entry(name, released), content)
    return buffer.getvalue()


def entry(name: str, released: date) -> zipfile.ZipInfo:
    """A file of a zip that is the same wherever and whenever it is made."""
    found = zipfile.ZipInfo(name, (released.year, released.month, released.day, 0, 0, 0))
    found.create_system, found.external_attr = 3, 0o644 << 16  # as on Unix, wherever it is made
    found.compress_type = zipfile.ZIP_DEFLATED
    return found


def add(site: Path, name: str, content: bytes, mend: Callable[[Path], None] | None = None) -> Path:
    """Put a file into a built site, linked from every page. A zip that is there holds the site, and is renewed.

    mend: what else the file changes in the site, given the copy that will take its place
    """
    with (
        place.told(f"the site in {site} is as it was before"),
        place.work_of_its_own(place.BUILD / ".work" / "downloads") as work,
    ):
        beside, made_from = work / "site", store.site_made_from(site)
        shutil.copytree(site, beside)
        (beside / name).write_bytes(content)
        if mend:
            mend(beside)
        if name != ZIP and (beside / ZIP).exists():
            (beside / ZIP).write_bytes(zipped(beside))
        there = [(file, (beside / file).stat().st_size) for file in LABELS if (beside / file).exists()]
        for page in beside.glob("*.html"):
            page.write_text(with_links(page.read_text(encoding="utf-8"), there), encoding="utf-8")
        place.put(beside, site, manifest.SITE)
        if made_from:
            store.keep_site(site, made_from)
    return site / name
