"""Chromium that is driven: pages opened and looked at while they live, over DevTools."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
from browser import QUIET, chromium

DEADLINE_SECONDS = 120  # of whatever is waited for: a machine may be slow
LOOK_EVERY_SECONDS = 0.1
SWITCHES = [each for each in QUIET if not each.startswith("--virtual-time")]
LOOPBACK = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


class Tab:
    """One page of a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = count(1)
        self.requests: list[str] = []
        self.errors: list[str] = []

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A command of DevTools, and what it answered."""
        number = next(self._ids)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        while True:
            said = await self._socket.receive_json(timeout=DEADLINE_SECONDS)
            self._note(said)
            if said.get("id") == number:
                assert "error" not in said, said
                result: dict[str, Any] = said["result"]
                return result

    async def value(self, script: str) -> Any:
        """What a script comes to."""
        wanted = {"returnByValue": True, "awaitPromise": True, "userGesture": True}
        found = await self.call("Runtime.evaluate", expression=script, **wanted)
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    async def until(self, script: str) -> Any:
        """Wait until a script comes to something true."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            while not (found := await self.value(script)):
                await asyncio.sleep(LOOK_EVERY_SECONDS)
        return found

    async def picture(self, path: Path) -> None:
        taken = await self.call("Page.captureScreenshot", format="png")
        path.write_bytes(base64.b64decode(taken["data"]))

    def _note(self, said: dict[str, Any]) -> None:
        params = said.get("params", {})
        if said.get("method") == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        if said.get("method") == "Runtime.exceptionThrown":
            self.errors.append(str(params["exceptionDetails"]))


@asynccontextmanager
async def tab(downloads: Path, *, width: int = 1400, height: int = 3400) -> AsyncIterator[Tab]:
    """An empty page; what it downloads lies in a folder."""
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        command = [
            chromium(),
            *SWITCHES,
            LOOPBACK,
            "--remote-debugging-port=0",
            f"--user-data-dir={profile}",
            f"--window-size={width},{height}",
            "about:blank",
        ]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, **quiet) as process:
            try:
                port = await _port(Path(profile) / "DevToolsActivePort")
                async with aiohttp.ClientSession() as session:
                    async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                        pages = [each for each in await answer.json() if each["type"] == "page"]
                    address = pages[0]["webSocketDebuggerUrl"]
                    async with session.ws_connect(address, max_msg_size=0) as socket:
                        opened = Tab(socket)
                        for domain in ("Page", "Runtime", "Network"):
                            await opened.call(f"{domain}.enable")
                        await opened.call("Emulation.setFocusEmulationEnabled", enabled=True)
                        await opened.call(
                            "Browser.setDownloadBehavior",
                            behavior="allow",
                            downloadPath=str(downloads),
                        )
                        yield opened
            finally:
                process.kill()


async def _port(told: Path) -> int:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not (told.is_file() and "\n" in told.read_text("utf-8")):
            await asyncio.sleep(LOOK_EVERY_SECONDS)
    return int(told.read_text("utf-8").split("\n")[0])
