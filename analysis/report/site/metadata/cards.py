"""The picture that a message or a post shows beside a link to a page: the page's first figure on a card.

A page without a figure shows the core figure. The card is made from the figure's PNG, which the builder of the site
writes, so it shows the numbers of the site that it belongs to; the page names it only where the site has an address,
because previews take absolute addresses alone.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from html import unescape
from importlib.resources import files
from pathlib import Path
from weakref import WeakKeyDictionary

from docutils import nodes
from PIL import Image, ImageDraw, ImageFont
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from analysis.figures import style
from analysis.report.site.metadata import citation

# What the networks ask for: 1.91 to 1, and large enough for a dense screen.
WIDTH, HEIGHT = 1200, 630
MARGIN, BAND, TITLE, LEAST_WIDTH = 40, 10, 360, 560
CORE_FIGURE = "whole-bill"


@dataclass(frozen=True)
class Card:
    """Where a card will stand in the site, and what it shows in words."""

    path: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


# The card of the core figure, looked for once a build: it may stand on any page.
_CORE: WeakKeyDictionary[BuildEnvironment, Card | None] = WeakKeyDictionary()


def _first(doctree: nodes.document, name: str = "") -> Card | None:
    for image in doctree.findall(nodes.image):
        if image.get("drawing") and name in ("", image["drawing"]):
            return Card(f"cards/{image['drawing']}.png", image["alt"])
    return None


def of(app: Sphinx, doctree: nodes.document | None, figure: dict[str, str] | None = None) -> Card | None:
    """The card of a page: of the figure that it is about, else its first figure, else the core figure anywhere.

    None where the report shows no figure.
    """
    if figure:
        return Card(f"cards/{figure['name']}.png", figure["alt"])
    own = _first(doctree) if doctree is not None else None
    if own:
        return own
    if app.env not in _CORE:
        trees = (app.env.get_doctree(name) for name in sorted(app.env.found_docs))
        _CORE[app.env] = next((card for tree in trees if (card := _first(tree, CORE_FIGURE))), None)
    return _CORE[app.env]


def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    face = files("font_source_sans_pro") / "files" / f"SourceSansPro-{weight}.ttf"
    return ImageFont.truetype(io.BytesIO(face.read_bytes()), size)


def _wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(line for line in lines if line)


def draw(figure: Path, title: str) -> Image.Image:
    """A figure beside the report's title, on the report's white ground.

    A tall figure would be too small to read: its upper part is shown, and runs out of the card at the foot.
    """
    card = Image.new("RGB", (WIDTH, HEIGHT), style.PAPER)
    pen = ImageDraw.Draw(card)
    pen.rectangle((0, 0, WIDTH, BAND), fill=style.BLUE)
    font = _font("Semibold", 50)
    pen.multiline_text((MARGIN, 4 * MARGIN), _wrapped(title, font, TITLE), fill=style.INK, font=font, spacing=8)
    pen.text(
        (MARGIN, HEIGHT - MARGIN), citation.citation().names, fill=style.MUTED, font=_font("Regular", 24), anchor="ls"
    )
    with Image.open(figure) as opened:
        picture = opened.convert("RGB")
    left, top = 2 * MARGIN + TITLE, BAND + MARGIN // 2
    room = (WIDTH - MARGIN - left, HEIGHT - top - MARGIN // 2)
    scale = min(room[0] / picture.width, max(room[1] / picture.height, LEAST_WIDTH / picture.width))
    picture = picture.resize((round(picture.width * scale), round(picture.height * scale)), Image.Resampling.LANCZOS)
    above = top + max(0, (room[1] - picture.height) // 2)
    card.paste(picture, (left + (room[0] - picture.width) // 2, above))
    return card


def write(site: Path) -> list[str]:
    """The cards that the pages of a site name, made from `figures/<name>.png`; their names."""
    pages = [
        page.read_text(encoding="utf-8")
        for page in [*sorted(site.glob("*.html")), *sorted(site.glob("figures/*.html"))]
    ]
    named = {name for page in pages for name in re.findall(r'"og:image" content="[^"]*/cards/([^"]+)\.png"', page)}
    # The report's own title: that of its front page, a scenario's name included.
    found = re.search(r'"og:site_name" content="([^"]*)"', "".join(pages))
    title = unescape(found[1]) if found else ""
    if not style.shows(title):
        title = f"{citation.citation().title} (a scenario)"
    for name in sorted(named):
        (site / "cards").mkdir(exist_ok=True)
        card = draw(site / "figures" / f"{name}.png", title)
        card.save(site / "cards" / f"{name}.png", optimize=True)
    return sorted(named)
