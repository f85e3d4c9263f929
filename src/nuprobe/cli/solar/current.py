"""``nuprobe solar current``: the two-body axial current preferred by experiments,
compared with published values."""

from __future__ import annotations

from nuprobe.cli.options import command
from nuprobe.cli.output import Output, output_options
from nuprobe.cli.solar.common import CurrentSpec, current_options
from nuprobe.tables import Table


@command(
    "current",
    epilog="""\b
Examples:
  nuprobe solar current --scheme nnlo
  nuprobe solar current sno-2013 super-kamiokande-1 --scheme nnlo --flux free --json""",
)
@current_options("model", 0.6827)
@output_options
def current_command(current: CurrentSpec, out: Output) -> None:
    """L_1A fitted to solar EXPERIMENTs, compared with published values [default: SNO,
    gallium, chlorine and KamLAND's map]."""
    from nuprobe.experiments.solar_plane import PUBLISHED_L_1A, l1a_fit
    from nuprobe.inference.construction import Construction

    said = Construction("wilks", current.cl)
    name = f"l1a.{current.scheme}"
    found = l1a_fit(
        current.chosen, scheme=str(current.scheme), flux=current.flux, cl=current.cl
    )
    best = found[name]
    ends = best.interval
    low = None if ends is None else ends.lower
    high = None if ends is None else ends.upper
    rows: list[tuple[str, str, float, float | None, float | None, str]] = [
        (
            "this fit",
            str(current.scheme),
            best.value,
            None if high is None else high - best.value,
            None if low is None else best.value - low,
            ", ".join(current.chosen),
        )
    ]
    rows += [
        (row.source, row.scheme, row.value, row.plus, row.minus, row.how)
        for row in PUBLISHED_L_1A
    ]
    table = Table(
        "two-body axial current L_1A [fm3] at the scale of the pion mass",
        ("source", "scheme", "L_1A", "+", "-", "from"),
        tuple(rows),
        {"L_1A": ".2f", "+": ".2f", "-": ".2f"},
        (
            f"errors of this fit: {said}",
            f"-2 ln L = {found.twice_nll:.2f}, flux of 8B neutrinos "
            + ("free" if current.flux == "free" else "as the solar model has it"),
            "nnlo and resummed differ by about 5 fm3 for equal cross sections; relative"
            " is above that of the cross sections SNO used",
        ),
    )
    data = {
        "scheme": current.scheme,
        "unit": "fm3",
        "intervals": said.to_dict(),
        "fit": found.to_dict(),
        "published": [vars(row) for row in PUBLISHED_L_1A],
    }
    out.emit(str(table), data)
