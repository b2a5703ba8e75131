"""What sendmail's callers are told by its exit code (sysexits.h).  Pure.

PHP takes 75 for success, because a real sendmail keeps such mail in its queue and tries again; a
server that cannot be reached is therefore 69.
"""

from collections.abc import Iterable

from mailtrap.sending.replies import Reply

EX_OK, EX_USAGE, EX_NOUSER, EX_UNAVAILABLE = 0, 64, 67, 69
EX_IOERR, EX_TEMPFAIL, EX_NOPERM = 74, 75, 77
_NOT_ALLOWED = (530, 534, 535, 538)
_NO_SUCH = (550, 551, 553)
_WORST_FIRST = (EX_NOPERM, EX_UNAVAILABLE, EX_NOUSER, EX_TEMPFAIL)


def exit_code(refusals: Iterable[tuple[Reply, bool]]) -> int:
    """Of replies, each with whether it is about a recipient; of several it is the lasting one."""
    codes = {_of(reply, is_recipient=is_recipient) for reply, is_recipient in refusals}
    return next((code for code in _WORST_FIRST if code in codes), EX_OK)


def _of(reply: Reply, *, is_recipient: bool) -> int:
    if reply.code < 500:
        return EX_TEMPFAIL
    if reply.code in _NOT_ALLOWED or reply.enhanced.startswith("5.7."):
        return EX_NOPERM
    if is_recipient and reply.code in _NO_SUCH:
        return EX_NOUSER
    return EX_UNAVAILABLE
