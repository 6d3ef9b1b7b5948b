"""The case's own data: every named result and every verdict as a row, for the site's data/ and for `report results`.

They are computed whenever they are asked for, so that a scenario's are its own. data/datapackage.json has their schema
under `computed`, beside the tables that are known; the site's copy of it lists them with these.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import claims, parameters, provenance, tables, untrusted, words, written
from analysis.case import Case
from analysis.parameters import ParameterError, Value
from analysis.quantities import REGISTRY
from analysis.report import files, notebooks
from analysis.trace import keys

FILES = CSV, JSON, VERDICTS = "results.csv", "results.json", "verdicts.csv"


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Names of results, each once; ParameterError with the nearest name."""
    wanted = tuple(dict.fromkeys(names))
    for name in wanted:
        if name not in REGISTRY:
            raise ParameterError(f"{untrusted.unknown('result', name, REGISTRY)} `report results` lists all of them.")
    return wanted


@lru_cache(maxsize=1)
def _years() -> dict[tuple[str, str], int]:
    """Row of data/ -> the year of its dollars; a price is in those of its day."""
    found: dict[tuple[str, str], int] = {}
    for name in tables.names():
        frame = tables.load(name)
        column = frame["date"].dt.year if name == "prices" else frame.get("currency_year")
        if column is not None:
            found |= {(name, key): int(year) for key, year in zip(keys(name, frame), column, strict=True) if year > 0}
    return found


@lru_cache(maxsize=1)
def pages() -> dict[str, str]:
    """Result -> address of the page that argues it, below the site's.

    That is the first page that mentions it, in reading order; the front page, which sums up, comes last. What no text
    mentions stands on the page of the results alone.
    """
    front, *others = (page for page in notebooks.pages() if page.runs)
    found: dict[str, str] = {}
    for page in (*others, front):
        for key in notebooks.mentioned(notebooks.read(page.path)):
            if (named := provenance.stem(key)) and named[0] == "results":
                found.setdefault(named[1], f"{page.name}.html")
    return {name: found.get(name, f"results.html#{name}") for name in REGISTRY}


def _number(value: float, digits: int = 10) -> float:
    """A number without its last digits, which differ from one processor to another; NaN for what is not finite."""
    return float(f"{value:.{digits}g}") if math.isfinite(value) else math.nan


def _row(case: Case, name: str) -> dict[str, Any]:
    definition = REGISTRY[name]
    with case.trace.observe() as seen:
        found = case[name]
    # Where the rule names the dollars, the rows that went in are in others.
    told = set(re.findall(r"\d{4}", definition.rule.money))
    years = told or {str(_years()[row]) for row in seen if row in _years()} if "USD" in definition.unit else set()
    return {
        "name": name,
        "title": definition.title,
        "value": _number(found.value),
        "median": _number(found.drawn.median),
        "low": _number(found.low),
        "high": _number(found.high),
        "percentile": math.nan if found.certain else _number(100 * found.drawn.percentile, 3),
        "unit": definition.unit,
        "basis": definition.basis,
        "rule": definition.told,
        "money_year": ";".join(sorted(years)),
        "page": pages()[name],
    }


def results(case: Case, names: Iterable[str] = ()) -> pd.DataFrame:
    """Results of a case, all of them if none is named: a row each, with the columns of the schema."""
    return pd.DataFrame([_row(case, name) for name in known(names) or REGISTRY])


def verdicts(case: Case) -> pd.DataFrame:
    """Both verdicts on every claim of every text in a case: a row each, with the columns of the schema."""
    frame = claims.frame(case.point, case.data)
    return frame.assign(
        page=[
            f"audit.html#{claim.lower()}" if text == claims.ARTICLE else "audit.html"
            for text, claim in zip(frame["text"], frame["claim_id"], strict=True)
        ]
    )


def as_csv(frame: pd.DataFrame) -> str:
    """A table as CSV: what is not known is blank, and no text in it is a formula to a spreadsheet."""
    return frame.map(untrusted.as_cell).to_csv(index=False, lineterminator="\n")


def as_json(frame: pd.DataFrame) -> str:
    """The same table as JSON: a list of rows, and null where a cell is blank."""
    rows = [
        {column: None if cell == "" or cell != cell else cell for column, cell in row.items()}
        for row in frame.map(untrusted.as_cell).to_dict("records")
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def readable(case: Case, names: Iterable[str] = ()) -> list[tuple[str, ...]]:
    """Results of a case as people read them, below a header: as the pages say them."""
    lines: list[tuple[str, ...]] = [("name", "value", "5 to 95 % range", "percentile", "title")]
    for row in results(case, names).itertuples():
        found = case[str(row.name)]
        unit = words.beside(found.unit.removeprefix("USD"), found.text)
        place = "" if math.isnan(row.percentile) else words.digits(row.percentile, 3)
        lines.append(
            (
                found.name,
                f"{found.text}{unit if unit.startswith('/') else f' {unit}'}".strip(),
                "" if found.certain else found.range,
                place,
                found.title,
            )
        )
    return lines


def computed() -> list[dict[str, Any]]:
    """The descriptors of the computed tables, as those of a data package's resources."""
    described: list[dict[str, Any]] = tables.package()["computed"]
    twin = {**described[0], "name": "results_json", "path": JSON, "format": "json", "mediatype": "application/json"}
    del twin["dialect"]
    return [described[0], twin, *described[1:]]


def write(folder: Path, changes: Mapping[str, Value]) -> None:
    """Put the computed tables into a site's folder of data, with the data package that lists all.

    changes: the assumptions that the site's scenario changes
    """
    case = Case({**parameters.base(), **changes})
    named, judged = results(case), verdicts(case)
    package = written.json_of(tables.DATA / tables.DICTIONARY)
    del package["computed"]
    package["resources"] += computed()
    contents = {
        CSV: as_csv(named),
        JSON: as_json(named),
        VERDICTS: as_csv(judged),
        tables.DICTIONARY: json.dumps(package, ensure_ascii=False, indent=2) + "\n",
    }
    for name, content in contents.items():
        files.replace(folder / name, content.encode())
