"""A small explorer, a browser to look at it, and what tests ask of its page."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.chromium import chromium

from nuprobe.experiments import experiment
from nuprobe.explore import write_explorer
from nuprobe.explore.assemble import page_of
from nuprobe.explore.pages import PageFile
from nuprobe.inference import Cost

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver
    from selenium.webdriver.remote.webelement import WebElement

NAME = "coherent-csi-2017"
EVIL = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>"


def cost(*free: str) -> Cost:
    return experiment(NAME).cost(free=list(free))


def page_file(*free: str, **more: Any) -> PageFile:
    return PageFile(title="Radius of CsI", experiments=[NAME], free=[*free], **more)


def plane_page() -> dict[str, Any]:
    """Two parameters, with a limit of each kind."""
    axis = {"points": 20}
    plane: Any = {
        "x": {"name": "sin2_theta_w", "lower": 0.1, "upper": 0.4, **axis},
        "y": {"name": "rn", "lower": 2.0, "upper": 9.0, **axis},
    }
    presets: Any = [
        {"name": "Standard Model"},
        {"name": "Wide", "point": {"rn": 7.0}},
    ]
    page = page_of(
        "plane",
        page_file("sin2_theta_w", "rn", plane=plane, presets=presets),
        cost("sin2_theta_w", "rn"),
    )
    page["layers"] = [
        _layer("curve", [[0.1, 3.0], [0.2, 4.0], [0.4, 8.0]]),
        _layer("region", [[0.1, 4.9], [0.4, 4.9], [0.4, 5.2], [0.1, 5.2]]),
        _layer("point", [[0.3, 4.0]]),
        {**_layer("line", []), "along": "sin2_theta_w", "value": 0.23},
    ]
    return page


def _layer(kind: str, points: list[list[float]]) -> dict[str, Any]:
    return {
        "name": f"a-{kind}",
        "title": f"A {kind}",
        "kind": kind,
        "points": points,
        "x": "sin2_theta_w",
        "y": "rn",
        "cl": 0.9,
        "texkey": "COHERENT:2017ipa",
        "doi": "10.1126/science.aao0990",
        "note": "",
        "verified": True,
    }


def hostile_page() -> dict[str, Any]:
    """Text of a file that would like to be more than text, wherever there is text."""
    page = json.loads(json.dumps(plane_page()))
    page |= {"name": "hostile", "title": EVIL, "summary": EVIL, "bibtex": EVIL}
    page |= {"command": f"{{rn}} {EVIL}", "python": f"{{x}} {EVIL}"}
    for preset in page["presets"]:
        preset["name"] = EVIL
    for i, layer in enumerate(page["layers"]):
        layer |= {"name": f"{EVIL}{i}", "title": EVIL, "note": EVIL, "texkey": EVIL}
        layer["doi"] = "javascript:alert(1)"
    document = page["document"]
    document["name"] = EVIL
    for spectrum in page["spectra"]:
        spectrum |= {"title": EVIL, "ylabel": EVIL, "term": EVIL}
        spectrum["axes"][0] |= {"label": EVIL, "unit": EVIL}
    for term in document["terms"]:
        term["name"] = EVIL
        for block in term["blocks"]:
            for background in block.get("backgrounds", []):
                _renamed(block, background)
    for entry in (*document["parameters"], *document["nuisances"]):
        entry |= {"latex": EVIL, "description": EVIL}
    for parameter in document["parameters"]:
        parameter.pop("description")
        parameter["unit"] = EVIL
    document["references"] = [EVIL]
    document.pop("checksum", None)
    return sealed(page)


def _renamed(block: dict[str, Any], background: dict[str, Any]) -> None:
    old, background["name"] = background["name"], EVIL
    for effect in block.get("effects", []):
        scales = effect.get("scales", [])
        effect["scales"] = [EVIL if name == old else name for name in scales]


def sealed(page: dict[str, Any]) -> dict[str, Any]:
    """The page with the checksum that its changed likelihood has."""
    from nuprobe.portable.canonical import checksum_of

    document = {k: v for k, v in page["document"].items() if k != "checksum"}
    return {**page, "document": {**document, "checksum": checksum_of(document)}}


def single_page() -> dict[str, Any]:
    return page_of("single", page_file("rn"), cost("rn"))


def values_page() -> dict[str, Any]:
    """A measured ratio, and what a boson would make of it."""
    from nuprobe.experiments import family_cost

    page = PageFile(title="L_μ − L_τ", experiments=["ccfr-trident"], model="lmu-ltau")
    return page_of("values", page, family_cost(experiment("ccfr-trident"), "lmu-ltau"))


@pytest.fixture(scope="session")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("bokeh", reason="Bokeh is not installed (extra explore)")
    folder = tmp_path_factory.mktemp("explorer") / "site"
    pages = [plane_page(), single_page(), hostile_page(), values_page()]
    write_explorer(folder, pages)
    return folder


@pytest.fixture(scope="session")
def browser(
    explorer: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as made:
        requests(made)  # those of the empty window
        yield made


@pytest.fixture
def page(browser: WebDriver, explorer: Path) -> Iterator[WebDriver]:
    """The plane as it is at first; afterwards nothing may have been complained about or
    asked for."""
    resize(browser, 1400, 1000)
    start(browser, explorer)
    yield browser
    complained = complaints(browser)
    assert not complained, complained
    asked = requests(browser)
    assert not asked, asked


def start(browser: WebDriver, explorer: Path, name: str = "plane") -> None:
    """The page of a name with its first state; loaded only if it is not open."""
    address = f"{(explorer / 'index.html').as_uri()}#page={name}"
    there = browser.current_url.partition("#")[0] == address.partition("#")[0]
    opened = there and browser.execute_script(
        "return nuprobe.app?.session()?.page.name ?? null"
    )
    if opened == name:
        browser.execute_script(
            "const s = nuprobe.app.session(); nuprobe.messages.clear();"
            "s.store.reset(nuprobe.state.initial(s.page, s.calc));"
        )
    elif there:
        browser.execute_script("location.hash = arguments[0]", f"page={name}")
    else:
        browser.get(address)
    ready(browser, name)


def ready(browser: WebDriver, name: str | None = None) -> None:
    """Wait until numbers and figures are those of the state."""
    until(
        browser,
        "return document.body.dataset.ready === 'true'"
        " && [null, nuprobe.app.session().page.name].includes(arguments[0])",
        name,
    )


def until(browser: WebDriver, script: str, *arguments: object) -> Any:
    """What a script returns once that is true."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if found := browser.execute_script(script, *arguments):
            return found
        time.sleep(0.03)
    raise AssertionError(f"not within 30 s: {script}; {messages(browser)}")


def resize(browser: WebDriver, width: int, height: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )


def messages(browser: WebDriver) -> list[str]:
    return list(
        browser.execute_script(
            "return [...document.querySelectorAll('#messages .message > span')]"
            ".map((line) => line.textContent)"
        )
    )


def state(browser: WebDriver) -> dict[str, Any]:
    return dict(browser.execute_script("return nuprobe.app.session().store.get()"))


def field(browser: WebDriver, name: str) -> WebElement:
    return one(browser, f".control[data-name='{name}'] input[type=text]")


def one(browser: WebDriver, selector: str) -> WebElement:
    return browser.find_element("css selector", selector)


def click(browser: WebDriver, selector: str) -> None:
    """By the keyboard's way, which needs no scrolling."""
    browser.execute_script("arguments[0].click()", one(browser, selector))


def typed(browser: WebDriver, element: WebElement, text: str) -> None:
    """A text instead of the one in a field."""
    browser.execute_script(
        "arguments[0].focus(); arguments[0].value = arguments[1];"
        "arguments[0].dispatchEvent(new Event('change', {bubbles: true}))",
        element,
        text,
    )


def chosen(browser: WebDriver, selector: str, value: str) -> None:
    browser.execute_script(
        "arguments[0].value = arguments[1];"
        "arguments[0].dispatchEvent(new Event('change', {bubbles: true}))",
        one(browser, selector),
        value,
    )


def saved(browser: WebDriver, button: str) -> tuple[str, bytes]:
    """Name and bytes of the file that a button makes."""
    browser.execute_script("nuprobe.lastSaved = null")
    click(browser, button)
    until(browser, "return nuprobe.lastSaved !== null")
    name, url = browser.execute_async_script(
        "const done = arguments[0], reader = new FileReader();"
        "reader.onload = () => done([nuprobe.lastSaved.name, reader.result]);"
        "reader.readAsDataURL(nuprobe.lastSaved.blob)"
    )
    return name, base64.b64decode(url.partition(",")[2])


def complaints(browser: WebDriver) -> list[str]:
    """Errors and warnings of the console since the last call."""
    log = browser.get_log("browser")  # type: ignore[no-untyped-call]
    return [line["message"] for line in log if line["level"] != "INFO"]


def requests(browser: WebDriver) -> list[str]:
    """Addresses asked for since the last call that are not files of the explorer."""
    found = []
    for line in browser.get_log("performance"):  # type: ignore[no-untyped-call]
        message = json.loads(line["message"])["message"]
        if message["method"] == "Network.requestWillBeSent":
            address = message["params"]["request"]["url"]
            if not re.match(
                r"(file|blob:file|data|blob:null|about|chrome)[:/]", address
            ):
                found.append(address)
    return found
