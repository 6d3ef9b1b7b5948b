"""The Content-Security-Policy that every page runs under, and what has to be changed in the pages so that they can.

A page runs scripts that are files of the site, and nothing else: no script in its text, no `eval`, no other host.
Whatever gets into a page's text or its address by a mistake is then shown, and not run. The policy stands in the page,
since a site in a folder has no server to send it. Sphinx and the theme write scripts and styles into their pages: these
become files here, and a page with any other is refused.

Not to be had in a page: `frame-ancestors`, `report-to` and `sandbox`, which browsers only heed in a header. Nor are
`integrity` attributes, which a browser cannot check for files of a folder; nothing here comes from another host.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import SphinxError

from analysis import written
from analysis.report.site.finish.theme import applied
from analysis.report.site.pages import Pages

_ALLOWED = written.toml_of(Path(__file__).with_suffix(".toml"))
POLICY: dict[str, str] = _ALLOWED["policy"]


@dataclass(frozen=True)
class Addition:
    """What one page may do beyond the policy, and why it cannot do without."""

    page: str
    directive: str
    source: str
    reason: str


ADDITIONS = tuple(Addition(**row) for row in _ALLOWED["addition"])

# Scripts in a page's text that only set something: they become a file. `let` twice would be a fault.
SETTING = re.compile(r"(?:(?:let|var) \w+|DOCUMENTATION_OPTIONS\.\w+) = (?:'[^'\n]*'|\w+);")
# Only read by the menu of versions, which this site has not; it would make every page's settings a file of its own.
NOT_NEEDED = re.compile(r"DOCUMENTATION_OPTIONS\.pagename = '[^'\n]*';")
OPTIONS = re.compile(r'<script(?: defer)? src="([^"]*_static/)documentation_options\.js[^"]*"></script>')
INLINE = re.compile(r"(?is)[ \t]*<script(?P<about>[^>]*)>(?P<body>.*?)</script\s*>\n?")
CHARSET = re.compile(r'<meta charset="utf-8" ?/?>')


def policy(page: str) -> str:
    """The policy of a page by its name, as a browser takes it."""
    found = dict(POLICY)
    for addition in ADDITIONS:
        if addition.page == page:
            found[addition.directive] = f"{found.get(addition.directive, '')} {addition.source}".strip()
    return "; ".join(f"{directive} {sources}" for directive, sources in found.items())


def tag(page: str) -> str:
    # Only `"` ends the attribute; the policy's own quotes stay readable.
    return f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(page), quote=False)}" />'


class Forbidden(HTMLParser):
    """What the policy would block in a page's text, one line each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "style":
            self.found.append("<style>")
        for name, value in attrs:
            if name == "style" or name.startswith("on") or re.match(r"\s*javascript:", value or "", re.IGNORECASE):
                self.found.append(f'<{tag} {name}="{value}">')


def forbidden(html: str) -> list[str]:
    """Inline styles, handlers and addresses that are code. Parsing takes a while, and nearly no page needs it."""
    suspect = re.search(r"(?i)\s(?:style|on[a-z]+)\s*=|<style|javascript\s*:", html)
    return Forbidden(html).found if suspect else []


def is_data(about: str) -> bool:
    """Whether a script element only holds data, which a browser does not run."""
    return bool(re.search(r'\btype="application/(?:ld\+)?json"', about))


def settings(html: str, page: str) -> tuple[str, list[str]]:
    """A page without the scripts in its text, and those that set something, once each."""
    kept: list[str] = []

    def taken(match: re.Match[str]) -> str:
        if " src=" in match["about"] or is_data(match["about"]):
            return match[0]
        body = match["body"].strip()
        if not SETTING.fullmatch(body):
            raise SphinxError(
                f"{page} has a script in its text that the policy forbids: {body[:120]!r}. "
                "Make it a file in book/assets, or data (type application/json). "
                "See analysis/report/site/finish/policy.py."
            )
        if not NOT_NEEDED.fullmatch(body) and body not in kept:
            kept.append(body)
        return ""

    return INLINE.sub(taken, html), kept


def under_policy(html: str, page: str, static: Path) -> str:
    """A page that can run under its policy, and says so. `static`: where the settings of pages become files."""
    html = applied(html, page, "policy")
    html, lines = settings(html, page)
    options = OPTIONS.search(html)
    if not options:
        raise SphinxError(f"{page} does not load documentation_options.js. See analysis/report/site/finish/policy.py.")
    script = "\n".join([(static / "documentation_options.js").read_text(encoding="utf-8").strip(), *lines, ""])
    name = f"options-{hashlib.sha256(script.encode()).hexdigest()[:10]}.js"
    (static / name).write_text(script, encoding="utf-8")
    html = html.replace(options[0], f'<script defer src="{options[1]}{name}"></script>')
    html, count = CHARSET.subn(lambda match: f"{match[0]}\n    {tag(page.removesuffix('.html'))}", html, count=1)
    left = forbidden(html)
    if left or not count:
        raise SphinxError(
            f"{page} cannot run under the policy of analysis/report/site/finish/policy.py: "
            f"{', '.join(left[:5]) or 'it names no charset, after which the policy belongs'}. "
            "Use a class and a rule in report.css instead of a style, and a script in book/assets instead of a handler."
        )
    return html


def finish(app: Sphinx, pages: Pages) -> None:
    for name, html in pages.items():
        pages[name] = under_policy(html, name, pages.static)
    (pages.static / "documentation_options.js").unlink(missing_ok=True)
