"""The engine in a real browser: a worker of a page that is a file, and the same numbers
as the package's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.chromium import chromium
from tests.explore.engine_browser import (
    ask,
    messages,
    open_engine,
    requests,
)
from tests.explore.engine_runs import document_of, numbers

import nuprobe as nu
from nuprobe.inference import Cost

if TYPE_CHECKING:
    from selenium.webdriver.chrome.webdriver import WebDriver

PLANE: dict[str, Any] = {
    "x": {"name": "sin2_theta_w", "lower": 0.1, "upper": 0.4, "points": 24},
    "y": {"name": "rn", "lower": 3.0, "upper": 8.0, "points": 24},
    "coarse": 8,
}


@pytest.fixture(scope="module")
def cost() -> Cost:
    return nu.experiment("coherent-csi-2017").cost(free=["sin2_theta_w", "rn"])


@pytest.fixture(scope="module")
def browser(
    tmp_path_factory: pytest.TempPathFactory, cost: Cost
) -> Iterator[WebDriver]:
    with chromium(tmp_path_factory.mktemp("profile"), 300) as made:
        folder = tmp_path_factory.mktemp("engine") / "page"
        open_engine(made, folder, {"csi": document_of(cost)})
        yield made


@pytest.fixture(autouse=True)
def _quiet(browser: WebDriver) -> Iterator[None]:
    messages(browser)
    requests(browser)
    yield
    assert messages(browser) == []
    asked = [url for url in requests(browser) if not url.startswith(("file:", "blob:"))]
    assert asked == []


def test_a_worker_of_a_file_gives_the_numbers_of_the_package(
    browser: WebDriver, cost: Cost
) -> None:
    points = [[0.2, 4.5], [0.2386, 5.5], [0.3, 7.0]]
    found = ask(
        browser,
        """
        const client = engine.client(documents.csi, { source: "csi" });
        await client.ready;
        const parts = [];
        const grid = await client.grid(given[0], (part) => parts.push(part));
        const profiles = await Promise.all(given[1].map((p) => client.profile(p)));
        const line = await client.scan1d(
          { x: { name: "rn", values: [4, 5, 6] }, point: { sin2_theta_w: 0.25 } });
        const minimum = await client.minimum({ start: given[1][0] });
        client.close();
        const here = engine.compile(documents.csi);
        return { inWorker: client.inWorker, grid, parts, profiles, line, minimum,
          values: given[1].map((p) => here.twiceNll(p)) };
        """,
        PLANE,
        points,
    )
    assert found["inWorker"]
    np.testing.assert_allclose(
        numbers(found["values"]), cost.twice_nll(points), rtol=1e-9
    )
    np.testing.assert_allclose(
        [p["twiceNll"] for p in found["profiles"]],
        cost.profiled(points).twice_nll,
        rtol=1e-9,
    )
    x, y = (found["grid"][axis]["values"] for axis in "xy")
    every = [[a, b] for b in y for a in x]
    np.testing.assert_allclose(
        numbers(found["grid"]["values"]), cost.profiled(every).twice_nll, rtol=1e-9
    )
    assert [len(part["x"]["values"]) for part in found["parts"]] == [7, 13]
    np.testing.assert_allclose(
        found["line"]["values"],
        cost.profiled([[0.25, r] for r in (4, 5, 6)]).twice_nll,
        rtol=1e-9,
    )
    fit = nu.fit(cost, minos=False)
    assert found["minimum"]["twiceNll"] == pytest.approx(fit.twice_nll, abs=1e-6)


def test_a_newer_plane_ends_the_one_before(browser: WebDriver) -> None:
    found = ask(
        browser,
        """
        const client = engine.client(documents.csi);
        const fine = { ...given[0], x: { ...given[0].x, points: 400 },
          y: { ...given[0].y, points: 400 } };
        const began = performance.now();
        const first = client.grid(fine).then(() => "done", (error) => error.name);
        const profile = await client.profile([0.24, 5.5]); // between two slices
        const between = performance.now() - began;
        const second = await client.grid(given[0]);
        const whole = performance.now() - began;
        client.cancel();
        client.close();
        return { first: await first, between, whole, points: second.values.length,
          profile: profile.twiceNll };
        """,
        PLANE,
    )
    assert found["first"] == "Cancelled"
    assert found["points"] == 24 * 24
    assert found["profile"] > 0


def test_without_workers_the_page_stays_alive(browser: WebDriver) -> None:
    found = ask(
        browser,
        """
        const client = engine.client(documents.csi, { workers: false });
        let ticks = 0;
        const clock = setInterval(() => { ticks += 1; }, 5);
        const fine = { ...given[0], x: { ...given[0].x, points: 150 },
          y: { ...given[0].y, points: 150 } };
        const grid = await client.grid(fine);
        clearInterval(clock);
        return [client.inWorker, ticks, grid.complete];
        """,
        PLANE,
    )
    in_worker, ticks, complete = found
    assert not in_worker
    assert ticks >= 2
    assert complete


def test_a_bad_document_is_refused_by_the_worker_too(browser: WebDriver) -> None:
    found = ask(
        browser,
        """
        const future = { ...documents.csi, version: 99 };
        const client = engine.client(future, { source: "a" });
        try { await client.ready; } catch (error) {
          return [error instanceof engine.Refused, error.message];
        } finally { client.close(); }
        """,
    )
    refused, message = found
    assert refused
    assert message.startswith("a: version 99 of the format is later than")
