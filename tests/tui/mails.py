"""Mail as applications really send it, and mail that is broken; line ends are CRLF."""

import base64

from mailtrap.gallery.images import png

TRACKER = "https://t.example.com/open.gif?id=1"

ORDER_HTML = f"""\
<html><body style="margin:0">
<div style="display:none;max-height:0">Your parcel is on its way</div>
<img src="cid:logo@acme.example" alt="Acme Shop">
<h1>Thanks for your order, Ada!</h1>
<p>We have packed <b>3 items</b> and handed them to <i>DHL</i>.</p>
<p><a href="https://shop.example.com/track?id=10042" style="background:#06c;padding:12px">Track
parcel</a></p>
<table>
<tr><th>Item</th><th>Qty</th><th>Price</th></tr>
<tr><td>Espresso cups „Milano“</td><td align="right">2</td><td>€ 24.00</td></tr>
<tr><td>抹茶 Matcha tin 🍵</td><td align="right">1</td><td>€ 18.50</td></tr>
</table>
<p>Questions? <a href="mailto:help@shop.example.com">Write to us</a> or
<a href="javascript:alert(1)">click</a>. <a href="https://shop.example.com/u">Unsubscribe</a></p>
<img src="https://cdn.example.com/banner.png" width="600" alt="Sale">
<img src="cid:gone@acme.example" alt="Gone">
<img src="{TRACKER}" width="1" height="1">
</body></html>
"""


def encoded(octets: bytes) -> bytes:
    """In base64, with line ends."""
    return base64.encodebytes(octets).replace(b"\n", b"\r\n")


def part(fields: str, body: bytes) -> bytes:
    """A part with those fields, one a line."""
    return fields.strip().replace("\n", "\r\n").encode() + b"\r\n\r\n" + body


def multipart(kind: str, *parts: bytes, boundary: str = "b1") -> bytes:
    """Fields and body of a multipart."""
    opened = b"".join(b"--" + boundary.encode() + b"\r\n" + each + b"\r\n" for each in parts)
    head = f'Content-Type: multipart/{kind}; boundary="{boundary}"'
    return part(head, opened + b"--" + boundary.encode() + b"--\r\n")


def letter(fields: str, body: bytes) -> bytes:
    """Mail data: the usual fields, these, and a body that brings its own."""
    usual = (
        "Date: Mon, 2 Mar 2026 12:00:00 +0000\r\nMessage-ID: <1@example.org>\r\n"
        "MIME-Version: 1.0\r\n"
    )
    return usual.encode() + fields.strip().replace("\n", "\r\n").encode() + b"\r\n" + body


def html_part(html: str = ORDER_HTML) -> bytes:
    """HTML in UTF-8."""
    fields = "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: base64"
    return part(fields, encoded(html.replace("\n", "\r\n").encode()))


def text_part(text: str) -> bytes:
    """Text in UTF-8."""
    fields = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit"
    return part(fields, text.replace("\n", "\r\n").encode())


LOGO = part(
    "Content-Type: image/png\nContent-Transfer-Encoding: base64\n"
    "Content-ID: <logo@acme.example>\nContent-Disposition: inline; filename=logo.png",
    encoded(png(12, 8)),
)
PDF = part(
    "Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n"
    'Content-Disposition: attachment; filename="invoice 10042.pdf"',
    encoded(b"%PDF-1.7\n" + bytes(range(256)) * 20),
)
CALL = part(
    "Content-Type: text/calendar; charset=utf-8; method=REQUEST\n"
    "Content-Disposition: attachment; filename=invite.ics",
    b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n",
)
ORDER = letter(
    "From: Acme Shop <shop@acme.example>\nTo: Ada Lovelace <ada@example.org>\n"
    "Subject: =?utf-8?q?Thanks_for_your_order_=2310042_=F0=9F=8E=89?=",
    multipart(
        "mixed",
        multipart(
            "related",
            multipart(
                "alternative",
                text_part("Thanks for your order!\nTrack it: https://shop.example.com/track\n"),
                html_part(),
                boundary="b3",
            ),
            LOGO,
            boundary="b2",
        ),
        PDF,
    ),
)
INNER = letter(
    "From: Carl <carl@example.org>\nTo: Ann <ann@example.org>\nSubject: the first one",
    multipart("mixed", text_part("This is the inner text.\n"), CALL, boundary="inner"),
)
NESTED = letter(
    "From: Ann <ann@example.org>\nTo: Bob <bob@example.org>\nSubject: Fwd: the first one",
    multipart(
        "mixed",
        text_part("See below.\n"),
        part("Content-Type: message/rfc822\nContent-Disposition: attachment", INNER),
        CALL,
    ),
)
HTML_ONLY = letter(
    "From: Shop <shop@example.org>\nTo: Bob <bob@example.org>\nSubject: only HTML", html_part()
)
BROKEN = (
    b"Subject: broken\r\nSubject: twice\r\nFrom: x\r\n"
    b"X-Long-Name-That-Does-Not-Fit-Beside: value\r\n"
    b'Content-Type: multipart/mixed; boundary="nope"\r\n\r\n'
    b"no part\nbare \x00 nul\r\n" + b"y" * 1200 + b"\r\n"
)
