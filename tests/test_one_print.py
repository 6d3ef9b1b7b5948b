"""One quantity has one print on the whole site: in sentences, notes, live panels, slides and descriptions of figures.

REPORT_SITE=_build/html looks at a site that is there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from html import unescape
from pathlib import Path

import pytest
from test_site import pages, soup, told

from analysis import parameters, tables, words
from analysis.case import Case
from analysis.quantities import REGISTRY
from analysis.quantities.parts import PARTS
from analysis.report import notebooks

SCALES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "million": 1e6, "billion": 1e9, "trillion": 1e12}
MONEY = re.compile(
    r"(?<![\w$])\$([0-9][0-9,]*(?:\.[0-9]+)?)(?![0-9.,]*[0-9])(?: (million|billion|trillion)\b|([KMB])\b)?"
    r"(?! to [0-9$])"
)

LINK = re.compile(r'(?s)<a class="[^"]*\bhint-number\b[^"]*" href="[^"#]*#(?:published-)?([^"]+)"[^>]*>(.*?)</a>')
TAG = re.compile(r"<[^>]*>")
ASIDE = re.compile(
    r'(?s)<(table|script|style|pre|code|math)\b.*?</\1>|<a class="[^"]*\bhint-number\b.*?</a>'
    r'|<div class="hint-notes".*?</div>'
)


@dataclass(frozen=True)
class Money:
    """A sum of dollars in a text: value, half a unit of its last digit, number of digits, and how it reads in words."""

    value: float
    half: float
    digits: int
    text: str

    def names(self, value: float) -> bool:
        """Whether it is a rounding of a value."""
        return abs(self.value - value) <= self.half * 1.0001


def sums(text: str) -> Iterator[Money]:
    """Every sum of dollars in a text; a label of a figure ("$404M") reads as the words do ("$404 million")."""
    for match in MONEY.finditer(text):
        number, word, letter = match[1].rstrip(","), match[2] or "", match[3] or ""
        scale = SCALES[word or letter]
        whole, _, after = number.replace(",", "").partition(".")
        zeros = 0 if after else len(whole) - len(whole.rstrip("0"))
        step = scale * 10.0 ** (zeros - len(after))
        digits = len((whole + after).lstrip("0")) - zeros
        value = float(number.replace(",", "")) * scale
        full = words.number(value) if letter == "K" else number
        name = {"M": " million", "B": " billion"}.get(letter, f" {word}" if word else "")
        yield Money(value, step / 2, digits, f"${full}{name}")


@pytest.fixture(scope="module")
def case() -> Case:
    return Case()


@cache
def forms(key: str, case: Case) -> frozenset[str]:
    """How a result, an assumption or a published figure may read: its value, its range and the ends of that."""
    if key in REGISTRY:
        return frozenset(case.text(key + ending) for ending in ("", "_range", "_median", "_percentile", "_full"))
    if key in parameters.known():
        return frozenset(case.text(key + ending) for ending in ("", "_range", "_low", "_high", "_base"))
    row = case.data.row("published", key)
    there = {"": "value", "_low": "low", "_high": "high"}
    return frozenset(case.text(key + ending) for ending, column in there.items() if row[column] == row[column])


def known(case: Case) -> list[float]:
    """Sums that stand in data/ as their sources have them: they are printed as there."""
    cells = [case.data.published(name) for name in tables.load("published").figure_id]
    estimates = tables.load("estimates")
    cells += [*estimates.value_usd, *estimates.low_usd, *estimates.high_usd, *tables.load("prices").price_usd]
    rows = parameters.known().values()
    cells += [float(end) for row in rows if not row.choices for end in (row.value, row.low, row.high)]
    return sorted({float(cell) for cell in cells if cell == cell})


def test_a_named_number_has_one_print(site: Path, case: Case) -> None:
    """What a sentence says of a result, an assumption or a published figure, by the link to its row."""
    faults = []
    for path in pages(site):
        for key, text in LINK.findall(path.read_text(encoding="utf-8")):
            text = " ".join(unescape(TAG.sub("", text)).split())
            choice = key in parameters.known() and parameters.known()[key].choices
            if not choice and text not in forms(key, case):
                faults.append(f"{path.name}: {key} reads {text!r}, elsewhere {case.text(key)!r}")
    assert not faults, told(sorted(set(faults)), "`Case.text` has the one print of a quantity; see analysis/words.py.")


def test_a_live_panel_prints_what_the_pages_do(site: Path, case: Case) -> None:
    faults = []
    for path in pages(site):
        if "data-result=" not in path.read_text(encoding="utf-8"):
            continue
        for row in soup(path).select("tr[data-result]"):
            name = str(row["data-result"])
            result = case[name] if name in REGISTRY else case.measured(PARTS[name])
            cells = [cell.get_text(strip=True) for cell in row.find_all("td")]
            wanted = [result.text, "none" if result.certain else result.range]
            if cells[-2:] != wanted or cells[0] != result.text:
                faults.append(f"{path.name}: {name} reads {cells}, elsewhere {wanted}")
    assert not faults, told(sorted(set(faults)), "A live panel shows `Quantity.text` and `Quantity.range`.")


def unlinked(html: str) -> Iterator[tuple[str, str]]:
    """Texts of a page without tables, code, notes and linked numbers; then the descriptions of its drawings."""
    article = re.search(r"(?s)<article.*</article>", html)
    yield "text", " ".join(unescape(TAG.sub("", ASIDE.sub(" … ", article[0] if article else html))).split())
    for alt in re.findall(r'<img\b[^>]*\balt="([^"]+)"', html):
        yield "description of a figure", unescape(alt)


def test_a_sum_that_is_not_linked_has_the_print_of_its_quantity(site: Path, case: Case) -> None:
    """In a description of a figure, on a slide, in a sentence: a sum that rounds a result reads as the result does.

    A sum of three digits names its result by its value; one of two only where the page links the result. What stands so
    in data/ is printed as its source has it.
    """
    results = {name: case[name] for name in REGISTRY if REGISTRY[name].unit.startswith("USD")}
    told_so = {text for name in results for text in forms(name, case)}
    sources = known(case)
    family = {page.name for page in notebooks.members()}  # each computes numbers of its own
    faults = []
    for path in [*pages(site), *sorted(site.glob("slides/*.html"))]:
        if path.stem in family:
            continue
        html = path.read_text(encoding="utf-8")
        linked = {key for key, _ in LINK.findall(html)}
        for where, text in unlinked(html):
            everywhere = where != "text" or "slides" in path.parts
            for found in sums(text):
                if found.digits < 2 or found.text in told_so or any(map(found.names, sources)):
                    continue
                named = [
                    name
                    for name, result in results.items()
                    if found.names(result.value) and (found.digits > 2 or everywhere or name in linked)
                ]
                if named:
                    faults.append(f"{path.name}, {where}: {found.text}; {named[0]} reads {results[named[0]].text}")
    assert not faults, told(
        sorted(set(faults)), "Use `Quantity.text`, or `Quantity.printed` for its value in another case."
    )
