"""The search finds numbers as they are printed, and puts the page that answers first.

Sphinx takes a text apart at every comma and point and drops what is left of a query if it is all digits: "2,048" and
"5.6" then find nothing in a report of numbers. Here a number is one word of the index, without its commas.
What the page of the search needs of it is search.js; it stands in Sphinx' own file of the language's rules.

Sphinx' index knows in which pages a word is, and not how often: it lists what it finds by the alphabet. So `ranks.js`
says how early in the contents a page comes, and how often it says a word in its sentences. An index in pieces that are
fetched as one reads, as Pagefind's, would know more; but a site opened as a file may fetch nothing, and its search must
work there too.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish
from sphinx.transforms.post_transforms import SphinxPostTransform

from analysis.report import notebooks
from analysis.report.site.pages import Pages

# A number with commas or a point, for Python and JavaScript alike; other words are as Sphinx has them.
NUMBER = r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])(?:\.[0-9]+)?|[0-9]+\.[0-9]+"
WORD = re.compile(rf"{NUMBER}|\w+")
SCRIPT = Path(__file__).with_name("search.js")


# A word's stem, found once: a report says the same words on every page.
_stem = cache(SearchEnglish({}).stem)


class SearchNumbers(SearchEnglish):
    """English, in which a number is one word."""

    js_splitter_code = f"const NUMBER = String.raw`{NUMBER}`;\n{SCRIPT.read_text(encoding='utf-8')}"

    def split(self, text: str) -> list[str]:
        return [word.replace(",", "") for word in WORD.findall(text)]

    def stem(self, word: str) -> str:
        return _stem(word)


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


RANKS = "ranks.js"
# By how much the first page of the contents is before the last, in units of Sphinx' scores: a word has 5, a title 15.
FIRST = 16
# A word that a page says less often says little about what the page is about, and is left out.
OFTEN = 2
# What is no sentence of a page.
ASIDE = re.compile(r'(?s)<(table|script|style|pre|code|math|nav|details)\b.*?</\1>|<div class="hint-notes".*?</div>')
TAG = re.compile(r"<[^>]*>")


def counts(html: str, language: SearchNumbers) -> tuple[int, dict[str, int]]:
    """How many words a page has in its sentences, and how often each, by the word's stem."""
    article = re.search(r"(?s)<article.*</article>", html)
    text = unescape(TAG.sub(" ", ASIDE.sub(" ", article[0]))) if article else ""
    said = [word.lower() for word in language.split(text)]
    stems = Counter(language.stem(word) for word in said if word not in language.stopwords)
    return len(said), {stem: count for stem, count in sorted(stems.items()) if count >= OFTEN and len(stem) > 1}


def finish(app: Sphinx, pages: Pages) -> None:
    """The script of the ranks, for the page of the search."""
    language, order = SearchNumbers({}), [page.name for page in notebooks.pages()]
    found = {}
    for place, name in enumerate(order):
        if html := pages.get(f"{name}.html"):
            found[name] = [round(FIRST * (1 - place / len(order)), 1), *counts(html, language)]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    (pages.static / RANKS).write_text(f"window.reportRanks = {text};\n", encoding="utf-8")


def ranked(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if pagename == "search":
        app.add_js_file(RANKS, loading_method="defer")


def setup(app: Sphinx) -> None:
    app.connect("html-page-context", ranked)
    app.add_post_transform(Apart)
    app.add_search_language(SearchNumbers)
