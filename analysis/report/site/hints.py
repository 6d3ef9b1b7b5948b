"""Notes beside words and numbers: what an abbreviation means, what a number is and where it comes from.

Each is a link, to the glossary or to the entry of the number, so it is reached by keyboard and works without a script.
Its note stands once at the end of the page, hidden, and is the link's description where it comes first in a section, so
a screen reader says it there and not again and again. `hints.js` shows it on hover, on focus and on a first tap; Escape
hides it (WCAG 1.4.13).

abbreviations   the first time in a section, not in headings, links, code or tables; meanings are the glossary's
terms           what {term} has made a link already
numbers         {glue:text} of a result, an assumption or a published figure; unverified ones are marked in words
citations       who published what, when; in a table, whose columns are full of them, a citation is a link alone
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import Any

from docutils import nodes
from myst_nb.ext.glue.roles import PasteTextRole
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator

from analysis import provenance
from analysis.judgements import JUDGEMENTS
from analysis.report.site.links import Places, places

# One word with two capitals or digits in it: MFU, BF16, MoE, TFLOP/s.
ABBREVIATION = re.compile(r"(?=(?:[^A-Z0-9]*[A-Z0-9]){2})[A-Za-z0-9/&-]+")

# No abbreviation is explained inside these.
LEFT_ALONE = (
    *(nodes.title, nodes.reference, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.table),
    *(nodes.raw, nodes.citation, nodes.term, nodes.rubric, nodes.footnote, nodes.comment, nodes.doctest_block),
    *(addnodes.glossary, addnodes.toctree, addnodes.only),
)

# A reference up to its date; what was read of it, and its address, stand on the page of the references.
SINCE_DATE = re.compile(r"(?s)^(.*?\b\d{4}\.) .*$")

SCRIPT = "hints.js"


class noted(nodes.Inline, nodes.TextElement):
    """A word with a note: `refuri` is where it is carried on, `note` its id, `again` whether the section has had it."""


class NamedText(PasteTextRole):
    """{glue:text} that keeps the name of what it shows. A judgement may say nothing."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        found, messages = super().run()
        name = self.text.partition(":")[0]
        if name in JUDGEMENTS and not "".join(node.astext() for node in found):
            return [], messages
        for node in found:
            if isinstance(node, nodes.inline):
                node["glued"] = name
        return found, messages


def section(node: nodes.Node) -> nodes.Node:
    """The chapter of a page that a node stands in: a section of the second level, or the page."""
    above = []
    while node.parent is not None:
        node = node.parent
        if isinstance(node, nodes.section):
            above.append(node)
    return above[-2] if len(above) > 1 else above[-1] if above else node


def inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    parent = node.parent
    while parent is not None:
        if isinstance(parent, (*kinds, noted)):
            return True
        parent = parent.parent
    return False


class Hints(SphinxPostTransform):
    default_priority = 330  # after references are resolved and outputs are chosen
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        where = places(self.env)
        if self.env.docname == "glossary":
            return
        self.notes: dict[str, str] = {}
        self.said: set[tuple[int, str]] = set()
        self.numbers(where)
        seen = self.terms(where)
        self.abbreviations(where, seen)
        self.citations()
        for node in self.document.findall(noted):
            place = id(section(node)), node["note"]
            node["again"] = place in self.said
            self.said.add(place)
        if self.notes:
            told = "".join(f'<p id="{name}">{escape(text)}</p>\n' for name, text in self.notes.items())
            self.document += nodes.raw("", f'<div class="hint-notes" hidden>\n{told}</div>\n', format="html")

    def note(self, name: str, text: str) -> str:
        """The id of a note, which is written once a page."""
        self.notes.setdefault(name, text)
        return name

    def describe(self, reference: nodes.reference, name: str, text: str, kind: str) -> None:
        """Put a word with a note in the place of a link."""
        told = {"refuri": reference["refuri"], "note": self.note(name, text), "classes": [kind]}
        reference.replace_self(noted("", reference.astext(), **told))

    def numbers(self, where: Places) -> None:
        for node in list(self.document.findall(nodes.inline)):
            found = provenance.stem(node["glued"]) if "glued" in node else None
            if found is None or inside(node, (nodes.title, nodes.reference)):
                continue
            table, key = found
            wrapped = noted(
                refuri=where.row(self.env.docname, table, key),
                note=self.note(f"note-{key}", where.note(table, key)),
                classes=["hint-number"],
            )
            node.replace_self(wrapped)
            wrapped += node
            if table != "results" and provenance.rows(table)[key].unverified:
                mark = nodes.inline("", "unverified", classes=["unverified"])
                at = wrapped.parent.index(wrapped) + 1
                wrapped.parent.insert(at, [nodes.Text(" "), mark])

    def terms(self, where: Places) -> set[tuple[int, str]]:
        """Describe what {term} has linked; which definition was told in which section."""
        seen = set()
        told = dict(where.terms.values())
        for reference in list(self.document.findall(nodes.reference)):
            ident = str(reference.get("refuri", "")).partition("#")[2]
            if ident not in told or not any("std-term" in child.get("classes", ()) for child in reference.children):
                continue
            seen.add((id(section(reference)), ident))
            self.describe(reference, f"note-{ident}", told[ident], "hint-term")
        return seen

    def abbreviations(self, where: Places, seen: set[tuple[int, str]]) -> None:
        known = {word: meaning for word, meaning in where.terms.items() if ABBREVIATION.fullmatch(word)}
        longest_first = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
        pattern = re.compile(rf"(?<![\w/&-])({longest_first})(s?)(?![\w/-])")
        for text in list(self.document.findall(nodes.Text)):
            if inside(text, LEFT_ALONE) or text.parent.get("glued"):
                continue
            parts = list(self.parts(where, text, pattern, known, seen))
            if len(parts) > 1 or isinstance(parts[0], noted):
                at = text.parent.index(text)
                text.parent[at : at + 1] = parts

    def citations(self) -> None:
        for reference in list(self.document.findall(nodes.reference)):
            if "bibtex-citation" not in reference.parent.get("classes", ()) or not reference.get("refuri"):
                continue
            entry = SINCE_DATE.sub(r"\1", reference.attributes.pop("reftitle", ""))
            if not entry or inside(reference, (nodes.table, nodes.title)):
                continue
            ident = str(reference["refuri"]).rpartition("#")[2]
            self.describe(reference, f"note-{ident}", entry, "hint-citation")

    def parts(
        self,
        where: Places,
        text: nodes.Text,
        pattern: re.Pattern[str],
        known: dict[str, tuple[str, str]],
        seen: set[tuple[int, str]],
    ) -> Iterator[nodes.Node]:
        """A text cut where an abbreviation stands for the first time in its section."""
        done, place = 0, id(section(text))
        for match in pattern.finditer(text):
            ident, definition = known[match[1]]
            if (place, ident) in seen:
                continue
            seen.add((place, ident))
            if match.start() > done:
                yield nodes.Text(text[done : match.start()])
            done = match.end()
            address = where.link(self.env.docname, "glossary", ident)
            note = self.note(f"note-{ident}", definition)
            wrapped = noted(refuri=address, note=note, classes=["hint-term", "hint-abbreviation"])
            wrapped += nodes.Text(match[0])
            yield wrapped
        if done < len(text) or not done:
            yield nodes.Text(text[done:])


def visit_hint(self: HTML5Translator, node: noted) -> None:
    # Sphinx's own visitor of references would take "describedby" for nothing.
    self.body.append(
        f'<a class="hint {" ".join(node["classes"])}" href="{escape(node["refuri"])}" '
        f'{"data-note" if node["again"] else "aria-describedby"}="{escape(node["note"])}">'
    )


def depart_hint(self: HTML5Translator, node: noted) -> None:
    self.body.append("</a>")


def passed_through(self: Any, node: noted) -> None:
    """In formats that have no notes a hint is its text."""


def setup(app: Sphinx) -> None:
    plain = (passed_through, passed_through)
    app.add_node(noted, html=(visit_hint, depart_hint), latex=plain, text=plain, man=plain, texinfo=plain)
    app.add_role_to_domain("glue", "text", NamedText(), override=True)
    app.add_post_transform(Hints)
    app.add_js_file(SCRIPT, loading_method="defer")
