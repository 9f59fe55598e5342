#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Would the tests notice?  Changes one place of the sources at a time, builds, runs the tests, and puts it back.

Usage: mutants.py [--count N] [--seed N] BUILD_DIR

The places are drawn at random, by the seed, from protocol/, emulator/ and scenarios/: a comparison or an operator becomes
another one, a condition its opposite, a constant its neighbour, a statement nothing.  A mutant that does not compile is no
mutant, and another is drawn.  The unit tests come first; what they let pass is tried by the whole suite.  Prints each, who
noticed it, and how many of a hundred were noticed.  Works on a copy of the sources that BUILD_DIR was configured for, in
BUILD_DIR/../mutants.
"""
import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ("protocol", "emulator", "scenarios")
# The program around the module is what the acceptance tests try.
LEFT_OUT = ("emulator/program/cli",)
CHANGES = [
    (r" < ", " <= "), (r" <= ", " < "), (r" > ", " >= "), (r" >= ", " > "), (r" == ", " != "), (r" != ", " == "),
    (r" && ", " || "), (r" \|\| ", " && "), (r" \+ ", " - "), (r" - ", " + "), (r"\bif \(", "if (!"), (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"), (r"\b([1-9]\d?)\b(?!')", lambda found: str(int(found[1]) + 1)), (r"^  +[a-z_]+(?:\.|->)?\w*\(.*\);$", ";"),
    (r"\breturn ok;", "return error;"), (r"\bcontinue;", "break;"),
]


def sources(root):
    for room in ROOMS:
        for path in sorted((root / room).rglob("*.cpp")):
            if not str(path.relative_to(root)).startswith(LEFT_OUT):
                yield path


def code_lines(text):
    """Numbers of the lines where a change means something."""
    for number, line in enumerate(text.split("\n")):
        stripped = line.strip()
        if line.startswith(" ") and stripped and not stripped.startswith(("//", "///", "case ", "static_assert", "using ")):
            yield number


def mutate(text, number, dice):
    """The text with one change in that line, and the line; None if there is nothing to change."""
    lines = text.split("\n")
    line = lines[number]
    code = line.partition("  //")[0]
    fits = [(change, found) for pattern, change in CHANGES for found in re.finditer(pattern, code)
            if code[:found.start()].count('"') % 2 == 0 and code[:found.start()].count("'") % 2 == 0]
    if not fits:
        return None
    change, found = dice.choice(fits)
    new = change if isinstance(change, str) else change(found)
    if new == "if (!":  # if (a && b) becomes if (!(a && b)), where the condition ends in this line
        match = re.search(r"if \((.*)\) (?!.*\) \{)", code) or re.search(r"if \((.*)\) \{$", code)
        if not match:
            return None
        lines[number] = code[:match.start()] + "if (!(" + match[1] + "))" + code[match.end(1) + 1:]
    else:
        lines[number] = code[:found.start()] + new + code[found.end():] + line[len(code):]
    return "\n".join(lines), lines[number].strip()


def call(*command, timeout=600):
    try:
        return subprocess.run([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL, timeout=timeout, check=False).returncode
    except subprocess.TimeoutExpired:
        return "time-out"


def suite_fails(build):
    return call("ctest", "--test-dir", build, "--no-tests=error", "--stop-on-failure", "-LE", "heavy", "-j", os.cpu_count(), timeout=1800)


def who_notices(build):
    """Nothing if it does not compile."""
    if call("ninja", "-C", build, "unit_tests"):
        return None
    if call(build / "tests/unit_tests", "-aa=1", timeout=180):
        return "unit tests"
    return "suite" if call("ninja", "-C", build, timeout=7200) or suite_fails(build) else "LEFT"


def try_mutants(root, build, count, seed):
    """`build` is that of the sources below `root`, and they are changed."""
    dice = random.Random(seed)
    files = [(path, number) for path in sources(root) for number in code_lines(path.read_text(encoding="utf-8"))]
    outcomes = collections.Counter()
    while outcomes.total() < count:
        path, number = dice.choice(files)
        text = path.read_text(encoding="utf-8")
        if (mutant := mutate(text, number, dice)) is None:
            continue
        path.write_text(mutant[0], encoding="utf-8")
        try:
            outcome = who_notices(build)
        finally:
            path.write_text(text, encoding="utf-8")
        if outcome is None:
            continue
        outcomes[outcome] += 1
        print("%-11s %s:%d: %s" % (outcome, path.relative_to(root), number + 1, mutant[1]), flush=True)
    print("%d of %d mutants noticed (%d %%), %d of them by the unit tests; seed %d" %
          (count - outcomes["LEFT"], count, 100 * (count - outcomes["LEFT"]) // count, outcomes["unit tests"], seed))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=pathlib.Path, metavar="BUILD_DIR")
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    copy = options.build.resolve().parent / "mutants"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns("build", ".git"))
    build = copy / "build"
    cache = (options.build / "CMakeCache.txt").read_text(encoding="utf-8")
    kept = ["-D" + line for line in cache.splitlines() if re.match(r"CMAKE_(CXX_COMPILER|CXX_FLAGS|BUILD_TYPE|CXX_COMPILER_LAUNCHER):", line)]
    if call("cmake", "-S", copy, "-B", build, "-G", "Ninja", "-DBUILD_TESTING=ON", *kept) or call("ninja", "-C", build, timeout=7200):
        sys.exit("mutants: the sources do not build as they are")
    if call(build / "tests/unit_tests", timeout=600) or suite_fails(build):
        sys.exit("mutants: the tests fail as they are")
    try_mutants(copy, build, options.count, options.seed)


if __name__ == "__main__":
    main()
