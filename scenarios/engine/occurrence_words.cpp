// SPDX-License-Identifier: MIT
#include "scenarios/engine/occurrence_words.hpp"

#include <fmt/format.h>

#include <cstddef>

#include "emulator/core/secrets.hpp"

namespace sim800 {
namespace {

std::string_view word_of(Phase phase) {
  switch (phase) {
    case Phase::dns: return "dns";
    case Phase::connect: return "connect";
    case Phase::tls: return "tls";
    case Phase::login: return "login";
    case Phase::command: return "command";
    case Phase::request: return "request";
    case Phase::header: return "header";
    case Phase::data: return "data";
  }
  return "";
}

std::string_view word_of(Direction direction) { return direction == Direction::up ? "up" : "down"; }

std::string transfer(const TransferKind& kind) {
  switch (kind.user) {
    case TransferKind::User::http: return fmt::format("http method={} url={}", kind.verb, masked_url(kind.target));
    case TransferKind::User::ftp: return fmt::format("ftp verb={}", kind.verb);
    case TransferKind::User::socket: return fmt::format("socket host={} id={}", kind.target, kind.socket);
  }
  return "";
}

/// What is reported is no more than what a trace says.
std::string masked(const std::string& line) {
  std::string shown = line;
  SecretMask().mask(line, shown);
  return shown;
}

struct Words {
  std::string operator()(const CommandGiven& what) const {
    static constexpr std::string_view marks[] = {"", "=?", "?", "="};
    const bool extended = what.name.starts_with('+') || what.name.starts_with('*');
    const std::string_view mark = extended ? marks[static_cast<std::size_t>(what.form)] : "";
    return "command " + masked(fmt::format("AT{}{}{}", what.name, mark, what.arguments));
  }
  std::string operator()(const FaultFired& what) const { return fmt::format("fault {}", what.name); }
  std::string operator()(const LineTyped& what) const { return "line " + masked(std::string(what.line)); }
  std::string operator()(const UrcSaid& what) const { return fmt::format("urc {}", what.text); }
  std::string operator()(const ModuleDid& what) const { return fmt::format("event {}", sim800::word_of(what.event)); }
  std::string operator()(const SmsWasSent& what) const {
    return fmt::format("sms_sent number={} text={}", what.number, what.text);
  }
  std::string operator()(const Dialled& what) const { return fmt::format("dialled {}", what.number); }
  std::string operator()(const StateEntered& what) const { return fmt::format("state {}", what.name); }
  std::string operator()(const PowerBecame& what) const { return fmt::format("power {}", what.state); }
  std::string operator()(const LevelBecame& what) const {
    return fmt::format("level {}={}", what.line, what.high ? "high" : "low");
  }
  std::string operator()(const TransferReached& what) const {
    return fmt::format("{} phase={}", transfer(what.kind), word_of(what.phase));
  }
  std::string operator()(const TransferMoved& what) const {
    return fmt::format("{} after_bytes={} direction={}", transfer(what.kind), what.total, word_of(what.direction));
  }
  std::string operator()(const TransferCarried& what) const {
    return fmt::format("{} direction={} match={}", transfer(what.kind), word_of(what.direction), what.bytes);
  }
};

}  // namespace

std::string words_of(const Occurrence& occurrence) { return std::visit(Words{}, occurrence); }

std::string_view noun_of(std::string_view words) { return words.substr(0, words.find(' ')); }

std::string_view word_of(ModuleEvent event) {
  switch (event) {
    case ModuleEvent::boot: return "boot";
    case ModuleEvent::sim_ready: return "sim_ready";
    case ModuleEvent::registered: return "registered";
    case ModuleEvent::unregistered: return "unregistered";
    case ModuleEvent::bearer_open: return "bearer_open";
    case ModuleEvent::bearer_closed: return "bearer_closed";
    case ModuleEvent::power_off: return "power_off";
  }
  return "";
}

}  // namespace sim800
