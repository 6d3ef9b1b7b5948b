"""What the page "Limits and checks" counts, and what the campaigns left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import campaigns


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(campaigns, "TESTS", tmp_path)
    for folder in ("campaigns", "hostile"):
        (tmp_path / folder).mkdir()
    return tmp_path


def test_a_change_that_nothing_noticed_is_counted_as_such(tables: Path) -> None:
    head = "table,row,column,percent,sign,zero,blank,text,nan,thousand,unit,page\n"
    rows = "gpus,a,x,loader,record,-,total,loader,loader,none,-,-\n"
    rows += "gpus,b,x,none,loader,loader,loader,loader,loader,loader,total,-\n"
    (tables / "campaigns" / "data_mutation.csv").write_text(head + rows, encoding="utf-8")
    found = campaigns.data().set_index("A number becomes")
    # 1 % more: one refused, one unnoticed. Zero: tried once, since the other cell cannot be changed so.
    assert found.loc["1 % more"].to_list() == [2, 1, 0, 0, 1]
    assert found.loc["zero"].to_list() == [1, 1, 0, 0, 0]
    assert found.loc["a thousand times as much", "Not noticed"] == 1
    assert found["Tried"].sum() == 14 and campaigns.cells() == 2


def test_kills_that_came_too_late_are_no_kills(tables: Path) -> None:
    text = "what,kills,ended_before,whole_old,whole_new,broken\none,50,0,49,1,0\ntwo,10,4,3,6,1\n"
    (tables / "hostile" / "kills.csv").write_text(text, encoding="utf-8")
    assert campaigns.kills().to_dict() == {"kills": 60, "ended_before": 4, "whole_old": 52, "whole_new": 7, "broken": 1}


def test_every_table_is_there_and_the_campaigns_found_nothing_open() -> None:
    assert campaigns.data()["Not noticed"].sum() == 0, "Run `make mutate-data`, and mend what it does not notice."
    assert campaigns.model()["Not noticed"].sum() == 0, "Run `make mutate-model`, and add the tests that are missing."
    assert campaigns.fuzzing()["Crashes left"].sum() == 0, "Run `make fuzz`, and mend what crashes."
    assert campaigns.kills()["broken"] == 0, "Run tests/hostile/kills.py, and mend what leaves half a site."
    tried, agreed = campaigns.sampled()
    assert 0 < agreed <= tried


def test_other_pythons_are_those_that_were_tried(tables: Path) -> None:
    text = "python,notebooks,figures,site,zip\n3.11.7,same,same,same,same\n3.12.1,same,same,other,same\n"
    text += "3.14,not tried,not tried,not tried,not tried\n"
    (tables / "campaigns" / "python_versions.csv").write_text(text, encoding="utf-8")
    assert campaigns.pythons().all(axis=1).to_dict() == {"3.11.7": True, "3.12.1": False}
    assert campaigns.pythons_not_tried() == ["3.14"]


def test_all_pythons_that_were_tried_give_the_same_bytes() -> None:
    found = campaigns.pythons()
    assert len(found) >= 2 and found.to_numpy().all(), (
        "tests/campaigns/python_versions.csv has a digest that is not that of the other versions; the page "
        "“Re-run it” says that all are the same. `tests/same_bytes.py --python` shows what differs."
    )
