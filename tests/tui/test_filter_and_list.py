"""The filter of the screen and ``mailtrap list``: the same words find the same messages."""

from datetime import UTC, datetime

import pytest

from mailtrap.cli.maildir import Mail
from mailtrap.gallery.catalogue import DEMOS
from mailtrap.gallery.demo import Occasion
from mailtrap.query import parse
from mailtrap.trap import Trap
from tests.tui.letters import UNIX, bring_letter, greet, post
from tests.tui.pilots import Stage, play
from tests.tui.senders import Sender, a_trap


@pytest.fixture(scope="module")
def gallery() -> Trap:
    """Every demo, each in a session of its own."""
    trap = a_trap()
    for number, demo in enumerate(DEMOS.values()):
        client = Sender(trap)
        for step in demo.steps(Occasion(datetime.now(UTC), f"{number}.demo")):
            if client.session.is_open:
                client.send(step.octets)
        if client.session.is_open:
            client.leave()
    return trap


def test_both_find_the_same_issues_in_every_message_of_the_gallery(gallery: Trap) -> None:
    async def scene(stage: Stage) -> None:
        for message in gallery.messages:
            row = stage.app.listing.get(message.id)
            assert row is not None
            on_screen, in_list = stage.app._candidates.of(row), Mail(gallery).candidate(message)
            assert on_screen.issues == in_list.issues, message.id
            for severity in ("error", "warning"):
                assert on_screen.is_(severity) == in_list.is_(severity), message.id

    play(gallery, scene)


def test_both_find_mail_by_what_is_wrong_with_its_session(gallery: Trap) -> None:
    query = parse("issue:bare-lf-data", now=datetime.now(UTC))

    async def scene(stage: Stage) -> None:
        await stage.press("slash", *str(query), "enter")
        found = {row.id for row in stage.list._rows if row.is_message}
        assert found == {message.id for message in Mail(gallery).matching(query)} != set()

    play(gallery, scene)


def test_an_issue_of_a_session_that_is_open_is_found_where_its_row_says_so() -> None:
    trap = a_trap()
    bring_letter(trap)
    post(greet(trap), UNIX)

    async def scene(stage: Stage) -> None:
        await stage.press("slash", *"issue:bare-lf-data", "enter")
        assert [row.id for row in stage.list._rows] == [trap.messages[-1].id]

    play(trap, scene)
