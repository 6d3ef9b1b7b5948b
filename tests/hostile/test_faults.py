"""A few kills; `kills.py` beside this file is the whole campaign, and kills.csv what came of it."""

from __future__ import annotations

import csv
from pathlib import Path

import kills
import pytest

from analysis.report import store


@pytest.mark.slow
def test_a_site_is_whole_whenever_its_publication_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path / "store")
    site = tmp_path / "made"
    for number in range(60):
        page = site / f"{number % 6}" / f"{number}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"page {number}")
    (site / "index.html").write_text("index")
    found = kills.campaign(kills.publish, 8, 1, site)
    assert found["broken"] == 0 and found["next_build"] == "whole", found


def test_the_campaign_that_is_committed_left_a_whole_site_every_time() -> None:
    with kills.FIGURES.open(encoding="utf-8", newline="") as stream:
        rows = {row["what"]: row for row in csv.DictReader(stream)}
    assert int(rows["build_quickly"]["kills"]) >= 50
    for row in rows.values():
        assert row["broken"] == "0" and row["next_build"] == "whole", row
        assert int(row["whole_old"]) + int(row["whole_new"]) == int(row["kills"]), row
