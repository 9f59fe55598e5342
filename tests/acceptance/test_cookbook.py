# The recipes of docs/cookbook.md, as they stand there: each fails a firmware that makes the mistake, and passes one that does not.
# SPDX-License-Identifier: MIT
import concurrent.futures
import os
import re
import shlex
import sys
import tempfile
import unittest

import stand_ins
from doc_page import DocPage
from ftp_servers import Pyftpdlib
from harness import AcceptanceTest
from servers import ScriptedServer, at, page
from sockets import Sink, TcpServer

OWN_STATUS = {"motor": 1}  # where the firmware itself reports a broken module; else an expectation fails: 4


class Cookbook(AcceptanceTest):
    def setUp(self):
        super().setUp()
        os.chmod(self.dir, 0o711)
        self.page = DocPage("cookbook.md", self.dir)
        self.recipes = {}
        for command in self.page.blocks("sh"):
            self.recipes[re.match(r"sim800 exec (\S+)\.json ", command)[1]] = command.strip()

    def test_every_file_has_its_command(self):
        self.assertEqual({name + ".json" for name in self.recipes}, set(self.page.files))
        self.assertEqual(len(self.recipes), self.page.text.count("\n### "))
        self.assertEqual(len(self.page.files), len(self.page.blocks("json")))

    def firmware(self, recipe, kind):
        """A folder with the page's files and ./test-firmware."""
        folder = tempfile.mkdtemp(dir=self.dir)
        for name, text in self.page.files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text)
        path = os.path.join(folder, "test-firmware")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexec %s\n" % shlex.join([sys.executable, "-B", stand_ins.__file__, recipe, kind]))
        os.chmod(path, 0o755)
        return folder

    def test_each_recipe_tells_one_firmware_from_the_other(self):
        servers = {"WEB": at(self.keep(ScriptedServer(page(b"u" * 5000))).port), "TCP": at(self.keep(TcpServer(Sink())).port),
                   "FTP": at(self.keep(Pyftpdlib(self.dir)).port)}

        def run(recipe, kind):
            return self.page.shell(self.recipes[recipe], folder=self.firmware(recipe, kind), **servers)

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            running = {(recipe, kind): pool.submit(run, recipe, kind) for recipe in self.recipes for kind in ("naive", "good")}
            for (recipe, kind), ran in running.items():
                with self.subTest(recipe=recipe, firmware=kind):
                    ran = ran.result()
                    self.assertEqual(ran.returncode, OWN_STATUS.get(recipe, 4) if kind == "naive" else 0, ran.stdout)


if __name__ == "__main__":
    unittest.main()
