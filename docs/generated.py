# The part of a page that a script writes, between two comments.
# SPDX-License-Identifier: MIT
import sys


def bring_up_to_date(path, begin, end, part, source):
    """Puts `part` between the lines `begin` and `end`; with --check it only says that it differs. The exit status."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    before, _, rest = page.partition(begin)
    wanted = before + begin + "\n" + part + "\n" + end + rest.partition(end)[2]
    if page == wanted:
        return 0
    if "--check" in sys.argv[1:]:
        print("%s: out of date with %s; run ./dev docs" % (path, source), file=sys.stderr)
        return 1
    with open(path, "w", encoding="utf-8") as file:
        file.write(wanted)
    return 0
