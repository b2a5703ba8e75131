"""The certificates a server shows: the user's own, or throwaway ones made for this run."""

import ssl
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from mailtrap.errors import UsageError

if TYPE_CHECKING:
    import trustme

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
WRONG_HOST = "wrong.host.test"
_ORGANIZATION = "mailtrap (throwaway, trust it only in tests)"


class Certificates:
    """TLS contexts, each made when it is first asked for.  Safe in any thread.

    ``kind`` of a context is "" for the one that is right, or what is wrong with it on purpose:
    ``expired``, ``wrong_host``, ``untrusted``.
    """

    def __init__(
        self,
        names: Sequence[str] = LOCAL_NAMES,
        *,
        cert: Path | None = None,
        key: Path | None = None,
        ca_file: Path | None = None,
        client_ca: Path | None = None,
    ) -> None:
        """``names``: hosts that a throwaway certificate is for.

        ``cert`` and ``key``: PEM files to use instead; the key may be in the file of the
        certificate.  ``ca_file``: where the CA of throwaway certificates is written, by default
        a temporary file.  ``client_ca``: PEM file of the CA that signs clients' certificates;
        only with it are clients asked for one, because OpenSSL refuses those it cannot check.
        """
        self._names = names
        self._cert = cert
        self._key = key
        self._client_ca = client_ca
        self._lock = Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._authority: trustme.CA | None = None
        self._scratch: tempfile.TemporaryDirectory[str] | None = None
        self._ca_file = ca_file.absolute() if ca_file is not None else None
        self._is_ca_written = False

    @property
    def ca(self) -> Path | None:
        """The file clients have to trust; None while it is not written, or not ours to know."""
        return self._ca_file if self._is_ca_written else None

    def ready(self, kind: str = "") -> ssl.SSLContext | None:
        """The context, if it was made before."""
        return self._contexts.get(kind)

    def context(self, kind: str = "") -> ssl.SSLContext:
        """The context; making it the first time takes a tenth of a second.

        Raises UsageError where a file given by the user is of no use.
        """
        with self._lock:
            made = self._contexts.get(kind)
            if made is None:
                made = self._contexts[kind] = self._made(kind)
            return made

    def write_ca(self) -> None:
        """Write the CA of throwaway certificates to its file.  Raises UsageError."""
        authority = self._throwaway()
        if self._ca_file is None:
            self._scratch = tempfile.TemporaryDirectory(prefix="mailtrap-")
            self._ca_file = Path(self._scratch.name) / "ca.pem"
        try:
            self._ca_file.write_bytes(authority.cert_pem.bytes())
        except OSError as error:
            raise UsageError(
                f"--tls-ca: cannot write {str(self._ca_file)!r}: {error.strerror}"
            ) from error
        self._is_ca_written = True

    def close(self) -> None:
        """Remove the temporary file, if there is one."""
        if self._scratch is not None:
            self._scratch.cleanup()

    def _made(self, kind: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # Any client is taken, old ones too; what is wrong with them is for the transcript.
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with suppress(ssl.SSLError):  # LibreSSL has no security levels
            context.set_ciphers("ALL:!aNULL:!eNULL:@SECLEVEL=0")
        context.options |= ssl.OP_NO_RENEGOTIATION
        if not kind and self._cert is not None:
            self._load(context, self._cert)
        else:
            self._leaf(kind).configure_cert(context)
        if self._client_ca is not None:
            self._ask_clients(context, self._client_ca)
        return context

    def _leaf(self, kind: str) -> "trustme.LeafCert":
        if kind == "expired":
            now = datetime.now(UTC)
            return self._throwaway().issue_cert(
                *LOCAL_NAMES, not_before=now - timedelta(days=30), not_after=now - timedelta(days=1)
            )
        if kind == "wrong_host":
            return self._throwaway().issue_cert(WRONG_HOST)
        if kind == "untrusted":
            return _new_authority().issue_cert(*LOCAL_NAMES)
        try:
            return self._throwaway().issue_cert(*self._names)
        except ValueError:  # a greeting may name any host, a certificate may not
            return self._throwaway().issue_cert(*LOCAL_NAMES)

    def _throwaway(self) -> "trustme.CA":
        if self._authority is None:
            self._authority = _new_authority()
        return self._authority

    def _load(self, context: ssl.SSLContext, cert: Path) -> None:
        key = self._key or cert
        for option, path in (("--tls-cert", cert), ("--tls-key", key)):
            try:
                path.read_bytes()
            except OSError as error:
                raise UsageError(
                    f"{option}: cannot read {str(path)!r}: {error.strerror}"
                ) from error
        try:
            context.load_cert_chain(cert, key, password=_no_password)
        except (ssl.SSLError, ValueError) as error:
            raise UsageError(_unfit(cert, key, error)) from error

    def _ask_clients(self, context: ssl.SSLContext, authority: Path) -> None:
        try:
            context.load_verify_locations(authority)
        except OSError as error:  # also ssl.SSLError
            raise UsageError(
                f"--tls-client-ca: no CA certificate can be read from {str(authority)!r}"
                f"{_os_reason(error)}; it takes a PEM file"
            ) from error
        context.verify_mode = ssl.CERT_OPTIONAL


class _EncryptedError(ValueError):
    """The key needs a password, which nobody can be asked for here."""


def _no_password() -> str:
    raise _EncryptedError


def _unfit(cert: Path, key: Path, error: Exception) -> str:
    """Why certificate and key are of no use, in a sentence."""
    reason = getattr(error, "reason", "") or "no PEM was found"
    if isinstance(error, _EncryptedError):
        return f"--tls-key: {str(key)!r} is encrypted; give a key without a password"
    if reason == "KEY_VALUES_MISMATCH":
        return f"--tls-key: {str(key)!r} is not the key of the certificate in {str(cert)!r}"
    if key == cert:
        return (
            f"--tls-cert: no certificate and key in {str(cert)!r} ({reason}); it takes"
            " PEM; give the key with --tls-key if it is in a file of its own"
        )
    return (
        f"--tls-cert and --tls-key: cannot use {str(cert)!r} and {str(key)!r}"
        f" ({reason}); both take PEM"
    )


def _os_reason(error: OSError) -> str:
    return "" if isinstance(error, ssl.SSLError) else f" ({error.strerror})"


def _new_authority() -> "trustme.CA":
    # Only now: it costs a tenth of a second, and most servers need none.
    import trustme

    return trustme.CA(organization_name=_ORGANIZATION)


def names_for(hostname: str) -> tuple[str, ...]:
    """The names of a throwaway certificate: this machine's own, and what the server says it is."""
    return tuple(dict.fromkeys((*LOCAL_NAMES, hostname)))
