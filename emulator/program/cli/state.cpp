// sim800 state: what a state directory keeps, as a table for people. Nothing is changed there.
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/core/nvram.hpp"
#include "emulator/program/cli/cli.hpp"
#include "emulator/sms/message_store.hpp"
#include "protocol/sms/sms_pdu.hpp"
#include "protocol/text/escape.hpp"
#include "protocol/text/hex.hpp"
#include "protocol/text/unicode.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The sections in the order in which they are shown; some belong to a card or a subscriber: "sim:<ICCID>".
struct Title {
  std::string_view section, text;
};
constexpr Title titles[] = {
    {"profile", "User profile (AT&W)"},
    {"auto", "Settings stored at once"},
    {"imei", "IMEI"},
    {"clock", "Clock"},
    {"alarms", "Alarms"},
    {"sim", "Card: PINs"},
    {"operators", "Card: preferred operators"},
    {"phonebook", "Phone book"},
    {"messages", "Messages"},
    {"sms", "Message settings"},
    {"barring", "Call barring"},
    {"supplementary", "Forwarding and waiting"},
    {"emergency numbers", "Emergency numbers"},
    {"white list", "White list"},
    {"gprs", "PDP contexts"},
    {"ip", "Saved by AT+CIPSCONT"},
    {"ip filters", "Ping filters"},
    {"certificate", "Certificate"},
    {"roots", "Root certificates"},
    {"http", "Saved by AT+HTTPSCONT"},
    {"ftp", "Saved by AT+FTPSCONT"},
    {"mms", "Saved by AT+CMMSSCONT"},
};

struct Line {
  std::string key, value;
};
struct Part {
  std::string section, title;
  std::vector<Line> lines;
};
struct Shown {
  std::vector<Part> parts;
  std::vector<std::pair<std::string, std::uintmax_t>> files;  ///< path below files/, bytes
};

constexpr std::string_view masked = "****";

/// The section's name without the card's or subscriber's number.
std::string_view kind_of(std::string_view section) { return section.substr(0, section.find(':')); }

bool is_secret(std::string_view kind, std::string_view key) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> secrets{{{"sim", "pin"},
                                                                                  {"sim", "pin2"},
                                                                                  {"barring", "password"},
                                                                                  {"ip", "password"},
                                                                                  {"ftp", "+FTPPW"},
                                                                                  {"certificate", "key"}}};
  return std::ranges::find(secrets, std::pair(kind, key)) != secrets.end();
}

/// "1,0791…" as status, number, time and text.
std::string message(std::string_view stored) {
  const bool known = stored.size() > 2 && stored[0] >= '0' && stored[0] <= '3' && stored[1] == ',';
  if (!known) return std::string(stored);
  const auto status = static_cast<SmsStatus>(stored[0] - '0');
  const auto pdu = decode_pdu(from_hex(stored.substr(2)).value_or(""), !is_received(status));
  if (!pdu) return std::string(stored);
  const Sms& sms = pdu->message;
  const auto text = sms.text();
  const std::string shown = text ? to_utf8(*text) : fmt::format("{} octets", sms.body().size());
  const std::string time = is_received(status) ? " " + sms.centre_time.text() : "";
  return fmt::format("{} {}{}: {}", word(status), to_utf8(sms.address.text()), time, shown);
}

std::string value_of(std::string_view kind, std::string_view key, const std::string& value) {
  if (is_secret(kind, key)) return std::string(value.empty() ? "" : masked);
  if (kind == "messages") return message(value);
  const bool pem = kind == "roots" || (kind == "certificate" && key == "certificates");
  return pem ? fmt::format("PEM, {} bytes", value.size()) : value;
}

Part part_of(const std::string& name, const Nvram::Section& section, std::string_view title) {
  Part part{name, std::string(title), {}};
  const std::string_view kind = kind_of(name);
  if (kind.size() < name.size()) part.title += fmt::format(" ({})", std::string_view(name).substr(kind.size() + 1));
  for (const auto& [key, value] : section) part.lines.push_back({key, value_of(kind, key, value)});
  // Locations count.
  std::ranges::sort(part.lines, {}, [](const Line& line) {
    const std::size_t digits = line.key.find_first_of("0123456789");
    return std::pair(line.key.substr(0, digits), digits == std::string::npos ? 0 : std::atoi(&line.key[digits]));
  });
  return part;
}

std::vector<Part> parts_of(const Nvram::Sections& sections) {
  std::vector<Part> parts;
  for (const Title& title : titles) {
    for (const auto& [name, section] : sections) {
      if (kind_of(name) == title.section) parts.push_back(part_of(name, section, title.text));
    }
  }
  for (const auto& [name, section] : sections) {
    if (std::ranges::find(titles, kind_of(name), &Title::section) == std::end(titles))
      parts.push_back(part_of(name, section, name));
  }
  return parts;
}

/// Symbolic links are not followed.
void find_files(const fs::path& folder, Shown& shown) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().lexically_relative(folder).generic_string();
    if (entry.is_regular_file() && !entry.is_symlink()) shown.files.emplace_back(path, entry.file_size());
  }
  std::ranges::sort(shown.files);
}

Shown read(const fs::path& directory) {
  const auto expected = [&](std::string_view what, std::string_view found) {
    return StateError(fmt::format("{}: expected {}, found {}", directory.string(), what, found));
  };
  if (!fs::exists(directory)) throw expected("a state directory", "nothing");
  if (!fs::is_directory(directory)) throw expected("a state directory", "a file");
  const bool has_files = fs::is_directory(fs::symlink_status(directory / "files"));
  if (!has_files && !fs::exists(fs::symlink_status(directory / "nvram.json"))) {
    throw expected("nvram.json or files/ of a state directory", "neither");
  }
  Shown shown{parts_of(Nvram::read(directory)), {}};
  if (has_files) find_files(directory / "files", shown);
  return shown;
}

/// For a terminal: without control characters.
std::string printable(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool control = static_cast<unsigned char>(c) < ' ' || c == '\x7f';
    line += control ? escaped({&c, 1}) : std::string(1, c);
  }
  return line;
}

void print(const Shown& shown) {
  for (const Part& part : shown.parts) {
    fmt::print("{}\n", printable(part.title));
    std::size_t width = 0;
    for (const Line& line : part.lines) width = std::max(width, printable(line.key).size());
    for (const auto& [key, value] : part.lines) fmt::print("  {:<{}}  {}\n", printable(key), width, printable(value));
    if (part.lines.empty()) fmt::print("  none\n");
  }
  fmt::print("Files\n");
  for (const auto& [path, size] : shown.files) fmt::print("  {:>7}  {}\n", size, printable(path));
  if (shown.files.empty()) fmt::print("  none\n");
}

void print_json(const Shown& shown) {
  json document = {{"sections", json::object()}, {"files", json::object()}};
  for (const Part& part : shown.parts) {
    json& section = document["sections"][part.section] = json::object();
    for (const auto& [key, value] : part.lines) section[key] = value;
  }
  for (const auto& [path, size] : shown.files) document["files"][path] = size;
  fmt::print("{}\n", document.dump(2, ' ', false, json::error_handler_t::replace));
}

int show(const std::string& directory, bool as_json) {
  try {
    const Shown shown = read(directory);
    if (as_json) {
      print_json(shown);
    } else {
      print(shown);
    }
    return 0;
  } catch (const StateError& problem) {
    fmt::print(stderr, "sim800: {}\n", problem.what());
  } catch (const fs::filesystem_error& problem) {
    fmt::print(stderr, "sim800: {}: {}\n", problem.path1().string(), problem.code().message());
  }
  return usage_error;
}

}  // namespace

void add_state(CLI::App& app, int& status) {
  struct Arguments {
    std::string directory;
    bool as_json = false;
  };
  const auto given = std::make_shared<Arguments>();
  auto* command = app.add_subcommand("state", "Show what a state directory keeps; passwords are masked");
  command->add_option("DIR", given->directory, "Directory that run --state wrote")->required();
  command->add_flag("--json", given->as_json, "As JSON");
  command->callback([given, &status] { status = show(given->directory, given->as_json); });
}

}  // namespace sim800
