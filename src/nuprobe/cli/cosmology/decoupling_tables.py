"""Tables of decoupling and of the plasma."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nuprobe.tables import Table

if TYPE_CHECKING:
    from nuprobe.cosmology import DecouplingCurve, History
    from nuprobe.cosmology.curves import Plasma

_FLAVOURS = (("nu_e", "nu_e"), ("nu_mu", "nu_mu"), ("nu_tau", "nu_tau"))


def _choices(history: History) -> tuple[str, ...]:
    return tuple(
        f"{name.replace('_', ' ')}: {value}" for name, value in history.choices.items()
    )


def history_table(history: History) -> Table:
    """Return N_eff, temperatures at the end, and decoupling temperatures.

    Parameters
    ----------
    history : from `nuprobe.cosmology.decoupling`.

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling
    >>> history_table(decoupling(flavour_mixing="none")).rows[0][:2]
    ('N_eff', 3.0443...)
    """
    rows: list[tuple[str, float, str]] = [("N_eff", history.n_eff, "")]
    made = history.right_handed
    if made is not None:
        rows.append(("Delta N_eff, right-handed", made.delta_n_eff, ""))
        rows.append(("T_max", made.t_max, "MeV"))
    for k, (name, _) in enumerate(_FLAVOURS):
        ratio = history.t_nu[-1, k] / history.t_gamma[-1]
        rows.append((f"T({name})/T_gamma at 5 keV", float(ratio), ""))
    for criterion in ("energy", "number"):
        for name, _ in _FLAVOURS:
            t = history.temperature(name, criterion)  # type: ignore[arg-type]
            label = f"T_dec({name}), criterion {criterion}"
            rows.append((label, t, "MeV"))
    notes = [
        history.moments.describe(),
        *_choices(history),
        "criterion energy: its temperature follows the plasma's until then;"
        " number: it scatters for the last time; each flavour without oscillations",
    ]
    if made is not None:
        notes.append("T_dec of left-handed neutrinos, by the weak interaction alone")
        notes.append("flips are screened by all charged particles")
        for k, (name, _) in enumerate(_FLAVOURS):
            end = made.freeze_out(name)  # type: ignore[arg-type]
            if end is not None:
                rows.append((f"T_dec(right-handed of {name}), Gamma = H", end, "MeV"))
            elif made.rate[-1, k] < 1:
                notes.append(f"flips of {name} never have Gamma = H below T_max")
    return Table(
        "Decoupling of neutrinos",
        ("quantity", "value", "unit"),
        tuple(rows),
        {"value": ".6g"},
        tuple(notes),
    )


def curve_table(curve: DecouplingCurve) -> Table:
    """Return decoupling temperatures and N_eff for each size of the moments.

    Parameters
    ----------
    curve : from `nuprobe.cosmology.decoupling_curve`.

    Examples
    --------
    >>> from nuprobe.cosmology import decoupling_curve
    >>> len(curve_table(decoupling_curve([1e-10], ["emu"])).columns)
    10
    """
    columns = ["moment [muB]"]
    parts = [curve.moments]
    for criterion, values in curve.temperature.items():
        for k, (name, _) in enumerate(_FLAVOURS):
            columns.append(f"T_dec({name}), {criterion} [MeV]")
            parts.append(values[:, k])
    columns += ["N_eff, evolved"]
    parts.append(curve.n_eff)
    for criterion, n_eff in curve.instantaneous.items():
        columns.append(f"N_eff, in an instant, {criterion}")
        parts.append(n_eff)
    rows = tuple(zip(*(part.tolist() for part in parts), strict=True))
    return Table(
        f"Decoupling with Majorana moments {', '.join(curve.elements)} of one size",
        tuple(columns),
        rows,
        {name: ".3e" if name.startswith("moment") else ".5g" for name in columns},
        (
            f"flavour mixing: {curve.flavour_mixing} (in N_eff, evolved)",
            f"screening: {curve.screening}",
            f"exchange screening: {curve.exchange_screening}",
        ),
    )


def plasma_table(plasma: Plasma) -> Table:
    """Return the composition of the plasma at each temperature.

    Parameters
    ----------
    plasma : from `nuprobe.cosmology.plasma_state`.

    Examples
    --------
    >>> from nuprobe.cosmology import plasma_state
    >>> plasma_table(plasma_state([1.0])).columns[0]
    'T [MeV]'
    """
    columns = {
        "T [MeV]": plasma.temperature,
        "n(e-) [MeV3]": plasma.electrons,
        "n(e+) [MeV3]": plasma.positrons,
        "mu/T": plasma.chemical_potential / plasma.temperature,
        "m_D [MeV]": plasma.debye_mass,
        "lambda_D [pm]": plasma.debye_length,
        "P/T4": plasma.pressure / plasma.temperature**4,
        "QED in P": plasma.qed_share,
    }
    rows = tuple(zip(*(v.tolist() for v in columns.values()), strict=True))
    return Table(
        "Plasma of the early universe",
        tuple(columns),
        rows,
        dict.fromkeys(columns, ".5g"),
        (
            f"neutral: eta = {plasma.eta:.6g}, Y_P = {plasma.y_p:.4g}",
            "P of photons, electrons and positrons with QED to e3; m_D without",
        ),
    )
