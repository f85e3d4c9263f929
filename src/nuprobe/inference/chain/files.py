"""Files of chains: HDF5 to go on with, and text for GetDist.

The content of a chain is a mapping with the fields of a `SampleResult`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO, StringIO
from math import isfinite
from pathlib import Path
from typing import Any, Final

import numpy as np

from nuprobe.errors import InputError
from nuprobe.files import atomic_write
from nuprobe.inference.checkpoints import same_probe
from nuprobe.numerics import FloatArray

__all__ = ["FORMAT", "ChainState"]

FORMAT: Final = "nuprobe-chain-1"
"""Version of the file format."""


@dataclass
class ChainState:
    """Where a run can go on.

    Attributes
    ----------
    chain : shape (steps, walkers, columns).
    log_posterior : shape (steps, walkers).
    random : state of the random numbers; empty if the run is over.
    wanted : steps asked for.
    """

    chain: FloatArray
    log_posterior: FloatArray
    random: tuple[Any, ...]
    wanted: int


def write_chain(
    path: Path, content: Mapping[str, Any], state: ChainState | None, probe: FloatArray
) -> Path:
    """Write a chain, whole or not at all.

    The whole file is built in memory, so that a full disk or a kill leaves the previous
    one intact.

    Parameters
    ----------
    path : of the file.
    content : fields of the result.
    state : to go on with; None if the run is over.
    probe : tells the prediction.

    Raises
    ------
    OutputError
        If the file cannot be written.
    """
    import h5py

    image = BytesIO()
    with h5py.File(image, "w") as file:
        file.attrs["format"] = FORMAT
        file.attrs["nuprobe"] = version("nuprobe")
        for key in ("cost", "parameters", "treatment", "burn", "seed", "fingerprint"):
            file.attrs[key] = content[key]
        for key in ("names", "latex", "units", "priors"):
            file.attrs[key] = list(content[key])
        file.attrs["logarithmic"] = np.array(content["logarithmic"], dtype=bool)
        file.create_group("fixed").attrs.update(content["fixed"])
        for key in ("lower", "upper", "chain", "log_posterior"):
            file[key] = content[key]
        file["probe"] = probe
        steps = content["chain"].shape[1]
        file.attrs["steps"] = steps if state is None else state.wanted
        if state is not None:
            file["random"] = np.asarray(state.random[1], dtype=np.uint32)
            names = ("pos", "has_gauss", "gauss")
            file["random"].attrs.update(zip(names, state.random[2:5], strict=True))
    return atomic_write(path, image.getvalue())


def read_chain(path: Path) -> tuple[dict[str, Any], ChainState, FloatArray]:
    """Content, state and probe of a file.

    Parameters
    ----------
    path : of the file.

    Raises
    ------
    InputError
        If it is not a chain.
    """
    import h5py

    try:
        with h5py.File(path, "r") as file:
            if file.attrs.get("format") != FORMAT:
                raise InputError(
                    f"{path} is not a chain of this version of nuprobe (format"
                    f" {file.attrs.get('format')})"
                )
            content = _content(file)
            random: tuple[Any, ...] = ()
            if "random" in file:
                a = file["random"].attrs
                numbers = int(a["pos"]), int(a["has_gauss"]), float(a["gauss"])
                random = ("MT19937", np.array(file["random"]), *numbers)
            wanted, probe = int(file.attrs["steps"]), np.array(file["probe"])
    except (OSError, KeyError) as error:
        raise InputError(f"{path} cannot be read as a chain: {error}") from error
    chain, posterior = content["chain"], content["log_posterior"]
    walkers, steps, columns = chain.shape if chain.ndim == 3 else (0, 0, 0)
    if (
        posterior.shape != (walkers, steps)
        or columns != len(content["names"])
        or not steps
    ):
        raise InputError(
            f"{path} cannot be read as a chain: its arrays do not fit together"
        )
    if not (np.isfinite(chain).all() and np.isfinite(posterior).all()):
        raise InputError(
            f"{path} cannot be read as a chain: it contains numbers that are not finite"
        )
    return content, ChainState(chain.swapaxes(0, 1), posterior.T, random, wanted), probe


def _content(file: Any) -> dict[str, Any]:
    """Fields of a result in an open file."""
    content: dict[str, Any] = {
        k: str(file.attrs[k]) for k in ("cost", "treatment", "fingerprint")
    }
    content |= {k: int(file.attrs[k]) for k in ("parameters", "burn", "seed")}
    content |= {
        k: tuple(str(t) for t in file.attrs[k])
        for k in ("names", "latex", "units", "priors")
    }
    content |= {
        k: np.array(file[k]) for k in ("lower", "upper", "chain", "log_posterior")
    }
    content["logarithmic"] = tuple(bool(b) for b in file.attrs["logarithmic"])
    content["fixed"] = {n: float(value) for n, value in file["fixed"].attrs.items()}
    return content


def resumed_chain(
    path: Path, fingerprint: str, probe: FloatArray, steps: int
) -> ChainState:
    """State of a run to go on with.

    Parameters
    ----------
    path : of the file.
    fingerprint, probe : of the run that is asked for.
    steps : asked for now.

    Raises
    ------
    InputError
        If the file belongs to another run or is longer than that.
    """
    content, state, old = read_chain(path)
    if not state.random:
        raise InputError(
            f"{path} contains only the chain, not the state needed to resume; choose"
            " another file"
        )
    if content["fingerprint"] != fingerprint or not same_probe(old, probe):
        raise InputError(
            f"{path} belongs to another run (parameters, priors, walkers, seed, data,"
            " systematics, prediction or version of nuprobe differ); resume with what"
            " it was started with, or choose another file"
        )
    if len(state.chain) > steps:
        raise InputError(
            f"{path} has {len(state.chain)} steps already, more than the {steps} asked"
            " for; ask for more"
        )
    return state


def write_getdist(
    root: str, content: Mapping[str, Any], samples: FloatArray, posterior: FloatArray
) -> tuple[Path, Path, Path]:
    """Write the three files that GetDist reads.

    Parameters
    ----------
    root : path without suffix.
    content : fields of the result.
    samples : shape (samples, columns).
    posterior : logarithm of the density, shape (samples,).

    Raises
    ------
    OutputError
        If a file cannot be written.
    """
    names: list[str] = []
    for name in content["names"]:
        plain = re.sub(r"[^\w.+-]", "_", name)
        names.append(plain if plain not in names else f"{plain}_{len(names)}")
    text = StringIO()
    weights = np.ones(len(samples))
    np.savetxt(text, np.column_stack([weights, -posterior, samples]), fmt="%.9e")
    ends = [
        ["N" if not isfinite(v) else f"{v:.12g}" for v in content[side]]
        for side in ("lower", "upper")
    ]
    columns = zip(names, content["latex"], content["units"], strict=True)
    labels = [
        (latex or r"\mathrm{" + name.replace("_", r"\_") + "}")
        + (rf"\ [\mathrm{{{unit}}}]" if unit else "")
        for name, latex, unit in columns
    ]
    lines = [f"{n}\t{x}\n" for n, x in zip(names, labels, strict=True)]
    ranges = [f"{n} {a} {b}\n" for n, a, b in zip(names, *ends, strict=True)]
    return (
        atomic_write(f"{root}_1.txt", text.getvalue()),
        atomic_write(f"{root}.paramnames", "".join(lines)),
        atomic_write(f"{root}.ranges", "".join(ranges)),
    )
