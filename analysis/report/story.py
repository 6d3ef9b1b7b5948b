"""A story as one page: a file of HTML that asks for nothing, runs nothing, and can be sent on.

Its words are strangers': the template escapes all of them, an address is a link only if it is one of the web, and the
page's policy allows no script, no frame and no request.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from markupsafe import Markup

from analysis import claims, parameters, words
from analysis.figures import style
from analysis.placing import Placed, Span, told
from analysis.placing.numbers import COSTS
from analysis.placing.verdict import VERDICTS
from analysis.quantities.audit import VERDICTS as WEIGHED
from analysis.report import manifest, place
from analysis.report.site import templates, tokens
from analysis.stories.audit import RUN, Audit, Weighed
from analysis.stories.columns import PLACED
from analysis.stories.reading import Reference, all_references
from analysis.untrusted import isolated

PAGE = "index.html"

# An address that becomes a link; every other one stays text.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::[0-9]+)?(?:/[A-Za-z0-9._~!$&()*+,;=:@%/?#-]*)?")

ROW = 34


def build(audit: Audit, out: Path | None = None, with_key: bool = False) -> Path:
    """Write a story's page into a folder; where it lies."""
    name = audit.story.name if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", audit.story.name) else "story"
    target = place.usable(out or place.BUILD / "stories" / name, manifest.STORY)
    with place.alone(target), place.told("What was there before is untouched."):
        manifest.put(target, manifest.STORY, {PAGE: html(audit, with_key).encode()})
    return target / PAGE


def html(audit: Audit, with_key: bool = False) -> str:
    """The page: the answer, the run, each claim, sources. with_key: with the answers that a teacher expects."""
    sheet = colours() + files("analysis.report").joinpath("story.css").read_text(encoding="utf-8")
    policy = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    macros = templates.beside(__file__, words=isolated, weighed=WEIGHED.__getitem__)
    about = audit.story.about
    return str(
        macros.page(
            language=about["language"] or "en",
            title=about["title"] or audit.story.name,
            about=about,
            blanks=audit.story.blanks,
            sheet=Markup(sheet),
            policy=policy,
            run=audit.run,
            known=told.known(audit.run),
            assumptions=[_assumption(row) for row in audit.story.assumptions],
            claims=[_claim(each, audit) for each in audit.claims],
            key=audit.story.key if with_key else [],
            expected={**{name: each.means for name, each in VERDICTS.items()}, **WEIGHED},
            placed=PLACED,
            references=[(each, _linked(each)) for each in all_references(audit.story).values()],
        )
    )


def colours() -> str:
    """The figures' colours as properties, light and dark."""
    light = "".join(f"--{name}: {colour}; " for name, colour in tokens.COLOURS.items())
    dark = "".join(f"--{name}: {style.dark(colour)}; " for name, colour in tokens.COLOURS.items())
    return f":root {{ {light}}}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark}}} }}\n"


def _linked(reference: Reference) -> str:
    return reference.url if ADDRESS.fullmatch(reference.url) else ""


def _assumption(row: Mapping[str, str]) -> Mapping[str, str]:
    known = parameters.known().get(row["name"])
    title = known.title if known else row["name"].removeprefix(RUN).replace("_", " ").capitalize()
    return {**row, "title": title, "base": f"{known.value:g} ({known.low:g} to {known.high:g})" if known else ""}


def _claim(weighed: Weighed, audit: Audit) -> dict[str, object]:
    placed = weighed.placed
    hours = placed.answers["chip_hours"].span
    beside = f"; {told.stands(weighed.hours, hours)} what is known of the run" if weighed.hours and hours else ""
    return {
        **weighed.claim,
        "hours_told": told.spanned(weighed.hours, "GPU-hour") + beside if weighed.hours else "",
        "placing": placed.verdict,
        "means": VERDICTS[placed.verdict].means,
        "headline": told.title(placed),
        "print": placed.sentence,
        "slips": placed.slips,
        "prices": [(told.PRICES[name], said) for name, said in placed.given.prices.items()],
        "costs": told.costs(placed),
        "numbers": told.numbers(placed),
        "scale": _scale(placed),
        "questions": [
            (claims.QUESTIONS[question], its.verdict, its.rule, [_record(each) for each in its.findings])
            for question, its in weighed.examined.items()
        ],
    }


def _record(finding: claims.Finding) -> tuple[str, str, str, str, str]:
    record, unit = finding.record, str(finding.record["unit"])
    value = words.amount(finding.found, unit, significant=3) if math.isfinite(finding.found) else ""
    asserted = "; ".join(filter(None, (record["scope_asserted"], record["printed"])))
    place_in = ", ".join(filter(None, (record["source"].replace(";", ", "), record["locator"])))
    return record["part"], asserted, "; ".join(filter(None, (record["scope_found"], value))), finding.said, place_in


@dataclass(frozen=True)
class Scale:
    """The costs and the sum on one axis, by order of magnitude; places are per cent of its width."""

    height: int
    ticks: list[tuple[float, str]]
    bars: list[tuple[str, str, float, float, int]]
    amount: tuple[float, float] | None


def _scale(placed: Placed) -> Scale | None:
    spans = {name: span for name in COSTS if (span := placed.answers[name].span)}
    amount = placed.given.inputs.get("amount")
    if not spans:
        return None
    every = [*spans.values(), *([amount] if amount else [])]
    low, high = math.log10(min(span.low for span in every)) - 0.15, math.log10(max(span.high for span in every)) + 0.15

    def at(value: float) -> float:
        return round(100 * (math.log10(value) - low) / (high - low), 2)

    def bar(span: Span) -> tuple[float, float]:
        return at(span.low), max(round(at(span.high) - at(span.low), 2), 0.6)

    step = max(1, math.ceil((high - low) / 5))
    ticks = [
        (at(10.0**power), words.amount(10.0**power, "USD", significant=1))
        for power in range(math.ceil(low), math.floor(high) + 1, step)
    ]
    numbers = {name: placed.answers[name].number for name in spans}
    bars = [
        (numbers[name].title, numbers[name].basis, *bar(span), ROW * i) for i, (name, span) in enumerate(spans.items())
    ]
    return Scale(ROW * len(bars), ticks, bars, bar(amount) if amount else None)
