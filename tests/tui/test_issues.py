"""Issues: what was found, by rule and the worst first."""

from mailtrap.inspection import Inspector
from mailtrap.tui.issues import Diagnosis, diagnosis, remarks
from mailtrap.tui.rows import message_row, session_row
from tests.tui.letters import LETTER, UNIX, bring_letter, greet
from tests.tui.senders import a_trap


def of_message(data: bytes, ehlo: bytes = b"app.example.org") -> Diagnosis:
    trap = a_trap()
    bring_letter(trap, data, ehlo)
    [message] = trap.messages
    inspector = Inspector(trap)
    session = inspector.session(message.session)
    return diagnosis(message_row(message, 1), session, inspector.message(message.id))


def test_the_worst_comes_first_then_what_came_first() -> None:
    undated = UNIX.replace(b"Message-ID", b"X-Id").partition(b"\n")[2]

    found = of_message(undated, b"my_host")

    assert [(issue.severity, issue.rule.id) for issue in found.issues] == [
        ("error", "helo-invalid-chars"),
        ("error", "bare-lf-data"),
        ("error", "header-missing-date"),
        ("warning", "header-missing-message-id"),
    ]
    assert found.counts == [("3 errors", "error"), ("1 warning", "warning")]
    assert found.flag == "error"
    assert found.wrong == 4


def test_findings_of_one_rule_are_one_issue() -> None:
    trap = a_trap()
    client = greet(trap).send(b"BLURB\r\n").send(b"BLURB\r\n").send(b"BLURB\r\n")

    session = Inspector(trap).session(client.id)
    found = diagnosis(session_row(client.session, 1), session)

    [issue] = [issue for issue in found.issues if len(issue.found) > 1]
    assert len(issue.found) == 3


def test_what_is_only_worth_knowing_is_not_wrong() -> None:
    trap = a_trap()
    client = greet(trap)
    client.leave()

    session = Inspector(trap).session(client.id)
    found = diagnosis(session_row(client.session, 1), session)

    assert [issue.rule.id for issue in found.issues] == ["no-quit"]
    assert (found.flag, found.wrong, found.counts) == ("", 0, [])


def test_a_message_with_nothing_wrong_has_no_issues() -> None:
    assert of_message(LETTER).issues == ()


def test_remarks_stand_at_the_entry_they_are_about_and_the_rest_at_the_end() -> None:
    trap = a_trap()
    client = greet(trap, b"my_host")
    client.leave()

    found = remarks(Inspector(trap).session(client.id))

    assert found == {
        0: [("error", "helo-invalid-chars: The client's name is no domain name: '_' in 'my_host'")],
        None: [("info", "no-quit: The client closed the connection without QUIT")],
    }
