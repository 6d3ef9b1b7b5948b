"""Stories: claims about what a model cost, with their evidence, in a folder of files, audited by the one set of rules.

`columns` says what its tables may hold, `reading` takes a folder in, `audit` places each claim on the cost bases and
weighs its evidence, `beside` sets two audits of the same claims beside each other, `scaffold` begins a folder.
What stands in a story's files is anybody's: it is read, checked and shown, and never run.
"""

from analysis.stories.audit import Audit, audited, unexpected
from analysis.stories.beside import differences
from analysis.stories.reading import Story, StoryError, found, read, shipped
from analysis.stories.scaffold import begin, write

__all__ = [
    "Audit",
    "Story",
    "StoryError",
    "audited",
    "begin",
    "differences",
    "found",
    "read",
    "shipped",
    "unexpected",
    "write",
]
