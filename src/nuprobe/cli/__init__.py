"""The command line:
``nuprobe list | xsec | rate | fit | scan | reproduce | catalogue | schema | demo``."""

from nuprobe.cli.main import main

__all__ = ["main"]
