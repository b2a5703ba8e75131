"""Commands that send a message again, octet by octet: swaks, curl, and a test with smtplib.  Pure.

What is copied is pasted into shells: nothing from the wire stands outside of quotes, and no
control character is left.  Where a tool cannot be exact the first line says so.  That line is a
command that does nothing, since zsh knows no comments where one types.
"""

import re
import shlex
from collections.abc import Sequence

from mailtrap.envelope import Envelope, Path
from mailtrap.sanitize import shown
from mailtrap.tui.endpoints import WILDCARDS, Address, shown_address

DEFAULT = ("127.0.0.1", 1025)  # where nobody listens in this process
_WORD = rb"[^\x00-\x20\x7f<>()\[\]\\,;:@\"]+"
_ASCII = rb"[!-~]+"  # curl changes other domains
_USUAL = re.compile(rb"<(?:%b(?:@(?=%b>)%b)?)?>" % (_WORD, _ASCII, _WORD))  # or the null one
_DOT_BEHIND_LF = re.compile(rb"(?<!\r)\n\.")
# What a terminal would obey, what nobody sees, and what is not UTF-8.
_ESCAPED = re.compile(
    "[\\\\\x00-\x1f\x7f-\xa0\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202f\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
_NAMED = {"\\": r"\\", "\r": r"\r", "\n": r"\n", "\t": r"\t"}


def reached(addresses: Sequence[Address]) -> Address:
    """Where a client on this machine reaches the listener."""
    host, port = addresses[0] if addresses else DEFAULT
    return WILDCARDS.get(host, host), port


def swaks(envelope: Envelope, data: bytes, address: Address) -> str:
    """A command for POSIX shells; swaks sends the octets of its input as they are."""
    sent = data if data.endswith(b"\r\n") else data + b"\r\n"
    recipients = shlex.quote(",".join(map(_bare, envelope.recipients)))
    command = (
        f"swaks --server {shlex.quote(shown_address(address))} --from {_quoted(envelope.sender)}"
        f" --to {recipients} --no-data-fixup --data -\n"
    )
    return "\n".join(
        [*_not_exact("swaks", envelope, data), *_printf(_stuffed(sent) + b"."), command]
    )


def curl(envelope: Envelope, data: bytes, address: Address) -> str:
    """A command for POSIX shells; curl doubles the dots and ends the data by itself."""
    recipients = "".join(f" --mail-rcpt {_quoted(path)}" for path in envelope.recipients)
    command = (
        f"curl --url {shlex.quote(f'smtp://{shown_address(address)}')}"
        f" --mail-from {_quoted(envelope.sender)}{recipients} --upload-file -\n"
    )
    return "\n".join([*_not_exact("curl", envelope, data), *_printf(data), command])


def smtplib(envelope: Envelope, data: bytes, address: Address, name: str = "message") -> str:
    """A test that sends it and passes where it is taken; exact, whatever envelope and data.

    Only data that came without MAIL and does not end in CRLF gets one.
    """
    lines = [f"    {line!r}" for line in data.splitlines(keepends=True)] or ["    b''"]
    words = "_".join(re.findall(r"[a-z0-9]+", name.lower())) or "message"
    is_usual = _is_usual(envelope) and data.endswith(b"\r\n") and not _DOT_BEHIND_LF.search(data)
    body = _sendmail(envelope) if is_usual else _dialogue(envelope, data)
    host, port = address
    return "\n".join(
        [
            "import smtplib",
            "",
            "DATA = (",
            *lines,
            ")",
            "",
            "",
            f"def test_{words}_is_taken():",
            f"    with smtplib.SMTP({host!r}, {port}) as smtp:",
            *(f"        {line}" if line else "" for line in body),
            "",
        ]
    )


# The test

_DATA = [
    "assert smtp.docmd('DATA')[0] == 354",
    "dotted = (b'\\r\\n' + DATA).replace(b'\\r\\n.', b'\\r\\n..')[2:]",
    "smtp.send(dotted + (b'.\\r\\n' if DATA.endswith(b'\\r\\n') else b'\\r\\n.\\r\\n'))",
    "assert smtp.getreply()[0] == 250",
]
# What does not end in CRLF (RFC 3030); it needs a MAIL before it.
_BDAT = [
    "smtp.send(b'BDAT %d LAST\\r\\n' % len(DATA) + DATA)",
    "assert smtp.getreply()[0] == 250",
]


def _sendmail(envelope: Envelope) -> list[str]:
    assert envelope.sender is not None
    recipients = [path.address for path in envelope.recipients]
    # smtplib says SIZE by itself.
    words = [p.raw.decode() for p in envelope.sender.parameters if p.keyword != "SIZE"]
    options = f", {words!r}" if words else ""
    sender = envelope.sender.address
    return [
        f"refused = smtp.sendmail({sender!r}, {recipients!r}, DATA{options})",
        "assert refused == {}",
    ]


def _dialogue(envelope: Envelope, data: bytes) -> list[str]:
    """Commands as they were sent, and the octets however they can be."""
    sender = [envelope.sender] if envelope.sender else []
    commands = [_command(b"MAIL FROM:", path) for path in sender]
    commands += [_command(b"RCPT TO:", path) for path in envelope.recipients]
    lines = ["smtp.ehlo()"]
    for command in commands:
        lines += [f"smtp.send({command!r})", "assert smtp.getreply()[0] == 250"]
    return [*lines, *(_DATA if data.endswith(b"\r\n") or not commands else _BDAT)]


def _command(words: bytes, path: Path) -> bytes:
    return words + path.raw + (b" " + path.rest if path.rest else b"") + b"\r\n"


# The shell


def _printf(data: bytes) -> list[str]:
    r"""A command of any POSIX shell that writes those octets.

    %b knows \0ooo for an octet; a line of mail is an argument, so that it can still be read.
    """
    lines = [f"  {_argument(line)} \\" for line in data.splitlines(keepends=True)]
    lines = lines or ["  '' \\"]
    return ["printf '%b' \\", *lines[:-1], lines[-1].removesuffix("\\") + "|"]


def _argument(line: bytes) -> str:
    text = line.decode("utf-8", "surrogateescape")
    return "'" + _ESCAPED.sub(_escape, text).replace("'", "'\\''") + "'"


def _escape(found: re.Match[str]) -> str:
    octets = found[0].encode("utf-8", "surrogateescape")
    return _NAMED.get(found[0]) or "".join(f"\\0{octet:03o}" for octet in octets)


def _quoted(path: Path | None) -> str:
    return shlex.quote((_bare(path) if path else "") or "<>")


def _bare(path: Path) -> str:
    return shown(path.address.encode("utf-8", "surrogateescape"))


def _stuffed(data: bytes) -> bytes:
    """With the dots doubled that begin a line (RFC 5321 section 4.5.2)."""
    doubled = data.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled


# What cannot be exact


def _not_exact(tool: str, envelope: Envelope, data: bytes) -> list[str]:
    """A line that says what the tool sends differently; none where it is exact."""
    reasons = []
    if envelope.sender is None:
        reasons.append("there was no MAIL, and it sends one")
    if not envelope.recipients:
        reasons.append("there was no RCPT, and it needs one")
    paths = ([envelope.sender] if envelope.sender else []) + list(envelope.recipients)
    reasons += [f"the path was {_told(path.raw)}" for path in paths if not _is_usual_path(path)]
    # SIZE is an estimate (RFC 1870) that each of them makes for itself, or not.
    own = ("SIZE", "SMTPUTF8") if tool == "curl" else ("SIZE",)
    left_out = (p.raw for path in paths for p in path.parameters if p.keyword not in own)
    reasons += [f"it leaves out {_told(parameter)}" for parameter in left_out]
    if not data.endswith(b"\r\n") and (data or tool == "swaks"):
        reasons.append("the data did not end in CRLF, and it adds one")
    if not reasons:
        return []
    return [f": {shlex.quote(f'{tool} cannot send this as it was: ' + '; '.join(reasons))}"]


def _told(octets: bytes) -> str:
    return shown(octets[:200])


def _is_usual_path(path: Path) -> bool:
    is_shown_as_it_is = shown(path.raw).encode() == path.raw
    return is_shown_as_it_is and bool(_USUAL.fullmatch(path.raw))


def _is_usual(envelope: Envelope) -> bool:
    """The methods of smtplib send it as it was."""
    sender, recipients = envelope.sender, envelope.recipients
    return (
        sender is not None
        and bool(recipients)
        and all(_is_usual_path(path) and path.raw.isascii() for path in (sender, *recipients))
        and all(not path.rest and path.address for path in recipients)
        and sender.rest.isascii()
    )
