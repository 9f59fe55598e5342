# The configurations that docs/attach.md shows, for the tests to use as they are printed.
# SPDX-License-Identifier: MIT
import os
import re

from peers import ROOT


def recipe(first_line, places):
    """The indented block that begins so, with what stands in `places` instead of the ports and paths that it shows."""
    with open(os.path.join(ROOT, "docs", "attach.md"), encoding="utf-8") as file:
        blocks = re.findall(r"(?m)(?:^    .*\n|^\n(?=    ))+", file.read())
    text, = {block.strip("\n") for block in blocks if block.lstrip().startswith(first_line + "\n")}
    text = re.sub(r"(?m)^    ", "", text + "\n")
    for shown, here in places.items():
        assert shown in text, "docs/attach.md shows no %s below %s" % (shown, first_line)
        text = text.replace(shown, str(here))
    return text
