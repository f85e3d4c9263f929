"""Flux files of other programs, written here in their formats and read as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import nuprobe as nu
from nuprobe.errors import NuprobeError
from nuprobe.fluxes import Flux
from nuprobe.fluxes.formats import SEVEN, read_flux_file

HEAD = """schema_version = 1
name = "mine"
title = "a flux of mine"
per = "{per}"
emission = "{emission}"

[source]
{source}
"""


def flux(
    folder: Path, source: str, per: str = "second", emission: str = "beam"
) -> Flux:
    text = HEAD.format(per=per, emission=emission, source=source)
    (folder / "flux.toml").write_text(text)
    return nu.flux(folder)


def total(one: Flux, name: str) -> float:
    (part,) = (c for c in one.components if c.name == name)
    return float(part.integrate(np.ones_like))


def seven(path: Path, energies: Any, head: str = "") -> np.ndarray:
    """A file of seven columns; column i is i times a parabola."""
    shape = energies * (energies[-1] - energies)
    values = np.outer(shape, np.arange(1.0, 7.0))
    np.savetxt(path, np.column_stack([energies, values]), header=head)
    return np.asarray(shape)


def test_snowglobes(tmp_path: Path) -> None:
    """Values per cm² and 0.2 MeV at energies in GeV."""
    energies = np.linspace(0.0001, 0.1001, 501)
    shape = seven(tmp_path / "sn.dat", energies, "E NuE NuMu NuTau aNuE aNuMu aNuTau")
    mine = flux(tmp_path, 'kind = "file"\nfile = "sn.dat"', per="supernova")
    assert [c.name for c in mine.components] == list(SEVEN)
    # the sum over bins of 0.2 MeV is the number of neutrinos
    assert total(mine, "nu_e") == pytest.approx(shape.sum(), rel=1e-4)
    assert total(mine, "nubar_tau") == pytest.approx(6 * shape.sum(), rel=1e-4)


def test_globes(tmp_path: Path) -> None:
    """Values per GeV, and per an area that has to be said."""
    energies = np.linspace(0.125, 10.125, 41)
    shape = seven(tmp_path / "beam.txt", energies)
    source = 'kind = "file"\nfile = "beam.txt"\n'
    with pytest.raises(NuprobeError, match=r"source\.area = 'm2'"):
        flux(tmp_path, source)
    mine = flux(tmp_path, source + 'area = "m2"', per="proton on target")
    wanted = np.trapezoid(shape, energies) * 1e-4
    assert total(mine, "nu_e") == pytest.approx(wanted, rel=1e-9)
    # bins of 0.25 GeV around those centres
    bins = flux(tmp_path, source + 'area = "m2"\ninterpolation = "centres"')
    assert total(bins, "nu_mu") == pytest.approx(2 * shape.sum() * 0.25e-4, rel=1e-9)
    twice = flux(tmp_path, source + 'area = "m2"\nscale = 2.0')
    assert total(twice, "nu_e") == pytest.approx(2 * wanted, rel=1e-9)
    # what is recognised can be named
    named = flux(tmp_path, source + 'area = "m2"\nformat = "globes"')
    assert total(named, "nu_e") == pytest.approx(wanted, rel=1e-9)
    with pytest.raises(NuprobeError, match="already gives neutrinos per area"):
        flux(tmp_path, source + 'area = "m2"\nformat = "snowglobes"')


def saved(path: Path, binned: bool, unit: str, energy_unit: str = "MeV") -> None:
    """What `snewpy.flux.Container.save` writes; flavours are pickled there."""
    edges = np.linspace(0, 50, 26)
    points = edges if binned else 0.5 * (edges[:-1] + edges[1:])
    array = np.ones((6, 3, 25)) * np.arange(1.0, 7.0)[:, None, None]
    flavour = np.array([object] * 6, dtype=object)
    np.savez(
        path,
        array=array,
        _array_unit=unit,
        time=np.array([0.0, 1.0, 2.0, 3.0]),
        _time_unit="s",
        energy=points,
        _energy_unit=energy_unit,
        flavor=flavour,
        _class_name="Fluence",
    )


def test_snewpy(tmp_path: Path) -> None:
    source = 'kind = "file"\nfile = "sn.npz"'
    saved(tmp_path / "sn.npz", True, "1 / m2")
    mine = flux(tmp_path, source, per="supernova")
    # three bins of time, 25 of energy, and m² in cm²
    assert total(mine, "nu_e") == pytest.approx(75e-4, rel=1e-12)
    assert total(mine, "nubar_e") == pytest.approx(150e-4, rel=1e-12)
    assert total(mine, "nubar_tau") == pytest.approx(450e-4, rel=1e-12)
    # per energy at points
    saved(tmp_path / "sn.npz", False, "1 / (MeV cm2)")
    other = flux(tmp_path, source, per="supernova")
    assert total(other, "nu_e") == pytest.approx(3 * 48, rel=1e-12)
    saved(tmp_path / "sn.npz", False, "1 / (GeV cm2)")
    other = flux(tmp_path, source, per="supernova")
    assert total(other, "nu_e") == pytest.approx(3 * 48e-3, rel=1e-12)


@pytest.mark.parametrize(
    ("unit", "part"),
    [("1 / (MeV cm2)", "edges"), ("1 / furlong2", "1 / .MeV cm2.")],
)
def test_arrays_that_are_not_understood(unit: str, part: str, tmp_path: Path) -> None:
    saved(tmp_path / "sn.npz", True, unit)
    with pytest.raises(NuprobeError, match=part):
        read_flux_file(tmp_path / "sn.npz")


def test_nothing_pickled_is_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "sn.npz", array=np.array([object] * 6, dtype=object), time=1.0)
    with pytest.raises(NuprobeError, match="not a snewpy file"):
        read_flux_file(tmp_path / "sn.npz")
    (tmp_path / "no.npz").write_bytes(b"PK nothing")
    with pytest.raises(NuprobeError, match="not a snewpy file"):
        read_flux_file(tmp_path / "no.npz")


@pytest.mark.parametrize("separator", [" ", "\t", ",", ", ", ";"])
def test_columns_without_names(separator: str, tmp_path: Path) -> None:
    rows = [[1, 7, 2, 4], [2, 7, 2, 4], [3, 7, 2, 4]]
    text = "\n".join(separator.join(map(str, row)) for row in rows)
    (tmp_path / "f.txt").write_text(f"! a comment\nE total nue numu\n{text}\n")
    source = """kind = "file"
file = "f.txt"
format = "columns"
columns = ["energy", "-", "nubar_e", "nu_mu"]
energy_unit = "MeV"
area = "cm2"
"""
    mine = flux(tmp_path, source)
    assert total(mine, "nubar_e") == pytest.approx(4.0)
    assert total(mine, "nu_mu") == pytest.approx(8.0)
    bins = flux(tmp_path, source + 'interpolation = "centres"')
    assert total(bins, "nu_mu") == pytest.approx(12.0)


def test_tables_with_spaces_scale_area_and_centres(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text("energy  nu_e\n1 2\n2\t2\n3   2\n")
    source = """kind = "table"
table = "t.txt"
energy_unit = "MeV"
flavours = ["nu_e"]
"""
    assert total(flux(tmp_path, source), "nu_e") == pytest.approx(4.0)
    more = source + 'scale = 3.0\narea = "m2"\ninterpolation = "centres"'
    assert total(flux(tmp_path, more), "nu_e") == pytest.approx(6.0 * 3e-4)
    with pytest.raises(NuprobeError, match="not per area"):
        flux(tmp_path, source + 'area = "m2"', emission="isotropic")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("1 2 3\n2 3 4\n", "3 columns"),
        ("1 2 3 4 5 6 7\n2 3 4 5 6 7\n", r"f\.dat:2: 6 columns, but 7"),
        ("1 2 3 4 5 6 7\n2 3 4 x 6 7 8\n", r"f\.dat:2: column 4"),
        ("1 2 3 4 5 6 7\n", "1 rows"),
        ("1 0 0 0 0 0 0\n2 0 0 0 0 0 0\n", "all values are 0"),
        ("1 -1 0 0 0 0 0\n2 0 0 0 0 0 0\n", "negative"),
        ("1 1 0 0 0 0 0\n1 0 0 0 0 0 0\n", "increas"),
    ],
)
def test_bad_files(text: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "f.dat").write_text(text)
    with pytest.raises(NuprobeError, match=part) as caught:
        flux(tmp_path, 'kind = "file"\nfile = "f.dat"\narea = "m2"')
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ('file = "no.dat"', "does not exist"),
        ('file = "../f.dat"', "points outside the folder"),
        ('file = "f.dat"\nformat = "glob"', "globes"),
        ('file = "f.dat"\nformat = "columns"', "energy_unit"),
        ('file = "f.dat"\ncolumns = ["energy"]', "format = 'columns'"),
        ('file = "f.dat"\nformat = "columns"\nenergy_unit = "MeV"\ncolumns = ["nu_e"]',
         "name exactly one column 'energy'"),
    ],
)  # fmt: skip
def test_bad_sources(source: str, part: str, tmp_path: Path) -> None:
    (tmp_path / "f.dat").write_text("1 2 3 4 5 6 7\n2 3 4 5 6 7 8\n")
    with pytest.raises(NuprobeError, match=part):
        flux(tmp_path, 'kind = "file"\n' + source)
