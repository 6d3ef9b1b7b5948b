"""What the page "Limits and checks" counts, and what the campaigns left open."""

from __future__ import annotations

from pathlib import Path

import pytest

from analysis import campaigns


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(campaigns, "TESTS", tmp_path)
    (tmp_path / "campaigns").mkdir()
    return tmp_path


def test_a_change_that_nothing_noticed_is_counted_as_such(tables: Path) -> None:
    head = "table,row,column,percent,sign,zero,blank,text,nan,thousand,unit,page\n"
    rows = "gpus,a,x,loader,record,-,total,loader,loader,none,-,-\n"
    rows += "gpus,b,x,none,loader,loader,loader,loader,loader,loader,total,-\n"
    (tables / "campaigns" / "data_mutation.csv").write_text(head + rows, encoding="utf-8")
    found = campaigns.data().set_index("A number becomes")
    # 1 % more: one refused, one unnoticed. Zero: tried once, since the other cell cannot be changed so.
    assert found.loc["percent"].to_list() == [2, 1, 0, 0, 1]
    assert found.loc["zero"].to_list() == [1, 1, 0, 0, 0]
    assert found.loc["thousand", "Not noticed"] == 1
    assert found["Tried"].sum() == 14 and campaigns.cells() == 2


def test_the_campaigns_found_nothing_open() -> None:
    assert campaigns.data()["Not noticed"].sum() == 0, "Run `make mutate-data`, and mend what it does not notice."
    assert campaigns.model()["Not noticed"].sum() == 0, "Run `make mutate-model`, and add the tests that are missing."
    fuzzed, killed = campaigns.read("hostile/fuzzing.csv"), campaigns.read("hostile/kills.csv")
    assert len(fuzzed) and not fuzzed["crashes"].any(), "Run `make fuzz`, and mend what crashes."
    assert len(killed) and not killed["broken"].any(), "Run tests/hostile/kills.py, and mend what leaves half a site."


def test_all_pythons_that_were_tried_give_the_same_bytes() -> None:
    found = campaigns.read("campaigns/python_versions.csv").set_index("python")
    tried = found[(found != "not tried").all(axis=1)]
    assert len(tried) >= 2 and (tried == "same").all(axis=None), (
        "tests/campaigns/python_versions.csv has a digest that is not that of the other versions; the page "
        "“Re-run it” says that all are the same. `tests/same_bytes.py --python` shows what differs."
    )
