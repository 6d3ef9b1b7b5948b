"""The corpus of hostile inputs: scenario files with what each must say, and command lines."""

from __future__ import annotations

import csv
from pathlib import Path

HERE = Path(__file__).resolve().parent
FILES = HERE / "corpus"

RENT = "rental_usd_per_gpu_hour"

# NAME=VALUE -> what the refusal must say.
ASSIGNMENTS = {
    "": "is not of the form NAME=VALUE",
    "pue": "is not of the form NAME=VALUE",
    "\x1b[2J": "is not of the form NAME=VALUE",
    "a\nb": "is not of the form NAME=VALUE",
    "=1": "is not a parameter's name",
    "__import__('os').system('touch pwned')=1": "is not a parameter's name",
    "pue;import os=1": "is not a parameter's name",
    "pue\x1b[31m=1": "is not a parameter's name",
    "../pue=1": "is not a parameter's name",
    "{{7*7}}=1": "is not a parameter's name",
    "\udcff=1": "is not a parameter's name",
    "pu\u0435=1.2": "CYRILLIC SMALL LETTER IE",
    "\uff50ue=1.2": "FULLWIDTH LATIN SMALL LETTER P",
    "__builtins__=1": "There is no parameter '__builtins__'",
    f"{'x' * 100_000}=1": "There is no parameter",
    "pue=__import__('os')": "is not allowed: it must be a number",
    "pue=1,5": "pue = '1,5' is not allowed",
    "pue=\uff11": "is not allowed: it must be a number",
    "pue=1_1": "is not allowed: it must be a number",
    "pue=inf": "is not allowed: it must be a number",
    "pue=-inf": "is not allowed: it must be a number",
    "pue=nan": "is not allowed: it must be a number",
    "pue=1e400": "is not allowed: it must be a number",
    "pue=1e9999999999": "is not allowed: it must be a number",
    f"pue={'9' * 100_000}": "is not allowed: it must be a number",
    f"pue=1.{'0' * 100_000}x": "is not allowed: it must be a number",
    f"staff_count=1{'0' * 400}": "is not allowed: it must be a whole number",
    "staff_count=True": "is not allowed: it must be a whole number",
    "staff_count=1:30": "is not allowed: it must be a whole number",
    "staff_count=2024-01-01": "is not allowed: it must be a whole number",
    "staff_count=0b11": "is not allowed: it must be a whole number",
    "fleet=documented\x00": "is not allowed: it must be one of",
    "fleet=\x1b]8;;http://evil.example\x1b\\": "is not allowed: it must be one of",
    "fleet=d\u043ecumented": "is not allowed: it must be one of",
}

# NAME=START:STOP:COUNT and the like -> what the refusal must say.
AXES = {
    f"{RENT}=1:4:1e9": "COUNT must be a whole number from 2 to 100,000,000, not '1e9'",
    f"{RENT}=1:4:1000000000": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4:{'9' * 5000}": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4:-1": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4:0": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4:\uff19": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4:\u00b2": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4:3\x1b[31m": "COUNT must be a whole number from 2 to 100,000,000",
    f"{RENT}=1:4": "is not of the form NAME=START:STOP:COUNT",
    f"{RENT}=1:4:3:exp": "is not of the form NAME=START:STOP:COUNT",
    f"{RENT}=1:4:3:log:log": "is not of the form NAME=START:STOP:COUNT",
    f"{RENT}=1:inf:3": "is not allowed: it must be a number",
    f"{RENT}=0:1:3:log": "is not allowed: it must be a number",
    f"{RENT}=2:2:3": "starts where it stops",
    f"{RENT}=2,2": "gives a value twice",
    f"{RENT}=2,": "is not allowed: it must be a number",
    "staff_count=1:100000:99999999:log": "is not allowed: it must be a whole number",
    "fleet=a:b:3": "has no grid",
    "draws=256,512": "draws is the same in all cases of a sweep",
    "=1:2:3": "is not a parameter's name",
    "pu\u0435=1:2:3": "CYRILLIC SMALL LETTER IE",
}

# A file of a story's folder and what is in it -> what its refusal must say.
STORIES = {
    ("story.yml", "title: !!python/object/apply:os.system ['touch pwned']\n"): "tags (!name) are not allowed",
    ("story.yml", "title: &a x\nquestion: *a\n"): "aliases (*name) are not allowed",
    ("story.yml", f"title: {'[' * 5000}\n"): "nested more than 8 deep",
    ("story.yml", "title: a\ntitle: b\n"): "the key 'title' is given twice",
    ("story.yml", "model: ../../etc/passwd\n"): "it must be an id that `report model` lists",
    ("story.yml", "model: d\u0455v3\n"): "it must be an id that `report model` lists",
    ("story.yml", "title: a\u202eb\n"): "RIGHT-TO-LEFT OVERRIDE, which nobody can see",
    ("story.yml", "title: a\x1b[2J\n"): "is not plain YAML",
    ("story.yml", "run:\n  days: __import__('os').system('touch pwned')\n"): "it must be a plain number",
    ("story.yml", f"run:\n  days: {'9' * 1900}\n"): "it must be a number from 0.001 to 10000",
    ("claims.csv", "claim_id\n../C1\n"): "it must be a short name of letters",
    ("claims.csv", "claim_id\n=1+1\n"): "it must be a short name of letters",
    ("claims.csv", "claim_id,amount\nC1,=HYPERLINK(1)\n"): "is not a sum of money",
    ("claims.csv", "claim_id,amount\nC1,{{7*7}}\n"): "is not a sum of money",
    ("claims.csv", "claim_id,amount\nC1,1e999\n"): "it must be a number from",
    ("claims.csv", "claim_id,amount\nC1,\uff11 million\n"): "is not a sum of money",
    ("claims.csv", "claim_id,hours\nC1,0x10\n"): "it must be a number as somebody writes it",
    ("claims.csv", 'claim_id\n"C1\n'): "claims.csv, line 2",
    ("claims.csv", f"claim_id\nC1{',' * 100_000}\n"): "100001 cells, where the first row has 1",
    ("claims.csv", "claim_id\x00\nC1\n"): "there is no column 'claim_id\\x00'",
    ("claims.csv", "claim_id,<script>\nC1,x\n"): "there is no column '<script>'",
    ("evidence.csv", "evidence_id,claim_id\nE1,C1\n"): "`question`: it is blank",
    ("assumptions.csv", "name,value,low,high\n__class__,1,1,1\n"): "it must be a name that `report params` lists",
    ("assumptions.csv", "name,value,low,high\npue,nan,nan,nan\n"): "it must be a plain number",
    ("references.bib", '@STRING{a = "xxxx"}\n'): "'@STRING' is not read",
    ("references.bib", '@preamble{"\\input{/etc/passwd}"}\n'): "'@preamble' is not read",
    ("references.bib", f"@misc{{a, title = {'{' * 50_000}\n"): "references.bib cannot be read",
}


def files() -> dict[str, str]:
    """File of corpus/ -> what its refusal must say; "" where it is accepted, and harmless."""
    with (HERE / "corpus.csv").open(encoding="utf-8", newline="") as stream:
        return {row["file"]: row["says"] for row in csv.DictReader(stream)}


def seeds(target: str) -> list[bytes]:
    """What fuzzing of a target begins with."""
    if target == "scenario":
        return [(FILES / name).read_bytes() for name in files()]
    texts = [*ASSIGNMENTS, "pue=1.2", "fleet=documented", "staff_count=1e3"]
    if target == "axis":
        texts = [*AXES, f"{RENT}=1:4:3", "pue=1.1:1.4:9:log", "fleet=documented,hopper_only", "seed=1:9:3"]
    return [text.encode("utf-8", "surrogateescape") for text in texts if len(text) < 2000]
