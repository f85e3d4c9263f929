"""Beam fluxes: what the tables keep of their sources."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.fluxes import flux_names
from nuprobe.units import GeV

THRESHOLDS = (
    0.0,
    0.22,
    3.7,
    10.9,
    43.7,
)  # GeV: of mu mu, tau tau; of e mu, mu mu on electrons

# measured on the source files, not on the tables: integral per cm2 and proton, mean
# energy in GeV; both above 10.9 GeV
SOURCES = {
    ("dune-nd-fhc", "nu_e"): (1.087317e-9, 4.03583, 7.614843e-11, 16.61878),
    ("dune-nd-fhc", "nu_mu"): (1.048938e-7, 2.67934, 2.122581e-9, 17.71805),
    ("dune-nd-fhc", "nubar_e"): (2.375409e-10, 6.48539, 4.168956e-11, 16.33464),
    ("dune-nd-fhc", "nubar_mu"): (7.775362e-9, 3.86275, 5.508464e-10, 17.94995),
    ("dune-nd-rhc", "nu_e"): (2.979539e-10, 7.26437, 6.494168e-11, 17.26255),
    ("dune-nd-rhc", "nu_mu"): (9.275507e-9, 5.22231, 1.172502e-9, 20.20392),
    ("dune-nd-rhc", "nubar_e"): (8.968983e-10, 3.72812, 5.384732e-11, 17.37579),
    ("dune-nd-rhc", "nubar_mu"): (9.442359e-8, 2.43765, 1.009624e-9, 16.49894),
    ("charm2-nu", "nu_mu"): (7.401536e-8, 24.85016, 6.320350e-8, 27.68623),
    ("charm2-nu", "nubar_mu"): (4.828650e-9, 18.46550, 2.698317e-9, 27.76147),
    ("charm2-nubar", "nu_mu"): (6.414745e-9, 25.43200, 4.146049e-9, 35.59325),
    ("charm2-nubar", "nubar_mu"): (4.950039e-8, 21.11690, 4.185459e-8, 23.37422),
    ("nutev", "nu_e"): (1.456351e-10, 93.89436, 1.456351e-10, 93.89436),
    ("nutev", "nu_mu"): (1.041436e-8, 78.68726, 1.041436e-8, 78.68726),
    ("nutev", "nubar_e"): (1.375406e-11, 40.02934, 1.375406e-11, 40.02934),
    ("nutev", "nubar_mu"): (4.167836e-11, 31.47358, 4.167836e-11, 31.47358),
}
BEAMS = sorted({name for name, _ in SOURCES})


@pytest.mark.parametrize(("name", "flavour"), SOURCES)
def test_integrals_and_mean_energies_are_those_of_the_source(
    name: str, flavour: str
) -> None:
    number, mean, number_above, mean_above = SOURCES[name, flavour]
    (component,) = nu.flux(name).of(flavour)
    assert nu.flux(name).total(flavour) == pytest.approx(number, rel=1e-5, abs=0)
    assert nu.flux(name).average(lambda e: e, flavour) == pytest.approx(
        mean * GeV, rel=6e-4, abs=0
    )
    above, energy = (
        component.integrate(f, 10.9 * GeV) for f in (np.ones_like, lambda e: e)
    )
    assert above == pytest.approx(number_above, rel=2e-4, abs=0)
    assert energy / above == pytest.approx(mean_above * GeV, rel=6e-4, abs=0)


@pytest.mark.parametrize("name", BEAMS)
def test_a_beam_counts_neutrinos_per_area(name: str) -> None:
    assert name in flux_names()
    beam = nu.flux(name)
    assert (beam.name, beam.emission, beam.per) == (name, "beam", "proton on target")
    assert [(name, str(f)) for f in beam.flavours] == [
        key for key in SOURCES if key[0] == name
    ]
    assert beam.references
    assert "unverified" in beam.notes or name.startswith("dune")
    for flavour in beam.flavours:
        assert all(c.edges[0] >= 0 and not c.lines for c in beam.of(flavour))
        assert beam.spectrum(flavour, [1e3 * GeV])[0] == 0


def _tool() -> ModuleType:
    path = Path(__file__).parents[2] / "tools" / "build_beam_fluxes.py"
    spec = importlib.util.spec_from_file_location("build_beam_fluxes", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def source_files() -> Path:
    folder = Path(os.environ.get("NUPROBE_DATA", "")) / "fluxes"
    if "NUPROBE_DATA" not in os.environ or not folder.is_dir():
        pytest.skip(
            "the flux files are not here: set NUPROBE_DATA to a folder that holds them"
            " in fluxes/"
        )
    return folder


@pytest.mark.parametrize("name", BEAMS)
def test_the_tables_are_those_of_the_source_files(
    source_files: Path, name: str
) -> None:
    tool = _tool()
    file, rows, per_cm2, edges, _ = tool.BEAMS[name]
    columns = np.loadtxt(source_files / file).T
    energies = columns[0]
    # a fine grid of the source by itself, without the tool's integrals
    if rows == "bins":
        fine = np.repeat(energies, 50) + np.tile(
            (np.arange(50) - 24.5) / 50, energies.size
        ) * (energies[1] - energies[0])
    else:
        fine = np.linspace(energies[0], energies[-1], 100001)
    weight = (fine[1] - fine[0]) * per_cm2
    for flavour, values in zip(tool.FLAVOURS, columns[1:], strict=True):
        if (name, flavour) not in SOURCES:
            assert not values.any()
            continue
        (component,) = nu.flux(name).of(flavour)
        density = (
            np.repeat(values, 50)
            if rows == "bins"
            else np.interp(fine, energies, values)
        )
        np.testing.assert_allclose(component.edges, edges * GeV)
        built = tool.binned(energies, values * per_cm2, rows, edges)
        np.testing.assert_allclose(
            component.continuum((edges[:-1] + edges[1:]) / 2 * GeV) * GeV,
            built,
            rtol=1e-5,
        )
        for low in THRESHOLDS:
            above = fine > low
            number = np.sum(density[above]) * weight
            if number < 2e-3 * np.sum(density) * weight:  # a few simulated neutrinos
                continue
            for power in (
                0.0,
                1.0,
                1.7,
            ):  # trident cross sections grow about as the last
                expected = np.sum((density * fine**power)[above]) * weight
                got = component.integrate(lambda e, p=power: (e / GeV) ** p, low * GeV)  # type: ignore[misc]
                assert got == pytest.approx(expected, rel=2e-3, abs=0), (
                    flavour,
                    low,
                    power,
                )
