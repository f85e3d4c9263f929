"""Rates of reactors on the command line, and their figures."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from tests.command_line import Run

import nuprobe as nu
from nuprobe.errors import InputError
from nuprobe.experiments import ReactorExperiment
from nuprobe.models import SterileNeutrino
from nuprobe.plotting import figure_of, plot_reactor_rates

STERILE = "sterile:sin2_2theta_14=0.089,dm2_41=0.41"


def test_rate(run: Run, tmp_path: Path) -> None:
    plot = tmp_path / "rates.png"
    asked = ("rate", "reactor-rates", "--compare", f"light={STERILE}")
    code, out, _ = run(*asked, "--plot", str(plot))
    assert (code, plot.is_file()) == (0, True)
    assert "expected, light" in out
    assert "-2 ln L = 15.07 for 21 rates" in out
    assert "-2 ln L = 7.9" in out
    code, out, _ = run(*asked, "--json")
    found = json.loads(out)
    light = nu.experiment("reactor-rates", ReactorExperiment).predict(
        SterileNeutrino(0.089, 0.41)
    )
    np.testing.assert_allclose(found["compared"]["light"]["signal"], light.signal)
    # the model itself may be the sterile one
    model = ("--model", "sterile", "--param", "sin2_2theta_14=0.089")
    code, out, _ = run(
        "rate", "reactor-rates", *model, "--param", "dm2_41=0.41", "--json"
    )
    assert json.loads(out)["twice_nll"] == pytest.approx(light.twice_nll)


def test_another_flux(run: Run) -> None:
    code, out, _ = run("rate", "reactor-rates", "--set", "flux.options.model=summation")
    assert (code, "U235 6.217" in out) == (0, True)
    code, _, err = run("rate", "reactor-rates", "--set", "flux.options.model=sum")
    assert code == 2
    assert "summation" in err
    code, _, err = run("rate", "reactor-rates", "--bins", "energy=2")
    assert code == 2
    assert "no bins to add" in err


def test_fit_and_scan(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("fit", "reactor-rates", "reno-evolution", "--free", "norm")
    assert (code, "huber-mueller.1" in out) == (0, True)
    file, plot = tmp_path / "plane.h5", tmp_path / "plane.png"
    grid = "sin2_2theta_14=0.01:0.3:5,dm2_41=0.1:10 eV2:5:log"
    code, out, err = run(
        *("scan", "reactor-rates", "--model", "sterile", "--grid", grid),
        *("-o", str(file), "--plot", str(plot), "--quiet"),
    )
    assert (code, file.is_file(), plot.is_file()) == (0, True, True), err


@pytest.mark.nightly
def test_figures() -> None:
    rates = nu.experiment("daya-bay-evolution", ReactorExperiment)
    axes = figure_of(
        plot_reactor_rates(rates.predict(), references=rates.references)
    ).axes[0]
    assert "239" in axes.get_xlabel()
    plain = nu.experiment("reactor-rates", ReactorExperiment)
    figure = figure_of(
        plot_reactor_rates(
            plain.predict(),
            compared={"light": plain.predict(SterileNeutrino(0.1, 1.0))},
        )
    )
    (line,) = [x for x in figure.axes[0].lines if x.get_linestyle() == "--"]
    distance, ratio = np.array(line.get_data())
    assert distance[0] < 7.3
    assert distance[-1] > 95
    # far away the oscillation is averaged
    assert ratio[-1] == pytest.approx(0.95, abs=0.005)
    without = plain.predict(analysis="no-flux-errors")
    assert len(figure_of(plot_reactor_rates(without)).axes[0].collections) == 1
    with pytest.raises(InputError, match="not of the 21"):
        plot_reactor_rates(plain.predict(), compared={"other": rates.predict()})


def test_yields(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    rows = "\n".join(f"{e},0.1,0.1,0.1,0.1" for e in (1.5, 12.0))
    file.write_text(f"energy,U235,U238,Pu239,Pu241\n{rows}\n", encoding="utf-8")
    asked = ("xsec", "yields", "--form", "vogel-beacom", "--table", str(file))
    code, out, _ = run(*asked, "--json")
    found = {row["spectra"]: row for row in json.loads(out)["rows"]}
    assert code == 0
    assert found["huber-mueller"]["mixture"] == pytest.approx(6.169, rel=1e-3)
    assert found["summation"]["U235"] == pytest.approx(6.217, rel=1e-3)
    e = np.linspace(1.806, 10.0, 4001)
    flat = np.trapezoid(0.1 * nu.ibd.total(e, version="vogel-beacom"), e) * 1e43
    assert found[str(file)]["Pu239"] == pytest.approx(flat, rel=1e-4)
    for wrong in (
        ("--form", "born"),
        ("--flux-option", "model=hkss"),
        ("--table", "nowhere.csv"),
    ):
        code, _, err = run("xsec", "yields", *wrong)
        assert (code, "\n" in err.strip()) == (2, False)
