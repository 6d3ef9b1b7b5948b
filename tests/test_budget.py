"""What the site's style sheets are made of; what a page weighs is in test_tour.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import test_site
from test_site import pages, told

from analysis.figures import style
from analysis.report.site import tokens
from analysis.report.site.finish import styles, tables
from analysis.report.site.pages import Pages


def test_a_page_loads_one_style_sheet_and_it_has_the_theme_s_colours_of_code(site: Path) -> None:
    faults = []
    for path in pages(site):
        sheets = [str(link["href"]) for link in test_site.soup(path).select('link[rel="stylesheet"]')]
        if len(sheets) != 1:
            faults.append(f"{path.name}: {sheets}")
        elif 'html[data-theme="light"] .highlight' not in (path.parent / sheets[0]).read_text(encoding="utf-8"):
            faults.append(f"{path.name}: no colours of code for light mode")
    assert not faults, told(
        faults, "analysis/report/site/finish/styles.py must run after the theme has written its sheets."
    )


def test_drawings_have_a_size_and_wait_until_they_are_near(site: Path) -> None:
    faults = [
        f"{path.name}: {image.get('src')}"
        for path in pages(site)
        for image in test_site.soup(path).select("img.drawing")
        if not (image.get("width") and image.get("height") and image.get("loading") == "lazy")
    ]
    assert not faults, told(faults, "See size_drawings in analysis/report/site/finish/theme.py.")


def test_a_table_gets_a_named_box_and_scopes() -> None:
    html = (
        f'{tables.CONTAINER}<table class="table"><caption><span>Table 1 </span>Two "rows"'
        '<a class="headerlink" href="#a">#</a></caption>'
        "<thead><tr><th>a</th></tr></thead><tbody><tr><th>b</th><td>c</td></tr></tbody></table></div>"
    )
    found = tables.boxed(html)
    assert 'tabindex="0" role="group" aria-label="Table 1 Two &quot;rows&quot;"' in found
    assert '<table data-columns="1" class="table">' in found
    assert '<th scope="col">a</th>' in found
    assert '<th scope="row">b</th>' in found
    assert tables.scoped(tables.counted(found)) == found


@pytest.mark.parametrize(
    ("css", "expected"),
    [
        (".used{color:red}", ".used{color:red}"),
        (".unused{color:red}", ""),
        (".used, .unused b{color:red}", ".used{color:red}"),
        (".used .unused, a{color:red}", "a{color:red}"),
        (".used:not(.unused){color:red}", ".used:not(.unused){color:red}"),
        ("#place{color:red} #nowhere{color:red}", "#place{color:red}"),
        ("@media print{.unused{color:red}}", ""),
        ("@media print{.used{color:red}.unused{top:0}}", "@media print{.used{color:red}}"),
        ("@media (max-width:600px){.used{top:1px}}", "@media (max-width:37.5em){.used{top:1px}}"),
        ("@font-face{font-family:x}", "@font-face{font-family:x}"),
        ('.used::before{content:".unused{}"}', '.used::before{content:".unused{}"}'),
        (".bs-tooltip-top{color:red}", ".bs-tooltip-top{color:red}"),
        (".live-grid{color:red}", ".live-grid{color:red}"),
    ],
)
def test_a_rule_stays_if_a_page_may_use_it(css: str, expected: str) -> None:
    assert styles.pruned(css, {"used", "place"}) == expected


def test_the_sheets_of_a_page_become_one(tmp_path: Path) -> None:
    theme = tmp_path / "_static/styles"
    theme.mkdir(parents=True)
    (theme / "theme.css").write_text('@import "../basic.css"; b{background:url(../images/b.png)}', encoding="utf-8")
    (tmp_path / "_static/basic.css").write_text("a{color:red}", encoding="utf-8")
    (tmp_path / "_static/own.css").write_text('c{src:url("f.woff2");mask:url(data:x)}', encoding="utf-8")
    page = tmp_path / "page.html"
    page.write_text(
        '<link href="_static/styles/theme.css?digest=1" rel="stylesheet" />\n'
        '<link rel="stylesheet" type="text/css" href="_static/own.css?v=2" />\n<p>',
        encoding="utf-8",
    )
    pages = Pages(tmp_path)
    styles.bundle(pages)
    html = pages["page.html"]
    (sheet,) = (tmp_path / "_static").glob("site-*.css")
    assert html == f'<link rel="stylesheet" href="_static/{sheet.name}" />\n<p>'
    assert (
        sheet.read_text(encoding="utf-8")
        == 'a{color:red} b{background:url(images/b.png)}c{src:url("f.woff2");mask:url(data:x)}'
    )


def test_pruned_styles_keep_every_class_of_the_reports_own_sheet_that_a_page_has(site: Path) -> None:
    own = (Path(__file__).parents[1] / "book/assets/report.css").read_text(encoding="utf-8")
    built = (site / "_static/report.css").read_text(encoding="utf-8")
    used = {name for path in pages(site) for tag in test_site.soup(path)(class_=True) for name in tag["class"]}
    lost = sorted(
        name for name in used & set(re.findall(r"\.([a-z][\w-]*)", own)) if not re.search(rf"\.{name}\b", built)
    )
    assert not lost, told(lost, "analysis/report/site/finish/styles.py has cut a rule that a page needs.")
    # live.js puts the classes of its drawings together from parts: no page and no script holds them whole.
    lost = sorted(name for name in set(re.findall(r"\.(live-[\w-]+)", own)) if not re.search(rf"\.{name}\b", built))
    assert not lost, told(
        lost, "analysis/report/site/finish/styles.py has cut a rule that live.js needs; see COMPOSED there."
    )


def test_every_block_of_the_reports_own_sheet_is_closed() -> None:
    """A block that is not closed swallows what follows: rules for the screen were once within those for print."""
    own = (Path(__file__).parents[1] / "book/assets/report.css").read_text(encoding="utf-8")
    depth, open_since = 0, 0
    for number, line in enumerate(
        re.sub(r"/\*.*?\*/", lambda c: "\n" * c[0].count("\n"), own, flags=re.S).split("\n"), 1
    ):
        open_since = number if depth == 0 else open_since
        depth += line.count("{") - line.count("}")
        nested = re.match(r"@media", line) and open_since != number
        assert not nested and depth >= 0, f"report.css: the block of line {open_since} is still open on line {number}."
    assert depth == 0, f"report.css: the block that begins on line {open_since} is not closed."


def test_pages_take_the_figures_colours_by_name(site: Path) -> None:
    built = (site / "_static/tokens.css").read_text(encoding="utf-8")
    for colour in {*style.BASIS_COLOURS.values(), style.INK, style.MUTED, style.PAPER}:
        assert colour in built, f"{colour} of analysis/figures/style.py is not in tokens.css; see COLOURS in tokens.py."
        assert style.dark(colour) in built
    assert tokens.css().count("--basis-") == len(style.BASIS_COLOURS)
    own = (Path(__file__).parents[1] / "book/assets/report.css").read_text(encoding="utf-8").lower()
    again = sorted(colour for colour in set(tokens.COLOURS.values()) if colour in own)
    # White is also a word of its own: paper in print.
    assert not again, f"report.css states {', '.join(again)} again; use var(--figure-...) from tokens.css."
