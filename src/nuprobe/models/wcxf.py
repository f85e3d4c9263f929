"""Reading Wilson coefficients of tridents from WCxf files, the exchange format of EFT
codes [Aebischer:2017ugx].

A file (YAML or JSON) has the keys eft, basis, scale (GeV) and values; a value is a
number or {Re: …, Im: …}. The Lagrangian is the sum of C O, plus the hermitian conjugate
of every O that is not hermitian, and the values are the contributions of new physics
*added* to the Standard Model. Two bases are understood, with p, r the neutrinos and s,
t the charged leptons (1, 2, 3 = e, μ, τ; p < r, or p = r and s ≤ t, which leaves out
hermitian conjugates):

    JMS     VnueLX_prst                 (ν̄_p γ^α P_L ν_r)(ℓ̄_s γ_α P_X ℓ_t), GeV⁻²
    flavio  CVLX_<ν_p><ν_r><ℓ_s><ℓ_s>   the same times 4G_F/√2, dimensionless
            CVLX_<ν_r><ν_p><ℓ_t><ℓ_s>   for s ≠ t: other order, and in GeV⁻² without
            4G_F/√2

The flavio basis indeed changes order and normalisation between its sectors `ffnunu` and
`nunumue`, `nunumutau`, `nunutaue`, according to its definition files
(github.com/wcxf/wcxf-bases) and the translation to JMS in the wilson package.
"""

from __future__ import annotations

import itertools
import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nuprobe.border import public
from nuprobe.constants import G_FERMI
from nuprobe.errors import InputError, UnknownNameError, warn
from nuprobe.models.contact import ContactOperators
from nuprobe.models.standard import StandardModel
from nuprobe.models.vertex import LeptonModel, Vertex
from nuprobe.parsing import parse_json, parse_yaml, read_text
from nuprobe.units import GeV

__all__ = ["read_wcxf"]

_FLAVOURS: Final = ("e", "mu", "tau")
# charged leptons of an EFT, and the range of scales (GeV) outside which it certainly
# does not apply: its thresholds, widened by a factor of two. Only QED runs these
# coefficients: 0.4 % from M_Z to 1 GeV (with the wilson package), so nothing depends on
# it
_EFTS: Final = {
    "WET": (3, 2.0, 350.0),
    "LEFT": (3, 2.0, 350.0),
    "WET-4": (3, 0.6, 9.0),
    "WET-3": (2, 0.05, 2.6),
}
_BASES: Final = {
    "JMS": ("WET", "LEFT", "WET-4", "WET-3"),
    "flavio": ("WET", "WET-4", "WET-3"),
}
_REMEDY: Final = (
    "Else match or translate the file first, e.g. with the wcxf command of the wilson"
    " package"
)
# names that can only belong to a trident: neutrinos and charged leptons, no quarks
_LOOKS_LIKE: Final = re.compile(
    r"v_?nue(?!du)|cv\w*_nu(e|mu|tau)nu(?!(e|mu|tau)(uu|dd|ss|cc|bb)$)", re.IGNORECASE
)


@dataclass(frozen=True)
class _Operator:
    """(ν̄_p γ P_L ν_r)(ℓ̄_s γ P_L or P_R ℓ_t): its vertex, and its coefficient's unit
    in MeV⁻²."""

    left: bool
    vertex: Vertex
    unit: float

    @property
    def conjugate(self) -> Vertex:
        """Return the vertex of the hermitian conjugate."""
        v = self.vertex
        return Vertex(v.nu_out, v.nu_in, v.plus, v.minus)


def operators(basis: str, leptons: int) -> tuple[dict[str, _Operator], dict[str, str]]:
    """Operators of a basis by name, and the names of redundant ones with that of their
    conjugate.

    Parameters
    ----------
    basis : ``JMS`` or ``flavio``.
    leptons : number of charged leptons of the EFT.

    Examples
    --------
    >>> operators("JMS", 3)[0]["VnueLR_2222"].vertex
    Vertex(nu_in=1, nu_out=1, minus=1, plus=1)
    """

    def named(chirality: str, p: int, r: int, s: int, t: int) -> tuple[str, float]:
        if basis == "JMS":
            return f"VnueL{chirality}_{p + 1}{r + 1}{s + 1}{t + 1}", 1.0
        if s == t:
            order, unit = (p, r, s, t), 2 * math.sqrt(2) * G_FERMI * GeV**2
        else:
            order, unit = (r, p, t, s), 1.0
        a, b, c, d = (_FLAVOURS[i] for i in order)
        return f"CVL{chirality}_nu{a}nu{b}{c}{d}", unit

    known, redundant = {}, {}
    charged = range(leptons)
    for chirality, p, r, s, t in itertools.product(
        "LR", range(3), range(3), charged, charged
    ):
        name, unit = named(chirality, p, r, s, t)
        if (p, s) <= (r, t):
            known[name] = _Operator(chirality == "L", Vertex(r, p, s, t), unit / GeV**2)
        else:
            redundant[name] = named(chirality, r, p, t, s)[0]
    return known, redundant


def _load(path: Path) -> dict[str, object]:
    what = "a WCxf file is YAML or JSON with the keys eft, basis, scale and values"
    try:
        text = read_text(path)
    except InputError as err:
        raise InputError(f"{err}; {what}") from None
    try:
        # YAML contains JSON, except for tabs between its values
        try:
            data = parse_json(text)
        except InputError:
            data = parse_yaml(text)
    except InputError as err:
        raise InputError(f"{path} cannot be parsed ({err}); {what}") from None
    if not isinstance(data, dict):
        raise InputError(
            f"{path} contains {type(data).__name__}, not keys with values; {what}"
        )
    missing = [
        key for key in ("eft", "basis", "scale", "values") if data.get(key) is None
    ]
    if missing:
        raise InputError(f"{path} lacks {', '.join(missing)}; {what}")
    if not isinstance(data["values"], dict):
        raise InputError(
            f"{path}: values is {_short(data['values'])}, not names with numbers;"
            f" {what}"
        )
    values = {str(name): value for name, value in data["values"].items()}
    return {**data, "values": values}


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _number(value: object) -> float:
    """Return a finite number, NaN if it is not one; strings are accepted because YAML
    reads 1e-6 (without a point) as a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return math.nan
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _coefficient(where: str, value: object, hermitian: bool) -> float:
    parts = value if isinstance(value, dict) else {"Re": value}
    re_, im = _number(parts.get("Re", 0.0)), _number(parts.get("Im", 0.0))
    if not parts or set(parts) - {"Re", "Im"} or math.isnan(re_ + im):
        raise InputError(
            f"{where} must be a finite number or {{Re: number, Im: number}}, got"
            f" {_short(value)}"
        )
    # tolerate imaginary parts from rounding in a translation between bases
    if abs(im) > 1e-12 * abs(re_):
        why = (
            "it belongs to a hermitian operator"
            if hermitian
            else "trident cross sections take real coefficients"
        )
        raise InputError(
            f"{where} has an imaginary part ({_short(im)}), but {why}: give a real"
            " number"
            + ("" if hermitian else " (the modulus, if there is no interference)")
        )
    return re_


def _list(names: list[str]) -> str:
    return ", ".join(names[:6]) + (
        f" and {len(names) - 6} more" if len(names) > 6 else ""
    )


def _warn(path: Path, text: str) -> None:
    warn(f"{path}: {text}")


def _checked_header(path: Path, data: Mapping[str, object]) -> tuple[str, str]:
    """EFT and basis of a file; warns of a scale at which the EFT is not valid."""
    eft, basis = str(data["eft"]), str(data["basis"])
    if eft not in _EFTS:
        raise UnknownNameError(f"EFT in {path}", eft, _EFTS, _REMEDY)
    if basis not in _BASES or eft not in _BASES[basis]:
        raise UnknownNameError(
            f"{eft} basis in {path}",
            basis,
            [b for b in _BASES if eft in _BASES[b]],
            _REMEDY,
        )
    _, low, high = _EFTS[eft]
    scale = _number(data["scale"])
    if not scale > 0:
        raise InputError(
            f"{path}: scale must be a positive number of GeV, got"
            f" {_short(data['scale'])}"
        )
    if not low <= scale <= high:
        _warn(
            path,
            f"{eft} is valid from about {low:g} to {high:g} GeV, but the scale is"
            f" {scale:g} GeV",
        )
    return eft, basis


def _warn_of_doubts(
    path: Path,
    left: Mapping[tuple[int, int, int, int], float],
    none: bool,
    ignored: list[str],
    unused: list[str],
) -> None:
    """Warn of coefficients that have no effect, or that change G_F."""
    if ignored or none:
        which = (
            f"ignored, not of a trident: {_list(ignored)}"
            if ignored
            else "values is empty"
        )
        _warn(
            path,
            which
            + (
                "; no trident coefficient is left, so the base model is unchanged"
                if none
                else ""
            ),
        )
    if unused:
        _warn(
            path,
            f"violate lepton number, unlike any trident channel: {_list(unused)}",
        )
    # (ν̄_e γP_L ν_μ)(μ̄ γP_L e), by Fierz the operator of muon decay in the Standard
    # Model, there with −2√2 G_F
    muon = left.get((1, 0, 1, 0), 0.0) / (2 * math.sqrt(2) * G_FERMI)
    if muon:
        _warn(
            path,
            "(nu_e nu_mu)(mu e) also changes muon decay and the G_F measured there, by"
            f" {-muon:+.2g} relative; the base model is not corrected for it",
        )


@public
def read_wcxf(
    path: str | os.PathLike[str], base: LeptonModel | None = None
) -> ContactOperators:
    """Read the coefficients of (ν̄γP_Lν)(ℓ̄γP_{L,R}ℓ) from a WCxf file.

    EFTs WET and LEFT (five quark flavours), WET-4 and WET-3; bases JMS and (not for
    LEFT) flavio. Conventions in the module's docstring. Sources: names, order and
    normalisation, the definition files at github.com/wcxf/wcxf-bases; the Lagrangian,
    the wilson package; "new physics only", Aebischer:2017ugx (abstract) and flavio's
    `WilsonCoefficients`. All three were compared with flavio's `R_trident` and wilson's
    translation of every coefficient. Running from the file's scale is neglected: QED
    changes the coefficients by less than 0.5 % below M_Z.

    Parameters
    ----------
    path : the file, YAML or JSON.
    base : what the coefficients are added to; None for `StandardModel()`. A file of
        full coefficients, including the Standard Model, needs ``VectorAxial(0, 0)``.

    Returns
    -------
    ContactOperators
        Coefficients in MeV⁻², with the hermitian conjugates.

    Warns
    -----
    ValidityWarning
        Coefficients that do not enter tridents and are ignored, or if none does;
        coefficients that violate lepton flavour, which no trident channel uses;
        VnueLL_1221, which also changes muon decay and thereby the measured G_F; a scale
        outside the EFT's range.

    Raises
    ------
    InputError
        A file that cannot be read or parsed, missing or repeated keys, values that are
        not finite or have an imaginary part, coefficients of the basis' hermitian
        conjugates.
    UnknownNameError
        Another EFT or basis, or names that look like trident coefficients but are not
        in the basis.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "one.yaml"
    ...     head = "{eft: WET, basis: JMS, scale: 5, values: "
    ...     _ = file.write_text(head + "{VnueLL_2222: 1.0e-6}}")
    ...     found = read_wcxf(file)
    >>> found.left
    {(1, 1, 1, 1): 1e-12}
    """
    path = Path(path)
    data = _load(path)
    eft, basis = _checked_header(path, data)
    leptons = _EFTS[eft][0]

    known, redundant = operators(basis, leptons)
    left: dict[tuple[int, int, int, int], float] = {}
    right: dict[tuple[int, int, int, int], float] = {}
    ignored, unused = [], []
    values = data["values"]
    assert isinstance(values, Mapping)
    for name, value in values.items():
        if name in redundant:
            raise InputError(
                f"{path}: {name} is the hermitian conjugate of {redundant[name]}: the"
                f" {basis} basis has only the latter"
            )
        if name not in known:
            if _LOOKS_LIKE.match(name):
                raise UnknownNameError(
                    f"{eft} {basis} coefficient in {path}", name, known
                )
            ignored.append(name)
            continue
        operator = known[name]
        vertices = (operator.vertex, operator.conjugate)
        size = operator.unit * _coefficient(
            f"{path}: {name}", value, vertices[0] == vertices[1]
        )
        for v in vertices:
            (left if operator.left else right)[v.nu_in, v.nu_out, v.minus, v.plus] = (
                size
            )
        if size and not (operator.vertex.neutral or operator.vertex.charged):
            unused.append(name)

    _warn_of_doubts(path, left, not (left or right), ignored, unused)
    return ContactOperators(left, right, StandardModel() if base is None else base)
