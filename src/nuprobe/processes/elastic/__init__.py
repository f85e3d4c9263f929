"""Elastic scattering off nuclei and electrons.

`amplitudes` has what both share, `recoil` the kinematics; `cevns` and `electron` are
the processes.
"""

from nuprobe.processes.elastic.amplitudes import columns, product
from nuprobe.processes.elastic.recoil import Recoil, recoil_maximum

__all__ = ["Recoil", "columns", "product", "recoil_maximum"]
