"""Every figure at both widths: its letters, its room, and what it says of itself when it has left the page."""

from __future__ import annotations

from itertools import combinations

import pytest
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from analysis.case import Case
from analysis.figures import FIGURES, NAMES, credits
from analysis.figures.drawing import Drawing, addressed
from analysis.figures.sheet import LEAST, MARGIN, NARROW, wrapped
from analysis.report import rendering
from analysis.report.site.metadata import citation

WIDTHS = pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
DRAWN: dict[str, Drawing] = {}


def drawing(name: str) -> Drawing:
    if name not in DRAWN:
        DRAWN[name] = FIGURES[name](Case())
    return DRAWN[name]


def texts(name: str, narrow: bool) -> list[tuple[str, float, Bbox]]:
    """Every text that is seen, its size in points and its box, in points from the lower left corner."""
    one = drawing(name)
    figure = (one.narrow if narrow else one.wide).figure
    found = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    to_points = figure.dpi_scale_trans.inverted()
    seen = []
    for text in found:
        box = text.get_window_extent().transformed(to_points)
        seen.append((text.get_text(), text.get_fontsize(), Bbox(box.get_points() * 72)))
    # A number of an axis beyond its end is not drawn.
    return [each for each in seen if each[2].x1 > 0 and each[2].x0 < figure.get_figwidth() * 72]


@WIDTHS
@pytest.mark.parametrize("name", NAMES)
def test_letters_can_be_read_and_none_leaves_the_sheet(name: str, narrow: bool) -> None:
    """8.5 points are 11.3 pixels where a drawing has its own size, and 11 in the 326 pixels that a phone of 390 has."""
    one = drawing(name)
    figure = (one.narrow if narrow else one.wide).figure
    wide, high = figure.get_size_inches() * 72
    for text, size, box in texts(name, narrow):
        assert size >= LEAST, f"{name}: {text!r} has {size} points; {LEAST} at least."
        # On a screen's grid a line is a little longer than its outlines are.
        spare = 0.02 * box.width
        inside = box.x0 >= -spare and box.x1 <= wide + spare and box.y0 >= -0.5 and box.y1 <= high + 0.5
        assert inside, f"{name}: {text!r} leaves the sheet: {box.extents.round(1)} on {wide:.0f} by {high:.0f}."


def test_a_phone_shows_the_smallest_letters_with_eleven_pixels() -> None:
    displayed_points = 326 * 3 / 4
    assert displayed_points / (NARROW + 2 * MARGIN) * LEAST * 4 / 3 >= 11


@WIDTHS
@pytest.mark.parametrize("name", NAMES)
def test_no_text_lies_on_another(name: str, narrow: bool) -> None:
    boxes = [
        (text, Bbox.from_extents(box.x0 + 0.5, box.y0 + 2.2, box.x1 - 0.5, box.y1 - 2.2))
        for text, _, box in texts(name, narrow)
    ]
    hit = [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if a.overlaps(b)]
    assert not hit, f"{name}: {hit[:5]}"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_that_leaves_the_page_says_what_it_is(name: str) -> None:
    one = drawing(name)
    assert one.sketch.title and not one.sketch.title.endswith("."), one.sketch.title
    for narrow in (False, True):
        shown = " ".join(text for text, _, _ in texts(name, narrow)).replace("’", "'")
        for told in (one.sketch.title, one.sketch.unit, one.credits):
            assert set(told.replace("’", "'").split()) <= set(shown.split()), f"{name} does not show {told!r}"
        svg = one.svg(narrow)
        assert f"<title>{one.sketch.title}".split("'")[0].split("&")[0] in svg
        assert credits.LICENCE in svg and "Evidence up to" in svg and "Source" in svg


def test_the_report_has_one_title() -> None:
    assert citation.citation().title == credits.REPORT


def test_a_png_carries_words_that_another_program_reads() -> None:
    import io

    from PIL import Image

    png = rendering.png('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>', {"Title": "Ä 16 %"})
    with Image.open(io.BytesIO(png)) as image:
        assert image.info["Title"] == "Ä 16 %"
        assert image.size[0] > 0


def test_the_address_of_a_site_stands_in_its_pictures_alone() -> None:
    svg = drawing("gpu-mix").svg()
    assert addressed(svg, "") == svg
    with_it = addressed(svg, "https://example.org/figures/gpu-mix.html")
    assert with_it.count('id="address"') == 1 and with_it.startswith(svg.split("</svg>")[0])


def test_a_number_keeps_its_per_cent_sign_on_its_line() -> None:
    # "nine in 53 %" at a width that holds "nine in 53": the number goes down with its sign.
    assert wrapped("nine in 53 %", 45, 10) == ["nine in", "53\N{NO-BREAK SPACE}%"]
