"""The catalogue's site in a real browser, from the disk: filters, keys, copying,
themes, and no request at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.chromium import chromium

from nuprobe.catalogue import catalogue
from nuprobe.catalogue.export import export
from nuprobe.catalogue.site import write_site

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

CCFR = "trident.mumu.ratio/CCFR-1991"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(tmp_path_factory.mktemp("catalogue") / "site", catalogue()).parent


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile")) as made:
        yield made


@pytest.fixture
def page(browser: WebDriver, site: Path) -> Iterator[WebDriver]:
    """The index in a window of a desk; afterwards nothing may have been complained
    about or asked for."""
    resize(browser, 1280, 900)
    browser.get((site / "index.html").as_uri())
    browser.execute_script("localStorage.clear()")
    browser.refresh()
    log(browser, "browser")
    log(browser, "performance")
    yield browser
    assert log(browser, "browser") == []
    events = [json.loads(e["message"])["message"] for e in log(browser, "performance")]
    asked = [
        e["params"]["request"]["url"]
        for e in events
        if e["method"] == "Network.requestWillBeSent"
    ]
    assert [u for u in asked if not u.startswith(("file://", "data:"))] == []


def resize(browser: WebDriver, width: int, height: int) -> None:
    size = {
        "width": width,
        "height": height,
        "deviceScaleFactor": 1,
        "mobile": width < 500,
    }
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)


def log(browser: Any, kind: str) -> list[dict[str, Any]]:
    """What was logged since the last call."""
    entries: list[dict[str, Any]] = browser.get_log(kind)
    return entries


def shown(browser: WebDriver) -> list[str]:
    """Ids of the entries in the table, from their addresses."""
    links: list[str] = browser.execute_script(
        "return [...document.querySelectorAll('#entries tbody tr')].filter((r) =>"
        " r.offsetParent).map((r) =>"
        " decodeURIComponent(r.querySelector('a').getAttribute('href')))"
    )
    return [link.removeprefix("entry/").removesuffix("/index.html") for link in links]


def fill(browser: WebDriver, name: str, value: str) -> None:
    browser.execute_script(
        "const f = document.getElementById(arguments[0]); f.value = arguments[1];"
        "f.dispatchEvent(new Event('input', {bubbles: true}));",
        name,
        value,
    )


def press(browser: WebDriver, *keys: str) -> None:
    from selenium.webdriver import ActionChains

    chain: Any = ActionChains(browser)
    chain.send_keys(*keys).perform()


def focused(browser: WebDriver) -> str:
    return str(
        browser.execute_script(
            "return document.activeElement.id || document.activeElement.textContent"
        )
    )


@pytest.mark.parametrize(
    ("name", "value", "question"),
    [
        ("observable", "charge_radius", {"observable": "charge_radius"}),
        ("flavour", "nu_mu", {"flavour": "nu_mu"}),
        ("kind", "upper_limit", {"kind": "upper_limit"}),
        ("status", "current", {"status": "current"}),
        ("from", "2010", {"year": (2010, 9999)}),
        ("to", "2000", {"year": (0, 2000)}),
        ("q", "IRON tridents", {"text": "iron tridents"}),
    ],
)
def test_the_index_filters_as_the_package_searches(
    page: WebDriver, name: str, value: str, question: dict[str, Any]
) -> None:
    assert set(shown(page)) == set(catalogue())
    fill(page, name, value)
    wanted = {e.id for e in catalogue().search(**question)}
    assert set(shown(page)) == wanted
    assert wanted
    count = page.execute_script("return document.getElementById('count').textContent")
    assert count.startswith(str(len(wanted)))
    page.refresh()  # the address remembers
    assert set(shown(page)) == wanted


def test_filters_combine_and_clear(page: WebDriver) -> None:
    fill(page, "observable", "ratio")
    fill(page, "q", "no such words anywhere")
    assert shown(page) == []
    page.find_element("id", "clear").click()
    assert set(shown(page)) == set(catalogue())


def test_columns_sort(page: WebDriver) -> None:
    button = page.find_element("css selector", "[data-sort=year]")
    for turn in (1, -1):
        button.click()
        years = [catalogue()[name].year for name in shown(page)]
        assert years == sorted(years)[::turn]


def test_the_keyboard_alone_finds_and_opens_an_entry(page: WebDriver) -> None:
    from selenium.webdriver import Keys

    press(page, Keys.TAB)
    assert focused(page) == "Skip to the content"
    press(page, "/")
    assert focused(page) == "q"
    press(page, *"CCFR-1991", Keys.ARROW_DOWN)
    assert focused(page) == "CCFR"
    press(page, Keys.ARROW_UP)
    assert focused(page) == "q"
    press(page, Keys.ARROW_DOWN, Keys.ENTER)
    assert page.find_element("tag name", "h1").text == catalogue()[CCFR].title
    outline = page.execute_script(
        "const a = document.querySelector('.home'); a.focus(); return"
        " getComputedStyle(a).outlineStyle"
    )
    assert outline == "solid"
    press(page, "/")
    assert focused(page) == "q"


def test_provenance_is_one_click_away_and_bibtex_is_copied(
    page: WebDriver, site: Path
) -> None:
    entry = catalogue()[CCFR]
    page.get((site / f"entry/{CCFR}/index.html").as_uri())
    where = page.find_element("css selector", ".provenance dl")
    assert not where.is_displayed()
    page.find_element("css selector", ".provenance summary").click()
    assert where.is_displayed()
    assert entry.source.locator in where.text

    page.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite"]}
    )
    page.find_element("id", "copy-bibtex").click()
    read = (
        "navigator.clipboard.readText().then(arguments[0], (e) =>"
        " arguments[0](String(e)))"
    )
    assert page.execute_async_script(read) == export([entry], "bibtex")
    assert page.find_element("id", "said").get_attribute("textContent") == "Copied"
    page.find_element("css selector", "[data-copy=command-0]").click()
    assert page.execute_async_script(read) == entry.code[0].command

    # without a clipboard, a selected field is copied
    page.execute_script(
        "Object.defineProperty(navigator, 'clipboard', {value: undefined})"
    )
    heard = (
        "document.addEventListener('copy', () => { window.heard ="
        " document.activeElement.value; }, true)"
    )
    page.execute_script(heard)
    page.find_element("id", "copy-bibtex").click()
    assert page.execute_script("return window.heard") == export([entry], "bibtex")


def test_the_theme_is_the_systems_until_chosen_and_then_remembered(
    page: WebDriver, site: Path
) -> None:
    def background() -> str:
        return str(
            page.execute_script(
                "return getComputedStyle(document.body).backgroundColor"
            )
        )

    def system(scheme: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        page.refresh()

    system("light")
    light = background()
    system("dark")
    dark = background()
    assert dark != light
    toggle = page.find_element("id", "theme")
    assert toggle.get_attribute("aria-pressed") == "true"
    toggle.click()
    assert background() == light
    page.get((site / f"entry/{CCFR}/index.html").as_uri())
    assert background() == light
    press(page, "t")
    assert background() == dark
    system("light")
    assert background() == dark


@pytest.mark.parametrize("width", [320, 380, 768, 1024, 1280])
def test_nothing_is_wider_than_the_screen(
    page: WebDriver, site: Path, width: int
) -> None:
    resize(page, width, 800)
    pages = [
        "index.html",
        f"entry/{CCFR}/index.html",
        "entry/charge_radius.ee/TEXONO-2009/index.html",
    ]
    pages += [
        f"quantity/{q}.html" for q in ("charge_radius", "magnetic_moment", "coupling")
    ]
    for name in pages:
        page.get((site / name).as_uri())
        assert (
            page.execute_script("return document.documentElement.scrollWidth") <= width
        ), name


def test_the_policy_stops_a_request(page: WebDriver) -> None:
    # the test of the tests: a page that asks for something is stopped and complained
    # about
    page.execute_script(
        "const i = new Image(); i.src = 'https://example.invalid/x.png';"
        " document.body.append(i)"
    )
    refused = [e["message"] for e in log(page, "browser")]
    assert any("Content Security Policy" in text for text in refused)
    assert "blocked" in str(
        log(page, "performance")
    )  # emptied here, so that the fixture finds nothing
