import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.errors import FaultsError
from mailtrap.faults.replies import POSITIVE, wire_replies, wire_reply
from mailtrap.faults.verbs import VERBS
from mailtrap.session import code_of


@pytest.mark.parametrize(
    ("verb", "text", "wire"),
    [
        ("RCPT", "451 4.7.1 try later", b"451 4.7.1 try later\r\n"),
        ("RCPT", "550 go away", b"550 go away\r\n"),
        ("RCPT", "550", b"550 5.1.1 no such user here\r\n"),
        ("rcpt", " 550\n", b"550 5.1.1 no such user here\r\n"),
        ("RCPT", "552", b"552 5.2.2 mailbox full\r\n"),
        ("RCPT", "452", b"452 4.2.2 mailbox full\r\n"),
        ("RCPT", "421", b"421 4.3.2 service not available, closing the connection\r\n"),
        ("RCPT", "251", b"251 2.1.5 user not local, will forward\r\n"),
        ("RCPT", "599", b"599 5.0.0 permanent failure\r\n"),
        ("RCPT", "499", b"499 4.0.0 temporary failure, try again later\r\n"),
        ("RCPT", "451 4.7.1", b"451 4.7.1 try again later\r\n"),
        ("RCPT", "550 5.7.26", b"550 5.7.26 multiple authentication checks failed\r\n"),
        ("RCPT", "550 5.9.9", b"550 5.9.9 no such user here\r\n"),
        ("MESSAGE", "554", b"554 5.6.0 message content refused\r\n"),
        ("MESSAGE", "452", b"452 4.3.1 insufficient system storage\r\n"),
        ("DATA", "451", b"451 4.3.0 local error in processing\r\n"),
        ("DATA", "354", b"354 end data with <CR><LF>.<CR><LF>\r\n"),
        ("AUTH", "535", b"535 5.7.8 authentication credentials invalid\r\n"),
        ("STARTTLS", "454", b"454 4.7.0 TLS not available due to a temporary reason\r\n"),
        ("CONNECT", "554", b"554 no SMTP service here\r\n"),
        ("EHLO", "421", b"421 service not available, closing the connection\r\n"),
        ("LHLO", "250 me\nSIZE 10\nPIPELINING", b"250-me\r\n250-SIZE 10\r\n250 PIPELINING\r\n"),
        ("RCPT", "550 5.1.1 one\ntwo", b"550-5.1.1 one\r\n550 5.1.1 two\r\n"),
        ("RCPT", "550-5.1.1 one\n550 5.1.1 two", b"550-5.1.1 one\r\n550 5.1.1 two\r\n"),
        ("RCPT", "550 grün", "550 grün\r\n".encode()),
        ("RCPT", "normal", None),
        ("RCPT", " Normal ", None),
    ],
)
def test_a_text_becomes_a_whole_reply(verb: str, text: str, wire: bytes | None) -> None:
    assert wire_reply(verb, text) == wire


def test_replies_are_texts_codes_octets_or_none() -> None:
    assert wire_replies("RCPT", "550 no", 550, b"\xff raw", None, "normal") == (
        b"550 no\r\n",
        b"550 5.1.1 no such user here\r\n",
        b"\xff raw",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("verb", "text", "sentence"),
    [
        ("RCPT", "", "reply '' is no reply; begin with a code, such as \"451 4.7.1 try later\""),
        ("RCPT", "try later", "reply 'try later' is no reply"),
        ("RCPT", "550foo", "reply '550foo' is no reply"),
        ("RCPT", "99", "reply '99' has no reply code from 200 to 599; use raw"),
        ("RCPT", "600 x", "reply '600 x' has no reply code"),
        ("RCPT", "5500", "reply '5500' has no reply code"),
        ("RCPT", "550 a\rb", "has control characters; use raw"),
        ("RCPT", "550 \x00", "has control characters; use raw"),
        ("RCPT", "354", "'354' does not fit RCPT, where 250 or 251 is positive; use raw to send"),
        ("DATA", "250", "'250' does not fit DATA, where 354 is positive"),
    ],
)
def test_a_text_that_is_no_reply_is_refused_with_what_may_help(
    verb: str, text: str, sentence: str
) -> None:
    with pytest.raises(FaultsError, match=re.escape(sentence)):
        wire_reply(verb, text)


@pytest.mark.parametrize("verb", VERBS)
def test_every_bare_code_that_fits_becomes_a_reply_of_its_class(verb: str) -> None:
    enhanced = rb"(?:[245]\.\d+\.\d+ )?" if verb not in ("CONNECT", "HELO", "EHLO") else b""

    for code in (*POSITIVE[verb], *range(400, 600)):
        wire = wire_reply(verb, str(code))

        assert wire is not None
        assert re.fullmatch(rb"\d{3} " + enhanced + rb"[a-zA-Z][ -~]+\r\n", wire)
        assert wire[4:5] in (wire[:1], b"") or not wire[4:5].isdigit()


@given(st.sampled_from(VERBS), st.text() | st.text().map(lambda text: f"550 {text}"))
def test_any_text_is_a_whole_reply_or_an_error(verb: str, text: str) -> None:
    try:
        wire = wire_reply(verb, text)
    except FaultsError:
        return

    for line in (wire or b"").removesuffix(b"\r\n").split(b"\r\n"):
        assert b"\r" not in line
        assert b"\n" not in line
        assert not wire or code_of(line) == code_of(wire)
