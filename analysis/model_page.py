"""What the page of one model says: its costs on each basis, what is known of it, and what others have published.

Beside each number stands V3's, by the same rule.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import Markdown

from analysis import listing, placing, words, written
from analysis.placing import told
from analysis.placing.given import LIMITS
from analysis.placing.numbers import COSTS, Answer, Span
from analysis.placing.verdict import missing
from analysis.untrusted import as_markdown

# The tables of which a model's page sees its own rows alone, and V3's beside them.
TABLES = ("models", "estimates", "stages")
BESIDE = "dsv3"

SAID: dict[str, dict[str, Any]] = written.toml_of(Path(__file__).with_suffix(".toml"))
# Numbers that test the others: what follows the title, and the factor to its unit.
TESTS = {
    **dict.fromkeys(("mfu", "implied_flop", "implied_tokens", "hours_per_1e24_flop", "days"), ("", 1.0)),
    "energy_kwh": (", MWh", 1e-3),
}
CIRCULAR = "its arithmetic was worked out from its hours, so it tests nothing"
NOT_PUBLISHED = "not published"


@dataclass(frozen=True)
class ModelPage:
    """The page of a model: what was worked out of it, and of V3."""

    case: Any
    row: pd.Series
    found: placing.Placed
    v3: placing.Placed

    @property
    def name(self) -> str:
        return as_markdown(self.row.model)

    def table(self, rows: pd.DataFrame, caption: str, label: str, otherwise: str = "", first: str = "") -> Markdown:
        """A table of the page, under a label of its own; a sentence where it would have no row, and one before it."""
        name = f"tab-{self.row.model_id.replace('_', '-')}-{label}"
        shown = listing.table(rows, caption, name).data if len(rows) else otherwise
        return Markdown("\n\n".join(filter(None, (as_markdown(first), shown))))

    def beside(self, rows: list[dict[str, Any]], v3: list[Any]) -> pd.DataFrame:
        """Rows with V3's values in a last column; on V3's own page without."""
        if self.row.model_id == BESIDE:
            return pd.DataFrame(rows)
        title = as_markdown(self.v3.given.name)
        return pd.DataFrame([{**row, title: value} for row, value in zip(rows, v3, strict=True)])

    def answer(self) -> str:
        """The first sentences: each cost that can be computed, or why none can."""
        answers, name = self.found.answers, self.row.model
        said = answers["chip_hours"].said
        parts: list[str] = []
        for cost, text in SAID["lead"].items():
            if span := answers[cost].span:
                how = ", on hours worked out from its arithmetic" if said and cost == "rental_usd" else ""
                its = "its" if parts else f"{name}'s"
                parts.append(text.format(name=name, its=its, cost=told.spanned(span, "USD"), how=how))
        if parts:
            return " ".join(parts)
        return f"What {name} cost cannot be computed: {self.lacking()}."

    def lacking(self) -> str:
        """What is missing for a rent, and that others have a figure nonetheless."""
        if self.found.answers["chip_hours"].span:
            lacks = f"{self.lacks(self.found.answers['rental_usd'])} is not known"
        else:
            lacks = "neither GPU-hours, nor GPUs and days, nor arithmetic with a chip, are published"
        others = len(self.case.data.table("estimates").query("model_id == @self.row.model_id"))
        return f"{lacks}; published figures are below" if others else lacks

    def lacks(self, answer: Answer) -> str:
        """What a number lacks, with the chip and the half-year by name."""
        given = self.found.given
        text = missing(answer, given)
        if given.gpu_id:
            text = text.replace("this chip", f"the {self.case.data.gpu(given.gpu_id)['name']}")
        else:
            text = re.sub(r"\bthe chip\b", self.chip, text)
        if given.when:
            half = "first" if given.when.endswith("1") else "second"
            text = text.replace("at that time", f"in the {half} half of {given.when[:4]}")
        return text

    @property
    def chip(self) -> str:
        """The chip where it cannot be told which of the report's it is."""
        return f"the exact form of the chip ({self.row.hardware})" if self.row.hardware else "the chip"

    def scope(self) -> str:
        """Who made the model and when, and what its row counts."""
        made = f"{self.row.developer} released it on {self.row.release_date:%-d %B %Y}."
        return " ".join(text for text in (made, SAID["counted"][self.row["scope"]]) if text)

    def costs(self) -> pd.DataFrame:
        """The costs with their ends, and how each is known or what it lacks."""
        rows = [
            {
                "Cost": answer.number.title,
                "Basis": answer.number.basis,
                "Central (lowest to highest)": _spanned(answer),
                "How it is known": as_markdown(self.how(answer)),
            }
            for answer in map(self.found.answers.__getitem__, COSTS)
        ]
        return self.beside(rows, [_spanned(self.v3.answers[name]) for name in COSTS])

    def how(self, answer: Answer) -> str:
        """How a number is known, or what it lacks."""
        if answer.span or not answer.missing:
            return told.how(answer, self.found.given)
        return told.LACKS.format(self.lacks(answer))

    def rests(self) -> pd.DataFrame:
        """Hours and prices behind the costs."""
        answer, given = self.found.answers["chip_hours"], self.found.given
        hours = answer.said or self.row.chip_hours_confidence or self.found.answers["chip_hours_known"].said
        rows = [
            {"What": "GPU-hours", "Value": _spanned(answer), "How it is known": hours if answer.span else NOT_PUBLISHED}
        ]
        v3 = [_spanned(self.v3.answers["chip_hours"])]
        for price, title in told.PRICES.items():
            span = given.inputs.get(price)
            unpriced = "no price of this chip at that time was found" if given.gpu_id else f"{self.chip} is not known"
            said = as_markdown(given.prices[price] if span else unpriced)
            rows.append({"What": title, "Value": _amount(span, LIMITS[price][0]), "How it is known": said})
            v3.append(_amount(self.v3.given.inputs[price], LIMITS[price][0]))
        return self.beside(rows, v3)

    def known(self) -> pd.DataFrame:
        """What is published of a model: value, how sure, source."""
        row, v3 = self.row, self.case.data.model(BESIDE)
        unverified = row.unverified_fields.split(";")
        rows = [{"What": "Chip", "Value": as_markdown(row.hardware) or NOT_PUBLISHED, "Grade": "", "Source": ""}]
        for column, about in SAID["known"].items():
            there = row[column] == row[column]
            from_hours = column == "train_flop" and row.flop_from_hours == "yes"
            sure = (row[about["grade"]] if "grade" in about else "") + (
                "; worked out from the hours" if from_hours else ""
            )
            rows.append(
                {
                    "What": about["title"],
                    "Value": listing.doubt(_cell(row, column), "unverified" if column in unverified else ""),
                    "Grade": sure if there else "",
                    "Source": listing.cite(row[about.get("source", "source")]) if there else "",
                }
            )
        return self.beside(rows, [as_markdown(v3.hardware), *(_cell(v3, column) for column in SAID["known"])])

    def tests(self) -> pd.DataFrame:
        """Whether what is published hangs together."""
        circular = self.row.flop_from_hours == "yes" and "flop" in self.found.answers["mfu"].missing
        rows, v3 = [], []
        for name, (unit, factor) in TESTS.items():
            answer = self.found.answers[name]
            beside = told.beside(self.found, name) if name in told.BY_EYE and answer.span else ""
            if not beside:
                untested = circular and name in ("mfu", "hours_per_1e24_flop")
                beside = CIRCULAR if untested else self.how(answer)
            rows.append(
                {
                    "Number": answer.number.title + unit,
                    "Value": _spanned(answer, factor),
                    "Compared with": as_markdown(beside),
                }
            )
            v3.append(_spanned(self.v3.answers[name], factor))
        return self.beside(rows, v3)

    def estimates(self) -> pd.DataFrame:
        """Costs that others have published, by basis."""
        rows = self.case.data.table("estimates")
        rows = self.case.data.chosen("estimates", rows[rows.model_id == self.row.model_id])
        rows = rows.sort_values(["basis", "vintage"], ascending=[True, False], kind="stable")
        return pd.DataFrame(
            [
                {
                    "Basis": row.basis,
                    "Published": listing.doubt(listing.estimate(row), row.confidence),
                    "Method": as_markdown(row.method),
                    "Dollars of": str(row.currency_year).removesuffix(".0"),
                    "Edition": row.vintage,
                    "Status": _stands(row),
                    "Source": listing.cite(row.source),
                }
                for row in rows.itertuples()
            ]
        )

    def stages(self) -> pd.DataFrame:
        """The stages of which hours are published."""
        rows = self.case.data.table("stages")
        rows = self.case.data.chosen("stages", rows[rows.model_id == self.row.model_id])
        return pd.DataFrame(
            [
                {
                    "Stage": as_markdown(row.stage_name),
                    "GPU-hours": words.amount(row.chip_hours, "GPU-hour"),
                    "Grade": row.confidence,
                    "Source": listing.cite(row.source),
                }
                for row in rows.itertuples()
            ]
        )

    def missing(self) -> Markdown:
        """What would have to be known for the costs that cannot be computed, a line for each."""
        wanted: dict[str, list[str]] = {}
        for name in COSTS:
            answer = self.found.answers[name]
            if answer.missing == ("rental_usd",):
                answer = replace(answer, missing=self.found.answers["rental_usd"].missing)
            if answer.missing:
                title = answer.number.title
                wanted.setdefault(self.lacks(answer), []).append(title[:1].lower() + title[1:])
        lines = [f"- With {as_markdown(lack)}: {'; '.join(costs)}." for lack, costs in wanted.items()]
        texts = SAID["missing"]
        said = [texts["some"], "", *lines] if lines else [texts["whole"]]
        if self.found.answers["chip_hours"].said:
            mfu = told.ends(self.found.given.inputs["mfu_assumed"], "fraction")
            said += ["", texts["rough"].format(mfu=mfu)]
        return Markdown("\n".join(said))

    def check(self) -> Markdown:
        """How to check a sum that is said of the model, and where its rows are."""
        ident = self.row.model_id
        tables = {name: self.case.data.table(name) for name in TABLES}
        files = words.label("", [f"`data/{name}.csv`" for name, rows in tables.items() if ident in set(rows.model_id)])
        address, command = f"check_claim.html#model={ident}", f'report claim "5 million" --model {ident}'
        return Markdown(
            f"Somebody names a sum for {self.name}: which cost could it be? "
            f'<a href="{address}">Check it in your browser</a>, or with `{command}`.\n\n'
            f"Everything above follows from {{row}}`models {ident}` and its rows in {files}. "
            "{doc}`models` has all models side by side."
        )


def of(case: Any, model_id: str) -> ModelPage:
    """The page of a model; the case sees its rows and V3's alone from now on."""
    case.data.only("model_id", tuple(sorted({model_id, BESIDE})), TABLES)
    # All members of the family have one parameters cell, whichever of them a member's chip asks for.
    for name in placing.needs(case):
        getattr(case.point, name)
    found, v3 = (placing.place(placing.of_model(case, name)) for name in (model_id, BESIDE))
    return ModelPage(case, case.data.model(model_id), found, v3)


def _amount(span: Span | None, unit: str) -> str:
    return told.spanned(span, unit) if span else told.NONE


def _spanned(answer: Answer, factor: float = 1.0) -> str:
    """A number with its ends, in a unit that is `factor` of its own; a dash where there is none."""
    span = answer.span
    return _amount(span and Span(span.low * factor, span.value * factor, span.high * factor), answer.number.unit)


def _cell(row: pd.Series, column: str) -> str:
    about = SAID["known"][column]
    return (
        words.amount(row[column] * about.get("factor", 1.0), about["unit"])
        if row[column] == row[column]
        else NOT_PUBLISHED
    )


def _stands(row: Any) -> str:
    if row.known_error:
        return f"**a known error**: {as_markdown(row.note)}"
    return "current" if row.current else "superseded"
