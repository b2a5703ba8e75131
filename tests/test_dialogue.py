from hypothesis import given
from hypothesis import strategies as st

from mailtrap.dialogue import _ANSWERED, Dialogue
from mailtrap.session import Command, MailData
from mailtrap.terms import Terms
from mailtrap.transcriber import VERBS
from tests.dialogues import START


def dialogue(**terms: object) -> Dialogue:
    return Dialogue(Terms(hostname="trap.test", **terms), "<nonce>")  # type: ignore[arg-type]


def command(line: bytes) -> Command:
    return Command(START, line + b"\r\n")


@given(st.binary(max_size=60))
def test_any_command_has_an_answer_of_whole_replies(line: bytes) -> None:
    answer = dialogue().answer(command(line))

    for reply in answer.replies:
        assert reply.endswith(b"\r\n")
        assert reply.replace(b"\r\n", b"").isascii()
        assert all(
            text[:3].isdigit() and text[3:4] in (b" ", b"-") for text in reply.split(b"\r\n")[:-1]
        )
    assert answer.replies or command(line).verb == "BDAT"


def test_the_verbs_that_are_answered_are_those_the_transcriber_knows() -> None:
    assert {verb.decode() for verb in VERBS} == _ANSWERED


def test_an_envelope_of_absurd_size_is_refused() -> None:
    said, recipient = dialogue(), command(b"RCPT TO:<" + b"x" * 1_000_000 + b"@b>")

    codes = [said.answer(recipient).replies[0][:3] for _ in range(20)]

    assert codes == [b"250"] * 17 + [b"452"] * 3


def test_nothing_the_client_sent_comes_back_in_a_reply() -> None:
    said = dialogue()

    for verb in (b"EHLO", b"MAIL FROM:", b"RCPT TO:", b"VRFY", b"HELP", b"AUTH", b"X"):
        for reply in said.answer(command(verb + b" ECHOED\xff\x1b[2J")).replies:
            assert b"ECHOED" not in reply


def test_the_end_of_data_is_a_delivery_with_the_envelope_so_far() -> None:
    said = dialogue()
    said.answer(command(b"MAIL FROM:<a@b>"))
    said.answer(command(b"RCPT TO:<c@d>"))

    delivery = said.answer(MailData(START, b"hi\r\n", 40, 4, b"\r\n.\r\n")).delivery

    assert delivery is not None
    assert (delivery.data, delivery.sources) == (b"hi\r\n", (40,))
    assert delivery.envelope.reverse_path == "a@b"
    assert delivery.envelope.forward_paths == ("c@d",)
    assert said.kept("ID") == (b"250 2.0.0 kept as ID\r\n",)
    assert said.not_kept("the disk is full") == (b"452 4.3.1 not kept: the disk is full\r\n",)


def test_passwords_bring_scram_into_the_list_and_stay_out_of_sight() -> None:
    users = {"ann": "s3cret"}
    terms = Terms(users=users)
    users["eve"] = "late"

    [auth] = [line for line in terms.keywords() if line.startswith("AUTH")]
    assert auth == "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER SCRAM-SHA-1 SCRAM-SHA-256"
    assert "AUTH PLAIN LOGIN XOAUTH2 OAUTHBEARER" in Terms().keywords()
    assert terms.users == {"ann": "s3cret"}
    assert "s3cret" not in repr(terms)
    assert terms == Terms(users={"ann": "s3cret"})
    assert terms != Terms()
    assert hash(terms) == hash(Terms(users={"ann": "s3cret"}))


def test_each_exchange_of_a_session_has_a_challenge_of_its_own() -> None:
    said = dialogue()

    challenges = {said.answer(command(b"AUTH CRAM-MD5")).replies for _ in range(3)}

    assert len(challenges) == 3


def test_an_edited_keyword_takes_the_place_of_the_built_in_one() -> None:
    terms = Terms(ehlo_add=("SIZE 5", "auth PLAIN"), ehlo_remove=("HELP",))

    keywords = terms.keywords()

    assert keywords[-2:] == ["SIZE 5", "auth PLAIN"]
    assert [k for k in keywords if k.upper().startswith(("SIZE", "AUTH", "HELP"))] == keywords[-2:]
