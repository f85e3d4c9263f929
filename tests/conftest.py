"""What holds for every test."""

from hypothesis import settings

# how long an example takes says what else the machine does, not whether it is right
settings.register_profile("nuprobe", deadline=None)
settings.load_profile("nuprobe")
