"""nuprobe: neutrinos as a probe of new physics."""
