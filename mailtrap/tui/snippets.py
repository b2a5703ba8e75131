"""How to point common frameworks at a mail catcher: data, with the host and port to fill in."""

import json
import shlex
from collections.abc import Sequence
from pathlib import Path

from mailtrap.sanitize import sanitize_lines
from mailtrap.tui.endpoints import WILDCARDS, Address, shown_address

# (who, what to write); %HOST% and %PORT% stand for the address.
# Each line has to fit on a screen of 80 columns, so that it can be copied as it is.
SNIPPETS = (
    ("env", "SMTP_HOST=%HOST% SMTP_PORT=%PORT%"),
    ("Django", 'EMAIL_HOST = "%HOST%"; EMAIL_PORT = %PORT%'),
    (
        "Django 6.1+",
        (
            'MAILERS = {"default": {\n'
            '    "BACKEND": "django.core.mail.backends.smtp.EmailBackend",\n'
            '    "OPTIONS": {"host": "%HOST%", "port": %PORT%},\n'
            "}}"
        ),
    ),
    ("Flask-Mail", 'MAIL_SERVER = "%HOST%"; MAIL_PORT = %PORT%'),
    ("Rails", 'config.action_mailer.smtp_settings = { address: "%HOST%", port: %PORT% }'),
    ("Laravel", "MAIL_MAILER=smtp MAIL_HOST=%HOST% MAIL_PORT=%PORT%"),
    ("Node", 'nodemailer.createTransport({ host: "%HOST%", port: %PORT% })'),
    ("Spring", "spring.mail.host=%HOST%  spring.mail.port=%PORT%"),
    ("shell", "swaks --server %HOST%:%PORT% --to you@example.org"),
)


# How clients come to trust the CA of the listener: %CA% is its file, %"CA"% that in quotes.
TLS_SNIPPETS = (
    ("environment", "SSL_CERT_FILE=%CA%"),
    ("Node", "NODE_EXTRA_CA_CERTS=%CA%"),
    ("Python", 'context = ssl.create_default_context(cafile=%"CA"%)'),
    (
        "swaks",
        (
            "swaks --tls --tls-verify --tls-ca-path %CA% \\\n"
            "  --server %HOST%:%PORT% --to you@example.org"
        ),
    ),
    (
        "curl",
        (
            "curl --ssl-reqd --cacert %CA% \\\n"
            "  smtp://%HOST%:%PORT% --mail-rcpt you@example.org -T mail.eml"
        ),
    ),
)


def filled(address: Address) -> Sequence[tuple[str, str]]:
    """The snippets for that address; one that means all interfaces is reached at loopback."""
    return [(who, _filled(what, address)) for who, what in SNIPPETS]


def filled_tls(address: Address, ca: Path) -> Sequence[tuple[str, str]]:
    """The snippets for clients that use TLS there and have to trust that CA."""
    names = {'%"CA"%': json.dumps(str(ca), ensure_ascii=False), "%CA%": shlex.quote(str(ca))}
    snippets = []
    for who, what in TLS_SNIPPETS:
        text = _filled(what, address)
        for name, value in names.items():
            text = text.replace(name, value)
        snippets.append((who, sanitize_lines(text)))
    return snippets


def _filled(what: str, address: Address) -> str:
    host, port = WILDCARDS.get(address[0], address[0]), str(address[1])
    at = shown_address((host, address[1]))
    return what.replace("%HOST%:%PORT%", at).replace("%HOST%", host).replace("%PORT%", port)
