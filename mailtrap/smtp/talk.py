"""What is answered on one connection, and when: between the octets and the core.

All that has arrived is answered at once, in the call that brought it.  What must wait (a slow
reader, silence, a reply that a fault rule delays) is a timer.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from mailtrap.answers import Answer, Delivery
from mailtrap.dialogue import Dialogue
from mailtrap.errors import StoreError
from mailtrap.faults.rules import Rule
from mailtrap.session import ClientEntry, Entry, Remark, TlsFailed, TlsStarted
from mailtrap.smtp.line import Line, Timer
from mailtrap.smtp.tls import cut_off
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

AS_USUAL = Rule("NOOP")  # stands for no rule
SILENCE = 1.0  # seconds after which a client that could go on is taken to wait
TURN = 500  # entries answered before other connections get their turn

_PLAIN_TEXT = "the client went on in plain text where TLS was due"

_log = logging.getLogger("mailtrap.smtp")


class Talk:
    """One session: takes what the client sent, answers it, records both."""

    def __init__(
        self, line: Line, trap: Trap, session_id: str, dialogue: Dialogue, transcriber: Transcriber
    ) -> None:
        """The session is open in the trap; nothing was said yet."""
        self._line = line
        self._trap = trap
        self._id = session_id
        self._dialogue = dialogue
        self._transcriber = transcriber
        self._unwritten: list[bytes] = []
        self._reason: str | None = None  # why nothing more will come
        self._must_leave = False  # as soon as that can be said, whatever is still to be answered
        self._is_greeted = False
        self._is_slow = False  # the client, to read what was written
        self._is_held = False  # the server keeps its answer back
        self._hold_timer: Timer | None = None
        self._then = _nothing  # what is due when it has run out
        self._has_backlog = False  # more entries came than fit in one turn
        self._lingers = False  # the last reply is written, and the client may read it
        self._parting = ""  # why it was the last
        self._silence: Timer | None = None
        self._is_silent = False  # for so long that the client is taken to wait
        self._tls_due: str | None = None  # the kind of a handshake whose first octets are to come
        self._shakes_hands = False
        self._cut_at: int | None = None  # octets of the client after which a rule disconnects
        self._resets = False  # where that rule disconnects with a RST
        self.has_ended = False  # the session; the connection may still write its last replies

    # What the connection calls

    def greet(self) -> None:
        """Open the conversation (RFC 5321 section 3.1)."""
        self._is_greeted = True
        self._guarded(self._greet)

    def octets(self, octets: bytes | memoryview) -> None:
        """Octets from the client, in plain text."""
        self._is_silent = False
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
        while self._cut_at is not None and octets:
            room = self._cut_at - self._transcriber.received
            self._transcriber.client(octets[:room], now())
            octets = octets[room:]
            self.advance()
            if self._cut_at is not None and self._transcriber.received >= self._cut_at:
                self._guarded(self._disconnect)
                return
        if octets:
            self._transcriber.client(octets, now())
            self.advance()

    def held_back(self, octets: bytes) -> None:
        """Octets that came before a connection was lost, or before the greeting."""
        self._transcriber.client(octets, now())

    @property
    def begins_tls(self) -> bool:
        """What has come looks like the start of a TLS handshake."""
        return self._transcriber.begins_tls

    @property
    def may_begin_tls(self) -> bool:
        """The same, or too little has come to tell."""
        return self._transcriber.may_begin_tls

    def begin_tls(self) -> None:
        """The client is to begin with TLS, or has done so, before anything is said."""
        self._guarded(lambda: self._perform(self._dialogue.begin_tls(now())))

    def tls_started(self, entry: TlsStarted) -> None:
        """The handshake is done: the client has to start anew (RFC 3207 section 4.2)."""
        self._shakes_hands = False
        self._trap.record(self._id, entry)
        self._dialogue.tls_started()
        if not self._is_greeted:
            self.greet()

    def tls_failed(self, entry: TlsFailed, *, may_read: bool) -> bool:
        """The handshake, or TLS itself, failed: the session cannot go on.

        ``may_read``: the client may still read why.  Says whether that is news.
        """
        if self.has_ended or self._lingers:
            return False
        self._shakes_hands, self._tls_due = False, None
        self._trap.record(self._id, entry)
        if may_read:
            self._close("tls-failed")
        else:
            self._finish("tls-failed")
        return True

    def pause(self) -> None:
        """The client is slow to read: nothing more is answered until it has."""
        self._is_slow = True

    def resume(self) -> None:
        """The client has read."""
        self._is_slow = False

    @property
    def is_holding_back(self) -> bool:
        """The client waits for the server, not the server for the client."""
        return self._is_held

    def end(self, reason: str) -> None:
        """Nothing more will come; the first reason counts."""
        self._reason = self._reason or reason
        self.advance()

    def stop(self) -> None:
        """The server stops: nothing is waited for any more."""
        self._must_leave = True
        self.end("stopped")

    def time_out(self) -> None:
        """The client was silent for too long."""
        self._must_leave = True
        self.end("timeout")

    def lost(self, reason: str) -> None:
        """The connection is gone: what has come is still taken, and nothing is waited for."""
        self._is_slow, self._is_greeted = False, True
        self._reason = self._reason or reason
        if self._is_between:
            why = _PLAIN_TEXT if self._transcriber.pending else cut_off()
            self.tls_failed(TlsFailed(now(), b"", why), may_read=False)
        elif not self.has_ended:
            self._guarded(self._release)

    def give_up(self) -> None:
        """End the session at once, whatever is still to be answered."""
        if not self.has_ended:
            self._finish("stopped")

    def advance(self) -> None:
        """Answer all that has come, as far as the client reads the answers."""
        if not self.has_ended:
            self._guarded(self._answer_what_came)

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 a bug here must end this session and no other
            _log.exception("session %s failed", self._id)
            self.note(f"mailtrap failed here: {type(error).__name__}: {error}")
            self._reason = "failed"
            self._hang_up()

    # Answering

    def _greet(self) -> None:
        if self._transcriber.received:
            self.note(
                f"the client sent {self._transcriber.received:,} octets before the greeting,"
                " which RFC 5321 section 3.1 asks it to wait for"
            )
        if not self._perform(self._dialogue.greet(now())):
            self._answer_what_came()

    def _answer_what_came(self) -> None:
        if self._lingers:
            if self._reason is not None:
                self._finish(self._parting)
            return
        if self._must_leave and (self._has_backlog or self._is_held):
            self._part()
            return
        self._has_backlog = False
        for _ in range(TURN):
            entry = self._next_entry()
            if entry is None:
                break
            if self._take(entry):
                return
        else:
            self._write()
            self._has_backlog = True
            self._line.later(0, self.advance)
            return
        self._write()
        if self._must_leave or (self._reason and not self._must_wait):
            self._part()
        elif not self._must_wait:
            self._await_more()

    @property
    def _must_wait(self) -> bool:
        return self._is_slow or self._is_held

    def _next_entry(self) -> ClientEntry | None:
        if self._must_wait or not self._is_greeted:
            return None
        if self._is_silent:
            self._is_silent = False
            return self._transcriber.silence()
        return self._transcriber.next()

    def _take(self, entry: ClientEntry) -> bool:
        """Record what the client sent and answer it; says whether to go no further now."""
        answer = self._dialogue.answer(entry)
        if answer.rule is not None or answer.tls is not None:
            self._cut_at = None
            self._trap.record(self._id, entry)
            return self._perform(answer, entry.at)
        if answer.delivery is None:
            self._say(answer.replies, entry, *answer.entries)
        else:
            self._cut_at = None
            self._trap.record(self._id, entry)
            self._say(self._deliver(answer.delivery, entry.at))
        if answer.close:
            self._write()
            self._close(answer.reason)
        elif not answer.batched:
            self._write()
        return answer.close

    def _deliver(self, delivery: Delivery, at: datetime) -> tuple[bytes, ...]:
        try:
            message = self._trap.deliver(
                self._id,
                delivery.envelope,
                delivery.data,
                at,
                truncated=delivery.truncated,
                sources=delivery.sources,
            )
        except StoreError as error:
            self.note(f"the store could not keep this message: {error}")
            return self._dialogue.not_kept(str(error))
        return self._dialogue.kept(message.id, truncated=message.truncated)

    def _say(self, replies: Sequence[bytes], *before: Entry) -> None:
        """Record replies behind those entries; the next write sends them."""
        at, is_sent = now(), not self._line.is_gone
        said = [self._transcriber.server(reply, at, sent=is_sent) for reply in replies]
        self._unwritten += replies
        self._trap.record(self._id, *before, *said)

    def _write(self) -> None:
        """Send all replies that are due, in one piece."""
        if self._unwritten:
            self._line.write(b"".join(self._unwritten))
            self._unwritten.clear()

    def _await_more(self) -> None:
        """Nothing is left to answer: read on, and see whether the client waits for something."""
        if self._tls_due is not None and self._transcriber.begins_tls:
            kind, self._tls_due = self._tls_due, None
            self._shakes_hands = True
            self._line.start_tls(kind, self._transcriber.take_handshake())
            return
        if self._tls_due is not None and not self._is_greeted and not self.may_begin_tls:
            self._refuse_plain_text("the client began in plain text")
            return
        self._line.read_on()
        may_wait = self._transcriber.ends_in_lookalike or (
            self._tls_due is not None and self._transcriber.pending
        )
        if may_wait and self._silence is None:
            self._silence = self._line.later(SILENCE, self._on_silence)

    def _on_silence(self) -> None:
        self._silence = None
        if self._tls_due is not None:
            self._refuse_plain_text("the client went on in plain text")
            return
        self._is_silent = True
        self.advance()

    # What takes its time: fault rules, and TLS

    def _perform(self, answer: Answer, at: datetime | None = None) -> bool:
        """Answer as a rule has it; says whether to go no further now."""
        self._trap.record(self._id, *answer.entries)
        replies = answer.replies
        if answer.delivery is not None and at is not None:
            replies = self._deliver(answer.delivery, at)
        rule = answer.rule or AS_USUAL
        if rule.stall is not None:
            self._write()
            self._hold(rule.stall, lambda: self._finish("rule"))
        elif rule.delay:
            self._write()
            self._hold(rule.delay, lambda: self._utter(answer, replies))
        else:
            self._utter(answer, replies)
        return self.has_ended or self._must_wait or self._lingers

    def _utter(self, answer: Answer, replies: tuple[bytes, ...]) -> None:
        rule = answer.rule or AS_USUAL
        if answer.tls is not None and not self._line.is_gone:
            self._is_held = True
            kind = answer.tls
            self._line.prepare_tls(kind, lambda failure: self._go_secure(answer, kind, failure))
        elif rule.drip or rule.split:
            self._write()
            self._say(replies)
            octets = [bytes([octet]) for octet in b"".join(self._unwritten)]
            self._unwritten.clear()
            self._trickle(octets, answer)
        else:
            self._say(replies)
            if not answer.batched:
                self._write()
            self._leave_or_stay(answer)

    def _trickle(self, octets: list[bytes], answer: Answer) -> None:
        """Write them one by one."""
        if self._line.is_gone or not octets:
            self._leave_or_stay(answer)
            return
        self._line.write(octets[0])
        self._hold((answer.rule or AS_USUAL).drip, lambda: self._trickle(octets[1:], answer))

    def _leave_or_stay(self, answer: Answer) -> None:
        rule = answer.rule or AS_USUAL
        if answer.close:
            self._write()
            self._close(answer.reason, reset=rule.reset)
        elif rule.after_bytes is not None:
            self._resets = rule.reset
            self._cut_at = self._transcriber.cut + rule.after_bytes
            self._transcriber.forget_beyond(self._cut_at)
            if self._transcriber.received >= self._cut_at:
                self._disconnect()

    def _disconnect(self) -> None:
        """A rule ends the connection in the middle of mail data."""
        left = self._transcriber.end()
        if left is not None:
            self._trap.record(self._id, left)
        self._finish("rule", reset=self._resets)

    def _hold(self, seconds: float, then: Callable[[], None]) -> None:
        """Say nothing and take nothing for so long."""
        self._is_held, self._then = True, then
        self._hold_timer = self._line.later(seconds, lambda: self._guarded(self._release))

    def _release(self) -> None:
        then, self._then = self._then, _nothing
        self._unhold()
        then()
        self.advance()

    def _unhold(self) -> None:
        self._is_held = False
        if self._hold_timer is not None:
            self._hold_timer.cancel()
            self._hold_timer = None

    def _go_secure(self, answer: Answer, kind: str, failure: str) -> None:
        """The certificate is there, or cannot be had: now the reply can be given."""
        if self.has_ended:
            return
        self._is_held = False
        if failure:
            self.note(f"there is no certificate: {failure}")
            self._say(self._dialogue.no_tls())
        else:
            self._say(answer.replies)
            self._tls_due = kind
        self._write()
        self.advance()

    def _refuse_plain_text(self, what: str) -> None:
        surplus = self._transcriber.discard()
        if surplus is not None:
            self._trap.record(self._id, surplus)
        self._say([f"421 4.7.0 TLS was due here, but {what}\r\n".encode()])
        self._write()
        self.tls_failed(TlsFailed(now(), b"", f"{what} where TLS was due"), may_read=True)

    @property
    def _is_between(self) -> bool:
        """Plain text has ended, and TLS has not begun."""
        return self._shakes_hands or self._tls_due is not None

    # The end

    def _part(self) -> None:
        """Record what was left unfinished and say good-bye where someone may be listening."""
        # Where answers are owed, what came cannot be cut any further.
        is_owed = self._must_wait or self._has_backlog or not self._is_greeted
        left = self._transcriber.discard() if is_owed else self._transcriber.end()
        if left is not None:
            self._trap.record(self._id, left)
        if self._is_between and self._reason in ("eof", "reset"):
            why = cut_off(left.raw if left is not None else b"")
            self._trap.record(self._id, TlsFailed(now(), b"", why))
            self._reason = "tls-failed"
        elif self._is_between:
            self._trap.record(
                self._id, TlsFailed(now(), b"", "it was not done when the session ended")
            )
        elif self._reason == "timeout":
            self._say([b"421 4.4.2 nothing heard for too long, closing\r\n"])
        elif self._reason == "stopped":
            self._say([b"421 4.3.2 mailtrap is stopping\r\n"])
        self._write()
        self._hang_up()

    def _close(self, reason: str, *, reset: bool = False) -> None:
        """End the connection from this side, after the replies."""
        lets_read = reason in ("not-smtp", "tls-failed")
        if lets_read and self._reason is None and not self._line.is_gone:
            self._lingers = True
            self._parting = reason
            self._line.linger(lambda: self.end(reason))
        else:
            self._finish(reason, reset=reset)

    def _finish(self, reason: str, *, reset: bool = False) -> None:
        self._reason = reason
        surplus = self._transcriber.discard()
        if surplus is not None:
            self._trap.record(self._id, surplus)
        self._hang_up(reset=reset)

    def _hang_up(self, *, reset: bool = False) -> None:
        self.has_ended = True
        self._unhold()
        if self._silence is not None:
            self._silence.cancel()
        assert self._reason is not None
        self._trap.close(self._id, self._reason, now())
        self._line.hang_up(reset=reset)

    def note(self, text: str) -> None:
        """Put a remark into the transcript, while there is one to put it in."""
        if not self.has_ended:
            self._trap.record(self._id, Remark(now(), b"", text))


def now() -> datetime:
    """The time, aware, in UTC."""
    return datetime.now(UTC)


def _nothing() -> None:
    pass
