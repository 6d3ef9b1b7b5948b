"""Which browser is used, and how one is set up where there is none. No test fetches one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from analysis.report import browser, node


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer without a browser; the folder that its PATH names."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "FOLDERS", ())
    monkeypatch.setattr(browser, "APPLICATIONS", ())
    monkeypatch.setattr(browser, "_playwrights", lambda: str(tmp_path / "none"))
    return tmp_path


def program(path: Path, says: str = "exit 0") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{says}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    "name", ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge"]
)
def test_a_browser_of_any_usual_name_is_found(name: str, bare: Path) -> None:
    assert browser.find() is None
    wanted = program(bare / name)
    assert browser.find() == wanted


def test_it_is_found_beside_the_path_and_as_an_application(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = program(bare / "playwright" / "chrome")
    monkeypatch.setattr(browser, "_playwrights", lambda: own)
    assert browser.find() == own
    application = program(bare / "Google Chrome.app" / "Google Chrome")
    monkeypatch.setattr(browser, "APPLICATIONS", (str(bare / "none"), application))
    assert browser.find() == application
    packaged = program(bare / "packages" / "chromium")
    monkeypatch.setattr(browser, "FOLDERS", (str(bare / "packages"),))
    assert browser.find() == packaged


def test_a_program_of_that_name_that_is_no_browser_is_passed_over(bare: Path) -> None:
    program(bare / "chromium-browser", "echo 'requires the chromium snap to be installed' >&2; exit 1")
    (bare / "chromium").mkdir()
    assert browser.find() is None
    wanted = program(bare / "google-chrome-stable")
    assert browser.find() == wanted


# What a step does for one who has it, in the order in which they are tried.
STEPS = ["_fetch_playwrights", "_fetch_debians"]


@pytest.mark.parametrize("helps", [None, *STEPS])
def test_what_is_tried_to_fetch_one_and_in_which_order(
    helps: str | None, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def step(name: str) -> None:
        tried.append(name)
        if name == helps:
            program(bare / "chromium")

    for name in STEPS:
        monkeypatch.setattr(browser, name, lambda name=name: step(name))
    if helps:
        assert browser.set_up() == str(bare / "chromium")
        assert tried == STEPS[: STEPS.index(helps) + 1]
        assert browser.set_up() and len(tried) == STEPS.index(helps) + 1, "It fetches one although there is one."
        return
    with pytest.raises(browser.NoBrowserError) as told:
        browser.set_up()
    assert tried == STEPS
    assert str(told.value) == (
        "There is no browser, and none could be fetched: "
        "install Chromium or Chrome (Debian: apt install chromium), and run again."
    )


@pytest.mark.parametrize(("account", "installs"), [(0, True), (1000, False)])
def test_debian_s_package_is_installed_by_root_alone(
    account: int, installs: bool, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: account)
    browser._fetch_debians()  # without apt-get nothing happens
    program(bare / "apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {bare}/told')
    browser._fetch_debians()
    told = (bare / "told").read_text().splitlines() if (bare / "told").exists() else []
    wanted = ["update", "install --no-install-recommends --yes chromium"] if installs else []
    assert told == [f"noninteractive -qq -o DPkg::Lock::Timeout=300 {words}" for words in wanted]


def test_playwright_runs_with_the_node_of_the_lock_and_may_not_run_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLAYWRIGHT_NODEJS_PATH", raising=False)
    assert "chrom" in Path(browser._playwrights()).name.lower()
    wheel = node.folder()
    assert wheel and os.environ["PLAYWRIGHT_NODEJS_PATH"] == node.program(wheel)
    # As where a library is missing that Node.js needs.
    monkeypatch.setenv("PLAYWRIGHT_NODEJS_PATH", "/bin/false")
    assert browser._playwrights() == ""
