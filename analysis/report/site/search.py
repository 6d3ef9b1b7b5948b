"""The search finds numbers as they are printed.

Sphinx takes a text apart at every comma and point and drops what is left of a query if it is all digits: "2,048" and
"5.6" then find nothing in a report of numbers. Here a number is one word of the index, without its commas.
What the page of the search needs of it is search.js; it stands in Sphinx' own file of the language's rules.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish
from sphinx.transforms.post_transforms import SphinxPostTransform

# A number with commas or a point, for Python and JavaScript alike; other words are as Sphinx has them.
NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+\.[0-9]+"
WORD = re.compile(rf"{NUMBER}|\w+")
SCRIPT = Path(__file__).with_name("search.js")


class SearchNumbers(SearchEnglish):
    """English, in which a number is one word."""

    js_splitter_code = f"const NUMBER = String.raw`{NUMBER}`;\n{SCRIPT.read_text(encoding='utf-8')}"

    def split(self, text: str) -> list[str]:
        return [word.replace(",", "") for word in WORD.findall(text)]


# Where HTML parts what is read apart. Sphinx takes all tags out, and two cells would become one word.
PARTS = re.compile(r"(<br ?/?>|</(?:t[dhr]|p|li|d[dt]|h\d|caption|option|summary)>)(?=\S)")


class Apart(SphinxPostTransform):
    """HTML that is put into a page has white space where its parts end."""

    default_priority = 900
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for raw in self.document.findall(nodes.raw):
            if "html" in raw["format"].split():
                raw[:] = [nodes.Text(PARTS.sub(r"\1\n", raw.astext()))]


def setup(app: Sphinx) -> None:
    app.add_post_transform(Apart)
    app.add_search_language(SearchNumbers)
