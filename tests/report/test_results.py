"""Results and verdicts as data: both forms, their schema, those of a scenario, and the command that prints them."""

from __future__ import annotations

import io
import json
import shutil
import sys
from pathlib import Path

import frictionless
import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from pandas.testing import assert_frame_equal

from analysis import claims, cli, parameters, provenance, tables
from analysis.case import Case
from analysis.quantities import REGISTRY
from analysis.quantities.registry import EPOCH_V3, OURS, OWNER, USER
from analysis.report import notebooks, results
from analysis.scenarios import Scenario

NUMBERS = ["value", "median", "low", "high", "percentile"]
H800 = "server_price_h800_usd_per_gpu"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the base case's site."""
    found = tmp_path_factory.mktemp("site") / "data"
    shutil.copytree(tables.DATA, found)
    results.write(found, {})
    return found


@pytest.fixture(scope="module")
def base(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / results.CSV, index_col="name")


@pytest.fixture(scope="module")
def moved_case(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    found = tmp_path_factory.mktemp("dearer")
    results.write(found, {H800: 41_000.0})
    return pd.read_csv(found / results.CSV, index_col="name")


def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command prints."""
    monkeypatch.setattr(sys, "argv", ["report", "results", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr()
    assert not ended.value.code, told.err
    return told.out


# --- the files ----------------------------------------------------------------------------------------------------


def test_both_forms_come_back_the_same_with_types_and_blanks_where_they_belong(
    folder: Path, base: pd.DataFrame
) -> None:
    twin = pd.read_json(folder / results.JSON).set_index("name")
    assert_frame_equal(base, twin, rtol=1e-14, atol=0)
    assert list(base.index) == list(REGISTRY)
    assert set(base[NUMBERS].dtypes) == {np.dtype("float64")}
    assert base[["title", "unit", "page", "value", "median", "low", "high"]].notna().all(axis=None)
    certain = base["low"] == base["high"]
    assert (base["percentile"].isna() == certain).all() and 20 < certain.sum() < len(base) - 20
    assert (base["value"] == base["median"])[certain].all()
    assert ((base["low"] <= base["median"]) & (base["median"] <= base["high"])).all()
    # A cost has a rule, and a comparison of costs has that of its sides, or how theirs differ.
    ruled = [bool(definition.basis or definition.compares) for definition in REGISTRY.values()]
    assert base["rule"][ruled].notna().all()
    assert (base["money_year"].notna() == base["unit"].str.contains("USD")).all()


def test_numbers_are_the_case_s_own(base: pd.DataFrame) -> None:
    case = Case()
    draws = case.sampled("v3_programme_usd")
    row = base.loc["v3_programme_usd"]
    found = case["v3_programme_usd"]
    assert [row["value"], row["low"], row["high"]] == pytest.approx([found.value, *found.ends], rel=1e-9)
    assert row["median"] == pytest.approx(np.quantile(draws, 0.5), rel=1e-9)
    assert row["percentile"] == pytest.approx(100 * np.mean(draws < found.value), abs=0.06)
    assert (row["basis"], row["money_year"]) == ("programme", "2024;2025")


def test_what_is_not_finite_is_blank_in_both_forms() -> None:
    frame = pd.DataFrame([{"name": "a", "value": results._number(np.inf), "basis": ""}])
    assert results.as_csv(frame) == "name,value,basis\na,,\n"
    assert json.loads(results.as_json(frame)) == [{"name": "a", "value": None, "basis": None}]


def test_a_site_s_data_package_describes_them(folder: Path) -> None:
    package = json.loads((folder / tables.DICTIONARY).read_text(encoding="utf-8"))
    described = {each["path"]: each for each in package["resources"]}
    assert "computed" not in package and set(described) == {path.name for path in folder.glob("*.*")} - {
        tables.DICTIONARY
    }
    for name in results.FILES:
        report = frictionless.Resource.from_descriptor(described[name], basepath=str(folder)).validate()
        assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])
        frame = pd.read_json(folder / name) if name.endswith("json") else pd.read_csv(folder / name)
        assert list(frame) == [field["name"] for field in described[name]["schema"]["fields"]], (
            f"data/datapackage.json, `computed`, has other columns than {name}. Bring the two together."
        )


def test_a_result_leads_to_the_page_that_argues_it(base: pd.DataFrame) -> None:
    assert base["page"]["v3_rental_usd"] == "six_million.html"
    assert base["page"]["cost_growth"] == "index.html", "No other page mentions it."
    assert base["page"]["v3_pretraining_usd"] == "results.html#v3_pretraining_usd", "No text mentions it."


def test_each_address_is_there(site: Path, base: pd.DataFrame) -> None:
    verdicts = pd.read_csv(site / "data" / results.VERDICTS)
    soups: dict[str, BeautifulSoup] = {}
    for address in (*base["page"], *verdicts["page"]):
        page, _, fragment = address.partition("#")
        if page not in soups:
            soups[page] = BeautifulSoup((site / page).read_text(encoding="utf-8"), "html.parser")
        assert not fragment or soups[page].find(id=fragment), f"{page} has no place '{fragment}'."


def test_the_site_holds_them(site: Path, folder: Path) -> None:
    for name in (*results.FILES, tables.DICTIONARY):
        assert (site / "data" / name).read_bytes() == (folder / name).read_bytes(), name


def test_the_methods_of_the_amortised_basis_have_their_own_rules(base: pd.DataFrame) -> None:
    rules = base[base["basis"] == "amortised"].groupby("rule").groups
    assert "v3_owner_usd" in rules[OWNER.text] and "v3_amortised_usd" in rules[OURS["amortised"].text]
    assert "user_cost_usd_per_gpu_hour" in rules[USER.text] and "v3_by_epoch_usd" in rules[EPOCH_V3.text]


# --- a scenario's -------------------------------------------------------------------------------------------------


def test_a_scenario_moves_what_rests_on_its_change_and_nothing_else(
    base: pd.DataFrame, moved_case: pd.DataFrame
) -> None:
    resting = {n for n in REGISTRY if H800 in provenance.rests_on(n, parameters.base()).get("assumptions", [])}
    moved = set(base.index[(base[NUMBERS].fillna(-1) != moved_case[NUMBERS].fillna(-1)).any(axis=1)])
    # The tally of the verdicts rests on every assumption that a claim is held against, and stays whole.
    assert {name for name in resting if not name.startswith("claims_")} <= moved <= resting
    assert {"v3_acquisition_usd", "h800_capex_usd", "v3_amortised_usd"} <= moved
    assert not {"v3_gpu_hours", "fleet_gpus", "fleet_h800_gpus", "v3_rental_usd", "h20_capex_usd"} & moved
    assert_frame_equal(base.drop(columns=NUMBERS), moved_case.drop(columns=NUMBERS))


def test_a_verdict_that_turns_is_turned_in_the_file(folder: Path) -> None:
    turned = Case(scenario=Scenario("cheap", "Cheap", changes={"rental_usd_per_gpu_hour": 1.0}))
    before, after = (
        frame[frame["text"] == claims.ARTICLE].set_index("claim_id")["verdict"]
        for frame in (pd.read_csv(folder / results.VERDICTS), results.verdicts(turned))
    )
    flips = {flip.claim_id: flip.after for flip in claims.flips(Case(), turned)}
    assert flips and after[before != after].to_dict() == flips


# --- the command --------------------------------------------------------------------------------------------------


def test_the_command_prints_what_the_page_of_the_results_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = said(monkeypatch, capsys).splitlines()
    page = notebooks.results(notebooks.BOOK / "results.ipynb")
    assert len(lines) == len(page) + 1
    for line in lines[1:]:
        name, rest = line.split(maxsplit=1)
        assert rest.startswith(page[name]["value"]) and page[name]["range"] in rest, line
        assert rest.endswith(REGISTRY[name].title)


def test_the_command_prints_some_results_of_a_case(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case(scenario=Scenario("dear", "Dear", changes={"rental_usd_per_gpu_hour": 3.0}))
    title, _, line = said(
        monkeypatch, capsys, "v3_rental_usd", "-p", "rental_usd_per_gpu_hour=3", "v3_rental_usd"
    ).splitlines()
    assert title == "Rental price of one H800-hour = $3.00 per GPU-hour"
    assert f"{case['v3_rental_usd'].text}  {case['v3_rental_usd'].range}" in line
    named = said(monkeypatch, capsys, "owner_usd_per_gpu_hour", "-f", "three_year_life")
    assert named.startswith("Servers live three years\n") and "/GPU-hour  " in named


@pytest.mark.parametrize(("form", "name"), [("--csv", results.CSV), ("--json", results.JSON)])
def test_the_command_prints_the_site_s_bytes(
    form: str, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(monkeypatch, capsys, form).encode() == (folder / name).read_bytes()


def test_the_command_prints_a_row_of_the_file_alone(
    base: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = said(monkeypatch, capsys, "fleet_gpus", "--csv")
    assert_frame_equal(pd.read_csv(io.StringIO(told), index_col="name")[NUMBERS], base.loc[["fleet_gpus"], NUMBERS])


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("fleet_gpu",),
            "There is no result 'fleet_gpu'. Did you mean 'fleet_gpus'? `report results` lists all of them.",
        ),
        (("--csv", "--json"), "--csv and --json exclude each other. Leave one out."),
    ],
)
def test_the_command_refuses_in_one_line(
    words: tuple[str, ...], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["report", "results", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 1 and capsys.readouterr().err == f"report: {message}\n"
