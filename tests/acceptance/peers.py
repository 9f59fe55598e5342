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
    "ModemManager": "modemmanager", "as": "binutils", "avr-gcc": "gcc-avr", "bearerbox": "kannel",
    "busybox": "busybox-static", "cc": "gcc", "chromium": "chromium",
    "chronyd": "chrony", "comgt": "comgt", "dbus-daemon": "dbus-daemon", "dbus-send": "dbus-bin",
    "dovecot": "dovecot-pop3d", "fish": "fish", "gammu": "gammu", "gammu-smsd": "gammu-smsd", "gensiot": "gensio-bin",
    "gnokii": "gnokii-cli", "gsmsendsms": "gsm-utils", "lintian": "lintian", "linux.uml": "user-mode-linux",
    "man": "man-db", "mandoc": "mandoc", "mmcli": "modemmanager", "mosquitto": "mosquitto", "nginx": "nginx-light",
    "ofonod": "ofono", "openssl": "openssl", "pppd": "ppp", "pure-ftpd": "pure-ftpd", "pure-pw": "pure-ftpd",
    "qemu-system-i386": "qemu-system-x86",
    "ser2net": "ser2net", "smsbox": "kannel", "smsd": "smstools", "tinyproxy": "tinyproxy", "zsh": "zsh",
}
AS_ROOT = {"pure-ftpd"}
SOURCES = {  # what tests compile for themselves, where it is, and whence
    "lwIP": (os.path.join(ROOT, "build", "unpacked", "lwip", "src"), "./dev test --all unpacks Debian's"),
    "avr-libc": ("/usr/lib/avr/include", "Debian's package avr-libc"),
    "simavr": ("/usr/include/simavr", "Debian's package libsimavr-dev"),
}


def obstacle(program):
    """Why tests with this program cannot be run here, or None."""
    if shutil.which(program) is None:
        return "there is no %s (Debian's package %s)" % (program, PROGRAMS.get(program, program))
    if program in AS_ROOT and os.geteuid() != 0:
        return "%s runs only as root" % program
    return None


def sources(name):
    """Where they are. Skips the test that is running unless they can be had, and compiled."""
    path, whence = SOURCES[name]
    if not os.path.isdir(path):
        raise unittest.SkipTest("there are no sources of %s (%s)" % (name, whence))
    require("cc")
    return path


def own_mounts():
    """What gives a command mounts that nobody else sees, or None."""
    for user in [], ["--user", "--map-current-user", "--keep-caps"]:
        prefix = ["unshare", *user, "--mount", "--propagation", "private"]
        if subprocess.run([*prefix, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode == 0:
            return prefix
    return None


def ping_is_allowed():
    allowed = subprocess.run(["sysctl", "-n", "net.ipv4.ping_group_range"], capture_output=True, check=False)
    low, high = (allowed.stdout.split() or [b"1", b"0"])[:2]
    return int(low) <= int(high)


def require(program):
    """Skips the test that is running unless it can be had."""
    if reason := obstacle(program):
        raise unittest.SkipTest(reason)


if __name__ == "__main__":
    for _program in PROGRAMS:
        if _reason := obstacle(_program):
            print("\033[1mdev: SKIPPED, tests with %s: %s\033[0m" % (_program, _reason), file=sys.stderr)
    for _name, (_path, _whence) in SOURCES.items():
        if not os.path.isdir(_path):
            print("\033[1mdev: SKIPPED, tests with %s: %s\033[0m" % (_name, _whence), file=sys.stderr)
