"""Rates of inverse beta decay at reactors: yields of each isotope, fuels, distances."""
