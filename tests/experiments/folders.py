"""An invented detector as a folder: what a user would write, and nothing else."""

from __future__ import annotations

import itertools
from pathlib import Path

EXPERIMENT = """\
schema_version = 1
name = "invented"
title = "An invented caesium iodide detector at an invented source"
process = "cevns"

[target]
material = "CsI"
mass = "20 kg"
charge_radius = { Cs133 = "4.804 fm", I127 = "4.749 fm" }
neutron_radius = { Cs133 = "5.01 fm", I127 = "4.94 fm" }

[flux]
name = "./source"
exposure = 2e23
distance = "20 m"

[response]
observable = "photoelectrons"
light_yield = "10 PE/keVee"
quenching = { kind = "constant", factor = 0.09 }
smearing = { kind = "gaussian", resolution = [0.5, 1.0, 0.0] }
acceptance = { kind = "table", table = "acceptance.csv" }
timing = { resolution = "100 ns", offset = "0.05 us" }

[binning.energy]
start = 4
stop = 28
bins = 6

[binning.time]
start = "0 us"
stop = "6 us"
bins = 3

[data]
table = "counts.csv"
counts = "on"
time_low = "t_low"
time_high = "t_high"

[[backgrounds]]
kind = "measured"
name = "off"
column = "off"
scale = 0.5

[[backgrounds]]
kind = "template"
name = "neutrons"
energy_table = "neutrons.csv"
energy_column = "events"
time_table = "neutron_times.csv"
accepted = false

[[parameters]]
name = "rn"
acts_on = "neutron-radius"
isotopes = ["Cs133", "I127"]
default = "5 fm"
lower = "2 fm"
upper = "8 fm"

[[parameters]]
name = "light"
acts_on = "quenching-scale"
default = 1.0
lower = 0.7
upper = 1.4

[[systematics]]
name = "flux"
kind = "normalisation"
sigma = 0.1
acts_on = ["signal"]

[[systematics]]
name = "neutron-rate"
kind = "normalisation"
sigma = 0.3
acts_on = ["neutrons"]

[[systematics]]
name = "light-yield"
kind = "quenching"
sigma = 0.1
acts_on = ["signal"]

[analyses.both]
title = "energy and time"
statistic = "poisson"
time_bins = true
systematics = ["flux", "neutron-rate", "light-yield"]

[analyses.energy]
title = "energy"
statistic = "gaussian"
energy_range = [8, 28]
time_range = ["0 us", "4 us"]
subtract = ["off"]
systematics = ["flux", "neutron-rate"]
"""

FLUX = """\
schema_version = 1
name = "source"
title = "An invented source"
per = "proton on target"
emission = "isotropic"

[source]
kind = "pion-decay-at-rest"
neutrinos_per_flavour = 0.1
prompt = "pulse"
delayed = "tail"

[times.pulse]
table = "times.csv"
column = "pulse"

[times.tail]
table = "times.csv"
column = "tail"
"""

ENERGIES = list(itertools.pairwise(range(4, 29, 4)))
TIMES = list(itertools.pairwise(range(0, 7, 2)))
OFF = [[8, 7, 9], [6, 6, 5], [4, 5, 3], [3, 2, 3], [2, 1, 2], [1, 1, 1]]
ON = [[19, 26, 12], [27, 32, 16], [21, 27, 13], [11, 17, 8], [5, 10, 4], [2, 5, 3]]

TABLES = {
    "counts.csv": (
        "# invented\nlow,high,t_low,t_high,on,off\n"
        + "".join(
            f"{a},{b},{c},{d},{ON[i][j]},{OFF[i][j]}\n"
            for i, (a, b) in enumerate(ENERGIES)
            for j, (c, d) in enumerate(TIMES)
        )
    ),
    "acceptance.csv": "x,efficiency\n4,0.1\n10,0.6\n30,0.8\n",
    "neutrons.csv": (
        "low,high,events\n"
        + "".join(f"{x},{x + 2},{3 * 0.8**i}\n" for i, x in enumerate(range(0, 40, 2)))
    ),
    "neutron_times.csv": "low_us,high_us,probability\n0,1,0.7\n1,2,0.2\n2,4,0.1\n",
    "source/flux.toml": FLUX,
    "source/times.csv": (
        "low_us,high_us,pulse,tail\n0,1,0.9,0.2\n1,2,0.1,0.3\n2,6,0,0.4\n6,10,0,0.1\n"
    ),
}

BOLOMETER = """\
schema_version = 1
name = "bolometer"
title = "An invented germanium bolometer in a beam of one energy"
process = "cevns"

[target]
material = "natural Ge"
mass = "2 kg"

[flux]
name = "./beam"
exposure = 100.0

[response]
observable = "heat"
light_yield = "1 1/keV"
quenching = { kind = "constant", factor = 1.0 }
smearing = { kind = "gaussian", resolution = [0.2, 0.0, 0.01] }

[binning.energy]
edges = [-5, 2, 4, 8, 40]

[analyses.only]
title = "counts"
statistic = "poisson"
"""

BEAM = """\
schema_version = 1
name = "beam"
title = "One line and a table"
per = "day"
emission = "beam"

[source]
kind = "monoenergetic"
lines = [{ flavour = "nu_e", energy = "20 MeV", intensity = 1e12 }]
"""


def write(
    folder: Path, main: str = EXPERIMENT, tables: dict[str, str] | None = None
) -> Path:
    """Write the folder; `tables` replace or add files."""
    for name, text in {"experiment.toml": main, **TABLES, **(tables or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
