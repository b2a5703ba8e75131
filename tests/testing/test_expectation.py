import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from mailtrap.testing import MailTrap, UsageError
from tests.support import WAIT
from tests.testing.posting import connected, post, written


def test_the_mail_of_the_block_is_there_after_it(trap: MailTrap) -> None:
    with trap.expect(subject="Welcome") as expected:
        post(trap, "Welcome")

    assert expected.message.subject == "Welcome"
    assert expected.messages.subjects == ["Welcome"]


def test_the_end_of_the_block_waits(trap: MailTrap) -> None:
    with trap.expect(to="bob@*", timeout=WAIT) as expected:
        late = threading.Thread(target=post, args=(trap, "Late"))
        late.start()

    late.join(WAIT)
    assert expected.message.subject == "Late"


def test_mail_from_before_the_block_does_not_count(trap: MailTrap) -> None:
    post(trap, "Welcome")

    with pytest.raises(AssertionError) as raised, trap.expect():
        pass

    assert str(raised.value) == (
        "waited 0.05 s for a message\n"
        "\n"
        "1 message arrived:\n"
        "  1. 'Welcome' to bob@example.org\n"
        "     it matches, but it began before the block of expect()"
    )


def test_mail_that_began_before_the_block_does_not_count(trap: MailTrap) -> None:
    with connected(trap) as client:
        client.ehlo()
        client.mail("ann@example.org")
        client.rcpt("bob@example.org")

        with pytest.raises(AssertionError), trap.expect():
            client.data(written().as_bytes())

    assert trap.count == 1


def test_more_than_was_expected_is_told(trap: MailTrap) -> None:
    expectation = trap.expect(to="bob@*")
    expectation.__enter__()
    post(trap, "one")
    post(trap, "two")

    with pytest.raises(AssertionError, match=r"expected 1 message .*, 2 came") as raised:
        expectation.__exit__(None)

    assert "2. 'two' to bob@example.org" in str(raised.value)


def test_a_message_to_two_is_the_mail_of_two_blocks(trap: MailTrap) -> None:
    with trap.expect(to="bob@*") as bob, trap.expect(to="carl@*") as carl:
        post(trap, to="bob@example.org, carl@example.org")

    assert bob.message is carl.message


def test_mail_that_was_waited_for_in_the_block_is_there_after_it(trap: MailTrap) -> None:
    with trap.expect(subject="Welcome") as expected:
        post(trap, "Welcome")
        waited = trap.wait_for(subject="Welcome")

    assert expected.message is waited


def test_the_mail_of_a_block_is_not_handed_out_again(trap: MailTrap) -> None:
    with trap.expect(subject="Reset"):
        post(trap, "Reset one")
    post(trap, "Reset two")

    assert trap.wait_for(subject="Reset").subject == "Reset two"


def test_where_none_is_expected_the_end_of_the_block_waits_if_told_to(trap: MailTrap) -> None:
    expectation = trap.expect(count=0, subject="Spam", timeout=WAIT)
    expectation.__enter__()
    late = threading.Thread(target=post, args=(trap, "Spam"))
    until = trap._catcher.journal.until

    def waiting(look: Callable[[], Any], seconds: float) -> object:
        assert look() is None
        late.start()
        return until(look, seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trap._catcher.journal, "until", waiting)
        with pytest.raises(AssertionError, match=r"expected 0 messages .*, 1 came"):
            expectation.__exit__(None)
    late.join(WAIT)


def test_none_may_be_expected_in_a_loop_where_nothing_is_waited_for(trap: MailTrap) -> None:
    async def main(within: float | None) -> None:
        with trap.expect(count=0, timeout=within):
            pass

    asyncio.run(main(None))
    with pytest.raises(UsageError, match=r"async with mailtrap.expect"):
        asyncio.run(main(0.1))


def test_none_may_be_expected(trap: MailTrap) -> None:
    with trap.expect(count=0, subject="Spam") as expected:
        post(trap, "Welcome")

    assert len(expected.messages) == 0
    with pytest.raises(AssertionError), trap.expect(count=0):
        post(trap, "Spam")


def test_what_goes_wrong_in_the_block_is_not_hidden(trap: MailTrap) -> None:
    with pytest.raises(ZeroDivisionError), trap.expect():
        _ = 1 / 0


def test_a_block_is_for_loops_as_well(trap: MailTrap) -> None:
    async def main() -> str:
        async with trap.expect(timeout=WAIT) as expected:
            sending = asyncio.create_task(asyncio.to_thread(post, trap, "Reset"))
        await sending
        return expected.message.subject

    assert asyncio.run(main()) == "Reset"


def test_the_wrong_kind_of_block_in_a_loop_is_told(trap: MailTrap) -> None:
    async def main() -> None:
        with trap.expect():
            pass

    with pytest.raises(UsageError, match=r"async with mailtrap.expect"):
        asyncio.run(main())


def test_the_mail_is_not_known_before_the_end(trap: MailTrap) -> None:
    with pytest.raises(UsageError, match="when the block of expect"), trap.expect() as expected:
        _ = expected.message


def test_a_wrong_criterion_is_told_before_the_block(trap: MailTrap) -> None:
    with pytest.raises(UsageError, match="did you mean subject"):
        trap.expect(subjct="x")  # type: ignore[call-arg] # what is tested
