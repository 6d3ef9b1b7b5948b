"""What learning platforms import says what the page says, and reads there as it should."""

from __future__ import annotations

import io
import re
import zipfile
from functools import cache
from html import unescape
from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup, Tag
from test_quizzes import SCENARIOS, case

from analysis.scenarios import Scenario
from analysis.teaching import lms, quizzes
from analysis.teaching.site import quiz

QTI = "{http://www.imsglobal.org/xsd/ims_qtiasiv1p2}"
# Moodle's importer refuses every other share of a mark (question_bank::fraction_options_full).
SHARES = (100, 90, 83.33333, 80, 75, 70, 66.66667, 60, 50, 40, 33.33333, 30, 25, 20, 16.66667, 14.28571, 12.5, 11.11111)
# What may stand in an element, in this order: QTI 1.2, as far as it is used, and as text2qti writes it for Canvas.
CONTENT = {
    "questestinterop": "<assessment>",
    "assessment": "<qtimetadata><section>",
    "qtimetadata": "(<qtimetadatafield>)+",
    "qtimetadatafield": "<fieldlabel><fieldentry>",
    "section": "(<item>)+",
    "item": "<itemmetadata><presentation><resprocessing>(<itemfeedback>)+",
    "itemmetadata": "<qtimetadata>",
    "presentation": "<material>(<response_lid>|<response_str>)",
    "material": "<mattext>",
    "response_lid": "<render_choice>",
    "render_choice": "(<response_label>)+",
    "response_str": "<render_fib>",
    "render_fib": "<response_label>",
    "response_label": "(<material>)?",
    "resprocessing": "<outcomes>(<respcondition>)+",
    "outcomes": "<decvar>",
    "respcondition": "<conditionvar>(<setvar>)?(<displayfeedback>)?",
    "conditionvar": "<or>|<and>|<other>|<varequal>",
    "or": "<varequal><and>",
    "and": "<vargte><varlte>|(<varequal>|<not>)+",
    "not": "<varequal>",
    "itemfeedback": "<flow_mat>",
    "flow_mat": "<material>",
}


@cache
def exported(scenario: str) -> list[lms.Quiz]:
    return lms.all_quizzes(case(scenario).scenario)


def words(node: Any) -> str:
    """A text of HTML, or of an element of the page, without its markup."""
    found = node if isinstance(node, Tag) else BeautifulSoup(str(node), "html.parser")
    return " ".join(found.get_text().split())


def on_the_page(each: lms.Quiz) -> dict[str, dict[str, Any]]:
    """What the form of a chapter's page holds, by the name of the question."""
    page, found = BeautifulSoup(str(quiz.HTML.quiz(each.questions, "quiz")), "html.parser"), {}
    for question, form in zip(each.questions, page.select("form"), strict=True):
        form.select_one(".quiz-number").decompose()  # type: ignore[union-attr]
        asked = words(form.legend)
        if question.kind == "number":
            asked += f" {words(form.select_one('.quiz-field label'))}:"
        lines = form.select(".quiz-answers li")
        whys = [words(line.select_one(".quiz-why")) for line in lines]
        if question.kind == "number":
            values = [float(str(form["data-answer"])), *(float(str(line["data-value"])) for line in lines[1:])]
            rights = [True] + [False] * (len(lines) - 1)
        else:
            values = [words(option.select_one("span")) for option in form.select(".quiz-option")]
            rights = [line["data-right"] == "true" for line in lines]
        tolerance = float(str(form.get("data-tolerance", 0)))
        found[f"{each.name}-{question.id}"] = {
            **{"asked": asked, "values": values, "whys": whys, "rights": rights},
            "margins": [tolerance * abs(value) for value in values] if question.kind == "number" else [],
        }
    return found


def everything_on_the_page(scenario: str) -> dict[str, dict[str, Any]]:
    return {name: said for each in exported(scenario) for name, said in on_the_page(each).items()}


def near(values: list[Any]) -> Any:
    return pytest.approx(values, rel=1e-12) if values and isinstance(values[0], float) else values


def same(there: dict[str, Any], page: dict[str, Any]) -> None:
    for what in ("asked", "values", "whys", "margins"):
        assert there[what] == near(page[what]), f"{what}: {there[what]} there, {page[what]} on the page"
    assert [share > 0 for share in there["shares"]] == page["rights"]


def from_moodle(text: str) -> dict[str, dict[str, Any]]:
    found = {}
    for node in ElementTree.fromstring(text).iter("question"):
        if node.get("type") == "category":
            continue
        answers = node.findall("answer")
        numerical = node.get("type") == "numerical"
        values = [str(answer.findtext("text")) for answer in answers]
        found[str(node.findtext("name/text"))] = {
            "asked": words(node.findtext("questiontext/text")),
            "values": [float(value) for value in values] if numerical else [words(value) for value in values],
            "whys": [words(answer.findtext("feedback/text")) for answer in answers],
            "shares": [float(answer.get("fraction", "")) for answer in answers],
            "margins": [float(str(answer.findtext("tolerance"))) for answer in answers] if numerical else [],
            "single": node.findtext("single"),
        }
    return found


@pytest.mark.parametrize("scenario", ["base", SCENARIOS[0]])
def test_moodle_has_every_question_as_the_page_has_it(scenario: str) -> None:
    there, page = from_moodle(lms.moodle(exported(scenario))), everything_on_the_page(scenario)
    assert list(there) == list(page)
    for name, said in there.items():
        same(said, page[name])
        assert sum(share for share in said["shares"] if share > 0) == pytest.approx(100, abs=1e-3)
        unknown = [share for share in said["shares"] if share and min(abs(abs(share) - each) for each in SHARES) > 1e-4]
        assert not unknown, f"{name}: Moodle knows no share of {unknown} %."
        if said["single"] == "false":
            assert sum(said["shares"]) == pytest.approx(0, abs=1e-3), f"{name}: who ticks all must earn nothing."


def test_a_number_is_worked_by_hand() -> None:
    # 2.788 million hours at $3.42, in millions of dollars, within one per cent; at $2 it is a slip.
    said = from_moodle(lms.moodle(exported("base")))["six_million-dearer"]
    assert said["values"][:2] == pytest.approx([2.788 * 3.42, 2.788 * 2])
    assert said["margins"][:2] == pytest.approx([0.01 * 2.788 * 3.42, 0.01 * 2.788 * 2])
    assert said["shares"] == [100, 0, 0]


def from_gift(text: str) -> dict[str, dict[str, Any]]:
    """A reader of GIFT by its rules: a backslash takes a sign's meaning away."""

    def plain(part: str) -> str:
        return words(unescape(re.sub(r"\\([~=#{}:\\])", r"\1", part.strip())))

    found = {}
    for block in filter(None, map(str.strip, text.split("\n\n"))):
        if block.startswith("$CATEGORY:"):
            continue
        head = re.fullmatch(r"::(.+?)::\[html\](.*?)(?<!\\)\{(#?)\n(.*)\n\}", block, flags=re.DOTALL)
        assert head, f"No question of GIFT: {block}"
        name, asked, numerical, body = head.groups()
        values: list[Any] = []
        whys, shares, margins = [], [], []
        for line in body.splitlines():
            parts = re.fullmatch(r"\t([=~])(?:%(-?[\d.]+)%)?(.*?)(?<!\\)#(.*)", line)
            assert parts and not re.search(r"(?<!\\)[~={}#]", parts[4]), f"No answer of GIFT: {line}"
            sign, share, value, why = parts.groups()
            shares.append(float(share) if share else 100.0 if sign == "=" else 0.0)
            whys.append(plain(why))
            number, _, margin = value.partition(":")
            values.append(float(number) if numerical else plain(value))
            margins += [float(margin)] if numerical else []
        found[plain(name)] = {
            **{"asked": plain(asked), "values": values, "whys": whys, "shares": shares, "margins": margins}
        }
    return found


def test_gift_has_every_question_as_the_page_has_it() -> None:
    there, page = from_gift(lms.gift(exported("base"))), everything_on_the_page("base")
    assert list(there) == list(page)
    for name, said in there.items():
        same(said, page[name])


def test_what_stands_for_something_in_gift_is_escaped() -> None:
    odd = quizzes.Option("a = {b} ~ c", True, "50 % # \\ : “x”"), quizzes.Option("d", False, "no")
    made = lms.gift([lms.Quiz("six_million", "Title", [quizzes.Question("odd", "one", "Which: a = b?", odd)])])
    assert from_gift(made)["six_million-odd"]["values"] == ["a = {b} ~ c", "d"]
    assert from_gift(made)["six_million-odd"]["whys"][0] == "50 % # \\ : “x”"


def fits(node: ElementTree.Element) -> None:
    """Every element holds what QTI 1.2 lets it hold, in that order."""
    name, inside = node.tag.removeprefix(QTI), "".join(f"<{child.tag.removeprefix(QTI)}>" for child in node)
    allowed = CONTENT.get(name, "")
    assert re.fullmatch(allowed, inside), f"<{name}> holds {inside or 'nothing'}. Allowed: {allowed or 'nothing'}."
    for child in node:
        fits(child)


def test_canvas_has_every_question_as_the_page_has_it() -> None:
    page, seen = everything_on_the_page("base"), []
    packed = zipfile.ZipFile(io.BytesIO(lms.canvas(exported("base"))))
    manifest = ElementTree.fromstring(packed.read("imsmanifest.xml"))
    listed = {str(node.get("href")) for node in manifest.iter() if node.tag.endswith("}file")}
    assert listed == set(packed.namelist()) - {"imsmanifest.xml"}
    idents = [node.get("identifier") for node in manifest.iter() if node.get("identifier")]
    for file in sorted(listed):
        root = ElementTree.fromstring(packed.read(file))
        fits(root)
        idents += [str(node.get("ident")) for node in root.iter(f"{QTI}item")]
        for item in root.iter(f"{QTI}item"):
            name = str(item.get("title"))
            seen.append(name)
            _as_canvas_reads(item, page[name])
    assert sorted(seen) == sorted(page) and len(set(idents)) == len(idents)


def _as_canvas_reads(item: ElementTree.Element, page: dict[str, Any]) -> None:
    """As its importer does (gems/plugins/qti_exporter): whatever scores in a numerical question is a right answer."""
    told = {
        str(node.get("ident")): str(node.findtext(f".//{QTI}mattext")) for node in item.findall(f"{QTI}itemfeedback")
    }
    links = {str(node.get("linkrefid")) for node in item.iter(f"{QTI}displayfeedback")}
    assert links == set(told), "A feedback is linked and missing, or there and never shown."
    kinds = dict(zip(item.iter(f"{QTI}fieldlabel"), item.iter(f"{QTI}fieldentry"), strict=True))
    kind = next(str(entry.text) for label, entry in kinds.items() if label.text == "question_type")
    assert words(item.findtext(f"{QTI}presentation/{QTI}material/{QTI}mattext")) == page["asked"]
    scored = [node for node in item.iter(f"{QTI}respcondition") if node.find(f"{QTI}setvar") is not None]
    assert len(scored) == 1, "Canvas would take each of these for a right answer."
    if kind == "numerical_question":
        (value, low, high) = (
            float(str(scored[0].findtext(f".//{QTI}{tag}"))) for tag in ("varequal", "vargte", "varlte")
        )
        assert value == pytest.approx(page["values"][0], rel=1e-12)
        assert [value - low, high - value] == pytest.approx([page["margins"][0]] * 2)
        assert words(told["correct_fb"]) == page["whys"][0]
        slips = BeautifulSoup(told.get("general_incorrect_fb", ""), "html.parser").select("li")
        assert len(slips) == len(page["values"]) - 1
        assert all(words(slip).endswith(why) for slip, why in zip(slips, page["whys"][1:], strict=True))
        return
    labels = {
        str(node.get("ident")): words(node.findtext(f".//{QTI}mattext")) for node in item.iter(f"{QTI}response_label")
    }
    assert [*labels.values()] == page["values"] and [words(told[f"{label}_fb"]) for label in labels] == page["whys"]
    ticked = {str(node.text) for node in scored[0].findall(f"./{QTI}conditionvar/*") if node.tag == f"{QTI}varequal"}
    ticked |= {str(node.text) for node in scored[0].findall(f".//{QTI}and/{QTI}varequal")}
    assert [label in ticked for label in labels] == page["rights"]
    single = scored[0].find(f".//{QTI}and") is None
    assert kind == ("multiple_choice_question" if single else "multiple_answers_question")


def test_a_scenario_has_its_own_numbers_and_the_same_bytes_again() -> None:
    base, other = (from_moodle(lms.moodle(exported(name))) for name in ("base", SCENARIOS[0]))
    assert base != other
    assert lms.canvas(exported("base")) == lms.canvas(lms.all_quizzes(Scenario()))
