// sim800 man: the manual page, from the same options that the command line is read by.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <string_view>

#include "emulator/program/cli/cli.hpp"

namespace sim800 {
namespace {

/// Text as roff takes it.
std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\\') {
      safe += "\\e";
    } else if (c == '-') {
      safe += "\\-";
    } else if ((c == '.' || c == '\'') && (safe.empty() || safe.back() == '\n')) {
      safe += std::string("\\&") + c;
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string bold(std::string_view text) { return fmt::format("\\fB{}\\fR", escaped(text)); }
std::string italic(std::string_view text) { return fmt::format("\\fI{}\\fR", escaped(text)); }

/// "home|roaming"; empty if it is no list of words.
std::string words_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{'), close = type.find('}');
  if (open == type.npos || close == type.npos) return {};
  std::string words = type.substr(open + 1, close - open - 1);
  for (char& c : words) c = c == ',' ? '|' : c;
  return words;
}

/// These, or "DURATION".
std::string value_of(const CLI::Option& option) {
  const std::string words = words_of(option);
  return words.empty() ? option.get_type_name() : words;
}

std::string usage(const CLI::App& app, const std::string& path) {
  std::string line = bold(path);
  const auto has_name = [&app](const CLI::Option* option) {
    return !option->get_positional() && option != app.get_help_ptr();
  };
  if (!app.get_options(has_name).empty()) line += " [" + italic("OPTION") + "...]";
  if (app.get_require_subcommand_min() > 0) line += " " + italic("COMMAND");
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const bool many = option->get_items_expected_max() > 1;
    const std::string name = italic(option->get_name(true)) + (many ? "..." : "");
    line += option->get_required() ? " " + name : " [" + name + "]";
  }
  if (path == "sim800 exec") line += " \\-\\- " + italic("COMMAND") + " [" + italic("ARGUMENT") + "...]";
  return line;
}

void print_options(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    if (option == app.get_help_ptr()) continue;  // all commands have it
    std::string names, text = option->get_description();
    if (option->get_positional()) {
      names = italic(option->get_name(true));
      if (text.empty()) text = words_of(*option);
    } else {
      for (const std::string& name : option->get_snames()) names += (names.empty() ? "" : ", ") + bold("-" + name);
      for (const std::string& name : option->get_lnames()) names += (names.empty() ? "" : ", ") + bold("--" + name);
      if (option->get_items_expected_max() > 0) names += " " + italic(value_of(*option));
    }
    std::cout << ".TP\n" << names << '\n' << (text.empty() ? "\\&" : escaped(text)) << '\n';
  }
}

void print_command(const CLI::App& app, const std::string& path) {
  std::cout << ".SS " << fmt::format("\"{}\"", escaped(path)) << '\n'
            << usage(app, path) << "\n.PP\n"
            << escaped(app.get_description()) << ".\n";
  print_options(app);
  for (const CLI::App* sub : app.get_subcommands({})) print_command(*sub, path + " " + sub->get_name());
}

void print_page(const CLI::App& root) {
  std::cout
      << ".\\\" Written by sim800 man.\n.TH SIM800 1 \"\" \"sim800 " << SIM800_VERSION << "\" \"User Commands\"\n"
      << ".SH NAME\nsim800 \\- " << "SIM800 modem in software, for firmware to be tested against\n"
      << ".SH SYNOPSIS\n.B sim800\n.I COMMAND\n[" << italic("OPTION") << "...]\n"
      << ".SH DESCRIPTION\n"
         "sim800 answers AT commands byte for byte as SIMCom's SIM800 GSM/GPRS module does, on a pseudo\\-terminal, a "
         "TCP port or standard input and output. HTTP, FTP, e\\-mail and sockets are real connections; scenario "
         "files map host names and make the failures of the field happen.\n"
      << ".PP\n"
      << bold("sim800 --version") << " tells the version, " << bold("-h") << " or " << bold("--help")
      << " behind any command what it takes.\n.SH COMMANDS\n";
  for (const CLI::App* sub : root.get_subcommands({})) print_command(*sub, "sim800 " + sub->get_name());
  std::cout << R"(.SH ENVIRONMENT
.TP
.B SIM800_CONTROL
Where
.B sim800 ctl
finds the run;
.B sim800 exec
sets it for its command, and
.B SIM800_TTY
and
.B SIM800_TCP
too.
.SH "EXIT STATUS"
0 if all went well, 1 if a run, a dialogue or a request failed, 2 if an argument or a file is wrong, 3 if a fault never
fired, 4 if an expectation failed.
.SH EXAMPLES
.TP
.B sim800 run \-\-pty /tmp/modem
A module behind /tmp/modem.
.TP
.B sim800 exec slow\-2g \-\- ./test\-firmware.sh
A test with a module beside it, on a slow network.
)";
}

}  // namespace

void add_man(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("man", "Print the manual page");
  command->callback([&app, &status] {
    print_page(app);
    status = 0;
  });
}

}  // namespace sim800
