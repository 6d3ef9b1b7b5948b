"""Whose a value is: what a source said stays what it said, and a scenario's own value is told as the scenario's.

{staff_cost_usd_per_head_year_base} is what the source of the row said, in every case, and
{staff_cost_usd_per_head_year_here} what the case takes in its place: nothing where it takes the same.

    Epoch AI found a median of {staff_cost_usd_per_head_year_base}{staff_cost_usd_per_head_year_here}.
    Epoch AI found a median of $330,000; this scenario takes $400,000.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from analysis import parameters
from analysis.judgements.registry import Readings, judgement

if TYPE_CHECKING:
    from analysis.case import Case

Said = Iterator[tuple[Any, str]]

SERVER_PRICES = tuple(f"server_price_{gpu}_usd_per_gpu" for gpu in ("a100", "h20", "h800", "h100"))


def changed(case: Case, *names: str) -> bool:
    """Whether the case has another value than the row of data/assumptions.csv, for one of some parameters at least."""
    known = parameters.known()
    return any(getattr(case.point, name) != known[name].value for name in names)


def _here(name: str) -> Readings:
    def readings(case: Case) -> Said:
        yield not changed(case, name), ""
        yield True, f"; this scenario takes {{{name}}}"

    readings.__name__ = f"{name}_here"
    return readings


for _name in parameters.known():
    # Of the draws no source says anything.
    if _name not in ("draws", "seed"):
        judgement(_here(_name))


@judgement
def rent_is_whose(case: Case) -> Said:
    """After "the rent": who says so."""
    yield not changed(case, "rental_usd_per_gpu_hour"), "that DeepSeek assumed"
    yield True, "that this scenario takes (DeepSeek assumed {deepseek_v3_rental_usd_per_gpu_hour})"


@judgement
def rent_says_who(case: Case) -> Said:
    """As the answer to "Says who?"."""
    yield not changed(case, "rental_usd_per_gpu_hour"), "DeepSeek's assumption"
    yield True, "this scenario's; DeepSeek assumed {deepseek_v3_rental_usd_per_gpu_hour}"


@judgement
def six_million_here(case: Case) -> Said:
    """After DeepSeek's own sum for V3: what the case makes of the same hours."""
    yield not changed(case, "rental_usd_per_gpu_hour"), ""
    yield True, "; this scenario takes {rental_usd_per_gpu_hour}, which makes {v3_rental_usd_exact}"


@judgement
def h800_price_is_whose(case: Case) -> Said:
    """After "with": the price of a server with eight H800s, the share of one."""
    yield not changed(case, "server_price_h800_usd_per_gpu"), "a Chinese server price of 2023"
    yield True, "the server price of this scenario, {server_price_h800_usd_per_gpu} a GPU"


@judgement
def h800_price_says_who(case: Case) -> Said:
    """As the answer to "Says who?"; the citation follows."""
    yield not changed(case, "server_price_h800_usd_per_gpu"), "the press"
    yield True, "this scenario's; in the base case the press"


@judgement
def server_prices_are_whose(case: Case) -> Said:
    """At the start of a sentence: where the prices of the four types come from."""
    yield not changed(case, *SERVER_PRICES), "Server prices that are not the analyst's, but for half of the H100's,"
    yield True, "The server prices of this scenario"


@judgement
def server_prices_apart(case: Case) -> Said:
    """After "our own": at which prices."""
    yield (
        not changed(case, *SERVER_PRICES),
        "at prices that we found elsewhere, but half of the H100's is the analyst's",
    )
    yield True, "at the server prices of this scenario"


@judgement
def server_prices_of_years(case: Case) -> Said:
    """After "a historical cost, at": of which years the prices are."""
    yield not changed(case, *SERVER_PRICES), "prices of 2021 to 2024, each of its own day"
    yield True, "the prices of this scenario"


@judgement
def server_prices_say_who(case: Case) -> Said:
    """As the answer to "Says who?"."""
    yield not changed(case, *SERVER_PRICES), "the press and list prices"
    yield True, "this scenario's; in the base case the press and list prices"


@judgement
def h800_price_in_table(case: Case) -> Said:
    """Beside a count of H800s: what its price is."""
    yield not changed(case, "server_price_h800_usd_per_gpu"), "market price"
    yield True, "this scenario's price"


@judgement
def documented_prices_in_table(case: Case) -> Said:
    """Beside the counts of the documents, of A100s and H800s."""
    yield not changed(case, "server_price_a100_usd_per_gpu", "server_price_h800_usd_per_gpu"), "market price"
    yield True, "this scenario's price"


@judgement
def headcount_is_whose(case: Case) -> Said:
    yield not changed(case, "staff_count"), "the press's headcount"
    yield True, "this scenario's headcount"


@judgement
def pay_is_whose(case: Case) -> Said:
    yield not changed(case, "staff_cost_usd_per_head_year"), "Chinese staff cost"
    yield True, "this scenario's staff cost"


@judgement
def staff_at(case: Case) -> Said:
    """At the start of a sentence, after the headcount of the press and the staff cost of audited accounts."""
    yield not changed(case, "staff_count", "staff_cost_usd_per_head_year"), "At these numbers"
    yield True, "With the {staff_count} people at {staff_cost_usd_per_head_year} of this scenario"


@judgement
def the_fleet(case: Case) -> Said:
    """The account of the fleet that the case uses, as the subject or the object of a sentence."""
    fleet = case.point.fleet
    yield fleet == "semianalysis", "the analyst's whole fleet"
    yield fleet == "hopper_only", "the analyst's fleet without its A100s"
    yield fleet == "without_h20", "the analyst's fleet without its H20s"
    yield fleet == "without_h100", "the analyst's fleet without the disputed H100s"
    yield fleet == "press", "the fleet that unnamed sources told a newspaper of"
    yield True, "the fleet that documents show"


@judgement
def fleet_says_who(case: Case) -> Said:
    """Who counted the GPUs of the case's fleet."""
    yield case.point.fleet not in ("press", "documented"), "SemiAnalysis"
    yield case.point.fleet == "press", "unnamed sources of the Financial Times"
    yield True, "documents of the owners"


@judgement
def hopper_prices_move(case: Case) -> Said:
    """Whether prices of Hopper servers are drawn with a common factor."""
    yield case.point.hopper_price_correlation > 0, "Prices of Hopper servers move together."
    yield True, "In this scenario the prices of Hopper servers are drawn as if each moved alone."


@judgement
def one_invoice_tells(case: Case) -> Said:
    """After the correlation of the prices of Hopper servers: what one says about the others."""
    correlation = case.point.hopper_price_correlation
    yield correlation >= 0.5, "so one invoice tells much about all"
    yield correlation > 0, "so one invoice tells a little about the others"
    yield True, "so one invoice tells nothing about the others"
