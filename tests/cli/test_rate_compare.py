"""``nuprobe rate --compare``: counts of several models beside each other."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run, found_in

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment
from nuprobe.plotting import figure_of, plot_rates

CHANGED = "electromagnetic:charge_radius.mumu=-5e-31"


COMMAND = ("rate",)


def test_counts_of_another_model_beside(run: Run, tmp_path: Path) -> None:
    csi, plot = "coherent-csi-2017", tmp_path / "rates.png"
    asked = ("--compare", f"radius={CHANGED}", "--plot", str(plot))
    code, out, _ = run(csi, *asked, "--json")
    assert (code, plot.is_file()) == (0, True)
    beside = json.loads(out)["compared"]["radius"]
    # the other model alone gives the same
    alone = ("--model", "electromagnetic", "--param", "charge_radius.mumu=-5e-31")
    code, out, _ = run(csi, *alone, "--json")
    single = found_in(out)
    assert single.pop("subtracted") == ["steady-state"]
    assert beside == single
    code, out, _ = run(csi, "--compare", f"radius={CHANGED}")
    assert (code, "total, radius" in out) == (0, True)
    code, _, err = run("ccfr-trident", "--compare", "v-a")
    assert (code, "--compare" in err, err.count("\n")) == (2, True, 1)
    code, _, err = run(csi, "--compare", "sm-x")
    assert (code, "unknown model" in err) == (2, True)


def test_lines_are_the_sums_of_the_other_model() -> None:
    csi = nu.experiment("coherent-csi-2017", Experiment)
    model = nu.Electromagnetic(charge_radius={"mumu": -5e-31})
    standard, other = csi.predict(nu.StandardModel()), csi.predict(model)
    figure = figure_of(plot_rates(standard, compared={"radius": other}))
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[-1] == "radius"
    main_axes, panel = figure.axes[:2]
    steps = [p for p in main_axes.patches if p.get_linewidth() == 1.6]
    assert len(steps) == 1
    heights = steps[0].get_data().values  # type: ignore[attr-defined]
    assert heights == pytest.approx(other.total.sum(-1), rel=1e-12, abs=0)
    assert other.data is not None
    assert other.sigma is not None
    pulls = (other.data - other.total).sum(-1) / np.sqrt((other.sigma**2).sum(-1))
    drawn = [np.array(line.get_ydata()) for line in panel.lines]
    assert any(y.shape == pulls.shape and np.allclose(y, pulls) for y in drawn)
    wrong = csi.predict(model, "energy-time")
    with pytest.raises(InputError, match="radius is of coherent-csi-2017"):
        plot_rates(standard, compared={"radius": wrong})


@pytest.mark.parametrize("model", ["pair-couplings", "left-vector"])
def test_a_model_that_changes_nothing_is_told(run: Run, model: str) -> None:
    boson = ("--param", "mass=10 MeV", "--param", "coupling=1e-4")
    given = boson if model == "left-vector" else ()
    told = "changes nothing that coherent-csi-2017 counts"
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # the command line prints them
        code, _, err = run("coherent-csi-2017", "--model", model, *given)
    assert (code, err.count("\n")) == (0, 1)
    assert told in err
    code, _, err = run("coherent-csi-2017", "--model", "b-l", *boson)
    assert (code, err) == (0, "")
