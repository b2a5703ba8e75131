"""Inspection: what is wrong with a session as it grows, and whose fault it is."""

from mailtrap.inspection import NOTHING, Findings, Inspector
from mailtrap.stores.memory import MemoryStore
from mailtrap.trap import Trap
from tests.tui.letters import UNDATED, UNIX, bring_letter, greet, post
from tests.tui.senders import a_trap


def ids(findings: Findings) -> list[str]:
    return [each.rule.id for each in findings.diagnostics]


def test_a_session_that_is_looked_at_while_it_grows_ends_as_if_looked_at_once() -> None:
    trap = a_trap()
    client = greet(trap, b"my_host")
    inspector, seen = Inspector(trap), []

    for step in (b"MAIL FROM:<a@example.org>\r\n", b"RCPT TO:b@example.org\r\n", b"DATA\r\n"):
        client.send(step)
        seen.append(ids(inspector.session(client.id)))
    client.send(UNIX + b".\r\n")
    seen.append(ids(inspector.session(client.id)))
    client.leave()

    at_once = ids(Inspector(trap).session(client.id))
    assert ids(inspector.session(client.id)) == at_once
    assert {"helo-invalid-chars", "bare-lf-data", "no-quit"} <= set(at_once)
    assert seen[0] == ["helo-invalid-chars"]
    assert "bare-lf-data" in seen[-1]
    assert len(at_once) == len(set(at_once))  # nothing was read twice


def test_mail_data_that_became_a_message_between_two_looks_is_read_once() -> None:
    trap = a_trap()
    client = greet(trap)
    inspector = Inspector(trap)
    looks: list[Findings] = []
    trap.subscribe(lambda _: looks.append(inspector.session(client.id)))

    post(client, UNIX)

    assert [ids(look).count("bare-lf-data") for look in looks][-1] == 1


def test_what_other_mail_of_a_session_did_is_not_about_this_one() -> None:
    trap = a_trap()
    client = post(greet(trap, b"my_host"), UNIX)
    post(client)
    client.send(b"QUIT\r\n")
    first, second = (message.id for message in trap.messages)

    findings = Inspector(trap).session(client.id)

    assert [each.rule.id for each in findings.about(first)] == [
        "helo-invalid-chars",
        "bare-lf-data",
    ]
    assert [each.rule.id for each in findings.about(second)] == ["helo-invalid-chars"]
    assert [each.rule.id for each in findings.about("")] == ["helo-invalid-chars"]


def test_what_lost_mail_did_is_about_no_message() -> None:
    trap = a_trap()
    client = greet(trap).send(b"MAIL FROM:ann@example.org\r\n").send(b"RSET\r\n")
    post(client)
    [message] = trap.messages

    findings = Inspector(trap).session(client.id)

    assert findings.about("") == list(findings.diagnostics) != []
    assert findings.about(message.id) == []


def test_nobody_is_accused_because_part_of_the_transcript_is_gone() -> None:
    trap = Trap(MemoryStore(), prefix="test", max_entries=24)
    client = greet(trap)
    for _ in range(5):
        post(client)
    client.send(b"MAIL FROM:<ann@example.org>\r\n").send(b"NOOP\r\n" * 12)
    client.send(b"RCPT TO:<bob@example.org>\r\n")

    findings = Inspector(trap).session(client.id)

    assert ids(findings) == []
    assert findings.caveats == (
        "Part of the transcript is gone; what came after that was not looked at.",
    )


def test_a_session_that_was_followed_from_its_start_is_read_whole_though_part_is_gone() -> None:
    trap = Trap(MemoryStore(), prefix="test", max_entries=24)
    client = greet(trap)
    inspector = Inspector(trap)
    looks: list[Findings] = []
    trap.subscribe(lambda _: looks.append(inspector.session(client.id)))
    for _ in range(5):
        post(client, UNIX)

    assert looks[-1].caveats == ()
    assert ids(looks[-1]) == ["bare-lf-data"] * 5


def test_a_session_that_is_gone_says_so_and_a_message_that_is_gone_has_nothing() -> None:
    inspector = Inspector(a_trap())

    assert inspector.session("test-9").caveats == (
        "The session is no longer kept, so it was not looked at.",
    )
    assert inspector.message("test-9-1") is NOTHING


def test_a_message_is_looked_at_with_its_envelope_and_the_time_it_came() -> None:
    trap = a_trap()
    bring_letter(trap, UNDATED.replace(b"To: Bob <bob@example.org>", b"To: eve@example.org"))
    [message] = trap.messages

    found = ids(Inspector(trap).message(message.id))

    assert "header-missing-date" in found
    assert "header-rcpt-not-in-envelope" in found
