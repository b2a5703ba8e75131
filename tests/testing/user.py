"""What a typed project writes; checked by mypy with ours, and by pyright in a test."""

import re
from typing import assert_type

from mailtrap.testing import Count, MailTrap, Message, MessageList, Rule


def test_sync(mailtrap: MailTrap) -> None:
    assert_type(mailtrap.wait_for(to="bob@*", subject=re.compile("Reset")), Message)
    assert_type(mailtrap.wait_for(count=2, headers={"X-Tag": "sale", "X-No": None}), MessageList)
    assert_type(mailtrap.find(to=["bob@*", "carl@*"], where=lambda m: m.size > 10), MessageList)
    assert_type(mailtrap.one(attachment="*.pdf"), Message)
    assert_type(mailtrap.assert_sent(3, body="Hello"), MessageList)
    assert_type(mailtrap.count, Count)
    assert_type(mailtrap[0], Message)
    assert_type(mailtrap[1:], MessageList)
    assert_type(mailtrap.one().link(text="Confirm"), str)
    assert_type(mailtrap.reply("RCPT", "451 4.7.1 later", None, to="bob@*", times=1), Rule)
    with mailtrap.expect(subject="Welcome") as expected:
        pass
    assert_type(expected.message, Message)
    for message in mailtrap:
        assert_type(message, Message)


async def test_async(mailtrap: MailTrap) -> None:
    assert_type(await mailtrap.async_wait_for(subject="Reset"), Message)
    assert_type(await mailtrap.async_wait_for(count=2), MessageList)
    async with mailtrap.expect(to="bob@*") as expected:
        pass
    assert_type(expected.messages, MessageList)
    async with MailTrap(tls="starttls", auth=("ann", "secret")) as trap:
        assert_type(trap, MailTrap)


def test_mistakes(mailtrap: MailTrap) -> None:
    mailtrap.wait_for(subjct="Reset")  # type: ignore[call-overload] # no such criterion
    mailtrap.find(to=1)  # type: ignore[arg-type] # no address
    mailtrap.settings("djagno")  # type: ignore[arg-type] # no such kind
    mailtrap.tls_failure("expird")  # type: ignore[arg-type] # no such failure
    MailTrap(tls="ssl")  # type: ignore[arg-type] # no such kind
