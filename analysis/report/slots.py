"""Places in a written page between two comments, which are filled or emptied later."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Slot:
    """A place in a page, by its name."""

    name: str

    def holding(self, content: str = "") -> str:
        """The slot with something in it."""
        return f"<!-- {self.name} -->{content}<!-- /{self.name} -->"

    def filled(self, page: str, content: str) -> str:
        """A page whose slot holds this, and nothing that it held before."""
        return self._replaced(page, self.holding(content))

    def cut(self, page: str) -> str:
        """A page without the slot and what it holds."""
        return self._replaced(page, "")

    def is_in(self, page: str) -> bool:
        return f"<!-- {self.name} -->" in page

    def _replaced(self, page: str, new: str) -> str:
        name = re.escape(self.name)
        return re.sub(f"(?s)<!-- {name} -->.*?<!-- /{name} -->", lambda _: new, page)


# At the end of every page: the links to the PDF and the zip, and all of the box that holds them.
DOWNLOADS, END_OF_PAGE = Slot("downloads"), Slot("end of page")
