"""The engine of the explorer in Chromium, as a page from a file loads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nuprobe.explore.engine import engine_script

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

# as pages of the explorer have it
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'unsafe-inline' file: blob:;"
    " worker-src blob:; connect-src 'none'"
)


def open_engine(
    browser: WebDriver, folder: Path, documents: dict[str, dict[str, Any]]
) -> None:
    """Open a page with the engine, its documents in ``documents``."""
    folder.mkdir(exist_ok=True)
    (folder / "data.js").write_text(
        f"const documents = {json.dumps(documents)};\nconst engine = nuprobeEngine();",
        encoding="utf-8",
    )
    (folder / "engine.js").write_text(engine_script(), encoding="utf-8")
    (folder / "index.html").write_text(
        f'<!doctype html><meta charset="utf-8"><title>engine</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<script src="engine.js"></script><script src="data.js"></script>',
        encoding="utf-8",
    )
    browser.get((folder / "index.html").as_uri())


def ask(browser: WebDriver, script: str, *given: Any) -> Any:
    """What an asynchronous script returns; numbers that are not finite are texts."""
    found = browser.execute_async_script(
        f"""
        const done = arguments[arguments.length - 1];
        const odd = (x) => typeof x === "number" && !Number.isFinite(x);
        const plain = (_key, x) =>
          ArrayBuffer.isView(x) ? Array.from(x) : odd(x) ? String(x) : x;
        (async (given) => {{ {script} }})(Array.from(arguments).slice(0, -1)).then(
          (value) => done(JSON.stringify(value ?? null, plain)),
          (error) => done(JSON.stringify({{ error: String(error.stack ?? error) }})));
        """,
        *given,
    )
    return json.loads(found)


def messages(browser: WebDriver) -> list[str]:
    """What the console says."""
    log: Any = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [str(entry["message"]) for entry in log]


def requests(browser: WebDriver) -> list[str]:
    """Addresses that were asked for."""
    log: Any = browser.get_log("performance")  # type: ignore[no-untyped-call]
    events = [json.loads(entry["message"])["message"] for entry in log]
    return [
        str(event["params"]["request"]["url"])
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
