"""Tables as a page shows them: Markdown that Jupyter Book renders, with citations, units and marks of doubt."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd
from IPython.display import Markdown

from analysis import tables

UNVERIFIED = '<span class="unverified">unverified</span>'


def cite(keys: str) -> str:
    """A row's `source` as citations."""
    return f"{{cite}}`{keys.replace(';', ',')}`" if keys else ""


def cite_known(keys: str) -> str:
    """As `cite`; a key that book/references.bib does not hold stands as it is, since anybody may write a scenario."""
    known = tables.reference_keys()
    given = [key.strip() for key in keys.split(";") if key.strip()]
    cited = cite(";".join(key for key in given if key in known))
    return ", ".join(text for text in (cited, *(f"`{key}`" for key in given if key not in known)) if text)


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
