"""`report check`, and files of the project as people, spreadsheets and git leave them: one line, with file and line."""

from __future__ import annotations

import ast
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import commands
import nbformat
import pytest

from analysis import claims, equations, parameters, restated, scenarios, tables, written
from analysis.case import Data
from analysis.comparison import choice
from analysis.report import build, check, notebooks, place
from analysis.written import FileError

CONFLICT = "<<<<<<< HEAD\n{0}=======\n{0}>>>>>>> theirs\n"
CAPEX = notebooks.BOOK / "fleet.ipynb"


def edited(source: Path, line: int, put: str) -> str:
    lines = source.read_text(encoding="utf-8").splitlines(keepends=True)
    return "".join([*lines[: line - 1], put.format(lines[line - 1]), *lines[line:]])


def merged_in_a_cell() -> str:
    cell = nbformat.v4.new_markdown_cell("# Page\n" + CONFLICT.format("text\n"))
    return nbformat.writes(nbformat.v4.new_notebook(cells=[cell]))


READERS: dict[str, Callable[[Path], Any]] = {
    ".ipynb": notebooks.read,
    ".bib": tables.references,
    ".json": written.json_of,
    ".yml": written.yaml_of,
}
NO_CELL = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}'
BROKEN = [
    (".ipynb", lambda: edited(CAPEX, 31, CONFLICT), ", line 31: git has left a conflict here."),
    (".ipynb", lambda: '{\n "cells": [\n  "cut', ", line 3: no JSON (Unterminated string"),
    (".ipynb", lambda: merged_in_a_cell(), ", cell 0, line 2: git has left a conflict here."),
    (".ipynb", lambda: "", ", line 1: no JSON (Expecting value)"),
    (".ipynb", lambda: "[]", ": cannot be read ("),
    (".ipynb", lambda: NO_CELL, ": cannot be read ("),
    (".bib", lambda: edited(tables.REFERENCES, 3, CONFLICT), ", line 3: git has left a conflict here."),
    (".bib", lambda: "@misc{one,\n  title = {A}\n  year = 1\n}\n", ", line 3: cannot be read ("),
    (".bib", lambda: "@misc{a, title = {A}}\n" * 2, "(repeated bibliography entry: a)"),
    (".json", lambda: '{\n "a": 1,\n "b" 2}\n', ", line 3: no JSON (Expecting ':' delimiter)"),
    (".yml", lambda: "format: jb-book\nroot:\n\t- a\n", ", line 3: no YAML (a tab where only spaces may stand"),
    (".yml", lambda: "a: b: c\n", ", line 1: no YAML (a second ': ' in one line;"),
]


@pytest.mark.parametrize(("suffix", "content", "says"), BROKEN, ids=lambda value: str(value)[:24])
def test_a_broken_file_is_named_with_its_line_whatever_its_format(
    suffix: str, content: Callable[[], str], says: str, tmp_path: Path
) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_text(content(), encoding="utf-8")
    with pytest.raises(FileError) as error:
        READERS[suffix](path)
    assert str(error.value).startswith(f"{path}{says}" if says[0] in ",:" else f"{path}: ")
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_no_text_or_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    os.mkfifo(tmp_path / "pipe")
    for name, says in (("latin", "is not UTF-8 text (byte 3)"), ("pipe", "is no regular file"), ("none", "cannot be")):
        with pytest.raises(FileError, match=re.escape(f"{tmp_path / name} {says}")):
            written.text(tmp_path / name)


def test_a_mark_at_the_start_of_a_notebook_is_no_fault(tmp_path: Path) -> None:
    """Some editors write one."""
    (tmp_path / "page.ipynb").write_bytes(b"\xef\xbb\xbf" + CAPEX.read_bytes())
    assert notebooks.read(tmp_path / "page.ipynb") == notebooks.read(CAPEX)


def test_every_broken_file_is_told_and_none_hides_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "merged.yml").write_text(CONFLICT.format("title: a\n"))
    (tmp_path / "other.yml").write_text("parameters: {pue: 9}\n")
    (tmp_path / "prose.md").write_text("# Prose\n" + CONFLICT.format("text\n"))
    (tmp_path / "cut.ipynb").write_text("{")
    (tmp_path / "book" / "slides.yml").parent.mkdir()
    (tmp_path / "book" / "slides.yml").write_text("\t- a")
    # Of an editor that has it open: a link to nowhere.
    (tmp_path / ".#other.yml").symlink_to("somebody@host.1234")
    monkeypatch.setattr(choice, "FOLDER", tmp_path)
    monkeypatch.setattr(check.own, "files", lambda top: [tmp_path / top / "slides.yml"])
    pages = [notebooks.Page(name.split(".")[0], tmp_path / name) for name in ("cut.ipynb", "prose.md")]
    monkeypatch.setattr(notebooks, "pages", lambda: pages)
    told = check.problems()
    assert [line.partition(str(tmp_path))[2].split(":")[0] for line in told] == [
        "/merged.yml, line 1",
        "/other.yml",
        "/book/slides.yml, line 1",
        "/cut.ipynb, line 1",
        "/prose.md, line 2",
    ]


def test_a_link_to_nowhere_is_not_its_own_remedy(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").symlink_to("nowhere")
    with pytest.raises(parameters.ParameterError, match=r"mine\.yml cannot be read: No such file or directory\. Ex"):
        scenarios.read_scenario(tmp_path / "mine.yml")


def test_a_page_that_is_named_twice_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A")
    (tmp_path / "_toc.yml").write_text("root: a\nchapters:\n- file: a\n")
    with pytest.raises(notebooks.PageFailure, match=r"_toc\.yml names a twice\. Take one out"):
        notebooks.pages(tmp_path)


# --- pages ------------------------------------------------------------------------------------------------------------


def page(folder: Path, *cells: nbformat.NotebookNode) -> notebooks.Page:
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    notebooks.write(notebook, folder / "mine.ipynb")
    return notebooks.Page("mine", folder / "mine.ipynb")


def test_a_page_without_its_generated_cells_is_told_and_gets_them(tmp_path: Path) -> None:
    make = nbformat.v4.new_code_cell(
        "from analysis.case import Case\ncase = Case.from_page(globals())", execution_count=1
    )
    prose = [nbformat.v4.new_markdown_cell(text) for text in ("# Mine", "It costs {glue:text}`v3_rental_usd`.")]
    mine = page(tmp_path, prose[0], make, prose[1])
    assert list(check.page_problems(mine)) == [
        "book/mine.ipynb has no cell tagged `parameters`. `report refresh` puts it in.",
        "book/mine.ipynb has no cell tagged `words`. `report refresh` puts it in.",
    ]
    whole = notebooks.synced(notebooks.read(mine.path))
    assert [cell.source.split("\n")[0] for cell in whole.cells] == [
        "# Mine",
        notebooks.PARAMETERS_HEAD,
        "from analysis.case import Case",
        "# Every result that the text mentions, bound to its value.",
        "It costs {glue:text}`v3_rental_usd`.",
    ]
    assert notebooks.synced(whole) == whole


def test_a_page_in_no_contents_and_a_figure_on_no_page_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [page for page in notebooks.pages() if page.name != "fleet"]
    monkeypatch.setattr(notebooks, "pages", lambda root=None: listed)
    lost, *figures = check.contents_problems()
    assert (
        lost
        == "book/fleet.ipynb is in no part of _toc.yml, so no site shows it. Add it there, or take it out of book/."
    )
    assert (
        "No page shows the figure capex, and a build would stop at it. Show it in a cell with `figures.capex(case)`, "
        "or delete analysis/figures/charts/capex.py."
    ) in figures


def test_a_page_without_code_gets_its_cells_too() -> None:
    whole = notebooks.synced(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# Mine")]))
    generated = [[tag, manner] for tag, manner in notebooks.GENERATED.items()]
    assert [notebooks.tags(cell) for cell in whole.cells] == [[], *generated]


def test_a_cell_that_is_no_python_stops_no_check(tmp_path: Path) -> None:
    mine = page(tmp_path, nbformat.v4.new_code_cell("%matplotlib inline\n", execution_count=1))
    assert all("has no cell tagged" in line for line in check.page_problems(mine))


def test_refresh_goes_on_until_no_page_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that tells what another says is right after one command."""

    def cell(text: str) -> nbformat.NotebookNode:
        return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text, id="a")])

    pages = [notebooks.Page(name, tmp_path / f"{name}.ipynb") for name in ("review_kit", "results")]
    for each in pages:
        notebooks.write(cell("old"), each.path)

    def execute(chosen: object, scenario: object, folder: Path, *rest: object, **options: object) -> dict[str, Path]:
        folder.mkdir(parents=True, exist_ok=True)
        before = notebooks.read(pages[1].path).cells[0].source
        for name, text in (("review_kit", f"results says {before}"), ("results", "new")):
            notebooks.write(cell(text), folder / f"{name}.ipynb")
        return {each.name: folder / f"{each.name}.ipynb" for each in pages}

    monkeypatch.setattr(build, "execute_pages", execute)
    monkeypatch.setattr(build, "work_folder", lambda scenario: tmp_path / "work")
    monkeypatch.setattr(build.kernels, "warm_up", lambda: None)
    assert build._refresh(pages, lambda *arguments: None) == ["review_kit", "results"]
    assert notebooks.read(pages[0].path).cells[0].source == "results says new"


# --- a new assumption -------------------------------------------------------------------------------------------------


def test_an_assumption_without_a_letter_is_written_in_words_and_what_has_no_words_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert list(check.parameter_problems()) == []
    monkeypatch.delitem(equations.SYMBOLS, "programme_years")
    row = parameters.named("programme_years")
    said = equations.show("programme_usd").data
    assert rf"\text{{{row.title}}}" in said and f": {row.title}, {row.unit}" in said
    assert list(check.parameter_problems()) == []
    monkeypatch.delitem(equations.SYMBOLS, "rd_compute_usd")
    (line,) = check.parameter_problems()
    assert line.startswith("`rd_compute_usd` has no entry in analysis/equations.toml")
    assert line in check.problems()
    with pytest.raises(LookupError, match="`rd_compute_usd` has no entry"):
        equations.show("programme_usd")


# --- what one file says of another ------------------------------------------------------------------------------------


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str, str, object], list[str]]:
    """What `report check` says across files once a cell is another: table, first column, column, value."""
    load = tables.load

    def told(name: str, row: str, column: str, value: object) -> list[str]:
        frame = load(name)
        chosen = frame.iloc[:, 0] == row
        assert chosen.sum() == 1
        frame.loc[chosen, column] = value
        monkeypatch.setattr(tables, "load", lambda asked, *at: (frame if asked == name else load(asked, *at)).copy())
        return [*claims.name_problems(Data()), *restated.problems()]

    return told


def test_a_name_in_the_evidence_that_nothing_bears_is_told(changed: Callable[..., list[str]]) -> None:
    (line,) = changed("evidence", "C02d", "compare", "v3_rental_usd + v3_rentl_usd")
    assert re.match(
        r"data/evidence\.csv, row \d+ \(C02d\), column `compare`: there is no result, parameter or published figure "
        r"'v3_rentl_usd'\. Did you mean 'v3_rental_usd'\? .* Correct the cell, then run `report check`\.$",
        line,
    )


# The cell that is changed, and what is said of the cells that hold the same fact. CNY 2,000,000 / 8 / 7.18 = 34,819;
# (24,373 + 20,900) / 2 = 22,636.5, and 20,900 is CNY 1,200,000 / 8 / 7.18 = 20,891 rounded to three digits.
TOLD_TWICE = [
    ("published", "china_server8_h800_cny", "value", 2.1e6, ["(P303), column `price_usd`: 34819, but", "(H800-SXM)"]),
    (
        "prices",
        "P303",
        "price_usd",
        35000.0,
        ["`value`: 34819, but data/prices.csv", "`price_usd`: 35000, but data/pub"],
    ),
    ("prices", "P314", "price_usd", 20900.0, ["`value`: 22632, but", "makes it 22636.5", "`low`: 20891, but"]),
    ("assumptions", "rental_usd_per_gpu_hour", "value", "2.01", ["column `value`: 2.01, but data/published.csv, row "]),
    (
        "prices",
        "P287",
        "price_usd",
        11.05,
        ["data/scenarios/us_cloud_prices.yml, `rental_usd_per_gpu_hour`: 11.06, but"],
    ),
    ("epoch_runs", "bloom", "published_amortised_usd2023", 995820.0, ["(bloom), column `published_amortised_usd2023`"]),
    ("restated", "models:gpt5:train_flop", "restates", "published:gpt6:value", ["'published:gpt6:value' is no number"]),
    ("restated", "prices:P313:price_usd", "cell", "prices:P313:gpu_id", ["'prices:P313:gpu_id' is no number of data/"]),
    (
        "prices",
        "P001",
        "note",
        "Half of P002.",
        ["prices.csv, row 2, column `note`: 'P002' says that a number here res"],
    ),
    ("prices", "P001", "note", "CNY 9 at 7.18.", ["no row for `prices:P001:...`. Add one that names both cells, then"]),
]


@pytest.mark.parametrize(("table", "row", "column", "value", "says"), TOLD_TWICE, ids=lambda value: str(value)[:24])
def test_a_fact_with_two_values_is_told_with_both_places(
    table: str, row: str, column: str, value: object, says: list[str], changed: Callable[..., list[str]]
) -> None:
    lines = changed(table, row, column, value)
    assert all("data/restated.csv" in line and line.endswith("run `report check`.") for line in lines)
    for words in says:
        assert any(words in line for line in lines), f"{words} is in none of {lines}"


def test_a_sum_is_compared_to_the_digits_that_it_is_written_with(changed: Callable[..., list[str]]) -> None:
    """CNY 2,000,020 / 8 / 7.18 = 34,819.29, which is written 34,819."""
    assert changed("published", "china_server8_h800_cny", "value", 2000020.0) == []


def test_a_source_of_a_scenario_that_nobody_can_look_up_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mine.yml"
    path.write_text("source: epoch_prices_2025;epoch_price_2025\nparameters: {pue: 1.3}\n", encoding="utf-8")
    assert list(check.scenario_problems(path)) == [
        "data/scenarios/mine.yml, `source`: book/references.bib has no 'epoch_price_2025'. Did you mean "
        "'epoch_prices_2025'? Keys are joined with `;`. Add the entry, or correct the scenario, then run "
        "`report check`."
    ]


# --- the terminal -----------------------------------------------------------------------------------------------------


def test_a_fault_of_the_report_itself_is_one_line_and_its_traceback_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place, "BUILD", tmp_path / "_build")
    monkeypatch.setattr(check, "problems", lambda: 1 / 0)
    said = commands.refused("check")
    assert said.count("\n") == 1
    assert "a fault of the report itself (ZeroDivisionError: division by zero)" in said
    assert str(tmp_path / "_build" / "traceback.txt") in said
    told = (tmp_path / "_build" / "traceback.txt").read_text(encoding="utf-8")
    assert told.startswith("Traceback") and "in check" in told


def test_where_no_file_can_be_written_the_traceback_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(place, "BUILD", tmp_path / "file" / "_build")
    monkeypatch.setattr(check, "problems", lambda: 1 / 0)
    assert "Traceback (most recent call last)" in commands.here("check")[1]


def test_no_fault_of_a_file_commands_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check, "problems", lambda: ["data/x.csv has '\x1b[31m'"])
    assert commands.refused("check") == "data/x.csv has '\\x1b[31m'\n"


def test_no_name_of_a_file_commands_the_terminal(tmp_path: Path) -> None:
    for name in ("index.html", "\x1b[31mred", ":smile: [b]"):
        (tmp_path / name).write_text("")
    said = commands.here("digest", "--files", str(tmp_path))[1]
    assert [line.split("  ", 1)[1] for line in said.splitlines()] == ["\\x1b[31mred", ":smile: [b]", "index.html"]


# --- what sources say of one another ----------------------------------------------------------------------------------


def test_no_docstring_names_a_file_that_is_not_there() -> None:
    folders = ("analysis", "tests", "benchmarks", "book", "data")
    named = re.compile(rf"\b(?:{'|'.join(folders)})/[\w/.-]*\w\.(?:py|csv|ipynb|md|yml|js|css|bib|json)\b")
    wrong = []
    for path in (path for folder in folders for path in (notebooks.ROOT / folder).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
        said = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if isinstance(node, documented)]
        found = {name for words in [*said, *re.findall(r"(?m)^ *#.*", text)] for name in named.findall(words)}
        wrong += [f"{path} names {name}" for name in found if not (notebooks.ROOT / name).exists()]
    assert not wrong, "\n".join(wrong)
