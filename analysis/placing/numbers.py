"""What can be worked out of what is known of a run: one procedure, for Python and for the browser.

Each number has its ways, of which the first that has all it needs is gone. A way is a formula of `analysis.costs` and
the names of what it takes: inputs, or numbers before it. A number is carried at three places: where all that it is made
of is at its lowest, at its central value, and at its highest. So its ends are bounds, and no interval of nine in ten.
The page that checks a claim gets this same list, with each formula traced (`analysis.report.claim_form`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from analysis import costs

# What a sum can count. The first three are runs; of the others no cost of a run follows.
RUN, STAGE, FINE_TUNE = "run", "stage", "fine_tune"
BOUNDARIES = {
    RUN: "a whole training run of a developer's own base",
    STAGE: "one stage on top of a base, such as reinforcement learning",
    FINE_TUNE: "a fine-tune of somebody else's base",
    "not_said": "not said",
    "family": "a family of models together",
    "company_year": "a company's spending in a period",
    "cluster": "the hardware of a cluster",
    "allocation": "hours or money granted",
    "serving": "answering users",
    "price": "a price per token or per user",
}


@dataclass(frozen=True)
class Span:
    """A number at its lowest, its central value and its highest."""

    low: float
    value: float
    high: float

    @classmethod
    def of(cls, value: float) -> Span:
        """A number without a range."""
        return cls(value, value, value)

    @property
    def certain(self) -> bool:
        return self.low == self.high

    def meets(self, other: Span) -> bool:
        """Whether both have a number in common."""
        return self.low <= other.high and other.low <= self.high


@dataclass(frozen=True)
class Way:
    """One way to a number.

    needs: what the formula takes, in its order
    falls: those of them with which the number falls: its highest end takes their lowest
    said:  how the number is then known, in words
    """

    formula: Callable[..., Any]
    needs: tuple[str, ...]
    said: str
    falls: tuple[str, ...] = ()


@dataclass(frozen=True)
class Number:
    """Something that may be worked out: its ways in the order in which they are tried.

    basis: the cost basis, "" where it is no cost
    only:  boundaries for which it makes sense; all, if none is named
    """

    name: str
    title: str
    unit: str
    ways: tuple[Way, ...]
    basis: str = ""
    only: tuple[str, ...] = ()


def same(given: Any) -> Any:
    """What is given, as it is."""
    return given


def given(name: str, said: str = "given") -> Way:
    """The way to a number that needs no working out."""
    return Way(same, (name,), said)


# What may be a whole run of a developer's own base.
BASE = (RUN, "not_said")

_AMORTISED = (
    *("chip_hours", "server_price", "age_years", "interconnect_fraction", "chip_tdp_w", "server_to_chip_power_ratio"),
    *("load_fraction", "pue", "electricity_usd_per_kwh", "price_decline_oom_per_year"),
)

NUMBERS = (
    Number(
        "flop",
        "Arithmetic of the run",
        "FLOP",
        (
            given("flop_given"),
            Way(costs.training_flop, ("active_parameters", "tokens"), "six times active parameters times tokens"),
        ),
    ),
    Number(
        "chip_hours_known",
        "GPU-hours, without what follows from arithmetic",
        "GPU-hour",
        (given("chip_hours_given"), Way(costs.gpu_hours, ("gpus_given", "days_given"), "GPUs times days")),
    ),
    Number(
        "chip_hours",
        "GPU-hours",
        "GPU-hour",
        (
            Way(same, ("chip_hours_known",), ""),
            Way(
                costs.gpu_hours_of_flop,
                ("flop", "peak_tflops", "mfu_assumed"),
                "arithmetic over the chip's dense peak at an assumed MFU",
                falls=("mfu_assumed",),
            ),
        ),
    ),
    Number(
        "gpus",
        "GPUs that the run is on",
        "GPU",
        (
            given("gpus_given"),
            Way(costs.days_or_gpus, ("chip_hours_given", "days_given"), "GPU-hours over days", falls=("days_given",)),
        ),
    ),
    Number(
        "days",
        "Days on these GPUs",
        "day",
        (given("days_given"), Way(costs.days_or_gpus, ("chip_hours", "gpus"), "GPU-hours over GPUs", falls=("gpus",))),
    ),
    Number(
        "rental_usd",
        "Renting its GPU-hours",
        "USD",
        (Way(costs.rental_run_cost_usd, ("chip_hours", "rent"), "GPU-hours times a rent"),),
        "rental",
    ),
    Number(
        "amortised_usd",
        "Loss of value of its hardware, network, energy",
        "USD",
        (
            Way(
                costs.amortised_run_cost_usd,
                _AMORTISED,
                "a server's price, and what it loses in value by its age",
                falls=("age_years",),
            ),
        ),
        "amortised",
    ),
    Number(
        "acquisition_usd",
        "Buying its GPUs with servers and network",
        "USD",
        (
            Way(
                costs.acquisition_run_cost_usd,
                ("gpus", "server_price", "interconnect_fraction"),
                "GPUs times a server's price, and the network",
            ),
        ),
        "acquisition",
    ),
    Number(
        "chips_usd",
        "Buying its bare GPUs",
        "USD",
        (
            Way(
                costs.chips_alone_usd,
                ("gpus", "server_price", "server_overhead_ratio"),
                "GPUs times a server's price, without what is around the chips",
            ),
        ),
        "acquisition",
    ),
    Number(
        "rd_compute_usd",
        "Research compute behind it, without staff",
        "USD",
        (
            Way(
                costs.rd_compute_usd,
                ("rental_usd", "final_run_share"),
                "the rented run over the share that other developers' final runs have",
                falls=("final_run_share",),
            ),
        ),
        "programme",
        BASE,
    ),
    Number(
        "mfu",
        "MFU against the dense BF16 peak",
        "fraction",
        (
            Way(
                costs.model_flop_utilisation,
                ("flop", "chip_hours_known", "peak_tflops"),
                "arithmetic over what the hours could hold",
                falls=("chip_hours_known",),
            ),
        ),
    ),
    Number(
        "implied_flop",
        "Arithmetic that the hours hold",
        "FLOP",
        (
            Way(
                costs.flop_of_gpu_hours,
                ("chip_hours_known", "peak_tflops", "mfu_assumed"),
                "GPU-hours times the chip's dense peak at an assumed MFU",
            ),
        ),
    ),
    Number(
        "implied_tokens",
        "Tokens for which that arithmetic is enough",
        "tokens",
        (
            Way(
                costs.tokens_of_flop,
                ("implied_flop", "active_parameters"),
                "arithmetic over six times active parameters",
                falls=("active_parameters",),
            ),
        ),
        only=BASE,
    ),
    Number(
        "server_kw",
        "Nameplate draw of a GPU with its share of the server",
        "kW",
        (Way(costs.server_kw_per_gpu, ("chip_tdp_w", "server_to_chip_power_ratio"), "the chip's times the server's"),),
    ),
    Number(
        "energy_kwh",
        "Electricity at the meter",
        "kWh",
        (
            Way(
                costs.energy_kwh,
                ("chip_hours", "server_kw", "load_fraction", "pue"),
                "GPU-hours times a server's draw",
            ),
        ),
    ),
    Number(
        "hours_per_1e24_flop",
        "GPU-hours for each 10²⁴ FLOP",
        "GPU-hour",
        (Way(costs.per_1e24_flop, ("chip_hours_known", "flop"), "hours over arithmetic", falls=("flop",)),),
    ),
    Number(
        "implied_rent",
        "An hour of a GPU, if the sum paid for the hours",
        "USD/GPU-hour",
        (Way(costs.implied_usd_per_gpu_hour, ("amount", "chip_hours"), "sum over hours", falls=("chip_hours",)),),
    ),
    Number(
        "implied_hours",
        "GPU-hours that the sum rents",
        "GPU-hour",
        (Way(costs.implied_gpu_hours, ("amount", "rent"), "sum over rent", falls=("rent",)),),
    ),
    Number(
        "implied_days",
        "Days that the sum rents the GPUs for",
        "day",
        (Way(costs.days_or_gpus, ("implied_hours", "gpus"), "those hours over GPUs", falls=("gpus",)),),
    ),
    Number(
        "implied_gpus",
        "GPUs that the sum buys, with servers and network",
        "GPU",
        (
            Way(
                costs.implied_gpus,
                ("amount", "server_price", "interconnect_fraction"),
                "sum over the price of a GPU in its cluster",
                falls=("server_price",),
            ),
        ),
    ),
    Number(
        "implied_w",
        "Draw of a GPU with its share of the site, if the energy told is right",
        "W",
        (Way(costs.implied_w_per_gpu, ("energy_given", "chip_hours"), "energy over hours", falls=("chip_hours",)),),
    ),
    Number(
        "nameplate_w",
        "Draw that its nameplate, load and PUE give",
        "W",
        (Way(costs.implied_w_per_gpu, ("energy_kwh", "chip_hours"), "nameplate times load times PUE"),),
    ),
)

# The numbers that are costs: what a sum is placed on.
COSTS = tuple(number.name for number in NUMBERS if number.unit == "USD")


@dataclass(frozen=True)
class Answer:
    """A number that was worked out, or what is missing for it.

    said:    how it is known, "" where it is not
    missing: names of the inputs that the way needs that lacks fewest
    """

    number: Number
    span: Span | None
    said: str
    missing: tuple[str, ...] = ()


def worked_out(inputs: Mapping[str, Span], boundary: str) -> dict[str, Answer]:
    """Every number of NUMBERS by name, from the inputs that are known."""
    known, found = dict(inputs), dict[str, Answer]()
    for number in NUMBERS:
        answer = _answered(number, known, boundary)
        if answer.span:
            known[number.name] = answer.span
        found[number.name] = answer
    return found


def _answered(number: Number, known: Mapping[str, Span], boundary: str) -> Answer:
    if number.only and boundary not in number.only:
        return Answer(number, None, "")
    for way in number.ways:
        if all(name in known for name in way.needs):
            return Answer(number, _along(way, known), way.said)
    lacking = [tuple(name for name in way.needs if name not in known) for way in number.ways]
    return Answer(number, None, "", min(lacking, key=len))


def _along(way: Way, known: Mapping[str, Span]) -> Span:
    spans = [known[name] for name in way.needs]
    low = [span.high if name in way.falls else span.low for name, span in zip(way.needs, spans, strict=True)]
    high = [span.low if name in way.falls else span.high for name, span in zip(way.needs, spans, strict=True)]
    return Span(float(way.formula(*low)), float(way.formula(*(s.value for s in spans))), float(way.formula(*high)))
