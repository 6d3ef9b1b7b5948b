"""`python -m analysis` is the `report` command."""

from analysis.report.cli import main

if __name__ == "__main__":
    main()
