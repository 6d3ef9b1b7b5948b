"""The kernel manager that papermill is given: starts kernels as analysis/report/kernels.py says."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import threading
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Type

from analysis.report import kernels

_starting = threading.Lock()


class Forked:
    """A forked process with the face of subprocess.Popen, as far as the provisioner looks at it."""

    stdin = stdout = stderr = None

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self) -> int | None:
        self._process.join()
        return self._process.exitcode

    def send_signal(self, signal: int) -> None:
        if self.pid is not None and self.poll() is None:
            os.kill(self.pid, signal)

    def kill(self) -> None:
        self._process.kill()

    def terminate(self) -> None:
        self._process.terminate()


class Provisioner(LocalProvisioner):
    """Starts a kernel's process, forked where possible, and keeps account of it."""

    async def launch_kernel(self, cmd: list[str], **settings: Any) -> Any:
        if kernels.forking():
            manager: Any = self.parent
            with _starting:
                process = kernels.fork_server().Process(
                    target=kernels.serve, args=(manager.connection_file, settings["env"], True)
                )
                process.daemon = True
                process.start()
            self.process = Forked(process)  # type: ignore[assignment]
            self.pid = process.pid
        else:
            await super().launch_kernel(cmd, **settings)
        kernels.running.add(self.process)
        return self.connection_info

    async def wait(self) -> int | None:
        process: Any = self.process
        # The base class looks ten times a second; a page is done sooner than that.
        while process is not None and process.poll() is None:
            await asyncio.sleep(0.005)
        kernels.running.discard(process)
        return await super().wait()


class Client(AsyncKernelClient):
    """A client that gives a kernel its time to start by a clock that nobody sets.

    The base class reads the time of day: when a clock is set meanwhile, it gives up.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        try:
            await asyncio.wait_for(super().wait_for_ready(), timeout)
        except TimeoutError:
            raise RuntimeError(f"Its kernel has not answered within {timeout} seconds.") from None


class Manager(AsyncKernelManager):
    """A kernel of this Python behind Unix sockets of its own; behind TCP on Windows, which has none of the kind."""

    client_factory = Type(klass=Client)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # Also the kernel's IPython folder: empty, so that no profile of the user has a say.
        self._folder = tempfile.mkdtemp(prefix="report-kernel-")
        if sys.platform != "win32":
            # Without a folder of its own, two kernels started in one place would share their sockets.
            self.transport = "ipc"
            self.ip = str(Path(self._folder) / "kernel")

    @property
    def kernel_spec(self) -> KernelSpec:
        command = [sys.executable, "-m", kernels.__name__, "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language="python", env={"IPYTHONDIR": self._folder})

    async def _async_pre_start_kernel(self, **settings: Any) -> Any:
        if self.provisioner is None:
            self.provisioner = Provisioner(kernel_spec=self.kernel_spec, parent=self)
        return await super()._async_pre_start_kernel(**settings)

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """Also remove the kernel's folder, unless it comes back."""
        await super().cleanup_resources(restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)
