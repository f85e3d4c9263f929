"""The pages that are shipped, in a browser: they open, agree with the package, and say
nothing is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.explore.browsing import complaints, messages, one, requests, saved, start

from nuprobe.explore import default_pages, write_explorer
from nuprobe.explore.building import built_pages
from nuprobe.explore.pages import page_cost

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def shipped(
    explorer: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[str]]:
    pages = default_pages()
    folder = tmp_path_factory.mktemp("shipped") / "site"
    write_explorer(folder, built_pages(pages))
    return folder, [*pages]


def test_every_shipped_page_opens(
    browser: WebDriver, shipped: tuple[Path, list[str]]
) -> None:
    folder, names = shipped
    for name in names:
        start(browser, folder, name)
        assert messages(browser) == [], name
        assert "differs from the package's by" in one(browser, "#accuracy").text
        for figure in ("spectrum", "plane"):
            assert b"</svg>" in saved(browser, f"#save-{figure}-svg")[1]
        assert complaints(browser) == [], name
        assert requests(browser) == [], name


def test_an_integral_over_shapes_is_the_packages(
    browser: WebDriver, shipped: tuple[Path, list[str]]
) -> None:
    """CsI and argon, whose shapes of spectra are integrated over."""
    start(browser, shipped[0], "charge-radii")
    model = json.loads(saved(browser, "#save-json")[1])["models"][0]
    cost = page_cost(default_pages(["charge-radii"])["charge-radii"])
    assert [p.name for p in cost.parameters] == [*model["point"]]
    expected = cost.profiled([[*model["point"].values()]]).twice_nll[0]
    assert model["twice_nll"] == pytest.approx(expected, rel=1e-9)
    assert model["chi2"] != pytest.approx(expected, rel=1e-6)
