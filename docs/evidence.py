#!/usr/bin/env python3
# Writes evidence.md from the heads of tests/evidence.
# SPDX-License-Identifier: MIT
"""./dev docs; with --check it only reports whether the text is up to date."""

import os
import sys

from generated import bring_up_to_date

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "evidence.md")
sys.path.append(os.path.join(HERE, "..", "tests", "acceptance"))
import transcripts  # noqa: E402

BEGIN, END = "<!-- transcripts: written by ./dev docs from their heads -->\n", "<!-- end of the transcripts -->\n"


def cell(text):
    return text.replace("|", "\\|")


def row(transcript):
    name = os.path.basename(transcript.name)[:-len(".txt")]
    module = " ".join(filter(None, (transcript.model, transcript.revision)))
    today = "**differs**: " + transcript.differs if transcript.differs else "agrees"
    cells = ("[%s](../tests/evidence/%s)" % (name, transcript.name), transcript.values["source"], module,
             transcript.values["seen"], today)
    return "| %s |\n" % " | ".join(map(cell, cells))


def listing(everything):
    differ = sum(transcript.differs is not None for transcript in everything)
    text = "%d transcripts: %d agree, %d differ.\n" % (len(everything), len(everything) - differ, differ)
    for chapter, title in transcripts.CHAPTERS.items():
        rows = [row(transcript) for transcript in everything if transcript.chapter == chapter]
        if rows:
            text += "\n### %s\n\n| transcript | source | module | what was seen | today |\n|---|---|---|---|---|\n" % title
            text += "".join(rows)
    return text


def main():
    try:
        part = listing(transcripts.load())
    except transcripts.HeadError as error:
        print(error, file=sys.stderr)
        return 1
    return bring_up_to_date(PAGE, BEGIN, END, part, "tests/evidence")


if __name__ == "__main__":
    sys.exit(main())
