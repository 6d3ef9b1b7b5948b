"""Epoch AI's amortised cost a second time, from its published rules alone.

Nothing of the package takes part but the figures that it is checked against: plain arithmetic on the rows of data/,
with the rules of Epoch AI's code (cost_analysis_standalone.py) written out here.
"""

from __future__ import annotations

import csv
import datetime
import math
from pathlib import Path

import pytest
from epoch_nominal import EPOCH_NOMINAL_USD

DATA = Path(__file__).parents[1] / "data"

OOM_PER_YEAR = 0.14  # ML_GPU_PRICE_PERFORMANCE_OOMS_PER_YEAR
NETWORK = 0.19  # CLUSTER_INTERCONNECT_COST_FRACTION, of the whole cluster
DAYS_TO_PURCHASE = 90  # find_hardware_acquisition_price: from the release of the hardware
DAYS_TO_PUBLICATION = 60  # get_training_start_date: from the end of the run
LOAD = 0.75  # energy.py: average draw over the server's rating
PUE = 1.25  # energy.py: a firm that is no hyperscaler
DAYS_PER_YEAR = 365.25
DOLLARS_OF = "2025-06-01"


def rows(table: str) -> dict[str, dict[str, str]]:
    with (DATA / f"{table}.csv").open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        first = reader.fieldnames[0] if reader.fieldnames else ""
        return {row[first]: row for row in reader}


MODELS, GPUS, RUNS, INDEX = rows("models"), rows("gpus"), rows("epoch_runs"), rows("price_index")


def amortised_usd(
    chip_hours: float, price: float, age_years: float, server_watts: float, pue: float, load: float, tariff: float
) -> float:
    """Value lost while the run holds the chips, the network on top, and electricity, in dollars of the day."""
    value_at_start = price / 10 ** (OOM_PER_YEAR * age_years)
    lost_a_year = value_at_start * OOM_PER_YEAR * math.log(10)
    hardware = chip_hours / (DAYS_PER_YEAR * 24) * lost_a_year
    energy = chip_hours * server_watts / 1000 * load * pue * tariff
    return hardware / (1 - NETWORK) + energy


def age_years(released: str, published: str, run_hours: int) -> float:
    bought = datetime.date.fromisoformat(released) + datetime.timedelta(days=DAYS_TO_PURCHASE)
    ended = datetime.date.fromisoformat(published) - datetime.timedelta(days=DAYS_TO_PUBLICATION)
    # Dates have no hours: a run that begins in the middle of a day begins on the day before.
    begun = ended - datetime.timedelta(days=math.ceil(run_hours / 24))
    return max((begun - bought).days, 0) / DAYS_PER_YEAR


def month(day: str) -> float:
    return float(INDEX[f"{day[:7]}-01"]["index"])


def of_a_row(run: dict[str, str]) -> float:
    watts = float(run["chip_tdp_w"]) * float(run["server_to_chip_power_ratio"])
    given = ("chip_hours", "acquisition_usd_per_chip_with_server", "years_acquisition_to_training")
    hours, price, age = (float(run[name]) for name in given)
    pue, load, tariff = (float(run[name]) for name in ("pue", "load_fraction", "electricity_usd_per_kwh"))
    return amortised_usd(hours, price, age, watts, pue, load, tariff)


@pytest.fixture(scope="module")
def v3_usd() -> float:
    """2,788,000 H800-hours at 34,819 dollars a card, on 2,048 cards, in dollars of June 2025."""
    model, gpu = MODELS["dsv3"], GPUS["H800-SXM"]
    hours = 2_788_000
    # 19 June 2023 to 31 August 2024.
    age = age_years(gpu["release_date"], model["release_date"], hours // 2_048)
    assert age == pytest.approx(1.202, abs=5e-4)
    # A DGX H100 draws 10.2 kW for eight.
    (tariff,) = {
        float(run["electricity_usd_per_kwh"]) for run in RUNS.values() if run["publication_date"].startswith("2024")
    }
    nominal = amortised_usd(hours, 34_819, age, 10_200 / 8, PUE, LOAD, tariff)
    return nominal * month(DOLLARS_OF) / month(model["release_date"])


def test_v3_by_epochs_rule_agrees_with_the_report(v3_usd: float) -> None:
    from analysis import parameters
    from analysis.case import Case

    # The case that the derivation is for, so that a better price leaves it right.
    worked = {"server_price_h800_usd_per_gpu": 34_819.0, "h800_years_in_service": 1.202}
    found = Case({**parameters.base(), **worked, "draws": 1024})
    assert found["v3_by_epoch_usd"].value == pytest.approx(v3_usd, rel=1e-3)
    assert found["h800_age_by_rule_years"].value == pytest.approx(1.202, abs=5e-4)


def test_v3_at_epochs_one_listing_of_an_h800() -> None:
    """Epoch AI's price file has one server of H800s: 44,750 dollars a card on 21 February 2025, after the run.

    The rule buys it that day and moves the run there, so its age is 0:
    2,788,000 / 8766 x 44,750 x 0.14 x ln 10 / 0.81 = 5.664 million, and 2,788,000 kWh x 1.275 x 0.75 x 1.25 x 0.0771
    = 0.257 million; 5.921 x 123.659 / 119.349 = 6.135 million dollars of June 2025.
    """
    from analysis.case import Case

    servers = [
        row
        for row in rows("prices").values()
        if row["gpu_id"] == "H800-SXM" and row["source"] == "epoch_prices_2025" and row["basis"] == "purchase_server"
    ]
    assert [(row["date"], float(row["price_usd"]), row["note"][:3]) for row in servers] == [
        ("2025-02-21", 44_750, "DGX")
    ]
    (tariff,) = {
        float(run["electricity_usd_per_kwh"]) for run in RUNS.values() if run["publication_date"].startswith("2024")
    }
    nominal = amortised_usd(2_788_000, 44_750, 0, 10_200 / 8, PUE, LOAD, tariff)
    listed = nominal * month(DOLLARS_OF) / month("2024-12-26")
    assert listed == pytest.approx(6.135e6, rel=1e-3)
    case = Case()
    assert case["v3_by_epoch_at_listing_usd"].value == pytest.approx(listed, rel=1e-4)
    # 37.334, 42.165 and 46.473 million over that.
    ratios = [case[f"{name}_at_listing"].value for name in ("gpt4_over_v3", "gpt4_as_dated_over_v3", "llama31_over_v3")]
    assert ratios == pytest.approx([6.085, 6.873, 7.575], rel=1e-3)


def test_gpt4_as_openai_dated_it() -> None:
    """Epoch AI's figure of June 2025, 40.696 million in dollars of December 2024, in those of June 2025: 42.17."""
    from analysis.case import Case

    published = float(RUNS["gpt4"]["published_amortised_usd2023"])
    later = published * month(DOLLARS_OF) / month("2024-12-01")
    assert later == pytest.approx(42.17e6, rel=1e-3)
    assert Case()["gpt4_as_dated_usd"].value == pytest.approx(later, rel=1e-3)


def test_two_clusters_bought_by_epochs_rule() -> None:
    """The network is 0.19 of the cluster, and the dollars are of June 2025.

    GPT-4: 25,000 x 24,875 / 0.81 x 123.659 / 117.766 = 806.2 million, as published.
    V3: 2,048 x 34,819 / 0.81 x 123.659 / 119.349 = 91.2 million.
    """
    from analysis import parameters
    from analysis.case import Case

    case = Case({**parameters.base(), "server_price_h800_usd_per_gpu": 34_819.0})
    gpt4 = 25_000 * float(RUNS["gpt4"]["acquisition_usd_per_chip_with_server"]) / (1 - NETWORK)
    gpt4 *= month(DOLLARS_OF) / month(RUNS["gpt4"]["publication_date"])
    assert case["gpt4_acquisition_usd"].value == pytest.approx(gpt4, rel=1e-3) == pytest.approx(806.2e6, rel=1e-3)
    v3 = 2_048 * 34_819 / (1 - NETWORK) * month(DOLLARS_OF) / month("2024-12-26")
    assert case["v3_acquisition_by_epoch_usd"].value == pytest.approx(v3, rel=1e-6) == pytest.approx(91.2e6, rel=1e-3)


@pytest.mark.parametrize("model_id", RUNS)
def test_epochs_published_models_come_out(model_id: str) -> None:
    """All 22 in dollars of the day; in dollars and with the index of its edition of June 2025, as printed."""
    run = RUNS[model_id]
    nominal = of_a_row(run)
    assert nominal == pytest.approx(EPOCH_NOMINAL_USD[model_id], rel=1e-3)
    printed = nominal * month("2024-12-01") / float(run["price_index_of_publication"])
    assert printed == pytest.approx(float(run["published_amortised_usd2023"]), rel=1e-3)


# Runs whose cards and their number are in the tables, and whose price is that of the first day on which it can be.
DATED = ["bloom", "falcon180", "llama2_70", "llama31_405", "mtnlg", "nemotron4", "opt175"]


@pytest.mark.parametrize("model_id", DATED)
def test_the_rules_of_purchase_and_start_give_epochs_ages_and_costs(model_id: str) -> None:
    run, model = RUNS[model_id], MODELS[model_id]
    hours = round(float(run["chip_hours"]) / float(model["hardware_quantity"]))
    age = age_years(GPUS[model["gpu_id"]]["release_date"], run["publication_date"], hours)
    # The release of the card is a day off in some tables.
    assert age == pytest.approx(float(run["years_acquisition_to_training"]), abs=1.5 / DAYS_PER_YEAR)
    by_rule = of_a_row({**run, "years_acquisition_to_training": str(age)})
    assert by_rule == pytest.approx(EPOCH_NOMINAL_USD[model_id], rel=1e-3)
