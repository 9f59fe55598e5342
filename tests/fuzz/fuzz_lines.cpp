// SPDX-License-Identifier: MIT
#include "tests/fuzz/fuzz_lines.hpp"
#include "emulator/commands/command_list.hpp"

#include <algorithm>

#include "emulator/at/command.hpp"
#include "emulator/internet/http_service.hpp"
#include "emulator/network/bearer.hpp"
#include "protocol/text/characters.hpp"

namespace sim800::test {

std::string Chance::bytes(std::size_t count) {
  std::string text(count, '\0');
  std::ranges::generate(text, [this] { return byte(); });
  return text;
}

std::string LineMaker::line() {
  static constexpr std::string_view prefixes[] = {"AT",
                                                  "AT",
                                                  "AT",
                                                  "at",
                                                  "aT",
                                                  "AT ",
                                                  "\x1b\rAT",
                                                  "AATAT",
                                                  "xyzAT",
                                                  " \x1a"
                                                  "AT"};
  if (chance_.percent(6)) return chance_.bytes(chance_.below(80));
  if (chance_.percent(4)) return "A/";
  if (chance_.percent(30)) return sensible_line();
  std::string text(chance_.one_of<std::string_view>(prefixes));
  const std::size_t commands = chance_.percent(3) ? 30 + chance_.below(20) : chance_.below(4);
  for (std::size_t i = 0; i <= commands; ++i) {
    text += command(false);
    if (chance_.percent(70)) text += ';';
  }
  if (chance_.percent(3)) text.append(chance_.below(700), chance_.percent(50) ? ' ' : 'x');
  if (chance_.percent(30)) mutate(text);
  return text;
}

/// Brings the module to states in which the others can break more.
std::string LineMaker::sensible_line() {
  static constexpr std::string_view lines[] = {"AT+SAPBR=1,1",
                                               "AT+SAPBR=1,1",
                                               "AT+SAPBR=1,2",
                                               "AT+SAPBR=0,1",
                                               "AT+CIPSHUT",
                                               "AT+CIPSHUT;+CSTT;+CIICR;+CIFSR",
                                               "AT+CIPSHUT;+CIPMUX=1;+CSTT;+CIICR;+CIFSR",
                                               "AT+CIPMODE=1",
                                               "AT+CIPMODE=0",
                                               "AT+CIPRXGET=1",
                                               "AT+CIPSTART=\"TCP\",\"host\",80",
                                               "AT+CIPSTART=\"UDP\",\"10.1.2.3\",53",
                                               "AT+CIPSTART=0,\"TCP\",\"host\",80",
                                               "AT+CIPSTART=5,\"UDP\",\"host\",80",
                                               "AT+CIPSERVER=1,8888",
                                               "AT+CIPSEND=5",
                                               "AT+CIPSEND",
                                               "AT+CIPSEND=0,5",
                                               "AT+CIPRXGET=2,0,1460",
                                               "AT+CIPRXGET=2,1460",
                                               "AT+CIPCLOSE",
                                               "AT+CIPCLOSE=0",
                                               "AT+CDNSGIP=\"host\"",
                                               "ATO",
                                               "AT+SAPBR=2,1",
                                               "AT+HTTPINIT",
                                               "AT+HTTPINIT",
                                               "AT+HTTPTERM",
                                               "AT+HTTPPARA=\"URL\",\"www.sim.com\"",
                                               "AT+HTTPPARA=\"URL\",\"host:8080/x?y\"",
                                               "AT+HTTPPARA=\"CID\",1",
                                               "AT+HTTPACTION=0",
                                               "AT+HTTPACTION=0",
                                               "AT+HTTPACTION=1",
                                               "AT+HTTPACTION=2",
                                               "AT+HTTPACTION=3",
                                               "AT+HTTPREAD",
                                               "AT+HTTPREAD=0,100",
                                               "AT+HTTPHEAD",
                                               "AT+HTTPSTATUS?",
                                               "AT+HTTPGETHEAD=1",
                                               "AT+HTTPDATA=0,1000",
                                               "AT+HTTPSCONT",
                                               "AT+CGATT=0",
                                               "AT+CGATT=1",
                                               "AT+CIPPING=\"host\",100",
                                               "AT+CLBS=4,1",
                                               "AT+CFUN=0",
                                               "AT+CFUN=4",
                                               "AT+CFUN=1",
                                               "AT+CFUN=1,1",
                                               "AT+CPIN=1234",
                                               "AT+CPOWD=1",
                                               "AT+CPOWD=0",
                                               "AT+COPS=?",
                                               "AT+COPS=2",
                                               "AT+COPS=0",
                                               "ATD123;",
                                               "ATD123",
                                               "AT+CREG=2;+CGREG=2",
                                               "AT+CIMI;+CCID",
                                               "AT+CMGF=1",
                                               "AT+CMGS=\"+8613800138000\"",
                                               "AT+CMGW=\"123\"",
                                               "AT+CMSS=1",
                                               "AT+CMGL=\"ALL\"",
                                               "AT+CMGD=1,4"};
  return std::string(chance_.one_of<std::string_view>(lines));
}

std::string LineMaker::extended_line() {
  std::string text = "AT" + command(true);
  for (std::size_t i = chance_.below(3); i > 0; --i) text += ";" + command(true);
  return text;
}

std::string LineMaker::command(bool extended) {
  const Command* chosen = nullptr;
  do {
    chosen = chance_.one_of(all_commands());
  } while (extended && chosen->name[0] != '+');
  std::string text(chosen->name);
  if (chance_.percent(10)) std::ranges::transform(text, text.begin(), to_lower);
  if (chosen->basic()) {
    const std::size_t kind = chance_.below(10);
    if (kind < 4) return text;
    if (kind < 7) return text + number();
    return text + (kind < 9 ? "=" + number() : "?");
  }
  switch (chance_.below(6)) {
    case 0: return text;
    case 1: return text + "?";
    case 2: return text + "=?";
    default: return text + "=" + arguments();
  }
}

std::string LineMaker::arguments() {
  std::string text;
  const std::size_t count = chance_.percent(2) ? 25 : chance_.below(5);
  for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "" : chance_.percent(10) ? " , " : ",") + argument();
  return text;
}

std::string LineMaker::argument() {
  const std::size_t kind = chance_.below(10);
  if (kind == 0) return {};
  if (kind < 6) return number();
  if (kind == 6) return std::string(chance_.one_of<HttpService::TagRow>(HttpService::tags).name);
  return quoted();
}

/// Mostly small, or the end of some range, or one beyond it.
std::string LineMaker::number() {
  static constexpr std::string_view edges[] = {"0",
                                               "1",
                                               "2",
                                               "3",
                                               "4",
                                               "5",
                                               "8",
                                               "9",
                                               "13",
                                               "30",
                                               "127",
                                               "128",
                                               "255",
                                               "256",
                                               "999",
                                               "1000",
                                               "1001",
                                               "65535",
                                               "65536",
                                               "119999",
                                               "120000",
                                               "120001",
                                               "319488",
                                               "319489",
                                               "4294967295",
                                               "4294967296",
                                               "-1",
                                               "+1",
                                               "00001",
                                               "1.5",
                                               "0x10",
                                               "1e9",
                                               "18446744073709551616",
                                               "99999999999999999999999999"};
  if (chance_.percent(60)) return std::to_string(chance_.below(6));
  return std::string(chance_.one_of<std::string_view>(edges));
}

std::string LineMaker::quoted() {
  static constexpr std::string_view words[] = {"IRA",
                                               "GSM",
                                               "UCS2",
                                               "GPRS",
                                               "CSD",
                                               "1234",
                                               "12345678",
                                               "CMNET",
                                               "",
                                               "\\\"",
                                               "\\",
                                               "a;b,c",
                                               "http://www.sim.com/x?y=1",
                                               "https://x",
                                               "file:///etc/passwd",
                                               "04/01/01,00:00:00+00",
                                               "99/99/99,99:99:99-99",
                                               "A: 1\\r\\nB: 2",
                                               "{\\\"id\\\":1}",
                                               "10.0.0.172",
                                               "SM",
                                               "*"};
  std::string text;
  switch (chance_.below(8)) {
    case 0: text = std::string(chance_.one_of<Bearers::Tag>(Bearers::tags).name); break;
    case 1:
    case 2: text = std::string(chance_.one_of<HttpService::TagRow>(HttpService::tags).name); break;
    case 3: text = std::string(chance_.below(chance_.percent(10) ? 560 : 70), 'x'); break;
    case 4: text = chance_.percent(30) ? chance_.bytes(chance_.below(20)) : number(); break;
    default: text = std::string(chance_.one_of<std::string_view>(words)); break;
  }
  if (chance_.percent(3)) return "\"" + text;
  return "\"" + text + "\"";
}

void LineMaker::mutate(std::string& text) {
  static constexpr std::string_view special("\0\r\n\b\x1a\x1b\"\\,;=?&+ \x7f\x80\xff", 19);
  for (std::size_t i = 1 + chance_.below(3); i > 0 && !text.empty(); --i) {
    const std::size_t at = chance_.below(text.size());
    switch (chance_.below(5)) {
      case 0: text[at] = chance_.byte(); break;
      case 1: text.erase(at, 1 + chance_.below(3)); break;
      case 2: text.insert(at, 1, special[chance_.below(special.size())]); break;
      case 3: text.insert(at, text.substr(at, chance_.below(40))); break;
      default: text.resize(at); break;
    }
  }
}

bool may_change_format(std::string_view line) {
  std::string text(line.substr(2));
  std::ranges::transform(text, text.begin(), to_upper);
  const auto has = [&](std::string_view part) { return text.find(part) != std::string::npos; };
  if (has("&") || has("A/") || has("\r") || has("\n") || has("HTTPREAD") || has("HTTPHEAD")) return true;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find(';', start), text.size());
    const std::string_view part = trim(std::string_view(text).substr(start, end - start));
    if (!part.empty() && part[0] != '+') return true;
    start = end + 1;
  }
  return false;
}

}  // namespace sim800::test
