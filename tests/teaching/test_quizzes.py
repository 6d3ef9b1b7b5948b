"""Questions at the end of chapters: right in every scenario, and answered in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import test_accessibility
import yaml
from playwright.sync_api import Browser, Locator, Page, expect
from test_site import soup, told

from analysis import parameters, scenarios
from analysis.case import Case
from analysis.report import notebooks
from analysis.report.site import typography
from analysis.teaching import quizzes
from analysis.teaching.quizzes import Question, QuizError
from analysis.teaching.site import practice, quiz

CHAPTERS = [
    *("six_million", "gpu_mix", "capex", "owning_and_renting", "cost_per_model"),
    *("trend", "whole_bill", "what_matters", "audit", "reconciliation"),
]
SCENARIOS = sorted(path.stem for path in (notebooks.ROOT / "data" / "scenarios").glob("*.yml"))
# What the article says, in its words: no results of this report.
QUOTED = ("$6 million", "$5 million", "$100 million")


@cache
def case(name: str) -> Case:
    if name == "base":
        return Case()
    scenario = scenarios.read_scenario(notebooks.ROOT / "data" / "scenarios" / f"{name}.yml")
    return Case(scenario.values(), scenario)


@cache
def asked(chapter: str, scenario: str = "base") -> dict[str, Question]:
    return {each.id: each for each in quizzes.questions(chapter, case(scenario))}


def right(question: Question) -> list[str]:
    return [option.text for option in question.options if option.right]


def test_every_chapter_has_three_or_four_questions() -> None:
    assert sorted(CHAPTERS) == quizzes.chapters(), "book/teaching/quizzes/ and the chapters differ."
    few = [chapter for chapter in CHAPTERS if not 3 <= len(asked(chapter)) <= 4]
    assert not few, told(few, "Give each chapter three or four questions.")


@pytest.mark.parametrize("scenario", ["base", *SCENARIOS])
def test_questions_have_sense_in_every_scenario(scenario: str) -> None:
    """Strict reading: options differ, one is right, and no slip counts as the answer."""
    for chapter in CHAPTERS:
        for question in asked(chapter, scenario).values():
            texts = [question.ask, question.why, *(option.text + option.why for option in question.options)]
            blank = [text for text in texts if "{" in text or "not defined" in text]
            assert not blank, f"{scenario}, {chapter}, {question.id}: {blank}"


@pytest.mark.parametrize(
    ("chapter", "question", "scenario", "expected"),
    [
        ("owning_and_renting", "widest", "base", "service life"),
        ("what_matters", "widest_programme", "base", "share of research compute"),
        ("what_matters", "widest_programme", "us_cloud_prices", "share of research compute"),
        ("whole_bill", "larger", "base", "Research compute"),
        ("whole_bill", "larger", "american_pay", "part of the staff"),
        ("gpu_mix", "h20", "base", "smaller"),
        ("gpu_mix", "h20", "documented_fleet", "no H20s"),
        ("audit", "six_million", "base", "with a caveat"),
        ("audit", "six_million", "us_cloud_prices", "contradicted"),
    ],
)
def test_the_right_option_follows_the_scenario(chapter: str, question: str, scenario: str, expected: str) -> None:
    (found,) = right(asked(chapter, scenario)[question])
    assert expected in found


@pytest.mark.parametrize("scenario", ["base", "market_rent_2026", "us_cloud_prices"])
def test_numbers_are_those_of_the_case(scenario: str) -> None:
    x = case(scenario)
    assert asked("whole_bill", scenario)["share"].answer == pytest.approx(x["rd_compute_usd"].value / 1e6, rel=1e-12)
    first = asked("six_million", scenario)["product"]
    assert x["v3_rental_usd"].exact in first.ask
    slip = asked("six_million", scenario)["dearer"].slips[0]
    assert slip.value == pytest.approx(x["v3_rental_usd"].value / 1e6, rel=1e-12)


def test_no_option_gives_itself_away() -> None:
    """Somebody who knows nothing must not do well by always taking the longest option, or one place."""
    one = [each for chapter in CHAPTERS for each in asked(chapter).values() if each.kind == "one"]
    places = [[option.right for option in each.options].index(True) for each in one]
    ranks = []
    for each, place in zip(one, places, strict=True):
        lengths = [len(option.text) for option in each.options]
        ranks += [end.__name__ for end in (max, min) if lengths[place] == end(lengths)]
    often = {
        **{f"in place {place + 1}": places.count(place) for place in range(3)},
        "the longest": ranks.count("max"),
        "the shortest": ranks.count("min"),
    }
    most = [f"{what}: {count} of {len(one)}" for what, count in often.items() if count > 0.4 * len(one)]
    assert not most, told(most, "So the right option gives itself away. Reorder options, or even out their lengths.")
    assert min(places.count(place) for place in range(3)) > 0.2 * len(one), "A place that is never right is a hint too."
    first = [
        each.options[0].right for chapter in CHAPTERS for each in asked(chapter).values() if each.kind == "several"
    ]
    assert sum(first) <= len(first) / 2, "Where several are right, the first mostly is. Begin some with a wrong one."


def test_no_result_is_typed_into_a_question() -> None:
    typed = []
    for path in sorted(quizzes.FOLDER.glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        for quotation in QUOTED:
            text = text.replace(quotation, "")
        typed += [f"{path.name}: {found}" for found in re.findall(r"[^\n]{0,30}(?:\$\d|\d ?%)[^\n]{0,20}", text)]
    assert not typed, told(typed, "Write the result's name in braces; see analysis/teaching/quizzes.py.")


def test_a_setting_that_makes_a_question_senseless_leaves_it_out() -> None:
    high = parameters.known()["rental_usd_per_gpu_hour"].high
    scenario = scenarios.Scenario(changes={"rental_usd_per_gpu_hour": high})
    dear = Case(scenario.values(), scenario)
    ids = [each.id for each in quizzes.questions("six_million", dear, strict=False)]
    assert ids == [name for name in asked("six_million") if name != "dearer"]
    with pytest.raises(QuizError, match=r"six_million\.yml, question 'dearer'"):
        quizzes.questions("six_million", dear)


GOOD = {"id": "a", "ask": "What?", "one": [{"text": "x", "right": True, "why": "y"}, {"text": "z", "why": "w"}]}
NUMBER = {"id": "n", "ask": "?", "number": 2, "unit": "GPUs", "tolerance": 0.01, "why": "w", "slips": []}


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({**GOOD, "id": "A b"}, "needs an `id`"),
        ({**GOOD, "on": []}, "question 'a' has a key 'on'. Did you mean 'one'"),
        ({**GOOD, "number": 1}, "exactly one of one, several, number; it has one, number"),
        ({**GOOD, "one": GOOD["one"][:1]}, "right and wrong options"),
        ({**GOOD, "one": [GOOD["one"][0], GOOD["one"][0]]}, "two options that read the same: 'x'"),
        ({**GOOD, "one": [{"text": "x"}]}, "option 1 lacks why"),
        ({**GOOD, "one": [{"text": "x", "right": "yes", "why": "y"}]}, "'yes'"),
        ({**GOOD, "ask": "{v3_rentl_usd}"}, "v3_rental_usd"),
        ({**GOOD, "ask": "{v3_rental_usd.real | USD}"}, "holds more than names"),
        ({**GOOD, "ask": "{__import__('os') | USD}"}, "holds more than names"),
        ({**NUMBER, "tolerance": 0.5}, "tolerance 0.5 is not above 0 and at most 0.1"),
        ({**NUMBER, "slips": [{"value": 2.01, "why": "near"}]}, "closer together than the tolerance"),
        ({**NUMBER, "number": "1 / 0"}, "not a finite number"),
        ({**NUMBER, "number": "widest_nothing"}, "is not a main result"),
        ({**NUMBER, "number": "verdict_C99_source"}, "no claim 'C99_source'"),
    ],
)
def test_a_bad_question_is_told(question: dict[str, object], message: str, tmp_path: Path) -> None:
    (tmp_path / "capex.yml").write_text(yaml.safe_dump([question]), encoding="utf-8")
    with pytest.raises(QuizError) as error:
        quizzes.questions("capex", case("base"), tmp_path)
    assert str(error.value).startswith("capex.yml, question")
    assert message in str(error.value)


# In the page


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(reduced_motion="reduce")
    yield context.new_page()
    context.close()


def before(chapter: str) -> int:
    """How many questions of other chapters stand before a chapter's on the page that they share."""
    (names,) = [names for names in practice.pages().values() if chapter in names]
    return sum(len(asked(name)) for name in names[: names.index(chapter)])


def form(page: Page, chapter: str, question: str) -> Locator:
    place = before(chapter) + list(asked(chapter)).index(question)
    return page.locator(".quiz-question").nth(place)


def opened(page: Page, address: str, chapter: str) -> None:
    """The page of a chapter's questions, with the line that they stand behind clicked."""
    page.goto(f"{address}{notebooks.home(chapter)}.html", wait_until="load")
    page.locator("details.practice > summary").click()


def said(box: Locator) -> str:
    return box.locator(".quiz-said").inner_text()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_page_holds_what_its_script_checks(chapter: str, site: Path) -> None:
    """Each kind of question is answered in the browser below; this holds for all."""
    forms = soup(site / f"{notebooks.home(chapter)}.html").select(".quiz-question")
    forms = forms[before(chapter) : before(chapter) + len(asked(chapter))]
    assert len(forms) == len(asked(chapter))
    for form, question in zip(forms, asked(chapter).values(), strict=True):
        entries = [
            (e.get("data-right"), e.get("data-value"), e.select_one(".quiz-why").get_text()) for e in form.select("li")
        ]  # type: ignore[union-attr]
        if question.kind == "number":
            assert (form["data-answer"], form["data-tolerance"]) == (repr(question.answer), repr(question.tolerance))
            wanted = [("true", None, question.why), *((None, repr(s.value), s.why) for s in question.slips)]
        else:
            wanted = [(str(o.right).lower(), None, o.why) for o in question.options]
        assert entries == [(right, value, typography.curled(why)) for right, value, why in wanted], question.id


@pytest.mark.parametrize("chapter", ["six_million", "capex"])
def test_every_answer_gets_its_explanation(chapter: str, page: Page, address: str) -> None:
    elsewhere: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(address) else elsewhere.append(request.url))
    opened(page, address, chapter)
    for question in asked(chapter).values():
        box = form(page, chapter, question.id)
        check = box.get_by_role("button", name="Check")
        check.click()
        assert said(box).startswith(("Choose", "Type")), f"{question.id}: an untouched question counts as answered."
        if question.kind == "number":
            field = box.get_by_role("textbox")
            given = [(question.answer, "Right.", question.why), *((s.value, "Not", s.why) for s in question.slips)]
            for value, head, why in given:
                field.fill(f"{value:.6g}")
                check.click()
                assert said(box).startswith(head) and typography.curled(why) in said(box), (
                    f"{question.id}: {value} gets {said(box)!r}"
                )
            for text in ("1 2", "0x10", "1,2,3", "5.5.8"):
                field.fill(text)
                check.click()
                assert said(box).startswith("Type a number"), f"{question.id}: {text!r} gets {said(box)!r}"
            field.fill(f"{question.answer * 1000:.6g}")
            check.click()
            assert "the unit is not" in said(box), f"{question.id}: a factor of 1,000 gets {said(box)!r}"
            continue
        choices = box.get_by_role("radio" if question.kind == "one" else "checkbox")
        for place, option in enumerate(question.options):
            choices.nth(place).check()
            check.click()
            alone = option.right and len(right(question)) == 1
            assert typography.curled(option.why) in said(box) or option.right, (
                f"{question.id}: {option.text!r} is not explained."
            )
            assert said(box).startswith("Right.") == alone, f"{question.id}: {option.text!r} gets {said(box)!r}"
            if question.kind == "several":
                choices.nth(place).uncheck()
        for place, option in enumerate(question.options):
            if option.right:
                choices.nth(place).check()
        check.click()
        assert said(box).startswith("Right"), f"{question.id}: the right answer gets {said(box)!r}"
    assert not elsewhere, told(elsewhere, "A page with questions asks for nothing from another host.")


def test_a_question_is_answered_with_the_keyboard_alone(page: Page, address: str) -> None:
    opened(page, address, "six_million")
    box = form(page, "six_million", "product")
    box.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    for _ in range([option.right for option in asked("six_million")["product"].options].index(True)):
        page.keyboard.press("ArrowDown")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")
    assert ring != "none", "No ring shows which answer the keyboard is at."
    assert said(box).startswith("Right.")
    assert box.locator("details").is_visible() and not box.locator("details li").first.is_visible()


def test_axe_finds_nothing_in_answered_questions(browser: Browser, address: str) -> None:
    faults = []
    context = browser.new_context(reduced_motion="reduce")
    context.add_init_script(test_accessibility.axe())
    tab = context.new_page()
    opened(tab, address, "six_million")
    for place, box in enumerate(tab.locator(".quiz-question").all()):
        if box.get_by_role("textbox").count():
            box.get_by_role("textbox").fill("5.58")
        else:
            box.locator("input").nth(place % 2).check()
        box.get_by_role("button", name="Check").click()
        box.locator("summary").click()
    for scheme in ("light", "dark"):
        tab.emulate_media(color_scheme=scheme)
        expect(tab.locator("html")).to_have_attribute("data-theme", scheme)
        found = tab.evaluate(test_accessibility.AXE_RUN, test_accessibility.RULES[scheme])
        faults += [f"{scheme}: {rule}: {node[:160]}" for rule, _, nodes in found for node in nodes[:3]]
    context.close()
    assert not faults, told(faults, "See the section Quiz of report.css, and analysis/teaching/site/quiz.py.")


def test_without_a_script_the_answers_are_folded_below_each_question(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}fleet.html", wait_until="load")
    assert not page.locator(".quiz-question:visible").count(), "The chapter does not end in one line."
    page.locator("details.practice > summary").click()
    assert page.locator("details.practice > summary").inner_text() == "8 questions and 7 exercises"
    buttons = page.locator(".quiz-question button:visible").count()
    folded = page.locator(".quiz-question details:not([open]) > summary:visible").count()
    page.locator(".quiz-question summary").first.click()
    answers = page.locator(".quiz-question details").first.inner_text()
    context.close()
    assert buttons == 0, "A button that does nothing is shown where scripts are off."
    assert folded == len(asked("gpu_mix")) + len(asked("capex"))
    first = next(iter(asked("gpu_mix").values()))
    assert all(typography.curled(option.why) in answers for option in first.options)


def test_committed_chapters_hold_no_questions() -> None:
    marked = [
        name
        for name in CHAPTERS
        if "{quiz}" in (notebooks.BOOK / f"{notebooks.home(name)}.ipynb").read_text(encoding="utf-8")
    ]
    assert not marked, told(marked, "Questions are put into a page when its site is staged, and not before.")


def test_questions_come_last_and_their_script_is_loaded_with_them(site: Path) -> None:
    for chapter in CHAPTERS:
        html = (site / f"{notebooks.home(chapter)}.html").read_text(encoding="utf-8")
        assert html.index('id="check-yourself"') > html.index('id="what-this-page-does-not-show"')
        assert quiz.SCRIPT in html
    assert quiz.SCRIPT not in (site / "index.html").read_text(encoding="utf-8")
