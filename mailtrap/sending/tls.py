"""Whom to trust over TLS."""

import ssl
from pathlib import Path

from mailtrap.errors import UsageError


def client_context(ca: Path | None, *, is_insecure: bool) -> ssl.SSLContext:
    """Trusts the CAs of the system, or that of the file, or anybody.  Raises UsageError."""
    try:
        context = ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
        raise UsageError(
            f"--ca: {str(ca)!r} is no file of certificates in PEM: {reason}"
        ) from error
    if is_insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
