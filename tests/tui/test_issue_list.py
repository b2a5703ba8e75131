"""Issue list: what is wrong, where, why, how to mend it, and who would refuse."""

from mailtrap.inspection import Inspector
from mailtrap.tui.document import plain
from mailtrap.tui.issue_list import IssuesDocument, issues_document
from mailtrap.tui.issues import diagnosis
from mailtrap.tui.rows import message_row, session_row
from tests.tui.letters import LETTER, UNDATED, UNIX, bring_letter, greet
from tests.tui.senders import Sender, a_trap


def document_of(client: Sender) -> object:
    trap, inspector = client.trap, Inspector(client.trap)
    session = inspector.session(client.id)
    if not trap.messages:
        found = diagnosis(session_row(client.session, 1), session)
        return issues_document(found, client.session, b"")
    message = trap.messages[-1]
    found = diagnosis(message_row(message, 1), session, inspector.message(message.id))
    return issues_document(found, client.session, message.data)


def issues_of(client: Sender) -> IssuesDocument:
    document = document_of(client)
    assert isinstance(document, IssuesDocument)
    return document


def shown(document: IssuesDocument) -> list[str]:
    return [
        plain([*document.gutter(index), *document.line(index)]).rstrip()
        for index in range(len(document))
    ]


def test_an_issue_says_what_where_why_how_to_mend_it_and_who_would_refuse() -> None:
    lines = shown(issues_of(bring_letter(a_trap(), ehlo=b"my_host")))

    assert lines[:3] == [
        "▸✗  helo-invalid-chars  The client's name is no domain name",
        "    error in the session · RFC 5321 §4.1.2",
        "    EHLO my_host: '_' in 'my_host'",
    ]
    assert lines[3].startswith("    Why: Exim refuses such a name")
    assert lines[4].startswith("    Mend: Name the host without underscores")
    assert lines[5].startswith("    Refused: Exim 4.96 would answer 501 Syntactically invalid EHLO")
    assert lines[6:] == [""]


def test_an_issue_of_the_message_names_its_line() -> None:
    lines = shown(issues_of(bring_letter(a_trap(), LETTER.replace(b"2026", b"2020"))))

    assert lines[0] == "    Nothing wrong here, only this to know:"
    assert lines[2].startswith("▸i  date-skew")
    assert lines[4].startswith("    line 1: ")


def test_of_many_findings_of_a_rule_the_first_are_shown_and_the_rest_counted() -> None:
    client = greet(a_trap())
    for number in range(5):
        client.send(b"BLURB %d\r\n" % number)

    lines = shown(issues_of(client))

    assert any(line.endswith("· 5 times") for line in lines)
    assert "    … and 2 more" in lines
    assert any("BLURB 2" in line for line in lines)
    assert not any("BLURB 3" in line for line in lines)


def test_where_nothing_is_wrong_it_says_so() -> None:
    whole = document_of(bring_letter(a_trap()))
    so_far = document_of(greet(a_trap()))

    assert [plain(whole.line(0)), plain(so_far.line(0))] == [  # type: ignore[attr-defined]
        "Nothing wrong here.",
        "Nothing wrong here so far.",
    ]


def test_credentials_in_a_command_stay_masked() -> None:
    client = Sender(a_trap()).send(b"AUTH PLAIN AGFkYQBodW50ZXIy\r\n")

    text = "\n".join(shown(issues_of(client)))

    assert "AUTH PLAIN" in text
    assert "AGFkYQBodW50ZXIy" not in text


def test_one_issue_is_selected_and_it_stays_within_the_list() -> None:
    document = issues_of(bring_letter(a_trap(), UNIX, ehlo=b"my_host"))

    assert not document.select(-1)
    assert document.select(1)
    assert not document.select(5)
    marked = [line for line in shown(document) if line.startswith("▸")]
    assert [line.split()[1] for line in marked] == ["bare-lf-data"]


def test_an_issue_that_scrolls_out_of_sight_is_not_selected_any_more() -> None:
    document = issues_of(bring_letter(a_trap(), UNDATED.replace(b"\r\n", b"\n") + b"\r\n"))
    second = document.lines_of(1)

    assert not document.select_in(range(4))
    assert document.select_in(range(second[0] - 1, second[0] + 3))
    assert document.selected == 1
    assert document.select_in(range(2, 4))  # no heading is in sight: it is the one above
    assert document.selected == 0
