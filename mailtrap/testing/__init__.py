"""The mail catcher for tests, whatever runs them.

    from mailtrap.testing import MailTrap

    with MailTrap() as trap:
        send_welcome("ann@example.org", host=trap.host, port=trap.port)
        mail = trap.wait_for(to="ann@example.org", subject="Welcome")
        assert mail.link(text="Confirm").startswith("https://")

With pytest there is the fixture ``mailtrap``.
"""

from mailtrap.errors import FaultsError, ListenError, MailtrapError, StoreError, UsageError
from mailtrap.testing.criteria import Criteria
from mailtrap.testing.expectation import Expectation
from mailtrap.testing.mail_trap import MailTrap
from mailtrap.testing.message import Message
from mailtrap.testing.messages import Count, MessageList
from mailtrap.testing.reading import Address, Attachment, Headers
from mailtrap.testing.rules import Rule

__all__ = [
    "Address",
    "Attachment",
    "Count",
    "Criteria",
    "Expectation",
    "FaultsError",
    "Headers",
    "ListenError",
    "MailTrap",
    "MailtrapError",
    "Message",
    "MessageList",
    "Rule",
    "StoreError",
    "UsageError",
]
