"""Python for the page "Run the model in your browser": Pyodide's core as one script of the site.

The core comes from npm, at one version and with one digest, and is kept in _build/.store. Where there is no npm, a
package of Python's index brings one. Everything else of the page is built with the site, so a site without the core is
whole; its page promises nothing then, and says how to add it.

One classic script holds it all: the page works from a server and also when it is opened as a file, where browsers fetch
nothing and start no worker from an address.
"""

from __future__ import annotations

import base64
import io
import json
import re
import tarfile
import zlib
from pathlib import Path

from analysis.report import downloads, node
from analysis.report.place import BuildError
from analysis.teaching.site.chapters import shown
from analysis.teaching.site.lab import PAGE, SLOT, VERSION, with_core

INTEGRITY = "sha512-TkYrUv9m8QmfImADKRmpwZulL48E0uUaBSO+dvRQKyAJc0qh9gu7jn8btyHPh3NZm1r2IH2YrJhIr7Q2B9urAw=="

CORE = "_static/lab-core.js"
WORKER = Path(__file__).with_name("lab_worker.js")
NOTICE = (
    f"/* Python for the browser: Pyodide {VERSION} (Mozilla Public License 2.0), which holds CPython (Python Software "
    "Foundation License) and Emscripten's runtime (MIT). Unchanged, from the npm package pyodide. */\n"
)


def package() -> bytes:
    """The package of npm, from the store, or fetched and then kept; BuildError if it cannot be had."""
    return node.package("pyodide", VERSION, INTEGRITY)


def members(content: bytes) -> dict[str, bytes]:
    """The files of the package that Python needs."""
    wanted = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", "pyodide-lock.json")
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        files = {name: tar.extractfile(f"package/{name}") for name in wanted}
        return {name: file.read() for name, file in files.items() if file}


def script(content: bytes) -> bytes:
    """The core as one classic script, from the package: the same bytes for the same package and worker."""
    files = members(content)
    lock = json.loads(files["pyodide-lock.json"])
    # Maps are not shipped, and the list of packages only tells where to fetch them.
    texts = {
        name: re.sub(r"(?m)^//# sourceMappingURL=.*$", "", files[name].decode())
        for name in ("pyodide.js", "pyodide.asm.js")
    }
    packed = {
        "version": VERSION,
        "lock": json.dumps({"info": lock["info"], "packages": {}}),
        "scripts": _deflated("\n".join([*texts.values(), WORKER.read_text(encoding="utf-8")]).encode()),
        "wasm": _deflated(files["pyodide.asm.wasm"]),
        "stdlib": base64.b64encode(files["python_stdlib.zip"]).decode(),
    }
    return f"{NOTICE}self.reportLabCore = {json.dumps(packed)};\n".encode()


def _deflated(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def present(site: Path) -> bool:
    """Whether a built site has Python in it."""
    return (site / CORE).is_file()


def add(site: Path, content: bytes) -> Path:
    """Put Python into a built site and let its page offer it; the page. content: the package of npm"""
    page = site / PAGE
    if not page.exists() or not SLOT.is_in(page.read_text(encoding="utf-8")):
        raise BuildError(f"{page} is no page that runs Python. Build the site anew: report build --again")
    core = script(content)

    def offer(beside: Path) -> None:
        html = (beside / PAGE).read_text(encoding="utf-8")
        (beside / PAGE).write_text(with_core(html, downloads.size(len(core))), encoding="utf-8")
        for chapter in beside.glob("*.html"):
            chapter.write_text(shown(chapter.read_text(encoding="utf-8")), encoding="utf-8")

    downloads.add(site, CORE, core, offer)
    return page
