import re
from datetime import UTC, datetime
from typing import Any

import pytest

from mailtrap import message as kept
from mailtrap.envelope import Envelope, Path
from mailtrap.errors import UsageError
from mailtrap.session import Session
from mailtrap.testing.criteria import NAMES, Wanted
from mailtrap.testing.message import Message
from tests.testing.posting import written

AT = datetime(2024, 1, 1, tzinfo=UTC)


def no_session(_id: str) -> Session:
    raise AssertionError("no criterion reads a session")


def message() -> Message:
    made = written(
        "Reset your password",
        to='"Jones, Bob" <Bob@Example.org>',
        text="Your code is 4711.\n",
        html="<p>Your code is <b>4711</b>.</p>",
        Cc="carl@example.org",
        X_Tag="sale",
    )
    made["X-Twice"] = "one"
    made["X-Twice"] = "two"
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="bill-7.pdf")
    paths = (b"<bob@example.org>", b"<carl@example.org>", b"<hidden@example.org>")
    envelope = Envelope(Path(b"<bounce@example.org>"), tuple(map(Path, paths)))
    return Message(kept.Message("m-1", "m", envelope, made.as_bytes(), AT), no_session)


FITS: list[dict[str, Any]] = [
    {},
    {"to": "bob@example.org"},
    {"to": "BOB@*"},
    {"to": "hidden@example.org"},
    {"to": ["bob@*", "carl@*"]},
    {"to": re.compile(r"^bob@")},
    {"to": lambda address: address.endswith("example.org")},
    {"rcpt": "hidden@*"},
    {"from_": "ann@example.org"},
    {"mail_from": "bounce@*"},
    {"cc": "carl@*"},
    {"bcc": "hidden@*"},
    {"subject": "Reset"},
    {"subject": re.compile("pass.ord$")},
    {"subject": ["Reset", "password"]},
    {"text": "code is 4711"},
    {"html": "<b>4711</b>"},
    {"body": "Your code is 4711."},
    {"headers": {"x-tag": "sale"}},
    {"headers": {"X-Tag": re.compile("^s"), "X-None": None}},
    {"headers": {"X-Tag": ["s", re.compile("le$")]}},
    {"headers": {"X-Twice": ["one", "two"]}},
    {"attachment": "bill-7.pdf"},
    {"attachment": "*.pdf"},
    {"attachment": "bill"},
    {"where": lambda message: len(message.attachments) == 1},
]
DIFFERS: list[tuple[dict[str, Any], str]] = [
    (
        {"to": "dora@*"},
        (
            "to: wanted 'dora@*', but there are only 'bob@example.org', 'carl@example.org',"
            " 'hidden@example.org'"
        ),
    ),
    ({"to": ["bob@*", "dora@*"]}, "to: wanted 'dora@*', but there are only"),
    ({"from_": "bounce@*"}, "from: wanted 'bounce@*', but it is 'ann@example.org'"),
    ({"mail_from": "ann@*"}, "envelope sender: wanted 'ann@*', but it is 'bounce@example.org'"),
    ({"bcc": "carl@*"}, "bcc: wanted 'carl@*', but it is 'hidden@example.org'"),
    ({"subject": "Welcome"}, "subject: wanted 'Welcome', but it is 'Reset your password'"),
    (
        {"subject": "reset"},
        (
            "subject: wanted 'reset', but it is 'Reset your password' (only upper and lower case"
            " differ)"
        ),
    ),
    ({"subject": re.compile("^x")}, "subject: wanted /^x/, but it is 'Reset your password'"),
    ({"text": "0815"}, r"text: wanted '0815', but it is 'Your code is 4711.\n'"),
    ({"headers": {"X-Tag": "buy"}}, "header X-Tag: wanted 'buy', but it is 'sale'"),
    ({"headers": {"X-No": "buy"}}, "header X-No: wanted 'buy', but it is not there"),
    (
        {"headers": {"X-Twice": ["one", "three"]}},
        "header X-Twice: wanted 'three', but there are only 'one', 'two'",
    ),
    ({"headers": {"X-Tag": None}}, "header X-Tag: wanted none, but it is 'sale'"),
    ({"attachment": "*.png"}, "attachment: wanted '*.png', but it is 'bill-7.pdf'"),
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"subjct": "x"}, "there is no criterion 'subjct'; did you mean subject?"),
    ({"recipient": "x"}, "there is no criterion 'recipient'; did you mean to?"),
    ({"sender": "x"}, "there is no criterion 'sender'; did you mean from_?"),
    ({"qqq": "x"}, "there is no criterion 'qqq'; there are to, rcpt"),
    ({"subject": None}, "subject = None is none of a str, a pattern of re.compile, a function"),
    ({"subject": b"x"}, "subject = b'x' is none of a str"),
    ({"subject": re.compile(b"x")}, "a pattern of octets; write it as a str"),
    ({"to": ["x", 1]}, "to = 1 is none of a str"),
    ({"headers": "X-Tag: sale"}, "write headers={'X-Name': 'text'}"),
    ({"headers": {"X-Tag": 1}}, "headers['X-Tag'] = 1 is none of a str"),
    ({"headers": {"X-Tag": [["sale"]]}}, "headers['X-Tag'] = ['sale'] is none of a str"),
    ({"to": []}, "to = [] is empty, and would fit every message; leave it out"),
    ({"headers": {"X-Tag": []}}, "headers['X-Tag'] = [] is empty"),
    ({"where": "x"}, "where = 'x' cannot be called"),
]


@pytest.mark.parametrize("criteria", FITS, ids=", ".join)
def test_a_message_fits(criteria: dict[str, Any]) -> None:
    wanted = Wanted(criteria)

    assert wanted.fits(message())
    assert not wanted.differences(message())


@pytest.mark.parametrize(("criteria", "sentence"), DIFFERS, ids=str)
def test_a_message_that_does_not_fit_says_why(criteria: dict[str, Any], sentence: str) -> None:
    wanted = Wanted(criteria)

    assert not wanted.fits(message())
    [difference] = wanted.differences(message())
    assert str(difference).startswith(sentence)


@pytest.mark.parametrize(("criteria", "sentence"), WRONG, ids=str)
def test_criteria_that_cannot_be_are_told(criteria: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError) as raised:
        Wanted(criteria)

    assert sentence in str(raised.value)


def test_what_is_wanted_is_said_as_it_was_written() -> None:
    wanted = Wanted({"to": "bob@*", "headers": {"X-Tag": ["sale", "new"], "X-No": None}})

    assert str(wanted) == "to 'bob@*', header X-Tag with 'sale' and 'new', no header X-No"


def test_every_criterion_is_tried_above() -> None:
    assert {name for criteria in FITS for name in criteria} == set(NAMES)


def test_a_glob_of_an_address_with_brackets_fits_itself() -> None:
    data = b"Subject: x\r\n\r\n"
    envelope = Envelope(None, (Path(b"<[ann]@example.org>"),))
    odd = Message(kept.Message("m-1", "m", envelope, data, AT), no_session)

    assert Wanted({"to": "[ann]@example.org"}).fits(odd)


def test_of_a_long_text_the_place_is_shown_that_is_most_like_the_wanted_one() -> None:
    text = "x" * 3000 + " Your code is 4712 today. " + "y" * 3000
    data = b"\r\n" + text.encode()
    long = Message(kept.Message("m-1", "m", Envelope(), data, AT), no_session)

    [difference] = Wanted({"text": "Your code is 4711"}).differences(long)

    assert "Your code is 4712" in difference.actual
    assert "6,026 characters" in difference.actual
    assert len(difference.actual) < 300
