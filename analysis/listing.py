"""Tables as a page shows them: Markdown that Jupyter Book renders, with citations, units and marks of doubt."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from IPython.display import Markdown

UNVERIFIED = '<span class="unverified">unverified</span>'


def cite(keys: str) -> str:
    """A row's `source` as citations."""
    return f"{{cite}}`{keys.replace(';', ',')}`" if keys else ""


def doubt(text: str, confidence: str) -> str:
    """A text, marked where its number is unverified."""
    return f"{text} {UNVERIFIED}" if confidence == "unverified" else text


def cell(value: object) -> str:
    """One cell of a table: no line breaks, no bars that would end it."""
    text = "" if value is None or value != value else str(value)
    return text.replace("|", "\\|").replace("\n", " ").strip()


def table(frame: pd.DataFrame, caption: str, name: str, right: Iterable[str] = ()) -> Markdown:
    """A captioned table that {numref} can refer to by `name`; columns in `right` are set flush right."""
    aligned = set(right)
    head = "| " + " | ".join(cell(column) for column in frame.columns) + " |"
    rule = "|" + "|".join("---:" if column in aligned else ":---" for column in frame.columns) + "|"
    rows = ["| " + " | ".join(cell(value) for value in row) + " |" for row in frame.itertuples(index=False)]
    # Colons, since a fence of backticks allows none in its caption.
    return Markdown("\n".join([f"::::{{table}} {caption}", f":name: {name}", "", head, rule, *rows, "::::"]))
