import pytest

from tests.plugin.conftest import Run


def test_each_test_has_its_own_mail(run: Run) -> None:
    result = run("""
        def test_one(mailtrap):
            send(mailtrap, "one")
            assert mailtrap.one().subject == "one"

        def test_two(mailtrap):
            assert len(mailtrap) == 0
            send(mailtrap, "two")
            assert mailtrap.count == 1

        def test_that_it_is_one_server(mailtrap, mailtrap_server):
            assert mailtrap.port == mailtrap_server.port
            assert mailtrap_server.count == 0
    """)

    result.assert_outcomes(passed=3)


def test_a_rule_that_was_never_used_fails_the_test(run: Run) -> None:
    result = run("""
        def test_it(mailtrap):
            mailtrap.unknown_user("carl@*")
            send(mailtrap)
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 rule was never used:",
            "  RCPT to carl@*: 550 5.1.1 no such user here",
            "*say optional=True where that may be",
            "*SMTP transcript*",
        ]
    )


def test_rules_are_over_with_their_test_and_optional_ones_need_no_use(run: Run) -> None:
    result = run("""
        def test_rule(mailtrap):
            mailtrap.unknown_user("bob@*")
            mailtrap.greylist("carl@*", optional=True)
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                send(mailtrap)

        def test_no_rule(mailtrap):
            send(mailtrap)
            assert mailtrap.count == 1
    """)

    result.assert_outcomes(passed=2)


def test_a_test_that_failed_is_not_blamed_for_its_rules_as_well(run: Run) -> None:
    result = run("""
        def test_it(mailtrap):
            mailtrap.unknown_user("carl@*")
            assert False, "for this reason"
    """)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*for this reason*"])
    result.stdout.no_fnmatch_line("*never used*")


def test_a_strict_test_fails_for_errors(run: Run) -> None:
    result = run("""
        @pytest.mark.mailtrap(strict=True)
        def test_wrong(mailtrap):
            with connect(mailtrap) as client:
                client.sendmail("ann@example.org", ["bob@example.org"], "Subject: x\\r\\n\\r\\nx")

        @pytest.mark.mailtrap(strict=True)
        def test_right(mailtrap):
            send(mailtrap)

        def test_lenient(mailtrap):
            with connect(mailtrap) as client:
                client.sendmail("ann@example.org", ["bob@example.org"], "Subject: x\\r\\n\\r\\nx")
    """)

    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*error header-missing-date*", "(the test is strict)"])
    result.stdout.no_fnmatch_line("*During handling*")


def test_a_marker_gives_the_test_a_server_as_it_says(run: Run) -> None:
    result = run("""
        @pytest.mark.mailtrap(tls="starttls", auth=("ann", "secret"), require_auth=True)
        def test_tls(mailtrap, mailtrap_server):
            assert mailtrap.port != mailtrap_server.port
            with connect(mailtrap) as client:
                client.starttls(context=mailtrap.client_context())
                client.login("ann", "secret")
                send(mailtrap, client=client)
            assert mailtrap.one().tls

        @pytest.mark.mailtrap(tls="smtps")
        class TestSmtps:
            @pytest.mark.mailtrap(max_size=10)
            def test_it(self, mailtrap):
                with smtplib.SMTP_SSL(
                    mailtrap.host, mailtrap.port, context=mailtrap.client_context()
                ) as client:
                    assert client.ehlo()[0] == 250
                    assert client.esmtp_features["size"] == "10"
    """)

    result.assert_outcomes(passed=2)


def test_isolation_is_a_server_for_the_test_alone(run: Run) -> None:
    result = run("""
        @pytest.mark.mailtrap(isolation="server")
        def test_server(mailtrap, mailtrap_server):
            assert mailtrap.port != mailtrap_server.port
            send(mailtrap_server, "to the other one")
            send(mailtrap, "to this one")
            assert mailtrap.one().subject == "to this one"

        @pytest.mark.mailtrap(isolation="view")
        def test_view(mailtrap, mailtrap_server):
            assert mailtrap.port == mailtrap_server.port
    """)

    result.assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [
        ("tsl='starttls'", "*MailTrap takes no 'tsl'; did you mean tls?"),
        ("'starttls'", "*takes keywords only, such as tls=*"),
        ("isolation='process'", "*isolation = 'process' is neither*"),
        ("isolation='view', tls='smtps'", "*cannot be given tls; leave it out"),
        ("strict='maybe'", "*strict = 'maybe' is neither true nor false*"),
    ],
)
def test_a_marker_that_cannot_be_is_told(run: Run, marker: str, sentence: str) -> None:
    result = run(f"""
        @pytest.mark.mailtrap({marker})
        def test_it(mailtrap):
            pass
    """)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([sentence])
    result.stdout.no_fnmatch_line("*testing/fixtures.py*")


def test_a_factory_makes_servers_that_end_with_the_test(run: Run) -> None:
    result = run("""
        ports = []

        def test_two(mailtrap_factory):
            one, two = mailtrap_factory(), mailtrap_factory(tls="starttls")
            ports.extend([one.port, two.port])
            send(one)
            assert (one.count, two.count) == (1, 0)

        def test_after(mailtrap):
            for port in ports:
                with pytest.raises(ConnectionRefusedError):
                    smtplib.SMTP("127.0.0.1", port)

        def test_rules(mailtrap_factory):
            mailtrap_factory().unknown_user("bob@*")
    """)

    result.assert_outcomes(passed=2, failed=1)


def test_settings_are_overridden_in_conftest(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import pytest

        @pytest.fixture(scope="session")
        def mailtrap_settings(mailtrap_settings):
            return {**mailtrap_settings, "auth": ("ann", "secret"), "require_auth": True}
    """)

    result = run("""
        def test_it(mailtrap):
            with pytest.raises(smtplib.SMTPSenderRefused):
                send(mailtrap)
            with connect(mailtrap) as client:
                client.login("ann", "secret")
                send(mailtrap, client=client)
            assert mailtrap.one().auth_user == "ann"

        @pytest.mark.mailtrap(tls="starttls")
        def test_that_a_marker_adds_to_it(mailtrap):
            with pytest.raises(smtplib.SMTPSenderRefused):
                send(mailtrap)
    """)

    result.assert_outcomes(passed=2)


def test_options_win_over_the_environment_and_that_over_the_ini_file(
    run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytester.makeini("[pytest]\nmailtrap_port = x1\nmailtrap_timeout = 0.25\nmailtrap_tls = smtps")
    source = """
        def test_it(mailtrap, mailtrap_settings):
            print(sorted(mailtrap_settings.items()))
    """

    from_ini = run(source)
    monkeypatch.setenv("MAILTRAP_TEST_PORT", "x2")
    from_environment = run(source)
    result = run(source, "--mailtrap-port=0", "-s")

    from_ini.stdout.fnmatch_lines(["*mailtrap_port = 'x1' is no port; write 0, 1025 or 1025+"])
    from_environment.stdout.fnmatch_lines(["*mailtrap_port = 'x2' is no port*"])
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*[[]('port', 0), ('timeout', 0.25), ('tls', 'smtps')]*"])


def test_a_port_that_is_always_the_same_is_in_the_header(run: Run) -> None:
    source = "def test_it(mailtrap): pass"

    with_port = run(source, "--mailtrap-port=1025+", "--collect-only")
    without = run(source)

    with_port.stdout.fnmatch_lines(["mailtrap: port 1025+"])
    without.stdout.no_fnmatch_line("mailtrap: port*")


def test_the_environment_is_set_before_tests_are_read(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("""
        [pytest]
        mailtrap_env =
            APP_MAIL_URL=smtp://{host}:{port}/
            APP_CA={ca}
    """)
    pytester.makeconftest("""
        import os
        URL = os.environ["APP_MAIL_URL"]  # as an application reads it that conftest imports
    """)

    result = run("""
        import os
        from conftest import URL

        def test_it(mailtrap):
            assert URL == f"smtp://{mailtrap.host}:{mailtrap.port}/"
            assert os.environ["APP_CA"] == str(mailtrap.ca_path)
    """)

    result.assert_outcomes(passed=1)


def test_an_environment_that_cannot_be_set_is_told(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmailtrap_env = URL={hots}")

    result = run("def test_it(): pass")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(
        ["*'{hots}' cannot be filled in (KeyError('hots'))*there are {host}*"]
    )


def test_tests_that_are_classes_of_unittest_can_use_it(run: Run) -> None:
    result = run("""
        import unittest

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _mail(self, mailtrap):
                self.mailtrap = mailtrap

            def test_right(self):
                send(self.mailtrap)
                self.assertEqual(self.mailtrap.count, 1)

            def test_wrong(self):
                send(self.mailtrap)
                self.assertEqual(self.mailtrap.count, 2)

            def test_unused(self):
                self.mailtrap.unknown_user("bob@*")
    """)

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(
        [
            "1 rule was never used:",
            "*1 [[]'Welcome' to bob@example.org[]] != 2",
            "*SMTP transcript*",
        ]
    )


def test_an_application_that_forks_is_seen(run: Run) -> None:
    result = run(
        """
        import multiprocessing

        def work(host, port):
            with smtplib.SMTP(host, port) as client:
                client.sendmail("ann@example.org", ["bob@example.org"], "Subject: forked")

        @pytest.mark.parametrize("number", range(3))
        def test_it(mailtrap, number):
            process = multiprocessing.get_context("fork").Process(
                target=work, args=(mailtrap.host, mailtrap.port)
            )
            process.start()
            assert mailtrap.wait_for(subject="forked", timeout=10)
            process.join(10)
            assert process.exitcode == 0
    """,
        "-Wignore:::.*",
    )

    result.assert_outcomes(passed=3)
