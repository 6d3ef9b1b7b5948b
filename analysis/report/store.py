"""Pages that were run before, under _build/.store: looked up by identity, never overwritten.

_build/.store/pages/<key>/<uses>.json    what the run used, with digests
_build/.store/pages/<key>/<uses>.ipynb   the executed page
_build/.store/pictures/<digest>.png      a figure's SVG as PNG
_build/.store/sites/<address>.json       what a published site was made from
_build/.store/locks/<address>.lock       who is building there

An entry counts once its record is there, and the record is put there last, so a build that is killed leaves none
that is half-written. `make clean` empties the store.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from analysis.report import files, identity, manifest

STORE = identity.ROOT / "_build" / ".store"


def _read(record: Path) -> dict[str, Any]:
    """A record; nothing, where a disk has spoilt it: then what it told is made again."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def find_page(key: str, root: Path = identity.ROOT) -> Path | None:
    """The executed page of an earlier run with this key, whose uses are all as they were; None if there is none."""
    seen: dict[str, str] = {}
    for record in sorted((STORE / "pages" / key).glob("*.json")):
        uses = _read(record).get("uses")
        if uses is None:
            continue
        seen |= {use: identity.of_use(use, root) for use in uses if use not in seen}
        page = record.with_suffix(".ipynb")
        if page.exists() and all(seen[use] == found for use, found in uses.items()):
            return page
    return None


def keep_page(key: str, name: str, uses: Mapping[str, str], notebook: bytes, seconds: float) -> None:
    """Remember an executed page and what it used, with digests from before it ran."""
    entry = STORE / "pages" / key / identity.of_uses(uses)
    files.replace(entry.with_suffix(".ipynb"), notebook)
    record = {"page": name, "seconds": round(seconds, 3), "uses": dict(sorted(uses.items()))}
    files.replace(entry.with_suffix(".json"), json.dumps(record, indent=1).encode())


def durations() -> dict[str, float]:
    """Seconds that each page took when it last ran, so that long ones can start first."""
    records = sorted((STORE / "pages").glob("*/*.json"), key=lambda path: path.stat().st_mtime)
    found = (_read(path) for path in records[-200:])
    return {record["page"]: record["seconds"] for record in found if "page" in record and "seconds" in record}


def picture(key: str) -> Path:
    """Where a figure's PNG is kept."""
    return STORE / "pictures" / f"{key}.png"


def _site_record(folder: Path) -> Path:
    return STORE / "sites" / f"{identity.digest(str(folder))[:24]}.json"


def lock_of(folder: Path) -> Path:
    """The lock of whoever changes the site in `folder`."""
    return STORE / "locks" / f"{identity.digest(str(folder))[:24]}.lock"


def site_made_from(folder: Path) -> str:
    """What the site in `folder` was made from; "" where none is known, or where a byte of it has changed since."""
    known = _read(_site_record(folder))
    listed = identity.of_file(folder / manifest.NAME)
    current = known.get("manifest") == listed and manifest.whole(folder, manifest.SITE)
    return str(known.get("made_from", "")) if current else ""


def keep_site(folder: Path, made_from: str) -> None:
    """Remember what the site in `folder` was made from."""
    listed = identity.of_file(folder / manifest.NAME)
    record = {"folder": str(folder), "made_from": made_from, "manifest": listed}
    files.replace(_site_record(folder), json.dumps(record, indent=1).encode())


def is_as_release_1_1_left_it(folder: Path) -> bool:
    """Whether a site that has no list is one of release 1.1, which kept a digest of names and sizes here."""
    try:
        record = json.loads(_site_record(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("tree") == identity.of_tree(folder)
