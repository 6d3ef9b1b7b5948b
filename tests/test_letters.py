"""Lines of text in a page's drawings: one path each, and the same picture."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import resvg_py
from PIL import Image, ImageChops

from analysis.report import notebooks
from analysis.report.site.finish.drawings import joined, relative

PAGES = {page.name: page.path for page in notebooks.pages() if page.runs}
FIGURES = {name: each.svg for name, each in notebooks.drawings(PAGES.values()).items()}


def picture(svg: str) -> Image.Image:
    png = bytes(resvg_py.svg_to_bytes(svg_string=svg, dpi=144, skip_system_fonts=True))
    return Image.open(io.BytesIO(png)).convert("L")


def test_an_outline_in_steps_ends_where_it_began() -> None:
    # On the grid of 4 steps to 64: 128 is 8, 64 is 4, 192 is 12.
    first, rest = relative("M 128 64 \nL 192 64 \nQ 192 128 128 128 \nz\nM 64 64 \nL 64 128 \nz\n")
    assert first == (8, 4)
    # (8, 4) right by 4 to (12, 4), a curve by way of (12, 8) to (8, 8), closed; to (4, 4), up by 4, closed; back.
    assert rest == "l4 0q0 4 -4 4zm-4 0l0 4zm4 0"


def test_two_letters_become_one_path_where_they_stood() -> None:
    svg = """<g transform="scale(0.1 -0.1)"><defs>
      <path id="F-1" d="M 64 0 L 128 0 L 128 64 z" transform="scale(0.015625)"/>
      <path id="F-2" transform="scale(0.015625)"/></defs>
      <use xlink:href="#F-1"/><use xlink:href="#F-2" transform="translate(3 0)"/>
      <use xlink:href="#F-1" transform="translate(4.25 0)"/></g>"""
    # The second stands 4.25 units to the right: 17 steps, from the first's beginning at 4.
    assert '<path transform="scale(0.25)" d="m4 0l4 0l0 4zm0 0m17 0l4 0l0 4zm0 0"/></g>' in joined(svg)
    assert "F-1" not in joined(svg)


def test_what_is_no_letter_stays() -> None:
    marker = (
        '<defs><path id="m1" d="M 0 3 L 1 1" style="stroke: #000"/></defs><g><use xlink:href="#m1" x="4" y="5"/></g>'
    )
    assert joined(marker) == marker


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_the_picture_is_the_same(name: str) -> None:
    svg = FIGURES[name]
    short = joined(svg)
    assert len(re.findall("<[a-z]", short)) < len(re.findall("<[a-z]", svg)) * 0.6
    # The renderer tells four positions of an edge in a pixel: and where two edges meet, two steps;
    # 255 is a lost letter.
    difference = ImageChops.difference(picture(svg), picture(short))
    assert difference.getextrema()[1] <= 128, (
        f"Figure {name} looks different with joined letters (analysis/report/site/finish/drawings.py)."
    )


def test_published_pages_show_joined_drawings(site: Path) -> None:
    for path in (site / "_images").glob("*.svg"):
        assert path.read_text(encoding="utf-8").count("<use") < 200, f"{path.name} still has a reference per letter."
