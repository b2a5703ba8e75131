"""The occasions at which faults can happen, named after the commands of SMTP.  Pure."""

VERBS = (
    "CONNECT",  # the greeting
    "HELO",
    "EHLO",  # and LHLO
    "STARTTLS",  # and the handshake where TLS is implicit
    "AUTH",  # once the credentials have come
    "MAIL",
    "RCPT",
    "DATA",
    "MESSAGE",  # the mail data has come: after the final dot, or BDAT LAST
    "RSET",
    "NOOP",
    "QUIT",
    "VRFY",
    "EXPN",
    "HELP",
)
# What counts as another verb: RFC 2033 section 4.1, RFC 821 section 3.4.
ALIASES = {"LHLO": "EHLO", "SAML": "MAIL", "SEND": "MAIL", "SOML": "MAIL"}


def canonical(verb: str) -> str:
    """The name in VERBS of a verb in any case; what is none comes back in upper case."""
    upper = verb.upper()
    return ALIASES.get(upper, upper)
