"""Low-energy reactions of neutrinos with nuclei that are not elastic scattering."""
