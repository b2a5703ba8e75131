import threading
from concurrent.futures import ThreadPoolExecutor

from mailtrap.cached import cached_property
from tests.support import WAIT


class Page:
    def __init__(self, name: str) -> None:
        self.name = name
        self.made = 0
        self.is_being_made, self.may_be_made = threading.Event(), threading.Event()
        self.may_be_made.set()

    @cached_property
    def lines(self) -> list[str]:
        """Lines of it."""
        self.made += 1
        self.is_being_made.set()
        assert self.may_be_made.wait(WAIT)
        return [self.name]


def test_a_value_is_made_when_it_is_asked_for_and_kept() -> None:
    page, other = Page("one"), Page("two")
    assert page.made == 0

    assert page.lines is page.lines

    assert page.made == 1
    assert (page.lines, other.lines) == (["one"], ["two"])
    assert Page.lines.__doc__ == "Lines of it."


def test_no_object_waits_for_another() -> None:
    slow, quick = Page("slow"), Page("quick")
    slow.may_be_made.clear()
    with ThreadPoolExecutor(1) as threads:
        lines = threads.submit(lambda: slow.lines)
        assert slow.is_being_made.wait(WAIT)

        assert quick.lines == ["quick"]

        assert not lines.done()
        slow.may_be_made.set()
        assert lines.result(WAIT) == ["slow"]


def test_threads_that_ask_at_the_same_time_get_the_same() -> None:
    page = Page("both")
    page.may_be_made.clear()
    with ThreadPoolExecutor(2) as threads:
        asked = [threads.submit(lambda: page.lines) for _ in range(2)]
        assert page.is_being_made.wait(WAIT)
        page.may_be_made.set()

        first, second = (each.result(WAIT) for each in asked)

    assert first is second is page.lines
