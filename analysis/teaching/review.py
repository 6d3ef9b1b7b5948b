"""What the review kit checks: rows and their sources, headlines by hand, and results against the committed pages."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from analysis import parameters, provenance, tables, words
from analysis.case import Case, Data
from analysis.report import notebooks

WEAK = ("estimated", "assumed", "unverified")


def sources(data: Data) -> Iterator[dict[str, Any]]:
    """A row for each table that names sources: how many rows name one, a known one, and are of weak confidence."""
    known = tables.references().keys()
    for name in tables.names():
        frame = data.table(name)
        if "source" not in frame:
            continue
        # A text that was made up for the control has none.
        frame = frame[frame.source.fillna("") != ""]
        given = [{key.strip() for key in str(cell).split(";")} for cell in frame.source]
        weak = frame.confidence.isin(WEAK).sum() if "confidence" in frame else "–"
        yield {
            "Table": f"`data/{name}.csv`",
            "Rows with a source": len(frame),
            "With a known source": sum(keys <= known for keys in given),
            "Weak": weak,
        }


def recomputed(case: Case, values: Mapping[str, float]) -> Iterator[dict[str, Any]]:
    """A row for each result that a referee has worked out: the referee's value, the model's, and whether they agree."""
    for name, value in values.items():
        result = case[name]
        agrees = math.isclose(value, result.value, rel_tol=1e-9)
        yield {
            "Result": result.title,
            "By hand": words.in_full(value, result.unit),
            "By the model": result.full,
            "Comparison": "agree" if agrees else "**differ**",
        }


def committed() -> dict[str, dict[str, Any]]:
    """Every result as the committed page of results holds it: its value and its range in words."""
    found = notebooks.results(notebooks.BOOK / "results.ipynb")
    if not found:
        raise notebooks.PageFailure("book/results.ipynb carries no results. Run `report refresh results`.")
    return found


def told_by(results: Collection[str]) -> dict[str, list[str]]:
    """Result -> where pages tell it: page and sentence, with the names of results in braces."""
    found: dict[str, list[str]] = {name: [] for name in results}
    for page in notebooks.pages() if results else []:
        if not page.runs:
            continue
        for line in "\n".join(notebooks.prose(notebooks.read(page.path))).splitlines():
            keys = {provenance.stem(key) for key in notebooks.GLUE.findall(line)}
            sentence = notebooks.GLUE.sub(r"{\1}", line).strip()
            for name in results:
                if ("results", name) in keys:
                    found[name].append(f"{page.name}: {sentence}")
    return found


def reproduced(case: Case) -> Iterator[str]:
    """Sentences: what is wrong with the data, and how this case's results stand to those of the committed pages."""
    faults = tables.problems()
    yield f"Faults in {words.number(len(tables.names()))} tables of data: {len(faults)}."
    yield from faults
    if parameters.without_idle_changes(case.values):
        yield "This is a scenario: the committed pages hold the base case and are not compared with it."
        return
    then = committed()
    now = {row["name"]: row for row in provenance.results(case).to_dict("records")}
    same = [name for name in then if name in now and now[name]["value"] == then[name]["value"]]
    yield f"Results in the committed pages: {len(then)}. Computed now and equal: {len(same)}."
    for name in sorted(set(then) ^ set(now)):
        yield f"  only {'then' if name in then else 'now'}: {name}"
    changed = sorted((set(then) & set(now)) - set(same))
    told = told_by(changed)
    for name in changed:
        yield f"  {name}: {then[name]['value']} then, {now[name]['value']} now"
        yield from (f"    {place}" for place in told[name])
    if len(same) < len(then):
        yield "`report refresh` writes the new values into the pages, and names those that change."
