# What a failure says, where records go, and how the options work.
# SPDX-License-Identifier: MIT
import json
import os
import signal
import subprocess
import sys

import pytest


@pytest.fixture
def run(pytester):
    """Runs tests in a pytest of their own."""
    def start(source, *options, process=False):
        pytester.makepyfile(source)
        runner = pytester.runpytest_subprocess if process else pytester.runpytest_inprocess
        return runner("-p", "pytest_sim800.plugin", "-p", "no:cacheprovider", "--basetemp", str(pytester.path / "base"), *options)
    return start


FAULT = "{'faults': [{'name': 'lost', 'on': {'command': 'AT+CSQ', 'nth': 2}, 'do': {'cme': 3}}]}"


def test_a_fault_that_never_fired_fails_the_test(run):
    result = run("""
        import pytest
        @pytest.mark.sim800(%s)
        def test_it(modem): modem.at("AT+CSQ")
    """ % FAULT)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(['fault "lost" never fired: command AT+CSQ nth 2 (matched 1 times)', "*sim800 transcript*", "*AT+CSQ*"])


def test_it_may_be_allowed(run):
    run("""
        import pytest
        @pytest.mark.sim800(%s, allow_unfired=True)
        def test_it(modem): modem.at("AT+CSQ")
    """ % FAULT).assert_outcomes(passed=1)


def test_a_failed_expectation_fails_the_test(run):
    result = run("""
        def test_never(modem):
            modem.expectation(name="report", eventually={"http": {"method": "POST"}})
        def test_too_often(modem):
            modem.expectation(command="AT+CSQ", at_most=1)
            for _ in range(2): modem.at("AT+CSQ")
    """)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(['expectation "report" failed: expected http method=POST, found none until the run ended*',
                                 "expectation failed: expected at most 1 of command AT+CSQ, found 2*"])


def test_the_test_itself_comes_first(run):
    result = run("""
        import pytest
        @pytest.mark.sim800(%s)
        def test_it(modem): assert modem.at("AT+CSQ").result == "ERROR"
        @pytest.mark.xfail
        @pytest.mark.sim800(%s)
        def test_other(modem): pass
    """ % (FAULT, FAULT))
    result.assert_outcomes(failed=1, xfailed=1)
    result.stdout.no_fnmatch_line("*never fired*")
    result.stdout.fnmatch_lines(["*sim800 transcript*", "* > AT+CSQ*"])


def test_each_test_has_a_folder(run, pytester):
    run("""
        import pytest
        @pytest.mark.parametrize("rssi", [3, 9])
        def test_it(modem, rssi):
            modem.signal(rssi)
            assert modem.at("AT+CSQ").lines == ["+CSQ: %d,0" % rssi]
        def test_two(modem_factory):
            modem_factory()
            modem_factory({"network": {"signal": {"rssi": 5}}})
    """, "--sim800-trace-dir", "records").assert_outcomes(passed=3)
    top = pytester.path / "records"
    assert sorted(one.name for one in top.iterdir()) == [
        "test_each_test_has_a_folder.py-test_it-3", "test_each_test_has_a_folder.py-test_it-9",
        "test_each_test_has_a_folder.py-test_two"]
    for rssi in 3, 9:
        folder = top / ("test_each_test_has_a_folder.py-test_it-%d" % rssi)
        events = [json.loads(line) for line in (folder / "trace.jsonl").read_text().splitlines()]
        text = "".join(one["data"] for one in events if one["event"] == "tx" and one["channel"] == "control")
        assert text == "\r\n+CSQ: %d,0\r\n\r\nOK\r\n" % rssi  # of this test, and of no other
        assert isinstance(json.loads((folder / "scenario.json").read_text()), dict)
    second = top / "test_each_test_has_a_folder.py-test_two" / "modem-1"
    assert json.loads((second / "scenario.json").read_text())["network"]["signal"]["rssi"] == 5


def test_long_names_fit_and_differ(run, pytester):
    run("""
        import pytest
        @pytest.mark.parametrize("text", ["x" * 300 + "a", "x" * 300 + "b"])
        def test_it(modem, text): pass
    """, "--sim800-trace-dir", "records").assert_outcomes(passed=2)
    assert len(list((pytester.path / "records").iterdir())) == 2


def test_several_workers(run, pytester):
    pytest.importorskip("xdist")
    run("""
        import pytest
        @pytest.mark.parametrize("n", range(6))
        def test_it(modem, n):
            modem.sms("+420777000000", str(n))
            modem.expect("CMTI", timeout=60)
            assert [one.text for one in modem.received_sms] == [str(n)]
    """, "-n", "3", "--sim800-trace-dir", "records", process=True).assert_outcomes(passed=6)
    assert len(list((pytester.path / "records").iterdir())) == 6


def test_options(run):
    run("""
        import pytest
        def test_it(modem): assert modem.process.launch.timing == "maximum" and modem.process.launch.seed == 5
        @pytest.mark.sim800(timing="instant", seed=6)
        def test_marked(modem): assert modem.process.launch.timing == "instant" and modem.process.launch.seed == 6
    """, "--sim800-timing", "maximum", "--sim800-seed", "5", "-k", "marked").assert_outcomes(passed=1, deselected=1)


def test_a_scenario_beside_the_test(run, pytester):
    (pytester.path / "weak.json").write_text('{"network": {"signal": {"rssi": 2}}}')
    run("""
        import pytest
        pytestmark = pytest.mark.sim800("weak.json")
        def test_it(modem): assert modem.at("AT+CSQ").lines == ["+CSQ: 2,0"]
        @pytest.mark.sim800({"network": {"signal": {"rssi": 8}}})
        def test_nearer(modem): assert modem.at("AT+CSQ").lines == ["+CSQ: 8,0"]
    """).assert_outcomes(passed=2)


def test_what_is_wrong_is_said(run, monkeypatch):
    result = run("""
        import pytest
        @pytest.mark.sim800({"network": {"signal": {"rssi": 77}}})
        def test_it(modem): pass
    """)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["sim800 did not get ready:", "*network/signal*rssi: expected an integer from 0 to 31, or 99, found 77*"])
    monkeypatch.delenv("SIM800", raising=False)
    monkeypatch.setenv("PATH", "/nonexistent")
    result = run("def test_it(modem): pass")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["expected the program sim800: --sim800 PROGRAM, SIM800 in the environment or sim800 in PATH; found none"])


def test_a_run_that_dies_fails_its_test_only(run):
    result = run("""
        import os, signal
        def test_it(modem):
            modem.process.process.send_signal(signal.SIGKILL)
            modem.process.process.wait()
        def test_next(modem): assert modem.at("AT").result == "OK"
    """)
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["sim800 has ended before the test:*"])


def test_nothing_is_left_behind(run, pytester, monkeypatch):
    folder = pytester.path / "tmp"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    result = run("""
        def test_it(modem): print("pid", modem.process.process.pid)
        def test_fails(modem): assert False
    """, "-s", process=True)
    result.assert_outcomes(passed=1, failed=1)
    assert list(folder.iterdir()) == []
    pid = next(line.split()[-1] for line in result.outlines if "pid" in line)
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), signal.SIG_DFL)


def test_the_same_run_serves_test_after_test(run):
    run("""
        seen = []
        def test_first(modem): seen.append(modem.process)
        def test_second(modem):
            seen.append(modem.process)
            assert seen[0] is seen[1]
    """).assert_outcomes(passed=2)


def test_types():
    """Where there is mypy."""
    mypy = pytest.importorskip("mypy")
    assert mypy
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    done = subprocess.run([sys.executable, "-m", "mypy", "--cache-dir", os.devnull, "src"],
                          cwd=package, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
