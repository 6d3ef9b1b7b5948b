"""The sheets of a lesson hold what a class needs and no answer; the key holds them all."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser
from test_accessibility import AXE_RUN, axe

from analysis import claims, stories
from analysis.placing.verdict import VERDICTS
from analysis.quantities.audit import VERDICTS as WEIGHED
from analysis.report import notebooks
from analysis.stories import Audit
from analysis.stories.columns import PLACED
from analysis.stories.reading import StoryError
from analysis.teaching import instructor, lesson, slides
from analysis.teaching.wanted import Wanted

STORIES = sorted(path.name for path in stories.reading.SHIPPED.iterdir())


@pytest.fixture(scope="module")
def audits() -> dict[str, Audit]:
    return {name: lesson.audited(name) for name in STORIES}


def text(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").get_text(" ").split())


def test_each_basis_has_two_sentences_in_no_order_that_tells() -> None:
    found = [each["basis"] for each in lesson.sentences()]
    assert Counter(found) == dict.fromkeys(lesson.BASES, 2)
    assert all(a != b for a, b in itertools.pairwise(found)), "Neighbours must not share their basis."


@pytest.mark.parametrize("name", STORIES)
def test_no_sheet_holds_an_answer(name: str, audits: dict[str, Audit]) -> None:
    audit = audits[name]
    shown = {file: text(html) for file, html in lesson.sheets(audit).items()}
    assert set(shown) == {lesson.SENTENCES, lesson.CARDS, lesson.CHECKLIST, lesson.SLIDES, lesson.REVIEW}
    secrets = [row["why"] for row in audit.story.key] + [row["better_wording"] for row in audit.story.claims]
    secrets += [each.means for each in VERDICTS.values()] + [each.placed.sentence for each in audit.claims]
    for file, said in shown.items():
        leaked = [secret for secret in filter(None, secrets) if " ".join(secret.split()) in said]
        assert not leaked, f"{file} of {name} tells {leaked}."
        for card in lesson.cards(audit):
            assert f"{card.claim} {card.finding.said}" not in said and card.finding.record["evidence_id"] not in said
    assert not re.search(r"Rental: 1|basis: rental", shown[lesson.SENTENCES])


@pytest.mark.parametrize("name", STORIES)
def test_the_key_holds_every_answer(name: str, audits: dict[str, Audit]) -> None:
    audit, said = audits[name], text(lesson.key(audits[name]))
    for row in audit.story.key:
        means = VERDICTS[row["expected"]].means if row["question"] == PLACED else WEIGHED[row["expected"]]
        assert means in said and " ".join(row["why"].split()) in said
    for number, each in enumerate(lesson.sentences(), start=1):
        line = re.search(rf"{each['basis'].capitalize()}: ([\d ]+)", said)
        assert line and str(number) in line[1].split()
    assert all(row["better_wording"] in said for row in audit.story.claims)


def test_the_sum_of_the_second_story_is_worked_by_hand(audits: dict[str, Audit]) -> None:
    # 512 GPUs for 21 days are 258,048 hours; at $2 they are $516,096, told as $520,000.
    said = text(lesson.key(audits["minimax_m1"]))
    assert "Renting its GPU-hours rental $520,000" in said and round(512 * 21 * 24 * 2, -4) == 520_000


@pytest.mark.parametrize("name", STORIES)
def test_cards_and_slides_hold_what_the_class_weighs(name: str, audits: dict[str, Audit]) -> None:
    audit = audits[name]
    sheets = {file: text(html) for file, html in lesson.sheets(audit).items()}
    found = lesson.cards(audit)
    assert len(found) == len(audit.story.evidence) and len({card.mark for card in found}) == len(found)
    claims = [card.claim for card in found]
    assert len(set(claims)) == 1 or claims != sorted(claims), "The order of the cards tells which claim each is about."
    for card in found:
        assert f"{card.mark} Asserted: {card.asserted}. Found: {card.text}." in sheets[lesson.CARDS]
    for row in audit.story.claims:
        for file in (lesson.CARDS, lesson.SLIDES, lesson.REVIEW):
            assert " ".join(row["sentence"].split()) in sheets[file]
    slides = BeautifulSoup(lesson.sheets(audit)[lesson.SLIDES], "html.parser").select("section.slide h2")
    assert [slide.get_text()[:2] for slide in slides] == ["1.", "2.", "3.", "4.", "5."]


@pytest.mark.parametrize("name", STORIES)
def test_the_fifth_slide_says_who_decides_what_and_by_which_rule(name: str, audits: dict[str, Audit]) -> None:
    audit = audits[name]
    last = BeautifulSoup(lesson.sheets(audit)[lesson.SLIDES], "html.parser").select("section.slide")[-1]
    asked = [(row["claim_id"], question) for row in audit.story.claims for question in claims.QUESTIONS.values()]
    said = " ".join(last.get_text(" ", strip=True).split())
    assert all(f"{number} {claim}, {asked}" in said for number, (claim, asked) in enumerate(asked, start=1))
    rows = [[cell.get_text() for cell in row.select("th, td")] for row in last.select("tbody tr")]
    assert rows == [[WEIGHED[verdict], *(when[each] for each in claims.QUESTIONS)] for verdict, _, when in claims.RULES]


def test_the_key_fills_in_the_checklist_and_no_sheet_does(audits: dict[str, Audit]) -> None:
    audit = audits[Wanted().story]
    answers = lesson.filled(audit.story.name)
    assert list(answers) == list(lesson.checklist())
    key, sheets = text(lesson.key(audit)), " ".join(map(text, lesson.sheets(audit).values()))
    for question, answer in answers.items():
        assert f"{question} {answer}" in key and answer not in sheets


def test_the_checklist_is_that_of_its_page() -> None:
    page = notebooks.read(notebooks.BOOK / "reading_cost_claims.ipynb")
    shown = "".join(
        output.data.get("text/markdown", "")
        for cell in page.cells
        for output in cell.get("outputs", [])
        if "data" in output
    )
    asked = lesson.checklist()
    assert len(asked) == 8 and all(f"| {question} | {hint} |" in shown for question, hint in asked.items())


def test_a_stranger_s_words_run_nowhere(tmp_path: Path) -> None:
    for file, content in stories.begin(amount="5 million", sentence="<script>alert(1)</script> cost it").items():
        (tmp_path / file).write_text(content, encoding="utf-8")
    audit = lesson.audited(str(tmp_path))
    for html in (*lesson.sheets(audit).values(), lesson.key(audit)):
        assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; cost it" in lesson.sheets(audit)[lesson.CARDS]
    with pytest.raises(StoryError, match="There is no story 'minimax_m2'"):
        lesson.audited("minimax_m2")


def test_the_plans_lead_to_the_sheets_and_the_key_lies_with_the_teachers(
    audits: dict[str, Audit], tmp_path: Path
) -> None:
    plans = (notebooks.BOOK / "lesson_plans.md").read_text(encoding="utf-8")
    linked = set(re.findall(r'href="lesson/([\w.]+)"', plans))
    lesson.publish(tmp_path / "site")
    assert {path.name for path in (tmp_path / "site" / lesson.FOLDER).iterdir()} == linked
    (tmp_path / "room" / instructor.FOLDER).mkdir(parents=True)
    lesson.build(tmp_path / "room", lambda *rest: None, Wanted())
    inside = {path.relative_to(tmp_path / "room").as_posix() for path in (tmp_path / "room").rglob("*.html")}
    assert inside == {f"lesson/{name}" for name in linked} | {"teachers/lesson_key.html", "teachers/story.html"}
    for sentence in lesson.sentences():
        assert sentence["text"] not in plans, "The plan must not repeat the cards."


def test_a_plan_s_minutes_add_up() -> None:
    plans = (notebooks.BOOK / "lesson_plans.md").read_text(encoding="utf-8")
    for title, length in (("One hour", 60), ("Ninety minutes", 90)):
        part = plans.partition(f"## {title}")[2].partition("\n## ")[0]
        spans = [(int(a), int(b)) for a, b in re.findall(r"^\| (\d+) to (\d+) \|", part, flags=re.MULTILINE)]
        assert spans[0][0] == 0 and spans[-1][1] == length
        assert all(before[1] == after[0] for before, after in itertools.pairwise(spans)), f"{title}: {spans}"


def test_slides_take_no_longer_in_the_hour_than_by_their_notes() -> None:
    minutes = [slide.minutes for slide in slides.source()]
    hour = notebooks.BOOK.joinpath("lesson_plans.md").read_text(encoding="utf-8").partition("## Ninety minutes")[0]
    rows = re.findall(r"^\| (\d+) to (\d+) \|.*\| slides (\d+)–(\d+)", hour, flags=re.MULTILINE)
    assert len(rows) == 4
    for begin, end, first, last in (map(int, row) for row in rows):
        needed = sum(minutes[first - 1 : last])
        assert needed <= end - begin, f"Slides {first} to {last} take {needed:g} minutes; the plan has {end - begin}."


def test_axe_finds_nothing_and_nothing_overflows(browser: Browser, audits: dict[str, Audit], tmp_path: Path) -> None:
    audit = audits["minimax_m1"]
    context = browser.new_context(viewport={"width": 390, "height": 800})
    context.add_init_script(axe())
    for file, html in {**lesson.sheets(audit), "key.html": lesson.key(audit)}.items():
        (tmp_path / file).write_text(html, encoding="utf-8")
        page = context.new_page()
        page.goto((tmp_path / file).as_uri())
        faults = page.evaluate(AXE_RUN, "all")
        assert not faults, f"{file}: {faults}"
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, f"{file} is wider than a phone."
    context.close()
