"""Mails as applications should send them; and one that is well-made, but spies."""

from email.message import EmailMessage

from mailtrap.gallery import texts
from mailtrap.gallery.demo import Demo, Occasion
from mailtrap.gallery.images import png
from mailtrap.gallery.letters import POLICY, UTF8, both, letter, mailed

SHOP = "Acme Shop <shop@example.org>"
ADA = "Ada Lovelace <ada@example.org>"


def hello(occasion: Occasion) -> EmailMessage:
    """What ``mailtrap send`` sends by itself."""
    message = letter(occasion, "mailtrap <mailtrap@example.org>", "you@example.org", "Hello")
    return both(message, texts.HELLO, texts.HELLO_HTML)


def order(occasion: Occasion) -> EmailMessage:
    message = letter(occasion, SHOP, ADA, "Thanks for your order #10042 🎉")
    both(message, texts.ORDER, texts.ORDER_HTML)
    _related(message, "logo@example.org", "logo.png")
    return message


def reset(occasion: Occasion) -> EmailMessage:
    message = letter(occasion, "Acme <no-reply@example.org>", ADA, "Your code: 482913")
    message["Auto-Submitted"] = "auto-generated"
    return both(message, texts.RESET, texts.RESET_HTML)


def newsletter(occasion: Occasion) -> EmailMessage:
    message = letter(
        occasion,
        "季節の便り <news@example.org>",
        "田中 花子 <hanako@example.org>",
        "春の新着商品をお届けします 🌸",
    )
    message["List-Id"] = "<spring.news.example.org>"
    message["List-Unsubscribe"] = "<https://news.example.org/u/42>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message["Precedence"] = "bulk"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(texts.NEWSLETTER, cte="base64")
    message.add_alternative(texts.NEWSLETTER_HTML, subtype="html", cte="base64")
    return message


def invitation(occasion: Occasion) -> EmailMessage:
    message = letter(occasion, "Grace Hopper <grace@example.org>", ADA, "Invitation: Design review")
    both(message, texts.INVITATION, texts.INVITATION_HTML)
    stamp = f"{occasion.at:%Y%m%dT%H%M%SZ}"
    calendar = texts.CALENDAR.format(token=occasion.token, stamp=stamp)
    message.add_alternative(
        calendar, subtype="calendar", cte="quoted-printable", params={"method": "REQUEST"}
    )
    return message


def attachments(occasion: Occasion) -> EmailMessage:
    message = letter(
        occasion, "Grace Hopper <grace@example.org>", ADA, "Minutes, and the figures you asked for"
    )
    both(message, texts.MINUTES, texts.MINUTES_HTML)
    _related(message, "chart@example.org", "chart.png")
    message.add_attachment(texts.PDF, maintype="application", subtype="pdf", filename="minutes.pdf")
    message.add_attachment(
        texts.FIGURES, subtype="csv", filename="Zahlen für März.csv", cte="quoted-printable"
    )
    return message


def tracking(occasion: Occasion) -> EmailMessage:
    message = letter(occasion, "Deals <deals@example.org>", ADA, "RE: your account (last chance)")
    return both(message, texts.TRACKING, texts.TRACKING_HTML)


def forwarded(occasion: Occasion) -> EmailMessage:
    message = letter(occasion, ADA, "Grace Hopper <grace@example.org>", "Fwd: Your code: 482913")
    message.set_content("Look what I got.\n", cte="7bit")
    inner = reset(Occasion(occasion.at, f"inner.{occasion.token}"))
    message.add_attachment(inner)
    return message


def international(occasion: Occasion) -> EmailMessage:
    message = letter(
        occasion, "Jörg Müller <jörg@example.org>", "用户@example.org", "Grüße 你好", policy=UTF8
    )
    message.set_content(texts.INTERNATIONAL, cte="8bit")
    return message


def bounce(occasion: Occasion) -> EmailMessage:
    message = letter(
        occasion, "Mail Delivery System <postmaster@example.org>", ADA, "Undelivered mail"
    )
    message["Auto-Submitted"] = "auto-replied"
    message.set_content(texts.BOUNCE, cte="7bit")
    message.make_mixed()
    report = EmailMessage(policy=POLICY)
    report["Content-Type"] = "message/delivery-status"
    status = EmailMessage(policy=POLICY)
    status["Reporting-MTA"] = "dns; mx.example.org"
    recipient = EmailMessage(policy=POLICY)
    for name, text in texts.STATUS.items():
        recipient[name] = text
    report.set_payload([status, recipient])
    message.attach(report)
    message.set_type("multipart/report")
    message.set_param("report-type", "delivery-status")
    return message


DEMOS: tuple[Demo, ...] = (
    mailed("hello", "a few words as text and HTML; sent when nothing else is asked for", hello),
    mailed("order", "an order confirmation: HTML with a button, a table, an inline logo", order),
    mailed("reset", "a password reset: a one-time code and a link", reset),
    mailed("newsletter", "a newsletter in Japanese, with List-Unsubscribe", newsletter),
    mailed("invitation", "a calendar invitation (text/calendar, REQUEST)", invitation),
    mailed("attachments", "a PDF, a CSV with an umlaut in its name, an inline image", attachments),
    mailed("forwarded", "a message within a message", forwarded),
    mailed(
        "international",
        "addresses and fields in UTF-8 (SMTPUTF8)",
        international,
        parameters=" BODY=8BITMIME SMTPUTF8",
    ),
    mailed("bounce", "a delivery report from the null reverse-path", bounce, sender="<>"),
    mailed("tracking", "a tracking pixel, remote images, hidden text, a link that lies", tracking),
)


def _related(message: EmailMessage, content_id: str, filename: str) -> None:
    """Add an image that the HTML shows."""
    html = message.get_body(("html",))
    assert isinstance(html, EmailMessage)
    html.add_related(
        png(96, 48), "image", "png", cid=f"<{content_id}>", filename=filename, disposition="inline"
    )
