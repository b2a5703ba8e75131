"""What could not be read in mail data, as values."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "base64-character",
    "base64-padding",
    "boundary-collision",
    "boundary-missing",
    "boundary-not-closed",
    "boundary-not-found",
    "charset-mismatch",
    "charset-unknown",
    "no-blank-line",
    "no-field",
    "parameter",
    "quoted-printable-escape",
    "transfer-encoding-unknown",
]


@dataclass(frozen=True, slots=True)
class Defect:
    """Something that could not be read as it was meant.

    ``start`` and ``end`` are offsets in the mail data; of what occurs often, the first place.
    ``path`` is that of the part.  ``detail`` is for people, and ASCII.
    """

    kind: Kind
    start: int
    end: int
    path: str
    detail: str
