"""nbval's kernels, forked from the server that `report build` forks its own from: without its imports for each page."""

from __future__ import annotations

from typing import Any

import nbval.kernel
from jupyter_client.manager import KernelManager

from analysis.report import kernels, manager, surroundings


class Warm(KernelManager):
    """A kernel of a page, started as analysis/report/kernels.py says, behind nbval's own client."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._own = manager.Manager()
        self.transport, self.ip = self._own.transport, self._own.ip

    def start_kernel(self, **settings: Any) -> None:
        kernels.warm_up()
        spec = self._own.kernel_spec
        self.provisioner = manager.Provisioner(kernel_spec=spec, parent=self)
        super().start_kernel(**settings, env={**surroundings.environment(), **spec.env})

    def cleanup_resources(self, restart: bool = False) -> None:
        super().cleanup_resources(restart)
        self._own.cleanup_resources(restart)


def use() -> None:
    nbval.kernel.KernelManager = Warm
