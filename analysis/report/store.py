"""Pages that were run before, under _build/.store: looked up by identity, never overwritten.

_build/.store/pages/<key>/<uses>.json    what the run used, with digests
_build/.store/pages/<key>/<uses>.ipynb   the executed page
_build/.store/pictures/<digest>.png      a figure's SVG as PNG
_build/.store/sites/<address>.json       what a published site was made from

An entry counts once its record is there, and the record is put there last, so a build that is killed leaves none
that is half-written. `make clean` empties the store.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from analysis.report import identity

STORE = identity.ROOT / "_build" / ".store"


def put(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; several processes may write the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def find_page(key: str, root: Path = identity.ROOT) -> Path | None:
    """The executed page of an earlier run with this key, whose uses are all as they were; None if there is none."""
    seen: dict[str, str] = {}
    for record in sorted((STORE / "pages" / key).glob("*.json")):
        uses = json.loads(record.read_text(encoding="utf-8"))["uses"]
        seen |= {use: identity.of_use(use, root) for use in uses if use not in seen}
        page = record.with_suffix(".ipynb")
        if page.exists() and all(seen[use] == found for use, found in uses.items()):
            return page
    return None


def keep_page(key: str, name: str, uses: Mapping[str, str], notebook: bytes, seconds: float) -> None:
    """Remember an executed page and what it used, with digests from before it ran."""
    entry = STORE / "pages" / key / identity.of_uses(uses)
    put(entry.with_suffix(".ipynb"), notebook)
    record = {"page": name, "seconds": round(seconds, 3), "uses": dict(sorted(uses.items()))}
    put(entry.with_suffix(".json"), json.dumps(record, indent=1).encode())


def durations() -> dict[str, float]:
    """Seconds that each page took when it last ran, so that long ones can start first."""
    records = sorted((STORE / "pages").glob("*/*.json"), key=lambda path: path.stat().st_mtime)
    found = (json.loads(path.read_text(encoding="utf-8")) for path in records[-200:])
    return {record["page"]: record["seconds"] for record in found}


def picture(key: str) -> Path:
    """Where a figure's PNG is kept."""
    return STORE / "pictures" / f"{key}.png"


def _site_record(folder: Path) -> Path:
    return STORE / "sites" / f"{identity.digest(str(folder))[:24]}.json"


def site_made_from(folder: Path) -> str:
    """What the site in `folder` was made from; "" where none is known, or where somebody has changed it since."""
    record = _site_record(folder)
    if not record.exists() or not (folder / "index.html").exists():
        return ""
    known: dict[str, str] = json.loads(record.read_text(encoding="utf-8"))
    return known["made_from"] if known["tree"] == identity.of_tree(folder) else ""


def keep_site(folder: Path, made_from: str) -> None:
    """Remember what the site in `folder` was made from."""
    record = {"folder": str(folder), "made_from": made_from, "tree": identity.of_tree(folder)}
    put(_site_record(folder), json.dumps(record, indent=1).encode())
