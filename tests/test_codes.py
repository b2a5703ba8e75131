import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailtrap.codes import codes

SHOWN = {
    "Your code is 482913.": ["482913"],
    "Your verification code: 4829": ["4829"],
    "482913 is your verification code": ["482913"],
    "Your PIN: 1984": ["1984"],  # said to be one: a year may be a PIN
    "G-482913 is your Google verification code.": ["482913"],
    "Use the following code to sign in:\n\n  482913\n\nIt expires in 10 minutes.": ["482913"],
    "VERIFICATION CODE\n4 8 2 9 1 3\n": ["482913"],
    "Your one-time password is 482 913": ["482913"],
    "Enter code 482-913 on the page.": ["482913"],
    "Your device code: WDJB-MJHT": ["WDJB-MJHT"],
    "Code:\nA1B2-C3D4": ["A1B2-C3D4"],
    "Login code: X7K9P2": ["X7K9P2"],
    "Your code is x7k9p2": ["x7k9p2"],
    "Ihr Bestätigungscode lautet 482913": ["482913"],
    "Ihre TAN: 482913 (gültig 5 Minuten)": ["482913"],
    "Dein Sicherheitscode ist 4829": ["4829"],
    "Einmalpasswort: 48291357": ["48291357"],
    "Votre code de vérification est 482913": ["482913"],
    "Su código de verificación es 482913": ["482913"],
    "Il tuo codice è 482913": ["482913"],
    "您的验证码是 482913\uff0c请勿泄露": ["482913"],
    "認証コード\uff1a482913": ["482913"],
    "Код: 482913": ["482913"],
    "Use 482913 to verify your account.": ["482913"],
    "Your code for order 777123 is 482913": ["482913"],
    "OTP 482913 expires at 12:30": ["482913"],
    "Codes: 482913 and 571204": ["482913", "571204"],
    "Your security code is: *482913*": ["482913"],
}

NOT_SHOWN = [
    "Order 482913 was shipped.",
    "Your order number is 482913. Use the tracking code on the page.",
    "Your ZIP code 90210 was saved.",
    "Promo code: 2024 is over",
    "Discount code SAVE2024 ends soon",
    "Gutscheincode: SPAR2024",
    "Error code 5001 occurred",
    "status code: 4040",
    "Verify your account before 2024-05-17.",
    "Verify by 17.05.2024, 12:30",
    "Verify your account, created in 2019",
    "Verify your card: you paid 1234.00 EUR",
    "Verify your card: you paid € 1234",
    "Verify the amount of 1500 EUR",
    "Verify your number +49 30 123456",
    "Verify by phone: call 555 1234",
    "To verify call 1800 123 456",
    "Your code: https://example.org/verify/482913",
    "Your code was sent to 482913@example.org",
    "The code expires in 1440 minutes",
    "Enter the code. © 2024 Example Ltd",
    "Enter the code\n2024\n",
    "Password reset for invoice 482913",
    "Invoice 482913\nTotal 1234",
    "Verify your email\nSeptember 2024",
    "Code review of pull request #4829",
    "Your code is 123",
    "Your code is 123456789",
    "color: #482913; code",
    "Meet us at 12345 Main Street with your code",
    "Your code is required",
    "",
]


@pytest.mark.parametrize(("text", "expected"), SHOWN.items())
def test_codes_are_found(text: str, expected: list[str]) -> None:
    assert list(codes(text)) == expected


@pytest.mark.parametrize("text", NOT_SHOWN)
def test_what_is_no_code_is_not_taken_for_one(text: str) -> None:
    assert list(codes(text)) == []


@given(st.text(alphabet="code PIN:1234-\n\xa0ABx是", max_size=80))
def test_any_text_can_be_searched(text: str) -> None:
    for code in codes(text):
        assert 4 <= len(code) <= 11
