// SPDX-License-Identifier: MIT
#include <doctest/doctest.h>

#include <optional>

#include "backends/mail/curl_mail.hpp"
#include "emulator/program/asio_clock.hpp"
#include "tests/support/loopback_server.hpp"
#include "tests/support/mail_server.hpp"

namespace sim800::test {
namespace {

struct MailRig {
  explicit MailRig(HostMap hosts = {})
      : link(loop, std::move(hosts), clock), client(make_curl_mail_client(loop, link)) {}

  MailLogin login(MailProtocol protocol, std::uint16_t port) const {
    MailLogin login;
    login.protocol = protocol;
    login.host = "127.0.0.1";
    login.port = port;
    login.account = MailAccount{"me", "secret"};
    return login;
  }

  void start(MailLogin login) {
    code.reset();
    session = client->start(std::move(login), {.heard = [this] { ++heard; },
                                               .entered =
                                                   [this](int result) {
                                                     CHECK_FALSE(code);
                                                     code = result;
                                                   },
                                               .changed =
                                                   [this] {
                                                     received += session->readable();
                                                     session->consume(session->readable().size());
                                                   },
                                               .closed = [this] { ++closed; }});
    CHECK_FALSE(code);  // never from inside start()
  }
  int run(MailLogin login) {
    start(std::move(login));
    run_until(loop, [this] { return code.has_value(); });
    return *code;
  }
  int smtp(const MailScript& script) {
    MailServer server(loop, script);
    return run(login(MailProtocol::smtp, server.port()));
  }
  int pop3(const MailScript& script) {
    MailServer server(loop, script);
    return run(login(MailProtocol::pop3, server.port()));
  }

  asio::io_context loop;
  AsioClock clock{loop, 1.0};
  RadioLink link;
  std::unique_ptr<MailClient> client;
  std::unique_ptr<MailSession> session;
  std::optional<int> code;
  std::string received;
  int heard = 0, closed = 0;
};

MailScript with(MailScript script, const std::string& line, const std::string& reply) {
  script.replies[line] = reply;
  return script;
}
MailScript greeted_by(MailScript script, const std::string& greeting) {
  script.greeting = greeting;
  return script;
}
MailScript cut_at(MailScript script, const std::string& line) {
  script.cut_at = line;
  return script;
}

}  // namespace

TEST_CASE("mail: SMTP logs in, and the connection is the owner's") {
  MailRig fixture;
  MailServer server(fixture.loop, smtp_script());
  CHECK(fixture.run(fixture.login(MailProtocol::smtp, server.port())) == mail_code::done);
  CHECK(server.lines == std::vector<std::string>{"EHLO sim800", "AUTH PLAIN", "AG1lAHNlY3JldA=="});
  CHECK(fixture.session->room() == MailSession::window);
  fixture.session->write("MAIL FROM:<a@b>\r\n");
  run_until(fixture.loop, [&] { return fixture.received == "250 fine\r\n"; });
  CHECK(server.lines.back() == "MAIL FROM:<a@b>");
  fixture.session->write("QUIT\r\n");
  fixture.session.reset();
  run_until(fixture.loop, [&] { return server.ended == 1; });
  CHECK(server.lines.back() == "QUIT");
}

TEST_CASE("mail: SMTP without an account does not authenticate") {
  MailRig fixture;
  MailServer server(fixture.loop, smtp_script());
  MailLogin login = fixture.login(MailProtocol::smtp, server.port());
  login.account.reset();
  CHECK(fixture.run(login) == mail_code::done);
  CHECK(server.lines == std::vector<std::string>{"EHLO sim800"});
}

TEST_CASE("mail: POP3 is left to its owner at once, whatever ways to log in there are") {
  MailRig fixture;
  MailScript script = with(pop3_script(), "CAPA", "+OK\r\nSASL PLAIN CRAM-MD5\r\nUSER\r\n.\r\n");
  MailServer server(fixture.loop, greeted_by(script, "+OK ready <1.2@mail>\r\n"));
  CHECK(fixture.run(fixture.login(MailProtocol::pop3, server.port())) == mail_code::done);
  CHECK(server.lines == std::vector<std::string>{"CAPA"});
  fixture.session->write("USER me\r\n");
  run_until(fixture.loop, [&] { return fixture.received == "+OK fine\r\n"; });
}

TEST_CASE("mail: codes of an SMTP log-in that fails") {
  MailRig fixture;
  const MailScript good = smtp_script();
  CHECK(fixture.smtp(greeted_by(good, "554 go away\r\n")) == mail_code::response_error);
  CHECK(fixture.smtp(greeted_by(good, "421 too busy\r\n")) == mail_code::response_error);
  CHECK(fixture.smtp(greeted_by(good, "HTTP/1.1 400 Bad Request\r\n")) == mail_code::response_error);
  CHECK(fixture.smtp(cut_at(good, "connect")) == mail_code::network_error);
  CHECK(fixture.smtp(cut_at(good, "EHLO")) == mail_code::network_error);
  CHECK(fixture.smtp(with(with(good, "EHLO", "500 what\r\n"), "HELO", "500 what\r\n")) == mail_code::response_error);
  CHECK(fixture.smtp(with(good, "AG1lAHNlY3JldA==", "535 wrong\r\n")) == smtp_code::bad_account);
  CHECK(fixture.smtp(with(good, "AUTH", "530 not so\r\n")) == smtp_code::not_authenticated);
  CHECK(fixture.smtp(with(good, "AUTH", "454 later\r\n")) == mail_code::response_error);
  CHECK(fixture.smtp(with(good, "EHLO", "250 mail\r\n")) == smtp_code::not_authenticated);
}

TEST_CASE("mail: codes of a POP3 log-in that fails") {
  MailRig fixture;
  const MailScript good = pop3_script();
  CHECK(fixture.pop3(greeted_by(good, "-ERR too busy\r\n")) == pop3_code::rejected);
  CHECK(fixture.pop3(greeted_by(good, "220 ready\r\n")) == mail_code::response_error);
  CHECK(fixture.pop3(cut_at(good, "connect")) == mail_code::network_error);
  CHECK(fixture.pop3(with(good, "CAPA", "-ERR what\r\n")) == mail_code::done);
}

TEST_CASE("mail: codes of the way to the server") {
  MailRig fixture({{"nowhere", "unresolvable"}, {"closed", "refuse"}, {"hole", "blackhole"}});
  MailLogin login = fixture.login(MailProtocol::smtp, 25);
  login.host = "nowhere";
  CHECK(fixture.run(login) == mail_code::dns_error);
  login.host = "a b";
  CHECK(fixture.run(login) == mail_code::dns_error);
  login.host = "closed";
  CHECK(fixture.run(login) == mail_code::connect_error);
  CHECK(fixture.run(fixture.login(MailProtocol::pop3, unused_port(fixture.loop))) == mail_code::connect_error);
}

TEST_CASE("mail: a server without TLS, or with something else on its port") {
  MailRig fixture;
  MailServer smtp(fixture.loop, smtp_script()), pop3(fixture.loop, pop3_script());
  MailLogin login = fixture.login(MailProtocol::smtp, smtp.port());
  login.tls = MailTls::upgraded;
  CHECK(fixture.run(login) == mail_code::tls_no_channel);
  login.tls = MailTls::implicit;
  CHECK(fixture.run(login) == mail_code::tls_no_channel);
  login = fixture.login(MailProtocol::pop3, pop3.port());
  login.tls = MailTls::upgraded;
  CHECK(fixture.run(login) == mail_code::tls_no_channel);
}

TEST_CASE("mail: through a relay, too") {
  MailRig fixture;
  fixture.link.relay_always();
  MailServer server(fixture.loop, pop3_script());
  CHECK(fixture.run(fixture.login(MailProtocol::pop3, server.port())) == mail_code::done);
  fixture.session->write("NOOP\r\n");
  run_until(fixture.loop, [&] { return fixture.received == "+OK fine\r\n"; });
  CHECK(fixture.run(fixture.login(MailProtocol::pop3, unused_port(fixture.loop))) == mail_code::connect_error);
}

TEST_CASE("mail: the server's end is told once, behind what it has sent") {
  MailRig fixture;
  MailServer server(fixture.loop, cut_at(with(pop3_script(), "QUIT", "+OK bye\r\n"), "QUIT"));
  CHECK(fixture.run(fixture.login(MailProtocol::pop3, server.port())) == mail_code::done);
  fixture.session->write("QUIT\r\n");
  run_until(fixture.loop, [&] { return fixture.closed == 1; });
  CHECK(fixture.received == "+OK bye\r\n");
  CHECK(fixture.session->room() == 0);
}

TEST_CASE("mail: what is not consumed holds the server up") {
  MailRig fixture;
  MailServer server(fixture.loop, with(pop3_script(), "RETR", std::string(200'000, 'x')));
  CHECK(fixture.run(fixture.login(MailProtocol::pop3, server.port())) == mail_code::done);
  std::size_t total = 0;
  fixture.session.reset();
  fixture.code.reset();
  std::size_t most = 0;
  fixture.session =
      fixture.client->start(fixture.login(MailProtocol::pop3, server.port()),
                            {.heard = nullptr,
                             .entered = [&](int code) { fixture.code = code; },
                             .changed = [&] { most = std::max(most, fixture.session->readable().size()); },
                             .closed = nullptr});
  run_until(fixture.loop, [&] { return fixture.code.has_value(); });
  fixture.session->write("RETR 1\r\n");
  while (total < 200'000) {
    run_until(fixture.loop, [&] { return !fixture.session->readable().empty(); });
    const std::size_t part = std::min<std::size_t>(fixture.session->readable().size(), 1000);
    total += part;
    fixture.session->consume(part);
  }
  CHECK(most <= MailSession::window);
}

TEST_CASE("mail: a reply counts as heard when it is whole, and one without end is none") {
  MailRig fixture;
  fixture.heard = 0;
  CHECK(fixture.smtp(smtp_script()) == mail_code::done);
  const int replies = fixture.heard;
  std::string greeting;
  for (int line = 0; line < 50; ++line) greeting += "220-line\r\n";
  fixture.heard = 0;
  CHECK(fixture.smtp(greeted_by(smtp_script(), greeting + "220 ready\r\n")) == mail_code::done);
  CHECK(fixture.heard == replies);
  while (greeting.size() <= 64 * 1024) greeting += "220-line\r\n";
  CHECK(fixture.smtp(greeted_by(smtp_script(), greeting)) == mail_code::response_error);
  CHECK(fixture.smtp(with(smtp_script(), "EHLO", greeting)) == mail_code::response_error);
  std::string capabilities = "+OK\r\n";
  while (capabilities.size() <= 64 * 1024) capabilities += "USER\r\n";
  CHECK(fixture.pop3(with(pop3_script(), "CAPA", capabilities)) == mail_code::response_error);
}

}  // namespace sim800::test
