"""The pages of a built site, held in memory while they are finished."""

from __future__ import annotations

from pathlib import Path


class Pages(dict[str, str]):
    """The HTML of each page by its path below the folder of the site.

    folder: the site; _static is where scripts and styles are
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.static = folder, folder / "_static"
        paths = (path.relative_to(folder) for path in sorted(folder.rglob("*.html")))
        super().__init__(
            (path.as_posix(), (folder / path).read_text(encoding="utf-8"))
            for path in paths
            if "_static" not in path.parts
        )

    def write(self) -> None:
        for name, html in self.items():
            (self.folder / name).write_text(html, encoding="utf-8")
