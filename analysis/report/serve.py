"""The site on this computer, for its user's own browser."""

from __future__ import annotations

import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Handler(SimpleHTTPRequestHandler):
    """Answers from one folder."""

    def send_head(self) -> Any:
        try:
            return super().send_head()
        except ValueError:
            # An address with a NUL in it, which no file system takes.
            self.send_error(404)
            return None


class Server(ThreadingHTTPServer):
    """A folder at a port of this computer that no other computer reaches."""

    def __init__(self, port: int, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), partial(Handler, directory=str(folder)))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """One line for a browser that went away, where the base class prints a traceback."""
        error = sys.exception()
        print(f"{client_address[0]} - - the connection ended: {type(error).__name__}: {error}", file=sys.stderr)
