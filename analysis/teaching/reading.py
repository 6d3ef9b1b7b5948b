"""The chapters that the exercises speak of, each as one light HTML file, for a computer without the site.

They are made from the committed pages: words with their numbers, tables, figures and sources. What needs a script, a
term's note or another page is on the site alone.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from html import escape

import latex2mathml.converter
from markdown_it import MarkdownIt
from markupsafe import Markup
from nbformat import NotebookNode

from analysis import tables
from analysis.figures import SVG
from analysis.report import notebooks
from analysis.stories.reading import reference
from analysis.teaching import sheet

FOLDER = "chapters"

HIDDEN = {"remove-cell", "remove-output"}
MARKDOWN = MarkdownIt("commonmark", {"typographer": True, "html": True}).enable(["table", "smartquotes"])

ROLE = re.compile(r"\{([a-z:]+)\}`([^`]+)`")
TABLE = re.compile(r"^:{3,}\{table\} ?(.*)\n:name: ([\w-]+)\n(?::.*\n)*\n(.*?)\n:{3,}$", re.MULTILINE | re.DOTALL)
LIVE = re.compile(r"^```\{\w+\}.*?^```$\n?", re.MULTILINE | re.DOTALL)
FENCE, LABEL = re.compile(r"^:{3,}.*$\n?", re.MULTILINE), re.compile(r"^\(([\w-]+)\)=$", re.MULTILINE)
LINK = re.compile(r"\[([^\[\]]*)\]\(#?([\w-]+)\)")
FORMULA = re.compile(r"\$\$\n(.+?)\n\$\$(?: \([\w-]+\))?", re.DOTALL)
KINDS = {"fig": "Figure", "tab": "Table"}


def page(name: str, site: str = "") -> str:
    """A chapter as HTML. site: the address of the report's site, if there is one"""
    return _Chapter(name, site).html()


class _Chapter:
    def __init__(self, name: str, site: str) -> None:
        self.name, self.site = name, site
        self.notebook = notebooks.read(notebooks.BOOK / f"{name}.ipynb")
        self.values = dict(_glued(self.notebook))
        self.titles = {each.name: each for each in notebooks.pages()}
        self.cited: list[str] = []
        self.names: dict[str, str] = {}
        self.tables = 0
        whole = "\n\n".join(map(_shown, self.notebook.cells))
        self.headings = dict(re.findall(r"^\(([\w-]+)\)=\n+#+ (.+)$", whole, flags=re.MULTILINE))
        for cell in self.notebook.cells:
            figure = cell.metadata.get("mystnb", {}).get("figure", {}).get("name")
            for label in filter(None, [figure, *(found[2] for found in TABLE.finditer(_shown(cell)))]):
                kind = KINDS[label.partition("-")[0]]
                count = sum(each.startswith(kind) for each in self.names.values())
                self.names[label] = f"{kind} {count + 1}"

    def html(self) -> str:
        cells = "\n".join(filter(None, map(self.cell, self.notebook.cells)))
        heading = re.search(r"<h1>(.*?)</h1>\n?", cells)
        title = Markup(heading[1]).striptags() if heading else self.name
        where = f'<a href="{escape(self.site)}/{self.name}.html">the site</a>' if self.site else "the report's site"
        told = f'<p class="quiet">The chapter in short form, without what moves; {where} has all of it.</p>\n'
        body = told + cells.replace(heading[0] if heading else "", "", 1) + self.sources()
        return sheet.page(title, Markup(body))

    def cell(self, cell: NotebookNode) -> str:
        """A cell as HTML: its words, or what it puts out."""
        if cell.cell_type == "markdown":
            return self.words(cell.source)
        if HIDDEN & set(notebooks.tags(cell)):
            return ""
        figure = cell.metadata.get("mystnb", {}).get("figure")
        return "\n".join(filter(None, (self.output(output, figure) for output in cell.outputs)))

    def output(self, output: NotebookNode, figure: Mapping[str, str] | None) -> str:
        data = output.get("data", {})
        if SVG in data and figure:
            drawing = data[SVG]
            alt = escape(output.metadata[SVG]["alt"])
            svg = drawing[drawing.index("<svg") :].replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)
            caption = f"{self.names[figure['name']]}. {figure['caption']}"
            return f"<figure>\n{svg}\n<figcaption>{self.inline(caption)}</figcaption></figure>"
        return self.words(data["text/markdown"]) if "text/markdown" in data else ""

    def words(self, text: str) -> str:
        """MyST, as far as the chapters use it, as HTML."""
        text = TABLE.sub(lambda found: f"\n**{self.names[found[2]]}. {found[1]}**\n\n{found[3]}\n", text)
        text = FORMULA.sub(lambda found: f"\n{_formula(found[1], 'block')}\n", LIVE.sub("", text))
        text = LINK.sub(self.link, LABEL.sub(r'<div id="\1"></div>\n', FENCE.sub("", text)))
        html = str(MARKDOWN.render(self.roles(text)))
        html = re.sub(r' style="text-align:right"', ' class="right"', html)
        html = re.sub(r' style="text-align:\w+"', "", html)
        return re.sub("<table>", self.box, html).replace("</table>", "</table></div>")

    def box(self, found: re.Match[str]) -> str:
        """What a wide table scrolls in, also by the keyboard."""
        self.tables += 1
        label = f"Numbers and words in columns, {self.tables}"
        return f'<div class="box" tabindex="0" role="region" aria-label="{label}"><table>'

    def link(self, found: re.Match[str]) -> str:
        """A link to a place on the page; to another page it is words alone."""
        text, place = found.groups()
        text = text or f'"{self.headings.get(place, place)}"'
        return f"[{text}](#{place})" if place in self.headings else text

    def inline(self, text: str) -> str:
        return str(MARKDOWN.renderInline(self.roles(text)))

    def roles(self, text: str) -> str:
        return ROLE.sub(lambda found: self.role(found[1], found[2]), text)

    def role(self, kind: str, inside: str) -> str:
        if kind == "glue:text":
            return self.values[inside.partition(":")[0]]
        if kind == "cite":
            keys = inside.split(",")
            self.cited += [key for key in keys if key not in self.cited]
            return f"({', '.join(map(self.source, keys))})"
        if kind == "numref":
            return self.names.get(inside, "A figure of another chapter" if inside[:3] == "fig" else "Another table")
        if kind == "math":
            return _formula(inside, "inline")
        title = re.match(r"(.*?) ?<[^<>]+>$", inside)
        return title[1] if title else self.title(inside) if kind == "doc" else inside

    def title(self, name: str) -> str:
        """The heading of another page, in quotation marks."""
        page = self.titles[name].path
        text = notebooks.read(page).cells[0].source if page.suffix == ".ipynb" else page.read_text(encoding="utf-8")
        heading = re.search(r"^# (.+)$", text, flags=re.MULTILINE)
        return f'"{heading[1]}"' if heading else name

    def source(self, key: str) -> str:
        """A source as a text names it: who, and when."""
        found = reference(key, tables.references()[key])
        return f"{found.authors.partition(' and ')[0].partition(',')[0]} {found.year}"

    def sources(self) -> str:
        found = [reference(key, tables.references()[key]) for key in sorted(self.cited)]
        lines = [f"<li>{escape(f'{each.authors} ({each.year}). {each.title}. {each.url}')}</li>\n" for each in found]
        return f"<h2>Sources</h2>\n<ul>\n{''.join(lines)}</ul>" if lines else ""


def _shown(cell: NotebookNode) -> str:
    """The Markdown of a cell and of what it puts out."""
    outputs = [output.get("data", {}).get("text/markdown", "") for output in cell.get("outputs", [])]
    return "\n".join([cell.source, *outputs]) if cell.cell_type == "markdown" else "\n".join(outputs)


def _glued(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """What a page binds to its text: name and words."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                if kind.startswith("application/papermill.record/"):
                    yield output.metadata["scrapbook"]["name"], str(ast.literal_eval(value))


def _formula(latex: str, display: str) -> str:
    return str(latex2mathml.converter.convert(latex, display=display))
