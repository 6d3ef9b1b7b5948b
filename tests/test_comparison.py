"""Scenarios beside the base case: what is compared, by how much it moves, how sure that is, and in which words."""

from __future__ import annotations

import csv
import io
import os
import sys
from pathlib import Path

import commands
import numpy as np
import pytest
from matplotlib.text import Text

from analysis import cli, comparison, parameters, scenarios, tables
from analysis.case import Case, PageError
from analysis.comparison import SCENARIOS_VARIABLE, Chosen, Comparison, choose, compare, rows
from analysis.figures import FIGURES
from analysis.figures.charts.comparison import large
from analysis.figures.sheet import width_of
from analysis.parameters import ParameterError
from analysis.report import build, execution, identity, manifest, notebooks
from analysis.report import compare as command
from analysis.scenarios import Scenario
from analysis.sensitivity import HEADLINES


def made(name: str = "made", title: str = "", **changes: parameters.Value) -> Chosen:
    """A scenario without a file."""
    checked = parameters.checked(changes)
    return Chosen(Scenario(name=name, title=title or name, changes=checked), Path(f"/elsewhere/{name}.yml"))


@pytest.fixture(scope="module")
def found() -> Comparison:
    """The shipped scenarios beside the base case."""
    return compare(Case(), comparison.chosen())


# --- results --------------------------------------------------------------------------------


def test_the_rent_of_2026_by_hand(found: Comparison) -> None:
    # 2,788,000 h x $2.35 = $6,551,800; $2.35 / $2.00 = 1.175
    change = found.change(found.column("market_rent_2026"), "v3_rental_usd")
    assert change.here.value == pytest.approx(6_551_800)
    assert change.change == pytest.approx(975_800)
    assert change.relative == pytest.approx(0.175)
    assert (change.text, change.percent, change.range) == ("+$976,000", "+18 %", "")


def test_a_life_of_three_years_by_hand(found: Comparison) -> None:
    # Four years' capital in three: 4/3 of the base case, in every draw.
    change = found.change(found.column("three_year_life"), "owner_capital_usd_per_gpu_hour")
    assert change.here.value == pytest.approx(change.base.value * 4 / 3)
    assert (change.relative_low, change.relative_high) == pytest.approx((1 / 3, 1 / 3))


def test_without_the_a100s_the_fleet_is_cheaper_by_what_they_cost(found: Comparison) -> None:
    # 10,000 x $13,928
    change = found.change(found.column("hopper_only"), "fleet_capex_usd")
    assert change.change == pytest.approx(-139_280_000)


def test_a_change_of_a_share_is_told_in_points(found: Comparison) -> None:
    change = found.change(found.column("three_year_life"), "break_even_utilisation")
    assert change.text == "+20.7 points" and "points" in change.range and change.percent == "+33 %"


def test_a_change_to_what_is_not_defined_is_told_once() -> None:
    """A rent that is what the electricity of an hour costs: no use is enough for owning to break even."""
    here = Case()
    beside = compare(here, [made(rental_usd_per_gpu_hour=here["owner_energy_usd_per_gpu_hour"].value)])
    base, paid = rows.results(beside, ["break_even_utilisation"]).drop(columns="first").to_dict("records")
    assert base["Value (5 to 95 %)"].startswith("62 %")
    assert set(list(paid.values())[1:]) == {"not defined"}
    assert rows.most(beside, "break_even_utilisation") == "“made”, to not defined"


@pytest.mark.parametrize("price", [0.5, 1.99, 2.35, 11.06])
def test_rent_changes_by_hours_times_the_difference_of_the_prices_in_every_draw(price: float) -> None:
    beside = compare(Case(), [made(rental_usd_per_gpu_hour=price)])
    change = beside.change(beside.columns[0], "v3_rental_usd")
    before, after = beside.draws(beside.columns[0], "v3_rental_usd")
    assert after - before == pytest.approx(2_788_000 * (price - 2))
    assert change.certain and change.low == pytest.approx(2_788_000 * (price - 2))


def test_the_base_case_beside_itself_is_no_change() -> None:
    beside = compare(Case(), [made("nothing")])
    for name in comparison.RESULTS:
        change = beside.change(beside.columns[0], name)
        assert (change.change, change.low, change.high, change.moved) == (0, 0, 0, False), name
        before, after = beside.draws(beside.columns[0], name)
        assert np.all(before == after), f"{name}: the two sides are not drawn alike"
    assert not beside.turned
    assert beside.assumptions.empty
    assert rows.lead(beside, HEADLINES) == "No scenario moves a main result."


def test_the_range_of_a_change_is_far_tighter_than_either_range(found: Comparison) -> None:
    change = found.change(found.column("subsidised_electricity"), "v3_amortised_usd")
    assert change.high - change.low < 0.05 * (change.here.high - change.here.low)
    assert change.low <= change.change <= change.high


def test_only_what_a_scenario_touches_is_moved(found: Comparison) -> None:
    moved = {column.name: {n for n in HEADLINES if found.change(column, n).moved} for column in found.columns}
    assert moved["three_year_life"] == {"owner_usd_per_gpu_hour"}
    assert moved["market_rent_2026"] == {"v3_rental_usd", "v3_programme_usd"}
    assert moved["american_pay"] == {"v3_programme_usd"}
    assert moved["documented_fleet"] == moved["hopper_only"] == {"fleet_capex_usd"}
    assert moved["us_cloud_prices"] == set(HEADLINES), "American prices should touch every headline"


def test_every_assumption_says_whether_it_lies_in_its_range(found: Comparison) -> None:
    frame = found.assumptions.set_index(["scenario", "name"])
    assert not frame.loc[("us_cloud_prices", "rental_usd_per_gpu_hour"), "inside"]
    assert frame.loc[("market_rent_2026", "rental_usd_per_gpu_hour"), "inside"]
    assert frame.loc[("three_year_life", "service_life_years"), "relative"] == pytest.approx(-0.25)
    assert rows.outside(found) == (
        "Outside its range lies “Staff cost of one head for a year, with social charges and shares” in “American pay, "
        "and the counts of 2025” and “Rental price of one H800-hour” in “American cloud list prices”."
    )


def test_how_draws_are_made_is_no_change() -> None:
    entry = made(draws=1024, seed=1, service_life_years=3)
    assert entry.changes == {"service_life_years": 3}
    beside = compare(Case(), [entry])
    assert beside.columns[0].case.values["draws"] == beside.base.values["draws"]


# --- verdicts --------------------------------------------------------------------------------


def test_a_verdict_that_turns_is_told_with_its_reason(found: Comparison) -> None:
    turns = {(turn.scenario, turn.flip.claim_id, turn.flip.question): turn for turn in found.turned}
    turn = turns["us_cloud_prices", "C02", "documents"]
    assert (turn.flip.before, turn.flip.after) == ("supported_with_caveat", "contradicted")
    (reason,) = turn.reasons
    assert reason.startswith("price of the run: $6 million asserted, ")
    assert reason.endswith("(base case: $5.58 million), so it is “contradicted” instead of “borne out”.")
    assert set(rows.verdicts(found)["Question"]) == {"Do documents bear it out?"}


def test_where_no_verdict_turns_it_is_said() -> None:
    beside = compare(Case(), [made(service_life_years=3)])
    assert rows.turns(beside) == "No verdict changes in any scenario."
    assert rows.turned_claims(beside) == "none gets another verdict in a scenario"
    assert rows.verdicts(beside).empty


# --- the page's own case --------------------------------------------------------------------------------


def test_a_case_of_its_own_is_one_more_column() -> None:
    case = Case(scenario=Scenario(name="dear", changes={"rental_usd_per_gpu_hour": 3.0}))
    beside = compare(case, [made(service_life_years=3)])
    assert [column.title for column in beside.columns] == ["This case", "made"]
    assert beside.base["v3_rental_usd"].value == pytest.approx(5_576_000)
    assert beside.change(beside.columns[0], "v3_rental_usd").here.value == pytest.approx(8_364_000)
    assert beside.columns[0].command == "report build -p rental_usd_per_gpu_hour=3.0"
    # The other column is the scenario alone, not the scenario on top of this case.
    assert beside.change(beside.columns[1], "v3_rental_usd").change == 0


def test_a_case_that_is_one_of_the_scenarios_is_marked_and_not_doubled() -> None:
    case = Case(scenario=Scenario(name="x", changes={"service_life_years": 3}))
    beside = compare(case, [made(service_life_years=3)])
    assert [column.title for column in beside.columns] == ["made (this case)"]


def test_a_page_that_declares_too_little_is_refused() -> None:
    values = {name: value for name, value in parameters.base().items() if name != "service_life_years"}
    with pytest.raises(PageError, match="uses the parameter `service_life_years`"):
        compare(Case(values), [made(pue=1.1)]).frame()


# --- which scenarios --------------------------------------------------------------------------------


def test_all_shipped_scenarios_are_compared_unless_others_are_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SCENARIOS_VARIABLE, raising=False)
    assert [entry.scenario.name for entry in comparison.chosen()] == sorted(
        p.stem for p in tables.DATA.glob("scenarios/*.yml")
    )
    # As below a report whose folder has a colon in its name, which lists of paths are cut at.
    mine = tmp_path / "a:b" / "mine.yml"
    mine.parent.mkdir()
    mine.write_text("parameters: {pue: 1.1}\n")
    choice = choose(["three_year_life", str(mine)])
    monkeypatch.setenv(SCENARIOS_VARIABLE, choice.variable)
    assert [entry.scenario.name for entry in comparison.chosen()] == ["three_year_life", "mine"]
    before = identity.of_input(SCENARIOS_VARIABLE)
    mine.write_text("parameters: {pue: 1.2}\n")
    assert comparison.chosen_paths()[1] == mine
    assert identity.of_input(SCENARIOS_VARIABLE) != before, "a change of the file makes the page stale"


def test_a_published_command_names_no_folder_of_somebody(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yml"
    mine.write_text("parameters: {pue: 1.1}\n")
    commands = [entry.command for entry in choose(["three_year_life", str(mine)]).entries]
    assert commands == ["report build -f data/scenarios/three_year_life.yml", "report build -f mine.yml"]


def test_what_is_left_out_is_said_in_a_line(tmp_path: Path) -> None:
    twin, idle = tmp_path / "twin.yml", tmp_path / "idle.yml"
    twin.write_text("parameters: {service_life_years: 3}\n")
    idle.write_text("parameters: {service_life_years: 4}\n")
    choice = choose(["three_year_life", "base", "three_year_life", str(twin), str(idle)])
    assert [entry.scenario.name for entry in choice.entries] == ["three_year_life"]
    assert choice.notes == (
        "base is left out: every scenario is compared with the base case anyway.",
        "three_year_life is given twice and compared once.",
        "twin is left out: it changes the same assumptions as three_year_life, by as much.",
        "idle is left out: it changes no assumption, so it is the base case.",
    )


def test_names_that_cannot_be_compared_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other.yml"
    other.write_text("name: three_year_life\nparameters: {pue: 1.1}\n")
    for names, says in (
        (["three_year_lif"], r"no scenario 'three_year_lif'.* Did you mean 'three_year_life'\?"),
        (["base"], r"no scenario to compare.*Name one or more of american_pay, dearer_listing"),
        (["nowhere.yml"], r"nowhere\.yml cannot be read"),
        (["nowhere.YML"], r"nowhere\.YML cannot be read"),
        (["three_year_life", str(other)], "Two scenarios are called 'three_year_life'"),
    ):
        with pytest.raises(ParameterError, match=says):
            choose(names)


def test_american_prices_are_those_of_the_table() -> None:
    prices = tables.load("prices").set_index("price_id")
    changes = scenarios.read_scenario(comparison.shipped()["us_cloud_prices"]).changes
    listed = prices.loc[["P229", "P285", "P287"]]
    assert set(listed.region) == {"East US", "Iowa (us-central1)"} and set(listed.kind) == {"rent_on_demand"}
    assert changes["rental_usd_per_gpu_hour"] == listed.price_usd.median()
    assert prices.loc["P271", "region"] == "US"
    for gpu in ("h800", "h100"):
        assert changes[f"server_price_{gpu}_usd_per_gpu"] == prices.loc["P271", "price_usd"]


# --- table, page, figures, command --------------------------------------------------------------------------------


def test_the_csv_holds_every_result_of_every_scenario(found: Comparison) -> None:
    lines = list(csv.DictReader(io.StringIO(found.csv())))
    sections = [line["section"] for line in lines]
    scenarios = len(found.columns)
    assert sections.count("headline") == scenarios * len(HEADLINES)
    assert sections.count("result") == scenarios * len(comparison.OTHERS)
    assert sections.count("assumption") == len(found.assumptions)
    assert sections.count("verdict") == len(found.turned) > 0
    line = next(x for x in lines if (x["scenario"], x["item"]) == ("market_rent_2026", "v3_rental_usd"))
    assert (line["base"], line["here"], line["change"], line["relative"]) == ("5576000", "6551800", "975800", "0.175")
    assert (line["unit"], line["basis"], line["note"]) == ("USD", "rental", "moved")
    assert "nan" not in found.csv()


def test_the_page_shows_what_the_csv_holds(found: Comparison) -> None:
    page = notebooks.read(notebooks.page("scenarios").path)
    text = "\n".join(
        output.data["text/markdown"]
        for cell in page.cells
        for output in cell.get("outputs", [])
        if "text/markdown" in output.get("data", {})
    )
    for name in comparison.RESULTS:
        for change in found.movers(name):
            title = found.column(change.scenario).title
            value = change.here.text if change.here.certain else f"{change.here.text}<br>({change.here.range})"
            moved = f"{change.text}<br>({change.range})" if change.range else change.text
            line = f"| &emsp;{title} | {value} | {moved} | {change.percent} |"
            assert line in text, f"book/scenarios.ipynb lacks '{line}'. Run `report refresh scenarios`."
    for turn in found.turned:
        assert f"{turn.flip.claim_id}: {turn.claim}" in text


def test_a_page_compares_the_scenarios_that_the_command_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = notebooks.page("scenarios")
    monkeypatch.setenv(SCENARIOS_VARIABLE, choose(["three_year_life"]).variable)
    done = tmp_path / "scenarios.ipynb"
    execution.execute(page.path, done, {"rental_usd_per_gpu_hour": 3.0})
    text = done.read_text(encoding="utf-8")
    assert "three_year_life.yml" in text and "This case" in text
    assert "market_rent_2026" not in text and str(tables.ROOT) not in text


def test_the_figure_tells_every_scenario_and_draws_what_moves_far(found: Comparison) -> None:
    drawing = FIGURES["comparison"](Case())
    assert set(drawing.table["scenario"]) == {"base", *(column.name for column in found.columns)}
    factors = [change.here.value / change.base.value for change in large(found)]
    assert all(abs(factor - 1) > 0.1 for factor in factors)
    assert [max(factor, 1 / factor) for factor in factors] == sorted((max(f, 1 / f) for f in factors), reverse=True)
    # 217 million over 1.57 billion is a factor of 7.2; the next is American cloud prices with 5.5.
    assert drawing.sketch.title.startswith("The fleet’s servers: $217 million, not $1.57 billion, under ")
    assert len(drawing.alt) <= 400


def test_the_figure_bears_a_case_without_any_change_to_a_headline(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mine = tmp_path / "mine.yml"
    mine.write_text("parameters: {cny_per_usd: 7}\n")
    monkeypatch.setenv(SCENARIOS_VARIABLE, str(mine))
    drawing = FIGURES["comparison"](Case())
    assert drawing.sketch.title == "No main result moves by more than 10 % in any scenario"
    assert drawing.alt.endswith("10 % 0 times.")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("title", ["每小时三美元", "نرخ اجاره", "\u05d0 1.6", "Größe 🚀", "Ωμέγα и Ж", "W" * 90])
def test_the_figure_bears_titles_that_the_typeface_lacks_or_that_are_too_long(
    title: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It shows the scenario's name instead, or a part of the title; the alt text has the title."""
    mine = tmp_path / "mine.yml"
    mine.write_text(f"title: {title}\nparameters: {{rental_usd_per_gpu_hour: 3, service_life_years: 3}}\n", "utf-8")
    monkeypatch.setenv(SCENARIOS_VARIABLE, str(mine))
    drawing = FIGURES["comparison"](Case())
    written = {text.get_text() for text in drawing.wide.figure.findobj(Text)}
    assert ("mine" in written) is (not title.startswith(("Ω", "W"))), written
    assert all(width_of(text, 9) < 300 for text in written if "W" in text and "WW" in text)
    assert drawing.svg() and title in drawing.alt


def test_the_command_prints_a_table_and_writes_the_csv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["compare", "three_year_life", "base", "--no-site", "--out", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["report", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    done = capsys.readouterr()
    assert not end.value.code, done.err
    assert "Servers live three years" in done.out and "+31 %" in done.out
    assert "No verdict changes in any scenario." in done.out
    assert done.err == "report: base is left out: every scenario is compared with the base case anyway.\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [manifest.NAME, "comparison.csv"]
    assert (tmp_path / "comparison.csv").read_text() == compare(Case(), choose(["three_year_life"]).entries).csv()


def test_a_misspelt_scenario_is_one_line_and_writes_nothing(tmp_path: Path) -> None:
    told = commands.refused("compare", "three_year_lif", "--out", str(tmp_path / "new"))
    assert "Did you mean 'three_year_life'?" in told and not (tmp_path / "new").exists()


def test_the_site_is_the_base_case_with_the_scenarios_in_its_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(SCENARIOS_VARIABLE, raising=False)
    seen: list[object] = []

    def built(scenario: Scenario, out: Path, progress: object) -> Path:
        seen.extend([scenario.is_base, os.environ[SCENARIOS_VARIABLE]])
        return out

    monkeypatch.setattr(build, "build", built)
    choice = choose(["three_year_life"])
    assert command.build_site(choice, tmp_path) == tmp_path / "html" / "scenarios.html"
    assert seen == [True, choice.variable]
    assert SCENARIOS_VARIABLE not in os.environ


def test_folders_of_comparisons() -> None:
    assert command.folder(choose(["three_year_life", "hopper_only"])).name == "three_year_life+hopper_only"
    assert command.folder(choose()).name == "all"
