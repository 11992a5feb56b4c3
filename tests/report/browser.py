"""Headless Chromium, spoken to over a pipe by the Chrome DevTools Protocol: no driver is needed beside the browser."""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = """
--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --disable-dev-shm-usage --hide-scrollbars --remote-debugging-pipe
"""
NOBODY = "--host-resolver-rules=MAP * ~NOTFOUND"  # the browser itself shall reach nobody either
DRAWN = """
document.readyState === "complete"
&& (!document.querySelector("[data-chart]") || document.documentElement.dataset.drawn !== undefined)
"""


class Browser:
    """A Chromium with one page."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._to = os.pipe()
        self._from, from_browser = os.pipe()
        command = [str(CHROMIUM), *FLAGS.split(), NOBODY, f"--user-data-dir={profile}"]
        # Chromium reads descriptor 3 and writes descriptor 4
        script = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        arguments = ["bash", "-c", script, "browser", str(to_browser), str(from_browser), *command]
        self._process = subprocess.Popen(arguments, pass_fds=(to_browser, from_browser), stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._messages = self._read()
        self._number = 0
        self._session: str | None = None
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        """Sends a command and waits for its answer; what happens meanwhile is kept in `events`."""
        self._number += 1
        message: dict[str, object] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        for answer in self._messages:
            if answer.get("id") == self._number:
                assert "error" not in answer, answer["error"]
                result: dict[str, Any] = answer["result"]
                return result
            self.events.append(answer)
        raise EOFError("Chromium ended")

    def show(self, file: Path, width: int = 1280, *, dark: bool = False) -> None:
        """Opens a page at a width and in a scheme, and waits until its charts are drawn."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", media="", features=[scheme])
        self.call("Page.navigate", url=file.as_uri())
        self.evaluate(f"new Promise(done => {{ const look = () => {DRAWN} ? done(1) : setTimeout(look, 20); look() }})")

    def evaluate(self, script: str) -> Any:
        """The value of a script in the page, awaited."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def screenshot(self) -> bytes:
        """The whole page as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"])

    def console(self) -> list[str]:
        """What the console said so far."""
        kinds = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [json.dumps(event["params"]) for event in self.events if event.get("method") in kinds]

    def requests(self) -> list[str]:
        """Every address the pages asked for so far."""
        sent = [event for event in self.events if event.get("method") == "Network.requestWillBeSent"]
        return [str(event["params"]["request"]["url"]) for event in sent]

    def _read(self) -> Iterator[dict[str, Any]]:
        buffer = b""
        while data := os.read(self._from, 1 << 20):
            *whole, buffer = (buffer + data).split(b"\0")
            yield from map(json.loads, whole)
