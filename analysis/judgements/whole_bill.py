"""V3's programme: beside GPT-4's on one method each, and its central value beside the middle of its draws."""

from __future__ import annotations

import numpy as np

from analysis import words
from analysis.case import Case
from analysis.judgements.registry import Said, judgement
from analysis.quantities import REGISTRY

# GPT-4's programme over V3's: by Epoch AI's method for the staff and for all listed authors; by this report's with one
# share for both and with OpenAI's own. The two sides of each.
RATIOS = (
    *("gpt4_over_v3_development", "gpt4_over_v3_authors_development"),
    *("gpt4_over_v3_ours", "gpt4_over_v3_own_share"),
)
SIDES = tuple(REGISTRY[name].compares for name in RATIOS)


@judgement
def programme_ranges(case: Case) -> Said:
    """A sentence: on how many of the lines the ranges of the two programmes overlap."""
    meet = [case[v3].high >= case[gpt4].low and case[v3].low <= case[gpt4].high for gpt4, v3 in SIDES]
    yield not any(meet), "On no line do the two ranges overlap."
    yield all(meet), "On every line the two ranges overlap."
    yield True, "On some of the lines the two ranges overlap, on others they do not."


@judgement
def programme_points(case: Case) -> Said:
    """A sentence: what both methods say of the two programmes. Several times: three or more at every low end."""
    ratios = [case[name] for name in RATIOS]
    lowest = min(ratio.low for ratio in ratios)
    times = f"{words.digits(lowest, 2)} to {words.amount(max(ratio.high for ratio in ratios), 'times', significant=2)}"
    yield (
        lowest >= 3,
        "Both methods say that V3's programme was several times cheaper than GPT-4's; over their ranges, GPT-4's cost "
        f"{times} as much",
    )
    yield (
        lowest > 1,
        "Both methods say that V3's programme was cheaper than GPT-4's; over their ranges, GPT-4's cost "
        f"{times} as much",
    )
    yield all(ratio.value > 1 for ratio in ratios), "Both methods point to cheaper, and do not prove it"
    yield all(ratio.value <= 1 for ratio in ratios), "Neither method makes V3's programme cheaper than GPT-4's"
    yield True, "The methods do not agree which programme was cheaper"


@judgement
def twenty_times(case: Case) -> Said:
    """A sentence: how many lines of the table reach twenty times."""
    ratios = [case[name] for name in RATIOS]
    yield all(ratio.high < 20 for ratio in ratios), "No range reaches twenty times."
    yield all(ratio.value < 20 for ratio in ratios), "Twenty times lies inside a range, and above each central ratio."
    yield all(ratio.value >= 20 for ratio in ratios), "Every central ratio reaches twenty times."
    reach = sum(ratio.value >= 20 for ratio in ratios)
    yield (
        True,
        f"Of the {len(ratios)} central ratios, {reach} reach{'es' * (reach == 1)} twenty times; the others do not.",
    )


PEERS = ("zhipu_2024_staff_over_rd_compute", "minimax_2025_staff_over_rd_compute", "minimax_2024_staff_over_rd_compute")


@judgement
def staff_beside_peers(case: Case) -> Said:
    """A sentence, after the peers' ratios of staff to research compute: where DeepSeek's by this report lies."""
    ours, peers = case["laboratory_staff_over_rd_compute"], [case[name].value for name in PEERS]
    yield ours.low > max(peers), "DeepSeek's ratio lies above all of these, with its whole range."
    yield (
        ours.value > max(peers),
        "DeepSeek's ratio lies above all of these, though its range reaches down to them.",
    )
    yield ours.value >= min(peers), "DeepSeek's ratio lies among these."
    yield True, "DeepSeek's ratio lies below all of these."


@judgement
def cluster_bound(case: Case) -> Said:
    """A sentence, after the research compute in years of the cluster: whether one such cluster could have given it."""
    needed = case["rd_compute_cluster_years"].value
    yield (
        needed > 1,
        "That is more than this cluster has: the rest would have run on other cards, or the share was larger.",
    )
    yield True, "This cluster could have given it."


@judgement
def share_between_bounds(case: Case) -> Said:
    """A sentence, after what the one cluster and the disclosed ablations say of the final run's share."""
    share = case.point.final_run_share_of_rd_compute
    yield share < case["final_runs_share_of_cluster_year"].value, "The share taken here lies below the first bound."
    yield share <= case["v3_share_ceiling"].value, "The share taken here lies between the two bounds."
    yield True, "The share taken here lies above the second bound."


@judgement
def programme_skew(case: Case) -> Said:
    """After the middle of the draws: why it is not the central value."""
    middle, found = float(np.median(case.sampled("v3_programme_usd"))), case["v3_programme_usd"]
    up, down = found.high / found.value, found.value / found.low
    yield middle > found.value and up > down, "because its uncertain factors reach farther up than down"
    yield middle < found.value and up < down, "because its uncertain factors reach farther down than up"
    yield True, "because not all values that it is computed from lie in the middle of their ranges"
