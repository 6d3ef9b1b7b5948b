"""`python -m analysis` is the `report` command."""

from analysis.report.cli import main

main()
