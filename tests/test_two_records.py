"""The numbers of data/ against a second record of the sources, against each other, and against their control totals."""

from __future__ import annotations

import control_totals
import pytest
import second_record

from analysis import parameters, tables, trace
from analysis.case import Data


def cells(name: str) -> dict[tuple[str, str, str], str]:
    """(table, row, column) -> the cell as it is written."""
    keys = trace.keys(name, tables.load(name))
    written = control_totals.rows(name)
    return {(name, key, column): cell for key, row in zip(keys, written, strict=True) for column, cell in row.items()}


@pytest.mark.parametrize("name", sorted({place[0] for place in second_record.noted()}))
def test_every_number_is_what_was_noted_when_the_source_was_read(name: str) -> None:
    here = cells(name)
    wrong = [
        f"data/{name}.csv, '{place[1]}', `{place[2]}`: {here.get(place, 'no such cell')!r}; noted was {text} x {times}"
        for place, (text, times) in second_record.noted().items()
        if place[0] == name and not (place in here and second_record.agrees(place, here[place]))
    ]
    assert not wrong, "\n".join([*wrong, "Look into the source, and correct the one that was misread or mistyped."])


# Tables of which each row was noted.
WHOLE = ("claims", "epoch_runs", "fleet", "gpus", "models", "price_index", "prices", "register", "rent_index", "stages")
# Cells of a model that were noted wherever they are filled.
OF_A_MODEL = {"release_date", "params_total_b", "params_active_b", "tokens_t", "train_flop"}
OF_A_MODEL |= {"hardware_quantity", "chip_hours"}


@pytest.mark.parametrize("name", WHOLE)
def test_every_row_was_noted_when_its_source_was_read(name: str) -> None:
    noted = {place[:2] for place in second_record.noted()}
    missing = sorted({key for _, key, _ in cells(name) if (name, key) not in noted})
    assert not missing, f"data/{name}.csv: {missing} not in tests/second_record.csv. Note each number from its source."


def test_every_number_of_a_model_was_noted_when_its_source_was_read() -> None:
    filled = {place for place, cell in cells("models").items() if place[2] in OF_A_MODEL and cell}
    missing = sorted(filled - second_record.noted().keys())
    assert not missing, f"{missing} not in tests/second_record.csv. Note each number from its source."


def test_the_second_record_sees_one_percent_a_blank_and_a_wrong_power_of_ten() -> None:
    place = ("published", "deepseek_v3_pretraining_usd", "value")
    assert second_record.agrees(place, "5328000")
    for wrong in ("5381280", "", "5328", "-5328000", "0", "NaN", "abc"):
        assert not second_record.agrees(place, wrong), wrong


def test_the_control_totals_are_those_that_were_last_looked_at() -> None:
    now, known = set(control_totals.all_totals()), set(control_totals.known())
    gone = [f"was {total}" for total in sorted(known - now)]
    new = [f"is  {total}" for total in sorted(now - known)]
    advice = "If that is meant, run `python tests/control_totals.py` and read both diffs."
    assert not gone + new, "\n".join(["Numbers of data/ have changed:", *gone, *new, advice])


# Table -> rows by the value of their first column, and the cells that change: alone, or so that the totals stay.
CHANGES = [
    ("assumptions", {"pue": {"maximum": "5"}, "server_overhead_ratio": {"maximum": "3"}}),
    ("assumptions", {"rental_usd_per_gpu_hour": {"locator": "Table 9, p. 99"}}),
    ("assumptions", {"rental_usd_per_gpu_hour": {"source": "cottier_2024"}}),
    ("gpus", {"TPUv3": {"server_to_chip_power_ratio": "TPUv4"}, "TPUv4": {"server_to_chip_power_ratio": "TPUv3"}}),
    ("prices", {"P130": {"source": "epoch_hardware_2026"}}),
    ("prices", {"P130": {"basis": "list_1y"}}),
    ("prices", {"P130": {"gpu_id": "H200"}}),
    ("prices", {"P130": {"confidence": "estimated"}}),
    ("prices", {"P130": {"note": "Another note."}}),
    ("export_rules", {"letter_2022": {"date": "2022-09-26"}}),
]


@pytest.mark.parametrize(("name", "changes"), CHANGES, ids=str)
def test_the_control_totals_see_a_text_and_changes_that_make_up_for_one_another(
    name: str, changes: dict[str, dict[str, str]]
) -> None:
    written = control_totals.rows(name)
    assert set(control_totals.of(name, written)) <= set(control_totals.known())
    by_key = {next(iter(row.values())): row for row in written}
    before = {key: dict(row) for key, row in by_key.items()}
    for key, cells_ in changes.items():
        for column, text in cells_.items():
            by_key[key][column] = before[text][column] if text in before else text
            assert by_key[key][column] != before[key][column], "The cell holds that already; the test would be idle."
    new = set(control_totals.of(name, written)) - set(control_totals.known())
    assert {total[1] for total in new} == {column for cells_ in changes.values() for column in cells_}


# --- numbers that follow from other published numbers -----------------------------------------------------------------


def published(key: str, column: str = "value") -> float:
    return float(tables.load("published").set_index("figure_id")[column][key])


@pytest.mark.parametrize(
    ("parameter", "column", "price"),
    [
        ("server_price_h800_usd_per_gpu", "value", "P303"),
        ("server_price_h800_usd_per_gpu", "low", "P301"),
        ("server_price_h800_usd_per_gpu", "high", "P307"),
        ("server_price_h20_usd_per_gpu", "low", "P314"),
        ("server_price_h20_usd_per_gpu", "high", "P313"),
        ("server_price_h100_usd_per_gpu", "low", "P271"),
        ("rental_usd_per_gpu_hour", "high", "P304"),
    ],
)
def test_a_price_that_two_tables_give_is_one_price(parameter: str, column: str, price: str) -> None:
    assert getattr(parameters.known()[parameter], column) == float(Data().row("prices", price)["price_usd"])


@pytest.mark.parametrize(
    ("yuan", "price"),
    [
        ("china_server8_h800_cny", "P303"),
        ("china_server8_h800_contract_cny", "P316"),
        ("china_server8_h20_feb2024_cny", "P313"),
        ("china_server8_h20_jul2024_cny", "P314"),
        ("china_server8_h100_cny", "P264"),
    ],
)
def test_a_chinese_servers_price_is_its_yuan_over_eight_cards_and_the_rate(yuan: str, price: str) -> None:
    data = Data()
    each = data.published(yuan) / 8 / data.published("reuters_cny_per_usd")
    assert float(data.row("prices", price)["price_usd"]) == pytest.approx(each, abs=1)


@pytest.mark.parametrize("cluster", ["fireflyer", "dgx_a100"])
def test_servers_and_network_are_the_cluster(cluster: str) -> None:
    """Fire-Flyer paper, Table III: 11,250 + 350 = 11,600 and 19,000 + 4,000 = 23,000; the share is network over all."""
    network, whole = published(f"{cluster}_network_relative_price"), published(f"{cluster}_cluster_relative_price")
    assert published(f"{cluster}_servers_relative_price") + network == whole
    assert published(f"{cluster}_network_share") == pytest.approx(network / whole, abs=5e-4)


def test_two_clusters_prices_give_their_ratio() -> None:
    """11,600 / 23,000 = 0.504."""
    ratio = published("fireflyer_cluster_relative_price") / published("dgx_a100_cluster_relative_price")
    assert published("fireflyer_cluster_price_ratio") == pytest.approx(ratio, abs=5e-4)


@pytest.mark.parametrize("way", ["causal", "noncausal"])
def test_v3s_tflops_over_the_peak_are_its_mfu(way: str) -> None:
    """385 / 989 = 38.93 % and 432 / 989 = 43.68 %; the paper prints TFLOP/s whole, and 43.73 %."""
    peak = tables.load("gpus").set_index("gpu_id").peak_bf16_dense_tflops["H800-SXM"]
    mfu = published(f"deepseek_v3_mfu_{way}")
    assert published(f"deepseek_v3_tflops_{way}") / peak == pytest.approx(mfu, abs=1.0 / peak)


def test_openais_final_runs_over_its_research_compute_are_the_share() -> None:
    """0.5 of 5 billion USD is a tenth."""
    share = published("epoch_openai_final_runs_usd") / published("epoch_openai_rd_compute_usd")
    assert share == pytest.approx(published("epoch_openai_final_run_share"), rel=1e-9)


def test_the_llama_4_models_hours_are_the_familys() -> None:
    """5.0 + 2.38 = 7.38 million H100-hours, Llama 4 model card."""
    hours = tables.load("models").set_index("model_id").chip_hours
    family = [key for key in hours.index if key.startswith("llama4_")]
    assert hours[family].sum() == published("meta_llama4_family_gpu_hours"), family


def test_blooms_energy_is_its_hours_at_the_power_of_its_chips() -> None:
    """1,082,990 GPU-hours x 400 W = 433,196 kWh: the developers computed the energy of the run so."""
    watts = tables.load("gpus").set_index("gpu_id").tdp_w["A100-SXM-80"]
    hours = tables.load("models").set_index("model_id").chip_hours["bloom"]
    assert hours * watts / 1000 == pytest.approx(published("bloom_energy_kwh"), rel=1e-6)


@pytest.mark.parametrize(("server", "chip"), [("dgx_h100_power_kw", "H100-SXM"), ("dgx_a100_power_kw", "A100-SXM-80")])
def test_a_servers_power_over_that_of_its_chips_is_the_ratio(server: str, chip: str) -> None:
    """10.2 kW / (8 x 700 W) = 1.82143; 6.5 kW / (8 x 400 W) = 2.03125."""
    gpu = tables.load("gpus").set_index("gpu_id").loc[chip]
    assert published(server) * 1000 / (8 * gpu.tdp_w) == pytest.approx(gpu.server_to_chip_power_ratio, abs=5e-6)


@pytest.mark.parametrize("stage", ["zero", "sft_data", "final"])
def test_r1s_dollars_are_its_hours_at_two_dollars(stage: str) -> None:
    """DeepSeek-R1, Table 7: 101,000, 5,000 and 41,000 H800-hours at 2 USD."""
    stages = tables.load("stages")
    hours = dict(
        zip(("zero", "sft_data", "final"), stages[stages.model_id == "dsr1_increment"].chip_hours, strict=True)
    )
    rent = published("deepseek_v3_rental_usd_per_gpu_hour")
    assert published(f"deepseek_r1_{stage}_usd") == pytest.approx(hours[stage] * rent, rel=1e-9)


CELLS = ("a100", "h20", "h800", "h100")


@pytest.mark.parametrize("kind", ["server_capex", "operating_cost", "tco"])
def test_the_analysts_columns_sum_to_its_totals(kind: str) -> None:
    """237 + 727 + 317 + 347 = 1,628 for 1,629; 157 + 387 + 170 + 230 = 944; 395 + 1,114 + 487 + 577 = 2,573."""
    total = {"operating_cost": "semianalysis_operating_cost_musd"}.get(kind, f"semianalysis_cell_all_{kind}_musd")
    parts = sum(published(f"semianalysis_cell_{chip}_{kind}_musd") for chip in CELLS)
    assert parts == pytest.approx(published(total), abs=len(CELLS) / 2)


@pytest.mark.parametrize("chip", CELLS)
def test_the_analysts_ownership_is_capex_and_operation(chip: str) -> None:
    """Each of three numbers is rounded to a million USD."""
    capex, operation, both = (
        published(f"semianalysis_cell_{chip}_{kind}_musd") for kind in ("server_capex", "operating_cost", "tco")
    )
    assert capex + operation == pytest.approx(both, abs=1.5)


@pytest.mark.parametrize("model", ["gpt3", "opt175", "gpt4", "gemini_ultra"])
def test_the_shares_of_a_models_cost_sum_to_a_hundred(model: str) -> None:
    """Five shares, each rounded to a tenth of a per cent."""
    parts = ("staff", "chips", "servers", "interconnect", "energy")
    assert sum(published(f"epoch_{model}_share_{part}_pct") for part in parts) == pytest.approx(100, abs=0.25)
