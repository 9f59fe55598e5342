# The programs of other people that the acceptance tests talk to: where they are, and what is skipped without them.
# SPDX-License-Identifier: MIT
"""Run by itself, it prints a line for each kind of test that cannot be run on this machine."""
import os
import shutil
import subprocess
import sys
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# What ./dev has unpacked comes first (gnokii has an smsd too); Debian keeps servers in sbin.
UNPACKED = os.path.join(ROOT, "build", "unpacked", "usr")
os.environ["PATH"] = os.pathsep.join([os.path.join(UNPACKED, "sbin"), os.path.join(UNPACKED, "bin"), os.environ["PATH"],
                                      "/usr/sbin"])

PROGRAMS = {  # and the package that has it
    "ModemManager": "modemmanager", "bearerbox": "kannel", "busybox": "busybox-static", "chromium": "chromium",
    "chronyd": "chrony", "comgt": "comgt", "dbus-daemon": "dbus-daemon", "dbus-send": "dbus-bin",
    "dovecot": "dovecot-pop3d", "fish": "fish", "gammu": "gammu", "gammu-smsd": "gammu-smsd", "gensiot": "gensio-bin",
    "gnokii": "gnokii-cli", "gsmsendsms": "gsm-utils", "lintian": "lintian", "linux.uml": "user-mode-linux",
    "man": "man-db", "mandoc": "mandoc", "mmcli": "modemmanager", "mosquitto": "mosquitto", "nginx": "nginx-light",
    "ofonod": "ofono", "openssl": "openssl", "pppd": "ppp", "pure-ftpd": "pure-ftpd", "pure-pw": "pure-ftpd",
    "ser2net": "ser2net", "smsbox": "kannel", "smsd": "smstools", "tinyproxy": "tinyproxy", "zsh": "zsh",
}
AS_ROOT = {"pure-ftpd"}


def obstacle(program):
    """Why tests with this program cannot be run here, or None."""
    if shutil.which(program) is None:
        return "there is no %s (Debian's package %s)" % (program, PROGRAMS.get(program, program))
    if program in AS_ROOT and os.geteuid() != 0:
        return "%s runs only as root" % program
    return None


def own_mounts():
    """What gives a command mounts that nobody else sees, or None."""
    for user in [], ["--user", "--map-current-user", "--keep-caps"]:
        prefix = ["unshare", *user, "--mount", "--propagation", "private"]
        if subprocess.run([*prefix, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode == 0:
            return prefix
    return None


def require(program):
    """Skips the test that is running unless it can be had."""
    if reason := obstacle(program):
        raise unittest.SkipTest(reason)


if __name__ == "__main__":
    for _program in PROGRAMS:
        if _reason := obstacle(_program):
            print("\033[1mdev: SKIPPED, tests with %s: %s\033[0m" % (_program, _reason), file=sys.stderr)
