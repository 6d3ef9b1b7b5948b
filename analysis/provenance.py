"""Where a number comes from: a row of data/ in words, and the rows that a result rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import pandas as pd

from analysis import dates, parameters, tables, words
from analysis.case import FORMS as RESULT_FORMS
from analysis.case import SAMPLING, Case, Data, Values
from analysis.quantities import REGISTRY
from analysis.trace import Used, in_order, keys

# Forms of a result, a parameter or a published figure in a text: Case.text has their meaning.
FORMS = (*RESULT_FORMS, "low", "high", "base")


@dataclass(frozen=True)
class Described:
    """A row in words. `unverified`: there is no source for it, or for the columns named in `gaps`."""

    table: str
    key: str
    title: str
    value: str
    range: str
    confidence: str
    source: str
    locator: str
    note: str
    gaps: str = ""

    @property
    def unverified(self) -> bool:
        return self.confidence == "unverified"

    @property
    def spread(self) -> str:
        """The range as a sentence has it: 'range 1.1 to 1.5', 'fixed', 'one of a, b'."""
        worded = not self.range or self.range.startswith(("fixed", "one of", "chip", "server"))
        return self.range if worded else f"range {self.range}"


def plain(value: object) -> str:
    return words.digits(float(value), 9)  # type: ignore[arg-type]


def between(row: Any, low: str, high: str, write: Callable[[Any], str] = plain) -> str:
    ends = [row[low], row[high]]
    if any(pd.isna(end) for end in ends):
        return next((f"{word} {write(end)}" for word, end in zip(("from", "to"), ends, strict=True) if end == end), "")
    return "" if ends[0] == ends[1] else f"{write(ends[0])} to {write(ends[1])}"


def _filled(row: Any, **columns: str) -> list[str]:
    """The numbers of some columns in words, of those that are filled."""
    return [form.format(plain(row[column])) for column, form in columns.items() if pd.notna(row[column])]


def _dollars(row: Any) -> str:
    return "" if pd.isna(row.currency_year) else f", {row.currency_year:.0f}"


def _assumption(row: Any) -> dict[str, str]:
    parameter = parameters.known()[row["name"]]
    if parameter.type == "choice":
        span = "one of " + ", ".join(parameter.choices)
    elif parameter.low == parameter.high:
        span = "fixed"
    else:
        drawn = ", not drawn" if parameter.range_meaning == "fixed" else ""
        span = words.setting_span(parameter.low, parameter.high, parameter.unit) + drawn
    return {
        "title": parameter.title,
        "value": words.set_to(parameter.value, parameter.unit) + _dollars(row),
        "range": span,
    }


def model_name(model_id: str) -> str:
    found = tables.load("models").set_index("model_id")["model"]
    return str(found.get(model_id, model_id))


def _fleet(row: Any) -> dict[str, str]:
    name = tables.load("gpus").set_index("gpu_id")["name"].get(row.gpu_id, row.gpu_id)
    accounts = tables.load("accounts").set_index("account")["label"]
    told_for = f"For: {row.evidence_for}" if row.evidence_for else ""
    against = f"Against: {row.evidence_against}" if row.evidence_against else ""
    return {
        "title": f"{name}: {accounts[row.account]}",
        "value": f"{plain(row['count'])} GPUs",
        "range": between(row, "low", "high"),
        "note": " ".join(filter(None, (told_for, against, row.note))),
    }


def _gpu(row: Any) -> dict[str, str]:
    shown = _filled(
        row,
        peak_bf16_dense_tflops="{} TFLOP/s BF16 dense",
        peak_fp8_dense_tflops="{} TFLOP/s FP8 dense",
        memory_gb="{} GB",
        memory_bandwidth_tb_s="{} TB/s memory",
        link_bandwidth_gb_s="{} GB/s link",
        tdp_w="{} W TDP",
        server_to_chip_power_ratio="server {} times the chip's power",
        chip_price_usd="chip {} USD",
        server8_price_usd="server of eight {} USD",
    )
    ends = ("chip ", "chip_price_usd"), ("server ", "server8_price_usd")
    spans = [f"{name}{span} USD" for name, c in ends if (span := between(row, f"{c}_low", f"{c}_high"))]
    return {"title": row["name"], "value": "; ".join(shown), "range": "; ".join(spans)}


def _model(row: Any) -> dict[str, str]:
    hours, chips = _filled(row, chip_hours="{} chip-hours"), _filled(row, hardware_quantity="{} × ")
    hardware = ["".join([*chips, row.hardware])] if row.hardware else []
    flop = [f"{row.train_flop:.3g} FLOP ({row.flop_confidence})"] if pd.notna(row.train_flop) else []
    size = _filled(
        row,
        params_total_b="{} billion parameters",
        params_active_b="{} billion active parameters",
        tokens_t="{} trillion tokens",
    )
    return {
        "title": f"{row.model} ({row.developer}, {row.release_date:%Y})",
        "value": "; ".join([*hours, *hardware, *flop, *size]),
        "confidence": row.chip_hours_confidence,
        "source": tables.joined(row.chip_hours_source, row.flop_source, row.source),
        "locator": row.chip_hours_locator,
    }


def _published(row: Any) -> dict[str, str]:
    value = words.told(row.value, row.unit) if pd.notna(row.value) else ""
    span = between(row, "low", "high", partial(words.stated, unit=row.unit))
    return {
        "title": f"{row.quantity} ({row.subject})",
        "value": (value or span + words.unit_said(row.unit)) + _dollars(row),
        "range": span if value else "",
    }


def _estimate(row: Any) -> dict[str, str]:
    value = words.told(row.value_usd, "USD") if pd.notna(row.value_usd) else ""
    span = between(row, "low_usd", "high_usd", partial(words.stated, unit="USD"))
    edition = f", edition {row.vintage}" if row.vintage else ""
    return {
        "title": f"{model_name(row.model_id)}: {row.basis} basis, {row.method}{edition}",
        "value": (value or span) + _dollars(row),
        "range": span if value else "",
    }


def offered_by(vendor: str, region: str) -> str:
    """Who offers a price, and where."""
    return ", ".join(filter(None, (vendor, region)))


def offer(gpus: float) -> str:
    """Of how many GPUs an offer is, after its price; nothing for one."""
    return f", offer of {plain(gpus)}" if gpus > 1 else ""


def _price(row: Any) -> dict[str, str]:
    who = offered_by(row.vendor, row.region)
    return {
        "title": f"{row.hardware}, {row.kind.replace('_', ' ')}, {row.date:%Y-%m-%d}" + (f" ({who})" if who else ""),
        "value": f"{words.told(row.price_usd, row.unit)}{offer(row.gpus_in_offer)}",
    }


def _epoch_run(row: Any) -> dict[str, str]:
    return {
        "title": f"{row.model}: inputs of Epoch AI",
        "value": f"{plain(row.chip_hours)} chip-hours; {plain(row.acquisition_usd_per_chip_with_server)} USD per "
        f"chip with server, {plain(row.years_acquisition_to_training)} years old; {plain(row.chip_tdp_w)} W, server "
        f"{plain(row.server_to_chip_power_ratio)} times the chip's power; load {plain(row.load_fraction)}; PUE "
        f"{plain(row.pue)}; {plain(row.electricity_usd_per_kwh)} USD/kWh; published "
        f"{plain(row.published_amortised_usd2023)} USD",
    }


def _step(row: Any) -> dict[str, str]:
    told = "" if pd.isna(row.value) else words.amount(row.value, "USD")
    lost = f" Lost: {row.lost}" if row.lost else ""
    return {"title": f"{row.chain}: {row.who}", "value": told, "note": f"{row.says}{lost}"}


def _stage(row: Any) -> dict[str, str]:
    return {
        "title": f"{model_name(row.model_id)}: {row.stage_name}",
        "value": f"{plain(row.chip_hours)} chip-hours",
    }


def _index(row: Any) -> dict[str, str]:
    return {"title": f"Producer price index, {row.date:%B %Y}", "value": words.digits(row["index"], 6)}


def _rent_index(row: Any) -> dict[str, str]:
    return {
        "title": f"One-year contracts for an H100, index, {row.date:%B %Y}",
        "value": f"{plain(row.low_usd)} to {plain(row.high_usd)} USD per GPU-hour, 25th to 75th percentile",
    }


DESCRIBERS: dict[str, Callable[[Any], dict[str, str]]] = {
    "assumptions": _assumption,
    "fleet": _fleet,
    "gpus": _gpu,
    "models": _model,
    "published": _published,
    "estimates": _estimate,
    "prices": _price,
    "epoch_runs": _epoch_run,
    "chains": _step,
    "stages": _stage,
    "price_index": _index,
    "rent_index": _rent_index,
}


@lru_cache(maxsize=1)
def _described() -> dict[str, dict[str, Described]]:
    found: dict[str, dict[str, Described]] = {}
    for table, describe in DESCRIBERS.items():
        frame = tables.load(table)
        common = {column: frame.get(column, "") for column in ("confidence", "source", "locator", "note")}
        frame = frame.assign(**common, gaps=frame.get("unverified_fields", ""))
        found[table] = {}
        for key, (_, row) in zip(keys(table, frame), frame.iterrows(), strict=True):
            columns = {column: row[column] for column in (*common, "gaps")}
            found[table][key] = Described(table, key, **{"range": "", **columns, **describe(row)})
    return found


def rows(table: str) -> dict[str, Described]:
    """All rows of a table in words, by key, in their order."""
    return _described()[table]


def rests_on(name: str, values: Mapping[str, Any], data: Data | None = None) -> dict[str, list[str]]:
    """Keys of the rows that a result's central value rests on, by table; assumptions are rows too.

    data: what was read for other results, so that it is not read again
    """
    data = data or Data()
    with data.trace.observe() as seen:
        REGISTRY[name].compute(Values(values, Used(set(), data.trace)), data)
    return in_order(seen)


def sources_of(name: str, case: Case) -> str:
    """From when to when the sources are of the rows that a result's central value reads."""
    return dates.span(rests_on(name, case.values, case.data))


def stem(key: str) -> tuple[str, str] | None:
    """What a name in a text belongs to: ("results" | "assumptions" | "published", key); None for a page's own."""
    for candidate in (key, key.rpartition("_")[0] if key.rpartition("_")[2] in FORMS else key):
        if candidate in REGISTRY:
            return "results", candidate
        for table in ("assumptions", "published"):
            if candidate in rows(table):
                return table, candidate
    return None


def results(case: Case) -> pd.DataFrame:
    """Every result in this case: name, title, unit, basis, value, range, what it rests on, unverified rows in it."""
    listed = []
    for name, definition in REGISTRY.items():
        with case.trace.observe() as seen:
            quantity = case[name]
        # How the range was drawn is no part of what the value is.
        found = in_order((table, key) for table, key in seen if key not in SAMPLING)
        doubtful = [
            rows(table)[key].title
            for table, chosen in found.items()
            for key in chosen
            if table in DESCRIBERS and rows(table)[key].unverified
        ]
        span = "" if quantity.certain else quantity.range
        listed.append((name, definition.title, definition.unit, definition.basis, quantity.text, span, found, doubtful))
    columns = ["name", "title", "unit", "basis", "value", "range", "rests_on", "unverified"]
    return pd.DataFrame(listed, columns=columns)


def graded(data: Data) -> dict[str, pd.Series]:
    """For each table with a grade of confidence: how many of its rows have which."""
    found = {}
    for name in tables.names():
        frame = data.table(name)
        column = next((c for c in ("confidence", "chip_hours_confidence") if c in frame), None)
        if column:
            found[name] = frame[column].value_counts().drop("", errors="ignore")
    return found


def unsourced_cells(data: Data) -> int:
    """Numbers in data/ that are marked as unverified one by one, in rows that have a source for the rest."""
    frames = [data.table(name) for name in tables.names()]
    marked = [cell for frame in frames if "unverified_fields" in frame for cell in frame.unverified_fields if cell]
    return sum(len(cell.split(";")) for cell in marked)
