"""What a server offers and allows: its name, its limits, the list in its EHLO reply.  Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from mailtrap import proxy, sasl
from mailtrap.cached import cached_property

KEYWORDS = (
    "PIPELINING",  # RFC 2920
    "SIZE",  # RFC 1870; the limit is put in
    "8BITMIME",  # RFC 6152
    "SMTPUTF8",  # RFC 6531
    "CHUNKING",  # RFC 3030
    "BINARYMIME",  # RFC 3030
    "DSN",  # RFC 3461
    "ENHANCEDSTATUSCODES",  # RFC 2034
    "DELIVERBY",  # RFC 2852
    "MT-PRIORITY",  # RFC 6710
    # RFC 4865 section 3: the longest hold in seconds, the latest date
    "FUTURERELEASE 31536000 2099-12-31T23:59:59Z",
    "RRVS",  # RFC 7293
    "VRFY",  # RFC 5321 section 4.1.1.1 lists verbs a server need not have
    "EXPN",
    "ETRN",  # RFC 1985
    "AUTH",  # RFC 4954; the mechanisms are put in
    "HELP",
)


@dataclass(frozen=True)  # no slots: the replies to EHLO are made once
class Terms:
    """What the server offers and allows; the same for all its connections."""

    hostname: str = "mailtrap.localhost"
    version: str = ""
    max_size: int | None = None  # octets of a message; None means no limit
    starttls: bool = False  # advertise it; the verb works in any case
    require_tls: bool = False  # refuse mail in clear text (RFC 3207 section 4)
    trust_xclient: bool = False
    ehlo_add: tuple[str, ...] = ()  # keyword lines
    ehlo_remove: tuple[str, ...] = ()  # keywords in upper case
    # Passwords by user name; without any, all credentials pass.
    users: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    # Asked for user name and password, where a test decides; then ``users`` is empty.
    check: Callable[[str, str], bool] | None = field(default=None, repr=False)
    require_auth: bool = False  # refuse mail before AUTH (RFC 4954 section 6)

    def __post_init__(self) -> None:
        object.__setattr__(self, "users", MappingProxyType(dict(self.users)))

    @cached_property
    def ehlo(self) -> str:
        """The text of the reply to EHLO in clear text (RFC 5321 section 4.1.1.1)."""
        return self._ehlo(self.keywords())

    @cached_property
    def ehlo_over_tls(self) -> str:
        """The same over TLS."""
        return self._ehlo(self.keywords(is_over_tls=True))

    def _ehlo(self, keywords: Sequence[str]) -> str:
        *lines, last = self.hostname, *keywords
        return "\r\n".join([*(f"250-{line}" for line in lines), f"250 {last}"])

    def keywords(self, *, is_over_tls: bool = False) -> list[str]:
        """The keyword lines of the EHLO reply (RFC 5321 section 4.1.1.1), in order."""
        arguments = {"SIZE": self.max_size or 0, "AUTH": " ".join(sasl.advertised(self.users))}
        lines = [f"{k} {arguments[k]}" if k in arguments else k for k in KEYWORDS]
        if self.trust_xclient:
            lines[-1:-1] = proxy.KEYWORDS
        if is_over_tls:
            lines[-1:-1] = ["REQUIRETLS"]  # RFC 8689 section 4.3
        elif self.starttls:
            lines[-1:-1] = ["STARTTLS"]  # RFC 3207 section 4.2: never over TLS
        changed = {line.split(" ")[0].upper() for line in self.ehlo_add} | set(self.ehlo_remove)
        kept = [line for line in lines if line.split(" ")[0].upper() not in changed]
        added = (k for k in self.ehlo_add if not (is_over_tls and k.upper() == "STARTTLS"))
        return [*kept, *added]
