"""Mutation of data/ and of the model: what the campaigns found holds for today's cells, and a sample is tried again."""

from __future__ import annotations

import csv
import random
import shutil
from collections import Counter
from functools import cache
from pathlib import Path

import mutants
import pytest

from analysis import tables

CAMPAIGNS = Path(__file__).with_name("campaigns")


@cache
def cells() -> list[mutants.Cell]:
    return [cell for name in tables.names() for cell in mutants.cells(name)]


def lines(name: str) -> list[dict[str, str]]:
    with (CAMPAIGNS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_campaign_has_seen_every_numeric_cell() -> None:
    seen = {(line["table"], line["row"], line["column"]) for line in lines("data_mutation.csv")}
    now = {cell.place for cell in cells()}
    assert seen == now, (
        f"tests/campaigns/data_mutation.csv lacks {sorted(now - seen)[:5]} and has {sorted(seen - now)[:5]} too many. "
        "Run `make mutate-data`; `--no-pages` leaves out the pages, which take long."
    )


def test_every_mutant_of_the_campaign_was_noticed() -> None:
    unnoticed = [line for line in lines("data_mutation.csv") if not all(line[kind] for kind in mutants.KINDS)]
    assert not unnoticed, f"Nothing notices a change of {unnoticed[:3]}."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("mutants") / "data"
    shutil.copytree(tables.DATA, copy)
    return copy


@pytest.mark.parametrize("kind", mutants.KINDS)
def test_a_sample_of_mutants_is_noticed(kind: str, folder: Path) -> None:
    """Five cells a kind, each put into a copy of its table and loaded; always the same ones for the same data."""
    said = {(line["table"], line["row"], line["column"]): line[kind] for line in lines("data_mutation.csv")}
    possible = [cell for cell in cells() if mutants.changed(cell, kind)]
    for cell in random.Random(kind).sample(possible, 5):
        change = mutants.changed(cell, kind)
        assert change is not None
        message = mutants.refusal(cell, *change, folder)
        if message:
            assert mutants.names_the_cell(message, cell, change[0]), f"{cell}, {kind}: {message}"
        found = "loader" if message else mutants.noticed(cell, *change)
        assert found, f"{cell}: nothing notices '{change[1]}' in `{change[0]}`."
        assert found == said[cell.place], f"{cell}, {kind}: noticed by {found}; the campaign's table says otherwise."


def test_an_unchanged_cell_is_not_noticed(folder: Path) -> None:
    """Otherwise the tests above would pass whatever is in the tables."""
    for cell in random.Random("unchanged").sample(cells(), 10):
        assert not mutants.refusal(cell, cell.column, cell.text, folder), cell
        assert not mutants.noticed(cell, cell.column, cell.text), cell


def test_nbval_agrees_with_the_pages_computed_again() -> None:
    """One per cent that shows when a page is computed again makes nbval fail on it; other cells let it pass."""
    sample = lines("data_nbval.csv")
    assert sample, "Run `make mutate-data`."
    wrong = [line for line in sample if (line["recomputed"] == "moves") != (line["nbval"] == "fails")]
    assert not wrong, wrong


def test_the_model_mutants_are_killed_or_explained() -> None:
    """Every survivor has a reason, and at least 95 % are killed."""
    survivors = Counter(line["module"] for line in lines("model_survivors.csv"))
    reasons = Counter(line["module"] for line in lines("model_survivors.csv") if line["reason"])
    summary = {line["module"]: line for line in lines("model_mutation.csv")}
    assert set(summary) == {path.name for path in (tables.ROOT / "analysis" / "costs").glob("[!_]*.py")}
    for module, line in summary.items():
        assert int(line["killed"]) + int(line["survived"]) == int(line["mutants"]), module
        assert (survivors[module], reasons[module]) == (int(line["survived"]), int(line["explained"])), module
        assert survivors[module] == reasons[module], f"{module}: a survivor has no reason. Run `make mutate-model`."
    killed, tried = (sum(int(line[column]) for line in summary.values()) for column in ("killed", "mutants"))
    assert killed >= 0.95 * tried, f"{killed} of {tried} mutants of the model are killed."
