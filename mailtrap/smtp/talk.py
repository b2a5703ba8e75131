"""What is answered on one connection, and when: between the octets and the core.

All that has arrived is answered at once, in the call that brought it.  What must wait (a slow
reader, silence, a reply that a fault rule delays) is a timer.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from enum import Enum, auto

from mailtrap.answers import AS_USUAL, Answer, Delivery
from mailtrap.dialogue import Dialogue
from mailtrap.errors import StoreError
from mailtrap.session import ClientEntry, Entry, MailData, Remark, TlsFailed, TlsStarted
from mailtrap.smtp.clock import now
from mailtrap.smtp.hold import Hold
from mailtrap.smtp.line import Line, Timer
from mailtrap.smtp.replies import Replies
from mailtrap.smtp.tls import cut_off
from mailtrap.tls_hello import HANDSHAKE
from mailtrap.transcriber import Transcriber
from mailtrap.trap import Trap

SILENCE = 1.0  # seconds after which a client that could go on is taken to wait
TURN = 500  # entries answered before other connections get their turn

_log = logging.getLogger("mailtrap.smtp")


class Phase(Enum):
    """How far a session has come."""

    SILENT = auto()  # nothing was said yet
    TALKING = auto()
    TLS_DUE = auto()  # what the client sends next is TLS, or nothing
    HANDSHAKE = auto()
    PARTING = auto()  # the last reply is written, and the client may read it
    ENDED = auto()


_BEFORE_TLS = (Phase.TLS_DUE, Phase.HANDSHAKE)
_LETS_READ = ("not-smtp", "tls-failed")  # reasons to end that the client hears of


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
        self._phase = Phase.SILENT
        self._is_greeted = False
        self._replies = Replies(line, trap, session_id, transcriber)
        self._reason: str | None = None  # why nothing more will come
        self._must_leave = False  # as soon as that can be said, whatever is still to be answered
        self._is_slow = False  # the client, to read what was written
        self._hold = Hold(line.later)
        self._is_stalling = False  # until the hold is over and the session with it
        self._has_backlog = False  # more entries came than fit in one turn
        self._silence: Timer | None = None
        self._is_silent = False  # for so long that the client is taken to wait
        self._tls_kind = ""
        self._cut = AS_USUAL  # how a rule ends the connection in the middle of mail data
        self._parting = ""  # why the last reply was the last

    # What the connection calls

    @property
    def has_ended(self) -> bool:
        """The session; the connection may still write its last replies."""
        return self._phase is Phase.ENDED

    @property
    def is_holding_back(self) -> bool:
        """The client waits for the server, not the server for the client."""
        return self._hold.is_on

    def greet(self) -> None:
        """Open the conversation (RFC 5321 section 3.1)."""
        self._guarded(self._greet)

    def octets(self, octets: bytes | memoryview) -> None:
        """Octets from the client, in plain text."""
        self._is_silent = False
        if self._silence is not None:
            self._silence.cancel()
            self._silence = None
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
        self.advance()

    def tls_started(self, entry: TlsStarted) -> None:
        """The handshake is done: the client has to start anew (RFC 3207 section 4.2)."""
        self._trap.record(self._id, entry)
        self._dialogue.tls_started()
        self._phase = Phase.TALKING
        if not self._is_greeted:
            self.greet()

    def tls_failed(self, entry: TlsFailed, *, may_read: bool) -> bool:
        """The handshake, or TLS itself, failed: the session cannot go on.

        ``may_read``: the client may still read why.  Says whether that is news.
        """
        if self._phase in (Phase.PARTING, Phase.ENDED):
            return False
        self._phase = Phase.TALKING
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
        self._guarded(self._take_the_rest)

    def give_up(self) -> None:
        """End the session at once, whatever is still to be answered."""
        if not self.has_ended:
            self._finish("stopped")

    def advance(self) -> None:
        """Answer all that has come, as far as the client reads the answers."""
        if not self.has_ended:
            self._guarded(self._answer_what_came)

    def remark(self, text: str) -> None:
        """Say something that no octets show."""
        self.note(Remark(now(), b"", text))

    def note(self, entry: Entry) -> None:
        """Put an entry into the transcript, while there is one to put it in."""
        if not self.has_ended:
            self._trap.record(self._id, entry)

    def _guarded(self, call: Callable[[], object]) -> None:
        try:
            call()
        except Exception as error:  # noqa: BLE001 a bug here must end this session and no other
            _log.exception("session %s failed", self._id)
            self.remark(f"mailtrap failed here: {type(error).__name__}: {error}")
            self._reason = "failed"
            self._hang_up()

    # Answering

    def _greet(self) -> None:
        self._phase, self._is_greeted = Phase.TALKING, True
        if self._transcriber.received:
            self.remark(
                "the client spoke before the greeting, which RFC 5321 section 3.1 asks it to wait"
                " for"
            )
        if not self._perform(self._dialogue.greet(now())):
            self._answer_what_came()

    def _answer_what_came(self) -> None:
        if self._is_leaving():
            return
        self._has_backlog = False
        for _ in range(TURN):
            entry = self._next_entry()
            if entry is None:
                break
            if self._take(entry):
                return
        else:
            self._replies.write()
            self._has_backlog = True
            self._line.later(0, self.advance)
            return
        self._replies.write()
        if self._must_leave or (self._reason and not self._must_wait):
            self._part()
        elif not self._must_wait:
            self._await_more()

    def _is_leaving(self) -> bool:
        """The session ends now, or is about to: nothing is answered any more."""
        if self._phase is Phase.PARTING:
            if self._reason is not None:
                self._finish(self._parting)
            return True
        if self._is_stalling and self._reason is not None:
            self._part()
            return True
        if self._must_leave and (self._has_backlog or self._hold.is_on):
            self._part()
            return True
        return False

    def _take_the_rest(self) -> None:
        """Answer what came though nobody listens, and end."""
        if self._phase in _BEFORE_TLS:
            self._hold.drop()
        elif not self._is_stalling:
            self._hold.release()
        self.advance()

    @property
    def _must_wait(self) -> bool:
        return self._is_slow or self._hold.is_on

    def _next_entry(self) -> ClientEntry | None:
        if self._must_wait or not self._is_greeted:
            return None
        if self._phase in _BEFORE_TLS and not self._transcriber.awaits_tls:
            return None
        if self._is_silent:
            self._is_silent = False
            return self._transcriber.silence()
        return self._transcriber.next()

    def _take(self, entry: ClientEntry) -> bool:
        """Record what the client sent and answer it; says whether to go no further now."""
        if isinstance(entry, MailData) and not entry.is_complete:
            # The client has sent more: a rule ends the connection here.
            self._trap.record(self._id, entry)
            self._finish("rule", reset=self._cut.reset)
            return True
        answer = self._dialogue.answer(entry)
        if answer.effect is not AS_USUAL or answer.tls is not None:
            self._trap.record(self._id, entry)
            return self._perform(answer, entry.at)
        if answer.delivery is None:
            self._replies.give(answer.replies, entry, *answer.entries)
        else:
            self._trap.record(self._id, entry)
            self._replies.give(self._deliver(answer.delivery, entry.at))
        if answer.close:
            self._replies.write()
            self._close(answer.reason)
        elif not answer.batched:
            self._replies.write()
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
            self.remark(f"the store could not keep this message: {error}")
            return self._dialogue.not_kept(str(error))
        return self._dialogue.kept(message.id, truncated=message.truncated)

    def _await_more(self) -> None:
        """Nothing is left to answer: read on, and see whether the client waits for something."""
        is_due = self._phase is Phase.TLS_DUE
        if is_due and self._transcriber.begins_tls:
            self._phase = Phase.HANDSHAKE
            self._line.start_tls(self._tls_kind, self._transcriber.take_handshake())
            return
        if is_due and not self._is_greeted and not self.may_begin_tls:
            self._refuse_plain_text("the client began in plain text")
            return
        self._line.read_on()
        may_wait = self._transcriber.ends_in_lookalike or (is_due and self._transcriber.pending)
        if may_wait and self._silence is None:
            self._silence = self._line.later(SILENCE, self._on_silence)

    def _on_silence(self) -> None:
        self._silence = None
        if self._phase is Phase.TLS_DUE:
            self._guarded(lambda: self._refuse_plain_text("the client went on in plain text"))
            return
        self._is_silent = True
        self.advance()

    # What takes its time: fault rules, and TLS

    def _perform(self, answer: Answer, at: datetime | None = None) -> bool:
        """Answer as a rule has it; says whether to go no further now."""
        if answer.entries:
            self._trap.record(self._id, *answer.entries)
        replies = answer.replies
        if answer.delivery is not None and at is not None:
            replies = self._deliver(answer.delivery, at)
        effect = answer.effect
        if answer.tls is not None:
            self._phase, self._tls_kind = Phase.TLS_DUE, answer.tls
        if effect.stall is not None or effect.delay:
            self._replies.write()
        if effect.stall == 0:
            self._finish("rule", reset=effect.reset)  # a client that closes now comes too late
        elif effect.stall is not None:
            self._is_stalling = True
            self._hold_back(lambda: self._finish("rule", reset=effect.reset), effect.stall)
        elif effect.delay:
            self._hold_back(lambda: self._prepare(answer, replies), effect.delay)
        else:
            self._prepare(answer, replies)
        return self._must_wait or self._phase in (Phase.PARTING, Phase.ENDED)

    def _prepare(self, answer: Answer, replies: tuple[bytes, ...]) -> None:
        """See that there is a certificate where one will be shown."""
        if answer.tls is None or self._line.is_gone:
            self._utter(answer, replies)
            return
        failure = self._line.prepare_tls(answer.tls, lambda why: self._go_on(answer, replies, why))
        if failure is None:
            self._hold_back(_nothing, None)
        else:
            self._prepared(answer, replies, failure)

    def _go_on(self, answer: Answer, replies: tuple[bytes, ...], failure: str) -> None:
        if self._phase is Phase.TLS_DUE and self._hold.is_on:
            self._hold.drop()
            self._guarded(lambda: self._prepared(answer, replies, failure))
            self.advance()

    def _prepared(self, answer: Answer, replies: tuple[bytes, ...], failure: str) -> None:
        """The certificate is there, or cannot be had: now the reply can be given."""
        if not failure:
            self._utter(answer, replies)
            return
        self._phase = Phase.TALKING
        self.remark(f"there is no certificate: {failure}")
        if self._is_greeted:
            self._replies.give(self._dialogue.no_tls())
            self._replies.write()
        else:
            self._close("tls-failed")

    def _utter(self, answer: Answer, replies: tuple[bytes, ...]) -> None:
        effect = answer.effect
        if (effect.drip or effect.split) and not self._line.is_gone:
            self._replies.begin_to_drip(replies)
            self._drip(answer)
            return
        self._replies.give(replies)
        if not answer.batched or answer.close:
            self._replies.write()
        self._leave_or_stay(answer)

    def _drip(self, answer: Answer) -> None:
        """Write the octets of a reply one by one."""
        if self._replies.drip():
            self._hold_back(lambda: self._drip(answer), answer.effect.drip)
        else:
            self._leave_or_stay(answer)

    def _leave_or_stay(self, answer: Answer) -> None:
        if answer.close:
            self._close(answer.reason, reset=answer.effect.reset)
        elif answer.effect.after_bytes is not None:
            self._cut = answer.effect
            self._transcriber.cut_mail_data_after(answer.effect.after_bytes)

    def _hold_back(self, then: Callable[[], None], seconds: float | None) -> None:
        """Say nothing and take nothing for so long; None: until somebody says so."""
        if self._line.is_gone and seconds is not None:
            seconds = 0
        self._hold.start(then, seconds, lambda: self._guarded(self._release))

    def _release(self) -> None:
        self._hold.release()
        self.advance()

    def _refuse_plain_text(self, what: str) -> None:
        self._replies.give([f"421 4.7.0 TLS was due here, but {what}\r\n".encode()])
        self._replies.write()
        self.tls_failed(TlsFailed(now(), b"", f"{what} where TLS was due"), may_read=True)

    # The end

    def _part(self) -> None:
        """Record what was left unfinished and say good-bye where someone may be listening."""
        # Where answers are owed, what came cannot be cut any further.
        is_owed = self._must_wait or self._has_backlog or not self._is_greeted
        left = (
            self._transcriber.discard()
            if is_owed or self._phase in _BEFORE_TLS
            else self._transcriber.end()
        )
        if left is not None:
            self._trap.record(self._id, left)
        if self._phase in _BEFORE_TLS:
            self._part_without_tls(b"" if left is None else left.raw)
        elif self._reason == "timeout":
            self._replies.give([b"421 4.4.2 nothing heard for too long, closing\r\n"])
        elif self._reason == "stopped":
            self._replies.give([b"421 4.3.2 mailtrap is stopping\r\n"])
        self._replies.write_all()
        self._hang_up()

    def _part_without_tls(self, left: bytes) -> None:
        if self._reason in ("eof", "reset"):
            why = (
                "the client went on in plain text where TLS was due"
                if left and not left.startswith(HANDSHAKE)
                else cut_off(left, is_greeted=self._is_greeted)
            )
            self._reason = "tls-failed"
        else:
            why = "it was not done when the session ended"
        self._trap.record(self._id, TlsFailed(now(), b"", why))

    def _close(self, reason: str, *, reset: bool = False) -> None:
        """End the connection from this side, after the replies."""
        self._replies.write()
        if reason in _LETS_READ and self._reason is None and not self._line.is_gone:
            self._phase, self._parting = Phase.PARTING, reason
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
        if self.has_ended:
            return
        self._phase = Phase.ENDED
        self._hold.drop()
        if self._silence is not None:
            self._silence.cancel()
        assert self._reason is not None
        self._trap.close(self._id, self._reason, now())
        self._line.hang_up(reset=reset)


def _nothing() -> None:
    pass
