"""Objects of the package, and right calls of their methods."""

from __future__ import annotations

import functools
import importlib
import inspect
import pkgutil
import types
import warnings
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from tests.hostile import Call

import nuprobe
import nuprobe as nu
from nuprobe import detectors
from nuprobe.experiments import (
    Finding,
    ReactorExperiment,
    SitesExperiment,
    StarExperiment,
    UniverseExperiment,
)
from nuprobe.experiments.baselines.experiment import BaselineExperiment
from nuprobe.experiments.solar import SolarExperiment
from nuprobe.experiments.trident import TridentExperiment
from nuprobe.flavours import FlavourState
from nuprobe.flavours import flavour as as_flavour
from nuprobe.fluxes import FluxMoments, reactor_errors
from nuprobe.inverse_beta import TwoBody
from nuprobe.models import Propagator, ScalarCharges, Vertex
from nuprobe.models.couplings import VectorExchange
from nuprobe.models.leptons import PairCouplings
from nuprobe.models.wcxf_file import WcxfFile
from nuprobe.nuclei import WeakFormFactor, ionisation, photoabsorption
from nuprobe.nuclei.folding import Folding
from nuprobe.nuclei.form_factors.literature import (
    LiteratureDipole,
    LiteratureDipoleC,
    LiteratureExponential,
    LiteratureExponentialC,
    LiteratureFermi,
)
from nuprobe.processes.constants import WithConstants
from nuprobe.processes.elastic.recoil import Recoil
from nuprobe.processes.interface import exchanges_of
from nuprobe.processes.nuclear.breakup import PP, BreakupEnergy, BreakupTransfer
from nuprobe.processes.nuclear.ibd import REACTION
from nuprobe.processes.nuclear.two_body import FirstOrderRange, LeptonEnergy, Transfer
from nuprobe.units import fm, gauss, keV, km

SM = nu.StandardModel()
E = np.array([10.0, 30.0])
CSI = "coherent-csi-2017"


# -- objects


@functools.cache
def results() -> dict[str, Any]:
    """Objects that the package makes, by `label`."""
    cost = nu.experiment(CSI).cost(free=["rn"])
    ccfr = nu.experiment("ccfr-trident")
    masses = {"mass": np.array([10.0, 100.0])}
    generator = nu.events.trident("nu_mu -> nu_mu mu+ mu-", "Ar40", 5000.0)
    shapes = nu.events.distributions(generator, ["m_pair"], n=200)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        chain = nu.sample(cost, ["rn"], steps=20, nuisances="profiled")
    found = [
        *(cost, nu.fit(cost, ["rn"]), chain, nu.limit([ccfr], "lmu-ltau", grid=masses)),
        *(generator, generator.generate(20).events, shapes, shapes["m_pair"]),
        *(shapes.flow, nu.catalogue.catalogue()),
    ]
    return {label(type(one)): one for one in found}


def _shapes() -> list[Any]:
    """Form factors and what is made of them."""
    form = nu.form_factors
    cesium, helm = nu.isotope("Cs133"), form.Helm(4.8 * fm)
    return [
        *(helm, form.Dipole(3.4), form.Exponential(3.4), form.Fermi(4 * fm)),
        *(form.FourierBessel((0.03, 0.06), 8.0), form.KleinNystrand(4 * fm)),
        *(form.NucleonDipole(), form.NucleonElectric(), form.Point()),
        *(kind.of("Ar40") for kind in LITERATURE),
        *(form.WoodsSaxon(4 * fm), ionisation("Xe", "rrpa"), photoabsorption("Xe")),
        form.DensityFormFactor(lambda r: np.exp(-((r / fm) ** 2)), 8 * fm, fm),
        *(WeakFormFactor(cesium, helm, helm), Folding(cesium, helm, helm)),
    ]


def _neutrinos() -> list[Any]:
    """Fluxes, times and oscillation."""
    away = nu.oscillation
    source = nu.flux("sns")
    (component,) = source.of("nu_e")
    return [
        source.times[str(component.time)],
        *(source, component, FluxMoments(component, (0, 1))),
        nu.flux("reactor"),
        *(away.AtSource(), away.Vacuum(53 * km), away.Averaged(), away.Solar("B8")),
        away.Spread((away.Vacuum(52 * km), away.Vacuum(53 * km)), (1.0, 1.0)),
        away.Splittings(),
        away.PMNS(),
        *(away.EarthModel(46.5), *_in_a_field()),
    ]


def _profile() -> str:
    """A file with the profile of a field, in the folder of the test."""
    Path("field.csv").write_text("radius,field\n0,1\n1,0\n", encoding="utf-8")
    return "field.csv"


def _in_a_field() -> list[Any]:
    """A field, matter and neutrinos in both."""
    field = nu.oscillation.MagneticField.uniform(1000 * km, 1e4 * gauss)
    ends, ones = np.array([0.0, 1000 * km]), np.ones(2)
    matter = nu.oscillation.Matter(ends, 1e25 * ones, 5e24 * ones, {"B8": ones})
    return [
        *(field, matter),
        nu.oscillation.SpinFlavour({"ex": 1e-11}, field, matter, production=0.0),
    ]


def _models() -> list[Any]:
    light = nu.LightVector(mass=10.0, coupling=1e-4, charges="b-l")
    scalar = nu.LightScalar(mass=10.0, coupling=1e-4, charges=_scalar_charges())
    couplings = light.couplings()
    return [
        *(SM, light, scalar, nu.NSI(), nu.Electromagnetic(), nu.VMinusA()),
        *(
            nu.ContactOperators(),
            PairCouplings(),
            WcxfFile(_coefficients()),
            nu.VectorAxial(0.5, 0.5),
            nu.models.SterileNeutrino(0.1, 2.0),
            nu.DipolePortal(mass=10.0, coupling=1e-6),
            _scalar_charges(),
            couplings,
        ),
        *(couplings.vector[0], couplings.vector[-1].propagator),
        *(scalar.couplings().scalar[0], SM.lepton_couplings(Vertex(1, 1, 1, 1))),
    ]


def _coefficients() -> str:
    """A WCxf file, in the folder of the test."""
    head = "{eft: WET, basis: JMS, scale: 5, values: "
    Path("one.yaml").write_text(head + "{VnueLL_2222: 1.0e-6}}", encoding="utf-8")
    return "one.yaml"


def _scalar_charges() -> ScalarCharges:
    return ScalarCharges.from_quarks(1.0, 1.0)


def _processes() -> list[Any]:
    coherent = nu.process("cevns")
    (scatterer,) = coherent.scatterers(nu.target("Ar40"))
    covered = exchanges_of(SM.couplings())
    ccfr: Any = nu.experiment("ccfr-trident")
    return [
        *(coherent, nu.process("electron"), scatterer, covered, Recoil(37215.5)),
        *map(nu.process, ("ibd", "deuteron-cc", "deuteron-nc", "carbon-cc")),
        *(nu.process("carbon-nc"), FirstOrderRange(), LeptonEnergy(REACTION)),
        *(Transfer(TwoBody(12109.5, 12113.2, 0.0)), BreakupEnergy(PP)),
        *(BreakupTransfer(), nu.majorana.HeavyNeutrino(1e3, "pi0")),
        *(nu.majorana.MatrixElements(), nu.majorana.TritiumElectrons(1e-7)),
        *(
            scatterer.groups(covered)[0],
            ccfr.averaged("coherent"),
            WithConstants(SM, (coherent,)),
        ),
    ]


def _responses() -> list[Any]:
    t = np.array([1e-3, 1e-2, 1e-1])
    edges = np.array([20.0, 40.0, 80.0])
    return [
        *(detectors.ConstantQuenching(0.1), detectors.LindhardQuenching(0.16, 32)),
        detectors.PolynomialQuenching((0.06, 0.1)),
        detectors.TableQuenching(t, np.array([0.1, 0.12, 0.2])),
        detectors.FunctionQuenching(lambda t: 0.1 * t),
        detectors.named_quenching("ge-fef"),
        *(detectors.FullAcceptance(), detectors.LogisticAcceptance(0.66, 0.5, 10.0)),
        detectors.TableAcceptance(edges, np.array([0.0, 0.5, 0.6])),
        detectors.ThresholdAcceptance(10.0, detectors.FullAcceptance()),
        detectors.Response(edges, 1 / keV, detectors.ConstantQuenching(0.1)),
        detectors.TableResponse(edges, t, np.full((2, 3), 0.3)),
        detectors.Cells.around([25.0, 50.0], edges),
    ]


def _predictions() -> list[Any]:
    csi: Any
    xenon: Any
    csi, dune = nu.experiment(CSI), nu.experiment("dune-nd-trident")
    ccfr: Any = nu.experiment("ccfr-trident")
    gallium: Any = nu.experiment("best")
    evolution: Any = nu.experiment("daya-bay-evolution")
    sun: Any = nu.experiment("gallium-2009")
    xenon = nu.experiment("xenonnt-8b").prediction(analysis="rate")
    templates = csi.templates(SM, ["rn"])
    plain = nu.experiment("coherent-lar-2020")
    pair = dict(plain.raw) | {
        "schema_version": 2,
        "sites": [{"name": "near"}, {"name": "far", "flux": {"distance": "30 m"}}],
    }
    sites = SitesExperiment.read(plain.folder, pair)
    return [
        *(
            csi,
            csi.prediction(free=["sin2_theta_w"]),
            dune,
            ccfr.prediction("lmu-ltau"),
            ccfr.coefficients(PairCouplings(), ["c_v"]),
        ),
        *(
            gallium,
            gallium.prediction(free=["sin2_2theta_14"]),
        ),
        *(sun, sun.prediction(free=["tan2_12"])),
        *(
            evolution,
            evolution.prediction(free=["norm"]),
            reactor_errors([3.0, 5.0]),
        ),
        *(xenon.morphs[0], templates, templates.axes[0]),
        *(sites, sites.prediction()),
    ]


def _abundances() -> list[Any]:
    """Expansion, abundances over two moments, a table for Boltzmann codes."""
    bbn = nu.cosmology.nucleosynthesis
    past = nu.cosmology.decoupling()
    measured = nu.experiment("primordial-abundances")
    majorana = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    return [
        bbn.Expansion(past.t_gamma, past.t_nu[:, 0], past.a, past.hubble),
        bbn.moment_plane("magnetic_moment.emu", "magnetic_moment.etau", nodes=2),
        bbn.boltzmann_table(omega_b=[0.02, 0.03], n_eff=[3.0, 4.0]),
        nu.cosmology.decay.decay_plane(
            [3.0],
            lifetimes=[1e5],
            abundance=1e-7,
            measured={"d_h": (2.547e-5, 2.9e-7)},
        ),
        measured,
        measured.prediction(majorana, ["magnetic_moment.emu"]),
    ]


def _fits() -> list[Any]:
    """What else the inference makes: scans, profiles, thresholds."""
    cost = nu.experiment("coherent-lar-2020").cost(
        free=["cevns_scale"], analysis="published"
    )
    scales = [1.0, 1.5, 2.0, 2.5]
    return [
        nu.profile(cost, "cevns_scale", scales),
        nu.contour(
            nu.experiment(CSI).cost(free=["rn", "sin2_theta_w"]),
            ("rn", "sin2_theta_w"),
            {"rn": [4.5, 5.0, 5.5], "sin2_theta_w": [0.2, 0.24, 0.28]},
        ),
        nu.scan(cost, {"cevns_scale": scales}),
        nu.inference.cls(cost, "cevns_scale", scales),
        nu.scan(
            cost, {"cevns_scale": scales}, intervals="feldman-cousins", toys=20
        ).toys,
        nu.inference.sensitivity(cost, "cevns_scale"),
        Finding("warning", "experiment.toml", 3, "target.mass", "12 t is a lot"),
        nu.inference.feldman_cousins(cost, "cevns_scale", scales, toys=20),
        nu.inference.exclusion_plane(
            nu.experiment("best").cost(free=["sin2_2theta_14", "dm2_41"]),
            {"sin2_2theta_14": [0.1, 0.3, 0.9], "dm2_41": [1.0, 4.0]},
            toys=20,
        ),
        nu.inference.exclusion_at(
            nu.experiment("best").cost(free=["sin2_2theta_14", "dm2_41"]),
            {"sin2_2theta_14": 0.4, "dm2_41": 2.0},
            {"sin2_2theta_14": [0.1, 0.3, 0.9], "dm2_41": [1.0, 4.0]},
            toys=20,
        ),
        nu.experiment(CSI).predict(),
        nu.exports.submission(nu.limit(["ccfr-trident"], mass=[10.0])),
    ]


def _universe() -> list[Any]:
    """The history of the temperatures and a potential in the plasma."""
    dirac = nu.Electromagnetic(magnetic_moment={"ee": 1e-11}, kind="dirac")
    return [
        nu.cosmology.decoupling(),
        nu.cosmology.right_handed(dirac, 1e5),
        nu.cosmology.screened_potential(1.0),
    ]


def _stars() -> list[Any]:
    """The tip of a red-giant branch, alone and as an experiment."""
    measured = nu.experiment("m5-tip")
    majorana = nu.Electromagnetic(magnetic_moment={"emu": 0.0}, kind="majorana")
    moment = "magnetic_moment.emu"
    return [nu.stars.M5, measured, measured.prediction(majorana, [moment])]


def _sets() -> list[Any]:
    """A set of experiments, and limits of a quick one."""
    pair = ["texono-csi", "lsnd-electron"]
    limits = nu.global_limits(pair, free=["sin2_theta_w"])
    return [nu.sets.experiment_set(pair), limits]


LITERATURE: Final = (
    *(LiteratureDipole, LiteratureDipoleC, LiteratureExponential),
    *(LiteratureExponentialC, LiteratureFermi),
)

MADE: Final = {
    **{"shapes": _shapes, "neutrinos": _neutrinos, "models": _models},
    **{"processes": _processes, "responses": _responses},
    **{"predictions": _predictions, "fits": _fits, "universe": _universe},
    "stars": _stars,
    "sets": _sets,
    "abundances": _abundances,
}
"""What makes objects of each class with guarded methods."""


@functools.cache
def objects(*kinds: str) -> dict[str, Any]:
    """The objects of some kinds (all if none is named), by `label`."""
    return {label(type(one)): one for kind in kinds or MADE for one in MADE[kind]()}


def label(cls: type) -> str:
    """Room and name of a class; two rooms have one `Averaged` each."""
    return f"{cls.__module__.split('.')[1]}.{cls.__name__}"


def classes() -> dict[str, type]:
    """All classes of the package with a guarded method of their own, by `label`."""
    found = {}
    for module in pkgutil.walk_packages(nuprobe.__path__, "nuprobe."):
        if module.name.startswith(("nuprobe.cli", "nuprobe.__main__")):
            continue
        for cls in vars(importlib.import_module(module.name)).values():
            if (
                inspect.isclass(cls)
                and cls.__module__ == module.name
                and any(_is_guarded(cls, key) for key in vars(cls))
            ):
                found[label(cls)] = cls
    return found


def _is_guarded(cls: type, name: str) -> bool:
    """Whether it is a public method, guarded, and takes arguments."""
    if name.startswith("_") and name not in ("__getitem__", "__call__"):
        return False
    value = inspect.getattr_static(cls, name, None)
    inner = value.__func__ if isinstance(value, classmethod) else value
    return (
        isinstance(inner, types.FunctionType)
        and hasattr(inner, "__wrapped__")
        and len(inspect.signature(inner).parameters) > 1
    )


# -- calls


def methods(thing: Any) -> dict[str, tuple[Any, Call]]:
    """Guarded methods of an object with arguments, by name, each with a right call."""
    found = {}
    for name in dir(type(thing)):
        if _is_guarded(type(thing), name) and not _always_refused(thing, name):
            method = getattr(thing, name)
            wanted = list(inspect.signature(method).parameters.values())
            found[name] = (method, _right(thing, name, wanted))
    return found


def _always_refused(thing: Any, method: str) -> bool:
    """Whether there is no right call: ratios, rates and abundances have no bins."""
    kinds = (
        TridentExperiment,
        BaselineExperiment,
        ReactorExperiment,
        SolarExperiment,
        UniverseExperiment,
        StarExperiment,
    )
    return isinstance(thing, kinds) and method == "rebinned"


def _right(thing: Any, method: str, parameters: list[inspect.Parameter]) -> Call:
    """Right arguments for what has no default, and what `_ARGUMENTS` has."""
    own = next(
        (
            _ARGUMENTS[key]
            for cls in type(thing).__mro__
            if (key := f"{cls.__name__}.{method}") in _ARGUMENTS
        ),
        {},
    )
    known = {**_SHARED, **own}

    def right(name: str) -> Any:
        value = known[name]
        return value() if callable(value) else value

    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    wanted = [
        p
        for p in parameters
        if (p.default is p.empty or p.name in own) and p.kind not in variable
    ]
    return (
        tuple(right(p.name) for p in wanted if p.kind is p.POSITIONAL_ONLY),
        {p.name: right(p.name) for p in wanted if p.kind is not p.POSITIONAL_ONLY},
    )


def _a_function(function: Callable[..., Any]) -> Callable[[], Callable[..., Any]]:
    return lambda: function


def _part(kind: str, name: str) -> Callable[[], Any]:
    return lambda: objects(kind)[name]


def _from(kind: str, name: str, made: Callable[[Any], Any]) -> Callable[[], Any]:
    """What is made of an object when it is asked for."""
    return lambda: made((objects(kind) if kind else results())[name])


_COST = ("", "inference.GaussianCost")
_TEMPLATES = ("predictions", "prediction.Templates")
_COUNTS = ("predictions", "experiments.CountsPrediction")
_RATIO = ("predictions", "experiments.RatioPrediction")

_SHARED: dict[str, Any] = {
    **{"point": np.array([5.0]), "points": np.array([[5.0]]), "name": "rn"},
    "best": _from(*_COST, lambda cost: cost.profiled([[5.0]])),
    "nuisances": _from(*_COST, lambda cost: cost.profiled([[5.0]]).nuisances[0]),
    **{"rng": lambda: np.random.default_rng(1), "start": None},
    **{"grid": np.array([4.0, 4.5, 5.0]), "n": 5},
    **{"path": Path("made.h5"), "root": Path("made"), "index": 0},
    **{"trials": 100, "events": lambda: results()["events.Events"], "which": slice(3)},
    **{"file": "x.yaml", "message": "wrong", "label": "ccfr-trident"},
    # of the lower floors
    **{"q2": np.array([0.0, 100.0]), "r": np.array([0.0, 3.0]), "rms": 5 * fm},
    **{"nucleus": "Ar40", "of": "Ar40", "cutoff": 8 * fm, "scale": fm, "size": 3},
    **dict.fromkeys(("rho_p", "rho_n"), _a_function(lambda r: np.exp(-r / fm))),
    **{"e_nu": E, "e_min": E, "t": np.array([1e-3, 1e-2]), "q": 10.0, "t_max": 0.1},
    **{"t_nr": np.array([1e-3, 1e-2]), "x": np.array([10.0, 30.0]), "factor": 2.0},
    **{"flavour": as_flavour("nu_mu"), "energies": [10.0, 30.0], "values": {}},
    **{"function": _a_function(lambda e: e), "edges": np.array([0.0, 1.0, 2.0])},
    **{"anti": False, "below": lambda: SM.couplings(), "vertex": Vertex(1, 1, 1, 1)},
    **{"couplings": lambda: SM.couplings(), "slope": lambda: SM.couplings()},
    **{"state": FlavourState.pure(as_flavour("nu_mu")), "target": nu.target("Ar40")},
    "exchanges": lambda: exchanges_of(SM.couplings()),
    **{"other": Propagator(), "propagator": Propagator(), "lepton": 0},
    "exchange": VectorExchange(Propagator(), {"p": np.eye(3)}),
    **{"wanted": [(Propagator(), "p")], "model": SM},
    "group": _part("processes", "processes.KernelGroup"),
    **{"u": 1.0, "d": 1.0, "parameter": "rn", "names": ["sin2_theta_w"]},
    **{"regime": "coherent", "changes": {}, "column": "coincidence", "mass": E},
    **{"value": 1.5, "cl": 0.9},
}
_LEPTONS: dict[str, Any] = {"below": lambda: SM.lepton_couplings(Vertex(1, 1, 1, 1))}
_ON_AXIS: dict[str, Any] = {
    **{"values": np.array([5.0]), "coordinate": np.array([5.0]), "derivative": False},
}
_ONE_POINT: dict[str, Any] = {
    "coefficients": _from(*_TEMPLATES, lambda templates: templates.coefficients(SM)),
    "axis_values": np.array([[5.0]]),
}
_MASS_AND_COUPLING: dict[str, Any] = {"points": np.array([[10.0, 1e-3]])}
_MEDIATED: dict[str, Any] = {
    "mediated": _from(*_RATIO, lambda ratio: ratio.mediated(E)),
    "coupling": np.array([1e-3, 1e-3]),
}
_MIXINGS: dict[str, Any] = {"parameter": "sin2_2theta_14", "grid": [0.1, 0.2, 0.3]}
_COUPLINGS: dict[str, Any] = {"parameter": "coupling", "grid": [0.0, 1e-3, 2e-3]}
_ONE_MIXING: dict[str, Any] = {"points": np.array([[0.1]])}
_NO_PARAMETER: dict[str, Any] = {"points": np.zeros((1, 0))}
_ARGUMENTS: dict[str, dict[str, Any]] = {
    "Tip.magnitude": {"moment": 1e-12},
    **{
        f"GlobalResult.{name}": {"parameter": "sin2_theta_w"}
        for name in ("of", "table")
    },
    "Cells.around": {"events": [25.0], "edges": np.array([20.0, 40.0, 80.0])},
    "Cells.divided": {"contents": np.ones(2), "density": np.ones(2)},
    "Cells.repeated": {"contents": np.ones(2)},
    "Cells.between": {"edges": np.array([20.0, 80.0])},
    "Photoabsorption.__call__": {"energy": 1e-3},
    "Submission.write": {"path": Path("made"), "overwrite": True},
    "Distribution.index": {"model": None},
    "Distribution.ratio": {
        "model": _from("", "events.Distribution", lambda shape: shape.models[0])
    },
    "CutFlow.to_dict": {"model": 0},
    "Distributions.__getitem__": {"name": "m_pair"},
    "Catalogue.__getitem__": {
        "name": _from("", "catalogue.Catalogue", lambda entries: next(iter(entries)))
    },
    "FluxComponent.integrate": {"e_min": 0.0},
    **{
        f"ReactorFlux.{name}": {"flavour": "nubar_e"}
        for name in ("of", "spectrum", "lines", "total", "average")
    },
    "SpinFlavour.hamiltonian": {"radius": 10 * km, "e_nu": 5.0},
    "Expansion.with_radiation": {"delta_n": 1.0},
    **{
        f"MomentPlane.{name}": {"observable": "y_p", **more}
        for name, more in (
            ("at", {"x": 1e-10, "y": 2e-10}),
            ("error", {}),
            ("levels", {}),
            ("grid", {"points": 5}),
            ("contours", {"levels": [0.247]}),
        )
    },
    **{
        f"AbundancePrediction.{name}": {"points": np.array([[1e-9]])}
        for name in ("values", "expectation", "jacobian")
    },
    **{
        f"TipPrediction.{name}": {"points": np.array([[1e-12]])}
        for name in ("moments", "expectation", "jacobian")
    },
    "StarExperiment.fit": {"free": ["magnetic_moment.emu"], "model": None},
    "StarExperiment.profile": {
        **{"parameter": "magnetic_moment.emu", "grid": [0.0, 1e-12, 2e-12]},
        "model": None,
    },
    **{
        f"StarExperiment.{name}": {"model": None}
        for name in ("parameters", "predict", "prediction", "cost", "depends_on")
    },
    "UniverseExperiment.fit": {"free": ["magnetic_moment.emu"], "model": None},
    "UniverseExperiment.profile": {
        **{"parameter": "magnetic_moment.emu", "grid": [0.0, 1e-9, 2e-9]},
        "model": None,
    },
    **{
        f"UniverseExperiment.{name}": {"model": None}
        for name in ("parameters", "predict", "prediction", "cost", "depends_on")
    },
    "BoltzmannTable.text": {"code": "class"},
    "SpinFlavour.times": {"factor": 2.0},
    "Matter.potentials": {"radius": 10 * km},
    "Matter.made": {"kind": "B8", "radius": 10 * km},
    "Matter.uniform": {"length": 10 * km, "electrons": 1e25, "neutrons": 1e24},
    "Matter.from_csv": {
        "path": str(files("nuprobe.oscillation") / "data" / "sun_b16_gs98.csv")
    },
    "MagneticField.at": {"radius": 10 * km},
    "MagneticField.named": {"name": "core", "peak": 1e4 * gauss},
    "MagneticField.uniform": {"length": 10 * km, "strength": 1e4 * gauss},
    "MagneticField.from_csv": {"path": lambda: _profile()},
    "MagneticField.times": {"factor": 2.0},
    "EarthModel.regeneration": {"e_nu": 10.0, "sin2_12": 0.3, "dm2_21": 7.5e-5},
    "EarthModel.interpolated": {
        "e_nu": np.array([10.0]),
        "sin2_12": np.array([0.3]),
        "dm2_21": np.array([7.5e-5]),
        "sin2_13": np.array([0.02]),
    },
    "Solar.states": {"flavour": as_flavour("nu_e")},
    **{f"{name}.added_leptons": _LEPTONS for name in ("Stacked", "LightVector")},
    "Electromagnetic.seen": {"name": "charge"},
    "TridentExperiment.coefficients": {"model": PairCouplings, "free": ["c_v"]},
    "CouplingPrediction.moves_with": {"parameter": "c_v"},
    "Exchanges.slot": {"name": "p"},
    "HeavyNeutrino.by_angle": {"cos": 0.5},
    "History.temperature": {"flavour": "nu_e", "criterion": "energy"},
    "RightHanded.freeze_out": {"flavour": "nu_e"},
    **{f"ScreenedPotential.{name}": {"r": 10.0} for name in ("linear", "__call__")},
    "HeavyNeutrino.by_energy": {"energy": 700.0, "gamma": 2.0},
    "HeavyNeutrino.energy_range": {"gamma": 2.0},
    "MatrixElements.half_life": {"isotope": "Ge76", "m_bb": 1e-7},
    "MatrixElements.mass": {"isotope": "Ge76", "years": 1e26},
    "TritiumElectrons.capture_spectrum": {"energy": 1e-7, "resolution": 1e-8},
    "TritiumElectrons.decay_spectrum": {"energy": -1e-6, "resolution": 1e-7},
    "TritiumElectrons.counts": {"resolution": 1e-7},
    **{
        f"{name}.scatterers": {"target": None}
        for name in (
            *("InverseBeta", "DeuteronCharged", "DeuteronNeutral"),
            *("CarbonCharged", "CarbonNeutral"),
        )
    },
    "LeptonCouplings.shifted": {"vector": 0.1, "axial": 0.1},
    "TableResponse.scaled": {"factor": 1.0},
    "Axis.touches": {"process": "cevns", "scatterer": "Ar40"},
    **{f"Axis.{name}": _ON_AXIS for name in ("coordinate", "value", "hat", "check")},
    "Templates.added": {"energy": np.array([0, 2]), "time": None},
    "Templates.weights": {
        **{"index": 0, "axis_values": np.array([[5.0]]), "derivative": None}
    },
    "Templates.select": {"energy_bins": slice(1), "time_bins": slice(1)},
    "Templates.spread": {
        "fraction": _from(*_TEMPLATES, lambda t: np.full((t.shape[0], 2), 0.5))
    },
    **{f"Templates.{x}": _ONE_POINT for x in ("counts", "by_component", "by_isotope")},
    "Templates.counts_each": _ONE_POINT
    | {"coefficients": _from(*_TEMPLATES, lambda t: [t.coefficients(SM)])},
    "Templates.weighted": {
        **{"axis": 0, "axis_values": np.array([[5.0]])},
        "table": _from(*_TEMPLATES, lambda t: np.ones((t.axes[0].nodes, 2))),
    },
    "CountsPrediction.signal_change": {
        "effect": _from(*_COUNTS, lambda prediction: prediction.effects[0])
    },
    "CountsPrediction.total_jacobian": {
        "nuisances": _from(*_COUNTS, lambda p: np.zeros((1, len(p.nuisances))))
    },
    "MorphedBackground.counts": {"t": np.zeros((1, 2))},
    **{f"RatioPrediction.{x}": _MASS_AND_COUPLING for x in ("expectation", "jacobian")},
    **{f"RatioPrediction.{x}": _MEDIATED for x in ("ratio", "coupling_slope")},
    **{f"SitePrediction.{x}": _NO_PARAMETER for x in ("expectation", "jacobian")},
    "Experiment.fit": {"free": ["sin2_theta_w"]},
    "SitesExperiment.fit": {"free": ["cevns_scale"]},
    "SitesExperiment.profile": {"parameter": "rn_ar", "grid": [3.0, 3.4, 3.8]},
    "BaselineExperiment.fit": {"free": ["sin2_2theta_14"]},
    "BaselineExperiment.profile": _MIXINGS,
    "BaselineExperiment.with_changes": {"changes": {"title": "other"}},
    **{f"BaselinePrediction.{x}": _ONE_MIXING for x in ("expectation", "jacobian")},
    "SpectrumErrors.folded": {"weight": np.ones((4, 2))},
    "ReactorExperiment.fit": {"free": ["norm"]},
    "ReactorExperiment.profile": {"parameter": "norm", "grid": [0.9, 0.95, 1.0]},
    "ReactorExperiment.with_changes": {"changes": {"title": "other"}},
    "SolarExperiment.fit": {"free": ["tan2_12"]},
    "SolarExperiment.profile": {"parameter": "tan2_12", "grid": [0.4, 0.45, 0.5]},
    "SolarExperiment.with_changes": {"changes": {"title": "other"}},
    **{
        f"ExclusionPlane.{m}": {"method": "wilks"}
        for m in (
            *("exclusion", "exclusion_error", "excluded"),
            *("limits", "limit_errors", "contours"),
        )
    },
    "PointExclusion.sigma": {"method": "fc"},
    "ExclusionPlane.cls": {"method": "cls"},
    "ExclusionPlane.threshold": {"cl": 0.9},
    "TridentExperiment.fit": {"free": ["coupling"], "model": "lmu-ltau"},
    "TridentExperiment.profile": _COUPLINGS,
    "SampleResult.from_h5": {
        "path": _from("", "inference.SampleResult", lambda chain: chain.to_h5("b.h5"))
    },
    "ScanResult.load": {
        "path": _from("fits", "inference.ScanResult", lambda scan: scan.save("a.h5"))
    },
}
"""Right arguments of methods by their names, and where one name has several meanings or
what has a default is needed; functions make theirs when they are asked for."""
