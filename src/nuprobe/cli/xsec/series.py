"""The series of a total coherent cross section in the energy, compared with the exact
one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.cli.xsec.common import ratio
from nuprobe.errors import InputError
from nuprobe.tables import Rows, Table

if TYPE_CHECKING:
    from nuprobe.models import Model
    from nuprobe.nuclei import Target, WeakFormFactor
    from nuprobe.numerics import FloatArray


def weak_form_factor(target: Target, model: Model) -> WeakFormFactor:
    """Return the weak form factor of one nucleus with Standard Model couplings at tree
    level; `InputError` for other couplings.

    Parameters
    ----------
    target, model : as built.
    """
    from nuprobe.models import StandardModel
    from nuprobe.nuclei import WeakFormFactor

    if not (isinstance(model, StandardModel) and model.scheme == "tree"):
        raise InputError(
            "--series is available for the Standard Model at tree level: drop"
            " --model and --param"
        )
    if not target.is_single:
        raise InputError(f"--series takes one isotope, such as Ar40, not {target.name}")
    (part,) = target.components
    if any(part.shapes.physical):
        raise InputError(
            "--series requires a form factor of point nucleons: choose another"
            " --form-factor, e.g. helm"
        )
    return WeakFormFactor(
        part.isotope, part.ff_p, part.ff_n, float(model.low_sin2), part.nucleon.name
    )


def series_table(
    target: Target, model: Model, energies: FloatArray, flavour: str, what: str
) -> Table:
    """Return the exact cross section, its series and their ratio.

    Parameters
    ----------
    target, model : as built.
    energies : MeV.
    flavour : of the neutrino.
    what : normalisation and model of the cross sections.
    """
    import warnings

    from nuprobe.nuclei import sigma_series
    from nuprobe.processes import cevns
    from nuprobe.units import fm

    weak = weak_form_factor(target, model)
    nucleus = weak.isotope
    exact = cevns.total(energies, target, model, flavour)
    columns: dict[str, FloatArray] = {"E [MeV]": energies, "exact [cm2]": exact}
    with warnings.catch_warnings():
        # the ratio shows where the series fails
        warnings.simplefilter("ignore")
        for title, eta2, eta4 in (
            ("E2 [cm2]", 0.0, 0.0),
            ("to E4 [cm2]", weak.eta2, -(weak.eta2**2) / 2),
            ("to E6 [cm2]", weak.eta2, weak.eta4),
        ):
            columns[title] = sigma_series(
                energies, nucleus, eta2, eta4, sin2_theta_w=weak.sin2_theta_w
            )
    columns["series/exact"] = ratio(columns["to E6 [cm2]"], exact)
    formats = {name: ".6e" for name in columns if name.endswith("[cm2]")}
    return Table(
        f"CEvNS of {flavour} on {target.name}: series in E, {what}",
        tuple(columns),
        Rows(*columns.values()),
        {**formats, "series/exact": ".5f"},
        (
            f"F_W = 1 + eta2 Q2 + eta4 Q4: eta2 = {weak.eta2 / fm**2:.6g} fm2"
            f" ({weak.eta2:.6e} MeV-2), eta4 = {weak.eta4 / fm**4:.6g} fm4"
            f" ({weak.eta4:.6e} MeV-4), weak rms radius {weak.rms / fm:.4f} fm",
            "to first order in E/M; columns: leading term, with eta2, with eta2 and"
            " eta4 (A. B. Balantekin's talk, ACFI workshop 2019)",
        ),
    )
