"""``python -m nuprobe``: the command line."""

from nuprobe.cli import main

if __name__ == "__main__":
    main()
