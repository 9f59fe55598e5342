# The two shapes of coroutine that GCC 12.2 compiles wrongly (emulator/core/task.hpp) stand nowhere in the sources.
# SPDX-License-Identifier: MIT
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOPS = ("protocol", "emulator", "backends", "scenarios")


def sources():
    """(path, text without comments and with empty strings) of every source file, and its lines as they were."""
    for top in TOPS:
        for folder, _, names in os.walk(os.path.join(ROOT, top)):
            for name in sorted(names):
                if name.endswith((".cpp", ".hpp")):
                    path = os.path.join(folder, name)
                    with open(path, encoding="utf-8") as file:
                        yield os.path.relpath(path, ROOT), bare(file.read())


def bare(text):
    """Comments go, and what is between quotes; every line keeps its number."""
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'',
                  lambda found: "''" if found[0][0] in "\"'R" else "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def closing(text, start):
    """Where the bracket at `start` is closed."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] in "([{") - (text[i] in ")]}")
        if depth == 0:
            return i
    return len(text)


def line_of(text, place):
    return text.count("\n", 0, place) + 1


def awaits_in_conditions(text):
    """Shape 1: lines of conditions with co_await in bodies that declare nothing at their top level."""
    found = []
    for body in re.finditer(r"^(?:  )?(?!if|for|while|switch|do|else|\}| ).*\)(?: const)?(?: override)? \{$", text, re.MULTILINE):
        end = closing(text, body.end() - 1)
        inside = text[body.end():end]
        indent = re.match(r" *", body[0])[0] + "  "
        declares = re.search(r"^%s(?!return|co_|else|case|delete|throw|using)[\w:]+(?:<.*>)?[&*]? [&*]?\w+(?:\[.*\])?(?: =|;|\{|\(| :|,)"
                             r"|^%s(?:const|static|auto) " % (indent, indent), inside, re.MULTILINE)
        if declares:
            continue
        for condition in re.finditer(r"\b(?:if|while|switch) (\()", inside):
            start = condition.start(1)
            asked = inside[start:closing(inside, start)].rpartition(";")[2]  # what stands before ";" is a declaration
            if "co_await" in asked:
                found.append(line_of(text, body.end() + condition.start()))
    return found


def values_made_in_arguments(text):
    """Shape 2: lines of awaited calls that make an aggregate, a choice or a closure with captures in their arguments."""
    found = []
    for call in re.finditer(r"co_await [\w:.>\-\[\]*() ]*?(\()", text):
        start = call.start(1)
        arguments = text[start + 1:closing(text, start)]
        aggregate = re.search(r"\{\s*\.\w+ =", arguments)
        choice = re.search(r"\?[^?]*\(", arguments)
        closure = re.search(r"\[(?!\]|&\]|this\]|(?:&\w+|this)(?:, (?:&\w+|this))*\])[^\]]*\](?: mutable)? ?(?:\(|\{)", arguments)
        if aggregate or choice or closure:
            found.append(line_of(text, call.start()))
    return found


class Shapes(unittest.TestCase):
    def test_they_are_recognised(self):
        wrong = "Task<int> f() {\n  if (!co_await yes()) co_return 0;\n  co_return 1;\n}\n"
        right = "Task<int> f() {\n  const bool found = co_await yes();\n  if (!co_await yes()) co_return 0;\n}\n"
        self.assertEqual(awaits_in_conditions(wrong), [2])
        self.assertEqual(awaits_in_conditions(wrong.replace("if (", "if (true) {\n    while (")), [3])
        self.assertEqual(awaits_in_conditions(wrong.replace("(!co_await yes()", "(const bool b = co_await yes(); !b")), [])
        self.assertEqual(awaits_in_conditions(right), [])
        for arguments in ("{.text = text}", "here ? make() : T()", "[text] { return 1; }", "1, [=] { return 1; }"):
            self.assertEqual(values_made_in_arguments("co_await f(%s);" % arguments), [1], arguments)
        for arguments in ("options", "std::move(options)", "[&text] { return 1; }", "[this] { return 1; }", "fmt::format(x)"):
            self.assertEqual(values_made_in_arguments("co_await f(%s);" % arguments), [], arguments)

    def test_no_source_has_them(self):
        # Nothing of these has a destructor: PromptOptions (channel.hpp asserts it), durations, two references.
        harmless = re.compile(r"co_await [\w.>-]*(?:take_text|clock\.sleep|ping->run)\(")
        coroutines, wrong = 0, []
        for path, text in sources():
            coroutines += text.count("co_await")
            lines = text.split("\n")
            wrong += ["%s:%d: shape 1" % (path, line) for line in awaits_in_conditions(text)]
            wrong += ["%s:%d: shape 2" % (path, line) for line in values_made_in_arguments(text)
                      if not harmless.search(lines[line - 1])]
        self.assertGreater(coroutines, 100)
        self.assertEqual(wrong, [], "see emulator/core/task.hpp:\n" + "\n".join(wrong))


if __name__ == "__main__":
    unittest.main()
