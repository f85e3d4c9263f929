"""Elastic scattering off nuclei and electrons.

`amplitudes` has what both share, `recoil` the kinematics; `cevns` and `electron` are
the processes.
"""

from nuprobe.processes.elastic import cevns, electron
from nuprobe.processes.elastic.recoil import Recoil, recoil_maximum

__all__ = ["Recoil", "cevns", "electron", "recoil_maximum"]
