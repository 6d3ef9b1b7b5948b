"""The policy that pages run under: every page keeps to it, everything still works, and it bites."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import Tag
from playwright.sync_api import Browser, BrowserContext, Page
from sphinx.errors import SphinxError
from test_site import pages, soup, told, until

from analysis.report.site.finish import policy

META = 'meta[http-equiv="Content-Security-Policy"]'
WATCH = """window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(
  `${event.effectiveDirective} forbids ${event.blockedURI} (${event.sourceFile}:${event.lineNumber})`));"""


# In the files


def test_every_page_states_its_policy_before_anything_is_loaded(site: Path) -> None:
    faults = []
    for path in pages(site):
        head = soup(path).head
        assert head
        tags = head.select(META)
        if [tag["content"] for tag in tags] != [policy.policy(path.relative_to(site).with_suffix("").as_posix())]:
            faults.append(f"{path.name}: {[str(tag) for tag in tags]}")
        first = [tag for tag in head.children if isinstance(tag, Tag)][:2]
        if [tag.name for tag in first] != ["meta", "meta"] or "http-equiv" not in first[1].attrs:
            faults.append(f"{path.name}: the policy does not follow the charset")
    assert not faults, told(faults, "See analysis/report/site/finish/policy.py.")


def test_no_page_has_a_script_style_or_handler_in_its_text(site: Path) -> None:
    faults = []
    for path in pages(site):
        for tag in soup(path)(True):
            inline = tag.name == "script" and not tag.get("src") and "json" not in str(tag.get("type"))
            if inline or tag.name == "style":
                faults.append(f"{path.name}: <{tag.name}> {tag.text.strip()[:60]}")
            faults += [f"{path.name}: <{tag.name} {name}>" for name in tag.attrs if name == "style" or name[:2] == "on"]
    assert not faults, told(
        faults, "The policy forbids it; analysis/report/site/finish/policy.py should have refused it."
    )


def test_the_policy_allows_no_code_beyond_files_of_the_site() -> None:
    assert policy.POLICY["default-src"] == "'none'"
    assert policy.POLICY["script-src"] == policy.POLICY["style-src"] == "'self'"
    assert [page for page in ("index", "lab", "search") if "connect-src" in policy.policy(page)] == ["search"]
    loose = re.findall(r"'unsafe-\w+'|https?:|\*|\bblob:", " ".join(policy.POLICY.values()))
    assert not loose, f"The policy of all pages allows {', '.join(loose)}. What one page needs belongs in ADDITIONS."
    silent = [each for each in policy.ADDITIONS if len(each.reason) < 20]
    assert not silent, f"An addition to the policy says why: {silent}"
    # 'wasm-unsafe-eval' compiles WebAssembly and no text.
    unsafe = [each for each in policy.ADDITIONS if each.source in ("'unsafe-inline'", "'unsafe-eval'", "*", "https:")]
    assert not unsafe, f"These would undo the policy: {unsafe}"


def test_an_addition_reaches_its_page_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    more = (
        policy.Addition("lab", "script-src", "'wasm-unsafe-eval'", "Pyodide is WebAssembly."),
        policy.Addition("lab", "worker-src", "blob:", "A worker of a file can only come from a blob."),
    )
    monkeypatch.setattr(policy, "ADDITIONS", more)
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy.policy("lab")
    assert policy.policy("lab").endswith("; worker-src blob:")
    assert "wasm" not in policy.policy("index")


PAGE = """<html><head><meta charset="utf-8" /><noscript><style>.pst-js-only { display: none }</style></noscript>
<script defer src="../_static/documentation_options.js?v=1"></script>
<script>let toggleHintShow = 'Show';</script><script>let toggleHintShow = 'Show';</script>
<script>DOCUMENTATION_OPTIONS.pagename = 'a/page';</script>
<script type="application/ld+json">{"a": 1}</script></head><body>BODY</body></html>"""


@pytest.fixture
def static(tmp_path: Path) -> Path:
    (tmp_path / "documentation_options.js").write_text("const DOCUMENTATION_OPTIONS = {};", encoding="utf-8")
    return tmp_path


def test_settings_become_one_file(static: Path) -> None:
    html = policy.under_policy(PAGE.replace("BODY", '<button onclick="window.print()">'), "a/page.html", static)
    (options,) = static.glob("options-*.js")
    assert f'<script defer src="../_static/{options.name}"></script>' in html
    assert options.read_text("utf-8") == "const DOCUMENTATION_OPTIONS = {};\nlet toggleHintShow = 'Show';\n"
    assert '{"a": 1}' in html and '<button data-print="">' in html


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        "<script>let a = 'x'; alert(1);</script>",
        "<SCRIPT>alert(1)</SCRIPT >",
        '<p style="color: red">',
        '<p title="a > b" style=color:red>',
        "<style>p { color: red }</style>",
        "<img src='x' onerror='alert(1)'>",
        '<a href=" javascript:alert(1)">',
    ],
)
def test_a_page_that_the_policy_would_break_is_refused(static: Path, body: str) -> None:
    with pytest.raises(SphinxError, match=r"page\.html .*policy"):
        policy.under_policy(PAGE.replace("BODY", body), "a/page.html", static)


@pytest.mark.parametrize("body", ["<p>a style = x, onclick=&quot;x&quot;</p>", '<p title="on=1 javascript: style=1">'])
def test_words_that_look_like_code_are_left_alone(static: Path, body: str) -> None:
    assert body in policy.under_policy(PAGE.replace("BODY", body), "page.html", static)


# In the browser


class Watched:
    """A tab that keeps what it complained about, what the policy blocked, and what it asked for."""

    def __init__(self, context: BrowserContext, start: str) -> None:
        self.page, self.start = context.new_page(), start
        self.complaints: list[str] = []
        self.asked: list[str] = []
        self.page.add_init_script(WATCH)
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self._asked(request.url))

    def _asked(self, url: str) -> None:
        self.asked.append(url)
        # The page for unknown addresses looks for a script in the folders above.
        if not url.startswith((self.start, "data:", "blob:", "about:")) and not url.endswith("not-found.js"):
            self.complaints.append(f"asked for {url}")

    def open(self, name: str) -> Page:
        self.page.goto("about:blank")
        self.page.goto(self.start + name, wait_until="load")
        return self.page

    def faults(self) -> list[str]:
        found = [*self.complaints, *self.page.evaluate("window.violations")]
        self.complaints.clear()
        if self.start.startswith("file:"):
            # A browser lets no page of a folder read other files, policy or not: the search shows no lines there.
            found = [each for each in found if not re.search(r"CORS|net::ERR_F|Failed to fetch", each)]
        return found


@pytest.fixture(scope="module", params=["served", "folder"])
def tab(request: pytest.FixtureRequest, browser: Browser, address: str, site: Path) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    if request.param == "served":
        context.grant_permissions(["clipboard-read", "clipboard-write"])
    yield Watched(context, address if request.param == "served" else site.as_uri() + "/")
    context.close()


def test_what_a_reader_can_do_works_under_the_policy(tab: Watched) -> None:
    page = tab.open("rerun.html")
    modes = []
    for _ in range(3):
        page.locator("button.theme-switch-button:visible").first.click()
        modes.append(page.locator("html").get_attribute("data-mode"))
    assert sorted(modes) == ["auto", "dark", "light"], f"the colour modes take turns: {modes}"
    code = page.locator("article div.highlight:visible").first
    code.hover()
    code.locator("button.copybtn").click()
    code.locator("button.copybtn.success").wait_for()
    session = page.locator("article div.highlight", has_text="$ report build -p rental_usd_per_gpu_huor").first
    session.hover()
    session.locator("button.copybtn").click()
    session.locator("button.copybtn.success").wait_for()
    if tab.start.startswith("http:"):
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.split("\n")[0] == "report build -p rental_usd_per_gpu_huor=3", (
            "Of a session in a terminal the command alone is copied."
        )
    page = tab.open("fleet.html")
    folded = page.locator("article details:not([open]) > summary:visible").first
    was_open = folded.element_handle()
    folded.click()
    assert was_open.evaluate("e => e.parentElement.open"), "a folded part opens"
    page.locator("article .pst-scrollable-table-container tbody tr").first.evaluate(
        "e => getSelection().selectAllChildren(e)"
    )
    assert "\t" in page.evaluate("String(getSelection())"), "The cells of a copied row stand under one another."
    page.evaluate("window.print = () => { window.printed = true; }")
    page.evaluate("document.querySelector('[data-print]').click()")
    assert page.evaluate("window.printed") is True, "the button that prints"
    page.locator("article a.hint:visible").first.hover()
    page.locator(".hint-note:visible").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog[open] input").fill("electricity")
    page.keyboard.press("Enter")
    page.locator("ul.search li a").first.wait_for()
    assert not tab.faults()


def test_what_needs_a_script_is_hidden_where_there_is_none(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + "index.html", wait_until="load")
    assert page.locator(".pst-js-only").count()
    assert not page.locator(".pst-js-only:visible").count(), "See the end of book/assets/report.css."
    context.close()


def test_the_search_shows_lines_of_what_it_found(browser: Browser, address: str) -> None:
    page = Watched(browser.new_context(), address)
    page.open("search.html?q=electricity").locator("ul.search p.context").first.wait_for()
    assert not page.faults()
    page.page.close()


def test_a_search_for_code_is_shown_and_not_run(tab: Watched) -> None:
    code = "<img src=x onerror=window.ran=1><script>window.ran=1</script>"
    page = tab.open("search.html?q=" + code.replace("<", "%3C").replace(">", "%3E").replace("=", "%3D"))
    page.locator("p.search-summary", has_text="No page has all of these words").wait_for()
    assert page.evaluate("window.ran") is None
    assert page.locator('input[name="q"]').last.input_value() == code
    assert not tab.faults()


def test_the_claims_can_be_filtered(tab: Watched) -> None:
    page = tab.open("audit.html")
    page.get_by_role("button", name=re.compile("^contradicted")).first.click()
    assert page.url.endswith("#source=contradicted")
    page.locator("h1 .headerlink").evaluate("e => e.click()")
    until(page, "location.hash === '#source=contradicted'")
    page = tab.open("audit.html#weight%3Dhigh")  # as a mail programme may write it
    assert page.get_by_role("button", name=re.compile("^high"), pressed=True).count() == 1
    assert not tab.faults()


def test_the_live_page_works_and_gives_its_scenario(tab: Watched) -> None:
    page = tab.open("how_sure.html#pue=1.4")
    field = page.locator('[data-parameter="rental_usd_per_gpu_hour"] input[type="text"]')
    field.fill("3")
    field.press("Tab")
    page.locator('tr[data-result="v3_rental_usd"] output', has_text="$8.4 million").first.wait_for()
    with page.expect_download() as download:
        page.locator(".live-save").click()
    scenario = Path(download.value.path()).read_text(encoding="utf-8")
    assert "rental_usd_per_gpu_hour: 3" in scenario and "pue: 1.4" in scenario
    page.locator('[data-parameter="rental_usd_per_gpu_hour"] .live-reset').click()
    until(page, "location.hash === '#pue=1.4'")
    assert not tab.faults()


# What somebody who got into a page might try, as the body of a function, and the directive that stops it.
ADD = "const add = (tag, more) => document.body.appendChild(Object.assign(document.createElement(tag), more));"
ATTACKS = {
    "a script in the text": ("add('script', { textContent: 'window.ran = 1' })", "script-src-elem"),
    "a script of another host": ("add('script', { src: 'https://example.org/x.js' })", "script-src-elem"),
    "a script as data": ("add('script', { src: 'data:text/javascript,window.ran=1' })", "script-src-elem"),
    "a handler": ("add('p', { innerHTML: '<img src=data: onerror=\"window.ran = 1\">' })", "script-src-attr"),
    "an address that is code": ("add('a', { href: 'javascript:window.ran=1' }).click()", "script-src-elem"),
    "a text as a function": ("setTimeout('window.ran = 1', 0)", "script-src"),
    "a style": ("document.body.setAttribute('style', 'background: red')", "style-src-attr"),
    "a picture of another host": ("add('img', { src: 'https://example.org/x.png' })", "img-src"),
    "a request to another host": ("fetch('https://example.org/').catch(() => 0)", "connect-src"),
    "a beacon": ("navigator.sendBeacon('https://example.org/', 'x')", "connect-src"),
    "a frame": ("add('iframe', { src: 'index.html' })", "frame-src"),
    "an object": ("add('object', { data: 'index.html' })", "object-src"),
    "a worker of a text": ("try { new Worker(URL.createObjectURL(new Blob(['1']))) } catch {}", "worker-src"),
    "another base of addresses": ("add('base', { href: 'https://example.org/' })", "base-uri"),
    "a form to another host": ("add('form', { action: 'https://example.org/' }).submit()", "form-action"),
}


# What is said of an attack, at the latest after two seconds; a moment more, so that nothing is left for the next one.
TOLD = """async (directive) => {
  const rest = (ms) => new Promise((done) => setTimeout(done, ms)), end = performance.now() + 2000;
  while (!window.violations.some((each) => each.startsWith(`${directive} `)) && performance.now() < end) await rest(5);
  await rest(20);
  return [window.ran ?? null, window.violations.splice(0)];
}"""


def test_the_policy_bites(tab: Watched) -> None:
    page = tab.open("accessibility.html")
    for attack, (code, directive) in ATTACKS.items():
        page.evaluate(f"() => {{ {ADD} {code}; }}")
        ran, told_of = page.evaluate(TOLD, directive)
        assert ran is None, f"{attack} was run"
        assert any(each.startswith(f"{directive} ") for each in told_of), f"{attack} was not blocked: {told_of}"
    tab.complaints.clear()


def test_evil_values_in_the_address_are_named_and_not_run(tab: Watched) -> None:
    served = ("fleet", "audit", "index") if tab.start.startswith("http:") else ()
    for name in ("how_sure", "search", *served):
        for evil in EVIL:
            page = tab.open(f"{name}.html?q={evil}&{evil}#{evil}")
            assert page.evaluate("window.ran") is None, f"{name}.html runs {evil[:80]}"
            assert page.evaluate("({}).ran === undefined"), f"{evil[:80]} on {name}.html changes all objects"
        faults = tab.faults()
        assert not faults, told(faults, f"What {name}.html makes of an address: see book/assets.")


EVIL = (
    "pue=%3Cscript%3Ewindow.ran%3D1%3C/script%3E&source=%3Cimg%20src%3Dx%20onerror%3Dwindow.ran%3D1%3E",
    "__proto__=1&__proto__[ran]=1&constructor.prototype.ran=1&source=__proto__&pue=constructor",
    "pue=NaN&rental_usd_per_gpu_hour=Infinity&utilisation=1e400&staff_count=" + "9" * 5000,
    "javascript:window.ran=1",
)
