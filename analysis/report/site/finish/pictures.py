"""A drawing for a text's width and one for a phone become one `picture`: a browser loads the one that it needs."""

from __future__ import annotations

import re

from sphinx.application import Sphinx

from analysis.report.site.pages import Pages

# From here down a page shows the drawing for phones; in print the other one.
PHONE = "screen and (max-width: 45em)"

PAIR = re.compile(
    r'(?P<wide><img(?=[^>]* class="[^"]*drawing)[^>]*>)\s*'
    r'<img(?=[^>]* class="[^"]*for-phones)(?P<narrow>[^>]*)>'
)


def paired(html: str) -> str:
    """A page whose pairs of drawings are pictures; each has its width and height already."""

    def picture(match: re.Match[str]) -> str:
        told = dict(re.findall(r'(src|width|height)="([^"]+)"', match["narrow"]))
        size = f'width="{told["width"]}" height="{told["height"]}"'
        return f'<picture><source media="{PHONE}" srcset="{told["src"]}" {size}>{match["wide"]}</picture>'

    return PAIR.sub(picture, html)


def finish(app: Sphinx, pages: Pages) -> None:
    for name, html in pages.items():
        pages[name] = paired(html)
