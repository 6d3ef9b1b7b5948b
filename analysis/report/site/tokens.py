"""The figures' palette as CSS custom properties, so that pages and figures agree in light and in dark.

A colour is stated once, in analysis/figures/style.toml; report.css uses it by name. In dark mode the drawings are shown
through a filter, and each property takes the value that the filter gives its colour.
The rooms of sections.py stand here too.
"""

from __future__ import annotations

from pathlib import Path

from sphinx.application import Sphinx

from analysis.figures import style
from analysis.figures.style import COLOURS as COLOURS
from analysis.report.site import sections


def css() -> str:
    """The style sheet: --figure-<colour> and --basis-<cost basis>, for light and dark, --figure-filter, and rooms."""
    light = [f"--figure-{name}: {colour};" for name, colour in COLOURS.items()]
    dark = [f"--figure-{name}: {style.dark(colour)};" for name, colour in COLOURS.items()]
    bases = [
        f"--basis-{basis}: var(--figure-{next(name for name, known in COLOURS.items() if known == colour)});"
        for basis, colour in style.BASIS_COLOURS.items()
    ]
    # A script draws with the light colours: by name, its drawing follows the page into the dark.
    drawn = [
        f':is(.live-draw, .live-hatches) [{part}="{colour}"] {{ {part}: var(--figure-{name}); }}\n'
        for name, colour in COLOURS.items()
        for part in ("fill", "stroke")
    ]
    return (
        f"html {{ --figure-filter: none; {' '.join([*light, *bases])} }}\n"
        # Print is always on white paper.
        f'@media screen {{ html[data-theme="dark"] {{ --figure-filter: {style.DARK_FILTER}; {" ".join(dark)} }} }}\n'
        + "".join(drawn)
        + f"@media screen and (max-width: 60rem) {{ {sections.styles()} }}\n"
    )


def write(app: Sphinx) -> None:
    if app.builder.format != "html":
        return
    folder = Path(app.doctreedir) / "tokens"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tokens.css").write_text(css(), encoding="utf-8")
    app.config.html_static_path.append(str(folder))
    app.add_css_file("tokens.css", priority=600)


def setup(app: Sphinx) -> None:
    app.connect("builder-inited", write)
