"""V3 beside other models and beside the trend, on the amortised basis and by Epoch AI's formula.

Epoch AI's code prices no H800: V3 is told at this report's price of its cards and at the one that Epoch AI lists.
That formula has its own fall of price-performance, tariff and network, which no assumption of a case moves, so what V3
costs by it is never nothing.
"""

from __future__ import annotations

from analysis import words
from analysis.case import Case
from analysis.judgements.registry import Said, judgement
from analysis.quantities.trend import EVERY, OPEN_HOURS, flop_share, single_model

# The lines between which the choice of models lies. That of the costliest so far, high by its making, is told apart.
CHOICES = ("public_line_over_v3", "earlier_line_over_v3", "line_over_v3", "hidden_line_over_v3", "recent_line_over_v3")


@judgement
def others_over_v3(case: Case) -> Said:
    """GPT-4 and Llama 3.1 405B over V3, amortised."""
    yield (
        True,
        "GPT-4 comes to {gpt4_over_v3_amortised} V3 by that formula, or {gpt4_as_dated_over_v3} with its run dated as "
        "OpenAI dates it, and Llama 3.1 405B, on its disclosed hours, to {llama31_over_v3_amortised}. "
        "In these ratios {gpt4_over_v3_amortised_difference}; at the only H800 server on its list they are "
        "{gpt4_over_v3_at_listing}, {gpt4_as_dated_over_v3_at_listing} and {llama31_over_v3_at_listing}.",
    )


@judgement
def v3_below_the_lines(case: Case) -> Said:
    """How far V3 lies below the lines, by the choice of models: the lead of the trend."""
    values = [case[name].value for name in CHOICES]
    low, high = words.digits(min(values), 2), words.digits(max(values), 2)
    yield (
        min(values) > 1,
        f"below trend by a factor of {low} to {high}",
    )
    yield max(values) > 1, "above the lowest of the trend lines and below the highest"
    yield True, "above all of the trend lines"


@judgement
def v3_below_at_listing(case: Case) -> Said:
    """After V3's cost at the listing: the same there, at Epoch AI's price, which no assumption moves."""
    values = [case[f"{name}_at_listing"].value for name in CHOICES]
    yield True, f"below trend by a factor of {words.digits(min(values), 2)} to {words.digits(max(values), 2)}"


@judgement
def v3_in_the_interval(case: Case) -> Said:
    """After the interval in which one more model of V3's day would lie, by the line of all: where V3 is.

    No price that is accepted takes V3 to its upper end, nor does that of the listing.
    """
    (low, _), v3 = single_model(case.data, EVERY), case["v3_by_epoch_usd"]
    inside = case["v3_by_epoch_at_listing_usd"].value >= low
    at = "V3, {v3_by_epoch_usd} at {h800_price_of_trend},"
    listed = "at the listing, {v3_by_epoch_at_listing_usd}, it lies " + ("inside" if inside else "below too")
    yield v3.high < low, f"{at} lies below that; {listed}"
    yield (
        v3.value < low,
        f"{at} lies below that, though its range, {{v3_by_epoch_usd_range}}, reaches into it; {listed}",
    )
    yield True, f"{at} lies inside; {listed}"


@judgement
def v3_in_the_public_interval(case: Case) -> Said:
    """The same by the line of the models with public hours."""
    low, high = single_model(case.data, OPEN_HOURS)
    yield low <= case["v3_by_epoch_usd"].value <= high, "V3 lies inside"
    yield True, "V3 lies outside"


@judgement
def v3_beside_the_line(case: Case) -> Said:
    """After V3's amortised cost: where it lies to the lines of the models with and without public hours."""
    public, hidden = case["public_line_over_v3"].value, case["hidden_line_over_v3"].value
    yield (
        public > 1,
        "lies {public_line_over_v3} below the line of public hours and {hidden_line_over_v3} below that of hidden ones",
    )
    yield hidden > 1, "lies above the line of public hours, and {hidden_line_over_v3} below that of hidden ones"
    yield True, "lies above both lines"


@judgement
def missing_models(case: Case) -> Said:
    """After "the end of the line is too high": how V3 then looks."""
    yield case["line_over_v3"].value > 1, "V3 looks further below it than it is"
    yield True, "V3 looks less far above it than it is"


@judgement
def cost_split(case: Case) -> Said:
    """What the distance in cost to Llama 3.1 405B is made of."""
    flop, usd = case["llama31_over_v3_flop"].value, case["llama31_over_v3_amortised"].value
    parts = (
        "Llama 3.1 405B cost {llama31_over_v3_amortised} as much as V3: {llama31_over_v3_flop_exact} the arithmetic, "
        "{llama31_over_v3_hours_per_flop} the hours for each unit of it and {llama31_over_v3_hour_price} the price of "
        "an hour"
    )
    yield usd <= 1, parts
    share = flop_share(flop, usd)
    yield share > 1, f"{parts}. The difference in arithmetic is larger than that in cost"
    yield share > 0.5, f"{parts}. Most of the difference is arithmetic"
    yield True, f"{parts}. Less than half of the difference is arithmetic"


@judgement
def unit_of_arithmetic(case: Case) -> Said:
    """V3's unit of arithmetic beside Llama 3.1 405B's, its range with the words."""
    each = case["v3_over_llama31_per_flop"]
    yield each.high < 1, "A unit of arithmetic was cheaper for V3"
    yield each.low > 1, "A unit of arithmetic cost V3 more"
    yield True, "Whether a unit of arithmetic was cheaper for V3 is open"


@judgement
def significantly_lower(case: Case) -> Said:
    """Whether V3's final run cost significantly less than those of two rivals, read as half or less."""
    ratios = case["gpt4_over_v3_amortised"].value, case["llama31_over_v3_amortised"].value
    yield min(ratios) >= 2, "yes"
    yield max(ratios) >= 2, "in part"
    yield True, "no"


@judgement
def run_beside_rivals_better(case: Case) -> Said:
    """How a claim that V3's cost was significantly lower is better worded, on the amortised basis."""
    ratios = case["gpt4_over_v3_amortised"].value, case["llama31_over_v3_amortised"].value
    rest = (
        "those of GPT-4 and Llama 3.1 405B; that does not hold against Llama 4 Maverick, "
        "nor is it known for whole programmes."
    )
    yield min(ratios) >= 3, f"The final run of V3 cost several times less than {rest}"
    yield min(ratios) > 1, f"The final run of V3 cost less than {rest}"
    yield True, "Of whole programmes it is not known, and the final run of V3 cost no less than all of its rivals'."
