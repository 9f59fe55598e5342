# A D-Bus of a test's own, for daemons that want the system bus.
# SPDX-License-Identifier: MIT
import os
import subprocess
import tempfile

from harness import end, spawn

# Everything allowed, nobody else on it.
CONFIGURATION = """<busconfig>
  <type>system</type>
  <listen>unix:path=%s</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
"""


class PrivateBus:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="bus-", dir="/tmp")  # a socket's path is short
        path = os.path.join(self.folder.name, "bus")
        configuration = os.path.join(self.folder.name, "bus.conf")
        with open(configuration, "w", encoding="ascii") as file:
            file.write(CONFIGURATION % path)
        self.address = "unix:path=" + path
        self.environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": self.address}
        self.process = spawn(["dbus-daemon", "--nofork", "--print-address", "--config-file=" + configuration],
                             stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.process.stdout.readline()  # it listens

    def end(self):
        end(self.process)
        self.folder.cleanup()
