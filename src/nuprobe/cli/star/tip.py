"""``nuprobe star tip``: the tip of the red-giant branch and its limits."""

from __future__ import annotations

from pathlib import Path

import click

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options, plot_option, save_plot
from nuprobe.errors import InputError, shown
from nuprobe.tables import Table

_NOTES = (
    "distance: CL between both sides, two-sided; one-sided and bayes: 1 - CL above the"
    " limit",
    "M5: Viaux et al. 2013, observed -4.17 +- 0.13, theory -3.99 +- 0.07; the formula"
    " of the tip is from memory (unverified)",
    "published errors are not Gaussian, so no prescription gives both published limits;"
    " allow for a systematic of 0.3e-12 mu_B",
    "for comparison: if the stellar physics is varied, up to 6e-12 is not excluded"
    " (Franz et al. 2023)",
    "not recomputed, their magnitudes and models were not readable: NGC 4258 1.5e-12,"
    " omega Centauri 1.2e-12 (Capozzi, Raffelt 2020)",
    "the supernova SN 1987A bounds Dirac moments otherwise: `nuprobe catalogue search"
    " SN1987A`",
    "mu_nu is that of one Dirac neutrino; a Majorana matrix counts each pair once",
)


def _magnitude(
    name: str, text: str | None, default: tuple[float, float]
) -> tuple[float, float]:
    """A value and its error as typed."""
    if text is None:
        return default
    try:
        value, error = map(float, text.split("+-"))
    except ValueError:
        raise InputError(
            f"--{name} is a magnitude and its error, such as '-4.10 +- 0.05'; got"
            f" {shown(text)}"
        ) from None
    return value, error


@command(
    "tip",
    epilog="""\b
Examples:
  nuprobe star tip
  nuprobe star tip --statistic bayes --cl 0.9 --json
  nuprobe star tip --observed "-4.10 +- 0.05" --theory "-3.99 +- 0.03"
  nuprobe star tip --moment 3e-12 --plot tip.pdf""",
)
@click.option(
    "--statistic",
    type=click.Choice(["distance", "bayes", "one-sided"]),
    help="Statistical method for the limit; default: a table of all.",
)
@click.option("--cl", type=float, help="Confidence level; default 0.95.")
@click.option(
    "--observed", help="M_I of the tip and its error instead of M5's: '-4.10 +- 0.05'."
)
@click.option("--theory", help="M_I without a moment and its error: '-3.99 +- 0.03'.")
@click.option("--moment", type=float, help="mu_nu in mu_B: print M_I for it.")
@plot_option("Save M_I over the moment (pdf, png, svg).")
@output_options
def tip_command(
    statistic: str | None,
    cl: float | None,
    observed: str | None,
    theory: str | None,
    moment: float | None,
    plot: Path | None,
    out: Output,
) -> None:
    """Limits on the magnetic moment from the tip of the red-giant branch of M5, or of
    your own cluster."""
    from nuprobe.stars import M5, Tip, tip_limit, tip_table

    cluster = M5
    if observed is not None or theory is not None:
        values = _magnitude("observed", observed, (M5.observed, M5.observed_error))
        models = _magnitude("theory", theory, (M5.theory, M5.theory_error))
        cluster = Tip("your cluster", *values, *models)
    if statistic is None and cl is not None:
        raise InputError("--cl needs a --statistic: distance, bayes or one-sided")
    if statistic is None:
        found = tip_table(cluster)
    else:
        level = 0.95 if cl is None else cl
        limit = tip_limit(cluster, statistic, level)  # type: ignore[arg-type]
        found = [{"statistic": statistic, "cl": level, "limit": limit}]
    rows = tuple(
        (r["statistic"], r["cl"], r["limit"], r.get("published") or "-") for r in found
    )
    notes: tuple[str, ...] = _NOTES
    if moment is not None:
        value = float(cluster.magnitude(moment))
        pull = (value - cluster.observed) / cluster.error
        notes = (
            f"M_I = {value:.3f} mag at {moment:g} mu_B, {abs(pull):.2f} sigma"
            f" {'brighter' if pull < 0 else 'fainter'} than observed",
            *_NOTES,
        )
    if plot is not None:
        from nuprobe.plotting import plot_tip

        save_plot(lambda: plot_tip(cluster), plot)
    out.table(
        Table(
            f"tip of the red-giant branch, {cluster.name}",
            ("statistic", "CL", "mu_nu below [mu_B]", "published [mu_B]"),
            rows,
            {"mu_nu below [mu_B]": ".3g", "published [mu_B]": ".2g"},
            notes,
        )
    )
