// A module with e-mail settings; the test is the mail server.
// SPDX-License-Identifier: MIT
#pragma once

#include "emulator/core/world.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

struct MailFixture : ModuleFixture {
  explicit MailFixture(World given = instant()) : ModuleFixture(with_codes(std::move(given))) {
    open_bearer();
    ask("AT+SMTPSRV=\"mail.example.org\"");
    ask("AT+SMTPFROM=\"me@example.org\",\"me\"");
    ask("AT+SMTPRCPT=0,0,\"john@example.org\",\"john\"");
    ask("AT+SMTPSUB=\"Test\"");
    ask("AT+SMTPBODY=5");
    say("Hello");
    ask("AT+POP3SRV=\"mail.example.org\",\"me\",\"secret\"");
  }
  static World with_codes(World world) {
    world.module.settings = {{"+CMEE", {"1"}}, {"E", {"0"}}};
    return world;
  }

  /// The server sends a line; returns what the module says.
  std::string reply(std::string_view bytes) {
    mail.say(bytes);
    clock.advance(0s);
    return port.take();
  }
  /// A successful login.
  std::string enter() {
    mail.enter();
    clock.advance(0s);
    return port.take();
  }
  /// Up to the server's go-ahead for the mail itself.
  void send_to_data() {
    ask("AT+SMTPSEND");
    enter();
    reply("250 ok\r\n");
    reply("250 ok\r\n");
    reply("354 go\r\n");
  }
  std::string log_in() {
    ask("AT+POP3IN");
    enter();
    reply("+OK\r\n");
    std::string said = reply("+OK\r\n");
    mail.take();
    return said;
  }
  /// One command, and the server's answer to it.
  std::string ask_server(std::string_view line, std::string_view status) { return ask(line) + reply(status); }
};

inline const std::string NOT_ALLOWED = "\r\n+CME ERROR: 3\r\n";
inline const std::string invalid = "\r\n+CME ERROR: 765\r\n";

inline std::string urc(std::string_view text) { return "\r\n" + std::string(text) + "\r\n"; }

}  // namespace sim800::test
