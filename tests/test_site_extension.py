"""What the Sphinx extension does to a formula, a citation, a figure and the theme's HTML."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from docutils import nodes
from docutils.utils import new_document
from hypothesis import given
from hypothesis import strategies as st
from myst_nb.ext.glue.roles import PasteTextRole
from pybtex.database import parse_string
from sphinx.errors import SphinxError
from sphinx.util.nodes import is_smartquotable

from analysis.comparison import SCENARIOS_VARIABLE
from analysis.report.site import DrawingRenderer, search, typography
from analysis.report.site.equations import mathml
from analysis.report.site.finish.theme import changed
from analysis.report.site.hints import NamedText
from analysis.report.site.references import Style

SVG = "image/svg+xml"


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"C = h\,p", "<mi>C</mi>"),
        (r"\text{10 \% of } x", "10&#x000A0;%&#x000A0;of"),
        (r"\begin{aligned} a &= b \\ c &= d \end{aligned}", "<mtable"),
        (r"a = b \\ c = d", "<mtable"),
        ("\\begin{equation}\na = b\n\\end{equation}", "<mi>b</mi>"),
    ],
)
def test_formula_becomes_mathml(latex: str, expected: str) -> None:
    assert expected in mathml(latex, block=True)


def test_rows_of_a_formula_are_not_numbered_by_the_converter() -> None:
    assert "(1)" not in mathml(r"\begin{align} a &= b \\ c &= d \end{align}", block=True)


@pytest.mark.parametrize("latex", [r"\nosuchcommand{x}", r"a & b", r"\frac{a}", r"\begin{nosuch} a \end{nosuch}"])
def test_formula_that_cannot_be_rendered_is_refused(latex: str) -> None:
    with pytest.raises(ValueError, match="latex2mathml"):
        mathml(latex, block=False)


@given(st.floats(min_value=0.001, max_value=1e9), st.sampled_from(["C", "h", r"\kappa", r"p_{\text{rent}}"]))
def test_numbers_survive_the_conversion(value: float, name: str) -> None:
    shown = f"{value:.3f}"
    assert f"<mn>{shown}</mn>" in mathml(f"{name} = {shown}", block=False)


BIBLIOGRAPHY = r"""
@misc{a, author = {{DeepSeek-AI}}, title = {One that cost \$6 million \& more}, year = {2024}}
@misc{b, author = {{DeepSeek-AI}}, title = {Two}, year = {2024}}
@misc{c, author = {Cottier, Ben and Rahman, Robi and Fattorini, Loredana}, title = {Three}, year = {2024}}
@misc{d, author = {Zhao, A. and {Epoch AI}}, title = {Four}, year = {2025}}
@misc{e, title = {Nobody's}, year = {2023}}
"""


def test_citations_tell_works_of_one_year_apart() -> None:
    entries = Style().format_bibliography(parse_string(BIBLIOGRAPHY, "bibtex"))
    labels = {entry.key: entry.label for entry in entries}
    assert labels == {
        "a": "DeepSeek-AI, 2024a",
        "b": "DeepSeek-AI, 2024b",
        "c": "Cottier et al., 2024",
        "d": "Zhao and Epoch AI, 2025",
        "e": "Nobody's, 2023",
    }
    assert [entry.key for entry in entries] == ["c", "a", "b", "e", "d"], "alphabetical by label"
    assert "cost $6 million & more" in list(entries)[1].text.render_as("text")


def render(mime_type: str, metadata: dict[str, object], inline: bool = False) -> list[nodes.Element] | None:
    renderer = SimpleNamespace(render_image=lambda data: [nodes.image(uri="x.svg")])
    svg = '<svg width="600pt" height="300pt" viewBox="0 0 600 300"></svg>'
    data = SimpleNamespace(mime_type=mime_type, output_metadata=metadata, string=svg)
    return DrawingRenderer.handle_mime(renderer, data, inline)  # type: ignore[arg-type]


def test_drawing_takes_its_words_from_its_metadata() -> None:
    (box,) = render(SVG, {SVG: {"alt": "Bar chart. It rises.", "name": "capex"}}) or [nodes.container()]
    (image,) = box.children
    assert (image["alt"], image["drawing"], image["classes"]) == ("Bar chart. It rises.", "capex", ["drawing"])


def test_outputs_that_are_no_drawing_are_left_to_others() -> None:
    assert render(SVG, {}) is None
    assert render("text/csv", {}) is None
    assert render("text/plain", {SVG: {"alt": "x"}}) is None
    assert render(SVG, {SVG: {"alt": "x"}}, inline=True) is None
    (table,) = render("text/csv", {SVG: {"alt": "x"}}) or [nodes.container()]
    assert table["csv"] and not table.children, "a drawing's table is for the download and the figure's page"


def test_page_of_an_unknown_theme_stops_the_build(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    script = '<!-- So that users can add custom icons --> <script defer src="_static/fontawesome.js"></script>'
    with pytest.raises(SphinxError, match="no place found"):
        changed(f"<html><head>{script}</head><body></body></html>", page)
    with pytest.raises(SphinxError, match="no place found"):
        changed('<script src="other/fontawesome.js"></script>', page)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("$2,788,000, 5.6M and H800.", ["2788000", "5.6", "M", "and", "H800"]),
        ("1,234.50; 12,34; 1,2345; v1.2.3", ["1234.50", "12", "34", "1", "2345", "v1", "2.3"]),
        ("In 2024, 37 % of DeepSeek-V3", ["In", "2024", "37", "of", "DeepSeek", "V3"]),
    ],
)
def test_a_number_is_one_word_of_the_search(text: str, words: list[str]) -> None:
    assert search.SearchNumbers({}).split(text) == words


def test_cells_of_html_are_words_apart() -> None:
    html = "<tr><th>H<sub>2</sub>0</th><td>1,300</td><td>US<wbr>D</td></tr>"
    assert search.PARTS.sub(r"\1 ", html) == "<tr><th>H<sub>2</sub>0</th> <td>1,300</td> <td>US<wbr>D</td> </tr>"


@pytest.mark.parametrize(
    ("page", "scenarios", "turned"),
    [("scenarios", "x.yml", False), ("scenarios", "", True), ("fleet", "x.yml", True)],
)
def test_titles_of_somebody_s_scenarios_keep_their_quotes(
    page: str, scenarios: str, turned: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SCENARIOS_VARIABLE, scenarios)
    document = new_document("page")
    document.settings.env = SimpleNamespace(docname=page)
    prose, title = nodes.Text('the "page"'), nodes.Text('"q" -- ...')
    document += nodes.paragraph("", "", prose)
    document += nodes.container("", nodes.paragraph("", "", title), classes=["cell_output"])
    typography.LetterByLetter(document).apply()
    assert is_smartquotable(title) == turned
    assert is_smartquotable(prose)


def test_a_judgement_may_leave_nothing_on_the_page_and_a_result_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PasteTextRole, "run", lambda self: ([nodes.inline("", "")], []))
    role = NamedText()
    role.text = "six_million_here"
    assert role.run() == ([], [])
    # An empty result is a mistake, which the tests of the site look for.
    role.text = "v3_rental_usd:"
    found, _ = role.run()
    assert [node["glued"] for node in found] == ["v3_rental_usd"]
