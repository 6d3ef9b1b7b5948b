"""A comparison in words: the rows of its tables, for a page and for a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd

from analysis import parameters, words
from analysis.claims import QUESTIONS
from analysis.comparison.results import Change, Comparison
from analysis.quantities.audit import VERDICTS

NOTHING = "–"

# Main results in a narrow column.
SHORT = {
    "v3_rental_usd": "V3, rented",
    "v3_amortised_usd": "V3, amortised",
    "v3_acquisition_usd": "V3's hardware, bought",
    "v3_programme_usd": "V3's programme",
    "fleet_capex_usd": "The fleet, bought",
    "owner_usd_per_gpu_hour": "An owner's GPU-hour",
}


def assumptions(found: Comparison) -> pd.DataFrame:
    """Every changed assumption, a row each; `source` holds the keys of the range's sources."""
    rows = []
    for row in found.assumptions.itertuples():
        known = parameters.known()[row.name]
        plausible = "a choice"
        if not known.choices:
            ends = words.setting_span(row.low, row.high, row.unit)
            plausible = ends + (", inside" if row.inside else ", outside")
        rows.append(
            {
                "Scenario": found.column(row.scenario).title,
                "Assumption": row.title,
                "Base case": words.set_to(row.base, row.unit),
                "Here": words.set_to(row.here, row.unit),
                "Change": NOTHING if math.isnan(row.relative) else words.signed_percent(row.relative),
                "Plausible range": plausible,
                "source": row.source,
            }
        )
    return pd.DataFrame(rows)


def overview(found: Comparison, names: Iterable[str]) -> pd.DataFrame:
    """The relative change of results, a row a scenario; a dash where a scenario does not move a result."""
    rows = []
    for column in found.columns:
        row = {"Scenario": column.title}
        for name in names:
            change = found.change(column, name)
            told = change.percent if change.change else "range only" if change.moved else NOTHING
            row[SHORT.get(name, change.base.title)] = told
        rows.append(row)
    return pd.DataFrame(rows)


def with_range(text: str, ends: str) -> str:
    """A value with its range in brackets, where it has one that is defined."""
    return f"{text} ({ends})" if ends and ends != words.NOT_DEFINED else text


def results(found: Comparison, names: Iterable[str]) -> pd.DataFrame:
    """Results, each in the base case and then in the scenarios that move it.

    `first` says whether a row begins a result: it then names the result, its basis and the base case.
    """
    rows = []
    for name in names:
        base = found.base[name]
        moved = found.movers(name)
        title = f"{base.title}, {base.basis} basis" if base.basis else base.title
        rows.append(
            {
                "Result": title if moved else f"{title}; no scenario moves it",
                "Value (5 to 95 %)": with_range(base.text, "" if base.certain else base.range),
                "Change (5 to 95 %)": NOTHING if not moved else "",
                "Relative": NOTHING if not moved else "",
                "first": True,
            }
        )
        for change in moved:
            here = change.here
            rows.append(
                {
                    "Result": found.column(change.scenario).title,
                    "Value (5 to 95 %)": with_range(here.text, "" if here.certain else here.range),
                    "Change (5 to 95 %)": with_range(change.text, change.range),
                    "Relative": change.percent,
                    "first": False,
                }
            )
    return pd.DataFrame(rows)


def verdicts(found: Comparison) -> pd.DataFrame:
    """Every verdict that a scenario turns, and why; `before` and `after` hold the verdicts' own names."""
    rows = [
        {
            "Scenario": found.column(turn.scenario).title,
            "Claim": f"{turn.flip.claim_id}: {turn.claim}",
            "Question": QUESTIONS[turn.flip.question],
            "Base case": VERDICTS[turn.flip.before],
            "Here": VERDICTS[turn.flip.after],
            "Why": " ".join(reason[0].upper() + reason[1:] for reason in turn.reasons),
            "before": turn.flip.before,
            "after": turn.flip.after,
        }
        for turn in found.turned
    ]
    return pd.DataFrame(rows, columns=["Scenario", "Claim", "Question", "Base case", "Here", "Why", "before", "after"])


# --- sentences ----------------------------------------------------------------------------------------------------


def _quoted(found: Comparison, scenario: str) -> str:
    return f"“{found.column(scenario).title}”"


def _by_factor(change: Change) -> str:
    """'÷ 6.8', since percentages up and down cannot be compared; the percentage where there is no factor to tell."""
    ratio = change.here.value / change.base.value if change.base.value else 0.0
    if ratio <= 0 or not math.isfinite(ratio) or round(max(ratio, 1 / ratio), 1) == 1:
        return change.percent
    return f"{'×' if ratio > 1 else '÷'} {words.digits(max(ratio, 1 / ratio), 2)}"


def lead(found: Comparison, names: Sequence[str]) -> str:
    """Which scenario moves which of some results by the largest factor."""
    largest = found.largest_of(names)
    if largest is None:
        return "No scenario moves a main result."
    base = largest.base
    return (
        f"No scenario moves a main result further than {_quoted(found, largest.scenario)}: there “{base.title}” comes "
        f"to {largest.here.text} instead of {base.text} ({base.basis} basis)."
    )


def most(found: Comparison, name: str) -> str:
    """Which scenario moves a result by the largest factor, and to what."""
    largest = found.largest(name)
    if largest is None:
        return "no scenario moves it"
    return with_range(f"{_quoted(found, largest.scenario)}, to {largest.here.text}", _by_factor(largest))


def outside(found: Comparison) -> str:
    """Which new values lie outside the plausible range."""
    rows = found.assumptions[~found.assumptions.inside]
    if rows.empty:
        return "Every new value lies inside its range."
    listed = [f"“{row.title}” in {_quoted(found, row.scenario)}" for row in rows.itertuples()]
    return f"Outside its range lies {words.label('', listed)}."


def tightness(found: Comparison, names: Sequence[str]) -> str:
    """How much narrower the range of a change can be than that of its result."""
    change = found.tightest(names)
    if change is None:
        return "Here nothing but the scenarios decides any change."
    share = words.amount(change.width_over_result, "fraction", significant=2)
    narrower = "far narrower" if change.width_over_result < 0.5 else "narrower"
    if change.width_over_result >= 1:
        return "Here the second is no narrower than the first."
    return (
        f"The second can be {narrower}. An example is {_quoted(found, change.scenario)}, for which the change of "
        f"“{change.base.title}” is {change.text}, range {change.range}: {share} of the width of the result's range."
    )


def turned_claims(found: Comparison) -> str:
    """The claims that come out differently in some scenario."""
    claims = sorted({turn.flip.claim_id for turn in found.turned})
    if not claims:
        return "none gets another verdict in a scenario"
    return words.label("", claims) + (" get" if len(claims) > 1 else " gets") + " another verdict in a scenario"


def turns(found: Comparison) -> str:
    """Which scenarios turn a verdict, and which do not."""
    turning = list(dict.fromkeys(turn.scenario for turn in found.turned))
    if not turning:
        return "No verdict changes in any scenario."
    still = [column.name for column in found.columns if column.name not in turning]
    texts = [words.label("", [_quoted(found, name) for name in names]) for names in (turning, still)]
    return f"Verdicts change in {texts[0]}." + (f" No verdict changes in {texts[1]}." if still else "")
