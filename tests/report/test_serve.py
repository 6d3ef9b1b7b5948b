"""The site on this computer: never stale, and no traceback for what a browser does."""

from __future__ import annotations

import contextlib
import io
import socket
import struct
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import commands
import pytest

from analysis.report import build, serve
from analysis.scenarios import Scenario


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "index.html").write_text("a site")
    with (tmp_path / "large").open("wb") as file:
        # More than the system holds for a browser that does not read.
        file.truncate(200_000_000)
    with serve.Server(0, tmp_path) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def asked(port: int, address: bytes) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(b"GET " + address + b" HTTP/1.0\r\n\r\n")
    return connection


def test_a_browser_that_goes_away_is_one_line(port: int) -> None:
    # pytest's own capture loses letters when it is read while they come.
    with contextlib.redirect_stderr(io.StringIO()) as told:
        with asked(port, b"/large") as connection:
            connection.recv(1)
            # Closed with a reset, as when a tab is closed.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        while "ended" not in told.getvalue() and "Traceback" not in told.getvalue():
            time.sleep(0.01)
    request, ended = told.getvalue().splitlines()
    assert "GET /large" in request
    assert ended.startswith("127.0.0.1 - - the connection ended: ") and "Error" in ended


def test_an_address_with_a_nul_is_not_found(port: int) -> None:
    with contextlib.redirect_stderr(io.StringIO()) as told, asked(port, b"/a%00b") as connection:
        assert b" 404 " in connection.recv(100)
    assert "404" in told.getvalue()
    assert "Traceback" not in told.getvalue() and "\0" not in told.getvalue()
    with asked(port, b"/") as connection:
        assert b" 200 " in connection.recv(100)


def test_what_is_stale_is_built_before_it_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`build` leaves a site alone that is current; whether one is there is no question of its own."""
    built: list[Scenario] = []

    def stand_in(scenario: Scenario, *_: Any) -> Path:
        built.append(scenario)
        return tmp_path

    monkeypatch.setattr(build, "build", stand_in)
    monkeypatch.setattr(build, "output_folder", lambda scenario: tmp_path)
    monkeypatch.setattr(serve.Server, "serve_forever", lambda self: None)
    (tmp_path / "index.html").write_text("a site of yesterday")
    assert commands.here("serve", "--port", "0", "-p", "rental_usd_per_gpu_hour=3")[0] == 0
    assert [dict(scenario.changes) for scenario in built] == [{"rental_usd_per_gpu_hour": 3.0}]
