"""Tables of decays of a sterile neutrino."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.cli.cosmology.tables import assumed
from nuprobe.cosmology.decay import CAUTION
from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cosmology.decay import DecayedAbundances, DecayPlane


def decay_table(found: DecayedAbundances) -> Table:
    """Return abundances after the decay of a sterile neutrino.

    Parameters
    ----------
    found : from `nuprobe.cosmology.decay.sterile_decay`.
    """
    rows = (
        ("Y_P", found.y_p),
        ("D/H", found.d_h),
        ("3He/H", found.he3_h),
        ("3He/D", found.he3_d),
        ("6Li/H", found.li6_h),
        ("7Li/H", found.li7_h),
        ("N_eff", found.n_eff),
        ("Delta N_eff, neutrinos of the decay", found.delta_n_eff),
        ("heat of photons", found.heat),
        ("Omega_b h^2 of nucleosynthesis", found.omega_b_before),
    )
    return Table(
        f"After N -> nu gamma, m = {found.mass:g} MeV, lifetime {found.lifetime:.4g} s",
        ("quantity", "value"),
        rows,
        {"value": ".5g"},
        (
            f"photon spectra resolved to {found.error:.1e}",
            CAUTION,
            assumed(found.assumptions),
        ),
    )


def decay_plane_table(plane: DecayPlane) -> Table:
    """Return the exclusion at each mass.

    Parameters
    ----------
    plane : from `nuprobe.cosmology.decay.decay_plane`.
    """
    rows = []
    for i, mass in enumerate(plane.masses):
        bad = plane.columns[plane.excluded[i]]
        ends = (float(bad.min()), float(bad.max())) if bad.size else (None, None)
        seen = int(plane.computed[i].sum())
        rows.append((float(mass), *ends, int(bad.size), seen))
    unit = "s" if plane.by == "lifetime" else "muB"
    named = ", ".join(
        f"{name} = {mean:g} +- {error:g} (prediction +- {plane.theory[name]:.2g})"
        for name, (mean, error) in plane.measured.items()
    )
    columns = (
        "mass [MeV]",
        f"excluded from [{unit}]",
        f"to [{unit}]",
        "points excluded",
        "of",
    )
    return Table(
        f"Sterile neutrinos excluded, by {plane.by}",
        columns,
        tuple(rows),
        dict.fromkeys(columns[:3], ".4g"),
        (
            "excluded: chi2 above that without decays by more than 5.99 (95 %, two"
            " parameters)",
            named,
            CAUTION,
            assumed(plane.assumptions),
        ),
    )
