"""Who hears of events, whatever listeners do."""

import logging
from threading import RLock

import pytest

from mailtrap.events import Event, SessionsRemoved
from mailtrap.listeners import Listeners

FIRST, SECOND, THIRD = (SessionsRemoved((name,), "limit") for name in ("a-1", "a-2", "a-3"))


def test_what_interrupts_a_listener_ends_no_telling_but_that_of_its_event() -> None:
    listeners, heard = Listeners(RLock(), logging.getLogger()), list[Event]()

    def interrupted(event: Event) -> None:
        if event == FIRST:
            listeners.tell(SECOND)
            raise KeyboardInterrupt

    listeners.subscribe(interrupted)
    listeners.subscribe(heard.append)

    with pytest.raises(KeyboardInterrupt):
        listeners.tell(FIRST)
    listeners.tell(THIRD)

    assert heard == [SECOND, THIRD]
