// Certificates and options of TLS connections (SSL application note).
// SPDX-License-Identifier: MIT
#include <string>

#include "emulator/at/settings.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/tls/tls_client.hpp"

namespace sim800 {
namespace {

/// +SSLOPT: <opt>,<enable>   0: ignore an invalid certificate; 1: authenticate the client.
Result show_options(Invocation& cmd) {
  const Settings::Values& values = cmd.settings.values_of(cmd.command.name);
  for (std::size_t option = 0; option < values.size(); ++option) cmd.print("+SSLOPT: {},{}", option, values[option]);
  return ok;
}
Result set_option(Invocation& cmd) {
  if (cmd.arguments.size() != 2) return Cme::invalid_input;
  cmd.settings.set_value_of(cmd.command.name, cmd.number(0), std::to_string(cmd.number(1)));
  return ok;
}

/// AT+SSLSETCERT=<file>[,<password>]   +SSLSETCERT: 0 when the certificate is taken, 1 if it is none.
Result set_certificate(Invocation& cmd) {
  const bool taken = cmd.modem.tls->import_certificate(cmd.text(0), cmd.text(1));
  cmd.modem.answer(taken ? "+SSLSETCERT: 0" : "+SSLSETCERT: 1", &cmd.channel);
  return ok;
}

Result show_certificate(Invocation& cmd) {
  if (const std::string name = cmd.modem.tls->certificate_name(); !name.empty()) cmd.print("+SSLDECLI: {}", name);
  return ok;
}
/// AT+SSLDECLI=<name>
Result delete_certificate(Invocation& cmd) {
  const bool deleted = cmd.modem.tls->delete_certificate(cmd.text(0));
  cmd.print("+SSLDECLI: {}", static_cast<int>(deleted ? TlsClient::Deletion::done : TlsClient::Deletion::no_such_file));
  return ok;
}

/// AT+SSLSETROOT=<file>,<size>
Result set_root(Invocation& cmd) {
  switch (cmd.modem.tls->import_root(cmd.text(0), cmd.number(1))) {
    case TlsClient::Import::done: return ok;
    case TlsClient::Import::exists: cmd.line("Certificate already exists!"); return ok;
    case TlsClient::Import::refused: break;
  }
  return error;
}

Result show_roots(Invocation& cmd) {
  for (const std::string& name : cmd.modem.tls->root_names()) cmd.print("+SSLDEROOT: {}", name);
  return ok;
}
/// AT+SSLDEROOT=<name>
Result delete_root(Invocation& cmd) {
  cmd.print("+SSLDEROOT: {}", static_cast<int>(cmd.modem.tls->delete_root(cmd.text(0))));
  return ok;
}

// clang-format off: a row is one or two lines, so that the table reads like the note's index
constexpr Command table[] = {
    {.name = "+SSLOPT", .section = "", .parameters = {number("0,1", "1"), number("0,1", "0")},
     .test = show_ranges, .read = show_options, .write = set_option},
    {.name = "+SSLSETCERT", .section = "", .parameters = {text(100), optional(text(32))},
     .test = "+SSLSETCERT: 100,32", .write = set_certificate},
    {.name = "+SSLDECLI", .section = "", .parameters = {text(100)},
     .test = "", .read = show_certificate, .write = delete_certificate},
    {.name = "+SSLSETROOT", .section = "", .parameters = {text(100), number("1-16384")}, .test = "", .write = set_root},
    {.name = "+SSLDEROOT", .section = "", .parameters = {text(100)}, .test = "", .read = show_roots, .write = delete_root},
};
// clang-format on

}  // namespace

std::span<const Command> ssl_commands() { return table; }

}  // namespace sim800
