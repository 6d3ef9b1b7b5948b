"""Stories: those shipped by hand, the article as one of them, a stranger's claim, wrong files, and the whole walk."""

from __future__ import annotations

import csv
import hashlib
import re
from base64 import b64encode
from pathlib import Path

import commands
import pytest
from bs4 import BeautifulSoup

from analysis import claims, parameters, stories, tables
from analysis.case import Case
from analysis.report import check
from analysis.report import story as page
from analysis.stories import columns, reading
from analysis.stories.audit import Audit

SHIPPED = [path.name for path in stories.shipped()]

MAIN = "title: t\nquestion: q\nauditors: a\nmodel: dsv3\n"
CLAIMS = "claim_id,sentence,amount,boundary,said_by,date,source,better_wording\n"
CLAIM = "C1,It cost that.,$5.576 million,run,somebody,2025,deepseek_v3_2024,Better.\n"
EVIDENCE = (
    "evidence_id,claim_id,question,part,kind,printed,relation,compare,unit,scope_asserted,scope_found,holds,source,"
    "locator,confidence\n"
)
NUMBER = "E1,C1,source,sum,number,{},{},{},USD,told,found,,deepseek_v3_2024,Table 1,reported\n"
ASSUMPTIONS = "name,value,low,high,source,reason\n"


def folder(where: Path, **files: str) -> Path:
    """A story's folder that is sound, but for the files that are given in place of its own."""
    written = {"story.yml": MAIN, "claims.csv": CLAIMS + CLAIM} | {
        name.replace("_", ".", 1): text for name, text in files.items()
    }
    where.mkdir(exist_ok=True)
    for name, text in written.items():
        (where / name).write_text(text, encoding="utf-8")
    return where


def audit(path: Path) -> Audit:
    return stories.audited(stories.read(path))


# --- what comes out ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_story_is_finished_and_its_key_comes_out(name: str) -> None:
    found = audit(stories.found(name))
    assert not found.story.blanks
    asked = {(row["claim_id"], row["question"]) for row in found.story.key}
    assert asked == {(c.claim["claim_id"], q) for c in found.claims for q in (columns.PLACED, *claims.QUESTIONS)}
    assert not stories.unexpected(found)


def test_the_report_checks_the_stories_that_it_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of a key that does not come out, a blank, and a file that cannot be read: each is told, none hides."""
    key = "claim_id,question,expected,why\nC1,placed,none,x\n"
    folder(tmp_path / "a", claims_csv=CLAIMS + CLAIM.replace("It cost that.", ""), key_csv=key)
    folder(tmp_path / "b", story_yml="title: [")
    monkeypatch.setattr(reading, "SHIPPED", tmp_path)
    wrong, blank, broken = check.problems()
    assert "a/key.csv, row 2, `expected` has 'none': what comes out is one." in wrong
    assert "a/claims.csv, row 2: `sentence`: a story that is shipped leaves nothing blank." in blank
    assert "b/story.yml, line 1" in broken


def test_minimax_by_hand() -> None:
    """512 x 21 x 24 = 258,048 hours; x $2 = $516,096; $534,700 over them is $2.072; $5.35 million is $20.73 an hour."""
    first, slip, _ = audit(stories.found("minimax_m1")).claims
    costs = {name: answer.span for name, answer in first.placed.answers.items()}
    assert costs["rental_usd"] and costs["rental_usd"].value == 516_096
    assert costs["implied_rent"] and costs["implied_rent"].value == pytest.approx(2.0721, abs=1e-4)
    implied = slip.placed.answers["implied_rent"].span
    assert implied and implied.value == pytest.approx(20.733, abs=1e-3)
    assert first.placed.fits == ("rental_usd",)


def test_the_price_of_the_gpt_oss_story_is_its_own() -> None:
    """2.1 million hours x $2, $3.62, $11 = $4.2, $7.602 and $23.1 million: the two ends that the text printed."""
    first = audit(stories.found("gpt_oss")).claims[0]
    span = first.placed.answers["rental_usd"].span
    assert span and (span.low, span.value, span.high) == pytest.approx((4.2e6, 7.602e6, 23.1e6))


def test_the_article_is_a_story_with_the_verdicts_that_it_has(tmp_path: Path) -> None:
    """The same rules, from the tables of the report and from the files of a story."""
    base = Case()
    listed = tables.load("claims")
    listed = listed[listed["text"] == claims.ARTICLE]
    records = tables.load("evidence")
    records = records[records["claim_id"].isin(listed["claim_id"])]
    rows = listed[["claim_id", "claim", "source", "locator", "better_wording"]].rename(columns={"claim": "sentence"})
    story = folder(tmp_path / "article", claims_csv=rows.to_csv(index=False))
    (story / "evidence.csv").write_text(records.to_csv(index=False), encoding="utf-8")
    found = audit(story)
    weighed = {
        (claim.claim["claim_id"], question): its.verdict
        for claim in found.claims
        for question, its in claim.examined.items()
    }
    assert weighed == claims.verdicts(base.point, base.data)


def test_a_stranger_s_run_that_no_table_has(tmp_path: Path) -> None:
    """8 x 5 x 24 = 960 hours; $98 over them is $0.102: a tenth of what any hour was rented for, times eight it fits."""
    main = (
        MAIN.replace("model: dsv3\n", "")
        + "run:\n  name: A tune\n  gpu: A100-SXM-80\n  gpus: 8\n  days: 5\n  when: 2023H1\n"
    )
    claim = "C1,It cost that.,$98,fine_tune,somebody,2025,deepseek_v3_2024,Better.\n"
    (found,) = audit(folder(tmp_path, story_yml=main, claims_csv=CLAIMS + claim)).claims
    hours, rent = (found.placed.answers[name].span for name in ("chip_hours", "implied_rent"))
    assert hours and hours.value == 960
    assert rent and rent.value == pytest.approx(0.10208, abs=1e-5)
    assert found.placed.verdict == "none"
    assert found.placed.answers["rd_compute_usd"].span is None


def test_what_the_form_downloads_is_a_story(tmp_path: Path) -> None:
    (tmp_path / "story.yml").write_text(
        'title: "Did it cost $98?"\nquestion: "Which cost can this sum be?"\nrun:\n  name: "A tune"\n'
        '  gpu: "A100-SXM-80"\n  when: "2023H1"\n  gpus: 8\n  days: 5\nclaims:\n  - sentence: ""\n'
        '    amount: "about 98"\n    boundary: "fine_tune"\n    said_by: ""\n    date: ""\n    source: ""\n'
        '    better_wording: "x"\n',
        encoding="utf-8",
    )
    found = audit(tmp_path / "story.yml")
    assert found.claims[0].placed.given.name == "A tune"
    assert found.story.blanks[-1].endswith("claim 1: `sentence`, `said_by`, `date`, `source`")


@pytest.mark.parametrize(
    ("printed", "relation", "outcome"),
    [
        # 2,788,000 h x $2 = $5.576 million, which half a unit of the last digit told must reach.
        ("4 to 23 million", "between", "holds"),
        ("5.6 to 7 million", "between", "holds"),
        ("5.7 to 7 million", "between", "denied"),
        ("under $6 million", "at_most", "holds"),
        ("under $5 million", "at_most", "denied"),
        ("over $5 million", "at_least", "holds"),
    ],
)
def test_a_run_s_own_results_are_weighed(tmp_path: Path, printed: str, relation: str, outcome: str) -> None:
    record = EVIDENCE + NUMBER.format(printed, relation, "run.rental_usd")
    (found,) = audit(folder(tmp_path, evidence_csv=record)).claims
    assert found.examined["source"].findings[0].outcome == outcome
    assert "documents" not in found.examined


def test_what_is_not_known_of_a_run_decides_nothing(tmp_path: Path) -> None:
    record = EVIDENCE + NUMBER.format("$1 million", "about", "run.rental_usd")
    path = folder(tmp_path, story_yml=MAIN.replace("dsv3", "gpt5"), evidence_csv=record)
    assert audit(path).claims[0].verdict("source") == "unverifiable"


def test_own_assumptions_hold_in_their_story_alone(tmp_path: Path) -> None:
    """2,788,000 h at $1, $3, $4; data/assumptions.csv, and what is kept of it, stay as they are."""
    before = dict(parameters.known())
    rent = "rental_usd_per_gpu_hour,3,1,4,deepseek_v3_2024,A try.\n"
    (found,) = audit(folder(tmp_path, assumptions_csv=ASSUMPTIONS + rent)).claims
    span = found.placed.answers["rental_usd"].span
    assert span and (span.low, span.value, span.high) == (2.788e6, 8.364e6, 11.152e6)
    assert dict(parameters.known()) == before
    assert Case()["v3_rental_usd"].value == 5.576e6


# --- wrong files ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"story_yml": ""}, "story.yml is empty"),
        ({"story_yml": "- a\n"}, "story.yml must hold title"),
        ({"story_yml": MAIN + "modell: x\n"}, "`'modell'`: no such key"),
        ({"story_yml": MAIN + "language: Klingon!\n"}, "`language` has 'Klingon!': it must be a code of a language"),
        ({"story_yml": MAIN.replace("dsv3", "dsv33")}, "There is no model 'dsv33'. Did you mean 'dsv3'?"),
        ({"story_yml": MAIN + "run:\n  gpu: H900\n"}, "There is no chip 'H900'."),
        ({"story_yml": MAIN + "run:\n  when: 2025\n"}, "`when` has '2025': it must be a half-year"),
        ({"story_yml": MAIN + "run:\n  days: twelve\n"}, "`days` has 'twelve': it must be a plain number"),
        ({"story_yml": MAIN + "run:\n  days: 1e9\n"}, "`days` has '1e9': it must be a number from 0.001 to 10000"),
        ({"story_yml": MAIN + "run: [1]\n"}, "`run`: it must be lines such as"),
        ({"story_yml": MAIN + "claims:\n  - sentence: x\n"}, "there is a claims.csv too"),
        ({"claims_csv": ""}, "claims.csv is empty"),
        ({"claims_csv": CLAIMS}, "the story has no claim"),
        ({"claims_csv": CLAIMS.replace(",", ";") + CLAIM}, "the cells are separated by semicolons"),
        ({"claims_csv": CLAIMS.replace("said_by", "sayd_by") + CLAIM}, "no column 'sayd_by'. Did you mean 'said_by'?"),
        ({"claims_csv": CLAIMS + CLAIM.replace("Better.", "a, b")}, "row 2: 9 cells, where the first row has 8"),
        ({"claims_csv": CLAIMS + CLAIM + CLAIM}, "row 3, `claim_id` has 'C1': another row has it too"),
        ({"claims_csv": CLAIMS + CLAIM.replace("C1", "")}, "row 2, `claim_id`: it is blank"),
        (
            {"claims_csv": CLAIMS + CLAIM.replace("$5.576 million", "a lot")},
            "`amount` has 'a lot': 'a lot' is not a sum",
        ),
        ({"claims_csv": CLAIMS + CLAIM.replace("run", "rum")}, "must be one of run, stage, fine_tune"),
        ({"claims_csv": CLAIMS + CLAIM.replace(",2025,", ",last June,")}, "it must be a date such as 2025-06-16"),
        ({"claims_csv": CLAIMS + CLAIM.replace("deepseek_v3_2024", "deepseek_v3_2025")}, "Did you mean 'deepseek_v3_2"),
        ({"claims_csv": CLAIMS + CLAIM * 301}, "claims.csv has more than 300 rows"),
        ({"claims_csv": CLAIMS + CLAIM.replace("somebody", "x" * 2001)}, "it has 2,001 letters"),
        ({"claims_csv": CLAIMS + CLAIM.replace("somebody", "a\u200bb")}, "ZERO WIDTH SPACE, which nobody can see"),
        ({"claims_csv": "x" * 200_001}, "claims.csv is larger than 200,000 bytes"),
        ({"evidence_csv": EVIDENCE + NUMBER.format("$5 million", "abuot", "run.rental_usd")}, "one of about, at_least"),
        ({"evidence_csv": EVIDENCE + NUMBER.format("$5 million", "about", "run.rentl_usd")}, "mean 'run.rental_usd'?"),
        ({"evidence_csv": EVIDENCE + NUMBER.format("lots", "about", "run.rental_usd")}, "'lots' is no number that can"),
        ({"evidence_csv": EVIDENCE + NUMBER.format("5 million", "between", "run.rental_usd")}, "'4 to 23 million'"),
        (
            {"evidence_csv": EVIDENCE + NUMBER.format("$5 million", "about", "run.days")},
            "it is in day, but the claim's",
        ),
        (
            {"evidence_csv": EVIDENCE + NUMBER.format("5", "about", "x").replace("C1", "C9")},
            "the story has the claims C1",
        ),
        ({"assumptions_csv": ASSUMPTIONS + "pue,1.2,1.3,1.4,,\n"}, "low, value and high must rise"),
        ({"assumptions_csv": ASSUMPTIONS + "pue,9,1,10,,\n"}, "`value` has '9': it must be a number from"),
        ({"assumptions_csv": ASSUMPTIONS + "pueh,1,1,1,,\n"}, "`name` has 'pueh': no such name. Did you mean 'pue'?"),
        ({"assumptions_csv": ASSUMPTIONS + "run.rent,1,1,1,,\n" * 2}, "the story has it twice"),
        ({"references_bib": "@misc{a_b_2025, title = {x"}, "references.bib cannot be read"),
        ({"references_bib": '@string{a = "x"}\n@string{b = a # a}'}, "references.bib, line 1: '@string' is not read"),
        ({"key_csv": "claim_id,question,expected,why\nC1,placed,fine,x\n"}, "it must be one of nothing_told"),
        ({"key_csv": "claim_id,question,expected,why\nC1,placed,none,x\n"}, "what comes out is one"),
    ],
)
def test_a_wrong_file_is_told_in_a_line(tmp_path: Path, files: dict[str, str], says: str) -> None:
    path = folder(tmp_path / "wrong", **files)
    status, said = commands.here("story", "check", str(path))
    assert status == 1
    assert says in said
    (line,) = [line for line in said.splitlines() if says in line]
    assert "wrong/" in line


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    wrong = CLAIM.replace("run", "rum").replace("2025", "soon")
    status, said = commands.here("story", "check", str(folder(tmp_path / "x", claims_csv=CLAIMS + wrong)))
    assert status == 1 and len(said.splitlines()) == 2


def test_a_link_is_no_file_of_a_story(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(CLAIMS + CLAIM, encoding="utf-8")
    path = folder(tmp_path / "x")
    (path / "claims.csv").unlink()
    (path / "claims.csv").symlink_to(tmp_path / "secret")
    assert "is a link" in commands.here("story", "check", str(path))[1]


# --- the page and the walk --------------------------------------------------------------------------------------------

HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} {% raw %} ${x} =cmd() "quoted" [b]'


def test_what_strangers_write_is_shown_letter_by_letter(tmp_path: Path) -> None:
    text = HOSTILE.replace('"', '""')
    claim = f'C1,"{text}",$5.576 million,run,"{text}",2025,bad_2025,"{text}"\n'
    bib = "@misc{bad_2025, author = {Doe, Jane}, title = {<b>x</b>}, year = {2025}, url = {javascript:alert(1)}}"
    yaml = MAIN.replace("title: t", f"title: '{HOSTILE}'").replace("auditors: a", f"auditors: '{HOSTILE}'")
    record = EVIDENCE + NUMBER.format("$5 million", "about", "run.rental_usd").replace("told", f'"{text}"')
    files = {"claims_csv": CLAIMS + claim, "references_bib": bib, "evidence_csv": record, "story_yml": yaml}
    html = page.html(audit(folder(tmp_path, **files)))
    soup = BeautifulSoup(html, "html.parser")
    assert not soup.find_all(["script", "img", "b", "iframe", "object"])
    assert not [tag for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on") or name == "style"]
    assert soup.blockquote and soup.blockquote.get_text() == HOSTILE
    assert soup.h1 and soup.h1.get_text() == HOSTILE
    assert all(a["href"].startswith(("#", "https://")) for a in soup.find_all("a"))


def test_a_page_is_one_file_that_asks_for_nothing() -> None:
    html = page.html(audit(stories.found("minimax_m1")))
    soup = BeautifulSoup(html, "html.parser")
    assert soup.style and soup.style.string
    digest = b64encode(hashlib.sha256(soup.style.string.encode()).digest()).decode()
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy and policy["content"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"""\s(src|srcset|action|data)=|url\(|@import""", html)


def test_the_key_is_shown_to_who_asks_for_it() -> None:
    found = audit(stories.found("minimax_m1"))
    answer = found.story.key[0]["why"]
    assert answer not in page.html(found)
    assert answer in page.html(found, with_key=True)


def test_a_story_is_begun_checked_built_and_compared(tmp_path: Path) -> None:
    first, second = (str(tmp_path / name) for name in ("group_a", "group_b"))
    for name, amount in ((first, "$5.576 million"), (second, "$1.6 billion")):
        status, _ = commands.here("story", "new", name, "--model", "dsv3", "--amount", amount, "--sentence", "So.")
        assert status == 0
    assert "is there already" in commands.here("story", "new", first)[1]
    status, said = commands.here("story", "check", first)
    assert status == 0
    assert "Still blank" in said and "1 claim, 0 records of evidence: nothing is wrong." in said
    with (tmp_path / "group_a" / "evidence.csv").open("a", encoding="utf-8", newline="") as stream:
        names = [column.name for column in columns.evidence()]
        cells = NUMBER.format("$5.576 million", "about", "run.rental_usd").strip().split(",")
        row = dict(zip(EVIDENCE.strip().split(","), cells, strict=True))
        csv.DictWriter(stream, names, restval="").writerow(row)
    status, said = commands.here("story", "build", first, "--out", str(tmp_path / "out"))
    assert status == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"index.html", ".report-manifest"}
    assert "A draft." in (tmp_path / "out" / "index.html").read_text("utf-8")
    status, said = commands.here("story", "compare", first, second)
    lines = [re.split(r"\s{2,}", line.strip()) for line in said.splitlines()]
    assert status == 0
    assert ["C1", "amount", "$5.576 million", "$1.6 billion"] in lines
    assert ["C1", "source: verdict", "supported", "–"] in lines
    assert not [line for line in lines if line[1] == "Renting its GPU-hours"], "the run is the same"
    assert commands.here("story", "compare", first, first) == (0, "No difference.\n")


def test_a_new_story_is_of_a_model_that_there_is(tmp_path: Path) -> None:
    status, said = commands.here("story", "new", str(tmp_path / "kimi"), "--model", "kimi_k2x")
    assert status == 1 and said.startswith("report: There is no model 'kimi_k2x'. Did you mean 'kimi_k2'?")
    assert not list(tmp_path.iterdir())


def test_a_new_story_needs_a_plain_name(tmp_path: Path) -> None:
    for name in ("-x", "a b", ".hidden", "x" * 65):
        assert commands.here("story", "new", "--", str(tmp_path / name))[0] == 1
    assert not list(tmp_path.iterdir())
