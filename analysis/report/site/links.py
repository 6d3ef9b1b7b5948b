"""Where things stand in the site: the pages that list rows of data/, the results, the references and the notebooks."""

from __future__ import annotations

import posixpath
import re
from datetime import date
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from weakref import WeakKeyDictionary

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

from analysis import parameters, provenance, tables, words
from analysis.case import Data
from analysis.dictionary import PAGES, WHOLE
from analysis.listing import UNVERIFIED
from analysis.quantities import REGISTRY
from analysis.report import notebooks
from analysis.report.site import typography

# Names of assumptions and results are unique in the report, so that they are anchors as they are.
OWN_NAME = ("assumptions", "results")

# An address in the Wayback Machine.
ARCHIVED = re.compile(r"https?://web\.archive\.org/web/(?P<day>\d{8})\w*/(?:https?://)?(?:www\.)?(?P<site>[^/\s]+)\S*")


def anchor(table: str, key: str) -> str:
    return key if table in OWN_NAME else f"{table.replace('_', '-')}-{key}"


class Places:
    """Links from one page to what stands on others, and what the notes about numbers say."""

    def __init__(self, env: BuildEnvironment) -> None:
        self.env = env
        self.changes: dict[str, Any] = dict(env.config.report_changes)

    def link(self, docname: str, page: str, fragment: str = "") -> str:
        """The address of a place, as seen from a document."""
        builder = self.env.app.builder
        if builder.name == "singlehtml":
            return f"#{quote(fragment)}" if fragment else f"#document-{page}"
        target = "" if docname == page and fragment else builder.get_relative_uri(docname, page)
        return target + (f"#{quote(fragment)}" if fragment else "")

    def row(self, docname: str, table: str, key: str) -> str:
        if table in WHOLE:
            return self.link(docname, WHOLE[table])
        return self.link(docname, PAGES[table], anchor(table, key))

    @cached_property
    def _citations(self) -> dict[str, tuple[str, str]]:
        domain = cast(Any, self.env.get_domain("cite"))
        return {c.key: (c.citation_id, c.formatted_entry.label) for c in domain.citations}

    def sources(self, docname: str, keys: str) -> str:
        """A row's `source` as links to the references, in HTML."""
        links = []
        for key in keys.split(";") if keys else []:
            fragment, label = self._citations.get(key, ("", key))
            links.append(f'<a href="{self.link(docname, "references", fragment)}">{escape(label)}</a>')
        return "; ".join(links)

    @cached_property
    def declared(self) -> dict[str, list[str]]:
        """Parameter -> pages that declare it, in reading order."""
        found: dict[str, list[str]] = {}
        for name in self._notebooks:
            for parameter in notebooks.declared(self._notebooks[name]):
                found.setdefault(parameter, []).append(name)
        return found

    @cached_property
    def _notebooks(self) -> dict[str, nbformat.NotebookNode]:
        folder = Path(self.env.srcdir)
        pages = [page.name for page in notebooks.pages() if (folder / f"{page.name}.ipynb").exists()]
        return {name: notebooks.read(folder / f"{name}.ipynb") for name in pages}

    def has_notebook(self, docname: str) -> bool:
        return posixpath.basename(docname) in self._notebooks

    def title(self, page: str) -> str:
        return self.env.titles[page].astext()

    @cached_property
    def moved_by(self) -> dict[str, list[str]]:
        """Assumption -> results that rest on it, in the order of the register."""
        values, data = {**parameters.base(), **self.changes}, Data()
        found: dict[str, list[str]] = {}
        for name in REGISTRY:
            for parameter in provenance.rests_on(name, values, data).get("assumptions", []):
                found.setdefault(parameter, []).append(name)
        return found

    @cached_property
    def results(self) -> dict[str, dict[str, Any]]:
        """Value and range of every result in this site's case, from the page of the results."""
        return notebooks.results(Path(self.env.srcdir) / "results.ipynb") if self.has_notebook("results") else {}

    def shown(self, described: provenance.Described) -> str:
        """A row's value in this site's case. The base case's comes last: what follows, range and source, is of it."""
        if described.table == "assumptions" and described.key in self.changes:
            here = words.set_to(self.changes[described.key], parameters.known()[described.key].unit)
            return f"{here} in this scenario; base case: {described.value}"
        return described.value

    def note(self, table: str, key: str) -> str:
        """One or two sentences about a number, for a note beside it."""
        if table == "results":
            definition, here = REGISTRY[key], self.results.get(key, {})
            basis = f", {definition.basis} basis" if definition.basis else ""
            value = f": {here['value']}" if here else ""
            counts = ", counts of GPUs as stated" if here.get("counts") else ""
            span = f", 5 to 95 % range {here['range']}{counts}" if here.get("range") else ""
            doubt = " It uses unverified rows." if here.get("unverified") else ""
            return f"{definition.title}{value}{span}{basis}.{doubt}"
        row = provenance.rows(table)[key]
        kind = "Assumption" if table == "assumptions" else "Published figure"
        span = f" {row.spread[0].upper()}{row.spread[1:]}." if row.spread else ""
        return f"{kind}: {row.title}, {self.shown(row)}.{span} Confidence: {row.confidence}."

    @cached_property
    def terms(self) -> dict[str, tuple[str, str]]:
        """Headword of the glossary -> its anchor and its definition. Headwords may share a definition."""
        found: dict[str, tuple[str, str]] = {}
        for glossary in self.env.get_doctree("glossary").findall(addnodes.glossary):
            for item in glossary.findall(nodes.definition_list_item):
                definition = " ".join(" ".join(part.astext().split()) for part in item.findall(nodes.definition))
                for term in item.findall(nodes.term):
                    found[term.astext()] = (term["ids"][0], definition)
        return found

    def repository(self) -> str:
        return str(self.env.config.report_repository_url)


def grade(described: provenance.Described) -> str:
    """Confidence in HTML; what nobody could source is marked in words."""
    fields = {field["name"]: field for field in tables.package()["by_name"][described.table]["schema"]["fields"]}
    columns = [fields[name]["title"].lower() for name in described.gaps.split(";") if name]
    gaps = f"{UNVERIFIED} in part: {', '.join(columns)}" if columns else ""
    word = UNVERIFIED if described.unverified else escape(described.confidence)
    return "; ".join(part for part in (word, gaps) if part)


def breakable(text: str) -> str:
    """A text in HTML whose long names may break after an underscore or a slash; addresses become links.

    An archive's address is called by what it keeps: 'archived page of cloud.google.com, 11 May 2022'.
    """
    if kept := ARCHIVED.fullmatch(text):
        day = date.fromisoformat(kept["day"])
        return f'<a class="external" href="{escape(text)}">archived page of {kept["site"]}, {day.day} {day:%B %Y}</a>'
    if re.fullmatch(r"https?://\S+", text):
        return f'<a class="external" href="{escape(text)}">{breakable(text.partition("://")[2])}</a>'
    return re.sub(r"([_/])(?=\w)", r"\1<wbr>", typography.html(text))


_MADE: WeakKeyDictionary[BuildEnvironment, Places] = WeakKeyDictionary()


def places(env: BuildEnvironment) -> Places:
    """The places of a build; made once, when the first page asks."""
    if env not in _MADE:
        _MADE[env] = Places(env)
    return _MADE[env]
