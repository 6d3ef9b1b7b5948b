"""Hours for a unit of arithmetic and developers' own costs: by hand, and on the report's own rows."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis.case import Case
from analysis.quantities import hours


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


@pytest.fixture(scope="module")
def runs(case: Case) -> pd.DataFrame:
    return hours.hours_per_flop(case.data).set_index("model_id")


@pytest.mark.parametrize(
    ("model_id", "hours_", "share"),
    [
        # 2.788 / 3.3; 3.3e24 / (2.788e6 x 3600 x 989e12) = 3.3e24 / 9.926e24.
        ("dsv3", 0.8448, 0.3325),
        # 30.84 / 38; 3.8e25 / (30.84e6 x 3600 x 989.4e12) = 38 / 109.85.
        ("llama31_405", 0.8116, 0.3459),
        # 512 x 3,192 = 1.634304 million hours; / 2.69.
        ("exaone4_32b", 0.6075, 0.4621),
        # Its listed FLOP have its hours in them: 6 x 14e9 x 11.2e12 = 9.408e23; 1.456 / 0.9408.
        ("dots_llm1", 1.5476, 0.1815),
        # 512 x 135 x 24 = 1.65888 million B200-hours x 2,250 / 989.4 = 3.7725; / 1.52.
        ("k_exaone", 2.4819, 0.1131),
    ],
)
def test_hours_for_a_unit_of_arithmetic(runs: pd.DataFrame, model_id: str, hours_: float, share: float) -> None:
    assert (runs.hours[model_id], runs.utilisation[model_id]) == pytest.approx((hours_, share), rel=3e-4)


# By hours for a unit of arithmetic, the fewest first.
COUNTED = [
    *("exaone4_32b", "ds67b", "nemotron4", "llama31_405", "dsv3", "apertus_70b", "olmo3_32b", "llama3_70"),
    *("llama4_mav", "smollm3", "llama33_70", "phi4", "ax_k1", "llama4_scout", "dsv2", "dots_llm1"),
]


def test_v3_is_fifth_of_the_sixteen_that_were_counted_by_hand(case: Case) -> None:
    """A run that comes in later takes a place among them, and changes no other's."""
    found = list(hours.hopper_runs(case.data).model_id)
    assert [run for run in found if run in COUNTED] == COUNTED and COUNTED.index("dsv3") == 4
    assert (case["hopper_runs_count"].value, case["hopper_runs_below_v3"].value) == (len(found), found.index("dsv3"))
    # No outlier: inside the middle half of the runs.
    of_counted = hours.hopper_runs(case.data).set_index("model_id").hours[COUNTED]
    assert of_counted.quantile(0.25) < 0.8448 < of_counted.quantile(0.75)


def test_no_run_is_compared_whose_flop_come_from_its_hours(runs: pd.DataFrame) -> None:
    """gpt-oss, Seed1.5-VL and Yi-Lightning have such FLOP and no tokens; stages and sums are no runs, nor MPT-30B."""
    assert not {"gpt_oss_120b", "gpt_oss_20b", "seed15_vl", "yi_lightning"} & set(runs.index)
    assert not {"dsr1_increment", "dsr1_cumulative", "minimax_m1_rl", "mpt30"} & set(runs.index)
    made = runs[runs.flop_from_hours == "yes"]
    assert made.flop.tolist() == pytest.approx((6e21 * made.params_active_b * made.tokens_t).tolist())
    assert "ax_k1" in made.index


def test_the_budget_of_ax_k1_is_its_hours(case: Case) -> None:
    """1,536 x 1,536 hours at 300 TFLOP/s are 2.548e24 FLOP, as its report has them: no error of entry."""
    row = case.data.model("ax_k1")
    assert row.chip_hours * 3600 * 300e12 == pytest.approx(2.548e24, rel=1e-4)
    assert row.flop_from_hours == "yes"
    assert row.chip_hours == (27 * 1_024 + 46 * 1_536) * 24 and 27 + 46 == 73


def test_what_developers_state(case: Case) -> None:
    """For 1e24 FLOP: 5.576 / 3.3 = 1.690; 2.75 / 1.1 = 2.5; 0.5 / 0.158 = 3.165; 4 / 1.63 = 2.454; 0.2 / 0.0402."""
    found = hours.stated_costs(case.data).set_index("model_id")
    unit = (found.usd_per_1e24_flop / 1e6).dropna().round(3).to_dict()
    assert unit == {"dsv3": 1.690, "olmo3_32b": 2.5, "magic_v5_e23": 3.165, "magic_v5_e24": 2.454, "mpt7": 4.975}
    stages = found[found.covers == "stage"].value_usd.to_dict()
    assert stages == {
        "dsr1_increment": 294_000,
        "minimax_m1_rl": 534_700,
        "mimo_v26_flash_rl": 854_044,
        "mimo_v26_pro_rl": 2_620_670,
    }
    assert (found.covers != "").all(), "data/estimates.csv, column `covers`: say what the statement covers."
    # 56 days on 1,024 GPUs at $2; and 512 GPUs for three weeks at $2.07.
    assert pytest.approx(found.value_usd["olmo3_32b"], rel=1e-3) == 56 * 24 * 1_024 * 2
    assert found.value_usd["minimax_m1_rl"] / case.data.model("minimax_m1_rl").chip_hours == pytest.approx(
        2.07, abs=0.005
    )


def test_who_has_published_nothing(case: Case) -> None:
    names = set(hours.unpublished(case.data).model_id)
    assert {"gpt5", "gpt55", "claude_opus47", "gemini31_pro", "grok4", "dsv4pro", "kimi_k3"} <= names
    assert not {"dsv3", "gpt_oss_120b", "olmo3_32b", "magic_v5_e24", "mai_base1", "mimo_v26_pro_rl"} & names
    closed, told = hours.closed_since_2024(case.data)
    assert set(told.model_id) == {"seed15_vl"} and "gpt55" in set(closed.model_id)
