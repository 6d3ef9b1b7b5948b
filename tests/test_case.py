"""A case: what a page may use, what it is told when it errs, and how results read in a sentence."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analysis import case as cases
from analysis import parameters, scenarios, tables
from analysis.case import Case, Data, PageError, Quantity
from analysis.parameters import ParameterError
from analysis.quantities import REGISTRY

BASE = parameters.base()
SAMPLING = {name: BASE[name] for name in cases.SAMPLING}
RENT = "rental_usd_per_gpu_hour"


@pytest.fixture(scope="module")
def base() -> Case:
    return Case()


# --- what a page may use -----------------------------------------------------------------------------------------


def test_a_page_that_declares_too_few_parameters_is_told_which() -> None:
    """V3's rent needs its price; the owner's hour needs the price of a server first of all."""
    page = Case({**SAMPLING, RENT: 2.0})
    assert page["v3_rental_usd"].value == 5_576_000
    with pytest.raises(PageError) as error:
        page["owner_usd_per_gpu_hour"]
    assert str(error.value) == (
        "This page uses the parameter `server_price_h800_usd_per_gpu`, but its parameters cell does not hold it. "
        "Run `report refresh`, which brings the cell up to date."
    )


@pytest.mark.parametrize("name", cases.SAMPLING)
def test_a_page_with_a_range_must_declare_how_it_is_sampled(name: str) -> None:
    page = Case({RENT: 2.0, **{key: value for key, value in SAMPLING.items() if key != name}})
    with pytest.raises(PageError, match=f"uses the parameter `{name}`, but its parameters cell does not hold it"):
        page["v3_rental_usd"]


def test_what_follows_from_data_alone_needs_no_parameter() -> None:
    assert Case({})["v3_gpu_hours"].value == 2_788_000


def test_an_unknown_parameter_is_refused_with_a_suggestion(base: Case) -> None:
    with pytest.raises(
        PageError, match=r"^There is no parameter 'rental_usd_per_gpu'\. Did you mean 'rental_usd_per_gpu_hour\'"
    ):
        base.point.rental_usd_per_gpu  # noqa: B018


def test_private_attributes_are_no_parameters(base: Case) -> None:
    """IPython and copy ask any object for such names; a PageError would break them."""
    assert not hasattr(base.point, "_repr_html_")


@pytest.mark.parametrize(
    ("asked", "meant"), [("v3_rental_us", "v3_rental_usd"), ("fleet_capex", "fleet_capex_usd"), ("v3_hours", "v3_")]
)
def test_an_unknown_quantity_is_refused_with_a_suggestion(asked: str, meant: str, base: Case) -> None:
    with pytest.raises(PageError) as error:
        base[asked]
    assert str(error.value).startswith(f"There is no quantity '{asked}'. Did you mean '{meant}")


def test_a_page_takes_its_parameters_from_its_own_names() -> None:
    names: dict[str, Any] = {**SAMPLING, RENT: 3, "draws": 256, "np": np, "__name__": "__main__", "x": "y"}
    page = Case.from_page(names)
    assert page.values == {**SAMPLING, RENT: 3.0, "draws": 256}
    # 2,788,000 h x $3 = $8,364,000
    assert page["v3_rental_usd"].value == 8_364_000
    assert page.used == {RENT, *cases.SAMPLING}


def test_a_page_with_a_bad_value_is_refused() -> None:
    with pytest.raises(ParameterError, match=f"^{RENT} = 300 is not allowed"):
        Case.from_page({RENT: 300})


def test_a_recorded_page_writes_down_what_it_uses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it is recorded, a page may use what it has not declared: the record is how it comes to declare it."""
    record = tmp_path / "used.txt"
    monkeypatch.setenv(cases.RECORD, str(record))
    page = Case.from_page({RENT: 3.0})
    # (5,576,000 x 3 / 2) / 0.178 = 46,988,764
    assert page["rd_compute_usd"].value == pytest.approx(46_988_764)
    wanted = {RENT, "final_run_share_of_rd_compute", *cases.SAMPLING}
    assert set(record.read_text(encoding="utf-8").split()) == wanted
    assert cases.ordered(page.used) == [name for name in BASE if name in wanted]


def test_a_case_remembers_the_tables_it_has_read() -> None:
    case = Case()
    assert case.data.read == set()
    assert case["v3_pretraining_share"].value == pytest.approx(2_664 / 2_788)
    assert case.data.read == {"models", "stages"}


def test_a_scenario_changes_what_it_names_and_nothing_else() -> None:
    scenario = scenarios.Scenario(name="dear", changes={RENT: 4.0})
    case = Case(scenario=scenario)
    assert case.values == {**BASE, RENT: 4.0}
    # Twice the price of the base case, twice its cost: 11.152 million.
    assert case["v3_rental_usd"].value == 11_152_000
    assert case["fleet_capex_usd"] == Case()["fleet_capex_usd"]


def test_a_quantity_is_computed_once(base: Case) -> None:
    assert base["v3_rental_usd"] is base["v3_rental_usd"]


# --- rows of data --------------------------------------------------------------------------------------------------


def test_rows_by_their_key() -> None:
    data = Data()
    assert data.model("dsv3").chip_hours == 2_788_000
    assert data.gpu("H20").peak_bf16_dense_tflops == 148
    assert data.read == {"models", "gpus"}


@pytest.mark.parametrize(("table", "key", "meant"), [("gpus", "H800-SMX", "H800-SXM"), ("models", "dsv", "dsv3")])
def test_an_unknown_row_is_refused_with_a_suggestion(table: str, key: str, meant: str) -> None:
    with pytest.raises(PageError, match=rf"^data/{table}\.csv has no row '{key}'. Did you mean '{meant}'\?$"):
        Data().row(table, key)


def test_an_unknown_stage_is_refused_in_words() -> None:
    with pytest.raises(PageError, match="distillation"):
        Data().stage_hours("dsv3", "distillation")


def test_published_figures_come_in_base_units() -> None:
    """1,600 million dollars, 545 % and 4 years."""
    data = Data()
    assert data.published("semianalysis_server_capex_all_musd") == 1.6e9
    assert data.published("deepseek_inference_margin_pct") == pytest.approx(5.45)
    assert data.published("luk_ownership_years") == 4


@pytest.mark.parametrize(
    ("account", "gpus"),
    [
        # The analyst's 10,000 + 30,000 + 10,000 + 10,000, and the same without one of the tens.
        ("semianalysis", 60_000),
        ("hopper_only", 50_000),
        ("without_h100", 50_000),
        ("without_h20", 30_000),
        # 10,000 A100 and 10,000 H800.
        ("press", 20_000),
        # 10,000 A100 and 278 x 8 = 2,224 H800.
        ("documented", 12_224),
    ],
)
def test_accounts_of_the_fleet(account: str, gpus: int) -> None:
    fleet = Data().fleet(account)
    assert fleet["count"].sum() == gpus
    assert fleet.gpu_id.is_unique
    assert fleet.tdp_w.notna().all()
    assert ("A100-PCIe-40" in set(fleet.gpu_id)) == (account != "hopper_only")
    assert ("H100-SXM" in set(fleet.gpu_id)) == (account in ("semianalysis", "hopper_only", "without_h20"))
    assert ("H20" in set(fleet.gpu_id)) == (account in ("semianalysis", "hopper_only", "without_h100"))
    result = Data().records("accounts")[account]["capex_result"]
    assert Case()[result].value == Case({**BASE, "fleet": account})["fleet_capex_usd"].value


def test_an_account_that_nobody_gave_is_refused() -> None:
    with pytest.raises(PageError, match=r"data/accounts.csv has no account 'documentd'. Did you mean 'documented'\?"):
        Data().fleet("documentd")


# --- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "text"),
    [
        # A result: its central value, as fine as its range allows; then its other forms.
        ("v3_rental_usd", "$5.6 million"),
        ("v3_rental_usd_range", "$5.1 to 8.5 million"),
        ("v3_rental_usd_exact", "$5.6 million"),
        ("v3_rental_usd_full", "$5,576,000"),
        ("v3_gpu_hours", "2.788 million"),
        ("v3_gpu_hours_full", "2,788,000"),
        ("h20_share_of_count", "50 %"),
        ("claims_total", "26"),
        # A parameter: its value; then its range from the table.
        (RENT, "$2.00"),
        (f"{RENT}_range", "$1.65 to $3.42"),
        (f"{RENT}_low", "$1.65"),
        (f"{RENT}_high", "$3.42"),
        ("final_run_share_of_rd_compute", "17.8 %"),
        ("final_run_share_of_rd_compute_range", "10 % to 63.2 %"),
        ("staff_count", "160"),
        ("staff_count_range", "140 to 197"),
        ("server_price_h800_usd_per_gpu", "$34,819"),
        ("fleet", "semianalysis"),
        # A published figure, in its base unit.
        ("semianalysis_server_capex_all_musd", "$1.6 billion"),
        ("semianalysis_gpus_hopper", "50,000"),
        ("deepseek_inference_margin_pct", "545 %"),
        ("luk_tco_hopper_musd_per_year", "$545 million"),
    ],
)
def test_text(key: str, text: str, base: Case) -> None:
    assert base.text(key) == text


@pytest.mark.parametrize(("key", "value"), [("seed", 20_261_123), ("draws", 262_144)])
def test_a_whole_number_that_is_set_reads_in_full(key: str, value: int) -> None:
    """A seed of 20,260,000 would not repeat the draws of 20,261,123."""
    assert Case({**BASE, key: value}).text(key) == f"{value:,}"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"service_life_year": 3.0}, "There is no parameter 'service_life_year'. Did you mean service_life_years?"),
        ({"utilisation": 82}, "utilisation = 82 is not allowed: .* 82 % is written utilisation=0.82."),
        ({"utilisation": -1}, "utilisation = -1 is not allowed: it must be a number from"),
        ({"cost_of_capital": 10}, "cost_of_capital = 10 is not allowed: .* 10 % is written cost_of_capital=0.1."),
        ({"pue": "1.2"}, "pue = '1.2' is not allowed"),
    ],
)
def test_a_case_refuses_what_the_command_line_refuses(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(parameters.ParameterError, match=says):
        Case({**BASE, **changes})


def test_a_parameter_that_a_page_has_not_declared_is_refused_in_text_too() -> None:
    with pytest.raises(PageError, match="uses the parameter `pue`, but its parameters cell does not hold it"):
        Case({}).text("pue")


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("v3_rental_us", "v3_rental_usd"),
        ("rental_usd_per_gpu_hou", RENT),
        ("luk_ownership_year", "luk_ownership_years"),
        ("v3_rental_usd_rang", "v3_rental_usd"),
    ],
)
def test_an_unknown_key_is_refused_with_a_suggestion(key: str, meant: str, base: Case) -> None:
    with pytest.raises(PageError) as error:
        base.text(key)
    assert str(error.value) == (
        f"No result, parameter, published figure or judgement is called '{key}'. Did you mean '{meant}'?"
    )


@pytest.mark.parametrize("key", ["fleet_range", "fleet_low"])
def test_a_choice_has_no_range(key: str, base: Case) -> None:
    """'not defined to not defined' is no part of a sentence."""
    with pytest.raises(PageError, match=key):
        base.text(key)


@pytest.mark.parametrize("key", ["h20_share_of_count", "v3_pretraining_share"])
def test_a_fraction_in_full_is_a_percentage(key: str, base: Case) -> None:
    """50 % and 95.6 % are not 0 % and 1 %."""
    wanted = {"h20_share_of_count": 50, "v3_pretraining_share": 100 * 2_664 / 2_788}[key]
    shown = base.text(f"{key}_full")
    assert float(shown.removesuffix(" %")) == pytest.approx(wanted, abs=0.51)


@pytest.mark.parametrize("figure", tables.load("published").figure_id)
def test_every_published_figure_reads_as_something_or_is_refused(figure: str, base: Case) -> None:
    """Where only a bound is published, a page must ask for the bound."""
    row = tables.load("published").set_index("figure_id").loc[figure]
    if math.isnan(row["value"]):
        with pytest.raises(PageError, match=figure):
            base.text(figure)
        assert row[["low", "high"]].notna().any(), f"data/published.csv: {figure} has no number at all."
        for bound in ("low", "high"):
            if not math.isnan(row[bound]):
                assert re.search(r"\d", base.text(f"{figure}_{bound}"))
    else:
        assert re.search(r"\d", base.text(figure))


def test_no_key_has_two_meanings() -> None:
    """text() looks for a result first, then for a parameter, then for a published figure."""
    published = set(tables.load("published").figure_id)
    results = set(REGISTRY) | {f"{name}_{form}" for name in REGISTRY for form in ("range", "exact", "full")}
    known = set(BASE) | {f"{name}_{form}" for name in BASE for form in ("range", "low", "high")}
    bounds = {f"{figure}_{form}" for figure in published for form in ("low", "high")}
    assert len(results) == 4 * len(REGISTRY)
    assert not results & known
    assert not (results | known) & (published | bounds)
    assert not published & bounds


def test_a_text_with_names_is_filled(base: Case) -> None:
    text = "At {rental_usd_per_gpu_hour} an hour that is {v3_rental_usd_exact}."
    assert base.fill(text) == "At $2.00 an hour that is $5.6 million."
    with pytest.raises(PageError, match="Did you mean 'v3_rental_usd'"):
        base.fill("{v3_rental_us}")


@pytest.mark.parametrize("claim", tables.load("claims").to_dict("records"), ids=lambda claim: claim["claim_id"])
def test_every_text_of_the_audit_can_be_filled(claim: dict[str, Any], base: Case) -> None:
    for column in ("claim", "wording_note", "evidence", "better_wording"):
        filled = base.fill(claim[column])
        assert "{" not in filled
        assert "not defined" not in filled


def test_what_is_said_is_what_is_glued(base: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    glued: dict[str, tuple[str, bool]] = {}
    monkeypatch.setattr("myst_nb.glue", lambda name, text, display: glued.update({name: (text, display)}))
    base.say("v3_rental_usd", "v3_rental_usd_range")
    base.tell(verdict="not comparable")
    assert glued == {
        "v3_rental_usd": ("$5.6 million", False),
        "v3_rental_usd_range": ("$5.1 to 8.5 million", False),
        "verdict": ("not comparable", False),
    }


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    # Four significant digits for hours, two for shares, multiples, days and megawatts, three for the rest.
    [
        ("GPU-hour", 2_788_123, "2.788 million"),
        ("fraction", 0.16237, "16 %"),
        ("times", 11.0617, "11 times"),
        ("day", 56.722, "57"),
        ("MW", 50.225, "50"),
        ("USD", 52_885_434, "$52.9 million"),
    ],
)
def test_a_certain_result_reads_with_the_digits_of_its_unit(unit: str, value: float, text: str) -> None:
    result = Quantity("x", "X", value, value, value, unit)
    assert result.certain
    assert result.text == text
    assert not Quantity("x", "X", value, 0.9 * value, value, unit).certain
