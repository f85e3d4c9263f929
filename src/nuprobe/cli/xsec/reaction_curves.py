"""Curves of ``nuprobe xsec deuteron``, ``carbon`` and ``ibd``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from nuprobe.cli.xsec.process_tables import default_flavour

if TYPE_CHECKING:
    from nuprobe.cli.xsec.common import RecoilSpec
    from nuprobe.cli.xsec.reaction_tables import Reaction
    from nuprobe.numerics import FloatArray

_POINTS = 80  # points per curve


def curves(
    reaction: Reaction, energies: FloatArray, recoil: RecoilSpec, angle: str | None
) -> tuple[list[Any], Literal["energy", "cosine", "deposit"]]:
    """Return the curves of a figure and their abscissa.

    Parameters
    ----------
    reaction : to compute.
    energies : MeV.
    recoil, angle : as typed.
    """
    import numpy as np

    from nuprobe.processes.cross_section import differential

    flavour = recoil.flavour or default_flavour(reaction.plain.process)
    name, recoils = f"{reaction.label} {flavour}", recoil.recoils()
    if angle is None and recoils is None:
        x = energies
        if 1 < x.size < _POINTS:
            x = np.unique([*np.linspace(x.min(), x.max(), _POINTS), *x])
        return [(name, x, reaction.sigma(x, flavour, recoil.floor()))], "energy"
    found = []
    for e in energies:
        if recoils is None:
            assert reaction.by_angle is not None  # checked by `angular`
            x = np.linspace(-1, 1, 101)
            y = reaction.count * reaction.by_angle(e, x, flavour)
        else:
            x = recoils
            if 1 < x.size < _POINTS:
                x = np.unique([*np.linspace(x.min(), x.max(), _POINTS), *x])
            plain = reaction.plain
            y = differential(plain.process, e, x, plain.target, plain.model, flavour)
        found.append((f"{name} {e:g} MeV", x, y))
    return found, "deposit" if recoils is not None else "cosine"
