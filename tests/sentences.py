"""Which sentences of the pages a changed assumption could make false: a list to read, and rules that a text must keep.

`python tests/sentences.py` lists, page by page, the sentences that want a judgement (analysis/judgements) or a reason
in tests/reviewed_sentences.csv.

qualifying  it says how much ("more than", "the small part") beside a number that an assumption moves
attributed  it names a source beside a number that an assumption moves
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd
from pages_in_process import Shown, executed, shown, undrawn

from analysis import parameters
from analysis.case import Case
from analysis.judgements import JUDGEMENTS
from analysis.report import notebooks

REVIEWED = Path(__file__).parent / "reviewed_sentences.csv"

# Words that may be false beside another number.
QUALIFYING = re.compile(
    r"\b(?:more|less|fewer|most|least|higher|highest|lower|lowest|larger|largest|smaller|smallest|small|large|big|"
    r"cheap|cheaper|dear|dearer|wide|wider|narrow|narrower|far|farther|half|third|quarter|fifth|sixth|tenth|twice|"
    r"same order|order of magnitude|agrees?|close|similar|above|below|nearly|mostly|mainly|weak|weaker|better|worse|"
    r"because|explains?|decides?|outside|within|flattering)\b"
)
SOURCES = re.compile(
    r"\{cite\}|DeepSeek(?!-V3)|SemiAnalysis|Epoch AI|OpenAI|Meta\b|Nvidia|High-Flyer|\bLuk\b|Register|Reuters|Amodei|"
    r"\banalyst|\barticle\b|\bpress\b|\bsource"
)
QUOTED = re.compile(r'"[^"]*"|“[^”]*”|`[^`]*`')
BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*]|\d+\.) )|\n(?=:::|\+\+\+|#)")
CLAUSE = re.compile(r"(?<=[.!?:;])\s+|\n")
SENTENCE = re.compile(r"(?<=[.!?])\**\s+|\n")

# Every assumption at a value that is its own and no other's, inside its plausible range where there is one.
MOVED: dict[str, parameters.Value] = {"fleet": "hopper_only", "draws": 256, "seed": 7, "hopper_price_correlation": 0.37}


def everything_moved() -> dict[str, parameters.Value]:
    """A case in which no assumption has its base value."""
    changes = dict(MOVED)
    for place, (name, row) in enumerate(parameters.known().items()):
        if name not in changes:
            end = row.high if row.high != row.value else row.low if row.low != row.value else float(row.value) * 1.2
            value = float(row.value) + (0.31 + place / 97) * (end - float(row.value)) or 0.031
            changes[name] = round(value) if row.type == "int" else float(f"{value:.3g}")
    return changes


@dataclass(frozen=True)
class Unjudged:
    """A sentence that wants a judgement or a reason."""

    page: str
    kind: str
    sentence: str


@lru_cache
def with_nothing_moved(page: str) -> Shown:
    return executed(notebooks.page(page).path)


@lru_cache
def with_everything_moved(page: str) -> Shown:
    with undrawn():
        return shown(page, everything_moved())


@lru_cache
def moved(page: str) -> set[str]:
    """Names that a page's prose binds and that some assumption moves: those that read otherwise once all have moved."""
    base, other = with_nothing_moved(page).told, with_everything_moved(page).told
    return {name for name in base if base[name] != other[name]}


def unjudged(page: notebooks.Page) -> Iterator[Unjudged]:
    """Sentences with a number that an assumption moves, and a word or a source that need not fit it any more."""
    names = moved(page.name)
    for text in notebooks.prose(notebooks.read(page.path)):
        for block in BLOCK.split(text):
            if not names & set(notebooks.GLUE.findall(block)):
                continue
            yield from (
                Unjudged(page.name, "qualifying", _plain(part))
                for part in CLAUSE.split(block)
                if QUALIFYING.search(QUOTED.sub(" ", notebooks.GLUE.sub(" ", part))) and not _judged(part)
            )
            yield from (
                Unjudged(page.name, "attributed", _plain(part))
                for part in SENTENCE.split(block)
                if names & set(notebooks.GLUE.findall(part))
                and SOURCES.search(notebooks.GLUE.sub(" ", part))
                and not _judged(part)
            )


def _judged(text: str) -> bool:
    return any(name in JUDGEMENTS for name in notebooks.GLUE.findall(text))


def _plain(text: str) -> str:
    return " ".join(notebooks.GLUE.sub(r"{\1}", text).split())


def reviewed() -> dict[tuple[str, str], str]:
    """(page, sentence) -> why it is true in every case."""
    frame = pd.read_csv(REVIEWED, dtype=str, keep_default_na=False)
    return {(row.page, row.sentence): row.reason for row in frame.itertuples()}


# What no sentence holds: a number that is none, a negative amount where a cost is told, marks around a blank.
BROKEN = (
    *(r"not defined", r"\b(?:costs?|leaves|draws?|rent) −"),
    *(r" [.,;](?=\s|$)", r";;|,,|\(\)|\. [;,]", r"(?<!\.)\.\.(?!\.)"),
)

# What stands in a sentence that gives a scenario's value beside a source, and says whose the value is.
WHOSE = re.compile(r"this (?:scenario|case)|base case|own (?:sum|price)|assumptions of this")


def faults(page: str, found: Shown, changes: Mapping[str, parameters.Value], base: Shown | None = None) -> list[str]:
    """What is wrong with the texts of a page in a case, whatever the case is.

    base: what is shown in the base case, where it is no page
    """
    case = Case({**parameters.base(), **changes})
    known = parameters.known()
    own = {name: case.text(name) for name, value in changes.items() if value != known[name].value}
    # A short number is a part of many; the name of a choice is no number.
    told = {name: text for name, text in own.items() if len(text) > 2 and not known[name].choices}
    same = "\n".join((base or with_nothing_moved(page)).texts()) if told else ""
    wrong = []
    for text in found.texts():
        if number := re.search(r"(?<![\w-])(?:nan|inf)(?![\w-])|[+−(]not defined|not defined [%a-z]", text):
            wrong.append(f"{page}: '{number[0]}' in: {_around(text, number)}")
    for text in (*found.prose, *found.alts):
        for match in (found for pattern in BROKEN for found in re.finditer(pattern, text)):
            wrong.append(f"{page}: '{match[0]}' in: {_around(text, match)}")
        for block in BLOCK.split(text):
            for sentence in SENTENCE.split(block):
                # What stands in the base case too is another number that happens to be the same.
                for name, value in () if sentence in same else told.items():
                    if _quotes(sentence, value) and SOURCES.search(sentence) and not WHOSE.search(sentence):
                        wrong.append(f"{page}: {name} = {value} beside a source: {' '.join(sentence.split())}")
    return wrong


def _quotes(sentence: str, value: str) -> bool:
    """Whether a value stands in a sentence as a number of its own, not as a part of another one."""
    before = r"(?<![\d.,$])" if value[0].isdigit() else r"(?<![\d.,])"
    after = r"(?![\d.,]*\d)(?! (?:million|billion))" if value[-1].isdigit() else ""
    return bool(re.search(before + re.escape(value) + after, sentence))


def _around(text: str, match: re.Match[str]) -> str:
    return " ".join(text[max(0, match.start() - 60) : match.end() + 60].split())


def chapters() -> list[notebooks.Page]:
    """Pages with prose about numbers."""
    others = ("data_dictionary", "review_kit")
    return [page for page in notebooks.pages() if page.runs and page.name not in others]


def reached(changes: Iterable[str]) -> list[notebooks.Page]:
    """Those that some changed assumptions move; the others are the same as in the base case."""
    return [page for page in chapters() if not set(changes).isdisjoint(notebooks.declared(notebooks.read(page.path)))]


if __name__ == "__main__":
    known = reviewed()
    for chapter in chapters():
        for line in unjudged(chapter):
            reason = known.get((line.page, line.sentence), "")
            print(f"{line.page}\t{line.kind}\t{reason or 'WANTS A JUDGEMENT'}\t{line.sentence}")
