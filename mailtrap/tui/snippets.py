"""How to point common frameworks at a mail catcher: data, with the host and port to fill in."""

from collections.abc import Sequence

from mailtrap.session import Peer

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104 not bound here

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


def filled(address: tuple[str, int]) -> Sequence[tuple[str, str]]:
    """The snippets for that address; one that means all interfaces is reached at loopback."""
    host, port = _WILDCARDS.get(address[0], address[0]), str(address[1])
    return [(who, what.replace("%HOST%", host).replace("%PORT%", port)) for who, what in SNIPPETS]


def shown_address(address: tuple[str, int]) -> str:
    """``host:port``, with brackets around an IPv6 address."""
    host, port = address
    return str(Peer(host, port))
