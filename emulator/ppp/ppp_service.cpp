// SPDX-License-Identifier: MIT
#include "emulator/ppp/ppp_service.hpp"

#include <algorithm>

#include "emulator/network/gprs.hpp"
#include "emulator/ppp/ppp_session.hpp"

namespace sim800 {

PppService::PppService(const Environment& environment, Gprs& gprs, PacketNetwork* packets)
    : environment_(environment), gprs_(gprs), packets_(packets) {}

PppService::~PppService() = default;

bool PppService::available(unsigned cid, bool by_default) const {
  if (!Gprs::has(cid) || (!by_default && !gprs_.definition(cid) && !gprs_.active(cid))) return false;
  return std::ranges::none_of(sessions_,
                              [cid](const auto& session) { return session->cid() == cid && !session->over(); });
}

void PppService::connect(Channel& channel, unsigned cid, bool by_default) {
  if (PppSession* const before = session_of(channel)) before->hang_up();
  sessions_.push_back(
      std::make_unique<PppSession>(PppSession::Parts{environment_, gprs_, packets_, channel, cid, by_default},
                                   [this](const PppSession& ended) { forget(ended); }));
}

void PppService::forget(const PppSession& ended) {
  std::erase_if(sessions_, [&](const auto& session) { return session.get() == &ended; });
}

PppSession* PppService::session_of(const Channel& channel) const {
  const auto found = std::ranges::find_if(
      sessions_, [&](const auto& session) { return &session->channel() == &channel && !session->over(); });
  return found == sessions_.end() ? nullptr : found->get();
}

bool PppService::resume(Channel& channel) {
  PppSession* const session = session_of(channel);
  return session != nullptr && session->resume();
}

bool PppService::hang_up(Channel& channel) {
  PppSession* const session = session_of(channel);
  if (session == nullptr) return false;
  session->hang_up();
  return true;
}

void PppService::context_ended(unsigned cid) {
  for (const auto& session : sessions_) {
    if (session->cid() == cid) session->context_ended();
  }
}

// They are destroyed in a turn of their own: the channels still know them.
void PppService::power_off() {
  for (const auto& session : sessions_) session->line_reset();
}

}  // namespace sim800
