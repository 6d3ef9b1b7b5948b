"""What search engines, previews, feed readers and reference managers find."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import pytest
import somebody
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from PIL import Image
from pybtex.database import parse_string
from test_site import soup

from analysis.report import identity, notebooks, rendering, results
from analysis.report.site.metadata import addresses, cards, citation, head, history
from analysis.scenarios import Scenario

ADDRESS = "https://example.org/some/report"
NAMES = [page.name for page in notebooks.pages()]


# Of each part and kind some: with a figure and without, with tables, in Markdown, what others are linked to.
FEW = ["index", "fleet", "how_sure", "classroom", "prices", "data_dictionary"]
FEW += ["data", "changes", "glossary", "references", "whole_bill"]


def few(contents: Any) -> Any:
    """A table of contents with FEW alone, and without the parts that hold none of them."""
    if isinstance(contents, list):
        kept = [few(each) for each in contents if each.get("file", FEW[0]) in FEW]
        return [each for each in kept if each.keys() != {"caption"}]
    lists = {key: few(each) for key, each in contents.items() if isinstance(each, list)}
    return {key: lists.get(key, each) for key, each in contents.items() if lists.get(key) != []}


@pytest.fixture(scope="module")
def published(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few of the pages as they are where the site has an address, rendered beside somebody's settings."""
    folder = tmp_path_factory.mktemp("published")
    settings = somebody.settings(folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("REPORT_SITE_URL", f"{ADDRESS}/")
        monkeypatch.chdir(settings["PWD"])
        # Links to the pages that are left out lead nowhere: a warning is no error here.
        monkeypatch.setattr(rendering, "RENDERER", f"import sys; sys.argv.remove('-W')\n{rendering.RENDERER}")
        executed = {page.name: page.path for page in notebooks.pages() if page.runs and page.name in FEW}
        rendering.stage(Scenario(), executed, folder / "source")
        toc = folder / "source" / "_toc.yml"
        contents = yaml.safe_load(toc.read_text(encoding="utf-8"))
        toc.write_text(yaml.safe_dump(few(contents), sort_keys=False), encoding="utf-8")
        html = rendering.render(folder / "source")
    shutil.copytree(site / "figures", html / "figures", dirs_exist_ok=True)
    cards.write(html)
    return html


def told(page: BeautifulSoup, name: str) -> str:
    """The content of a meta element; "" where there is none."""
    tag = page.find("meta", attrs={"property": name}) or page.find("meta", attrs={"name": name})
    return str(tag["content"]) if tag else ""


def structured(page: BeautifulSoup) -> list[dict[str, Any]]:
    return [json.loads(tag.string or "") for tag in page.find_all("script", type="application/ld+json")]


def twice(values: dict[str, str]) -> list[str]:
    counts = Counter(values.values())
    return sorted(f"{name}: {value!r}" for name, value in values.items() if counts[value] > 1)


# Pages


def test_titles_tell_the_pages_apart_and_say_nothing_twice(site: Path) -> None:
    report = citation.citation().title
    titles = {path.name: soup(path).title.get_text() for path in site.glob("*.html")}  # type: ignore[union-attr]
    assert not twice(titles), f"Two pages have one title: {twice(titles)}. Rename one in book/."
    wrong = [f"{name}: {title!r}" for name, title in titles.items() if title.count(report) != 1]
    assert not wrong, f"A title is the page's and, once, the report's: {wrong}. See head.complete."


def test_descriptions_are_sentences_of_the_page(site: Path) -> None:
    found_ = {path.name: told(soup(path), "description") for path in site.glob("*.html")}
    assert not twice(found_), f"Two pages have one description: {twice(found_)}. Change how one of them opens."
    wrong = [
        f"{name}: {len(text)} characters, {text!r}"
        for name, text in found_.items()
        if not head.TOO_SHORT <= len(text) <= head.DESCRIPTION_CHARACTERS + 2 or not re.search(r"[.!?]$", text)
    ]
    assert not wrong, "\n".join([*wrong, "A page opens with one or two sentences that hold its answer."])


@pytest.mark.parametrize(
    ("paragraphs", "expected"),
    [
        (["Of 2026.", "A " * 40 + "end. Next one."], "A " * 40 + "end. Next one."),
        (["A" * 70 + ". It is so: first,"], "A" * 70 + ". It is so: first,"),
        (["A" * 70 + ". So there are three:"], "A" * 70 + "."),
        (["As Cottier et al. 2024 and Llama 3.1 say, " + "b" * 40 + "."],) * 2,
        (["word " * 80], "word " * 39 + "word …"),
        ([], ""),
    ],
)
def test_description(paragraphs: list[str], expected: str | list[str]) -> None:
    section = nodes.section("", *[nodes.paragraph(text=text) for text in paragraphs])
    assert head.description(section) == (expected if isinstance(expected, str) else expected[0])


def test_previews_repeat_title_and_description_and_show_a_figure(published: Path) -> None:
    faults = []
    for name in FEW:
        page = soup(published / f"{name}.html")
        heading = page.h1.get_text().removesuffix("#")  # type: ignore[union-attr]
        for key in ("og:title", "twitter:title"):
            if told(page, key) != heading:
                faults.append(f"{name}: {key} is {told(page, key)!r}, the heading {heading!r}")
        if not told(page, "og:description") == told(page, "twitter:description") == told(page, "description") != "":
            faults.append(f"{name}: the descriptions differ")
        image, alt = told(page, "og:image"), told(page, "og:image:alt")
        if image != told(page, "twitter:image") or told(page, "twitter:card") != "summary_large_image":
            faults.append(f"{name}: og:image and twitter:image differ")
        if not image.startswith(f"{ADDRESS}/cards/") or len(alt) < 40 or not alt.endswith("."):
            faults.append(f"{name}: og:image {image!r} says {alt!r}")
            continue
        with Image.open(published / image.removeprefix(f"{ADDRESS}/")) as card:
            size = (int(told(page, "og:image:width")), int(told(page, "og:image:height")))
            if not card.size == size == (1200, 630):
                faults.append(f"{name}: {image} is {card.size}, and the page says {size}")
    assert not faults, "\n".join([*faults, "See analysis/report/site/metadata/head.py and cards.py."])


def test_card_shows_the_figure_and_is_the_same_twice(site: Path) -> None:
    figure = site / "figures" / "capex.png"
    card = cards.draw(figure, "What does it cost?")
    assert card.tobytes() == cards.draw(figure, "What does it cost?").tobytes()
    assert card.tobytes() != cards.draw(site / "figures" / "trend.png", "What does it cost?").tobytes()
    assert len(card.crop((500, 40, 1180, 610)).getcolors(1 << 20) or []) > 50, "there is no figure on the card"


def test_canonical_addresses_and_the_sitemap_agree(published: Path) -> None:
    tree = ElementTree.parse(published / "sitemap.xml")
    listed = {str(e.text) for e in tree.iter(f"{{{addresses.SITEMAP}}}loc")}
    canonical = {}
    for name in FEW:
        (link,) = soup(published / f"{name}.html").find_all("link", rel="canonical")
        canonical[name] = str(link["href"])
        assert told(soup(published / f"{name}.html"), "og:url") == canonical[name]
    assert canonical["index"] == f"{ADDRESS}/" and canonical["fleet"] == f"{ADDRESS}/fleet.html"
    assert set(canonical.values()) == listed, f"They differ in {set(canonical.values()) ^ listed}. See addresses.of."
    assert f"Sitemap: {ADDRESS}/sitemap.xml" in (published / "robots.txt").read_text()
    # An old address names the new one, and is in no list.
    assert not [url for url in listed if Path(url).stem in notebooks.moved()]
    (link,) = soup(published / "capex.html").find_all("link", rel="canonical")
    assert link["href"] == f"{ADDRESS}/fleet.html"


def test_site_without_an_address_names_none(site: Path) -> None:
    for path in [*site.glob("*.html"), site / "robots.txt", site / "feed.xml"]:
        text = path.read_text(encoding="utf-8")
        wrong = [word for word in ('rel="canonical"', "og:image", "og:url", "Sitemap:", 'rel="self"') if word in text]
        assert not wrong, f"{path.name} says {wrong}, although nobody has said where the site is published."
    assert not (site / "sitemap.xml").exists(), "A sitemap of relative addresses is not valid."
    assert not (site / "cards").exists(), "No page shows the cards of a site without an address."


def test_structured_data_hold_each_page_and_every_table(published: Path, site: Path) -> None:
    said = citation.citation()
    for name in FEW:
        page = soup(published / f"{name}.html")
        report = structured(page)[0]
        # The front page stands for the report, whose title its own is not.
        title = said.title if name == "index" else told(page, "og:title")
        assert report["@type"] == "Report" and report["name"] == title, name
        assert report["url"] == page.find("link", rel="canonical")["href"], name  # type: ignore[index]
        assert report["datePublished"] == said.released.isoformat() and report["version"] == said.version
        assert ("isPartOf" in report) == (name != "index")
    for html, base in ((published, f"{ADDRESS}/"), (site, "")):
        (dataset,) = [d for d in structured(soup(html / "data_dictionary.html")) if d["@type"] == "Dataset"]
        held = {file["contentUrl"] for file in dataset["distribution"]}
        tables = {p.name for p in (notebooks.ROOT / "data").glob("*.csv")}
        assert held == {f"{base}data/{name}" for name in tables | set(results.FILES)}
        for url in held:
            assert (html / url.removeprefix(base)).is_file(), f"{url} is not in the site."
        first, last = (date.fromisoformat(day) for day in dataset["temporalCoverage"].split("/"))
        assert date(2000, 1, 1) < first < last
        assert all(field["unitText"] and field["description"] for field in dataset["variableMeasured"])
        assert dataset["license"].startswith("https://creativecommons.org/licenses/by/4.0")
        assert said.version in dataset["citation"]


def test_structured_data_cannot_end_their_script() -> None:
    assert "</script>" not in head.json_ld({"name": "</script><b>"})


def test_data_are_published_unchanged_and_linked(site: Path) -> None:
    files = [path for path in (notebooks.ROOT / "data").rglob("*") if path.is_file()]
    for path in files:
        if path.name == "datapackage.json":
            continue  # a site's names what is computed too: tests/report/test_results.py
        inside = path.relative_to(notebooks.ROOT)
        assert (site / inside).read_bytes() == path.read_bytes(), (
            f"{inside} of the site differs from that of the report"
        )
    links = {str(a["href"]) for a in soup(site / "data_dictionary.html").select("article a[href^=data]")}
    names = {p.name for p in files if p.parent.name == "data"} | set(results.FILES)
    missing = {f"data/{name}" for name in names} - links
    assert not missing, f"The data dictionary does not link to {sorted(missing)}. Write the file's path as code there."


def test_notebooks_can_be_downloaded(site: Path) -> None:
    for page in notebooks.pages():
        if page.runs:
            link, *_ = soup(site / f"{page.name}.html").select(f'a[href="_sources/{page.name}.ipynb"]')
            assert any(c.get("outputs") for c in notebooks.read(site / str(link["href"])).cells), page.name


# The page for an unknown address


def test_unknown_address_leads_on_from_any_depth(published: Path) -> None:
    page = soup(published / "404.html")
    deep = f"{ADDRESS}/no/such/folder/page.html"
    faults = []
    for tag in page.find_all(["a", "link", "script", "img", "form"]):
        url = str(tag.get("href") or tag.get("src") or tag.get("action") or "#")
        target = urljoin(deep, url)
        if url.startswith("#"):
            continue
        inside = urlsplit(target).path.removeprefix(urlsplit(ADDRESS).path).lstrip("/")
        if not target.startswith(f"{ADDRESS}/") or not (published / inside).is_file():
            faults.append(f"{url} leads to {target}")
    assert not faults, "\n".join(faults)
    assert page.html["data-content_root"] == "/some/report/"  # type: ignore[index]
    for name in FEW[1:]:
        assert page.select(f'article a[href="/some/report/{name}.html"]'), f"404.html does not lead to {name}"
    assert page.select('article form[action="/some/report/search.html"] input[name="q"]')
    assert told(page, "robots") == "noindex" and not page.find("link", rel="canonical")


def test_addresses_from_the_root() -> None:
    html = '<a href="./a.html#b"><img src="x/y.svg"><a href="#here"><a href="https://e.org"><a href="/c">'
    assert addresses.from_the_root(html, "/r/") == (
        '<a href="/r/a.html#b"><img src="/r/x/y.svg"><a href="#here"><a href="https://e.org"><a href="/c">'
    )


# Citations


def test_every_page_can_be_cited(published: Path) -> None:
    said, keys = citation.citation(), set()
    for name in FEW:
        page = soup(published / f"{name}.html")
        sentence, bibtex = (pre.get_text() for pre in page.select("details.cite pre"))
        title = said.title if name == "index" else page.h1.get_text().removesuffix("#")  # type: ignore[union-attr]
        url = f"{ADDRESS}/" if name == "index" else f"{ADDRESS}/{name}.html"
        assert f"({said.released.year})" in sentence and f"Version {said.version}" in sentence and url in sentence
        ((key, entry),) = parse_string(bibtex, "bibtex").entries.items()
        assert key not in keys, f"Two pages have the BibTeX key {key}."
        keys.add(key)
        assert re.sub(r"\\([$&%#_{}])", r"\1", entry.fields["title"]).strip("{}") == title
        assert entry.fields["url"] == url and entry.fields["year"] == str(said.released.year)
        assert " ".join(entry.persons["author"][0].last_names).strip("{}") == said.names
    assert len(keys) == len(FEW)


def test_citation_reads_well() -> None:
    said = citation.Citation(
        "What does it cost?", ("A. Author", "The Group"), "2.0.1", date(2026, 3, 1), "x", ("MIT",), ()
    )
    assert said.sentence("Is “$6” much", "https://e.org/a.html") == (
        "A. Author, The Group (2026). “Is ‘$6’ much.” In: What does it cost? Version 2.0.1, 1 March 2026. "
        "https://e.org/a.html"
    )
    assert said.sentence() == "A. Author, The Group (2026). What does it cost? Version 2.0.1, 1 March 2026."
    assert r"title        = {{50\% of A\_B \& C}}" in said.bibtex("50% of A_B & C", "a-b")
    assert said.bibtex("x", "a-b").startswith("@misc{frontier_model_cost_report_2026_a_b,")
    assert "month        = mar" in said.bibtex() and "url" not in said.bibtex()
    assert "urldate      = {YYYY-MM-DD}," in said.bibtex(address="https://e.org/")


def test_citation_is_the_same_wherever_it_is_said() -> None:
    said, root = citation.citation(), notebooks.ROOT
    latest = next(release for release in history.releases() if release.released)
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    advice = "CITATION.cff decides: correct the other place, or release the version there."
    assert (latest.version, latest.released) == (said.version, said.released), f"CHANGELOG.md. {advice}"
    assert project["version"] == said.version, f"pyproject.toml. {advice}"
    assert yaml.safe_load((root / "_config.yml").read_text(encoding="utf-8"))["title"] == said.title, advice
    assert f"version {said.version}, {said.released.year}" in (root / "README.md").read_text(encoding="utf-8"), advice


def test_citation_file_that_lacks_something_is_refused(tmp_path: Path) -> None:
    held = yaml.safe_load((notebooks.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    path = tmp_path / "CITATION.cff"
    path.write_text(yaml.safe_dump({key: value for key, value in held.items() if key != "version"}))
    with pytest.raises(citation.CitationError, match="lacks version"):
        citation.read(path)
    path.write_text(yaml.safe_dump(held | {"date-released": "23.11.2026"}))
    with pytest.raises(citation.CitationError, match="Write it as 2026-11-23"):
        citation.read(path)


# Changes


def test_feed_has_one_entry_for_each_release(published: Path, site: Path) -> None:
    atom = f"{{{history.ATOM}}}"
    released = [release for release in history.releases() if release.released]
    ids = []
    for html, base in ((published, f"{ADDRESS}/"), (site, "")):
        root = ElementTree.parse(html / "feed.xml").getroot()
        entries = root.findall(f"{atom}entry")
        assert [e.findtext(f"{atom}title") for e in entries] == [release.title for release in released]
        ids.append([root.findtext(f"{atom}id"), *(e.findtext(f"{atom}id") for e in entries)])
        assert len(set(ids[-1])) == len(ids[-1]) and all(str(i).startswith("urn:uuid:") for i in ids[-1])
        assert root.findtext(f"{atom}updated") == f"{released[0].released}T00:00:00Z"
        for entry in entries:
            url = str(entry.find(f"{atom}link").get("href"))  # type: ignore[union-attr]
            page, _, place = url.removeprefix(base).partition("#")
            assert url.startswith(base) and soup(html / page).find(id=place), f"{url} leads nowhere"
            told = str(entry.findtext(f"{atom}content"))
            assert told.startswith("<p>") and "make same-bytes" not in told, "a reader's changes, not an engineer's"
        for name in FEW:
            assert soup(html / f"{name}.html").find("link", type="application/atom+xml", href="feed.xml"), name
    assert ids[0] == ids[1], "A feed's ids must not change with its address."


def test_changelog_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "CHANGELOG.md"
    path.write_text("# C\n\nIntro.\n\n## [Unreleased]\n\n- x\n\n## [1.0.1] - 2026-12-01\n\n### Added\n\n- y\n")
    new, old = history.releases(path)
    assert (new.released, new.text, new.title) == (None, "- x", "Not yet released")
    assert (old.version, old.released, old.anchor) == ("1.0.1", date(2026, 12, 1), "version-1-0-1-1-december-2026")
    assert old.told == "", "what a reader has no use for"
    text = "## [2.0.0] - 2027-01-01\n\nAbout.\n\n### Added\n\n- x\n\n### Changed numbers\n\n| a |\n\n### Fixed\n\n- y\n"
    path.write_text(text)
    assert history.releases(path)[0].told == "About.\n\n| a |"
    path.write_text("## 1.0.1, December\n")
    with pytest.raises(ValueError, match=r"CHANGELOG.md: the heading '## 1.0.1, December'"):
        history.releases(path)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with two pages of different days."""
    root = tmp_path / "full"
    (root / "book").mkdir(parents=True)

    def git(*arguments: str, day: str = "2026-01-01") -> None:
        when = {"GIT_AUTHOR_DATE": f"{day}T23:30:00-0500", "GIT_COMMITTER_DATE": f"{day}T23:30:00-0500"}
        who = {
            "GIT_AUTHOR_NAME": "a",
            "GIT_AUTHOR_EMAIL": "a@e.org",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a",
        }
        subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True, env={**when, **who})

    git("init", "-q")
    for name, day in (("a", "2026-01-02"), ("b", "2026-02-03")):
        (root / "book" / f"{name}.md").write_text(name)
        git("add", "-A")
        git("commit", "-qm", name, day=day)
    return root


def test_day_of_a_page_is_its_last_commit_s(repository: Path, tmp_path: Path) -> None:
    history.commit_days.cache_clear()
    days = {name: history.last_changed(Path(f"{name}.md"), repository) for name in "abc"}
    assert days == {"a": date(2026, 1, 3), "b": date(2026, 2, 4), "c": None}, "days are those of UTC"
    history.commit_days.cache_clear()
    (repository / "book" / "a.md").write_text("changed, and not committed")
    assert history.last_changed(Path("a.md"), repository) is None
    assert history.last_changed(Path("b.md"), repository) == date(2026, 2, 4)
    history.commit_days.cache_clear()


def test_day_of_a_page_is_not_guessed(repository: Path, tmp_path: Path) -> None:
    shallow, bare = tmp_path / "shallow", tmp_path / "unpacked"
    subprocess.run(["git", "clone", "-q", "--depth", "1", repository.as_uri(), str(shallow)], check=True)
    shutil.copytree(repository / "book", bare / "book")
    shutil.copytree(repository / "book", repository / "inside" / "book")
    for root in (shallow, bare, repository / "inside"):
        assert history.commit_days(root) == {}, f"{root.name} does not hold the repository of its files"
    history.commit_days.cache_clear()


@pytest.fixture
def elsewhere(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What hooks of git set, and what a user wants of git."""
    for name, value in somebody.settings(repository.parent).items():
        monkeypatch.setenv(name, value)
    history.commit_days.cache_clear()


@pytest.mark.usefixtures("elsewhere")
def test_days_are_those_of_this_repository_whatever_git_was_told(repository: Path) -> None:
    before = identity.of_history(repository)
    assert history.last_changed(Path("a.md"), repository) == date(2026, 1, 3)
    (repository / "book" / "a.md").write_text("changed")
    assert identity.of_history(repository) != before


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can give a folder away")
def test_days_are_known_in_a_checkout_of_another_account(repository: Path) -> None:
    nobody = 65534
    for path in (repository, *repository.rglob("*")):
        os.chown(path, nobody, nobody)
    refused = subprocess.run(["git", "-C", str(repository), "status"], capture_output=True, text=True)
    assert "dubious ownership" in refused.stderr, "git itself should have refused"
    history.commit_days.cache_clear()
    assert history.last_changed(Path("a.md"), repository) == date(2026, 1, 3)
    history.commit_days.cache_clear()


def test_pages_say_when_they_changed(site: Path) -> None:
    for name in NAMES:
        page = soup(site / f"{name}.html")
        path = next(notebooks.BOOK.glob(f"{name}.*"))
        said = page.select_one(".end-of-page time")
        changed = history.last_changed(path)
        assert (said["datetime"] if said else None) == (changed.isoformat() if changed else None), name
        assert f"Version {citation.citation().version}" in page.select_one(".end-of-page").get_text()  # type: ignore[union-attr]
