"""Values that are measured each for itself, many models on a narrow screen, and names
with indices, in the browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.explore.browsing import (
    field,
    one,
    ready,
    resize,
    saved,
    start,
    typed,
)

from nuprobe.experiments import experiment, family_cost

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver


def _texts(page: WebDriver, selector: str) -> list[str]:
    return [e.text for e in page.find_elements("css selector", selector)]


def test_measured_values(page: WebDriver, explorer: Path) -> None:
    start(page, explorer, "values")
    assert one(page, "#spectrum-title").text == "Measured values"
    assert not one(page, "#spectrum-residuals").is_displayed()
    assert [e.text for e in one(page, "#title").find_elements("css selector", "sub")]
    typed(page, field(page, "coupling"), "0.002")
    ready(page)
    cells = _texts(page, "#spectrum-values tbody td")
    assert cells[0] == "0.82 ± 0.28"
    cost = family_cost(experiment("ccfr-trident"), "lmu-ltau")
    point = cost.default.copy()
    point[cost.index("coupling")] = 0.002
    term = cost.terms[0]
    predicted = float(term.expectation(point[None]).base[0, 0])
    away = (predicted - 0.82) / 0.28
    value, pull = cells[1].replace("−", "-").removesuffix(" σ").split()
    assert float(value) == pytest.approx(predicted, abs=6e-4)
    assert float(pull) == pytest.approx(away, abs=6e-3)
    drawn = page.execute_script(
        "return Array.from(nuprobe.app.spectrumPanel.plot.models[0].data.x)"
    )
    assert drawn == pytest.approx([away], rel=1e-9)
    told = str(one(page, "#spectrum").get_attribute("aria-label"))
    assert f"{away:.2f}" in told
    _, svg = saved(page, "#save-spectrum-svg")
    assert "measured, 1σ" in svg.decode()
    _, csv = saved(page, "#save-spectrum-csv")
    assert csv.decode().splitlines()[1].startswith("ratio,0.82,")
    resize(page, 360, 800)
    ready(page)
    width = page.execute_script("return document.documentElement.scrollWidth")
    assert width <= 360
    start(page, explorer)  # the next page has a spectrum again
    ready(page, "plane")
    assert one(page, "#spectrum-title").text == "Spectrum"
    assert not one(page, "#spectrum-values").is_displayed()


@pytest.mark.parametrize("models", [3, 4])
def test_many_models_fit_a_narrow_screen(page: WebDriver, models: int) -> None:
    """Every number and name inside its column, in a table for screen readers too."""
    for _ in range(models - 1):
        page.execute_script("document.querySelector('[data-key=add]').click()")
    typed(page, field(page, "rn"), "6.5")
    resize(page, 360, 800)
    ready(page)
    beyond = page.execute_script(
        "return [...document.querySelectorAll('#numbers td, #numbers th,"
        " #pulls td, #pulls th')].filter((e) => e.offsetParent !== null"
        " && (e.scrollWidth > e.clientWidth + 1"
        " || e.getBoundingClientRect().right > 360)).map((e) => e.textContent)"
    )
    assert beyond == []
    roles = _roles(page)
    assert roles.count("columnheader") == models
    row = one(page, "#numbers tbody tr:first-child")
    boxes = [e.rect["x"] for e in row.find_elements("css selector", "td")]
    assert len(boxes) == models
    assert np.all(np.diff(boxes) > 40)
    against = [t for t in _texts(page, "#numbers tbody tr") if "to the first" in t]
    assert "σ)" in against[0]


def _roles(page: WebDriver) -> list[str]:
    """Of what the tree for screen readers has below the table of numbers."""
    document = page.execute_cdp_cmd("DOM.getDocument", {})
    found = page.execute_cdp_cmd(
        "DOM.querySelector",
        {"nodeId": document["root"]["nodeId"], "selector": "#numbers table"},
    )
    tree = page.execute_cdp_cmd(
        "Accessibility.queryAXTree", {"nodeId": found["nodeId"]}
    )
    return [str(n["role"]["value"]) for n in tree["nodes"] if not n["ignored"]]


def test_menus_of_axes_show_indices(page: WebDriver) -> None:
    faces = page.find_elements("css selector", "#plane-menus .face sub")
    assert [e.text for e in faces] == ["W", "n"]
    names = page.execute_script(
        "return [...document.querySelectorAll('#plane-menus select')]"
        ".map((e) => e.selectedOptions[0].textContent)"
    )
    assert names == ["sin²ϑ_W", "Rₙ"]


def test_tab_stops_have_names(page: WebDriver) -> None:
    """Nothing inside a figure takes the focus, in shadow trees neither."""
    inside = page.execute_script(
        "const found = []; const walk = (root) => root.querySelectorAll('*').forEach("
        "(e) => { if (e.tabIndex >= 0) found.push(e.tagName);"
        " if (e.shadowRoot) walk(e.shadowRoot); });"
        "document.querySelectorAll('.canvas').forEach(walk); return found"
    )
    assert inside == []
