"""Pages of one notebook: which rows have one, what each rests on, and what a change makes stale."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import members
import pandas as pd
import pytest
from pages_in_process import executed, shown

from analysis import model_rows
from analysis.report import execution, identity, notebooks, store
from analysis.scenarios import Scenario

# A member that needs V3's rows beside its own, one that is V3, and the page that lists all.
CHOSEN = [notebooks.page(name) for name in ("model_gpt4", "model_dsv3", "models")]
OWN = {"model_gpt4": "dsv3|gpt4", "model_dsv3": "dsv3"}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, set[str]], dict[str, bytes]]:
    """What each chosen page used when it ran, from a store that was empty before; and what came out."""
    folder = tmp_path_factory.mktemp("families")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "STORE", folder / "store")
        done = execution.execute_pages(CHOSEN, Scenario(), folder / "out")
        kept = [path.read_text().partition("\n")[2] for path in (folder / "store" / "pages").glob("*/*.json")]
    uses = {record["page"]: set(record["uses"]) for record in map(json.loads, kept)}
    return uses, {name: path.read_bytes() for name, path in done.items()}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("tree")
    for name in ("analysis", "book", "data"):
        shutil.copytree(identity.ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    return root


def stale(uses: dict[str, set[str]], root: Path, change: Path, text: str) -> set[str]:
    """The pages of which a use has another digest once a file has this text."""
    before = {use: identity.of_use(use, root) for found in uses.values() for use in found}
    was = change.read_text(encoding="utf-8")
    try:
        change.write_text(text, encoding="utf-8")
        moved = {use for use, digest in before.items() if identity.of_use(use, root) != digest}
    finally:
        change.write_text(was, encoding="utf-8")
    return {page for page, found in uses.items() if found & moved}


def test_a_row_has_a_page_if_there_is_something_to_compute_or_to_quote() -> None:
    """Hours; GPUs without days; GPUs and days; arithmetic; size without tokens; nothing; nothing but an estimate."""
    columns = ["model_id", "chip_hours", "hardware_quantity", "wall_hours", "train_flop", "params_active_b", "tokens_t"]
    none = float("nan")
    rows = [
        ("hours", 1e6, none, none, none, none, none),
        ("gpus", none, 8, none, none, none, none),
        ("gpus_days", none, 8, 24, none, none, none),
        ("flop", none, none, none, 1e24, none, none),
        ("size", none, none, none, none, 37, none),
        ("nothing", none, none, none, none, none, none),
        ("priced", none, none, none, none, none, none),
    ]
    found = model_rows.has_page(pd.DataFrame(rows, columns=columns), pd.DataFrame({"model_id": ["priced"]}))
    assert found.tolist() == [True, False, True, True, False, False, True]


def test_a_member_rests_on_its_rows_and_on_those_of_v3(ran: tuple[dict[str, set[str]], dict[str, bytes]]) -> None:
    uses, _ = ran
    for page, rows in OWN.items():
        for table in ("models", "estimates", "stages"):
            of_table = {use for use in uses[page] if use.startswith(f"data/{table}.csv")}
            assert of_table == {f"data/{table}.csv?model_id={rows}"}, page
    assert "data/models.csv" in uses["models"], "the list rests on every row"


def test_what_a_change_makes_stale(ran: tuple[dict[str, set[str]], dict[str, bytes]], tree: Path) -> None:
    """A new row: the list alone. GPT-4's row: its page too. V3's row and a formula: all."""
    uses, _ = ran
    models, formula = tree / "data" / "models.csv", tree / "analysis" / "costs" / "__init__.py"
    text = models.read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith("gpt4,"))
    assert stale(uses, tree, models, f"{text}{row.replace('gpt4,', 'gpt4b,', 1)}\n") == {"models"}
    assert stale(uses, tree, models, text.replace("57000000", "58000000")) == {"models", "model_gpt4"}
    assert stale(uses, tree, models, text.replace("2788000", "2789000")) == set(uses)
    assert stale(uses, tree, formula, formula.read_text(encoding="utf-8") + "\n") == set(uses)


def test_the_same_member_gives_the_same_bytes(
    ran: tuple[dict[str, set[str]], dict[str, bytes]], tmp_path: Path
) -> None:
    """Members are committed nowhere, so that no nbval compares them; V3's is, as the notebook of the family."""
    _, content = ran
    again = execution.execute_pages(CHOSEN[:2], Scenario(), tmp_path, again=True)
    assert {name: path.read_bytes() for name, path in again.items()} == {name: content[name] for name in again}


def test_a_fault_names_the_member_beside_its_notebook(tmp_path: Path) -> None:
    page = notebooks.Page("model_lost", notebooks.page("model_gpt4").path, (("model_id", "lost"),), "Lost")
    with pytest.raises(notebooks.PageFailure, match=r"^model_lost: model\.ipynb, cell \d+: "):
        execution.execute(page.path, tmp_path / "lost.ipynb", {}, member=page)


def test_every_member_shows_what_its_cells_give(rebuilt: Path) -> None:
    """As nbval does for the pages that are committed: the cells are run again, here without papermill and kernel."""
    unlike = []
    for page in notebooks.members():
        fresh, kept = shown("model", dict(page.own)), executed(rebuilt / f"{page.name}.ipynb")
        if (fresh.tables, fresh.told) != (kept.tables, kept.told):
            unlike.append(page.name)
    assert not unlike, f"What these pages show is not what their rows give: {unlike}"


def test_there_are_members_of_each_kind() -> None:
    """What a test of one page of each kind rests on; which model it is may change with the table."""
    found = members.of_each_kind()
    assert len(found) == len(set(found.values())) == 6, found


def test_a_member_that_does_not_exist_is_told_with_the_nearest() -> None:
    with pytest.raises(notebooks.PageFailure, match=r"There is no page 'model_gpt44'\..*model_gpt4"):
        notebooks.page("model_gpt44")
    with pytest.raises(notebooks.PageFailure, match="There is no page 'model_kimi_k3'"):
        notebooks.page("model_kimi_k3")


def test_the_name_of_a_family_stands_for_its_members() -> None:
    found = notebooks.chosen(["model_gpt4", "model"])
    assert [page.name for page in found][:1] == ["model_gpt4"]
    assert {page.name for page in found} == {page.name for page in notebooks.members()}
    assert len(found) == len(notebooks.members())


def test_the_notebook_of_a_family_is_no_page_of_the_site() -> None:
    published = [page.name for page in notebooks.published()]
    assert "model" not in published and "model" in [page.name for page in notebooks.sources()]
    assert len(published) == len(set(published))
