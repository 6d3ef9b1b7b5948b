"""How kernels are reached: over sockets in a private folder, so that nothing on the network can speak to them."""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager


class LocalKernelManager(AsyncKernelManager):
    """A kernel behind Unix sockets of its own; behind TCP on Windows, which has none of the kind."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if sys.platform != "win32":
            # Without a folder of its own, two kernels started in one place would share their sockets.
            self._folder = tempfile.mkdtemp(prefix="report-kernel-")
            self.transport = "ipc"
            self.ip = str(Path(self._folder) / "kernel")

    async def cleanup_resources(self, restart: bool = False) -> None:  # type: ignore[override]
        """Also remove the folder of the sockets, unless the kernel comes back."""
        await super().cleanup_resources(restart)
        if sys.platform != "win32" and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)
