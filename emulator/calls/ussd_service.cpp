// SPDX-License-Identifier: MIT
#include "emulator/calls/ussd_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include "emulator/at/host_text.hpp"
#include "emulator/calls/call_settings.hpp"

namespace sim800 {
namespace {

constexpr Duration network_patience = 60s;  // no reply from the host: the network ends the session
constexpr Duration module_patience = 60s;   // no answer of the network
constexpr int dcs_gsm = 15, dcs_ucs2 = 72;  // 23.038 chapter 5

}  // namespace

UssdService::UssdService(const Environment& environment, const Settings& settings)
    : environment_(environment), settings_(settings) {}

Result UssdService::send(const std::string& text, Channel& asker) {
  if (answering_) return Cme::not_allowed;
  asker_ = &asker;
  if (!open_) {
    unasked_ = false;
    const auto& codes = environment_.world.network.ussd;
    const auto found = codes.find(text);
    known_ = found != codes.end();
    texts_ = known_ ? found->second : std::vector<std::string>();
    next_ = 0;
  }
  readable_ = true;
  return ask();
}

Result UssdService::send_rubbish(Channel& asker) {
  if (answering_) return Cme::not_allowed;
  asker_ = &asker;
  readable_ = false;
  return ask();
}

Result UssdService::ask() {
  open_ = answering_ = true;
  const bool silent = readable_ && known_ && texts_.empty() && !unasked_;
  const Duration span = silent ? module_patience : environment_.latency[Latency::ussd];
  timer_ = environment_.clock.after(span, [this, silent] { silent ? time_out() : answer(); });
  return ok;
}

void UssdService::answer() {
  answering_ = false;
  if (!readable_) {
    open_ = false;
    return say(Kind::ended, asker_);
  }
  if (next_ >= texts_.size()) {
    open_ = false;
    return say(unasked_ ? Kind::ended : Kind::not_supported, asker_);
  }
  const std::string& text = texts_[next_++];
  open_ = next_ < texts_.size();
  say(open_ ? Kind::asks : Kind::final, asker_, text);
  if (!open_) return;
  timer_ = environment_.clock.after(network_patience, [this] { network_lost(); });
}

void UssdService::time_out() {
  open_ = answering_ = false;
  say(Kind::timed_out, asker_);
}

void UssdService::cancel() {
  timer_.cancel();
  open_ = answering_ = false;
}

void UssdService::network_lost() {
  if (!open_) return;
  cancel();
  say(Kind::ended, asker_);
}

void UssdService::receive(std::string_view text, bool reply_expected) {
  if (!reply_expected) return say(Kind::final, nullptr, text);
  texts_.clear();
  next_ = 0;
  open_ = unasked_ = true;
  answering_ = false;
  asker_ = nullptr;
  timer_ = environment_.clock.after(network_patience, [this] { network_lost(); });
  say(Kind::asks, nullptr, text);
}

/// +CUSD: <m>[, "<str>", <dcs>]
void UssdService::say(Kind kind, Channel* asker, std::string_view text) {
  if (settings_.number(key::cusd) == 0) return;
  std::string line = fmt::format("+CUSD: {}", static_cast<int>(kind));
  if (!text.empty()) {
    const NetworkText shown = network_text_for_host(settings_, text);
    const char* comma = environment_.world.module.quirks.cusd_blanks ? ", " : ",";
    line += fmt::format("{}\"{}\"{}{}", comma, shown.text, comma, shown.is_ucs2 ? dcs_ucs2 : dcs_gsm);
  }
  environment_.answer(line, asker);
}

}  // namespace sim800
