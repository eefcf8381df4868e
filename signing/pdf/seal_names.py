"""What a seal adds to a file, by name: no contract may have these names before."""

from typing import Final

EVIDENCE_NAME: Final = "tallystick-evidence.json"
SEAL_FIELD: Final = "TallystickSeal"
ARCHIVE_FIELD: Final = "TallystickArchive"  # followed by the version's number
