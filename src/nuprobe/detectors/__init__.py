"""Detectors: quenching, acceptance and smearing as one response matrix."""

from nuprobe.detectors.acceptance import (
    Acceptance,
    FullAcceptance,
    LogisticAcceptance,
    TableAcceptance,
    ThresholdAcceptance,
)
from nuprobe.detectors.cells import Cells
from nuprobe.detectors.named_quenching import (
    NamedQuenching,
    named_quenching,
    named_quenchings,
)
from nuprobe.detectors.quenching import (
    ConstantQuenching,
    FunctionQuenching,
    LindhardQuenching,
    PolynomialQuenching,
    Quenching,
    TableQuenching,
)
from nuprobe.detectors.response import (
    ACCEPTANCE_POINTS,
    ACCEPTANCE_QUANTITIES,
    SMEARINGS,
    Response,
)
from nuprobe.detectors.smearing import COUNT_CELLS, bin_acceptance
from nuprobe.detectors.table import TableResponse

__all__ = [
    "ACCEPTANCE_POINTS",
    "ACCEPTANCE_QUANTITIES",
    "COUNT_CELLS",
    "SMEARINGS",
    "Acceptance",
    "Cells",
    "ConstantQuenching",
    "FullAcceptance",
    "FunctionQuenching",
    "LindhardQuenching",
    "LogisticAcceptance",
    "NamedQuenching",
    "PolynomialQuenching",
    "Quenching",
    "Response",
    "TableAcceptance",
    "TableQuenching",
    "TableResponse",
    "ThresholdAcceptance",
    "bin_acceptance",
    "named_quenching",
    "named_quenchings",
]
