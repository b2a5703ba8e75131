const assert = require("node:assert");
const { execFileSync } = require("node:child_process");
const { test } = require("node:test");

const { forgotPassword } = require("./shop.js");

// mailtrap run tells where the mail is; each test has a recipient of its own.
function mail(...words) {
  return execFileSync("mailtrap", ["wait", ...words], { encoding: "utf8" }).trim();
}

test("a forgotten password", async () => {
  await forgotPassword("bob@example.org", "42");

  assert.equal(mail("to:bob@example.org", "--link", "/reset"), "https://shop.example.org/reset?t=42");
  assert.equal(mail("to:bob@example.org", "--code"), "493021");
});

test("the header of it", async () => {
  await forgotPassword("carl@example.org", "43");

  const [found] = JSON.parse(mail("to:carl@example.org", "--json"));
  assert.equal(found.subject, "Reset your password");
});

test("a user that is not there", async () => {
  await assert.rejects(forgotPassword("550@fault.test", "44"), { responseCode: 550 });
});
