"""Nuclear form factors F(|q|²) with F(0) = 1: frozen dataclasses that are called with
q².

All take ``q2`` = |q|² ≥ 0 in MeV² (any shape) and lengths in MeV⁻¹ (``3.4 * fm``), and
give an array of the shape of ``q2``. Each has ``rms``, the rms radius (MeV⁻¹), and
``r4`` = <r⁴> (MeV⁻⁴), so that F = 1 − rms² q²/6 + r4 q⁴/120 − …; all but `Point` have
``density(r)`` (MeV³), normalised to 1 = ∫ρ d³r. Formulas are arranged so that q → 0 is
smooth to machine precision.

Each shape says what it ``describes``. Helm, Klein–Nystrand, Fermi and Woods–Saxon
shapes, and all others with an explicit radius, describe point protons or point neutrons
in coherent scattering, which folds the nucleons into them (`nuprobe.nuclei.Folding`),
and the charge in tridents (`named` gives either). Fourier–Bessel densities are CHARGE
densities and `Point` is a nucleus without extension: nothing is folded into them.

One file per shape: a subclass of `Shape` (of `SurfaceShape` if it has a surface
parameter) in a new file of this package is found by its name. `nucleon` contains the
form factors of single nucleons.
"""

from typing import Final

from nuprobe.nuclei.form_factors.base import (
    Describes,
    FormFactor,
    Shape,
    SurfaceShape,
)
from nuprobe.nuclei.form_factors.density import DensityFormFactor
from nuprobe.nuclei.form_factors.dipole import Dipole
from nuprobe.nuclei.form_factors.exponential import Exponential
from nuprobe.nuclei.form_factors.fermi import Fermi
from nuprobe.nuclei.form_factors.fourier_bessel import (
    FourierBessel,
    fourier_bessel_isotopes,
)
from nuprobe.nuclei.form_factors.helm import Helm
from nuprobe.nuclei.form_factors.klein_nystrand import KleinNystrand
from nuprobe.nuclei.form_factors.literature import (
    LiteratureDipole,
    LiteratureDipoleC,
    LiteratureExponential,
    LiteratureExponentialC,
    LiteratureFermi,
)
from nuprobe.nuclei.form_factors.names import (
    Distribution,
    make_form_factor,
    minimal_rms,
    named,
    own_shapes,
    shape_named,
    shapes,
)
from nuprobe.nuclei.form_factors.nucleon import (
    DEFAULT_NUCLEON,
    NUCLEON_NAMES,
    NucleonDipole,
    NucleonElectric,
    NucleonName,
    kelly,
    nucleon_electric,
)
from nuprobe.nuclei.form_factors.point import Point
from nuprobe.nuclei.form_factors.woods_saxon import WoodsSaxon

__all__ = [
    "DEFAULT_NUCLEON",
    "FORM_FACTORS",
    "NUCLEON_NAMES",
    "DensityFormFactor",
    "Describes",
    "Dipole",
    "Distribution",
    "Exponential",
    "Fermi",
    "FormFactor",
    "FourierBessel",
    "Helm",
    "KleinNystrand",
    "LiteratureDipole",
    "LiteratureDipoleC",
    "LiteratureExponential",
    "LiteratureExponentialC",
    "LiteratureFermi",
    "NucleonDipole",
    "NucleonElectric",
    "NucleonName",
    "Point",
    "Shape",
    "SurfaceShape",
    "WoodsSaxon",
    "fourier_bessel_isotopes",
    "kelly",
    "make_form_factor",
    "minimal_rms",
    "named",
    "nucleon_electric",
    "shape_named",
    "shapes",
]

FORM_FACTORS: Final = tuple(own_shapes())
"""Names of the shapes of this package; `shapes` adds those of other packages."""
