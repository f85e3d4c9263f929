"""Degrees of freedom from a user's file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nuprobe.errors import InputError
from nuprobe.numerics import FloatArray
from nuprobe.parsing import parse_csv, read_text

__all__ = ["read_degrees"]


def read_degrees(path: str | Path) -> Callable[[FloatArray], FloatArray]:
    """g*s as a function of temperature for `right_handed`, from a CSV file.

    Parameters
    ----------
    path : of the file, with columns ``temperature`` (MeV) and ``entropy`` (g*s), at
        least four rows.

    Raises
    ------
    InputError
        For a file without these columns or with too few, equal or invalid temperatures;
        from the returned function, for temperatures outside the file.

    Examples
    --------
    >>> import tempfile, os
    >>> path = os.path.join(tempfile.mkdtemp(), "g.csv")
    >>> rows = ["temperature,entropy", "20,10.8", "100,17", "1e3,75", "2e5,106"]
    >>> with open(path, "w") as file:
    ...     _ = file.write("\\n".join(rows))
    >>> round(float(read_degrees(path)(np.array(1e3))), 6)
    75.0
    """
    from scipy.interpolate import PchipInterpolator

    rows = parse_csv(read_text(Path(path)), str(path))
    try:
        t, g = (
            np.array([float(row[name]) for row in rows])
            for name in ("temperature", "entropy")
        )
    except (KeyError, ValueError, TypeError):
        raise InputError(
            f"{path} must have the columns temperature (MeV) and entropy (g*s) with"
            " numbers in every row"
        ) from None
    order = np.argsort(t)
    t, g = t[order], g[order]
    bad = t.size < 4 or np.any(np.diff(t) <= 0) or not t[0] > 0
    if bad or not np.all(np.isfinite([t, g])):
        raise InputError(
            f"{path} needs at least four rows with different temperatures above zero"
        )
    inner: Any = PchipInterpolator(np.log(t), g)

    def degrees(temperature: FloatArray) -> FloatArray:
        asked = np.asarray(temperature, dtype=float)
        if np.any(asked < t[0] * (1 - 1e-9)) or np.any(asked > t[-1] * (1 + 1e-9)):
            raise InputError(
                f"{path} has g*s from {t[0]:g} to {t[-1]:g} MeV; the range needed is"
                f" {np.min(asked):g} to {np.max(asked):g} MeV"
            )
        return np.asarray(inner(np.log(np.clip(asked, t[0], t[-1]))))

    return degrees
