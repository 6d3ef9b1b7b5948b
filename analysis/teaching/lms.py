"""The questions at the ends of chapters, for learning platforms: Moodle XML, GIFT, and QTI 1.2 as Canvas imports it.

They are the questions of the site, for the same case, with the same numbers and the same reasons. What a platform
cannot do differs: Canvas counts every number of a numerical question as right, so a slip is no answer there, and is
told to all who are wrong. text2qti, the library for Canvas, has a file a quiz, reads Markdown, and knows no slips.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html import escape
from pathlib import Path

from analysis import words
from analysis.case import Case
from analysis.report.downloads import packed
from analysis.report.execution import Progress
from analysis.report.site import templates, typography
from analysis.scenarios import Scenario
from analysis.teaching import exercises, quizzes
from analysis.teaching.quizzes import Option, Question
from analysis.teaching.wanted import Wanted

FOLDER, MOODLE, GIFT, CANVAS = "quizzes", "moodle.xml", "gift.txt", "canvas.zip"
TITLE = "What does a frontier AI model really cost?"
KINDS = {
    "one": "multiple_choice_question",
    "several": "multiple_answers_question",
    "number": "numerical_question",
}
# What stands for something in GIFT.
CONTROL = re.compile(r"([~=#{}:\\])")


@dataclass(frozen=True)
class Quiz:
    """The questions of a chapter. name: of its page"""

    name: str
    title: str
    questions: list[Question]


def all_quizzes(scenario: Scenario) -> list[Quiz]:
    """Every chapter's questions in a scenario, in the order of the book; one that has no sense there is left out."""
    case = Case(scenario.values(), scenario)
    named = {each.name: each.title for each in exercises.chapters()}
    order = sorted(quizzes.chapters(), key=[*named].index)
    return [Quiz(name, named[name], quizzes.questions(name, case, strict=scenario.is_base)) for name in order]


def asked(question: Question) -> str:
    """What a question asks, with how it is answered, as HTML."""
    how = {"several": " One or more are right.", "number": f" Your answer, in {question.unit}:"}
    return typography.html(question.ask + how.get(question.kind, ""))


def margin(value: float, question: Question) -> float:
    """How far an answer may lie from a value, in the question's unit."""
    return abs(value) * question.tolerance


def share(option: Option, question: Question) -> str:
    """What an option earns, in per cent, as Moodle writes it: whoever ticks all of several earns nothing."""
    right = sum(each.right for each in question.options)
    if option.right:
        return f"{100 / right:.7g}"
    return "0" if question.kind == "one" else f"{-100 / (len(question.options) - right):.7g}"


def _ident(name: str) -> str:
    return f"i{hashlib.sha256(name.encode()).hexdigest()[:31]}"


def _slips(question: Question) -> str:
    """What is told to all who are wrong, as HTML: values that a reader may come to, each with what went wrong."""
    found = (
        f"<li>Not: {words.digits(slip.value, 4)} {escape(question.unit)}. {typography.html(slip.why)}</li>"
        for slip in question.slips
    )
    return f"<ul>{''.join(found)}</ul>"


XML = templates.beside(
    __file__,
    asked=asked,
    ident=_ident,
    kind=KINDS.__getitem__,
    margin=margin,
    share=share,
    slips=_slips,
    typeset=typography.html,
)


def moodle(chosen: list[Quiz]) -> str:
    return str(XML.moodle(chosen, TITLE)).lstrip()


def gift(chosen: list[Quiz]) -> str:
    """GIFT, which Moodle and others read: a category a chapter, a question between blank lines."""
    lines = []
    for each in chosen:
        lines.append(f"$CATEGORY: $course$/{TITLE}/{each.title.replace('/', '//')}\n")
        lines += [_gift(f"{each.name}-{question.id}", question) for question in each.questions]
    return "\n".join(lines)


def _gift(name: str, question: Question) -> str:
    if question.kind == "number":
        values = [(100, question.answer, question.why), *((0, slip.value, slip.why) for slip in question.slips)]
        answers = [
            f"=%{fraction}%{value!r}:{margin(value, question)!r}#{_escaped(why)}" for fraction, value, why in values
        ]
    else:
        sign = {True: "=" if question.kind == "one" else "~%{}%", False: "~" if question.kind == "one" else "~%{}%"}
        answers = [
            f"{sign[each.right].format(share(each, question))}{_escaped(each.text)}#{_escaped(each.why)}"
            for each in question.options
        ]
    opened = "{#" if question.kind == "number" else "{"
    body = "\n".join(f"\t{answer}" for answer in answers)
    return f"::{_escaped(name)}::[html]{CONTROL.sub(_backslash, asked(question))}{opened}\n{body}\n}}\n"


def _backslash(found: re.Match[str]) -> str:
    return f"\\{found[1]}"


def _escaped(text: str) -> str:
    return CONTROL.sub(_backslash, typography.html(text))


def canvas(chosen: list[Quiz]) -> bytes:
    """A zip for "Import course content: QTI .zip file", with a quiz a chapter."""
    files = {"imsmanifest.xml": XML.manifest(TITLE, chosen)}
    files |= {f"{each.name}/{each.name}.xml": XML.assessment(each) for each in chosen}
    return packed((name, str(text).lstrip().encode()) for name, text in files.items())


def build(folder: Path, progress: Progress, wanted: Wanted) -> None:
    """All three, as a part of the classroom's folder."""
    write(folder, wanted.scenario)


def write(folder: Path, scenario: Scenario) -> None:
    """All three, below a folder."""
    chosen = all_quizzes(scenario)
    (folder / FOLDER).mkdir(parents=True, exist_ok=True)
    (folder / FOLDER / MOODLE).write_text(moodle(chosen), encoding="utf-8")
    (folder / FOLDER / GIFT).write_text(gift(chosen), encoding="utf-8")
    (folder / FOLDER / CANVAS).write_bytes(canvas(chosen))
