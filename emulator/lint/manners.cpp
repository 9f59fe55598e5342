// SPDX-License-Identifier: MIT
#include "emulator/lint/manners.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

namespace sim800 {
namespace {

constexpr DataManner data_commands[] = {
    {"+CMGS", Form::write, "", -1},      {"+CMGW", Form::write, "", -1},       {"+CMGW", Form::execute, "", -1},
    {"+CIPSEND", Form::execute, "", -1}, {"+CIPSEND", Form::write, "", 0},     {"+HTTPDATA", Form::write, "", 0},
    {"+FTPPUT", Form::write, "2,", 1},   {"+FTPEXTPUT", Form::write, "2,", 2}, {"+SMTPBODY", Form::write, "", 0},
    {"+CNMA", Form::write, "", -1},      {"+FSWRITE", Form::write, "", 2},     {"+CMMSDOWN", Form::write, "", 1},
    {"+SMTPFT", Form::write, "", 0},
};

// Limits: what the manual allows the command, with its protocol's own time-out.
constexpr UrcManner urcs[] = {
    {"+HTTPACTION", "", "+HTTPACTION:", "+HTTPREAD", "", "+HTTPTERM", 120s},
    {"+HTTPACTION", "", "+HTTPACTION:", "+HTTPACTION", "", "+HTTPTERM", 120s},
    {"+FTPGET", "1", "+FTPGET: 1", "+FTPGET", "2", "+FTPQUIT", 75s},
    {"+FTPPUT", "1", "+FTPPUT: 1", "+FTPPUT", "2", "+FTPQUIT", 75s},
    {"+FTPLIST", "1", "+FTPLIST: 1", "+FTPLIST", "2", "+FTPQUIT", 75s},
    {"+CIPSTART", "", "CONNECT", "+CIPSEND", "", "+CIPSHUT", 75s},
    {"+SMTPSEND", "", "+SMTP", "+SMTPSEND", "", "+SMTPSRV", 60s},
    {"+CNTP", "", "+CNTP:", "+CNTP", "", "+SAPBR", 60s},
};

std::vector<std::string_view> parts(std::string_view arguments) {
  std::vector<std::string_view> all;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= arguments.size(); ++i) {
    if (i < arguments.size() && arguments[i] == '"') quoted = !quoted;
    if (i < arguments.size() && (quoted || arguments[i] != ',')) continue;
    all.push_back(arguments.substr(begin, i - begin));
    begin = i + 1;
  }
  return all;
}

std::optional<std::uint64_t> number(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '"')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  return problem == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

/// The number behind `mark` and a comma, which ends with its line.
std::optional<std::uint64_t> granted(std::string_view heard, std::string_view mark) {
  const std::size_t at = heard.rfind(mark);
  if (at == heard.npos) return std::nullopt;
  std::string_view rest = heard.substr(at + mark.size());
  if (mark.ends_with(": ")) {
    const std::size_t comma = rest.find(',');
    if (comma == rest.npos) return std::nullopt;
    rest = rest.substr(comma + 1);
  }
  return rest.find('\r') == rest.npos ? std::nullopt : number(rest);
}

}  // namespace

std::string_view name_of(std::string_view line) {
  CommandLine commands;
  commands.parse(line);
  if (commands.commands().empty()) return "";
  const std::size_t length = commands.commands().front().name.view().size();
  return line.substr(0, length);
}

const DataManner* data_of(const TypedCommand& typed) {
  const auto* const found = std::ranges::find_if(data_commands, [&typed](const DataManner& row) {
    return row.name == typed.name.view() && row.form == typed.form && typed.arguments.starts_with(row.begins);
  });
  return found == std::end(data_commands) ? nullptr : found;
}

std::optional<std::uint64_t> announced(const DataManner& manner, const TypedCommand& typed, bool mux) {
  if (manner.length < 0) return std::nullopt;
  const auto given = parts(typed.arguments);
  std::size_t place = static_cast<std::size_t>(manner.length);
  if (manner.name == "+CIPSEND") {
    if (mux && given.size() < 2) return std::nullopt;
    place = mux || given.size() > 1 ? 1 : 0;
  }
  return place < given.size() ? number(given[place]) : std::nullopt;
}

std::optional<std::uint64_t> prompt_in(std::string_view heard) {
  for (const std::string_view mark : {"+FTPPUT: 2,", "+SMTPFT: 2,", "+FTPEXTPUT: "}) {
    if (const auto bytes = granted(heard, mark)) return bytes;
  }
  for (const std::string_view mark : {"> ", "DOWNLOAD\r\n", "CONNECT\r\n"}) {
    if (heard.ends_with(mark)) return 0;
  }
  return std::nullopt;
}

std::span<const UrcManner> awaited_urcs() { return urcs; }

bool starts(const UrcManner& row, const TypedCommand& typed) {
  const bool form = typed.form == Form::write || (typed.form == Form::execute && row.begins.empty());
  return form && typed.name.view() == row.name && typed.arguments.starts_with(row.begins);
}

bool needs_urc(const UrcManner& row, const TypedCommand& typed) {
  const bool form = typed.form == Form::write || typed.form == Form::execute;
  return form && typed.name.view() == row.needed_by && typed.arguments.starts_with(row.needed_begins);
}

bool ends_wait(const UrcManner& row, const TypedCommand& typed) {
  const std::string_view name = typed.name.view();
  return name == row.ended_by || (name == "+CIPCLOSE" && row.name == "+CIPSTART");
}

/// In several connections a URC may name the connection first: "0, CONNECT OK". A connection that does not come about
/// answers the question too.
bool says(const UrcManner& row, std::string_view urc) { return urc.find(row.urc) != urc.npos; }

bool uses_network(const TypedCommand& typed) {
  const std::string_view name = typed.name.view(), given = typed.arguments;
  if (typed.form == Form::test || typed.form == Form::read) return false;
  return name == "+CIICR" || (name == "+SAPBR" && given.starts_with("1,")) ||
         (name == "+CGACT" && given.starts_with('1')) || (name == "+CMGS" && typed.form == Form::write) ||
         name == "+CMSS" || (name == "D" && !given.empty());
}

bool tells_registration(const TypedCommand& typed) {
  const std::string_view name = typed.name.view();
  if (name == "+CREG" || name == "+CGREG" || name == "+CEREG") return typed.form != Form::test;
  return (name == "+COPS" || name == "+CGATT" || name == "+CIND") && typed.form == Form::read;
}

bool is_probed(std::string_view name) {
  static constexpr std::string_view probed[] = {
      "+C5GREG",  "+CAD",         "+CBANDCFG", "+CDIP",      "+CDV",      "+CECALL",     "+CEMODE",  "+CEREG",
      "+CESQ",    "+CFGDUALMODE", "+CGAUTO",   "+CGCONTRDP", "+CGDEL",    "+CGNSINF",    "+CGNSPWR", "+CGNSTST",
      "+CGPSINF", "+CGPSINFO",    "+CGPSOUT",  "+CGPSPWR",   "+CGPSRST",  "+CGPSSTATUS", "+CGSM",    "+CHV",
      "+CLAC",    "+CLDTMF",      "+CLTE",     "+CNAOP",     "+CNAP",     "+CNMP",       "+CNSMOD",  "+CNTI",
      "+COLR",    "+CPINR",       "+CPLS",     "+CPNN",      "+CPSB",     "+CPSI",       "+CRTT",    "+CRES",
      "+CMMS",    "+CPROT",       "+MODE",     "+CSQN",      "+CSS",      "+CTZR",       "+CTZU",    "+CUAD",
      "+CVMOD",   "+ICF",         "+PBREADY",  "+QPINC",     "+SPIC",     "+SPSERVICE",  "+WS46",    "+XREG",
      "+ZPAS",    "+CGPIAF",      "+CGEV",     "+CRCES",     "+CPMUTEMP", "+CPOS"};
  return std::ranges::find(probed, name) != std::end(probed);
}

}  // namespace sim800
