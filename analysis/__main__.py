"""`report`, which is also `python -m analysis`."""

from __future__ import annotations

import signal
import sys

from analysis.report import surroundings


def main() -> None:
    """Run the command in surroundings that are the same for everybody; stopped at any moment, it says so."""
    try:
        surroundings.enter()
        # Seconds of imports; an interrupt waits until they are done, since libraries answer one in ways of their own.
        from analysis import cli

        surroundings.hear_interrupts()
        cli.main()
    except (KeyboardInterrupt, surroundings.Stopped):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        print("report: stopped; what was published before is untouched.", file=sys.stderr)
        sys.exit(130)


if __name__ == "__main__":
    main()
