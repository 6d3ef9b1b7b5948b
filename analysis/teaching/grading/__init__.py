"""Grading of hand-ins: a table of marks, and a sheet of the texts that a person reads."""
