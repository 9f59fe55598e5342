# Linux as a guest in User Mode Linux, for tests of its own drivers: root is this machine's, read-only; nothing needs root.
# SPDX-License-Identifier: MIT
import os
import re
import subprocess

from harness import DEADLINE
from peers import require

INIT = """#!/bin/busybox sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
alias result='echo RESULT'
/bin/busybox mount -t proc proc /proc  # the shell runs itself by /proc/self/exe: that of the host until now
busybox mount -t sysfs sys /sys
busybox mount -t tmpfs run /run
busybox mount -t tmpfs ppp /etc/ppp
busybox mkdir -p /run/lock
busybox ip link set lo up
: > /etc/ppp/options
for module in {modules}; do busybox insmod /usr/lib/uml/modules/$(busybox uname -r)/kernel/$module.ko; done
set -x
{script}
set +x
echo GUEST DONE
busybox poweroff -f
"""


def run_in_guest(folder, script, modules, serial):
    """What the script says by `result NAME VALUE`, as a dictionary, and all of its output. `serial`: the pty that is
    the guest's /dev/ttyS0."""
    require("linux.uml")
    require("busybox")
    init = os.path.join(folder, "init")
    with open(init, "w", encoding="ascii") as file:
        file.write(INIT.format(script=script, modules=" ".join(modules)))
    os.chmod(init, 0o755)
    ran = subprocess.run(
        ["linux.uml", "mem=64M", "rootfstype=hostfs", "rootflags=/", "ro", "init=" + init, "quiet", "uml_dir=" + folder,
         "con=null", "con0=null,fd:1", "ssl0=tty:" + os.path.realpath(serial)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=10 * DEADLINE, check=False,
        env={**os.environ, "HOME": folder, "TMPDIR": folder}, cwd=folder)
    said = ran.stdout.decode("latin-1").replace("\r", "")
    if "GUEST DONE" not in said:
        raise AssertionError("the guest did not come to its end:\n" + said)
    return dict(re.findall(r"^RESULT (\S+) (.*)$", said, re.M)), said
