"""Citations by author and year: (DeepSeek-AI, 2024a).

`bibtex_default_style: report` labels the entries, `bibtex_reference_style: report` cites by those labels.
sphinxcontrib-bibtex's own author-year style cannot tell two works of one author and year apart; this one adds a letter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pybtex.plugin
from pybtex.database import Entry
from pybtex.richtext import Text
from pybtex.style.formatting.unsrt import Style as UnsrtStyle
from pybtex.style.labels import BaseLabelStyle
from pybtex.style.sorting import BaseSortingStyle
from pybtex.style.template import node
from sphinx.application import Sphinx
from sphinxcontrib.bibtex.plugin import register_plugin
from sphinxcontrib.bibtex.style.referencing import BracketStyle
from sphinxcontrib.bibtex.style.referencing.basic_author_year import BasicAuthorYearTextualReferenceStyle
from sphinxcontrib.bibtex.style.referencing.label import LabelReferenceStyle
from sphinxcontrib.bibtex.style.template import join, join2, post_text, pre_text, reference

from analysis.figures.credits import short_names


class AuthorYearLabels(BaseLabelStyle):
    def format_labels(self, sorted_entries: Iterable[Entry]) -> Iterator[str]:
        labels = [f"{short_names(e)}, {e.fields.get('year', 'n.d.')}" for e in sorted_entries]
        total, seen = Counter(labels), Counter[str]()
        for label in labels:
            letter = chr(ord("a") + seen[label]) if total[label] > 1 else ""
            seen[label] += 1
            yield label + letter


# One quote of LaTeX that is not half of a double one.
SINGLE = re.compile(r"(?<!`)`(?!`)|(?<!')'(?!')")
CURLED = {"`": "‘", "'": "’"}


class AsLabelled(BaseSortingStyle):
    """In the order of the labels, so that {Epoch AI} in braces stands among the E."""

    def sorting_key(self, entry: Entry) -> tuple[str, str, str]:
        return (short_names(entry).casefold(), entry.fields.get("year", ""), entry.fields.get("title", ""))


class Style(UnsrtStyle):
    default_label_style = AuthorYearLabels
    default_sorting_style = AsLabelled

    def format_entry(self, label: str, entry: Entry, bib_data: Any = None) -> Any:
        # pybtex reads \& and \% as LaTeX does, and ``double'' quotes; it leaves \$ and `single' quotes as they are.
        for name, text in entry.fields.items():
            plain = text.replace(r"\$", "$")
            entry.fields[name] = plain if name == "url" else SINGLE.sub(lambda found: CURLED[found[0]], plain)
        return super().format_entry(label, entry, bib_data)


@node
def labelled_year(children: list[Any], data: dict[str, Any]) -> Text:
    return Text(data["formatted_entry"].label.rsplit(", ", 1)[-1])


@dataclass
class Textual(BasicAuthorYearTextualReferenceStyle):
    """DeepSeek-AI (2024a)"""

    def inner(self, role_name: str) -> Any:
        return join(sep=self.text_reference_sep)[
            self.person.author_or_editor_or_title(full="s" in role_name),
            join[
                self.bracket.left,
                join2(sep1=self.pre_text_sep, sep2=self.post_text_sep)[pre_text, reference[labelled_year], post_text],
                self.bracket.right,
            ],
        ]


def round_brackets() -> BracketStyle:
    return BracketStyle(left="(", right=")", sep="; ")


@dataclass
class ReportReferences(LabelReferenceStyle):
    bracket_textual: BracketStyle = field(default_factory=round_brackets)
    bracket_parenthetical: BracketStyle = field(default_factory=round_brackets)

    def __post_init__(self) -> None:
        super().__post_init__()
        textual = Textual(bracket=self.bracket_textual, person=self.person)
        self.role_style.update(dict.fromkeys(textual.role_names(), textual))


def setup(app: Sphinx) -> None:
    # pybtex looks through every installed distribution for each piece of text: a third of the time of rendering.
    pybtex.plugin.entry_points = cache(pybtex.plugin.entry_points)
    pybtex.plugin.register_plugin("pybtex.style.formatting", "report", Style)
    register_plugin("sphinxcontrib.bibtex.style.referencing", "report", ReportReferences)
