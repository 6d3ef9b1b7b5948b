"""What a site is, in one number for each kind of file: equal digests mean equal bytes.

The same sources give the same bytes in any folder, time zone, locale and account, with any number of cores.
`report digest` says them; `tests/same_bytes.py` builds twice, under other circumstances, and compares.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from analysis.report import downloads, manifest
from analysis.report.place import BuildError

KINDS = ("notebooks", "figures", "site", "zip")


def of_bytes(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def of_files(site: Path) -> dict[str, str]:
    """SHA-256 of each file of a site by its path; a PDF, a zip and the list of the site's files are left out.

    A PDF holds what the installed Chromium makes of a page, and the others are made from the rest.
    """
    if not (site / "index.html").exists():
        raise BuildError(f"There is no site in {site}. Build one: report build.")
    made = {downloads.PDF, downloads.ZIP, manifest.NAME}
    return {
        name: manifest.digest(site / name)
        for name in sorted(set(manifest.entries(site)) - made)
        if (site / name).is_file()
    }


def together(files: Mapping[str, str], chosen: Iterable[str]) -> str:
    """One digest of some files: of the lines that sha256sum would print for them."""
    return of_bytes("".join(f"{files[name]}  {name}\n" for name in sorted(chosen)).encode())


def of_site(site: Path) -> dict[str, str]:
    """The digest of each kind: executed notebooks, drawings with their tables, all files, and the zip."""
    files = of_files(site)
    return {
        "notebooks": together(files, (name for name in files if name.endswith(".ipynb"))),
        "figures": together(files, (name for name in files if name.startswith("figures/"))),
        "site": together(files, files),
        "zip": of_bytes(downloads.zipped(site)),
    }
