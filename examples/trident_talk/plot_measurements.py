r"""
CHARM-II, CCFR and NuTeV
========================

"Neutrino trident production", talk of T. Shimomura, "Experimental results of the NTP":
measured over expected, and V−A, which CCFR rules out at 99 %.
"""

import nuprobe as nu
from nuprobe.plotting.sheets import new_figure
from nuprobe.plotting.style import provenance, style
from nuprobe.reproductions import published_table

# %%
# Points with errors are measured, squares what V−A predicts for the same beam and
# target. All three agree with the Standard Model.

names = ("charm2-trident", "ccfr-trident", "nutev-trident")
rates = {name: nu.experiment(name).predict() for name in names}
v_minus_a = {name: nu.experiment(name).predict(nu.VMinusA()) for name in names}
with style():
    ax = new_figure(6.4, 3.2).add_subplot()
    for i, (name, r) in enumerate(rates.items()):
        ax.errorbar(r.measured, i, xerr=[[r.minus], [r.plus]], fmt="o", color="C0")
        ax.plot(v_minus_a[name].ratio, i, "s", color="C1")
    ax.plot([], [], "s", color="C1", label="V−A")
    ax.axvline(1, color="0.5", linestyle="--", label="Standard Model")
    ax.set_yticks(range(3), ["CHARM-II", "CCFR", "NuTeV"])
    ax.set(xlabel="cross section over the Standard Model", ylim=(2.5, -0.5))
    ax.tick_params(axis="y", which="minor", left=False, right=False)
    ax.set_xlim(-0.1, 3.4)
    ax.legend(loc="upper right")
    provenance(ax.figure, ["Geiregat:1990gz", "Mishra:1991bv", "Adams:1999mn"])

# %%
# Expected counts of CCFR and cross sections in cm² per nucleus. CHARM-II quotes a
# theoretical error of 0.4e-41.

charm, ccfr = rates["charm2-trident"], rates["ccfr-trident"]
counts = ccfr.to_dict()["expected_counts"]
excluded = v_minus_a["ccfr-trident"].to_dict()["expected_counts"]
neutrinos = charm.to_dict()["cross_sections_by_beam_cm2"]["charm2-nu"]
table = published_table(
    [
        ("T45", "<Z^2> of CHARM-II", 97.6, charm.mean_z2, 0.05),
        ("T47", "CHARM-II, theory [cm2]", 1.9e-41, neutrinos, 4e-42),
        ("T65", "CHARM-II, ratio", 1.58, charm.measured, 1e-9),
        ("T66", "CCFR, ratio", 0.82, ccfr.measured, 1e-9),
        ("T51", "CCFR, counts in the SM", 45.3, counts, 1e-9),
        ("T52", "CCFR, counts in V-A", 78.1, excluded, 3.9),
    ]
)
print(table)
