"""Masses and lifetimes of a sterile neutrino excluded by measured abundances."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from nuprobe.border import public, public_methods
from nuprobe.cosmology.decay.disintegration import CAUTION, DISINTEGRATIONS, SECTIONS
from nuprobe.cosmology.decay.evolution import LIFETIMES, lifetime_of, sterile_decay
from nuprobe.cosmology.nucleosynthesis import (
    OBSERVABLES,
    Nucleosynthesis,
    abundances,
    uncertainties,
)
from nuprobe.drawing import Exported, draws
from nuprobe.errors import InputError, UnknownNameError, shown
from nuprobe.files import atomic_write
from nuprobe.numerics import FloatArray, number, numbers
from nuprobe.provenance import Provenance
from nuprobe.reprs import readable

__all__ = ["THRESHOLD", "DecayPlane", "PlaneRun", "decay_plane", "with_thresholds"]

MEASURABLE: Final = ("y_p", "d_h", "he3_d", "li7_h")
_LIGHT: Final = ("d", "be7", "li7")
"""Nuclei whose loss is observable as soon as it is possible."""
THRESHOLD: Final = 5.991
"""Of χ² − χ²(no decay): 95 % for two parameters."""

Measured = Mapping[str, tuple[float, float]]


@readable
@dataclass(frozen=True)
class PlaneRun:
    """How a slow plane (minutes) is computed.

    Attributes
    ----------
    checkpoint : JSON file that is written after each mass, or None.
    resume : continue from that file.
    advance : called after each mass with the number of its points, for a progress bar.
    """

    checkpoint: Path | str | None = None
    resume: bool = False
    advance: Callable[[int], None] | None = None


@public_methods
@dataclass(frozen=True, eq=False)
class DecayPlane(Exported):
    """Abundances as a function of mass and lifetime of N, or mass and moment.

    Attributes
    ----------
    masses : in MeV, (masses,).
    lifetimes : in s, (masses, columns); by moment they differ from mass to mass.
    columns : lifetimes in s or moments in Bohr magnetons, (columns,).
    by : ``"lifetime"`` or ``"moment"``.
    values : y_p, d_h, he3_d, li7_h and n_eff by name, (masses, columns); infinite where
        no prediction is possible because the heat or the lifetime is out of range.
    standard : the same without decays, by name.
    measured : mean and error by name.
    theory : error of the prediction by name.
    abundance : n_N/n_γ at 10 MeV.
    assumptions : what was assumed, by name.
    """

    masses: FloatArray
    lifetimes: FloatArray
    columns: FloatArray
    by: str
    values: Mapping[str, FloatArray]
    standard: Mapping[str, float]
    measured: Measured
    theory: Mapping[str, float]
    abundance: float
    assumptions: Mapping[str, Any]

    plot = draws("plot_decay_plane")

    def rise(self, name: str | None = None) -> FloatArray:
        """χ² minus that without decays, (masses, columns), without NaN: zero where
        nothing could be computed (see `computed`).

        Parameters
        ----------
        name : of one measurement; all together by default.
        """
        if name is not None and name not in self.measured:
            raise UnknownNameError("measurement", name, tuple(self.measured))
        chosen = self.measured if name is None else {name: self.measured[name]}
        total = np.zeros(self.lifetimes.shape)
        for key, (mean, error) in chosen.items():
            square = error**2 + self.theory[key] ** 2
            values = np.where(self.computed, self.values[key], self.standard[key])
            values = np.minimum(values, 1e6)
            total += (values - mean) ** 2 / square
            total -= (self.standard[key] - mean) ** 2 / square
        return total

    @property
    def computed(self) -> np.ndarray:
        """Whether a prediction was possible, (masses, columns)."""
        return np.isfinite(self.values["y_p"])

    @property
    def excluded(self) -> np.ndarray:
        """Whether χ² is worse than without decays by more than 5.99 (95 %, two
        parameters), (masses, columns)."""
        return self.rise() > THRESHOLD

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready form; null where nothing could be computed."""
        seen = self.computed
        return {
            "masses [MeV]": self.masses.tolist(),
            f"{self.by}s": self.columns.tolist(),
            "lifetimes [s]": self.lifetimes.tolist(),
            "abundance": self.abundance,
            **{
                name: [
                    [float(v) if ok and np.isfinite(v) else None for v, ok in row]
                    for row in (zip(*pair, strict=True) for pair in both)
                ]
                for name, both in (
                    (n, list(zip(v, seen, strict=True))) for n, v in self.values.items()
                )
            },
            "chi2 rise": self.rise().tolist(),
            "excluded": self.excluded.tolist(),
            "without decay": dict(self.standard),
            "measured": {k: list(v) for k, v in self.measured.items()},
            "theory errors": dict(self.theory),
            "caution": CAUTION,
            "assumptions": dict(self.assumptions),
        }


@public
def with_thresholds(masses: ArrayLike) -> FloatArray:
    """Masses with two additional ones around each threshold, 0.1 % below and above, so
    that nothing is interpolated across the onset of a disintegration.

    Parameters
    ----------
    masses : in MeV, (n,).

    Returns
    -------
    increasing, each once.

    Raises
    ------
    InputError
        If there are no masses, or one is not positive.

    Examples
    --------
    >>> with_thresholds([4.0, 4.9]).round(3).tolist()  # of deuterium, 4.449 MeV
    [4.0, 4.445, 4.454, 4.9]
    """
    m = np.unique(np.atleast_1d(numbers("masses", masses)))
    if not m.size or m[0] <= 0 or m[-1] == np.inf:
        raise InputError(
            f"masses must be one or more positive values in MeV, got {shown(masses)}"
        )
    photons = {one.threshold for one in DISINTEGRATIONS if one.nucleus in _LIGHT}
    more = [2 * e * side for e in photons for side in (0.999, 1.001)]
    inside = [x for x in more if m[0] < x < m[-1]]
    return np.unique([*m, *inside])


@public
def decay_plane(
    masses: ArrayLike,
    *,
    abundance: float,
    measured: Measured,
    lifetimes: ArrayLike | None = None,
    moments: ArrayLike | None = None,
    nature: str = "dirac",
    options: Nucleosynthesis | None = None,
    run: PlaneRun | None = None,
) -> DecayPlane:
    """Abundances over mass and lifetime (or moment) of a sterile neutrino, compared
    with measured ones.

    Points are excluded relative to the case without decays, whose prediction itself
    lies some standard deviations from measured deuterium. Heat alone lowers D/H, by 0.7
    % at 4 MeV, 1e5 s and an abundance of 1e-4. The cross sections of nuclei are
    `unverified`: see `disintegration_cross_section`.

    Parameters
    ----------
    masses : in MeV, (masses,).
    abundance : n_N/n_γ at 10 MeV, the same everywhere.
    measured : mean and error by name, of ``"y_p"``, ``"d_h"``, ``"he3_d"``,
        ``"li7_h"``.
    lifetimes : in s, (columns,), 1e4 to 1e11; or `moments`.
    moments : in Bohr magnetons, (columns,), for N → ν γ only.
    nature : with moments, ``"dirac"`` or ``"majorana"``.
    options : of nucleosynthesis.
    run : its checkpoint and progress.

    Returns
    -------
    DecayPlane

    Examples
    --------
    >>> found = decay_plane(
    ...     [4.0, 6.0],
    ...     lifetimes=[1e5],
    ...     abundance=1e-6,
    ...     measured={"d_h": (2.547e-5, 0.029e-5)},
    ... )
    >>> found.excluded[:, 0].tolist()
    [False, True]
    """
    m = np.atleast_1d(numbers("masses", masses))
    _checked(measured)
    if (lifetimes is None) == (moments is None):
        raise InputError("give either lifetimes or moments")
    by = "lifetime" if moments is None else "moment"
    given: Any = lifetimes if moments is None else moments
    columns = np.atleast_1d(numbers(f"{by}s", given))
    if m.ndim != 1 or columns.ndim != 1 or not (m.size and columns.size):
        raise InputError(f"masses and {by}s must be lists of one or more numbers")
    tau = np.array(
        [
            [c if moments is None else lifetime_of(float(one), float(c), nature)]
            for one in m
            for c in columns
        ]
    ).reshape(m.size, columns.size)
    chosen = options if options is not None else Nucleosynthesis()
    asked = {
        "masses": m.tolist(),
        "lifetimes": tau.tolist(),
        "abundance": float(number("abundance", abundance)),
        "options": chosen.assumptions(),
        "cross sections": SECTIONS,
    }
    how = run if run is not None else PlaneRun()
    file = _File(how, asked)
    rows = file.known() if how.resume else []
    for i in range(len(rows), m.size):
        rows.append([_point(float(m[i]), float(t), abundance, chosen) for t in tau[i]])
        file.write(rows)
        if how.advance is not None:
            how.advance(columns.size)
    names = (*MEASURABLE, "n_eff")
    table = np.array(rows, dtype=float)
    if not np.isfinite(table[:, :, 0]).any():
        raise InputError(
            "no point of the plane can be computed: lifetimes must lie between"
            f" {LIFETIMES[0]:g} and {LIFETIMES[1]:g} s, and N must not heat the"
            f" universe too much; got lifetimes from {tau.min():g} to {tau.max():g}"
            f" s and an abundance of {abundance:g}"
        )
    standard, theory = _without(chosen)
    plane = DecayPlane(
        m,
        tau,
        columns,
        by,
        {name: table[:, :, k] for k, name in enumerate(names)},
        standard,
        {k: (float(a), float(b)) for k, (a, b) in measured.items()},
        theory,
        float(abundance),
        {
            "abundance": f"{abundance:g} of photons at 10 MeV",
            "cross sections": SECTIONS,
            **chosen.assumptions(),
        },
    )
    file.write(rows, plane)
    return plane


def _checked(measured: Measured) -> None:
    if not measured:
        raise InputError("measured is empty; give d_h or y_p with its error")
    for name, (mean, error) in measured.items():
        if name not in MEASURABLE:
            raise UnknownNameError("measurement", name, MEASURABLE)
        number(f"mean of {name}", mean)
        if not number(f"error of {name}", error) > 0:
            raise InputError(f"the error of {name} must be positive, got {error:g}")


def _point(
    mass: float, lifetime: float, abundance: float, options: Nucleosynthesis
) -> list[float]:
    try:
        found = sterile_decay(mass, lifetime, abundance=abundance, options=options)
    except InputError:
        if not 0 < mass <= 2000 or not abundance > 0:
            raise
        return [np.inf] * 5  # lifetime or heat out of range
    return list(found.values().values())


class _File:
    """The file of a plane: the request, the completed rows, and finally the result."""

    def __init__(self, how: PlaneRun, asked: Mapping[str, Any]) -> None:
        self.path = None if how.checkpoint is None else Path(how.checkpoint)
        self.asked = json.loads(json.dumps(asked))
        inputs = json.dumps([version("nuprobe"), self.asked], sort_keys=True)
        digest = hashlib.sha256(inputs.encode()).hexdigest()
        self.about = Provenance.here(fingerprint=digest)

    def known(self) -> list[Any]:
        """Completed rows of an unfinished plane, whose date is kept."""
        if self.path is None:
            raise InputError("resume needs a checkpoint to continue from")
        if not self.path.exists():
            return []
        try:
            found = json.loads(self.path.read_text(encoding="utf-8"))
            rows, before = list(found["rows"]), found["asked"]
            said = found.get("provenance")
        except (ValueError, KeyError, TypeError, AttributeError) as err:
            raise InputError(
                f"{self.path.name} is not a checkpoint of a decay plane"
            ) from err
        if before != self.asked:
            raise InputError(
                f"{self.path.name} was made with other masses, lifetimes or options"
            )
        if said is not None:
            self.about = replace(self.about, date=Provenance.from_dict(said).date)
        return rows

    def write(self, rows: list[Any], plane: DecayPlane | None = None) -> None:
        """Write the completed rows, and the result if the plane is complete."""
        if self.path is None:
            return
        content = {
            "asked": self.asked,
            "rows": rows,
            "result": None if plane is None else plane.to_dict(),
            "provenance": {"kind": "cosmology decay-plane", **self.about.to_dict()},
        }
        atomic_write(self.path, json.dumps(content))


def _without(options: Nucleosynthesis) -> tuple[dict[str, float], dict[str, float]]:
    """Abundances without decays, and the errors of all predictions."""
    found = abundances(None, options)
    total = np.sqrt(sum(v**2 for v in uncertainties(None, options).values()))
    error = dict(zip(OBSERVABLES, total.tolist(), strict=True))
    standard = {"y_p": found.y_p, "d_h": found.d_h, "li7_h": found.li7_h}
    standard |= {"he3_d": found.he3_h / found.d_h, "n_eff": float(found.n_eff or 0)}
    theory = {name: error[name] for name in ("y_p", "d_h", "li7_h")}
    relative = np.hypot(error["he3_h"] / found.he3_h, error["d_h"] / found.d_h)
    theory["he3_d"] = float(standard["he3_d"] * relative)
    return standard, theory
