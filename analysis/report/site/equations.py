"""Formulas become MathML when the site is built.

latex2mathml passes what it does not know through as text, or drops it, so a result is looked at before it is believed.
A formula that does not come out whole is a warning, and the site is built with warnings as errors.
"""

from __future__ import annotations

import re
from html import unescape
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

LOGGER = logging.getLogger(__name__)

# `aligned` is not known to latex2mathml and `split` is its twin; numbered environments number their own rows,
# although the number is the page's business.
REPLACED = {"aligned": "split", "align": "align*"}
KNOWN = re.compile(r"split|align\*|cases|array|(?:small|[pbBvV])?matrix\*?")
CHILDREN = {"mfrac": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2, "mroot": 2, "msubsup": 3, "munderover": 3}
WRAPPERS = re.compile(r"\\(?:begin|end)\{(?:equation|displaymath|math)\*?\}")


def prepare(latex: str) -> str:
    """LaTeX as written on a page -> LaTeX that latex2mathml renders faithfully."""
    latex = WRAPPERS.sub("", latex).strip()
    for known, used in REPLACED.items():
        latex = latex.replace(rf"\begin{{{known}}}", rf"\begin{{{used}}}")
        latex = latex.replace(rf"\end{{{known}}}", rf"\end{{{used}}}")
    if r"\\" in latex and r"\begin{" not in latex:
        latex = rf"\begin{{split}}{latex}\end{{split}}"
    return latex


def mathml(latex: str, *, block: bool) -> str:
    """MathML of one formula. Raises ValueError for what cannot be rendered."""
    prepared = prepare(latex)
    strange = [name for name in re.findall(r"\\begin\{([^}]*)\}", prepared) if not KNOWN.fullmatch(name)]
    if strange:
        raise ValueError(f"latex2mathml does not know the environment {', '.join(strange)} in {latex!r}")
    try:
        markup = convert(prepared, display="block" if block else "inline")
    except Exception as error:  # the parser raises many kinds
        raise ValueError(f"latex2mathml cannot read {latex!r} ({type(error).__name__}: {error})") from error
    # Escapes inside \text{} are left as they are.
    markup = re.sub(r"\\([%$&#_{}])(?=[^<>]*</mtext>)", r"\1", markup)
    text = unescape(re.sub(r"<[^>]+>", " ", markup))
    unknown = re.findall(r"\\[A-Za-z]*", text)
    if unknown or "<mi>&</mi>" in markup:
        raise ValueError(f"latex2mathml does not know {', '.join(unknown) or 'this use of &'} in {latex!r}")
    markup = re.sub(r"&(?![#\w]+;)", "&amp;", markup)
    for element in ElementTree.fromstring(markup).iter():
        kind = element.tag.rpartition("}")[2]
        if len(element) != CHILDREN.get(kind, len(element)):
            raise ValueError(f"latex2mathml finds a part missing in {latex!r} (<{kind}>)")
    return markup


def _markup(node: nodes.Element, *, block: bool) -> str:
    try:
        return mathml(node.astext(), block=block)
    except ValueError as error:
        LOGGER.warning("%s; write the formula another way", error, location=node, type="equations")
        raise nodes.SkipNode from error


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(self.starttag(node, "span", "", CLASS="math") + _markup(node, block=False) + "</span>")
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    # Not of class "math": the theme lays those out for MathJax.
    # A wide formula scrolls in its own box; tabindex lets the keyboard scroll it.
    # The theme's script makes no stop of one that does not scroll.
    markup = _markup(node, block=True)
    number = get_node_equation_number(self, node) if node["number"] else ""
    name = f"Equation {number}" if number else "Formula"
    self.body.append(self.starttag(node, "div", "", CLASS="equation"))
    self.body.append(f'<div class="formula" tabindex="0" role="group" aria-label="{name}">{markup}</div>')
    if number:
        self.body.append(f'<span class="eqno">({number})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def check_renderer(app: Sphinx) -> None:
    if app.builder.format == "html" and app.config.html_math_renderer != "mathml":
        raise SphinxError("Set `html_math_renderer: mathml` under sphinx.config in _config.yml.")


def setup(app: Sphinx) -> None:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("builder-inited", check_renderer)
