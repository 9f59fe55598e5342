# Mail servers of the acceptance tests: aiosmtpd and dovecot.
# SPDX-License-Identifier: MIT
import asyncio
import grp
import logging
import os
import poplib
import pwd
import ssl
import subprocess
import tempfile
import threading
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

from harness import end, spawn
from servers import LOOPBACK, unused_port

USER, PASSWORD = "account", "pass word"

logging.getLogger("mail.log").setLevel(logging.ERROR)
warnings.filterwarnings("ignore", module="aiosmtpd")  # of passwords without TLS
warnings.filterwarnings("ignore", category=ResourceWarning, module="asyncio|selectors")


class Smtp:
    """aiosmtpd in a thread; `mails` holds the envelopes that came.  `tls`: "implicit", "starttls"; `auth`: asks for it."""

    def __init__(self, certificate=None, tls=None, auth=False):
        self.mails = []
        context = None
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
        self.loop = asyncio.new_event_loop()

        def session():
            return SMTP(self, hostname="mail.test", loop=self.loop, auth_required=auth, auth_require_tls=False,
                        authenticator=self.authenticate, tls_context=context if tls == "starttls" else None,
                        require_starttls=tls == "starttls")
        self.server = self.loop.run_until_complete(self.loop.create_server(
            session, LOOPBACK, 0, ssl=context if tls == "implicit" else None))
        self.port = self.server.sockets[0].getsockname()[1]
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()

    @staticmethod
    def authenticate(_server, _session, _envelope, _mechanism, data):
        return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()), handled=False)

    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("nobody"):
            return "550 nobody here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append(envelope)
        return "250 OK"

    def close(self):
        self.server.close()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()


class Dovecot:
    """Serves the mails given by POP3 to USER, from a configuration of its own, without any privilege."""

    def __init__(self, folder, mails, certificate):
        root = tempfile.mkdtemp(prefix="dovecot-", dir=folder)
        os.chmod(folder, 0o711)
        os.chmod(root, 0o755)
        # As root it refuses to give mails to root.
        entry = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        self.box = os.path.join(root, "box")
        for part in ("", "cur", "new", "tmp"):
            os.mkdir(os.path.join(self.box, part))
        for number, mail in enumerate(mails, 1):
            with open(os.path.join(self.box, "new", "%d.mail" % number), "wb") as file:
                file.write(mail)
        for path, _, files in os.walk(self.box):
            for name in ("", *files):
                os.chown(os.path.join(path, name), entry.pw_uid, entry.pw_gid)
        self.holder, self.port = unused_port()
        self.tls_holder, self.tls_port = unused_port()
        if not self._start(root, entry, certificate):
            raise AssertionError("dovecot does not start: %s" % self.log(root))

    @staticmethod
    def log(root):
        with open(os.path.join(root, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def _start(self, root, entry, certificate):
        config = os.path.join(root, "dovecot.conf")
        with open(os.path.join(root, "users"), "w", encoding="utf-8") as file:
            file.write("%s:{PLAIN}%s\n" % (USER, PASSWORD))
        os.chmod(os.path.join(root, "users"), 0o644)
        with open(config, "w", encoding="utf-8") as file:
            file.write("""base_dir = %(root)s/run
                state_dir = %(root)s/state
                log_path = %(root)s/log
                protocols = pop3
                ssl = yes
                ssl_cert = <%(cert)s
                ssl_key = <%(key)s
                disable_plaintext_auth = no
                auth_mechanisms = plain
                mail_location = maildir:%(box)s
                mail_uid = %(user)s
                mail_gid = %(group)s
                first_valid_uid = 0
                default_internal_user = %(user)s
                default_internal_group = %(group)s
                default_login_user = %(user)s
                service anvil {
                  chroot =
                }
                service pop3-login {
                  chroot =
                  inet_listener pop3 {
                    address = %(address)s
                    port = %(port)d
                  }
                  inet_listener pop3s {
                    address = %(address)s
                    port = %(tls_port)d
                  }
                }
                passdb {
                  driver = passwd-file
                  args = %(root)s/users
                }
                userdb {
                  driver = static
                  args = uid=%(user)s gid=%(group)s home=%(root)s
                }
                """ % {"root": root, "cert": certificate[0], "key": certificate[1], "box": self.box,
                       "user": entry.pw_name, "group": grp.getgrgid(entry.pw_gid).gr_name, "address": LOOPBACK,
                       "port": self.port, "tls_port": self.tls_port})
        self.process = spawn(["dovecot", "-F", "-c", config], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
        while self.process.poll() is None:
            try:
                poplib.POP3(LOOPBACK, self.port, timeout=5).quit()
                return True
            except OSError:
                continue
        end(self.process)
        return False

    def left(self):
        """How many mails there still are."""
        return sum(len(os.listdir(os.path.join(self.box, part))) for part in ("cur", "new"))

    def close(self):
        end(self.process)
        self.holder.close()
        self.tls_holder.close()
