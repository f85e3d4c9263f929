"""Low-energy limit of bosons of spin 1: coefficients of four-fermion operators.

Conventions: L = Z′_α [g_ν ν̄γ^αP_Lν + ℓ̄γ^α(g_L P_L + g_R P_R)ℓ] at tree level gives

    C_{L,R} = −g_ν g_{L,R}/M²     of (ν̄γ^αP_Lν)(ℓ̄γ_αP_{L,R}ℓ) in L,

which is VnueLL, VnueLR of the JMS basis; CVLL, CVLR of the flavio basis are the same
over 4G_F/√2. Renormalisation-group running is neglected: QED changes these coefficients
by 0.4 % from M_Z to 1 GeV.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from nuprobe.border import public
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError, shown
from nuprobe.files import atomic_write
from nuprobe.models.base import check_one_point
from nuprobe.models.contact import ContactOperators, Key
from nuprobe.models.vertex import Vertex
from nuprobe.models.wcxf import operators

__all__ = ["matched_operators", "wcxf_values", "write_wcxf"]

_UNIT: Final = 2 * math.sqrt(2) * G_FERMI
_SCALE: Final = 91.1876  # GeV, of the files that are written
_BASES: Final = ("JMS", "flavio")


@public
def matched_operators(model: Any) -> ContactOperators:
    """Contact operators equivalent to the mediators of a model at momenta far below
    their masses, at tree level; contact operators in the stack are added.

    Parameters
    ----------
    model : with couplings to charged leptons and one value of each parameter, such as
        `ChiralVector`.

    Raises
    ------
    InputError
        If nothing in the model couples neutrinos to charged leptons apart from the
        Standard Model's W and Z.

    Examples
    --------
    >>> from nuprobe.models import ChiralVector
    >>> boson = ChiralVector(1e6, 1.0, left=(0, 0.5, 0), right=(0, 0.2, 0))
    >>> found = matched_operators(boson)
    >>> [f"{c[1, 1, 1, 1]:.1e}" for c in (found.left, found.right)]  # MeV⁻²
    ['-5.0e-13', '-2.0e-13']
    """
    if isinstance(model, type) or not hasattr(model, "lepton_couplings"):
        raise InputError(
            "matching needs a model with couplings to charged leptons, such as"
            f" ChiralVector(1e6, 1.0), got {shown(model)}"
        )
    check_one_point(model, "matching", "match one point at a time")
    sizes: tuple[dict[Key, float], dict[Key, float]] = {}, {}
    for nu in range(3):
        for lepton in range(3):
            key = nu, nu, lepton, lepton
            mediators = model.lepton_couplings(Vertex(*key)).mediators
            v, a = (
                math.fsum(float(getattr(m, part)) / m.mass**2 for m in mediators)
                for part in ("strength", "axial")
            )
            for into, sign in zip(sizes, (1, -1), strict=True):
                # V → V − (C_L + C_R)/(2√2 G_F), A → A − (C_L − C_R)/(2√2 G_F)
                if value := -_UNIT * (v + sign * a) / 2:
                    into[key] = value
    _add_contact(model, *sizes)
    if not any(sizes):
        raise InputError(
            f"{getattr(model, 'name', 'the model')} has no boson or operator between"
            " neutrinos and charged leptons, or its coupling is 0: give one that"
            " couples to both, such as chiral-vector or lmu-ltau"
        )
    return ContactOperators(*sizes)


def _add_contact(model: Any, left: dict[Key, float], right: dict[Key, float]) -> None:
    """Add the operators already in a stack."""
    while model is not None:
        one = getattr(model, "operators", model)
        if isinstance(one, ContactOperators):
            for into, given in ((left, one.left), (right, one.right)):
                for key, value in given.items():
                    size = float(value) * float(one.factor)
                    into[key] = into.get(key, 0.0) + size
        model = getattr(model, "base", None)


@public
def wcxf_values(found: ContactOperators, basis: str = "JMS") -> Mapping[str, float]:
    """Coefficients by their names in a basis of WCxf, see `read_wcxf`.

    Parameters
    ----------
    found : operators with one value each.
    basis : ``"JMS"`` (GeV⁻²) or ``"flavio"`` (in units of 4G_F/√2).

    Examples
    --------
    >>> wcxf_values(ContactOperators({(1, 1, 1, 1): 1e-12}))
    {'VnueLL_2222': 1e-06}
    """
    if basis not in _BASES:
        raise InputError(f"the basis must be JMS or flavio, got {shown(basis)}")
    check_one_point(found, "a WCxf file", "write one file a point")
    known, _ = operators(basis, 3)
    values = {}
    for name, one in known.items():
        given = found.left if one.left else found.right
        keys = [
            (v.nu_in, v.nu_out, v.minus, v.plus) for v in (one.vertex, one.conjugate)
        ]
        size = next((given[key] for key in keys if key in given), 0.0)
        if size:
            values[name] = float(size) * float(found.factor) / one.unit
    return values


@public
def write_wcxf(
    path: str | os.PathLike[str], found: ContactOperators, basis: str = "JMS"
) -> None:
    """Write operators to a WCxf file (JSON) of the EFT WET, at the Z mass.

    Parameters
    ----------
    path : of the file; it is replaced if there is one.
    found : operators with one value each; their base model is not written.
    basis : ``"JMS"`` or ``"flavio"``.

    Examples
    --------
    >>> import tempfile
    >>> from nuprobe.models import read_wcxf
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "one.json"
    ...     write_wcxf(file, ContactOperators({(1, 1, 1, 1): 1e-12}))
    ...     read_wcxf(file).left
    {(1, 1, 1, 1): 1e-12}
    """
    data = {
        "eft": "WET",
        "basis": basis,
        "scale": _SCALE,
        "values": dict(wcxf_values(found, basis)),
    }
    atomic_write(Path(path), json.dumps(data, indent=1).encode() + b"\n")
