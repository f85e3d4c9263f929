"""The experiment file format: one folder with ``experiment.toml``, tables and a README;
no Python."""

from nuprobe.experiments.format.analysis import Analysis, SignalTable
from nuprobe.experiments.format.data import (
    DataSection,
    FlatBackground,
    KernelParameter,
    MeasuredBackground,
    ResponseSystematic,
    ShapeSystematic,
    Systematic,
    TableBackground,
    TemplateBackground,
)
from nuprobe.experiments.format.detector import (
    ConstantQuenchingSection,
    LindhardQuenchingSection,
    LogisticSection,
    PolynomialQuenchingSection,
    ResponseSection,
    TableAcceptanceSection,
    TableQuenchingSection,
)
from nuprobe.experiments.format.file import ExperimentFile
from nuprobe.experiments.format.header import FileHeader
from nuprobe.experiments.format.morphing import (
    MorphingSection,
    MorphingSystematic,
)
from nuprobe.experiments.format.quantities import Energy, Length, Mass, Time
from nuprobe.experiments.format.several import AlsoSection, SiteSection

__all__ = [
    "AlsoSection",
    "Analysis",
    "ConstantQuenchingSection",
    "DataSection",
    "Energy",
    "ExperimentFile",
    "FileHeader",
    "FlatBackground",
    "KernelParameter",
    "Length",
    "LindhardQuenchingSection",
    "LogisticSection",
    "Mass",
    "MeasuredBackground",
    "MorphingSection",
    "MorphingSystematic",
    "PolynomialQuenchingSection",
    "ResponseSection",
    "ResponseSystematic",
    "ShapeSystematic",
    "SignalTable",
    "SiteSection",
    "Systematic",
    "TableAcceptanceSection",
    "TableBackground",
    "TableQuenchingSection",
    "TemplateBackground",
    "Time",
]
