"""Write the checksums of public data releases.

Usage: python tools/build_releases.py FOLDER_OF_CSI_2017 FOLDER_OF_LAR_2020

Only files that agree with the release's own list of MD5 sums belong here: of CsI 2017
the parameter, prompt-neutron and quenching files, of LAr 2020 all.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

TABLE = Path(__file__).parent.parent / "src" / "nuprobe" / "data" / "releases.csv"
CSI_2017 = (
    "coherent_parameters.yaml",
    "promptPDF.txt",
    "qfData_chicago.txt",
    "qfData_tunl.txt",
)


def main(csi: Path, lar: Path) -> None:
    """Write the table."""
    releases = [
        (
            "coherent-csi-2017",
            "10.5281/zenodo.1228631",
            [csi / name for name in CSI_2017],
        ),
        ("coherent-lar-2020", "10.5281/zenodo.3903810", sorted(lar.iterdir())),
    ]
    text = (
        "# checksums of files of public releases, computed from files that agree with"
        " the release's own MD5 list\n"
    )
    text += "release,doi,file,md5,sha256\n"
    for name, doi, files in releases:
        for file in files:
            content = file.read_bytes()
            md5, sha256 = hashlib.md5(content), hashlib.sha256(content)
            text += f"{name},{doi},{file.name},{md5.hexdigest()},{sha256.hexdigest()}\n"
    TABLE.write_text(text)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
