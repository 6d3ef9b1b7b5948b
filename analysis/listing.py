"""Tables as a page shows them: Markdown that Jupyter Book renders, with citations, units and marks of doubt."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import pandas as pd
from IPython.display import Markdown

from analysis import dates, parameters, tables, words
from analysis.parameters import Parameter
from analysis.untrusted import as_code

if TYPE_CHECKING:
    from analysis.case import Case

UNVERIFIED = '<span class="unverified">unverified</span>'


def cite(keys: str) -> str:
    """A row's `source` as citations."""
    return f"{{cite}}`{keys.replace(';', ',')}`" if keys else ""


def cite_known(keys: str) -> str:
    """As `cite`; a key that book/references.bib does not hold stands as it is, since anybody may write a scenario."""
    known = tables.references()
    given = [key.strip() for key in keys.split(";") if key.strip()]
    cited = cite(";".join(key for key in given if key in known))
    return ", ".join(text for text in (cited, *(as_code(key) for key in given if key not in known)) if text)


def doubt(text: str, confidence: str) -> str:
    """A text, marked where its number is unverified."""
    return f"{text} {UNVERIFIED}" if confidence == "unverified" else text


def estimate(row: Any, over: str = "over", significant: int = 3) -> str:
    """A row of data/estimates.csv in words: its value, or else its bounds."""
    value, low, high = (
        words.amount(usd, "USD", significant=significant) if usd == usd else ""
        for usd in (row.value_usd, row.low_usd, row.high_usd)
    )
    return value or (f"{low} to {high}" if low and high else f"{over} {low}" if low else f"under {high}")


def beside_base(row: Parameter, here: object) -> str:
    """After a value that a scenario has changed: the value that the row's source supports."""
    return "" if here == row.value else f" (base case: {words.setting(float(row.value))})"


def cell(value: object) -> str:
    """One cell of a table: no line breaks, no bars that would end it."""
    text = "" if value is None or value != value else str(value)
    return text.replace("|", "\\|").replace("\n", " ").strip()


Rows: TypeAlias = pd.DataFrame | Mapping[str, Any] | Sequence[Mapping[str, Any]]


def table(rows: Rows, caption: str, name: str, right: Iterable[str] = (), folded: bool = False) -> Markdown:
    """A captioned table that {numref} can refer to by `name`; columns in `right` are set flush right.

    rows:   a frame, columns by their headings, or a list of rows
    folded: whether the page shows the table only when asked, since it is long and a chapter goes on below it
    """
    frame, aligned = pd.DataFrame(rows), set(right)
    head = "| " + " | ".join(cell(column) for column in frame.columns) + " |"
    rule = "|" + "|".join("---:" if column in aligned else ":---" for column in frame.columns) + "|"
    lines = ["| " + " | ".join(cell(value) for value in row) + " |" for row in frame.itertuples(index=False)]
    # Colons, since a fence of backticks allows none in its caption.
    whole = [f"::::{{table}} {caption}", f":name: {name}", "", head, rule, *lines, "::::"]
    if folded:
        summary = f"<summary>{caption}: all {len(frame)} rows</summary>"
        whole = ['<details class="long-table">', summary, "", *whole, "", "</details>"]
    return Markdown("\n".join(whole))


def entry(ident: str, heading: str, told: Sequence[str], summary: str, folded: Sequence[str]) -> str:
    """A claim under an anchor of its own: what is told of it, a paragraph each, and what folds out, line by line."""
    start = ["::::{container} claim", f"({ident.lower()})=", f"### {ident}. {heading}", "", "\n\n".join(told), ""]
    fold = [f"<details><summary>{summary}</summary>", "", *folded, "", "</details>", "::::", ""]
    return "\n".join([*start, *fold])


# What a table may show of a result.
FORMS = ("text", "range", "median", "percentile", "raw_low", "raw_high", "exact", "title", "basis")


def quantities(case: Case, rows: Mapping[str, Sequence[str]], columns: Mapping[str, str]) -> pd.DataFrame:
    """Results of a case, a row each.

    rows:    name of the result -> what the page itself says of it
    columns: heading -> what stands under it: "{text}" or another of FORMS of the result, and "{0}", "{1}" ... for the
             texts of the row, whose own {names} are filled in
    """
    lines = []
    for name, texts in rows.items():
        forms = {form: getattr(case[name], form) for form in FORMS}
        lines.append({heading: case.fill(form.format(*texts, **forms)) for heading, form in columns.items()})
    return pd.DataFrame(lines)


def assumptions(case: Case, names: Iterable[str]) -> pd.DataFrame:
    """Assumptions of a case, a row each, with what they rest on."""
    known = parameters.known()
    return pd.DataFrame(
        [
            {
                "Assumption": row.title,
                "Value": words.setting(getattr(case.point, row.name)) + beside_base(row, case.values[row.name]),
                "Range": f"{words.setting(row.low)} to {words.setting(row.high)}",
                "Unit": row.unit,
                "How sure": row.confidence,
                "Source": cite(row.source),
            }
            for row in map(known.__getitem__, names)
        ]
    )


ON_UNVERIFIED = '<span class="unverified">uses unverified rows</span>'

# Of more rows of a table than this, their number is said.
MANY = 8


def rests_on(rows: Mapping[str, list[str]], title: str) -> str:
    """The rows that a result rests on, as links to where they are listed, behind their number."""
    parts = []
    for table_name, keys in rows.items():
        if len(keys) > MANY and table_name != "assumptions":
            parts.append(f"{len(keys)} rows of {{row}}`{table_name}`")
        else:
            parts += [f"{{row}}`{table_name} {key}`" for key in keys]
    count = sum(map(len, rows.values()))
    summary = f'<summary>{words.counted(count, "row")}<span class="said"> behind {title}</span></summary>'
    return f"<details>{summary}{'; '.join(parts)}</details>" if count else ""


def results_table(results: pd.DataFrame, basis: str, name: str, method: str = "") -> Markdown:
    """The results of one cost basis, each under an anchor; `method`: by which of two, for the caption."""
    chosen = results[results.basis == basis]
    shown = pd.DataFrame(
        {
            "Result": [f"{{entry}}`{key}`" for key in chosen["name"]],
            "Value": [f"**{value}**" for value in chosen.value],
            "5 to 95 % range": chosen.range,
            "Unit": [words.beside(row.unit, row.value) for row in chosen.itertuples()],
            "Inputs": [
                rests_on(row.rests_on, row.title) + (f"<br>{ON_UNVERIFIED}" if row.unverified else "")
                for row in chosen.itertuples()
            ],
        }
    )
    title = f"Results on the {basis} basis" if basis else "Results without a cost basis"
    return table(shown, f"{title}, {method}" if method else title, name)


def sources_table(results: pd.DataFrame, names: Sequence[str], name: str) -> Markdown:
    """How old the evidence of some results is: the oldest and the youngest source of the rows that each reads."""
    rows = []
    for each in results.set_index("name").loc[list(names)].itertuples():
        oldest, youngest = dates.ends(each.rests_on)
        rows.append(
            {
                "Result": each.title,
                "Oldest source": f"{oldest.when} {oldest.link}",
                "Youngest source": f"{youngest.when} {youngest.link}",
            }
        )
    return table(rows, "How old the evidence of the main results is", name)


class Carried:
    """What a page hands to the rest of the site: metadata of an output, not shown."""

    def __init__(self, name: str, content: object) -> None:
        self.name, self.content = name, content

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
        text = json.dumps(self.content, ensure_ascii=False, sort_keys=True)
        return {"text/plain": text}, {self.name: text}


def results_carried(results: pd.DataFrame) -> Carried:
    """Value and range of every result in this case, whether it rests on unverified rows, and on counts of a fleet."""
    told = {
        row["name"]: {
            "value": row["value"],
            "range": row["range"],
            "unverified": bool(row["unverified"]),
            "counts": "fleet" in row["rests_on"],
        }
        for row in results.to_dict("records")
    }
    return Carried("results", told)
