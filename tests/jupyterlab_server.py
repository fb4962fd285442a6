"""JupyterLab for a test: a server of its own on loopback, and a notebook that is run in it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from chromium import DEADLINE_SECONDS, LOOK_EVERY_SECONDS, Tab

ROOT = Path(__file__).parents[1]
TOKEN = "for-this-test"
OPENED = "[...window.jupyterapp.shell.widgets('main')].find(each => each.sessionContext)"
FOCUSED = f"(() => {{ window.jupyterapp.shell.activateById({OPENED}?.id); return true; }})()"
SESSION = "window.jupyterapp.shell.currentWidget?.sessionContext"
CONNECTED = f"{SESSION}?.isReady && {SESSION}.session?.kernel?.connectionStatus == 'connected'"
RUN_ALL = "window.jupyterapp.commands.execute('notebook:run-all-cells').then(() => true)"


async def run_all(page: Tab, address: str, notebook: str) -> None:
    """Open a notebook of the folder and run every cell of it."""
    await page.call("Page.navigate", url=f"{address}/lab/tree/{notebook}?token={TOKEN}")
    await page.until("!!document.querySelector('.jp-Notebook .jp-CodeCell')")
    await page.until("!!window.jupyterapp")
    await page.until(f"{FOCUSED} && {CONNECTED}")
    await page.until(RUN_ALL)


@asynccontextmanager
async def lab(root: Path, folder: Path) -> AsyncIterator[str]:
    """JupyterLab on ``folder``: its settings in a folder of its own, on a port that is free."""
    homes = {
        f"JUPYTER_{kind}_DIR": str(root / "jupyter" / kind.lower())
        for kind in ("CONFIG", "DATA", "RUNTIME")
    }
    homes |= {
        "JUPYTERLAB_SETTINGS_DIR": str(root / "jupyter" / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / "jupyter" / "workspaces"),
        "IPYTHONDIR": str(root / "jupyter" / "ipython"),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    command = [
        *(
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            "--expose-app-in-browser",
        ),
        *("--ip=127.0.0.1", "--port=0", f"--notebook-dir={folder}"),
        f"--IdentityProvider.token={TOKEN}",
        "--LabApp.news_url=None",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--ServerApp.terminals_enabled=False",
    ]
    with (root / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=root, env={**os.environ, **homes}
        )
        try:
            yield await _address(root / "jupyter" / "runtime", process, root / "lab.log")
        finally:
            process.terminate()
            process.wait(DEADLINE_SECONDS)


async def _address(runtime: Path, process: subprocess.Popen[bytes], log: Path) -> str:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (told := list(runtime.glob("jpserver-*.json"))):
            if process.poll() is not None:
                pytest.fail(log.read_text("utf-8")[-2000:])
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        while not (text := told[0].read_text("utf-8")).strip():
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return f"http://127.0.0.1:{json.loads(text)['port']}"
