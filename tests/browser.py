"""A headless Chromium driven over WebDriver (https://www.w3.org/TR/webdriver2/), with the standard library alone."""

import base64
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.request import ProxyHandler, Request, build_opener

CHROMIUM = next((path for name in ("chromium", "google-chrome") if (path := shutil.which(name))), None)
DRIVER = shutil.which("chromedriver")
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key under which WebDriver names an element


class Browser:
    """One window; `with` ends it and its driver."""

    def __init__(self, profile: Path) -> None:
        self._session = ""
        self._driver = subprocess.Popen([DRIVER, "--port=0"], stdout=subprocess.PIPE, text=True)
        try:
            found = (re.search(r"started successfully on port (\d+)", line) for line in self._driver.stdout)
            self._session = f"http://127.0.0.1:{next(match[1] for match in found if match)}/session"
            # A container has neither the namespaces of Chromium's sandbox nor a large /dev/shm.
            arguments = ["--headless", "--disable-dev-shm-usage", "--window-size=1200,1000"]
            arguments.append(f"--user-data-dir={profile}")
            if hasattr(os, "geteuid") and os.geteuid() == 0:
                arguments.append("--no-sandbox")
            wanted = {
                "timeouts": {"script": 10_000},
                "goog:chromeOptions": {"binary": CHROMIUM, "args": arguments},
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            }
            self._session += f"/{self._post('', capabilities={'alwaysMatch': wanted})['sessionId']}"
        except BaseException:
            self._stop()
            raise

    def __enter__(self) -> "Browser":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._send("DELETE", "", None)
        finally:
            self._stop()

    def _stop(self) -> None:
        self._driver.terminate()
        self._driver.wait()
        self._driver.stdout.close()

    def open(self, page: Path) -> None:
        self._post("/url", url=page.as_uri())

    def run(self, script: str) -> object:
        return self._post("/execute/sync", script=script, args=[])

    def until(self, script: str) -> None:
        """Wait until the script returns something true; after ten seconds that is an error."""
        ask = f"const ask = () => (() => {{ {script} }})() ? done() : setTimeout(ask, 20); ask();"
        self.run(f"return new Promise((done) => {{ {ask} }})")

    def texts(self, selector: str) -> list[str]:
        return self.run(f"return [...document.querySelectorAll({json.dumps(selector)})].map(e => e.textContent)")

    def click(self, selector: str) -> None:
        self._post(f"/element/{self._found(selector)}/click")

    def type(self, selector: str, keys: str) -> None:
        self._post(f"/element/{self._found(selector)}/value", text=keys)

    def press(self, *keys: str) -> None:
        """Press and let go one key after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._post("/actions", actions=[{"type": "key", "id": "keyboard", "actions": actions}])

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self._send("GET", "/screenshot", None)))

    def complaints(self) -> list[str]:
        """Errors and broken policies since the last call."""
        return [entry["message"] for entry in self._post("/se/log", type="browser")]

    def requests(self) -> list[str]:
        """Addresses asked for since the last call."""
        events = [json.loads(entry["message"])["message"] for entry in self._post("/se/log", type="performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]

    def _found(self, selector: str) -> str:
        return self._post("/element", using="css selector", value=selector)[_ELEMENT]

    def _post(self, path: str, **content: object) -> object:
        return self._send("POST", path, content)

    def _send(self, method: str, path: str, content: dict[str, object] | None) -> object:
        body = None if content is None else json.dumps(content).encode()
        request = Request(self._session + path, body, {"Content-Type": "application/json"}, method=method)
        with build_opener(ProxyHandler({})).open(request, timeout=60) as answer:
            return json.load(answer)["value"]
