"""How old the evidence is: computed from rows and bibliography, and typed nowhere that does not follow it."""

from __future__ import annotations

import pandas as pd
import pytest

from analysis import dates, listing, tables
from analysis.project import ROOT


def test_a_price_is_as_old_as_its_day_and_another_row_as_its_sources() -> None:
    """P304 was asked on 24 August 2024, in a data set of June 2025; the V3 report is of December 2024."""
    rows = {"prices": ["P304"], "stages": ["dsv3:pretraining"]}
    oldest, youngest = dates.ends(rows)
    assert (oldest.when, oldest.link) == ("August 2024", "{row}`prices P304`")
    assert (youngest.when, youngest.link) == ("December 2024", "{cite}`deepseek_v3_2024`")
    assert youngest.name == "DeepSeek-AI, “DeepSeek-V3 Technical Report”"
    assert dates.span(rows) == "August 2024 to December 2024"
    assert dates.span({"prices": ["P304"]}) == "August 2024"


def test_a_source_without_an_address_has_no_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the three sources of the row one is of April 2022 and one of July 2026; the compilation says October 2026."""
    assert dates.span({"published": ["palm_mfu"]}) == "April 2022 to July 2026"
    frame = tables.load("published")
    monkeypatch.setattr(tables, "load", lambda name: frame)
    monkeypatch.setattr(tables, "names", lambda: ["published"])
    frame["source"] = "published_runs_2026;this_report;cottier_2024;hall_jorgenson_1967"
    assert dates.youngest().when == "May 2024"
    # Of a year alone nobody knows the month: it is taken for older than any month of that year.
    assert dates.Dated(2025, 0, "", "") < dates.Dated(2025, 1, "", "") and dates.Dated(2025, 0, "", "").when == "2025"


def test_the_date_of_the_evidence_is_typed_as_it_is_computed() -> None:
    said = f"Evidence as of {dates.youngest().when}"
    texts = {"README.md": (ROOT / "README.md").read_text(encoding="utf-8")}
    texts["data/datapackage.json"] = tables.package()["description"]
    for name, text in texts.items():
        assert said in text, f"The youngest source is {dates.youngest().name}. Let {name} say '{said}'."


def test_a_table_tells_the_oldest_and_the_youngest_source_of_each_headline() -> None:
    rests_on = [{"prices": ["P304", "P305"]}]
    found = pd.DataFrame({"name": ["v3_rental_usd"], "title": ["V3, rented"], "rests_on": rests_on})
    shown = listing.sources_table(found, ["v3_rental_usd"], "tab-x").data
    assert "| V3, rented | August 2024 {row}`prices P304` | December 2024 {row}`prices P305` |" in shown
