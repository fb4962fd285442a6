"""One notebook in one kernel: this Python, an IPC socket, nobody's start-up files.

Imported only when a notebook runs, after ``notebooks`` has blocked the slow grammar import.
"""

from __future__ import annotations

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines

ENGINE = "opsreview"
KERNEL_FOLDER = Path(__file__).parent / "kernel"
PACKAGE_PARENT = Path(__file__).parents[2]  # the kernel imports the opsreview that started it
START_TIMEOUT_SECONDS = 120
UNWANTED = (  # a renderer chosen for a screen, start-up code, and secrets no page needs
    "PLOTLY_RENDERER",
    "PYTHONSTARTUP",
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "GITHUB_ENTERPRISE_TOKEN",
    "GH_ENTERPRISE_TOKEN",
    "PAGERDUTY_API_KEY",
)

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())  # what goes wrong is told in NotebookRun.error


class ThisPython(KernelSpecManager):  # type: ignore[misc, unused-ignore]
    """Answers every kernel name with the interpreter that asks.

    A ``python3`` kernel installed elsewhere on the machine would run other versions.
    """

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, name=kernel_name, display_name="Python 3", language="python")


class KernelEngine(NBClientEngine):  # type: ignore[misc, unused-ignore]
    """papermill's engine with our kernel; its sockets live and die with the notebook."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        cwd_of_kernel: str,
        cell_timeout_seconds: int,
        **_: Any,
    ) -> None:
        with tempfile.TemporaryDirectory(prefix="nb-") as scratch:
            kernel = AsyncKernelManager(
                transport="ipc",
                connection_file=f"{scratch}/k.json",  # socket paths may have 104 characters
                kernel_spec_manager=ThisPython(),
                log=log,
            )
            client = PapermillNotebookClient(
                nb_man,
                km=kernel,
                kernel_name=kernel_name,
                timeout=cell_timeout_seconds,
                startup_timeout=START_TIMEOUT_SECONDS,
                shutdown_kernel="immediate",
                log=log,
            )
            _execute(client, cwd=cwd_of_kernel, env=kernel_environment(scratch))


def _execute(client: PapermillNotebookClient, **start: Any) -> None:
    loop = ensure_event_loop()
    try:
        client.execute(cleanup_kc=True, stderr=subprocess.DEVNULL, **start)
    finally:
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()


def kernel_environment(scratch: str) -> dict[str, str]:
    """The environment of a kernel: ours, without secrets and without the user's IPython set-up."""
    environment = {name: value for name, value in os.environ.items() if name not in UNWANTED}
    python_path = [str(KERNEL_FOLDER), str(PACKAGE_PARENT), environment.get("PYTHONPATH", "")]
    return environment | {
        "PYTHONPATH": os.pathsep.join(filter(None, python_path)),
        "IPYTHONDIR": scratch,
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


papermill_engines.register(ENGINE, KernelEngine)
