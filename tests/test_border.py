"""What public functions do with units, masks and values they cannot mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests import hostile, hostile_methods

import nuprobe as nu
from nuprobe.border import public, quick_methods
from nuprobe.errors import (
    ComputationError,
    InputError,
    NuprobeError,
    UnitError,
    UnknownNameError,
    ValidityWarning,
)
from nuprobe.flavours import flavour
from nuprobe.numerics import blocks, converged, gauss_legendre
from nuprobe.processes.interface import exchanges_of
from nuprobe.units import fm

SM = nu.StandardModel()
MUONS = "nu_mu -> nu_mu mu+ mu-"


# -- units and masks


@pytest.mark.parametrize(
    ("function", "argument", "number", "unit"),
    [
        (lambda x: nu.cevns.total(x, "Ar40", SM, "nu_mu"), 0.03, 30.0, "GeV"),
        (lambda x: nu.electron.total(x, SM, "nu_e"), 0.03, 30.0, "GeV"),
        (lambda x: nu.trident.total(x, MUONS, "Ar40"), 5.0, 5000.0, "GeV"),
        (lambda x: nu.cevns.differential(30, x, "Ar40", SM, "nu_e"), 1e-5, 0.01, "GeV"),
        (lambda x: nu.LightVector(mass=x, coupling=1e-4).mass, 0.01, 10.0, "GeV"),
        (lambda x: nu.form_factors.Helm(x).rms, 3.4, 3.4 * fm, "fm"),
    ],
)
def test_a_quantity_is_converted(
    function: Callable[[Any], Any], argument: float, number: float, unit: str
) -> None:
    given = hostile.Quantity(argument, unit)
    assert function(given) == pytest.approx(function(number), rel=1e-12)
    assert np.all(function(number) != 0)


def test_a_quantity_of_another_dimension_is_refused() -> None:
    with pytest.raises(UnitError, match=r"e_nu cannot be converted from 30\.0 fm"):
        nu.cevns.total(hostile.Quantity(30.0, "fm"), "Ar40", SM, "nu_mu")
    unit: Any = hostile.Quantity(1, "MeV")
    with pytest.raises(UnitError, match="rtol carries a unit"):
        nu.cevns.total(30.0, "Ar40", SM, "nu_e", rtol=unit)
    several: Any = [hostile.Quantity(1.0, "GeV"), hostile.Quantity(30.0, "MeV")]
    np.testing.assert_allclose(
        nu.electron.total(several, SM, "nu_e"),
        nu.electron.total([1000.0, 30.0], SM, "nu_e"),
    )


def test_quantities_of_astropy() -> None:
    u = pytest.importorskip("astropy.units")
    found = nu.cevns.total([0.01, 0.03] * u.GeV, "Ar40", SM, "nu_mu")
    np.testing.assert_allclose(
        found, nu.cevns.total([10.0, 30.0], "Ar40", SM, "nu_mu"), rtol=1e-12
    )
    assert nu.trident.total(5 * u.GeV, MUONS, "Ar40") > 0
    with pytest.raises(UnitError, match="cannot be converted"):
        nu.cevns.total(30 * u.m, "Ar40", SM, "nu_mu")


def test_quantities_of_pint() -> None:
    unit = pytest.importorskip("pint").UnitRegistry()
    found = nu.cevns.total(0.03 * unit.GeV, "Ar40", SM, "nu_mu")
    assert found == pytest.approx(nu.cevns.total(30.0, "Ar40", SM, "nu_mu"), rel=1e-12)
    with pytest.raises(UnitError, match="cannot be converted"):
        nu.cevns.total(30 * unit.m, "Ar40", SM, "nu_mu")


def test_masks_are_refused() -> None:
    energies = np.ma.masked_array([10.0, 30.0], mask=[False, True])
    with pytest.raises(InputError, match="e_nu is an array with masked elements"):
        nu.cevns.total(energies, "Ar40", SM, "nu_mu")
    whole = np.ma.masked_array([10.0, 30.0])
    np.testing.assert_array_equal(
        nu.cevns.total(whole, "Ar40", SM, "nu_mu"),
        nu.cevns.total([10.0, 30.0], "Ar40", SM, "nu_mu"),
    )


def test_text_is_no_energy() -> None:
    with pytest.raises(InputError, match="numbers in MeV"):
        nu.cevns.total("30", "Ar40", SM, "nu_mu")


# -- exceptions

NAMES: Any = ["a"]
TWO: Any = [1.0, 2.0]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: nu.experiment("coherent-csi-2017").profile("rn", NAMES), "read"),
        (lambda: nu.reproduce(3), "keys must be a text"),  # type: ignore[arg-type]
        (lambda: nu.target("Ar40", surface_thickness="0.9 fm"), "number"),  # type: ignore[arg-type]
        (lambda: nu.model(["sm"]), "name must be|a stack"),  # type: ignore[list-item]
        (lambda: nu.cevns.total(30, "Ar40", None, "nu_e"), "Model|model"),  # type: ignore[arg-type]
        (lambda: nu.cevns.total(30, "Ar40", SM, "nu_e", rtol="x"), "rtol must be"),  # type: ignore[arg-type]
        (lambda: nu.cevns.total(10**400, "Ar40", SM, "nu_e"), "neutrino energies"),
        (
            lambda: nu.target("Ar4"),
            "'Ar4' is not a molecule: for an isotope write Ar40",
        ),
        (lambda: nu.target("Ge7"), "Ge70"),
    ],
)
def test_foreign_exceptions_are_told_in_one_line(
    call: Callable[[], object], told: str
) -> None:
    with pytest.raises(NuprobeError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)


def _argon(**how: Any) -> object:
    channel = nu.trident.channel(MUONS)
    current = nu.trident.currents("Ar40", "coherent")[0][1]
    e = np.array([1000.0])
    return nu.trident.current_kernels(e, channel, current, **how)


def _events() -> Any:
    return nu.events.trident(MUONS, "Ar40", 5000.0, regime="coherent")


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (
            lambda: nu.plotting.plot_millicharge("Ar40", 0.0),
            "must be positive, got 0",
        ),
        (
            lambda: nu.plotting.plot_millicharge("Ar40", TWO),
            "neutrino energy",
        ),
        (
            lambda: nu.plotting.plot_electron_differential(SM, 0),
            "must be positive",
        ),
        (
            lambda: nu.plotting.plot_electron_differential(SM, [1.0, -2.0]),
            "must be positive, got -2",
        ),
        (
            lambda: nu.plotting.plot_total("Ar40", SM, [10.0, 20.0], threshold=1.0),
            "no recoil above the threshold",
        ),
        (
            lambda: nu.plotting.plot_averaged_moments(
                "sns", "Ar40", 1e308, recoils=[1e-3, 0.01]
            ),
            "moment of 1e.308 Bohr magnetons",
        ),
        (
            lambda: nu.events.trident(np.array([]), "Ar40", 5000.0),  # type: ignore[arg-type]
            "at least one channel",
        ),
        (
            lambda: nu.events.histogram(_events(), "m_pair", bins=[[1, 2], [3]], n=10),
            "the edges of m_pair",
        ),
        (
            lambda: nu.events.distributions(
                _events(), ["m_pair"], bins={"m_pair": [[1, 2], [3]]}, n=10
            ),
            "the edges of m_pair",
        ),
        (lambda: _argon(each=lambda: 0), "each must be a function of 4 arguments"),
        (lambda: _argon(each=3), "each must be a function of 4 arguments or None"),
        (lambda: nu.trident.terms(10**400), "integer from 0 to 1000"),
        (lambda: nu.trident.terms(-1), "integer from 0 to 1000, got -1"),
        (lambda: nu.trident.terms(True), "integer from 0 to 1000"),
    ],
)
def test_what_cannot_be_meant_is_told_in_one_line(
    call: Callable[[], object], told: str
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_function_of_fewer_arguments_does_not_explain_its_own_mistake() -> None:
    def broken(*_: object) -> None:
        raise TypeError("of its own")

    with pytest.raises(TypeError, match="of its own"):
        _argon(each=broken)


@pytest.mark.parametrize("leptons", [(13, -13), (1, -1), (True, True), (1.0, 1.0)])
def test_leptons_of_a_channel_are_indices(leptons: tuple[Any, Any]) -> None:
    right = nu.trident.channel(MUONS)
    assert nu.trident.Channel(right.incoming, right.outgoing, 1, 1) == right
    with pytest.raises(InputError, match="must be 0, 1 or 2"):
        nu.trident.Channel(right.incoming, right.outgoing, *leptons)


def test_molecules_of_one_element_are_molecules() -> None:
    for name in ("H2", "O2", "N2", "CO2"):
        assert nu.target(name).name == name


def test_a_mistake_inside_is_not_hidden() -> None:
    nothing: dict[str, float] = {}

    @public
    def broken(e_nu: float) -> float:
        return nothing["key"] + e_nu

    with pytest.raises(KeyError):
        broken(1.0)


def test_nan_does_not_leave() -> None:
    @public
    def difference(x: float) -> float:
        return x - x

    with pytest.raises(InputError, match="x must be finite, got inf"):
        difference(np.inf)


def test_reprs_are_short_lines() -> None:
    fit = nu.experiment("coherent-csi-2017").fit(free=["rn"])
    things = [
        SM,
        nu.LMuLTau(mass=10.0, coupling=1e-3),
        nu.experiment("coherent-csi-2017"),
        nu.experiment("ccfr-trident"),
        nu.flux("reactor"),
        nu.target("CsI"),
        fit,
    ]
    for thing in things:
        assert len(repr(thing)) < 100
        assert "\n" not in repr(thing)


def test_a_warning_points_at_the_caller() -> None:
    with pytest.warns(ValidityWarning) as caught:
        nu.electron.total(7e9, SM, "nubar_e")
    assert caught[0].filename == __file__
    assert "W bosons" in str(caught[0].message)


# -- agreement at zero, far-out energies, long arrays


def test_two_orders_that_miss_do_not_agree() -> None:
    def spike(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.where(np.abs(x - 0.123456) < 1e-9, 1.0, 0.0)

    def integral(n: int) -> np.ndarray[Any, Any]:
        x, w = gauss_legendre(n)
        return np.array([spike(x) @ w, 0.0])

    def name(i: int) -> str:
        return f"integral {i}"

    assert converged(integral, 1e-8, name).tolist() == [0.0, 0.0]
    with pytest.raises(ComputationError, match="integral 0 does not converge"):
        converged(integral, 1e-8, name, nonzero=lambda: np.array([1.0, 0.0]))


def test_total_is_flat_far_out_and_refused_beyond() -> None:
    energies = np.array([1e6, 1e9, 3e9, 1e11, 1e12])
    total = nu.cevns.total(energies, "Ar40", SM, "nu_mu")
    # coherent recoils end at the form factor, long before the kinematic limit
    np.testing.assert_allclose(total, total[0], rtol=1e-5)
    with pytest.raises(InputError, match=r"at most 1e\+12 MeV.* got 2e\+12 MeV"):
        nu.cevns.total(2e12, "Ar40", SM, "nu_mu")


def test_long_arrays_are_cut_into_blocks() -> None:
    energies = np.linspace(1.0, 50.0, 2500)
    whole = nu.cevns.total(energies, "Ar40", SM, "nu_mu")
    some = nu.cevns.total(energies[::50], "Ar40", SM, "nu_mu")
    np.testing.assert_allclose(whole[::50], some, rtol=1e-8)
    beam = np.geomspace(300.0, 1e5, 1200)
    whole = nu.trident.total(beam, MUONS, "Ar40")
    np.testing.assert_allclose(
        whole[::100], nu.trident.total(beam[::100], MUONS, "Ar40"), rtol=1e-12
    )
    assert [s.stop for s in blocks(2500, 1024)] == [1024, 2048, 2500]


# -- all of nu.


QUICK = (
    *("nu.cevns.", "nu.electron.", "nu.model", "nu.target", "nu.isotope", "nu.flux"),
    *("nu.oscillation.", "nu.form_factors.", "nu.units.", "nu.catalogue.", "nu.PMNS"),
    *("nu.StandardModel", "nu.Light", "nu.LMuLTau", "nu.NSI", "nu.Electromagnetic"),
    *("nu.ContactOperators", "nu.V", "nu.contour", "nu.process_", "nu.read_wcxf"),
)
NOT_CALLED = ("nu.processes.KernelGroup",)
"""Given by authors of processes, thousands of times: not guarded."""
ASKED_FOR = {
    ("nu.reproduce", "keys", "None"): "all of them, minutes",
    ("nu.scan", "workers", "integer of 400 digits"): "starts processes",
    ("nu.scan", "workers", "true"): "starts processes",
    ("nu.sample", "workers", "true"): "starts processes",
}
"""What takes long because it is asked for."""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def _wrong(names: list[str]) -> list[str]:
    found = []
    every = hostile.public()
    for name in names:
        calls = hostile.calls(every[name])
        assert calls or not hostile.guarded(every[name]), f"{name}: no right call"
        for call in calls[:1]:
            found += [
                f"{name}: {o.parameter} = {o.value}: {o.wrong}"
                for o in hostile.outcomes(every[name], call, hostile.HOSTILE)
                if o.wrong and (name, o.parameter, o.value) not in ASKED_FOR
            ]
    return found


def _names(quick: bool) -> list[str]:
    return [
        name
        for name in hostile.public()
        if name.startswith(QUICK) == quick and name not in NOT_CALLED
    ]


def test_hostile_values_for_the_quick_functions() -> None:
    names = _names(quick=True)
    assert len(names) > 80
    assert _wrong(names) == []


@pytest.mark.nightly
@pytest.mark.parametrize("name", _names(quick=False))
def test_hostile_values_for_all_others(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "Agg")
    assert _wrong([name]) == []


LONG = ("inference.FitResult.goodness_from_toys",)
"""Hundreds of fits for each right value of its arguments."""
REFUSING = ("nuclei.Helm.of",)
"""What is there for a message alone: Helm's radius is always given."""
UNCHECKED = [
    f"experiments.Experiment.templates: check = {value}: NaN"
    for value in ("zero", "None")
]
"""Templates whose quadrature is not to be checked have no error."""


def _wrong_methods(name: str, thing: Any) -> list[str]:
    methods = {
        f"{name}.{method}": called
        for method, called in hostile_methods.methods(thing).items()
    }
    assert methods
    found = []
    for method, (bound, call) in methods.items():
        if method not in REFUSING:
            bound(*call[0], **call[1])
        if method not in LONG:
            found += [
                f"{method}: {o.parameter} = {o.value}: {o.wrong}"
                for o in hostile.outcomes(bound, call, hostile.HOSTILE)
                if o.wrong
            ]
    return [line for line in found if line not in UNCHECKED]


@pytest.mark.nightly
def test_hostile_values_for_the_methods_of_results() -> None:
    results = hostile_methods.results()
    assert [x for n, one in results.items() for x in _wrong_methods(n, one)] == []


@pytest.mark.nightly
@pytest.mark.parametrize("kind", hostile_methods.MADE)
def test_hostile_values_for_the_methods_of_parts(kind: str) -> None:
    parts = hostile_methods.objects(kind)
    assert [x for n, one in parts.items() for x in _wrong_methods(n, one)] == []


@pytest.mark.nightly
def test_every_class_with_guarded_methods_is_walked() -> None:
    every = hostile_methods.results() | hostile_methods.objects()
    walked = {c for one in every.values() for c in type(one).__mro__}
    missing = set(hostile_methods.classes().values()) - walked
    assert {hostile_methods.label(c) for c in missing} == set()


def test_a_quick_method_is_guarded_outside_alone() -> None:
    @quick_methods
    class Shape:
        def at(self, q2: float) -> float:
            return q2 + 0.0

    @public
    def inside(q2: Any) -> float:
        return Shape().at(q2)

    text: Any = "1"
    with pytest.raises(InputError, match="q2 must be a number"):
        Shape().at(text)
    with pytest.raises(InputError, match="q2 must be finite, got nan"):
        Shape().at(np.nan)
    with pytest.raises(TypeError):  # nothing that was given to `inside` explains it
        inside(text)
    with pytest.raises(InputError, match="q2 must be a number"):
        Shape().at(text)  # the guard is back after an error


def _csi() -> Any:
    return nu.experiment("coherent-csi-2017").prediction(free=["rn"])


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: nu.form_factors.Helm(3.4 * fm)(NAMES), r"\|q\|² \(MeV²\)"),
        (lambda: SM.couplings(anti=np.array([1, 2])), "anti must be True or False"),  # type: ignore[arg-type]
        (lambda: SM.electron_couplings("mu"), "unknown flavour 'mu'"),
        (
            lambda: nu.process("cevns").terms(None),  # type: ignore[arg-type]
            "exchanges must be an Exchanges",
        ),
        (
            lambda: nu.flux("sns").of("nu_e")[0].integrate(lambda e: e, refine=0),
            "refine must be a positive integer",
        ),
        (lambda: _csi().expectation(np.array([5.0])), "shape .points, parameters."),
        (lambda: _csi().templates.scale(np.inf), "factor on templates"),
        (
            lambda: nu.oscillation.Spread(nu.oscillation.AtSource(), (1.0,)),  # type: ignore[arg-type]
            "lengths must be a list of Vacuum objects",
        ),
    ],
)
def test_methods_tell_what_cannot_be_meant(
    call: Callable[[], object], told: str
) -> None:
    with pytest.raises(NuprobeError, match=told) as caught:
        call()
    assert "\n" not in str(caught.value)


def test_a_flavour_may_be_its_name() -> None:
    # the text "nu_e" has an `index` too, a method
    g_v, g_a = SM.electron_couplings("nu_e")
    assert (g_v, g_a) == SM.electron_couplings(flavour("nu_e"))
    assert g_a == pytest.approx(0.5)


def test_shapes_that_do_not_fit_are_named() -> None:
    (argon,) = nu.process("cevns").scatterers(nu.target("Ar40"))
    group = argon.groups(exchanges_of(SM.couplings()))[0]
    with pytest.raises(InputError, match=r"e_nu has the shape \(3,\), t has .* \(2,\)"):
        argon.kinematics(group, np.ones(3), np.ones(2))


def test_a_model_without_parameters_of_its_own_has_none_to_move() -> None:
    model = nu.ContactOperators()
    assert model.moved({}) == {}
    with pytest.raises(UnknownNameError, match="parameter of the model contact"):
        model.moved({"size": np.array(1.0)})
