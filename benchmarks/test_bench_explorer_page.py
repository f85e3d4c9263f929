"""How long the page of the explorer takes to show what a slider did, and its first
picture from a file: `make bench`. Nothing here asserts a time."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.explore.browsing import browser, explorer, ready, resize, start, until

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

__all__ = ["browser", "explorer"]

# the work of a step: numbers, and both figures drawn again; not the wait for a frame
STEPS = """
const done = arguments[0];
(async () => {
  const spent = new Map(), found = [];
  const ids = nuprobe.app.spectrumPanel.plot.panels().map((p) => p.figure.id);
  for (const view of [...Bokeh.index.roots].filter((v) => ids.includes(v.model.id))) {
    const paint = view._actual_paint.bind(view);
    view._actual_paint = () => {
      const start = performance.now();
      paint();
      const before = spent.get(view.model.id) ?? 0;
      spent.set(view.model.id, before + performance.now() - start);
    };
  }
  const slider = document.querySelector("#parameters input[type=range]");
  for (let k = 0; k < 60; k++) {
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next, 40)));
    spent.clear();
    slider.value = String(300 + 5 * k);
    const start = performance.now();
    slider.dispatchEvent(new Event("input", {bubbles: true}));
    const numbers = performance.now() - start;
    await new Promise((next) => requestAnimationFrame(() => setTimeout(next)));
    const drawn = ids.reduce((sum, id) => sum + (spent.get(id) ?? 0), 0);
    if (k >= 10) found.push([numbers, numbers + drawn]);
  }
  const at = (i, k) => found.map((x) => x[i]).sort((a, b) => a - b)[k];
  done([at(0, 25), at(1, 25), at(1, 5)]);
})();
"""


def test_a_step_of_a_slider(browser: WebDriver, explorer: Path) -> None:
    resize(browser, 1400, 1000)
    start(browser, explorer)
    numbers, whole, quiet = browser.execute_async_script(STEPS)
    print(
        f"\nslider to numbers {numbers:.1f} ms, to picture {whole:.1f} ms"
        f" (medians of 50; {quiet:.1f} ms in the fastest tenth)"
    )
    assert whole > numbers


def test_the_first_picture(browser: WebDriver, explorer: Path) -> None:
    times = []
    for _ in range(5):
        browser.get("about:blank")
        browser.get(f"{(explorer / 'index.html').as_uri()}#page=plane")
        until(browser, "return document.querySelector('#spectrum-residuals .canvas')")
        times.append(browser.execute_script("return performance.now()") / 1e3)
        ready(browser)
    times.sort()
    middle, best = times[2], times[0]
    print(f"\nfirst picture {middle:.2f} s after opening the file, best {best:.2f} s")
    assert min(times) > 0
