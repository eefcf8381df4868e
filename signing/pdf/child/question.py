"""What the caller wants to know of one sealed file, and whom it believes."""

from dataclasses import dataclass
from datetime import datetime

from asn1crypto import x509


@dataclass(frozen=True)
class Roots:
    """Whom the caller believes: certificates for the seal, and for time stamps."""

    seal: tuple[x509.Certificate, ...]
    time_stamps: tuple[x509.Certificate, ...]


@dataclass(frozen=True)
class Question:
    """`document` is the digest of the R0 that the caller expects, where it knows one; the lists (DER) may be newer than the file."""

    roots: Roots
    revocation_lists: tuple[bytes, ...]
    at: datetime
    max_pages: int
    document: bytes | None
