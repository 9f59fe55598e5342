# The rooms of the source tree: who may include whom (cmake/rooms.cmake).
# SPDX-License-Identifier: MIT
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOPS = ("protocol", "emulator", "backends", "scenarios")
# The program is made of all rooms; nothing includes it.
PROGRAM = "emulator/program/cli"


def rooms():
    """Each room's folder with the rooms it USES, in the order of the file."""
    with open(os.path.join(ROOT, "cmake", "rooms.cmake"), encoding="utf-8") as file:
        text = re.sub(r"#.*", "", file.read())
    found = {}
    for folder, rest in re.findall(r"^room\((\S+?)((?:\s[^)]*)?)\)", text, re.MULTILINE):
        uses = re.search(r"USES((?:\s+[a-z/]+)+)", rest)
        found[folder] = uses.group(1).split() if uses else []
    return found


def includes():
    """(file, included file) for every quoted #include of the source tree."""
    for top in TOPS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if not name.endswith((".cpp", ".hpp")):
                    continue
                path = os.path.relpath(os.path.join(folder, name), ROOT)
                with open(os.path.join(ROOT, path), encoding="utf-8") as file:
                    for included in re.findall(r'^#include "([^"]+)"', file.read(), re.MULTILINE):
                        yield path, included


class Rooms(unittest.TestCase):
    def setUp(self):
        self.uses = rooms()

    def test_a_room_names_only_rooms_below_it(self):
        seen = set()
        for room, uses in self.uses.items():
            for used in uses:
                self.assertIn(used, seen, "%s uses %s, which does not stand above it in cmake/rooms.cmake" % (room, used))
            seen.add(room)
        self.assertGreater(len(seen), 20)

    def test_every_source_file_is_in_a_room(self):
        for path, _ in includes():
            self.assertIn(os.path.dirname(path), [*self.uses, PROGRAM], path)

    def test_includes_point_down_only(self):
        below = {}
        for room, uses in self.uses.items():
            below[room] = {room}.union(*(below[used] for used in uses))
        below[PROGRAM] = {PROGRAM, *self.uses}
        wrong = ["%s includes %s" % (path, included) for path, included in includes()
                 if os.path.dirname(included) not in below[os.path.dirname(path)]]
        self.assertEqual(wrong, [], "cmake/rooms.cmake does not allow:\n" + "\n".join(wrong))

    def test_no_file_includes_itself(self):
        self.assertEqual([path for path, included in includes() if path == included], [])

    def test_rooms_that_log_link_the_log(self):
        """A room compiled without spdlog's library would log to a copy of its own."""
        with open(os.path.join(ROOT, "CMakeLists.txt"), encoding="utf-8") as file:
            linked = set(re.findall(r"^room_private_link\((\S+)[^)]*spdlog::spdlog", file.read(), re.MULTILINE))
        logs = set()
        for room in self.uses:
            for name in os.listdir(os.path.join(ROOT, room)):
                path = os.path.join(ROOT, room, name)
                if name.endswith((".cpp", ".hpp")):
                    with open(path, encoding="utf-8") as file:
                        if "#include <spdlog/" in file.read():
                            logs.add(room)
        self.assertEqual(linked, logs)


if __name__ == "__main__":
    unittest.main(verbosity=2)
