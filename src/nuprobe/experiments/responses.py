"""From [response] of a file to the detector response."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from nuprobe.detectors import (
    ConstantQuenching,
    FullAcceptance,
    LindhardQuenching,
    LogisticAcceptance,
    PolynomialQuenching,
    Response,
    TableAcceptance,
    TableQuenching,
    TableResponse,
    ThresholdAcceptance,
    named_quenching,
)
from nuprobe.detectors.acceptance import Acceptance
from nuprobe.detectors.quenching import Quenching
from nuprobe.errors import ExperimentFileError, InputError
from nuprobe.experiments.format import (
    ConstantQuenchingSection,
    LogisticSection,
    PolynomialQuenchingSection,
    ResponseSection,
    TableAcceptanceSection,
    TableQuenchingSection,
)
from nuprobe.experiments.format.paper import reconstructed
from nuprobe.nuclei import smallest_signal
from nuprobe.numerics import FloatArray
from nuprobe.schema import Folder, in_file
from nuprobe.units import MeV, keV, parse_quantity

__all__ = ["acceptance_of", "response_of"]


def acceptance_of(response: ResponseSection, folder: Folder) -> Acceptance:
    """Probability to keep an event, as a function of the variable named in the file.

    Parameters
    ----------
    response : section of the file.
    folder : where its tables lie.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> acceptance_of(csi.file.response, csi.folder)
    LogisticAcceptance(...)
    """
    plain = _acceptance(response, folder)
    if response.threshold is None:
        return plain
    assert response.light_yield is not None  # schema
    threshold = reconstructed(response.threshold, response.light_yield)
    return ThresholdAcceptance(threshold, plain)


def _acceptance(response: ResponseSection, folder: Folder) -> Acceptance:
    section = response.acceptance
    if isinstance(section, LogisticSection):
        return LogisticAcceptance(
            section.a, section.k, section.x0, tuple(section.steps), section.offset
        )
    if isinstance(section, TableAcceptanceSection):
        columns = folder.table(
            section.table, [section.x_column, section.efficiency_column]
        )
        x, kept = columns[section.x_column], columns[section.efficiency_column]
        wrong = ~((kept >= 0) & (kept <= 1))
        if wrong.any():
            row = int(wrong.argmax())
            raise ExperimentFileError(
                f"{folder.root}/{section.table}: row {row + 1}, column"
                f" {section.efficiency_column}: the efficiency at {x[row]:g} is"
                f" {kept[row]:g}, but a probability lies between 0 and 1; correct it"
                " (percentages must be divided by 100)"
            )
        return TableAcceptance(x, kept)
    return FullAcceptance()


def response_of(
    section: ResponseSection,
    folder: Folder,
    edges: FloatArray,
    elements: Collection[str] = (),
) -> Response | TableResponse:
    """Response of a detector.

    Parameters
    ----------
    section : of the file.
    folder : where its tables lie.
    edges : of the bins of the reconstructed quantity, shape (bins + 1,).
    elements : symbols of the recoiling elements, which may have a default smallest
        signal.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> response_of(csi.file.response, csi.folder, csi.energy_edges).smearing
    'poisson'
    """
    if section.matrix is not None:
        return _table_response(section, folder, edges)
    assert section.light_yield is not None  # schema
    return Response(
        edges=edges,
        light_yield=parse_quantity(section.light_yield, "light yield"),
        quenching=_quenching(section, folder),
        acceptance=acceptance_of(section, folder),
        smearing=section.smearing.kind,
        resolution=section.smearing.resolution,
        linear=section.smearing.linear,
        gamma_shape=section.smearing.shape,
        acceptance_at=section.acceptance_at,
        acceptance_of=section.acceptance_of,
        count_cell=section.count_cell,
        floor=_floor(section, elements),
    )


def _floor(section: ResponseSection, elements: Collection[str]) -> float:
    """Smallest signal (MeV); by default that of the element if there is only one, noise
    is constant, and ionisation or light rather than heat is measured."""
    if section.floor == "none":
        return 0.0
    if section.floor is not None:
        return parse_quantity(section.floor, "energy")
    smearing = section.smearing
    if smearing.kind != "gaussian" or smearing.resolution[0] == 0 or len(elements) != 1:
        return 0.0
    quenching = section.quenching
    if isinstance(quenching, ConstantQuenchingSection) and quenching.factor >= 1:
        return 0.0
    found = smallest_signal(next(iter(elements)))
    return 0.0 if found is None else found


def _table_response(
    response: ResponseSection, folder: Folder, edges: FloatArray
) -> TableResponse:
    section = response.matrix
    assert section is not None  # caller
    names = [f"{section.prefix}{i}" for i in range(edges.size - 1)]
    columns = folder.table(section.table, [section.recoil_column, *names])
    energies = columns[section.recoil_column] * keV
    with in_file(f"{folder.root}/{section.table}"):
        return TableResponse(edges, energies, np.stack([columns[n] for n in names]))


def _quenching(response: ResponseSection, folder: Folder) -> Quenching:
    try:
        return _plain_quenching(response, folder)
    except ExperimentFileError:  # names its table
        raise
    except InputError as err:
        raise InputError(f"response.quenching: {err}") from None


def _plain_quenching(response: ResponseSection, folder: Folder) -> Quenching:
    section = response.quenching
    if isinstance(section, str):
        return named_quenching(section).function()
    if isinstance(section, ConstantQuenchingSection):
        return ConstantQuenching(section.factor)
    if isinstance(section, TableQuenchingSection):
        columns = folder.table(
            section.table, [section.recoil_column, section.factor_column]
        )
        return TableQuenching(
            columns[section.recoil_column] * keV, columns[section.factor_column]
        )
    if isinstance(section, PolynomialQuenchingSection):
        return PolynomialQuenching(
            tuple(section.coefficients), keV if section.unit == "keV" else MeV
        )
    assert section is not None  # schema
    return LindhardQuenching(section.k, section.z)
