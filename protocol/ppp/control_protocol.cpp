// SPDX-License-Identifier: MIT
#include "protocol/ppp/control_protocol.hpp"

#include <algorithm>
#include <utility>

namespace sim800::ppp {
namespace {

/// As many times a peer may refuse what is offered before the negotiation is given up.
constexpr unsigned max_refusals = 20;

}  // namespace

void ControlProtocol::happen(Event event) {
  const Transition& step = transition(event, state_);
  if (!step.possible) return;
  const bool from_rest = state_ <= State::stopped;
  state_ = step.next;
  if (from_rest && state_ >= State::req_sent) {
    forget();
    failures_ = refusals_ = 0;
  }
  for (const Action action : step.actions) act(action);
  const bool waits = state_ == State::closing || (state_ >= State::stopping && state_ <= State::ack_sent);
  if (!waits) deadline_.reset();
}

void ControlProtocol::act(Action action) {
  switch (action) {
    case Action::none:
    case Action::tls: break;
    case Action::tlu:
      failures_ = refusals_ = 0;
      if (on_up) on_up();
      break;
    case Action::tld:
      if (on_down) on_down();
      break;
    case Action::tlf:
      if (on_finished) on_finished();
      break;
    case Action::irc:
      terminating_ = state_ == State::closing || state_ == State::stopping;
      left_ = terminating_ ? max_terminate : max_configure;
      break;
    case Action::zrc:
      left_ = 0;
      arm();
      break;
    case Action::scr: send_request(); break;
    case Action::sca:
    case Action::scn: send_(answer_); break;
    case Action::str:
      if (left_ > 0) --left_;
      send(Code::terminate_request, next_id(), {});
      arm();
      break;
    case Action::sta: send(Code::terminate_ack, received_.id, {}); break;
    case Action::scj: send(Code::code_reject, next_id(), encode(received_)); break;
    case Action::ser: break;  // take_extra() has
  }
}

void ControlProtocol::arm() { deadline_ = now_ + restart; }

void ControlProtocol::expire() {
  if (!deadline_ || *deadline_ > now_) return;
  deadline_.reset();
  happen(left_ > 0 ? Event::timeout : Event::gave_up);
}

void ControlProtocol::send_request() {
  if (left_ > 0) --left_;
  request_id_ = next_id();
  request_ = encode(wanted());
  send(Code::configure_request, request_id_, request_);
  arm();
}

void ControlProtocol::receive(std::string_view info) {
  auto packet = parse_packet(info);
  if (!packet || state_ <= State::starting) return;
  received_ = std::move(*packet);
  switch (static_cast<Code>(received_.code)) {
    case Code::configure_request: return take_request(received_);
    case Code::configure_ack:
    case Code::configure_nak:
    case Code::configure_reject: return take_answer(received_);
    case Code::terminate_request: return happen(Event::rtr);
    case Code::terminate_ack: return happen(Event::rta);
    case Code::code_reject: {
      // A peer without the codes of a negotiation cannot negotiate.
      const unsigned refused_code = received_.data.empty() ? 0U : static_cast<unsigned char>(received_.data[0]);
      const bool vital = refused_code >= 1 && refused_code <= static_cast<unsigned>(Code::code_reject);
      return happen(vital ? Event::rxj_bad : Event::rxj_good);
    }
    default: break;
  }
  if (!take_extra(received_)) happen(Event::ruc);
}

void ControlProtocol::take_request(const ControlPacket& packet) {
  const auto asked = parse_options(packet.data);
  if (!asked) return;
  using Kind = Judged::Kind;
  Options better, rejected;
  for (const Option& option : *asked) {
    const Judged verdict = judge(option);
    if (verdict.kind == Kind::reject) rejected.push_back(option);
    if (verdict.kind == Kind::nak) better.push_back({option.type, verdict.better});
  }
  for (Option& option : missing(*asked)) better.push_back(std::move(option));
  const bool insists = failures_ >= max_failure;
  if (insists) {  // RFC 1661 4.6: what it will not change is rejected, and what it will not ask for is done without
    for (const Option& option : *asked) {
      const auto same = [&option](const Option& other) { return other.type == option.type; };
      if (std::ranges::any_of(better, same)) rejected.push_back(option);
    }
    better.clear();
  }
  const auto answer = [&](Code code, const Options& options) {
    answer_ = {static_cast<std::uint8_t>(code), packet.id, encode(options)};
  };
  const bool responds = state_ == State::stopped || state_ >= State::req_sent;
  if (!rejected.empty()) {
    answer(Code::configure_reject, rejected);
  } else if (!better.empty()) {
    answer(Code::configure_nak, better);
    if (responds) ++failures_;
  } else {
    answer(Code::configure_ack, *asked);
    if (responds && state_ != State::opened) agreed(*asked);
    const bool again = state_ == State::opened;
    happen(Event::rcr_good);
    if (again) agreed(*asked);
    return;
  }
  happen(Event::rcr_bad);
}

void ControlProtocol::take_answer(const ControlPacket& packet) {
  if (packet.id != request_id_) return;
  if (packet.code == static_cast<std::uint8_t>(Code::configure_ack)) {
    if (packet.data == request_) happen(Event::rca);
    return;
  }
  const auto options = parse_options(packet.data);
  if (!options) return;
  if (state_ >= State::req_sent && ++refusals_ > max_refusals) return happen(Event::close);
  if (state_ >= State::req_sent) {
    for (const Option& option : *options) {
      if (packet.code == static_cast<std::uint8_t>(Code::configure_nak)) {
        naked(option);
      } else {
        refused(option);
      }
    }
  }
  happen(Event::rcn);
}

}  // namespace sim800::ppp
