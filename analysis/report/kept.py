"""Results that are kept for later, and believed only if they are what was written for just this.

The first line of such a file is a digest of the rest and of what it is a result of. So an entry that a disk has
spoilt, that somebody has changed, or that stands in the place of another is the same as none: it is made again.
The digest is no signature. Who may write here can write a digest too, so what is read stays as harmless as it was
when it was computed: notebooks are shown, tables are text and numbers, and nothing is unpickled.
"""

from __future__ import annotations

import stat
from pathlib import Path

from analysis.report import files, identity


def keep(path: Path, of: str, content: bytes) -> None:
    """Write a result whole or not at all. of: what it is the result of, as a text that no other result has"""
    files.replace(path, f"{identity.digest(of, content)}\n".encode() + content)


def find(path: Path, of: str) -> bytes | None:
    """What was kept as the result of just this; None if there is nothing, or nothing that can be believed."""
    try:
        # A link is none of ours, and a pipe or a device would never end.
        if not stat.S_ISREG(path.lstat().st_mode):
            return None
        written, _, content = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    return content if written == identity.digest(of, content).encode() else None
