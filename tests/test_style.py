"""The palette: every colour stands out on white and on the dark ground of the site."""

from __future__ import annotations

import matplotlib
import pytest

from analysis.case import Case
from analysis.figures import FIGURES, style

COLOURS = {
    **{f"gpu {name}": colour for name, colour in style.GPU_COLOURS.items()},
    **{f"basis {name}": colour for name, colour in style.BASIS_COLOURS.items()},
    "red": style.RED,
    "muted": style.MUTED,
}


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("ground", [style.PAPER, style.dark(style.PAPER)])
@pytest.mark.parametrize("name", COLOURS)
def test_every_colour_keeps_three_to_one(name: str, ground: str) -> None:
    found = contrast(COLOURS[name], ground)
    assert found >= 3, f"{name} ({COLOURS[name]}) has a contrast of {found:.2f} on {ground}; it must have 3 at least."


@pytest.mark.parametrize(("name", "least"), [*((name, 3) for name in COLOURS), ("ink", 7), ("muted", 4.5)])
def test_every_colour_stands_out_in_a_drawing_shown_in_dark_mode(name: str, least: float) -> None:
    colour = style.dark({**COLOURS, "ink": style.INK}[name])
    found = contrast(colour, style.dark(style.PAPER))
    assert found >= least, f"{name} becomes {colour} in dark mode, with a contrast of {found:.2f}; {least} at least."


def test_settings_of_a_user_move_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a matplotlibrc has them; one for each part of a drawing, and those that decide how it is written."""
    draw = FIGURES["gpu-mix"]
    before = draw(Case()).svg()
    settings = {
        "axes.facecolor": "#eeeeee",
        "axes.formatter.use_locale": True,
        "axes.prop_cycle": matplotlib.cycler(color=["r", "g"]),
        "axes.xmargin": 0.3,
        "figure.autolayout": True,
        "figure.dpi": 150,
        "font.stretch": "condensed",
        "font.weight": "bold",
        "legend.fontsize": 20,
        "lines.dash_capstyle": "round",
        "patch.force_edgecolor": True,
        "path.simplify": False,
        "path.sketch": (1, 100, 2),
        "savefig.bbox": "tight",
        "savefig.dpi": 300,
        "savefig.transparent": True,
        "svg.id": "somebody",
        "text.usetex": True,
        "xtick.minor.visible": True,
    }
    with matplotlib.rc_context(settings):
        assert draw(Case()).svg() == before
        assert matplotlib.rcParams["figure.dpi"] == 150, "and the user's own drawings keep them"
