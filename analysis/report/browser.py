"""The browser that prints the PDF and the slides, and with which the tests look at pages: Chromium or one made from it.

`find` says which one there is. `python -m analysis.report.browser`, which `make browser` runs before whatever needs
one, also fetches one where there is none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.report import node

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge")
# Where packages put it, also when an account has a shorter PATH; and applications, which are on no PATH at all.
FOLDERS = ("/usr/local/bin", "/usr/bin", "/snap/bin")
APPLICATIONS = (
    *(f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Chromium", "Google Chrome", "Microsoft Edge")),
    *(
        f"{os.environ.get(root, '')}/{name}"
        for root in ("PROGRAMFILES", "PROGRAMFILES(X86)", "LOCALAPPDATA")
        for name in ("Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe")
    ),
)
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
INSTALL = "install Chromium or Chrome (Debian: apt install chromium)"
REMEDY = f"Run `make browser`, or {INSTALL}."

SECONDS = 60  # in which a browser says its version; a busy computer takes its time
PATIENCE_MS = 5_000  # in which the host answers from which Playwright fetches its own


class NoBrowserError(Exception):
    """There is no browser, and none could be fetched."""


def _search(name: str) -> str | None:
    """A program on the PATH, or where packages put it."""
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(FOLDERS))


def _use_node() -> None:
    """Give Playwright the Node.js of the lock; its own needs a library that a small system lacks."""
    if root := node.folder():
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", node.program(root))


def _python(*words: str) -> str:
    """What Playwright says when it is asked apart from this process; nothing, where it is missing or does not run."""
    _use_node()
    environment = {"PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": str(PATIENCE_MS), **os.environ}
    return subprocess.run([sys.executable, *words], env=environment, capture_output=True, text=True).stdout.strip()


def _playwrights() -> str:
    """Where Playwright keeps a browser of its own, whether or not it is there."""
    ask = "with sync_playwright() as playwright: print(playwright.chromium.executable_path)"
    return _python("-c", f"from playwright.sync_api import sync_playwright\n{ask}")


def _candidates() -> Iterator[str]:
    yield from filter(None, map(_search, NAMES))
    yield from (path for path in APPLICATIONS if Path(path).is_file())
    if Path(own := _playwrights()).is_file():
        yield own


def _starts(path: str) -> bool:
    """Whether a browser is one: on Ubuntu a package of that name may only ask for another, and libraries may lack."""
    if sys.platform == "win32":
        return True  # there the question would open a window
    try:
        return not subprocess.run([path, "--version"], capture_output=True, timeout=SECONDS).returncode
    except (OSError, subprocess.TimeoutExpired):
        return False


def find() -> str | None:
    """The path of the browser; None, where there is none."""
    return next(filter(_starts, _candidates()), None)


@contextmanager
def started(*more: str) -> Iterator[Browser]:
    """The browser, running, with these arguments beside its own; NoBrowserError, where there is none."""
    from playwright.sync_api import sync_playwright

    path = find()
    if path is None:
        raise NoBrowserError(f"Chromium is missing. {REMEDY}")
    _use_node()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *more])
        yield browser
        browser.close()


def _fetch_playwrights() -> None:
    _python("-m", "playwright", "install", "--no-shell", "chromium")


def _fetch_debians() -> None:
    apt = _search("apt-get")
    if apt and os.geteuid() == 0:
        path = os.pathsep.join((os.environ.get("PATH", ""), *FOLDERS, "/bin", "/usr/sbin", "/sbin"))
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "PATH": path}
        for words in (["update"], ["install", "--no-install-recommends", "--yes", "chromium"]):
            command = [apt, "-qq", "-o", "DPkg::Lock::Timeout=300", *words]
            subprocess.run(command, env=environment, capture_output=True)


def set_up() -> str:
    """The path of the browser, which is fetched if need be: Playwright's own, or Debian's package as root.

    NoBrowserError says what to do.
    """
    for fetch in (lambda: None, _fetch_playwrights, _fetch_debians):
        fetch()
        if path := find():
            return path
    raise NoBrowserError(f"There is no browser, and none could be fetched: {INSTALL}, and run again.")


if __name__ == "__main__":
    try:
        print(f"browser: {set_up()}")
    except NoBrowserError as error:
        sys.exit(f"report: {error}")
