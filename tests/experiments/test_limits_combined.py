"""What enters a combined limit: measurements, and projections only when asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import brentq, minimize_scalar
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import Experiment, TridentExperiment, joint_cost
from nuprobe.experiments.limits import limit
from nuprobe.plotting import figure_of, plot_limits
from nuprobe.reports import limit_table

MASS = 1e4
NAMES = ("ccfr-trident", "charm2-trident", "dune-nd-trident")


def by_hand(names: Sequence[str]) -> float:
    """Limit on g′ from the ratios of several experiments, by root finding."""
    tridents = [nu.experiment(name, TridentExperiment) for name in names]
    predictions = [one.prediction("lmu-ltau") for one in tridents]
    measured = [one.measurement() for one in tridents]

    def chi2(ratios: Sequence[float]) -> float:
        return sum(
            ((r - m.ratio) / (m.plus if r > m.ratio else m.minus)) ** 2
            for r, m in zip(ratios, measured, strict=True)
        )

    def at(g: float) -> float:
        point = np.array([[MASS, g]])
        return chi2([p.expectation(point).base[0, 0] for p in predictions])

    common = minimize_scalar(
        lambda r: chi2([r] * len(names)), bounds=(0.2, 3.0), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    return float(brentq(lambda g: at(g) - common.fun - 1.959963984540054**2, 1e-4, 1.0))


def test_measurements_combine_and_projections_stand_alone() -> None:
    found = limit(NAMES, mass=[MASS])
    labels = [c.label for c in found.curves]
    assert labels == [*NAMES, "combined"]
    assert found["combined"].experiments == NAMES[:2]
    assert [c.projected for c in found.curves] == [False, False, True, False]
    assert found.left_out == ("dune-nd-trident",)
    assert found["combined"].coupling[0] == pytest.approx(by_hand(NAMES[:2]), rel=1e-6)
    without = limit(NAMES[:2], mass=[MASS])
    assert found["combined"].coupling[0] == without["combined"].coupling[0]
    assert without.left_out == ()


def test_projections_combine_when_asked_and_are_named_sensitivity() -> None:
    found = limit(NAMES, mass=[MASS], with_projections=True)
    curve = found["sensitivity"]
    assert curve.projected
    assert curve.experiments == NAMES
    assert curve.coupling[0] == pytest.approx(by_hand(NAMES), rel=1e-6)
    # and the measurements combine as without it
    assert found["combined"].coupling[0] == pytest.approx(by_hand(NAMES[:2]), rel=1e-6)
    assert found.left_out == ()
    one = limit(NAMES[1:], mass=[MASS], with_projections=True)
    assert [c.label for c in one.curves] == [*NAMES[1:], "sensitivity"]


def test_counts_of_a_projection_are_no_data() -> None:
    """A projection takes what the Standard Model predicts for its data: added to a
    measurement it is no exclusion."""
    names = ("coherent-csi-2017", "reactor-ge-projection")
    found = limit(names, "universal-vector", mass=[100.0])
    assert [c.label for c in found.curves] == [*names]
    assert found[names[1]].projected
    asked = limit(names, "universal-vector", mass=[100.0], with_projections=True)
    assert asked["sensitivity"].experiments == names
    table = limit_table(found)
    assert any("not combined, as projections" in note for note in table.notes)


@pytest.mark.parametrize("names", [NAMES[:2], NAMES[2:]])
def test_nothing_projected_to_combine_is_told(names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="needs a projection among several"):
        limit(names, mass=[MASS], with_projections=True)


def test_the_table_and_the_record_say_what_entered(run: Run) -> None:
    line = ("limit", *NAMES, "--masses", "1, 10 GeV")
    code, out, _ = run(*line)
    assert code == 0
    assert "combined (measurements): ccfr-trident, charm2-trident\n" in out
    assert "dune-nd-trident: sensitivity of a projection" in out
    assert "not combined, as projections: dune-nd-trident" in out
    code, out, _ = run(*line, "--with-projections", "--json")
    curves = {c["label"]: c for c in json.loads(out)["curves"]}
    assert curves["sensitivity"]["experiments"] == [*NAMES]
    assert curves["sensitivity"]["projected"]
    assert not curves["combined"]["projected"]
    code, out, _ = run(*line, "--with-projections")
    assert f"sensitivity (with projections): {', '.join(NAMES)}\n" in out


def test_a_scan_does_not_mix_them_in_silence(run: Run, tmp_path: Path) -> None:
    line = (
        "limit", "ccfr-trident", "dune-nd-trident", "--scan", str(tmp_path / "a.h5"),
        "--grid", "mass=1:10 GeV:2,coupling=1e-3:1:5",
    )  # fmt: skip
    code, _, err = run(*line)
    assert code == 2
    assert "--scan adds dune-nd-trident, a projection, to other data" in err
    assert run(*line, "--with-projections")[0] == 0


def test_a_fit_does_not_mix_them_in_silence(run: Run) -> None:
    names = ("coherent-csi-2017", "reactor-ge-projection")
    pair = [nu.experiment(name, Experiment) for name in names]
    free = ["sin2_theta_w"]
    words = "the fit adds reactor-ge-projection, a projection, to other data"
    for order in (pair, pair[::-1]):
        with pytest.raises(InputError, match=words):
            joint_cost(order, None, free)
    # one experiment alone adds nothing
    alone = [joint_cost([one], None, free) for one in pair]
    both = joint_cost(pair, None, free, with_projections=True)
    point = np.array([[0.24]])
    # they share no nuisance: −2 ln L adds
    assert not {n.name for n in alone[0].nuisances} & {
        n.name for n in alone[1].nuisances
    }
    assert both.profiled(point).twice_nll[0] == pytest.approx(
        sum(c.profiled(point).twice_nll[0] for c in alone), rel=1e-9
    )
    line = ("fit", *names, "--free", "sin2_theta_w", "--no-minos")
    code, _, err = run(*line)
    assert code == 2
    assert words in " ".join(err.split())
    assert "--with-projections" in err
    assert run(*line, "--with-projections")[0] == 0
    assert run("fit", names[0], "--free", "sin2_theta_w", "--no-minos")[0] == 0


def test_projections_are_dashed_and_called_sensitivity() -> None:
    found = limit(NAMES, mass=[10.0, 1e3, 1e5], with_projections=True)
    figure = figure_of(plot_limits(found, companions=False))
    (legend,) = figure.legends
    styles = {
        text.get_text(): line.get_linestyle()
        for text, line in zip(legend.get_texts(), legend.get_lines(), strict=True)
    }
    assert styles == {
        "ccfr-trident": "-",
        "charm2-trident": "-",
        "dune-nd-trident (sensitivity)": "--",
        "combined": "-",
        "sensitivity": "--",
    }
    # only what is measured is shaded
    (ax,) = figure.axes
    assert len(ax.collections) == 3


def test_no_experiment_takes_the_name_of_a_curve() -> None:
    one = nu.experiment("ccfr-trident")
    with pytest.raises(InputError, match="cannot be called sensitivity"):
        limit([one.with_changes({"name": "sensitivity"})], mass=[MASS])
