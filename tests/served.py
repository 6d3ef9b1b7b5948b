"""A server for the tests' browser."""

from __future__ import annotations

from http.server import SimpleHTTPRequestHandler
from typing import Any


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: Any) -> None:
        pass
