// A shop that sends with nodemailer.

const nodemailer = require("nodemailer");

const transport = nodemailer.createTransport(process.env.SMTP_URL);

async function forgotPassword(to, token) {
  const link = `https://shop.example.org/reset?t=${token}`;
  await transport.sendMail({
    from: "shop@example.org",
    to,
    subject: "Reset your password",
    html: `<p>Your code is 493021, or <a href="${link}">choose a new password</a>.</p>`,
  });
}

module.exports = { forgotPassword };
