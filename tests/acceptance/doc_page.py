# The files and commands that a page in docs shows, to be used by the tests as they stand there.
# SPDX-License-Identifier: MIT
import os
import re
import subprocess

from harness import DEADLINE, SIM800
from peers import ROOT


class DocPage:
    """Its files are put into `folder`, where its commands run: those that have a name in a line above them."""

    def __init__(self, name, folder):
        self.folder = folder
        with open(os.path.join(ROOT, "docs", name), encoding="utf-8") as file:
            self.text = file.read()
        self.files = dict(re.findall(r"(?ms)^`(\S+\.\w+)`\n\n```\w*\n(.*?)^```$", self.text))
        for path, text in self.files.items():
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        os.makedirs(os.path.join(folder, "bin"), exist_ok=True)
        os.symlink(SIM800, os.path.join(folder, "bin", "sim800"))

    def console(self):
        """[(command, output)] of what a page shows behind `$ `."""
        return re.findall(r"(?ms)^\$ (.*?)\n(.*?)(?=^\$ |^```$)", self.text)

    def blocks(self, language):
        return re.findall(r"(?ms)^```%s\n(.*?)^```$" % language, self.text)

    def shell(self, command, folder=None, **environment):
        """The command as a user types it, with this build's program; what it says on both outputs is one."""
        path = os.path.join(self.folder, "bin") + os.pathsep + os.environ["PATH"]
        return subprocess.run(["sh", "-c", command], cwd=folder or self.folder, env={**os.environ, "PATH": path, **environment},
                              text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=DEADLINE, check=False)
