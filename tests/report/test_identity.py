"""Which change makes which page stale: one byte in a table, a module, the lock, the pages themselves."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analysis import tables
from analysis.report import execution, identity, notebooks, store
from analysis.scenarios import Scenario

# Pages with and without figures, with and without parameters, small and of several modules.
CHOSEN = [notebooks.page(name) for name in ("six_million", "fleet", "data_dictionary", "methods", "limits")]


@pytest.fixture(scope="module")
def records(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """What each chosen page used when it ran, from a store that was empty before."""
    folder = tmp_path_factory.mktemp("records")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "STORE", folder / "store")
        execution.execute_pages(CHOSEN, Scenario(), folder / "out")
        found = [
            json.loads(path.read_text().partition("\n")[2]) for path in (folder / "store" / "pages").glob("*/*.json")
        ]
    assert len(found) == len(CHOSEN), "every page that ran should have left a record"
    return {record["page"]: set(record["uses"]) for record in found}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of all that pages are made from."""
    root = tmp_path_factory.mktemp("tree")
    for name in identity.SITE:
        source = identity.ROOT / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, root / name)
    return root


@pytest.fixture(scope="module")
def filled(records: dict[str, set[str]], tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in which every chosen page of the copied tree is known."""
    folder = tmp_path_factory.mktemp("known") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "STORE", folder)
        assert stale(tree) == {page.name for page in CHOSEN}
        for page in CHOSEN:
            uses = {use: identity.of_use(use, tree) for use in records[page.name]}
            store.keep_page(key_of(page.name, tree), page.name, uses, b"executed", 1.0)
        assert stale(tree) == set()
    return folder


@pytest.fixture
def known(
    records: dict[str, set[str]], filled: Path, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, set[str]]]:
    """What each page used that is known now; whoever asks changes the tree, and puts back what was there."""
    monkeypatch.setattr(store, "STORE", filled)
    yield records
    assert stale(tree) == set(), "with what was changed put back, every page is known again"


def key_of(name: str, tree: Path) -> str:
    return identity.of_page(tree / "book" / f"{name}.ipynb", {}, root=tree)


def stale(tree: Path) -> set[str]:
    """The chosen pages that would be run again."""
    return {page.name for page in CHOSEN if store.find_page(key_of(page.name, tree), tree) is None}


def change_one_byte(path: Path) -> bytes:
    before = path.read_bytes()
    path.write_bytes(before[:-1] + bytes([before[-1] ^ 1]))
    return before


TABLES = [f"data/{resource['path']}" for resource in tables.package()["by_name"].values()]
MODULES = sorted(
    path.relative_to(identity.ROOT).as_posix()
    for path in (identity.ROOT / "analysis").rglob("*.py")
    if "report" not in path.relative_to(identity.ROOT).parts
)


@pytest.mark.parametrize("file", [*TABLES, *MODULES, "book/references.bib", "data/datapackage.json"])
def test_a_changed_byte_makes_the_pages_stale_that_use_the_file_and_no_others(
    file: str, known: dict[str, set[str]], tree: Path
) -> None:
    before = change_one_byte(tree / file) if file != "data/datapackage.json" else None
    if before is None:  # one byte of it must leave it JSON: a letter of the title of the whole
        path = tree / file
        before = path.read_bytes()
        path.write_bytes(before.replace(b'"title": "', b'"title": "X', 1))
    found = stale(tree)
    (tree / file).write_bytes(before)
    assert found == {name for name, uses in known.items() if file in uses}


def test_records_name_what_the_pages_are_seen_to_use(records: dict[str, set[str]]) -> None:
    # Read off the pages: six_million shows V3's stages and two figures; fleet the export rules and the fleet.
    assert {"data/assumptions.csv", "data/stages.csv", "analysis/figures/charts/rental_price.py"} <= records[
        "six_million"
    ]
    assert {"data/fleet.csv", "data/export_rules.csv", "analysis/figures/charts/gpu_mix.py"} <= records["fleet"]
    assert set(TABLES) <= records["data_dictionary"], "the data dictionary shows every table"
    assert "data/datapackage.json" in records["data_dictionary"]
    assert "analysis/equations.py" in records["methods"]
    assert "tests/campaigns/data_mutation.csv" in records["limits"], "what it counts stands outside data/ and book/"
    # And what they have nothing to do with.
    assert not {"data/fleet.csv", "data/claims.csv", "data/datapackage.json"} & records["six_million"]
    assert not any("charts/trend" in use or "report/" in use for use in records["six_million"])
    assert "data/stages.csv" not in records["fleet"]


@pytest.mark.slow
def test_a_page_comes_out_the_same_where_all_that_it_does_not_use_is_taken_away(
    records: dict[str, set[str]], tmp_path: Path
) -> None:
    # The independent check of the records: what is not in them cannot have mattered.
    name = "fleet"
    uses = records[name]
    for path in identity.files():
        inside = path.relative_to(identity.ROOT).as_posix()
        wanted = (
            inside in uses
            or inside.startswith("analysis/report/")
            or inside in (f"book/{name}.ipynb", "data/datapackage.json")
        )
        if wanted:
            (tmp_path / inside).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, tmp_path / inside)
    script = (
        "from pathlib import Path; from analysis.report import execution;"
        f"execution.execute(Path('book/{name}.ipynb'), Path('out.ipynb'), {{}})"
    )
    environment = {"PYTHONPATH": str(tmp_path), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr[-3000:]
    assert (tmp_path / "out.ipynb").read_bytes() == notebooks.page(name).path.read_bytes()


@pytest.mark.parametrize(
    "file", ["requirements.lock", *(f"analysis/report/{name}.py" for name in identity.MACHINERY)], ids=str
)
def test_the_lock_and_what_runs_pages_make_every_page_stale(file: str, known: dict[str, set[str]], tree: Path) -> None:
    before = change_one_byte(tree / file)
    found = stale(tree)
    (tree / file).write_bytes(before)
    assert found == {page.name for page in CHOSEN}


@pytest.mark.parametrize(
    "file", ["analysis/report/build.py", "analysis/cli.py", "book/glossary.md", "LICENSE", "LICENSE-CONTENT.md"]
)
def test_what_only_shows_pages_makes_none_stale_but_the_site(file: str, known: dict[str, set[str]], tree: Path) -> None:
    site = identity.of_site("base", tree)
    before = change_one_byte(tree / file)
    found, other = stale(tree), identity.of_site("base", tree)
    (tree / file).write_bytes(before)
    assert found == set()
    assert other != site


def test_cells_count_and_outputs_do_not(known: dict[str, set[str]], tree: Path) -> None:
    path = tree / "book" / "fleet.ipynb"
    before = path.read_bytes()
    notebook = notebooks.read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebooks.write(notebook, path)
    without_outputs = stale(tree)
    notebook.cells[0].source += " "
    notebooks.write(notebook, path)
    with_a_space_more = stale(tree)
    path.write_bytes(before)
    assert without_outputs == set()
    assert with_a_space_more == {"fleet"}


def test_parameters_count_only_on_pages_that_declare_them() -> None:
    path = notebooks.page("six_million").path
    base = identity.of_page(path, {})
    assert identity.of_page(path, {"rental_usd_per_gpu_hour": 3.0}) != base
    assert identity.of_page(path, {"rental_usd_per_gpu_hour": 3.0}) == identity.of_page(
        path, {"rental_usd_per_gpu_hour": 3.0}
    )
    own = execution._own(notebooks.read(path), {"staff_count": 199})
    assert own == {}, "a page that does not declare a parameter is the same page for each of its values"


def test_a_part_of_the_dictionary_counts_for_its_own_table(tree: Path) -> None:
    dictionary = tree / "data" / "datapackage.json"
    before = dictionary.read_text()
    uses = [identity.of_use(f"data/{name}.csv", tree) for name in ("gpus", "models")]
    descriptor = json.loads(before)
    for resource in descriptor["resources"]:
        if resource["name"] == "gpus":
            resource["schema"]["fields"][0]["description"] = "Another meaning."
    dictionary.write_text(json.dumps(descriptor))
    after = [identity.of_use(f"data/{name}.csv", tree) for name in ("gpus", "models")]
    dictionary.write_text(before)
    assert after[0] != uses[0] and after[1] == uses[1]


def test_a_listed_folder_counts_by_its_names(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    first = identity.of_use("scenarios/", tmp_path)
    (tmp_path / "scenarios" / "new.yml").write_text("name: new")
    second = identity.of_use("scenarios/", tmp_path)
    (tmp_path / "scenarios" / "new.yml").write_text("name: other")
    assert first != second == identity.of_use("scenarios/", tmp_path)


def test_the_store_keeps_several_runs_of_one_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "STORE", tmp_path / "store")
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "data.txt").write_text(name)
        uses = {"data.txt": identity.of_use("data.txt", tmp_path / name)}
        store.keep_page("key", "page", uses, name.encode(), 1.0)
    for name in ("a", "b"):
        found = store.find_page("key", tmp_path / name)
        assert found == name.encode()
    (tmp_path / "a" / "data.txt").write_text("c")
    assert store.find_page("key", tmp_path / "a") is None
