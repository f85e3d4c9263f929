"""Radii from the file of an experiment: its target, and the template axes of its
parameters."""

from __future__ import annotations

from collections.abc import Mapping

from nuprobe.errors import InputError
from nuprobe.experiments.format import ExperimentFile, KernelParameter
from nuprobe.experiments.format.detector import TargetSection
from nuprobe.nuclei import (
    Target,
    charge_to_point,
    isotope,
    physical_to_point,
    point_to_physical,
    target,
)
from nuprobe.nuclei.named_radii import length_or_name
from nuprobe.parameters import Parameter
from nuprobe.prediction import Axis
from nuprobe.units import fm, parse_quantity

__all__ = ["axis_of", "make_target", "target_of_material"]


def axis_of(parameter: KernelParameter, nucleon: str = "point") -> Axis:
    """Template axis of a free parameter of the file.

    Parameters
    ----------
    parameter : section of the file; a radius has its values in fm, a flux in
        1/cm2/s, a scale no unit.
    nucleon : electric form factors of the nucleons, which determine the physical radius
        of each isotope.

    Examples
    --------
    >>> from nuprobe.experiments.format import KernelParameter
    >>> scale = {"acts_on": "signal-scale", "default": 1, "lower": 0, "upper": 2}
    >>> axis_of(KernelParameter(name="f", **scale)).parameter.upper
    2.0
    """
    default, lower, upper = parameter.range
    return Axis(
        Parameter(
            parameter.name,
            default,
            lower,
            upper,
            step=0.1 * abs(default) or 0.1,
            unit=parameter.unit,
            latex=parameter.latex,
            also=_physical(parameter, nucleon) if nucleon != "point" else (),
        ),
        tuple(parameter.isotopes),
        parameter.nodes,
    )


def _physical(
    parameter: KernelParameter, nucleon: str
) -> tuple[tuple[str, float], ...]:
    """Name of the physical radius of each isotope, and its difference in fm² to the
    squared point-nucleon radius."""
    if not parameter.isotopes:
        return ()
    particle = parameter.acts_on[0]
    what = {"n": "neutron", "p": "charge"}[particle]
    return tuple(
        (
            f"{what} radius of {name} (physical)",
            (point_to_physical(fm, name, particle, nucleon) / fm) ** 2 - 1,
        )
        for name in parameter.isotopes
    )


def make_target(file: ExperimentFile, values: Mapping[str, float]) -> Target:
    """Target of an experiment.

    Parameters
    ----------
    file : of the experiment.
    values : of its parameters, in their units; radii in fm.

    Examples
    --------
    >>> import nuprobe as nu
    >>> csi = nu.experiment("coherent-csi-2017")
    >>> parts = make_target(csi.file, {"rn": 5.5}).components
    >>> f"{parts[0].ff_n.rms / fm:.2f} fm"
    '5.50 fm'
    """
    section = file.target
    r_p = {name: length_or_name(r) for name, r in section.proton_radius.items()}
    for name, radius in section.charge_radius.items():
        r_p[name] = charge_to_point(parse_quantity(radius, "length"), isotope(name))
    r_n = {name: length_or_name(r) for name, r in section.neutron_radius.items()}
    for name, radius in section.physical_neutron_radius.items():
        r_n[name] = physical_to_point(
            parse_quantity(radius, "length"), name, "n", section.nucleon
        )
    for parameter in file.parameters:
        if parameter.name in values:
            radii = r_n if parameter.acts_on == "neutron-radius" else r_p
            radii.update(dict.fromkeys(parameter.isotopes, values[parameter.name] * fm))
    thickness = section.surface_thickness
    target_of_material(section)
    return target(
        _material(section),
        r_p=r_p or None,
        r_n=r_n or None,
        form_factor=section.form_factor,
        surface_thickness=(
            None if thickness is None else parse_quantity(thickness, "length")
        ),
        nucleon=section.nucleon,
    )


def target_of_material(section: TargetSection) -> Target:
    """Target of the material alone, with default radii.

    Parameters
    ----------
    section : of the file.

    Raises
    ------
    InputError
        If there is no such material.

    Examples
    --------
    >>> import nuprobe as nu
    >>> target_of_material(nu.experiment("coherent-csi-2017").file.target)
    <target CsI...>
    """
    try:
        return target(_material(section))
    except InputError as err:
        raise InputError(f"target.material: {err}") from None


def _material(section: TargetSection) -> str | dict[str, float]:
    material = section.material
    return material if isinstance(material, str) else dict(material)
