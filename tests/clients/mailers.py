"""Clients that can speak TLS, each told the same way what to send and whom to trust.

``MAILERS`` has them by name.  What one returns is how it ended: its exit code and what it said;
for smtplib, 0 or 1 and the exception.
"""

import json
import smtplib
import ssl
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tests.clients.programs import Runner, node_environ, program
from tests.clients.samples import MAIL
from tests.clients.wire import stuffed
from tests.support import WAIT

SENDER, RECIPIENT = "ann@example.org", "bob@example.org"
TRUST = "trust"  # the file of the CA is given
DEFAULT = "default"  # nothing is said: what the client does then is up to it
VERIFY = "verify"  # only those the system trusts, where that is not the default

Ended = tuple[int, str]


@dataclass(frozen=True)
class Errand:
    """A server to send a mail to, and how far to trust it."""

    host: str
    port: int
    is_implicit: bool  # TLS comes first (RFC 8314)
    ca: Path
    trust: str
    scratch: Path
    run: Runner
    mail: bytes = MAIL

    @property
    def authority(self) -> str:
        """Host and port as one word."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def letter(self) -> str:
        """A file of the mail."""
        path = self.scratch / "letter.eml"
        path.write_bytes(self.mail)
        return str(path)

    def options(self, trust: list[str], verify: list[str]) -> list[str]:
        """The options that fit how far to trust."""
        return {TRUST: trust, VERIFY: verify, DEFAULT: []}[self.trust]


def swaks(errand: Errand) -> Ended:
    name = program("swaks", "apt install swaks, or brew install swaks")
    return errand.run.ended(
        *(name, "--server", errand.host, "--port", str(errand.port), "--ehlo", "client.test"),
        *("--from", SENDER, "--to", RECIPIENT, "--data", f"@{errand.letter}"),
        "--tlsc" if errand.is_implicit else "--tls",
        *errand.options(["--tls-verify", "--tls-ca-path", str(errand.ca)], ["--tls-verify"]),
    )


def curl(errand: Errand) -> Ended:
    name = program("curl", "apt install curl, or brew install curl")
    scheme = "smtps" if errand.is_implicit else "smtp"
    return errand.run.ended(
        *(name, "-q", "--silent", "--show-error", "--noproxy", "*", "--ssl-reqd"),
        *("--mail-from", SENDER, "--mail-rcpt", RECIPIENT, "--upload-file", errand.letter),
        *errand.options(["--cacert", str(errand.ca)], []),
        f"{scheme}://{errand.authority}/client.test",
    )


def msmtp(errand: Errand) -> Ended:
    name = program("msmtp", "apt install msmtp, or brew install msmtp")
    return errand.run.ended(
        *(name, f"--host={errand.host}", f"--port={errand.port}", "--domain=client.test"),
        *("--auth=off", "--tls=on", f"--tls-starttls={'off' if errand.is_implicit else 'on'}"),
        *errand.options([f"--tls-trust-file={errand.ca}"], []),
        *(f"--from={SENDER}", RECIPIENT),
        stdin=errand.mail.replace(b"\r\n", b"\n"),
    )


def openssl(errand: Errand) -> Ended:
    name = program("openssl", "apt install openssl, or brew install openssl")
    kind = "verify_ip" if errand.host != "localhost" else "verify_hostname"
    check = ["-verify_return_error", f"-{kind}", errand.host]
    dialogue = (
        f"EHLO client.test\r\nMAIL FROM:<{SENDER}>\r\nRCPT TO:<{RECIPIENT}>\r\nDATA\r\n".encode()
        + stuffed(errand.mail)
        + b".\r\nQUIT\r\n"
    )
    return errand.run.ended(
        *(name, "s_client", "-quiet", "-connect", errand.authority),
        *([] if errand.is_implicit else ["-starttls", "smtp"]),
        *errand.options(["-CAfile", str(errand.ca), *check], check),
        stdin=dialogue,
    )


def smtplib_(errand: Errand) -> Ended:
    context = None
    if errand.trust != DEFAULT:
        context = ssl.create_default_context(cafile=errand.ca if errand.trust == TRUST else None)
    try:
        connect = partial(smtplib.SMTP_SSL, context=context) if errand.is_implicit else smtplib.SMTP
        with connect(errand.host, errand.port, "client.test", timeout=WAIT) as client:
            if not errand.is_implicit:
                client.starttls(context=context)
            client.sendmail(SENDER, RECIPIENT, errand.mail)
    except (OSError, smtplib.SMTPException) as error:
        return 1, f"{type(error).__name__}: {error}"
    return 0, ""


def aiosmtplib_(errand: Errand) -> Ended:
    # In a process of its own, because it leaves transports open when it ends TLS.
    script = """
import asyncio, json, ssl, sys
import aiosmtplib
options, ca, sender, recipient, letter = map(json.loads, sys.argv[1:])
async def send():
    context = ca and ssl.create_default_context(cafile=ca)
    async with aiosmtplib.SMTP(**options, tls_context=context or None) as client:
        await client.sendmail(sender, [recipient], open(letter, "rb").read())
asyncio.run(send())
"""
    options = {
        "hostname": errand.host,
        "port": errand.port,
        "local_hostname": "client.test",
        "timeout": WAIT,
        "use_tls": errand.is_implicit,
        "start_tls": not errand.is_implicit,
    }
    ca = str(errand.ca) if errand.trust == TRUST else ""
    words = map(json.dumps, (options, ca, SENDER, RECIPIENT, errand.letter))
    return errand.run.ended(sys.executable, "-c", script, *words)


def nodemailer(errand: Errand) -> Ended:
    node = program("node", "apt install nodejs, or brew install node")
    script = """
        const [options, letter] = process.argv.slice(1).map((text) => JSON.parse(text));
        if (options.tls) options.tls.ca = require("fs").readFileSync(options.tls.ca);
        require("nodemailer").createTransport(options).sendMail(letter)
          .catch((error) => { console.error(error.code, error.message); process.exit(1); });
    """
    options: dict[str, Any] = {
        "host": errand.host,
        "port": errand.port,
        "name": "client.test",
        "secure": errand.is_implicit,
        "requireTLS": not errand.is_implicit,
    }
    if errand.trust == TRUST:
        options["tls"] = {"ca": str(errand.ca)}
    letter = {
        "envelope": {"from": SENDER, "to": [RECIPIENT]},
        "raw": errand.mail.decode().replace("\r\n", "\n"),
    }
    words = ("-e", script, json.dumps(options), json.dumps(letter))
    return errand.run.ended(node, *words, environ=node_environ(node))


MAILERS: dict[str, Callable[[Errand], Ended]] = {
    "swaks": swaks,
    "curl": curl,
    "msmtp": msmtp,
    "openssl": openssl,
    "smtplib": smtplib_,
    "aiosmtplib": aiosmtplib_,
    "nodemailer": nodemailer,
}
