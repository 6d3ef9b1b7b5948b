"""The pages: executed, in step with the data, reproducible, and without a typed result."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import nbformat
import pytest

from analysis import parameters
from analysis.case import Case
from analysis.figures import FIGURES
from analysis.report import check, execution, notebooks, textconv

PAGES = notebooks.pages()
# With the notebook of each family: V3's page of a model.
RUNNING = [page for page in notebooks.sources() if page.runs]
OF_FAMILIES = {family.column for family in notebooks.FAMILIES}


def markdown(page: notebooks.Page) -> list[str]:
    """The prose of a page: Markdown cells and figure captions, or the lines of a text page."""
    if not page.runs:
        return [page.path.read_text(encoding="utf-8")]
    notebook = notebooks.read(page.path)
    captions = [cell.metadata.get("mystnb", {}).get("figure", {}).get("caption", "") for cell in notebook.cells]
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"] + captions


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.name)
def test_every_code_cell_was_executed_and_generated_cells_are_current(page: notebooks.Page) -> None:
    # nbval passes a cell that was never executed, so it has to be caught here.
    found = list(check.page_problems(page))
    assert not found, "\n".join(found)


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.name)
def test_parameter_cells_hold_literals_of_the_base_case_only(page: notebooks.Page) -> None:
    cell = notebooks.tagged(notebooks.read(page.path), notebooks.PARAMETERS_TAG)
    assert cell is not None, f"{page.name} has no cell tagged `parameters`; papermill could not change it."
    names: dict[str, object] = {}
    exec(cell.source, {"__builtins__": {}}, names)
    base = parameters.base()
    assert names.keys() - base.keys() <= OF_FAMILIES
    assert {**base, **names} == {**names, **base}, f"{page.name}: run `report refresh`."


LONGEST = 15


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.name)
def test_a_cell_argues_in_fifteen_lines(page: notebooks.Page) -> None:
    for number, cell in enumerate(notebooks.read(page.path).cells):
        lines = len(cell.source.splitlines()) if cell.cell_type == "code" else 0
        assert lines <= LONGEST or notebooks.GENERATED.keys() & set(notebooks.tags(cell)), (
            f"book/{page.name}.ipynb, cell {number} has {lines} lines; a class reads {LONGEST}. Put what it computes "
            "beside the thing it describes in analysis/, and show its table with `listing.table`, `quantities` or "
            "`assumptions`."
        )


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.name)
def test_rebuilt_pages_equal_the_committed_ones_byte_for_byte(page: notebooks.Page, rebuilt: Path) -> None:
    same = (rebuilt / f"{page.name}.ipynb").read_bytes() == page.path.read_bytes()
    assert same, f"book/{page.name}.ipynb is not what the data and the code give. Run `report refresh`, read the diff."


def test_every_figure_is_on_a_page_with_words_and_numbers(rebuilt: Path) -> None:
    shown: dict[str, tuple[str, str]] = {}
    for path in rebuilt.glob("*.ipynb"):
        for cell in notebooks.read(path).cells:
            for output in cell.get("outputs", []):
                meta = output.get("metadata", {}).get("image/svg+xml")
                if meta:
                    shown[meta["name"]] = (meta["alt"], output.data["text/csv"])
    assert set(shown) == set(FIGURES)
    for name, (alt, csv) in shown.items():
        assert alt.endswith(".") and len(alt) > 60 and re.search(r"\d", alt), f"{name}: the alt text tells no finding"
        assert csv.count("\n") >= 2 and "," in csv, f"{name}: the table behind the figure is empty"


# What may stand in prose as digits: years and dates, names, places in a source, the width of an interval.
NAMES = (
    r"\b(?:Llama|Claude|GPT|DeepSeek|Fire-Flyer|Python|Falcon|Gemini|Grok|OLMo|Olmo|EXAONE|Qwen|Kimi|PaLM|Nova"
    r"|version)[ -]?(?:\d+(?:\.\d+)?)[a-z]?(?: \d+B)?\b"
)
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
ALLOWED = [
    r"```.*?```",  # code
    r"`[^`]*`",  # code, roles and their content
    r'"[^"\n]*"|“[^”]*”',  # quotations
    r"\]\([^)]*\)|https?://\S+",  # links
    r"<[^>]*>",
    rf"\b\d{{1,2}} (?:{MONTHS})\b",
    r"\b(?:19|20)\d\d\b",
    r"\b(?:Table|Tables|Figure|section|sections|p\.|pp\.|chapter|Day|Section) (?:[A-Z]\.)?\d+(?:\.\d+)*",
    NAMES,
    r"\b10[⁰¹²³⁴-⁹]+",  # a unit of arithmetic
    r"\b[A-Za-z]+[A-Za-z-]*\d+[A-Za-z0-9.-]*",  # H100, V3, BF16, R1, GPT-4
    r"\b5(?:–| to |-)95 %",
    r"^:+\{?.*$",  # directives
    r"^(?:#+ )?\d+\. ",  # numbered lists and headings
    r"^\| \d+ to \d+ \|",  # minutes of a timetable
    r"^\| Criterion \|.*$",  # marks of a rubric
    r"\(eq-[a-z-]+\)",
]


def typed_numbers(text: str) -> list[str]:
    """Digits in prose that no computation has put there."""
    for pattern in ALLOWED:
        text = re.sub(pattern, " ", text, flags=re.MULTILINE | re.DOTALL)
    return [" ".join(text[max(0, m.start() - 40) : m.end() + 20].split()) for m in re.finditer(r"\d[\d.,]*", text)]


@pytest.mark.parametrize("page", RUNNING, ids=lambda page: page.name)
def test_no_result_is_typed_in_prose(page: notebooks.Page) -> None:
    found = [place for text in markdown(page) for place in typed_numbers(text)]
    assert not found, (
        f"book/{page.name}.ipynb has numbers that a scenario would not change: {found}. "
        "Bind each with {glue:text}`name`, or put it in quotation marks if somebody else says it."
    )


def test_the_search_for_typed_results_finds_them() -> None:
    assert typed_numbers("The run cost 5.6 million dollars.")
    assert typed_numbers("H20s are 50 % of the cards.")
    assert not typed_numbers("On 17 October 2023 GPT-4, V3 and Llama 3.1 405B stood in Table 1, at {glue:text}`x`.")


def test_only_the_parameters_in_use_are_declared(tmp_path: Path) -> None:
    # A page that declared more would be run again for changes that cannot touch it.
    page = notebooks.page("six_million")
    executed = tmp_path / "six_million.ipynb"
    execution.execute(page.path, executed, {}, find_parameters=True)
    assert notebooks.declared(notebooks.read(executed)) == notebooks.declared(notebooks.read(page.path))


def test_the_readme_states_the_headlines_that_the_model_gives() -> None:
    case = Case()
    text = (notebooks.ROOT / "README.md").read_text(encoding="utf-8")
    for name in ("v3_rental_usd", "v3_amortised_usd", "v3_acquisition_usd", "v3_programme_usd"):
        row = f"| {case[name].text} | {case[name].range} | {case[name].median} |"
        assert row in text, f"README.md should have '{row}' in its table of headlines. Correct the row."
    assert f"{case['v3_gpu_hours'].text} H800-hours" in text
    assert f"the {case['v3_gpus'].text} GPUs that the run occupied" in text


# --- what a diff shows --------------------------------------------------------------------------------------------

SVG = '<svg>\n <g id="a">\n  <path d="M 0 0\nL 1 1\nz"/>\n </g>\n</svg>\n'


def a_page(price: str, svg: str) -> nbformat.NotebookNode:
    told = {"application/papermill.record/text/plain": price}
    caption = {"mystnb": {"figure": {"caption": "What it costs.", "name": "fig-price"}}}
    shown = nbformat.v4.new_output(
        "display_data", {"image/svg+xml": svg, "text/csv": "a,b\n1,2\n", "text/plain": "A bar."}
    )
    table = nbformat.v4.new_output("display_data", {"text/markdown": f"| {price} |", "text/plain": "<Markdown object>"})
    outputs = [nbformat.v4.new_output("display_data", told, metadata={"scrapbook": {"name": "price"}}), shown, table]
    code = nbformat.v4.new_code_cell("figures.price(case)", id="b", outputs=outputs, metadata=caption)
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("A price.", id="a"), code])


def test_a_drawing_has_a_line_for_each_element_and_is_read_back_whole(tmp_path: Path) -> None:
    path, page = tmp_path / "page.ipynb", a_page("$2", SVG)
    notebooks.write(page, path)
    assert notebooks.read(path) == page
    text = path.read_text(encoding="utf-8")
    assert r'"  <path d=\"M 0 0\nL 1 1\nz\"/>\n",' in text, "A path is one line of the file."
    assert text.index('"text/csv"') < text.index('"A bar."') < text.index('"image/svg+xml"')


def test_make_diff_shows_words_and_numbers_and_a_line_for_each_drawing(tmp_path: Path) -> None:
    for name in ("Makefile", ".gitattributes", "analysis/report/textconv.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(notebooks.ROOT / name, tmp_path / name)
    page = tmp_path / "book" / "page.ipynb"
    page.parent.mkdir()
    notebooks.write(a_page("$2", SVG), page)
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "."], cwd=tmp_path, check=True)
    notebooks.write(a_page("$3", SVG.replace("1 1", "2 2")), page)
    found = subprocess.run(["make", "-s", "diff"], cwd=tmp_path, check=True, capture_output=True, text=True).stdout
    changed = [line for line in found.splitlines() if re.match(r"[-+](?![-+])", line)]
    drawings = [line for line in changed if "Drawing" in line]
    assert [line for line in changed if line not in drawings] == ["-price = $2", "+price = $3", "-| $2 |", "+| $3 |"]
    assert [re.sub("[0-9a-f]{12}", "…", line) for line in drawings] == ["-Drawing, SHA-256 …", "+Drawing, SHA-256 …"]


def test_the_text_of_a_page_has_all_that_a_reader_sees() -> None:
    text = "\n".join(textconv.lines(a_page("$2", SVG)))
    for part in ("A price.", "figures.price(case)", "Caption: What it costs.", "price = $2", "a,b\n1,2", "A bar."):
        assert part in text
    assert "<Markdown object>" not in text and "<path" not in text
