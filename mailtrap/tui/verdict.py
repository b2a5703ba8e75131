"""What was found wrong with a row, as each tab needs it; nothing while that is not known.

The rules are imported once something was found: then they are there anyway.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mailtrap.session import Session
from mailtrap.tui.conversation import Remarks
from mailtrap.tui.document import TextDocument
from mailtrap.tui.headers import Remark
from mailtrap.tui.items import Items

if TYPE_CHECKING:
    from mailtrap.tui.issues import Diagnosis


class Verdict:
    """A diagnosis, or that there is none yet."""

    def __init__(self, diagnosis: "Diagnosis | None" = None) -> None:
        self.diagnosis = diagnosis

    @property
    def counts(self) -> Sequence[tuple[str, str]]:
        """How much is wrong: such as "2 errors", and the role of that."""
        return self.diagnosis.counts if self.diagnosis else ()

    @property
    def wrong(self) -> int:
        """How many issues are a warning or worse."""
        return self.diagnosis.wrong if self.diagnosis else 0

    def of_session(self) -> Remarks:
        """What to say in the transcript."""
        if self.diagnosis is None:
            return {}
        from mailtrap.tui.issues import remarks

        return remarks(self.diagnosis.session)

    def of_header(self, end: int) -> Sequence[Remark]:
        """What to say of the header section that ends there."""
        if self.diagnosis is None:
            return ()
        from mailtrap.tui.issues import header_remarks

        return header_remarks(self.diagnosis, end)

    def of_source(self, end: int) -> Sequence[tuple[int, str]]:
        """The octets before that one that are marked, with a severity each."""
        if self.diagnosis is None:
            return ()
        from mailtrap.tui.issues import places

        return [place for place in places(self.diagnosis) if place[0] <= end]

    def issues(self, session: Session | None, data: bytes) -> Items | TextDocument:
        """All of it."""
        if self.diagnosis is None:
            return TextDocument("", "Looking…")
        from mailtrap.tui.issue_list import issues_document

        return issues_document(self.diagnosis, session, data)
