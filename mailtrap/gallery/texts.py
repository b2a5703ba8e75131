"""What the mails of the gallery say."""

HELLO = """\
Hello,

this message came by SMTP, from mailtrap send.

More of them, well-made and broken: mailtrap send --demo
"""
HELLO_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Hello</title></head>
<body>
<p>Hello,</p>
<p>this message came by SMTP, from <b>mailtrap send</b>.</p>
<p>More of them, well-made and broken: <code>mailtrap send --demo</code></p>
</body>
</html>
"""
ORDER = """\
Thanks for your order, Ada!

2 x Espresso cups „Milano“    € 24.00
1 x 抹茶 Matcha tin 🍵          € 18.50
                       Total  € 42.50

Track your parcel: https://shop.example.org/track?id=10042
"""
ORDER_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Your order</title></head>
<body style="margin:0;font-family:sans-serif">
<img src="cid:logo@example.org" alt="Acme Shop" width="96" height="48">
<h1>Thanks for your order, Ada!</h1>
<p>We have packed <b>3 items</b> and handed them to <i>Parcel &amp; Sons</i>.</p>
<p><a href="https://shop.example.org/track?id=10042"
 style="background:#0066cc;color:#ffffff;padding:12px 24px">Track your parcel</a></p>
<table>
<tr><th align="left">Item</th><th>Qty</th><th>Price</th></tr>
<tr><td>Espresso cups „Milano“</td><td align="right">2</td><td align="right">€ 24.00</td></tr>
<tr><td>抹茶 Matcha tin 🍵</td><td align="right">1</td><td align="right">€ 18.50</td></tr>
<tr><td><b>Total</b></td><td></td><td align="right"><b>€ 42.50</b></td></tr>
</table>
<p>Questions? <a href="mailto:help@example.org">Write to us</a>.</p>
</body>
</html>
"""
RESET = """\
Hello Ada,

your code is 482913. It is good for ten minutes.

Or follow this link: https://example.org/reset?token=9f2c61

It was not you? Then there is nothing to do.
"""
RESET_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Your code</title></head>
<body>
<p>Hello Ada,</p>
<p>your code is <b style="font-size:200%">482913</b>. It is good for ten minutes.</p>
<p><a href="https://example.org/reset?token=9f2c61">Choose a new password</a></p>
<p>It was not you? Then there is nothing to do.</p>
</body>
</html>
"""
NEWSLETTER = """\
田中様

春の新着商品をお届けします。

・桜の茶碗　2,400円
・抹茶　1,850円

くわしくはこちら: https://shop.example.org/spring

配信停止: https://news.example.org/u/42
"""
NEWSLETTER_HTML = """\
<!DOCTYPE html>
<html lang="ja">
<head><meta charset="utf-8"><title>春の新着商品</title></head>
<body>
<h1>春の新着商品をお届けします</h1>
<p>田中様</p>
<ul><li>桜の茶碗　<b>2,400円</b></li><li>抹茶　<b>1,850円</b></li></ul>
<p><a href="https://shop.example.org/spring">くわしくはこちら</a></p>
<p><small><a href="https://news.example.org/u/42">配信停止</a></small></p>
</body>
</html>
"""
INVITATION = """\
Design review, Thursday 5 November 2026, 14:00 to 15:00 UTC, room Babbage.

Yes, no or maybe?
"""
INVITATION_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Design review</title></head>
<body>
<p><b>Design review</b><br>Thursday 5 November 2026, 14:00 to 15:00 UTC<br>Room Babbage</p>
<p>Yes, no or maybe?</p>
</body>
</html>
"""
CALENDAR = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//mailtrap//gallery//EN
METHOD:REQUEST
BEGIN:VEVENT
UID:{token}@example.org
DTSTAMP:{stamp}
DTSTART:20261105T140000Z
DTEND:20261105T150000Z
SUMMARY:Design review
LOCATION:Room Babbage
ORGANIZER;CN=Grace Hopper:mailto:grace@example.org
ATTENDEE;CN=Ada Lovelace;RSVP=TRUE:mailto:ada@example.org
END:VEVENT
END:VCALENDAR
"""
MINUTES = """\
Hello Ada,

the minutes and the figures are attached; the chart shows the trend.

Grace
"""
MINUTES_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Minutes</title></head>
<body>
<p>Hello Ada,</p>
<p>the minutes and the figures are attached; the chart shows the trend.</p>
<p><img src="cid:chart@example.org" alt="Red above, blue below" width="96" height="48"></p>
<p>Grace</p>
</body>
</html>
"""
FIGURES = "Monat;Umsatz\nJanuar;1200\nFebruar;1350\nMärz;1420\n"
# The least that a reader of PDF opens: one empty page.
PDF = b"""\
%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""
TRACKING = """\
Your account will be closed today: https://example.com/c/9f2c61
"""
TRACKING_HTML = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Last chance</title></head>
<body>
<div style="display:none;max-height:0;overflow:hidden">You have won. Open now!</div>
<p>Dear Ada,</p>
<p>your account will be closed <b>today</b>, unless you
<a href="https://tracker.example.com/c/9f2c61?u=ada%40example.org">www.example.org/account</a></p>
<p><img src="https://cdn.example.com/banner.png?u=9f2c61" alt="Last chance" width="600"></p>
<p style="font-size:1px;color:#ffffff">bank invoice meeting holiday family</p>
<p style="font-size:8px;color:#cccccc">To keep your account unsubscribe
<a href="https://tracker.example.com/u">here</a>, by letter, within an hour.</p>
<img src="https://tracker.example.com/open.gif?u=9f2c61" alt="" width="1" height="1">
</body>
</html>
"""
INTERNATIONAL = """\
Hallo 用户,

diese Adressen brauchen SMTPUTF8 (RFC 6531).

Jörg
"""
BOUNCE = """\
This is the mail system at mx.example.org.

Your message could not be delivered to bob@example.org: no such user here.
"""
STATUS = {
    "Final-Recipient": "rfc822; bob@example.org",
    "Action": "failed",
    "Status": "5.1.1",
    "Diagnostic-Code": "smtp; 550 5.1.1 no such user here",
}
