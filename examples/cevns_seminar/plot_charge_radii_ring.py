r"""
Charge radii from the number of events alone
============================================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018): the
fit of Papoulias and Kosmas to the total number of counts, a ring in the plane of radii.
"""

import numpy as np

from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table
from nuprobe.reproductions.total_counts import ring

# %%
# The counts are a quadratic form of the two radii: what is allowed lies between two
# ellipses, around the radii that undo all scattering. If the radii of antineutrinos are
# reversed, as the seminar assumed, ν_μ and their antineutrinos cannot vanish together:
# the centre moves and is allowed.

with style():
    circle = np.array([f(np.linspace(0, 2 * np.pi, 400)) for f in (np.cos, np.sin)])
    ax = new_figure(6.4, 5.6).add_subplot()
    cases = {"radii of one sign": (False, "C0"), "antineutrinos reversed": (True, "C1")}
    for label, (flip, colour) in cases.items():
        centre, inner, outer = ring(flip=flip)
        x, y = (
            np.r_[c + b * f, c + a * f[::-1]]
            for c, a, b, f in zip(centre, inner, outer, circle, strict=True)
        )
        ax.fill(x, y, color=colour, alpha=0.4, linewidth=0, label=label)
        ax.plot(*centre, "+", color=colour)
    ax.plot(-0.83, -0.48, "k*", markersize=9, label="Standard Model")
    unit = r"$\,[10^{-32}\,\mathrm{cm}^2]$"
    ax.set_xlabel(rf"$\langle r^2\rangle_{{ee}}${unit}")
    ax.set_ylabel(rf"$\langle r^2\rangle_{{\mu\mu}}${unit}")
    ax.set_ylim(-85, 95)
    ax.legend(title="allowed at 90 % CL", loc="upper right")
    provenance(ax.figure, ["COHERENT:2017ipa", "Papoulias:2017qdn"])

# %%
# By hand the centre is where the amplitude vanishes. In the convention of Papoulias and
# Kosmas radii are half as large.

centre = ring()[0]
table = published_table(
    [
        ("S47", "centre e [1e-32 cm2]", -27.6, centre[0], 1.2),
        ("S47", "centre mu [1e-32 cm2]", -27.6, centre[1], 1.2),
        ("S47", "centre e, half convention", -13.8, centre[0] / 2, 0.6),
    ]
)
print(table)
