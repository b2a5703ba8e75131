"""Rules: ESMTP parameters of MAIL and RCPT, whatever they say: may they be there, are they one."""

import re
from collections.abc import Iterator

from mailtrap.lint.checks import on_command, on_line
from mailtrap.lint.diagnostic import Found, Rule, Severity
from mailtrap.lint.esmtp import Word, words
from mailtrap.lint.samples import START, Script
from mailtrap.lint.seen import Seen
from mailtrap.session import Command, TlsStarted
from mailtrap.terms import Terms

# The EHLO keyword that offers a parameter, by its own (IANA, SMTP Service Extensions).
OF_MAIL = {
    "SIZE": "SIZE",  # RFC 1870
    "BODY": "8BITMIME",  # RFC 6152
    "RET": "DSN",  # RFC 3461
    "ENVID": "DSN",
    "AUTH": "AUTH",  # RFC 4954
    "SMTPUTF8": "SMTPUTF8",  # RFC 6531
    "REQUIRETLS": "REQUIRETLS",  # RFC 8689
    "BY": "DELIVERBY",  # RFC 2852
    "HOLDFOR": "FUTURERELEASE",  # RFC 4865
    "HOLDUNTIL": "FUTURERELEASE",
    "MT-PRIORITY": "MT-PRIORITY",  # RFC 6710
    "MTRK": "MTRK",  # RFC 3885
    "SUBMITTER": "SUBMITTER",  # RFC 4405
    "SOLICIT": "NO-SOLICITING",  # RFC 3865
    "CONPERM": "CONPERM",  # RFC 4141
    "TRANSID": "CHECKPOINT",  # RFC 1845
}
OF_RCPT = {
    "NOTIFY": "DSN",  # RFC 3461
    "ORCPT": "DSN",
    "RRVS": "RRVS",  # RFC 7293
    "CONNEG": "CONNEG",  # RFC 4141
}
_OF = {"MAIL": OF_MAIL, "RCPT": OF_RCPT}
_KNOWN = frozenset(OF_MAIL) | frozenset(OF_RCPT)
# Their values have rules of their own.
_JUDGED = _KNOWN - {"MTRK", "SUBMITTER", "SOLICIT", "CONPERM", "TRANSID", "CONNEG", "REQUIRETLS"}

_KEYWORD = re.compile(rb"[A-Za-z0-9][A-Za-z0-9-]*+")
# RFC 5321 section 4.1.2, and RFC 6531 section 3.3 for what is not ASCII.
_VALUE = re.compile(rb"[!-<>-~\x80-\xff]++")

_EHLO = b"EHLO app.example.org\r\n"
_MAIL = b"MAIL FROM:<ann@example.org>\r\n"
_MAIL_WITH_SIZE = b"MAIL FROM:<ann@example.org> SIZE=1000\r\n"


PARAMS_AFTER_HELO = Rule(
    "params-after-helo",
    "ESMTP parameters in a session that began with HELO",
    Severity.ERROR,
    "RFC 5321 §4.1.1.3",
    quote="The client MUST NOT transmit parameters other than those associated with a service"
    " extension offered by the server in its EHLO response.",
    why="HELO offers no extensions, so a server may read the parameters as part of the address"
    " and refuse the mail with 501.",
    mend="Begin with EHLO; where the server refuses that and HELO is the fallback, leave all"
    " parameters out.",
    bad=(b"HELO app.example.org\r\n", _MAIL_WITH_SIZE),
    good=(_EHLO, _MAIL_WITH_SIZE),
    probes=("params-after-helo",),
)


@on_command(PARAMS_AFTER_HELO, "MAIL", "RCPT", about=words)
def params_after_helo(seen: Seen, command: Command) -> Iterator[Found]:
    if seen.greeting is None or seen.is_esmtp:
        return
    given = words(command.raw)
    texts = " ".join(word.text for word in given[:4])
    yield Found(texts, given[0].start, given[-1].end)


PARAM_NOT_ADVERTISED = Rule(
    "param-not-advertised",
    "Parameter of an extension that the server does not offer",
    Severity.ERROR,
    "RFC 5321 §4.1.1.3",
    quote="The client MUST NOT transmit parameters other than those associated with a service"
    " extension offered by the server in its EHLO response.",
    why="A server that does not know the extension refuses the whole command, mostly with 555 or"
    " 501, and the mail is never sent.",
    mend="Look into the EHLO reply (the latest: after STARTTLS it may differ) and send a parameter"
    " only where its keyword is listed.",
    bad=Script(
        (_EHLO, b"MAIL FROM:<ann@example.org> RET=HDRS\r\n"), terms=Terms(ehlo_remove=("DSN",))
    ),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> RET=HDRS\r\n"),
    probes=("param-unknown MAIL", "param-unknown RCPT"),
)


@on_command(PARAM_NOT_ADVERTISED, "MAIL", "RCPT", about=words)
def param_not_advertised(seen: Seen, command: Command) -> Iterator[Found]:
    if not seen.is_esmtp:
        return
    known = _OF[command.verb]
    for word in words(command.raw):
        keyword = known.get(word.keyword)
        if keyword is None or keyword in seen.keywords or _has_own_rule(seen, word):
            continue
        yield word.found(f"EHLO did not list {keyword}")


def _has_own_rule(seen: Seen, word: Word) -> bool:
    """A rule that knows more about that parameter tells."""
    if word.keyword == "REQUIRETLS":
        return seen.tls is None
    return word.keyword == "BODY" and (word.value or b"").upper() == b"BINARYMIME"


PARAM_UNKNOWN = Rule(
    "param-unknown",
    "Parameter that is not defined for this command",
    Severity.ERROR,
    "RFC 5321 §4.1.1.11",
    quote="If the server SMTP does not recognize or cannot implement one or more of the parameters"
    " associated with a particular MAIL FROM or RCPT TO command, it will return code 555.",
    why="No RFC defines it and the server did not offer it, so real servers refuse the command;"
    " often it is a spelling mistake or a parameter of the other command.",
    mend="Correct the keyword, or move it: SIZE, BODY, SMTPUTF8, RET, ENVID and AUTH belong to"
    " MAIL, NOTIFY and ORCPT to RCPT.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> XFOO=1\r\n"),
    good=Script(
        (_EHLO, b"MAIL FROM:<ann@example.org> XFOO=1\r\n"), terms=Terms(ehlo_add=("XFOO",))
    ),
    probes=("param-unknown MAIL", "param-unknown RCPT"),
)


@on_command(PARAM_UNKNOWN, "MAIL", "RCPT", about=words)
def param_unknown(seen: Seen, command: Command) -> Iterator[Found]:
    known = _OF[command.verb]
    for word in words(command.raw):
        # What is glued to the path and has no value is rather a slip in the path.
        is_slip = word.is_glued and word.value is None
        if word.keyword in known or is_slip or not _is_keyword(word):
            continue
        if word.keyword in _KNOWN:
            yield word.found(f"of {'RCPT' if command.verb == 'MAIL' else 'MAIL'}")
        elif word.keyword not in seen.keywords:
            yield word.found()


PARAM_SYNTAX = Rule(
    "param-syntax",
    "Parameter that is not keyword or keyword=value",
    Severity.ERROR,
    "RFC 5321 §4.1.2",
    quote='esmtp-param = esmtp-keyword ["=" esmtp-value]',
    why="Servers cannot tell what it means and refuse the command with 501 or 555.",
    mend="A keyword has only letters, digits and hyphens; a value is not empty and has no blank"
    ' and no "=": encode others as xtext (RFC 3461 §4), for example "=" as +3D.',
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> SUBMITTER=\r\n"),
    good=(_EHLO, _MAIL_WITH_SIZE),
)


@on_line(PARAM_SYNTAX, "MAIL", "RCPT")
def param_syntax(line: bytes) -> Iterator[Found]:
    for word in words(line):
        if word.is_glued and (word.value is None or _is_separated(word)):
            continue
        if not _is_keyword(word):
            yield word.found("no keyword")
        elif word.keyword in _JUDGED or word.value is None:
            continue
        elif not word.value:
            yield word.found("no value")
        elif not _VALUE.fullmatch(word.value):
            yield word.found("octets that a value must not have")


PARAM_DUPLICATE = Rule(
    "param-duplicate",
    "Parameter given twice",
    Severity.ERROR,
    "RFC 1870 §6",
    quote="Only one SIZE parameter may be specified in a single MAIL command.",
    why="Which of the two counts is up to each server, and some refuse the command. RFC 6152 §3"
    " says the same of BODY and RFC 3461 §4.5 of RET, ENVID, NOTIFY and ORCPT.",
    mend="Send each parameter once; look whether both the library and your own code add it.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> SIZE=1000 SIZE=1200\r\n"),
    good=(_EHLO, b"MAIL FROM:<ann@example.org> SIZE=1000 BODY=8BITMIME\r\n"),
    probes=("param-duplicate",),
)


@on_line(PARAM_DUPLICATE, "MAIL", "RCPT")
def param_duplicate(line: bytes) -> Iterator[Found]:
    given = words(line)
    if len(given) < 2:
        return
    before: set[str] = set()
    for word in given:
        if word.keyword in before and word.keyword in _KNOWN:
            yield word.found()
        before.add(word.keyword)


PARAM_NO_SPACE = Rule(
    "param-no-space",
    "No space between the path and its parameters",
    Severity.ERROR,
    "RFC 5321 §4.1.1.2",
    quote='mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF',
    why="Most servers take all of it for the address and refuse it with 501.",
    mend="Write one space behind the closing bracket: MAIL FROM:<ann@example.org> SIZE=1000.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org>SIZE=1000\r\n"),
    good=(_EHLO, _MAIL_WITH_SIZE),
    probes=("param-no-space",),
)


@on_line(PARAM_NO_SPACE, "MAIL", "RCPT")
def param_no_space(line: bytes) -> Iterator[Found]:
    given = words(line)
    if given and given[0].is_glued and (_is_keyword(given[0]) or _is_separated(given[0])):
        yield given[0].found()


REQUIRETLS_WITHOUT_TLS = Rule(
    "requiretls-without-tls",
    "REQUIRETLS in clear text",
    Severity.ERROR,
    "RFC 8689 §2",
    quote="The session itself MUST employ TLS transmission.",
    why="The client asks that the mail only ever travels encrypted, and is about to send it in"
    " clear text itself.",
    mend="Say STARTTLS first (or use the port with implicit TLS), say EHLO again, and send"
    " REQUIRETLS only where that reply lists it.",
    bad=(_EHLO, b"MAIL FROM:<ann@example.org> REQUIRETLS\r\n"),
    good=(
        _EHLO,
        b"STARTTLS\r\n",
        TlsStarted(START, b"", "TLSv1.3"),
        _EHLO,
        b"MAIL FROM:<ann@example.org> REQUIRETLS\r\n",
    ),
)


@on_command(REQUIRETLS_WITHOUT_TLS, "MAIL", about=words)
def requiretls_without_tls(seen: Seen, command: Command) -> Iterator[Found]:
    if seen.tls is None:
        for word in words(command.raw):
            if word.keyword == "REQUIRETLS":
                yield word.found()


def _is_separated(word: Word) -> bool:
    """Something other than a space is before it."""
    return word.raw.startswith((b",", b";"))


def _is_keyword(word: Word) -> bool:
    keyword = word.raw[: len(word.raw) if word.value is None else -len(word.value) - 1]
    return _KEYWORD.fullmatch(keyword) is not None
