"""The pictures of README.md, made small from those of the demo."""

from __future__ import annotations

import sys
from pathlib import Path

from PIL import Image

PICTURES = {
    "csi-2017-energy-and-time.png": ("csi-2017.png", 1200),
    "trident-plane.png": ("lmu-ltau.png", 900),
}
"""Figure of the demo -> picture and its width in pixels."""
COLOURS = 128


def main(demo: Path, pictures: Path) -> None:
    pictures.mkdir(exist_ok=True)
    for figure, (name, width) in PICTURES.items():
        with Image.open(demo / figure) as image:
            size = width, round(image.height * width / image.width)
            small = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
        small.quantize(COLOURS).save(pictures / name, optimize=True)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]))
