"""Where mail can be sent to, what a client has to know for TLS, where it is kept.  Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mailtrap.session import Peer

WILDCARDS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 not bound here

Address = tuple[str, int]  # host, port


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The addresses of a listener; none where others take the mail."""

    smtp: Sequence[Address] = ()
    smtps: Sequence[Address] = ()  # TLS comes first there
    ca: Path | None = None  # file of the CA clients have to trust
    starttls: bool = False  # offered at ``smtp``
    maildir: Path | None = None  # where messages are kept; None: in memory
    timeout: float = 0  # seconds a client may be silent; 0: without end, or nobody knows

    @property
    def is_listening(self) -> bool:
        """There is a listener in this process."""
        return bool(self.smtp or self.smtps)

    @property
    def has_tls(self) -> bool:
        """Clients are meant to use TLS here, if they like."""
        return self.starttls or bool(self.smtps) or self.ca is not None


def shown_address(address: Address) -> str:
    """``host:port``, with brackets around an IPv6 address."""
    host, port = address
    return str(Peer(host, port))
