"""What the README says to tell an app: each line as it stands there brings mail."""

import importlib.util
import json
import re
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.clients.programs import Runner, missing, node_environ, program, works
from tests.readme.page import rows, section
from tests.support import Running

APPS = {
    re.split(r", `| \\\*|, a ", name)[0]: (name, code)
    for name, code in rows("Point your app here").items()
    if code and name != "app"
}
ELSEWHERE = "PHP `mail()`, cron, git and all that call sendmail"
LETTER = """
from email.message import EmailMessage
message = EmailMessage()
message["From"], message["To"], message["Subject"] = "ann@example.org", "bob@example.org", "Hi"
message.set_content("x")
"""
# Of these there is nothing here that could send; their names are those of the documentation.
NOT_RUN = {
    "Laravel": ["MAIL_MAILER=smtp", "MAIL_HOST=localhost", "MAIL_PORT=1025"],
    "Spring Boot": ["spring.mail.host=localhost", "spring.mail.port=1025"],
    # What Go compiles for it takes longer than all other tests of the README.
    "Go": ['smtp.SendMail("localhost:1025", nil, from, to, octets)'],
    ".NET": ['new SmtpClient("localhost", 1025).Send(message);'],
    "Phoenix": [
        (
            "config :my_app, MyApp.Mailer, adapter: Swoosh.Adapters.SMTP, "
            'relay: "localhost", port: 1025'
        )
    ],
}


# Python


def python(run: Runner, script: str, *modules: str) -> None:
    """Run a script with the packages that it imports."""
    for module in modules:
        if importlib.util.find_spec(module) is None:
            missing(module, "pip install -e '.[examples]'")
    run(sys.executable, "-c", script)


def django(run: Runner, line: str) -> None:
    script = f"""
{line}
from django.conf import settings
settings.configure(EMAIL_HOST=EMAIL_HOST, EMAIL_PORT=EMAIL_PORT)
from django.core.mail import send_mail
send_mail("Hi", "x", "ann@example.org", ["bob@example.org"])
"""
    python(run, script, "django")


def flask(package: str, send: str, run: Runner, line: str) -> None:
    script = f"""
from flask import Flask
from {package} import Mail
app = Flask("shop")
{line}
mail = Mail(app)
with app.app_context():
    {send}
"""
    python(run, script, "flask", package)


def fastapi_mail(run: Runner, line: str) -> None:
    script = f"""
import asyncio
from fastapi_mail import ConnectionConfig, FastMail, MessageSchema
config = {line}
message = MessageSchema(subject="Hi", recipients=["bob@example.org"], body="x", subtype="plain")
asyncio.run(FastMail(config).send_message(message))
"""
    python(run, script, "fastapi_mail")


def smtplib(run: Runner, line: str) -> None:
    python(run, f"import smtplib\n{LETTER}\n{line}")


def aiosmtplib(run: Runner, line: str) -> None:
    sending = f"async def send():\n    {line}\nasyncio.run(send())"
    python(run, f"import asyncio\nimport aiosmtplib\n{LETTER}\n{sending}", "aiosmtplib")


# Ruby, PHP, JavaScript, Perl


def rails(run: Runner, line: str) -> None:
    ruby = program("ruby", "apt install ruby-actionmailer")
    if not works(ruby, "-e", "require 'action_mailer'"):
        missing("Action Mailer", "apt install ruby-actionmailer")
    script = f"""
require "logger"
require "action_mailer"
config = Struct.new(:action_mailer).new(ActionMailer::Base)
{line}
ActionMailer::Base.mail(
  from: "ann@example.org", to: "bob@example.org", subject: "Hi", body: "x"
).deliver_now
"""
    run(ruby, "-e", script)


def php(run: Runner, package: str, autoload: str, script: str, **environ: str) -> None:
    """Run a script with a library, where Debian has it."""
    interpreter = program("php", "apt install php-cli")
    path = Path("/usr/share/php", autoload)
    if not path.exists():
        missing(package, f"apt install {package}")
    run(interpreter, "-r", f'require "{path}";\n{script}', environ=environ)


def symfony(run: Runner, line: str) -> None:
    name, _, dsn = line.partition("=")
    script = f"""
use Symfony\\Component\\Mailer\\{{Mailer, Transport}};
use Symfony\\Component\\Mime\\Email;
$email = (new Email())->from("ann@example.org")->to("bob@example.org")->subject("Hi")->text("x");
(new Mailer(Transport::fromDsn(getenv("{name}"))))->send($email);
"""
    php(run, "php-symfony-mailer", "Symfony/Component/Mailer/autoload.php", script, **{name: dsn})


def wordpress(run: Runner, line: str) -> None:
    # All its mail goes through PHPMailer, which is here; it calls the hook as wp_mail() does.
    script = f"""
function add_action($name, $hook) {{ $GLOBALS["hooks"][$name] = $hook; }}
{line}
$mailer = new PHPMailer\\PHPMailer\\PHPMailer(true);
$mailer->isMail();
$mailer->setFrom("ann@example.org");
$mailer->addAddress("bob@example.org");
$mailer->Subject = "Hi";
$mailer->Body = "x";
$hooks["phpmailer_init"]($mailer);
$mailer->send();
"""
    php(run, "libphp-phpmailer", "libphp-phpmailer/autoload.php", script)


def nodemailer(run: Runner, line: str) -> None:
    node = program("node", "apt install nodejs, or brew install node")
    letter = {"from": "ann@example.org", "to": "bob@example.org", "subject": "Hi", "text": "x"}
    script = f'const nodemailer = require("nodemailer");{line}.sendMail({json.dumps(letter)});'
    run(node, "-e", script, environ=node_environ(node))


def perl(run: Runner, line: str) -> None:
    interpreter = program("perl", "apt install perl")
    if not works(interpreter, "-MNet::SMTP", "-e", "1"):
        missing("Net::SMTP", "apt install perl")
    script = f"""
my $smtp = {line} or die $@;
$smtp->mail('ann@example.org') && $smtp->to('bob@example.org') or die;
$smtp->data("Subject: Hi\\n\\nx\\n") && $smtp->quit or die;
"""
    run(interpreter, "-MNet::SMTP", "-e", script)


def command(run: Runner, line: str) -> None:
    name = line.partition(" ")[0]
    program(name, f"apt install {name}, or brew install {name}")
    run("sh", "-ec", f"cd; printf 'Subject: Hi\\n\\nx\\n' >mail.txt; {line}")


FLASK_MAIL = 'mail.send_message("Hi", ["bob@example.org"], "x", sender="ann@example.org")'
FLASK_MAILMAN = 'mail.send_mail("Hi", "x", "ann@example.org", ["bob@example.org"])'
SENDERS: list[tuple[str, Callable[[Runner, str], None]]] = [
    ("Django", django),
    ("Flask-Mail, Flask-Mailman", partial(flask, "flask_mail", FLASK_MAIL)),
    ("Flask-Mail, Flask-Mailman", partial(flask, "flask_mailman", FLASK_MAILMAN)),
    ("FastAPI-Mail", fastapi_mail),
    ("Python", smtplib),
    ("aiosmtplib", aiosmtplib),
    ("Rails", rails),
    ("Symfony", symfony),
    ("WordPress", wordpress),
    ("nodemailer", nodemailer),
    ("Perl", perl),
    ("msmtp", command),
    ("swaks", command),
    ("curl", command),
]


def test_every_line_is_run_or_marked() -> None:
    marked = {app for app, (name, _) in APPS.items() if name.endswith(r"\*")}

    assert set(APPS) == {app for app, _ in SENDERS} | set(NOT_RUN)
    assert marked == set(NOT_RUN)
    assert r"but for those with \*" in section("Point your app here")
    assert f"| {ELSEWHERE} | [their lines](#in-place-of-sendmail) |" in section(
        "Point your app here"
    )


@pytest.mark.parametrize("app", NOT_RUN)
def test_a_line_that_is_not_run_is_as_documented(app: str) -> None:
    assert APPS[app][1] == NOT_RUN[app]


@pytest.mark.parametrize(("app", "send"), SENDERS)
def test_a_line_brings_mail(
    app: str, send: Callable[[Runner, str], None], server: Running, tmp_path: Path
) -> None:
    [line] = APPS[app][1]

    send(Runner(tmp_path), line.replace("1025", str(server.port)))

    message = server.message()
    assert message.envelope.forward_paths == ("bob@example.org",)
    assert b"Subject: Hi\r\n" in message.data or b"Subject: test " in message.data
