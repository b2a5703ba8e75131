"""Borders of the rules of DKIM signatures, lists and DMARC that their samples do not show."""

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mailtrap.envelope import Envelope, Path
from mailtrap.fields import Field
from mailtrap.lint import dkim
from mailtrap.lint.diagnostic import Severity
from mailtrap.lint.samples import ENVELOPE, LETTER, message_of
from mailtrap.lint.signatures import canonical_body, digest, read_signature
from tests.lint.findings import findings, ids

SIGNED = message_of(dkim.DKIM_PRESENT.bad)[1]


def with_fields(fields: bytes) -> bytes:
    return LETTER.replace(b"MIME-Version", fields + b"MIME-Version")


def details(data: bytes, rule: str) -> list[str]:
    return [each.detail for each in findings(data) if each.rule.id == rule]


@pytest.mark.parametrize(
    ("body", "form", "canonical"),
    [
        # RFC 6376 section 3.4.5
        (b" C \r\nD \t E\r\n\r\n\r\n", "relaxed", b" C\r\nD E\r\n"),
        (b" C \r\nD \t E\r\n\r\n\r\n", "simple", b" C \r\nD \t E\r\n"),
        (b"", "simple", b"\r\n"),
        (b"", "relaxed", b""),
        (b"\r\n \r\n", "relaxed", b""),
        (b"a \n\n", "relaxed", b"a\r\n"),
        (b"a ", "relaxed", b"a\r\n"),
        (b"a", "simple", b"a\r\n"),
    ],
)
def test_a_body_is_hashed_in_its_canonical_form(body: bytes, form: str, canonical: bytes) -> None:
    assert canonical_body(body, form) == canonical


def test_hashes_are_those_of_the_rfcs() -> None:
    hockey = b"Hi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n"

    hashed = {
        base64.b64encode(digest(canonical_body(body, form), "sha256"))
        for body, form in ((hockey, "relaxed"), (b"", "simple"), (b"", "relaxed"))
    }

    assert hashed == {
        b"2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=",  # RFC 8463 appendix A
        b"frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=",  # RFC 6376 section 3.4.3
        b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",  # RFC 6376 section 3.4.4
    }


def test_a_body_with_lf_or_more_blank_lines_is_the_one_that_was_signed() -> None:
    assert "dkim-body-hash-mismatch" not in ids(SIGNED.replace(b"\r\n", b"\n"))
    assert "dkim-body-hash-mismatch" not in ids(SIGNED + b"\r\n\r\n")


def test_what_is_behind_the_length_that_was_signed_is_not_hashed() -> None:
    part = SIGNED.replace(b"s=jan;", b"s=jan; l=11;") + b"footer\r\n"

    assert "dkim-body-hash-mismatch" not in ids(part)
    assert "dkim-weak" in ids(part)
    assert details(part.replace(b"l=11", b"l=99"), "dkim-body-hash-mismatch") == [
        "l=99, but the body has 19 octets"
    ]


@pytest.mark.parametrize(
    ("sent", "fault"),
    [
        (b"v=1;;a=rsa-sha256", "'' is no tag"),
        (b"v=1; a=rsa-sha256; a=rsa-sha1", "a= is there twice"),
        (b"v=2", "v=2, not 1"),
        (b"a=rsa-md5", "a=rsa-md5 is no algorithm"),
        (b"bh=?", "bh= is not base64"),
        (b"c=strict", "c=strict is no canonicalization"),
        (b"x=soon", "x=soon is no number"),
        (b"d=example.org; i=@example.net", "i= is not below d=example.org"),
        (b"v=1", "no bh="),
    ],
)
def test_what_is_wrong_with_a_signature_is_told(sent: bytes, fault: str) -> None:
    assert fault in read_signature(Field("DKIM-Signature", sent)).faults


def test_an_expired_signature_is_one_when_it_came_too_late() -> None:
    data = SIGNED.replace(b"s=jan;", b"s=jan; t=1767323000; x=1767323045;")
    just, late = (datetime.fromtimestamp(at, UTC) for at in (1767323045, 1767323046))

    assert "dkim-weak" not in ids(data)
    assert "dkim-weak" not in ids((ENVELOPE, data, just))
    assert "dkim-weak" in ids((ENVELOPE, data, late))


def test_a_key_of_1024_bits_is_an_info_and_a_shorter_one_a_warning() -> None:
    long = SIGNED.index(b" b=AAAA"), SIGNED.index(b"Date:")

    for octets, severity in ((128, Severity.INFO), (64, Severity.WARNING)):
        b = b" b=" + base64.b64encode(bytes(octets)) + b"\r\n"
        data = SIGNED[: long[0]] + b + SIGNED[long[1] :]
        [found] = [each for each in findings(data) if each.rule.id == "dkim-weak"]
        assert (found.detail, found.severity) == (f"a key of {8 * octets} bits", severity)


@pytest.mark.parametrize(
    ("value", "flaw"),
    [
        (b"<https://example.org/u>", None),
        (b"<mailto:a@example.org?subject=leave>,\r\n <https://example.org/u>", None),
        (b"(by mail) <mailto:a@example.org>, (or here) <https://example.org/(1)>", None),
        (b"<https://example.org/\r\n u>", None),
        (b"", "empty"),
        (b"https://example.org/u", "'https://example.org/u' has no angle brackets"),
        (b"<mailto:a@example.org>; <https://b>", "'; ' outside of angle brackets"),
        (b"<mailto:a@example.org> <https://b>", "no comma between two"),
        (b"<example.org/u>", "'example.org/u' is no URI"),
        (b"<https://example.org/a,b>", "a comma in 'https://example.org/a,b'"),
        (b"=?utf-8?q?=3Chttps=3A//example=2Eorg=3E?=", "an encoded word"),
    ],
)
def test_what_is_wrong_with_list_unsubscribe_is_told(value: bytes, flaw: str | None) -> None:
    data = with_fields(b"List-Unsubscribe: " + value + b"\r\n")

    assert details(data, "list-unsubscribe-syntax") == ([flaw] if flaw else [])


def test_a_list_on_which_people_write_needs_no_one_click() -> None:
    unsubscribe = b"List-Unsubscribe: <https://example.org/u>\r\n"
    post = b"List-Post: <mailto:list@example.org>\r\n"

    severities = [
        each.severity
        for data in (with_fields(unsubscribe), with_fields(unsubscribe + post))
        for each in findings(data)
        if each.rule.id == "one-click-missing"
    ]

    assert severities == [Severity.WARNING, Severity.INFO]


def test_one_click_has_no_case() -> None:
    data = with_fields(
        b"List-Unsubscribe: <HTTPS://example.org/u>\r\n"
        b"List-Unsubscribe-Post: list-unsubscribe=one-click\r\n"
    )

    assert ids(data, "Lists") == set()


def test_mail_of_a_program_with_precedence_is_no_newsletter() -> None:
    fields = b"Precedence: bulk\r\nAuto-Submitted: auto-generated\r\n"

    assert ids(with_fields(fields), "Lists", "DKIM") == set()


@pytest.mark.parametrize(
    ("sender", "expected"),
    [
        (b"<ann@example.org>", "warning"),
        (b"<ann@gmail.com>", "info"),
        (b"<ann@googlemail.com>", "info"),
        (b"<>", None),
    ],
)
def test_who_sent_in_the_name_of_a_freemail_provider(sender: bytes, expected: str | None) -> None:
    data = LETTER.replace(b"<ann@example.org>", b"<ann@gmail.com>")
    envelope = Envelope(Path(sender), ENVELOPE.recipients)

    every = findings((envelope, data), "Deliverability")

    assert [each.severity for each in every] == ([Severity(expected)] if expected else [])
    assert ids(data, "Deliverability") == set()


def test_mail_that_the_provider_signed_is_its_own() -> None:
    data = SIGNED.replace(b"ann@example.org", b"ann@gmail.com")

    assert "from-freemail-impersonation" in ids((ENVELOPE, data))
    own = data.replace(b"d=example.org", b"d=gmail.com")
    assert "from-freemail-impersonation" not in ids((ENVELOPE, own))


def test_one_of_signature_and_mail_from_has_to_be_aligned() -> None:
    data = SIGNED.replace(b"d=example.org", b"d=example.net")
    other = replace(ENVELOPE, sender=Path(b"<bounces@example.com>"))

    assert "dmarc-alignment" not in ids((ENVELOPE, data))
    assert "dmarc-alignment" in ids((other, data))
    assert "dmarc-alignment" not in ids((other, SIGNED))


@pytest.mark.parametrize(("size", "count"), [(10_240_000, 0), (10_240_001, 1), (26_214_401, 2)])
def test_a_size_is_large_above_what_servers_take(size: int, count: int) -> None:
    data = LETTER + b"x" * (size - len(LETTER))

    every = [each.detail for each in findings(data) if each.rule.id == "size-large"]

    assert len(every) == min(count, 1)
    assert all(detail.count(";") == count for detail in every)
