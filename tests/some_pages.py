"""A site of some of the pages: nobody who looks at a few need wait for all."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import yaml

from analysis.report import rendering
from analysis.scenarios import Scenario


def _contents(of: Any, names: list[str]) -> Any:
    """A table of contents with these pages alone, and without the parts that hold none of them."""
    if isinstance(of, list):
        kept = [_contents(each, names) for each in of if each.get("file", names[0]) in names]
        return [each for each in kept if each.keys() != {"caption"}]
    lists = {key: _contents(each, names) for key, each in of.items() if isinstance(each, list)}
    return {key: lists.get(key, each) for key, each in of.items() if lists.get(key) != []}


def rendered(names: list[str], executed: dict[str, Path], scenario: Scenario, folder: Path) -> Path:
    """These pages as they are on the site of a scenario; the folder of their HTML."""
    # Links to the pages that are left out lead nowhere: a warning is no error here.
    with patch.object(rendering, "RENDERER", f"import sys; sys.argv.remove('-W')\n{rendering.RENDERER}"):
        rendering.stage(scenario, executed, folder)
        toc = folder / "_toc.yml"
        contents = yaml.safe_load(toc.read_text(encoding="utf-8"))
        toc.write_text(yaml.safe_dump(_contents(contents, names), sort_keys=False), encoding="utf-8")
        return rendering.render(folder)
