"""A notebook as `make diff` has git compare it: words, numbers and code, and one line for each drawing.

Git runs this once for each side of a changed file, so it imports nothing but what reads JSON.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DRAWINGS = ("image/svg+xml", "image/x-narrow-svg+xml")
RECORD = "application/papermill.record/"
# With these an output's plain text is words of its own; beside anything else it says the same again, or nothing.
PLAIN, BESIDE = "text/plain", {*DRAWINGS, "text/csv", "text/plain"}


def lines(notebook: dict[str, Any]) -> Iterator[str]:
    """The text of a notebook, in the order in which a reader meets it."""
    for cell in notebook["cells"]:
        yield from ("", "".join(cell["source"]))
        caption = cell["metadata"].get("mystnb", {}).get("figure", {}).get("caption")
        yield from [f"Caption: {caption}"] if caption else []
        for output in cell.get("outputs", []):
            yield from ["".join(output["text"])] if "text" in output else _shown(output)


def _shown(output: dict[str, Any]) -> Iterator[str]:
    data = {kind: "".join(text) for kind, text in output.get("data", {}).items()}
    for kind, text in data.items():
        if kind.startswith(RECORD):
            yield f"{output['metadata']['scrapbook']['name']} = {text}"
        elif kind in DRAWINGS:
            yield f"Drawing, SHA-256 {hashlib.sha256(text.encode()).hexdigest()[:12]}"
        elif kind.startswith("text/") and (kind != PLAIN or data.keys() <= BESIDE):
            yield text


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    print("\n".join(lines(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))))
