"""The reports of failure that the README shows are those that pytest prints."""

import re
from pathlib import Path

from tests.plugin.conftest import Run

README = Path(__file__).parents[2] / "README.md"
FAILING = """
    from contextlib import suppress

    def post(trap, to, subject):
        message = f"To: {to}\\r\\nSubject: {subject}\\r\\n\\r\\nThank you.\\r\\n"
        with connect(trap) as client:
            client.sendmail("shop@example.org", [to], message)

    def test_nothing(mailtrap):
        mailtrap.wait_for(to="bob@*", timeout=1)

    def test_the_wrong_one(mailtrap):
        post(mailtrap, "robert@example.org", "Reset your password")

        mailtrap.wait_for(to="bob@*", subject="Reset", timeout=1)

    def test_too_many(mailtrap):
        post(mailtrap, "bob@example.org", "Your order")
        post(mailtrap, "bob@example.org", "Your order")

        assert mailtrap.count == 1

    def test_refused(mailtrap):
        mailtrap.unknown_user("carl@*")
        with suppress(smtplib.SMTPRecipientsRefused):
            post(mailtrap, "carl@example.org", "Your order")

        mailtrap.one(to="carl@*")
"""


def excerpts() -> list[str]:
    """The parts of the README's paste, each of which begins with a line that failed."""
    section = README.read_text(encoding="utf-8").partition("A test that fails says why")[2]
    paste = section.split("```")[1].strip("\n")
    return re.split(r"\n\n(?=>)", paste)


def compared(text: str) -> str:
    """A report without what differs from run to run, and from one smtplib to the next."""
    lines = [line.rstrip() for line in text.splitlines()]
    text = re.sub(r"(127\.0\.0\.1:)\d+", r"\1PORT", "\n".join(lines))
    text = re.sub(r"^session \S+", "session ID", text, flags=re.MULTILINE)
    text = re.sub(r"^( +)\d+\.\d{3}(?= )", r"\1TIME", text, flags=re.MULTILINE)
    text = re.sub(r"(?i)\b(mail from|rcpt to):", lambda verb: verb[0].upper(), text)
    text = re.sub(r"\(and \d+ lines more\)", "(and N lines more)", text)
    return re.sub(r"^test_\w+\.py:\d+:", "FILE:", text, flags=re.MULTILINE)


def test_the_readme_shows_reports_as_they_are(run: Run) -> None:
    result = run(FAILING)

    result.assert_outcomes(failed=4)
    reports = compared(str(result.stdout))
    shown = [compared(excerpt) for excerpt in excerpts()]
    assert len(shown) == 4
    for excerpt in shown:
        assert excerpt in reports
