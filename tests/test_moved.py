"""Old addresses: each page that has gone leads to where its text stands now, and so does each place that was in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser
from test_site import anchors, soup, told

from analysis.report import notebooks
from analysis.report.site.finish import moved, policy

GONE = notebooks.moved()


def places(name: str) -> Iterator[tuple[str, str]]:
    """Each place of a page that has gone, and where book/moved.yml says that it is."""
    yield "", GONE[name].to
    for anchor in GONE[name].anchors:
        yield anchor, f"{GONE[name].to}#{anchor}"
    yield from GONE[name].elsewhere.items()


@pytest.mark.parametrize("name", GONE)
def test_each_old_address_and_each_place_in_it_is_somewhere(site: Path, name: str) -> None:
    lost = []
    for old, new in places(name):
        page, _, anchor = new.partition("#")
        path = site / f"{page}.html"
        if not path.exists() or (anchor and anchor not in anchors(path)):
            lost.append(f"{name}.html#{old} should be {new}")
    assert not lost, told(lost, "Put a label there, or say in book/moved.yml where the place is now.")


def test_no_page_that_has_gone_is_still_a_page() -> None:
    both = GONE.keys() & {page.name for page in notebooks.published()}
    assert not both, f"_toc.yml and book/moved.yml both have {', '.join(sorted(both))}. Take it out of one."


def test_they_are_small_under_the_policy_and_in_no_list(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    indexed = re.search(r'"docnames": \[(.*?)\]', index)
    for name in GONE:
        path = site / f"{name}.html"
        page = soup(path)
        assert path.stat().st_size < 4096
        assert page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"] == policy.policy(name)  # type: ignore[index]
        assert not page.find("style") and not policy.forbidden(path.read_text(encoding="utf-8"))
        assert page.find("meta", attrs={"name": "robots"})["content"] == "noindex"  # type: ignore[index]
        assert indexed and f'"{name}"' not in indexed[1], f"{name} is in the index of the search."


# Where an old address ends in a browser: a place, one that is on another page now, a setting, a query.
ADDRESSES = {
    "capex.html": "fleet.html",
    "capex.html#fig-capex": "fleet.html#fig-capex",
    "what_matters.html#tab-sobol": "sensitivity.html#tab-sobol",
    "change_assumptions.html#rental_usd_per_gpu_hour=3&pue=1.4": "how_sure.html#rental_usd_per_gpu_hour=3&pue=1.4",
    "model_card.html?from=letter#tab-headlines": "how_sure.html?from=letter#tab-four-questions",
}


def test_a_browser_goes_on_with_place_setting_and_query(browser: Browser, address: str) -> None:
    page = browser.new_page()
    for old, new in ADDRESSES.items():
        page.goto(address + old)
        page.wait_for_url(partial(str.__eq__, address + new))
    page.close()


def test_without_a_script_it_goes_on_too(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}capex.html")
    page.wait_for_url(f"{address}fleet.html")
    context.close()


def test_a_slip_in_the_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "moved.yml"
    for said, message in (({"anchor": []}, "no key is called anchor"), ({"anchors": []}, "no `to`")):
        path.write_text(yaml.safe_dump({"old": said}), encoding="utf-8")
        with pytest.raises(notebooks.PageFailure, match=message):
            notebooks.moved(path)
    assert moved.address("fleet#fig-capex") == "fleet.html#fig-capex" and moved.address("fleet") == "fleet.html"
