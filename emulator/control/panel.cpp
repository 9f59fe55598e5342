// SPDX-License-Identifier: MIT
#include "emulator/control/panel.hpp"

#include <fmt/format.h>

#include <random>
#include <string>

#include "emulator/commands/command_list.hpp"

namespace sim800 {
namespace {

void fill_in(std::string& text, std::string_view place, std::string_view value) {
  for (std::size_t at = text.find(place); at != text.npos; at = text.find(place, at + value.size()))
    text.replace(at, place.size(), value);
}

/// What only this answer's own script and style carry. No seed: it is nobody's to foretell.
std::string nonce() {
  std::random_device chance;
  return fmt::format("{:08x}{:08x}{:08x}{:08x}", chance(), chance(), chance(), chance());
}

std::string command_names() {
  std::string names;
  for (const Command* command : commands_by_name()) {
    if (command->name.find_first_of("<>\"\\") != command->name.npos) continue;
    if (!names.empty()) names += ' ';
    names += typed_name(*command);
  }
  return names;
}

}  // namespace

ServerAnswer panel() {
  const std::string once = nonce();
  std::string page(panel_text());
  fill_in(page, "@nonce@", once);
  fill_in(page, "@commands@", command_names());
  const std::string policy = fmt::format(
      "default-src 'none'; script-src 'nonce-{0}'; style-src 'nonce-{0}'; connect-src 'self'; img-src data:; base-uri "
      "'none'; "
      "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
      once);
  return {.status = 200,
          .type = "text/html; charset=utf-8",
          .body = std::move(page),
          .headers = {
              {"Content-Security-Policy", policy}, {"Cache-Control", "no-store"}, {"Referrer-Policy", "no-referrer"}}};
}

}  // namespace sim800
