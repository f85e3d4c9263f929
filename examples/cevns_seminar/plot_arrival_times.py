"""
Arrival times at COHERENT
=========================

"Neutrino and nuclear properties from CEνNS", seminar of C. Giunti (Orsay, 2018),
"COHERENT time distribution": prompt ν_μ first, the neutrinos of muons over
microseconds.
"""

import nuprobe as nu
from nuprobe.reproductions import published_table

# %%
# The counts over energy and over time: the first microsecond has the prompt neutrinos.

csi = nu.experiment("coherent-csi-2017")
panels = csi.plot(analysis="energy-time", references=csi.file.references)

# %%
# Counts of the signal in the first microsecond and later:

rates = csi.predict(analysis="energy-time")
for name, counts in rates.components.items():
    if "cevns" in name:
        early, late = counts[:, :2].sum(), counts[:, 2:].sum()
        print(f"{name:35} {early:6.1f} {late:6.1f}")
first = rates.to_dict()["time_edges_us"][0]
table = published_table([("S48", "first edge [us]", 0, first, 0)])
print(table)
