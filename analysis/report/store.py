"""Pages that were run before, under _build/.store: looked up by identity, never overwritten.

_build/.store/pages/<key>/<uses>.json    what the run used, with digests
_build/.store/pages/<key>/<uses>.ipynb   the executed page
_build/.store/pictures/<digest>.png      a figure's SVG as PNG
_build/.store/sites/<address>.json       what a published site was made from
_build/.store/locks/<address>.lock       who is building there

Each but the last has its digest in its first line (analysis/report/kept.py), and counts only while that fits. A page's
record is put there last, so a build that is killed leaves none without its page. `make clean` empties the store.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from analysis.report import files, identity, kept, manifest

STORE = files.BUILD / ".store"


def _keep(path: Path, content: bytes) -> None:
    kept.keep(path, path.relative_to(STORE).as_posix(), content)


def _find(path: Path) -> bytes | None:
    return kept.find(path, path.relative_to(STORE).as_posix())


def _read(record: Path) -> dict[str, Any]:
    """A record; nothing, where a disk has spoilt it: then what it told is made again."""
    content = _find(record)
    return json.loads(content) if content else {}


def find_page(key: str, root: Path = identity.ROOT) -> bytes | None:
    """The executed page of an earlier run with this key, whose uses are all as they were; None if there is none."""
    seen: dict[str, str] = {}
    for record in sorted((STORE / "pages" / key).glob("*.json")):
        uses = _read(record).get("uses")
        if uses is None:
            continue
        seen |= {use: identity.of_use(use, root) for use in uses if use not in seen}
        if all(seen[use] == found for use, found in uses.items()):
            page = _find(record.with_suffix(".ipynb"))
            if page is not None:
                return page
    return None


def keep_page(key: str, name: str, uses: Mapping[str, str], notebook: bytes, seconds: float) -> None:
    """Remember an executed page and what it used, with digests from before it ran."""
    entry = STORE / "pages" / key / identity.of_uses(uses)
    _keep(entry.with_suffix(".ipynb"), notebook)
    record = {"page": name, "seconds": round(seconds, 3), "uses": dict(sorted(uses.items()))}
    _keep(entry.with_suffix(".json"), json.dumps(record, indent=1).encode())


def durations() -> dict[str, float]:
    """Seconds that each page took when it last ran, so that long ones can start first."""
    records = sorted((STORE / "pages").glob("*/*.json"), key=lambda path: path.lstat().st_mtime)
    return {record["page"]: record["seconds"] for path in records[-200:] if (record := _read(path))}


def picture(key: str, draw: Callable[[], bytes]) -> bytes:
    """A figure as PNG, drawn where it is not there yet."""
    path = STORE / "pictures" / f"{key}.png"
    content = _find(path)
    if content is None:
        content = draw()
        _keep(path, content)
    return content


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
    record = {"folder": str(folder), "made_from": made_from, "manifest": identity.of_file(folder / manifest.NAME)}
    _keep(_site_record(folder), json.dumps(record, indent=1).encode())


def is_as_release_1_1_left_it(folder: Path) -> bool:
    """Whether a site that has no list is one of release 1.1, which kept a digest of names and sizes here."""
    try:
        record = json.loads(_site_record(folder).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and record.get("tree") == identity.of_tree(folder)
