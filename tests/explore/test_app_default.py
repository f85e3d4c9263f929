"""The pages that are shipped, in a browser: they open, agree with the package, and say
nothing is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.explore.browsing import complaints, messages, one, requests, saved, start

from nuprobe.explore import default_pages, write_explorer
from nuprobe.explore.building import built_pages

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
