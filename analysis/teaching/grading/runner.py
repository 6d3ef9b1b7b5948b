"""Where students' code runs: a process that has imported the report once, and forks one process for each notebook.

A child runs the setup, what is given, and the answers, one cell after the other. After each answer it hands over plain
values, never a verdict, and calls a function on inputs that it is sent. What it says is JSON, so nothing of it is code
for who reads it. The expected answers are in no process of this module.

A child works in a folder of its own, has limits of memory and of what it writes, and is refused the usual ways to read
the expected answers, to write elsewhere, to start or end processes and to reach the network. That keeps honest mistakes
and simple tricks from doing harm. It is no sandbox: code that sets out to escape runs with the rights of its grader.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import signal
import socket
import struct
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

LENGTH = struct.Struct("!I")
MOST_BYTES = 1_000_000
MOST_CHARACTERS, MOST_ITEMS, DEPTH = 20_000, 1_000, 4
MOST_WRITTEN = 10_000_000

FORK, END, READY = b"fork", b"end ", b"ready"

# Events of `sys.audit` that are refused, and those that are refused outside the child's folder.
REFUSED = (
    *("os.system", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.startfile"),
    *("os.kill", "os.killpg", "signal.pthread_kill", "subprocess.Popen", "pty.spawn"),
    *("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"),
    *("ctypes.dlopen", "ctypes.dlsym", "ctypes.dlsym/handle", "ctypes.call_function"),
)
PATHS = (
    *("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate"),
    *("os.chmod", "os.chown", "os.utime", "os.setxattr", "os.removexattr"),
)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


# Messages


def send(sock: socket.socket, message: object) -> None:
    """Send one message."""
    content = json.dumps(message).encode()
    if len(content) > MOST_BYTES:
        content = json.dumps({"large": True}).encode()
    sock.sendall(LENGTH.pack(len(content)) + content)


def receive(sock: socket.socket) -> Any:
    """The next message; EOFError where there is none to come, ValueError for what is none."""
    (length,) = LENGTH.unpack(_exactly(sock, LENGTH.size))
    if length > MOST_BYTES:
        raise ValueError("a message is longer than any that is sent")
    try:
        return json.loads(_exactly(sock, length))
    except RecursionError:
        raise ValueError("a message is nested too deep") from None


def _exactly(sock: socket.socket, count: int) -> bytes:
    parts = []
    while count:
        part = sock.recv(min(count, 65536))
        if not part:
            raise EOFError
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


# Values


def encoded(value: Any, depth: int = DEPTH) -> dict[str, Any]:
    """A value as JSON: what it is, and what of it a check can look at."""
    kind = type(value).__name__
    plain = {"type": kind}
    if value is None:
        return {"is": "none"}
    if isinstance(value, bool) or kind in ("bool", "bool_"):
        return {"is": "bool", "value": bool(value)}
    if isinstance(value, str):
        return {"is": "text", "value": value[:MOST_CHARACTERS]}
    if isinstance(value, list | tuple | set | frozenset) and depth:
        items = [encoded(each, depth - 1) for each in list(value)[:MOST_ITEMS]]
        return {"is": "tuple" if isinstance(value, tuple) else "list", "value": items}
    if isinstance(value, dict) and depth:
        pairs = list(value.items())[:MOST_ITEMS]
        return {"is": "dict", "value": [[encoded(each, 0), encoded(held, depth - 1)] for each, held in pairs]}
    if callable(value):
        return {"is": "function"}
    if not isinstance(value, int | float) and hasattr(value, "value"):
        return {"is": "result", **plain}
    if getattr(value, "shape", ()) != () or isinstance(value, list | tuple | set | frozenset | dict):
        return {"is": "other", **plain}
    if isinstance(value, int) and abs(value) < 10**300:
        return {"is": "int", "value": str(int(value))}
    try:
        number = float(value)
    except OverflowError:
        return {"is": "huge"}
    except Exception:
        return {"is": "other", **plain}
    return {"is": "float", "value": repr(number) if math.isfinite(number) else str(number)}


def decoded(said: Any, function: Callable[..., Any] | None = None) -> Any:
    """The plain value that `encoded` has told; ValueError for what it cannot have told.

    function: what stands for a function
    """
    if not isinstance(said, dict):
        raise ValueError("no value")
    kind, value = said.get("is"), said.get("value")
    if kind == "none":
        return None
    if kind == "bool":
        return value is True
    if kind == "text":
        return str(value)
    if kind == "int":
        return int(str(value)[:400])
    if kind == "float":
        return float(str(value))
    if kind == "huge":
        return 10**400
    if kind in ("list", "tuple") and isinstance(value, list):
        items = [decoded(each) for each in value]
        return tuple(items) if kind == "tuple" else items
    if kind == "dict" and isinstance(value, list):
        return {_key(each): decoded(held) for each, held in value}
    if kind == "function":
        return function or _stand_in("function")
    if kind == "result":
        return _stand_in(said.get("type"), value=0.0)
    if kind == "other":
        return _stand_in(said.get("type"))
    raise ValueError("no value")


def _key(said: Any) -> Any:
    found = decoded(said)
    return found if isinstance(found, str | int | float | bool | None) else str(said)


def _stand_in(kind: object, **attributes: Any) -> object:
    """An object of a type of this name, for a value that is told by its type alone."""
    name = str(kind)
    return type(name if name.isidentifier() and len(name) < 60 else "object", (), attributes)()


# The child


def child(sock: socket.socket, closed: tuple[str, ...], memory: int) -> None:
    """Run a notebook's cells as they come, and say what the answers are."""
    job = receive(sock)
    allow = _limit(job["folder"], closed, memory, job["seconds"], len(job["steps"]))
    space: dict[str, Any] = {"__name__": "__main__"}
    for step in job["steps"]:
        names = step.get("names")
        for name in names or ():
            space.pop(name, None)
        allow()
        said = _run(step["source"], space)
        # Whatever displays or checks is for the student alone.
        space |= dict.fromkeys(("check", "standing", "display"), _quiet)
        if names is None:
            continue
        send(sock, {"error": said, "values": {name: _guarded(space.get(name)) for name in names}})
        while (asked := receive(sock)) is not None:
            send(sock, _called(space.get(asked["name"]), asked["inputs"]))


def _quiet(*_: object, **__: object) -> None:
    return None


def _run(source: str, space: dict[str, Any]) -> str:
    """Run a cell; what stopped it, or ""."""
    try:
        exec(_compiled(source), space)
    except BaseException as error:
        return _fault(error)
    return ""


def _compiled(source: str) -> types.CodeType:
    """A cell's code; where Jupyter's own commands (%matplotlib, !ls) keep it from being Python, without them."""
    try:
        return compile(source, "<answer>", "exec")
    except SyntaxError:
        lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source.split("\n")]
        return compile("\n".join(lines), "<answer>", "exec")


def _called(function: Any, inputs: list[Any]) -> dict[str, Any]:
    try:
        return {"value": _guarded(function(*inputs))}
    except BaseException as error:
        return {"error": [type(error).__name__[:60], _text(error)]}


def _guarded(value: Any) -> dict[str, Any]:
    try:
        return encoded(value)
    except BaseException:
        return {"is": "other", "type": "object"}


def _fault(error: BaseException) -> str:
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<answer>":
            line = trace.tb_lineno
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == "<answer>":
        line = error.lineno or 0
    said = _text(error)
    return f"{type(error).__name__[:60]}{f': {said}' if said else ''}{f', in line {line}' if line else ''}"


def _text(error: BaseException) -> str:
    try:
        return " ".join(str(error).split())[:200]
    except BaseException:
        return ""


def _limit(folder: str, closed: tuple[str, ...], memory: int, seconds: float, steps: int) -> Callable[[], None]:
    """Move into the folder and set the child's limits; what allows a cell its seconds of the processor."""
    import resource

    os.chdir(folder)
    os.environ |= {"HOME": folder, "TMPDIR": folder}
    with open("/proc/self/statm", encoding="ascii") if os.path.exists("/proc/self/statm") else open(os.devnull) as file:  # noqa: PTH110, PTH123
        pages = file.read().split()[:1]
    size = int(pages[0]) * resource.getpagesize() if pages else 0
    most = (int(seconds) + 1) * (steps + 1)
    limits = {"RLIMIT_CORE": 0, "RLIMIT_FSIZE": MOST_WRITTEN, "RLIMIT_CPU": most}
    for name, limit in {**limits, **({"RLIMIT_AS": size + memory} if size else {})}.items():
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (limit, limit))
    sys.addaudithook(_hook(os.path.realpath(folder), closed))

    def allow() -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = math.ceil(used.ru_utime + used.ru_stime + seconds)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (min(soft, most), most))

    return allow


def _hook(folder: str, closed: tuple[str, ...]) -> Callable[[str, tuple[Any, ...]], None]:
    # Bound here, where no later change of a module reaches them.
    real, inside_of, writes = os.path.realpath, os.sep, WRITES

    def within(path: object, places: tuple[str, ...]) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        text = real(os.fsdecode(path))
        return any(text == place or text.startswith(place + inside_of) for place in places)

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event in REFUSED:
            raise PermissionError(f"{event} is not allowed where answers are graded")
        if event == "open":
            path, _, flags = arguments
            if within(path, closed):
                raise PermissionError(
                    "the expected answers and what others hand in are not read where answers are graded"
                )
            if isinstance(path, int) or not flags & writes or within(path, (folder, os.devnull)):
                return
            raise PermissionError("a file outside its own folder is not written where answers are graded")
        if event in PATHS and any(isinstance(path, str | bytes) and not within(path, (folder,)) for path in arguments):
            raise PermissionError(f"{event} is not allowed where answers are graded")

    return hook


# The process that forks


def main(control: socket.socket) -> None:
    """Import, run what is given once, so that its tables are read, and then fork whenever it is asked."""
    said: Mapping[str, Any] = json.load(sys.stdin)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    for sources in said["warm"]:
        space: dict[str, Any] = {"__name__": "__main__"}
        for source in sources:
            _run(source, space)
    closed, live = tuple(map(os.path.realpath, said["closed"])), set[int]()
    control.sendall(READY)
    while True:
        asked, (*descriptors,), _, _ = socket.recv_fds(control, 64, 1)
        if not asked:
            break
        if asked == FORK:
            pid = os.fork()
            if not pid:
                _as_child(control, descriptors[0], closed, said["memory"])
            os.close(descriptors[0])
            live.add(pid)
            control.sendall(str(pid).encode())
        else:
            _end(int(asked.removeprefix(END)), live)
            control.sendall(READY)
    for pid in list(live):
        _end(pid, live)


def _as_child(control: socket.socket, descriptor: int, closed: tuple[str, ...], memory: int) -> None:
    try:
        control.close()
        os.setsid()
        child(socket.socket(fileno=descriptor), closed, memory)
    finally:
        os._exit(0)


def _end(pid: int, live: set[int]) -> None:
    """End a child and what it has started. One that has ended keeps its number until it is waited for."""
    if pid in live:
        live.discard(pid)
        for kill in (os.killpg, os.kill):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
