"""What the model card shows: the weakest numbers as they stand in a case, and main results under another assumption."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from analysis import words, written
from analysis.case import Case
from analysis.listing import cite, doubt
from analysis.quantities import REGISTRY
from analysis.tables import joined
from analysis.trace import keys


def what_if(case: Case, name: str, **changes: Any) -> str:
    """The central value of a result if some assumptions were others, in words."""
    value = case.at(**changes)(REGISTRY[name].compute)
    return case[name].printed(value)


def ends(case: Case, name: str, parameter: str) -> str:
    """A result with one assumption at either end of its row: '$1.30 gives $3.62 million, $3.42 gives $9.53 million'."""
    row = case.data.row("assumptions", parameter)
    found = {end: what_if(case, name, **{parameter: float(row[end])}) for end in ("low", "high")}
    return ", ".join(f"{case.text(f'{parameter}_{end}')} gives {text}" for end, text in found.items())


def weak_numbers(case: Case) -> pd.DataFrame:
    """data/weak_numbers.csv with the title, the present value and the range of each number.

    Numbers for which there is no source are marked as unverified. A count that the case's fleet does not have moves
    nothing in this case.
    """
    weak = case.data.table("weak_numbers")
    counted = set(keys("fleet", case.data.fleet(case.point.fleet)))
    weak = weak.assign(moves=weak.moves.where((weak.table != "fleet") | weak.row.isin(counted), ""))
    shown = [_present(case, row.table, row.row) for row in weak.itertuples()]
    return weak.assign(
        **{column: [line[column] for line in shown] for column in ("title", "value", "range", "confidence")}
    )


def _present(case: Case, table: str, key: str) -> dict[str, str]:
    if table == "assumptions":
        row = case.data.row(table, key)
        here, base = case.text(key), case.text(f"{key}_base")
        value = here if here == base else f"{here} (base case: {base})"
        span = case.text(f"{key}_range")
        if row.unit == "year":
            value, span = f"{value} year{'' if value == '1' else 's'}", f"{span} years"
        found = {"title": row.title, "value": value, "range": span}
    elif table == "fleet":
        account, gpu_id = key.split(":")
        fleet = case.data.table(table)
        row = fleet[(fleet.account == account) & (fleet.gpu_id == gpu_id)].iloc[0]
        name = case.data.gpu(gpu_id)["name"]
        span = f"{words.number(row.low)}{words.THIN_RANGE}{words.number(row.high)}"
        found = {"title": f"{name} in the analyst's fleet", "value": words.number(row["count"]), "range": span}
    else:
        row = case.data.row(table, key)
        none = pd.isna(row.low) or pd.isna(row.high)
        span = "none published" if none else f"{case.text(f'{key}_low')}{words.THIN_RANGE}{case.text(f'{key}_high')}"
        found = {"title": f"{row.quantity} ({row.subject})", "value": case.text(key), "range": span}
    found["value"] = doubt(found["value"], row.confidence)
    return {**found, "confidence": row.confidence}


def questions(case: Case, weak: pd.DataFrame) -> pd.DataFrame:
    """The questions of model_card.toml for each headline, as a table. `weak` is what `weak_numbers` gives."""
    fleet, rows = case.data.fleet(case.point.fleet), []
    counted = cite(joined(*fleet.source))
    for name, asked in written.toml_of(Path(__file__).with_suffix(".toml")).items():
        parameter = asked["parameter"]
        otherwise = case.text("documented_capex_usd") if parameter == "fleet" else ends(case, name, parameter)
        unseen = name == "fleet_capex_usd" and (fleet.confidence == "unverified").any()
        rows.append(
            {
                "Result": f"{REGISTRY[name].title} ({REGISTRY[name].basis})",
                "Value": doubt(case[name].text, "unverified" if unseen else ""),
                "Compared with what?": case.fill(asked["compared"]),
                "How sure?": _sure(case, name, weak),
                "Says who?": case.fill(asked["who"].replace("{counted}", counted)),
                "What if not?": f"{asked['changed']}: {otherwise}",
            }
        )
    return pd.DataFrame(rows)


def _sure(case: Case, name: str, weak: pd.DataFrame) -> str:
    """The range, how wide it is, and which of the weak numbers are behind it."""
    result = case[name]
    behind = [str(place) for place, moves in enumerate(weak.moves, start=1) if name in moves.split(";")]
    text = f"{result.range}, 5 to 95 %"
    if result.low > 0:
        text += f"; the top is {words.amount(result.high / result.low, 'times', significant=2)} the bottom"
    plural = "s" if len(behind) > 1 else ""
    return f"{text}; weak number{plural} {words.label('', behind)}" if behind else text
