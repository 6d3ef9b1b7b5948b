"""What a table of data/ is and what its columns mean, as a page shows it."""

from __future__ import annotations

import re
from typing import Any

from IPython.display import Markdown

from analysis import tables, words
from analysis.case import Data
from analysis.listing import table
from analysis.provenance import DESCRIBERS

# Tables whose rows stand on a page.
LISTED = (*DESCRIBERS, "texts", "claims", "evidence")


def described(data: Data, name: str) -> Markdown:
    """What a table is, how many rows it has, where it is, and what its columns mean."""
    resource = tables.package()["by_name"][name]
    shown = f"All of them: {{row}}`{name}`. " if name in LISTED else ""
    return Markdown(
        f"{resource['description']}\n\n{words.number(len(data.table(name)))} rows. "
        f"{shown}To download: `data/{resource['path']}` in the repository.\n\n{_columns(resource)}"
    )


# Table -> the page that lists its rows: each row stands on one page, under an anchor of its own.
PAGES = {
    **dict.fromkeys(("assumptions", "fleet"), "assumptions"),
    **dict.fromkeys(("published", "estimates"), "published_figures"),
    **dict.fromkeys(("models", "stages", "gpus", "epoch_runs"), "models_and_hardware"),
    **dict.fromkeys(("prices", "price_index", "rent_index"), "prices"),
    **{"chains": "claims_in_circulation", "results": "results"},
}
# These tables are laid out row by row on the page of the audit, without an anchor for each.
WHOLE = {"texts": "audit", "claims": "audit", "evidence": "audit"}


def contents(data: Data) -> list[dict[str, str]]:
    """Every table of data/, a row each: where its rows or its columns are told, what it holds, how many rows."""
    rows = []
    for name, resource in tables.package()["by_name"].items():
        page = {**PAGES, **WHOLE}.get(name, "")
        where = f"{{doc}}`{resource['title']} <{page}>`" if page else f"{{ref}}`columns-{name.replace('_', '-')}`"
        first, _, _ = resource["description"].partition(". ")
        rows.append(
            {
                "Table": where,
                "What it holds": f"{first.rstrip('.')}.",
                "Rows": words.number(len(data.table(name))),
                "File": f"`data/{resource['path']}`",
            }
        )
    return rows


def computed() -> Markdown:
    """What the tables of the case's own data are, and what their columns mean."""
    told = (
        f"`data/{each['path']}`: {each['description']}\n\n{_columns(each)}" for each in tables.package()["computed"]
    )
    return Markdown("\n\n".join(told))


def _columns(resource: dict[str, Any]) -> str:
    """The columns of a table, as a table."""
    schema = resource["schema"]
    points_to = {key["fields"][0]: key["reference"]["resource"] for key in schema.get("foreignKeys", [])}
    fields = [
        {
            "Column": f"`{field['name']}`",
            "Type": field["type"] + (f", {field['unit']}" if "unit" in field else ""),
            "Meaning": field["description"],
            "Allowed": _allowed(field, points_to.get(field["name"], "")),
        }
        for field in schema["fields"]
    ]
    name = resource["name"].replace("_", "-")
    return str(table(fields, f"Columns of {resource['path']}", f"tab-data-{name}").data)


def _allowed(field: dict[str, Any], points_to: str) -> str:
    """What a column accepts, in words; `points_to` is the table whose keys it must hold, if any."""
    limits = field.get("constraints", {})
    found = [f"a key of `{points_to}`"] if points_to else []
    if "enum" in limits:
        allowed = [str(value) for value in limits["enum"]]
        found.append("one of: " + ", ".join(allowed) if len(allowed) > 1 else allowed[0])
    low, high, unit = limits.get("minimum"), limits.get("maximum"), field.get("unit", "")
    if isinstance(low, str) or isinstance(high, str):
        found.append(" to ".join(day for day in (low, high) if day))
    elif low is not None and high is not None:
        found.append(f"{_size(low, unit)} to {_size(high, unit)}")
    elif low is not None:
        found.append(f"at least {_size(low, unit)}")
    if limits.get("unique"):
        found.append("once only")
    if not limits.get("required"):
        found.append("may be empty")
    return "; ".join(found)


def _size(number: float, unit: str) -> str:
    """A limit of a schema: 0.5, 1,000,000 or 1e22; a year without a comma."""
    if unit == "year":
        return str(number)
    if abs(number) >= 1e9:
        return re.sub(r"e\+0*", "e", f"{number:g}")
    return words.digits(number, 9)
