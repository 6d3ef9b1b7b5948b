"""What a lesson hands out: cards to cut, the checklist, and of a story its cards, five slides and a form for reviewers.

The sheets hold no answer, so that they may lie on a site and in a students' folder. The key is one sheet more, for the
teachers' folder alone. A story's words are strangers': the template escapes them all.
"""

from __future__ import annotations

import ast
import hashlib
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import claims, stories, written
from analysis.claims import Finding
from analysis.placing import told
from analysis.placing.verdict import VERDICTS
from analysis.quantities.audit import VERDICTS as WEIGHED
from analysis.report import notebooks, story
from analysis.report.execution import Progress
from analysis.report.site import templates
from analysis.stories import Audit
from analysis.stories.columns import PLACED
from analysis.stories.reading import Reference, all_references
from analysis.teaching import instructor, sheet
from analysis.teaching.wanted import Wanted
from analysis.untrusted import isolated

FOLDER = "lesson"
SENTENCES, CARDS, CHECKLIST, SLIDES, REVIEW = (
    *("sentences.html", "cards.html", "checklist.html", "slides.html", "review.html"),
)
KEY, STORY = "lesson_key.html", "story.html"

SOURCE, FILLED = (notebooks.BOOK / "teaching" / f"{name}.yml" for name in ("cards", "checklists"))
BASES = {
    "rental": "hours, times a rent",
    "amortised": "loss of value while in use",
    "acquisition": "buying the hardware",
    "programme": "research and staff, all of it",
}
# Of which a claim may have two verdicts, one for each question.
TOLD = {**{name: each.means for name, each in VERDICTS.items()}, **WEIGHED}

HTML = templates.beside(__file__, words=isolated)


class LessonError(notebooks.PageFailure):
    """A lesson's sheets cannot be made: which file, what is wrong, what to do."""


@dataclass(frozen=True)
class Card:
    """Something that was found, on a card. mark: its letter; finding, claim, question: what it is about"""

    mark: str
    asserted: str
    text: str
    source: str
    finding: Finding
    claim: str
    question: str


def sentences() -> list[dict[str, str]]:
    """The sentences to sort, each with its cost basis."""
    found: list[dict[str, str]] = written.yaml_of(SOURCE)
    for number, each in enumerate(found, start=1):
        written.require_keys(
            each, {"text", "basis"}, {"text", "basis"}, f"{SOURCE.name}, sentence {number}", LessonError
        )
        if each["basis"] not in BASES:
            raise LessonError(
                f"{SOURCE.name}, sentence {number}: `basis` is '{each['basis']}'. Allowed: {', '.join(BASES)}."
            )
    return found


def checklist() -> dict[str, str]:
    """The questions of the page "Reading cost claims critically", each with what to look for."""
    page = notebooks.page("reading_cost_claims").path
    for cell in notebooks.read(page).cells:
        for node in ast.parse(cell.source).body if cell.cell_type == "code" else ():
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "hints":
                found: dict[str, str] = ast.literal_eval(node.value)
                return found
    raise LessonError(f"{page.name}: no cell sets `hints`, the questions of the checklist. Give it that name again.")


def filled(story: str) -> dict[str, str]:
    """The checklist with what a class can find on a story's first claim; empty where nobody has written it."""
    answers: list[str] = written.yaml_of(FILLED).get(story, [])
    if answers and len(answers) != len(checklist()):
        raise LessonError(f"{FILLED.name}, {story}: {len(answers)} answers to {len(checklist())} questions.")
    return dict(zip(checklist(), answers, strict=False))


def cards(audit: Audit) -> list[Card]:
    """What was found on a story's claims, in an order that says nothing."""
    found = [
        (finding, weighed.claim["claim_id"], question)
        for weighed in audit.claims
        for question, its in weighed.examined.items()
        for finding in its.findings
    ]
    found.sort(key=lambda each: hashlib.sha256(each[0].record["scope_found"].encode()).hexdigest())
    known = all_references(audit.story)
    return [
        Card(mark, *_told(finding, known), finding, claim, question)
        for mark, (finding, claim, question) in zip(_marks(len(found)), found, strict=True)
    ]


def _marks(count: int) -> Sequence[str]:
    letters = string.ascii_uppercase
    return letters[:count] if count <= len(letters) else [str(number) for number in range(1, count + 1)]


def _told(finding: Finding, known: Mapping[str, Reference]) -> tuple[str, str, str]:
    """What was asserted, what was found, and where: who and when, and the place in it."""
    record = finding.record
    sources = [f"{known[key].authors} {known[key].year}" for key in record["source"].split(";") if key]
    return record["scope_asserted"], record["scope_found"], ", ".join(filter(None, [*sources, record["locator"]]))


def _prices(audit: Audit) -> Iterator[tuple[str, str]]:
    """The prices of a run's time, with their ends: what a class multiplies by."""
    for name, title in told.PRICES.items():
        if span := audit.run.inputs.get(name):
            yield title, told.spanned(span, "USD/GPU-hour" if name == "rent" else "USD")


def sheets(audit: Audit) -> dict[str, str]:
    """File -> HTML of what may be handed out; no key is in it."""
    about = audit.story.about["title"] or audit.story.name
    questions = claims.QUESTIONS
    bodies = {
        SENTENCES: ("Which cost is it?", HTML.sentences(sentences(), BASES)),
        CARDS: (f"Cards: {about}", HTML.cards(audit.story.claims, cards(audit), questions)),
        CHECKLIST: ("Checklist for a story about costs", HTML.checklist(checklist())),
        SLIDES: (
            about,
            HTML.slides(
                audit.story, told.known(audit.run), [*_prices(audit)], cards(audit), questions, WEIGHED, claims.RULES
            ),
        ),
        REVIEW: ("Review of another group's audit", HTML.review(audit.story.claims, questions)),
    }
    return {name: sheet.page(title, body) for name, (title, body) in bodies.items()}


def key(audit: Audit) -> str:
    """What the sheets ask, answered; for teachers alone."""
    expected = [{**row, "expected": TOLD[row["expected"]]} for row in audit.story.key]
    worked = [(each.claim, told.costs(each.placed), each.placed) for each in audit.claims]
    body = HTML.key(
        sentences(),
        filled(audit.story.name),
        audit.story,
        cards(audit),
        expected,
        worked,
        {PLACED: "Which cost?", **claims.QUESTIONS},
    )
    return sheet.page(f"Key: {audit.story.about['title'] or audit.story.name}", body)


def audited(name: str) -> Audit:
    """The audit of a story's folder. StoryError with all that is wrong in it."""
    return stories.audited(stories.read(stories.found(name)))


def write(folder: Path, audit: Audit) -> None:
    """The sheets below a folder."""
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, html in sheets(audit).items():
        (folder / FOLDER / name).write_text(html, encoding="utf-8")


def publish(site: Path) -> None:
    """The sheets of the story that the lesson plans use, beside the pages of a site; the key is not among them."""
    write(site, audited(Wanted().story))


def build(folder: Path, progress: Progress, wanted: Wanted) -> None:
    """The sheets as a part of the classroom's folder, and the key beside the instructor's edition."""
    audit = audited(wanted.story)
    write(folder, audit)
    (folder / instructor.FOLDER / KEY).write_text(key(audit), encoding="utf-8")
    (folder / instructor.FOLDER / STORY).write_text(story.html(audit, with_key=True), encoding="utf-8")
