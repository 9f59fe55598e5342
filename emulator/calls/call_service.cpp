// SPDX-License-Identifier: MIT
#include "emulator/calls/call_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "emulator/at/channel.hpp"
#include "emulator/at/host_text.hpp"
#include "emulator/at/line_settings.hpp"
#include "emulator/calls/call_settings.hpp"
#include "emulator/calls/calling_code.hpp"
#include "emulator/plmn/call_cause.hpp"
#include "protocol/at/phone_number.hpp"

namespace sim800 {
namespace {

constexpr Duration ring_period = 3s;
constexpr Duration network_patience = 60s;  // no answer: the network ends the attempt

const Subscriber emergency_service{.call = Subscriber::Call::answer};

}  // namespace

CallService::CallService(const Environment& environment, Settings& settings, Network& network, PhoneBook& phone_book,
                         CallBarring& barring, Nvram& nvram)
    : lists(nvram),
      services(nvram, environment.identity.imsi),
      meter(nvram, environment.identity.imsi),
      environment_(environment),
      settings_(settings),
      network_(network),
      phone_book_(phone_book),
      barring_(barring) {}

bool CallService::in_state(State state) const {
  return std::ranges::any_of(connections_, [state](const Connection& c) { return c.state == state; });
}

CallService::Connection* CallService::find(int id) {
  const auto found = std::ranges::find(connections_, id, &Connection::id);
  return found == connections_.end() ? nullptr : &*found;
}

CallService::Connection* CallService::find_leg(CallLeg leg) {
  const auto found = std::ranges::find(connections_, leg, &Connection::leg);
  return found == connections_.end() ? nullptr : &*found;
}

std::vector<int> CallService::ids(State state) const {
  std::vector<int> found;
  for (const Connection& connection : connections_) {
    if (connection.state == state) found.push_back(connection.id);
  }
  return found;
}

int CallService::free_id() const {
  int id = 1;
  while (std::ranges::find(connections_, id, &Connection::id) != connections_.end()) ++id;
  return id;
}

CallService::Connection& CallService::add(const std::string& number, State state) {
  Connection connection;
  connection.id = free_id();
  connection.from_network = state == State::incoming || state == State::waiting;
  connection.state = state;
  connection.number = number;
  connection.name = phone_book_.name_of(number);
  const auto place = std::ranges::upper_bound(connections_, connection.id, {}, &Connection::id);
  return *connections_.insert(place, std::move(connection));
}

/// The scenario's subscriber for a number; nothing: the number is unassigned.
const Subscriber* CallService::find_subscriber(const std::string& number) const {
  const auto& numbers = environment_.world.network.numbers;
  if (const auto found = numbers.find(number); found != numbers.end()) return &found->second;
  if (lists.is_emergency(number, environment_.world.sim.present)) return &emergency_service;
  const auto others = numbers.find("*");
  return others == numbers.end() ? nullptr : &others->second;
}

/// Another module of the run has this number.
std::optional<unsigned> CallService::find_module(const std::string& number) const {
  if (environment_.plmn == nullptr) return std::nullopt;
  if (lists.is_emergency(number, environment_.world.sim.present)) return std::nullopt;
  return environment_.plmn->find(number, environment_.index);
}

// --- outgoing calls

Result CallService::dial(const std::string& number, Channel* waiter, Channel& asker, const Options& options) {
  using enum State;
  if (in_state(dialling) || in_state(alerting) || in_state(incoming) || in_state(waiting)) return Cme::not_allowed;
  if (talking() && (in_state(held) || !environment_.world.network.services.hold)) return Cme::not_allowed;
  if (meter.used_up() && !lists.is_emergency(number, true)) {
    last_cause_ = call_cause::meter_full;
    return Code::no_carrier;
  }
  on_set_up(waiter);
  change_all(active, held, waiter);
  if (environment_.observer != nullptr) environment_.observer->dialled(number);
  Connection& call = add(number, dialling);
  call.asker = &asker;
  if (waiter != nullptr) {
    waiter_ = waiter;
    awaited_ = call.id;
    outcome_.reset();
  }
  using Services = SupplementaryServices;
  if (services.forwards(Services::unconditional)) tell_caller(call, "+CSSI: 0");
  if (services.forwards(Services::busy) || services.forwards(Services::no_reply) ||
      services.forwards(Services::not_reachable))
    tell_caller(call, "+CSSI: 1");
  report(call, nullptr);
  const int id = call.id;
  hide(*find(id), options.hide_number);
  join_group(*find(id), options.group);
  find(id)->next = environment_.clock.after(environment_.latency[Latency::call_setup], [this, id] { set_up(id); });
  return ok;
}

/// The network has reached the far end, or not.
void CallService::set_up(int id) {
  Connection& call = *find(id);
  if (const auto cause = forbidden(call)) return end(id, *cause, false);
  const std::string& number = call.reached.empty() ? call.number : call.reached;
  if (const auto module = find_module(number)) return call_module(id, *module);
  const Subscriber* subscriber = find_subscriber(number);
  if (subscriber == nullptr) return end(id, call_cause::unassigned, false);
  using enum Subscriber::Call;
  const auto elsewhere = [&call, to = subscriber->forwards_to, this] { forward(call, to); };
  const bool forwards = !subscriber->forwards_to.empty();
  if (subscriber->call == barred) {
    tell_caller(call, "+CSSI: 6");
    return end(id, call_cause::rejected, false);
  }
  if (forwards && subscriber->call != no_answer) return elsewhere();
  if (subscriber->call == busy) return end(id, call_cause::busy, false);
  if (subscriber->call == unreachable) return end(id, call_cause::out_of_order, false);
  if (subscriber->waits) tell_caller(call, "+CSSI: 3");
  alert(call);
  if (subscriber->call == answer) call.next = environment_.clock.after(subscriber->after, [this, id] { connect(id); });
  if (forwards)
    call.next = environment_.clock.after(subscriber->after,
                                         [this, id, to = subscriber->forwards_to] { forward(*find(id), to); });
}

void CallService::call_module(int id, unsigned module) {
  Connection& call = *find(id);
  CallOffer offer = call.offered;
  offer.forwarded = !call.reached.empty();
  call.leg = environment_.plmn->call(environment_.index, module, offer);
  call.next = environment_.clock.after(network_patience, [this, id] { end(id, call_cause::no_answer, false); });
}

/// The far end rings.
void CallService::alert(Connection& call) {
  call.state = State::alerting;
  report(call, nullptr);
  if (settings_.number(key::moring) == 1) say(call, "MO RING");
  call.next =
      environment_.clock.after(network_patience, [this, id = call.id] { end(id, call_cause::no_answer, false); });
}

/// One side has answered.
void CallService::connect(int id, Channel* channel) {
  Connection& call = *find(id);
  call.state = State::active;
  on_asking(who_asks() != 0);
  report(call, channel);
  if (call.from_network) {
    phone_book_.log("RC", call.number);
    if (call.leg != 0) environment_.plmn->answer(call.leg);
  } else {
    if (settings_.number(key::moring) == 1) say(call, "MO CONNECTED");
    if (const auto& tariff = environment_.world.network.tariff) {
      if (connections_.size() == 1) meter.begin();
      charge(id, tariff->set_up + tariff->units);
      charge_later(id, tariff->period);
    }
  }
  const Subscriber* subscriber =
      call.leg != 0 ? nullptr : find_subscriber(call.reached.empty() ? call.number : call.reached);
  call.next.cancel();
  call.unanswered.cancel();
  if (subscriber != nullptr && subscriber->hangs_up_after)
    call.next =
        environment_.clock.after(*subscriber->hangs_up_after, [this, id] { end(id, call_cause::normal, false); });
  if (id != awaited_) return;
  awaited_ = 0;
  outcome_ = ok;
  colp_.reset();
  if (!call.from_network && environment_.world.network.services.colp) colp_ = colp_of(call);
  std::exchange(waiter_, nullptr)->wake();
}

void CallService::give_up(Channel* channel) {
  if (awaited_ != 0) end(awaited_, call_cause::normal, true, channel);
}

/// +COLP: <number>,<type>,<subaddr>,<satype>,<alpha>   the number it was forwarded to, none if the far end hides it
std::string CallService::colp_of(const Connection& call) const {
  const std::string& number = call.reached.empty() ? call.number : call.reached;
  const Subscriber* subscriber = call.leg != 0 ? nullptr : find_subscriber(number);
  if (subscriber != nullptr && subscriber->hides_number) return R"(+COLP: "",128,"",0,"")";
  return fmt::format("+COLP: \"{}\",{},\"\",0,\"{}\"", number, type_of_number(number),
                     alpha_for_host(settings_, phone_book_.name_of(number)));
}

// --- incoming calls

/// The network checks the subscriber's services and the module its own lists before it rings. Why it does not.
CallService::Refusal CallService::refusal(const CallOffer& offer) const {
  if (!barring_.bars_incoming(CallBarring::voice, place()).empty()) return {call_cause::rejected, true};
  const auto& group = environment_.world.network.services.group;
  if (group && !offer.group && !group->incoming_access) return {call_cause::not_in_group, false};
  if (offer.group && !group) return {call_cause::not_in_group, false};
  if (!network_.registered()) return {call_cause::out_of_order, false};
  if (sends_message() || settings_.number(key::gsmbusy) != 0) return {call_cause::busy, false};
  if (!lists.lets_call(offer.from)) return {call_cause::rejected, false};
  if (connections_.empty()) return {};
  if (in_state(State::incoming) || in_state(State::waiting)) return {call_cause::busy, false};
  const bool waits = environment_.world.network.services.waiting && (services.kept().waiting_classes & 1U) != 0;
  return {settings_.number(key::ccwa) == 1 && waits ? 0 : call_cause::busy, false};
}

/// Where a call goes instead that this refuses (0: none); null: nowhere.
const Forwarding* CallService::forwarding_for(int cause) const {
  using Services = SupplementaryServices;
  const auto found = [this](std::size_t reason) {
    return services.forwards(reason) ? &services.forwarding(reason) : nullptr;
  };
  if (const Forwarding* always = found(Services::unconditional)) return always;
  if (cause == call_cause::busy) return found(Services::busy);
  if (cause == call_cause::out_of_order) return found(Services::not_reachable);
  return nullptr;
}

/// A subscriber without CLIP is not told who calls.
CallOffer CallService::presented(CallOffer offer) const {
  if (environment_.world.network.services.clip) return offer;
  offer.from.clear();
  offer.shown = CallOffer::Number::unavailable;
  return offer;
}

bool CallService::receive(const CallOffer& given, unsigned rings) {
  const CallOffer offer = presented(given);
  if (refusal(offer).cause != 0 || forwarding_for(0) != nullptr) return false;
  let_in(offer, rings, 0);
  return true;
}

void CallService::let_in(const CallOffer& offer, unsigned rings, CallLeg leg) {
  on_set_up(nullptr);
  Connection& call = add(offer.from, connections_.empty() ? State::incoming : State::waiting);
  call.rings = rings;
  call.leg = leg;
  call.offered = offer;
  if (leg != 0) environment_.plmn->alert(leg, call.state == State::waiting);
  const int id = call.id;
  if (const auto& forwarding = services.forwarding(SupplementaryServices::no_reply); forwarding.active)
    call.unanswered = environment_.clock.after(std::chrono::seconds(forwarding.seconds),
                                               [this, id, to = forwarding.number] { no_reply(id, to); });
  report(call, nullptr);
  on_asking(true);
  ring(id);
}

void CallService::ring(int id) {
  Connection& call = *find(id);
  if (call.rings != 0 && call.rung == call.rings) return end(id, call_cause::normal, false);
  ++call.rung;
  const bool waits = call.state == State::waiting;
  if (!waits || call.rung == 1) announce(call);
  const std::uint32_t answer_after = settings_.number(key::s0);
  if (!waits && answer_after != 0 && call.rung >= answer_after) return connect(id);
  call.next = environment_.clock.after(ring_period, [this, id] { ring(id); });
}

/// It has rung for as long as the subscriber wants: the network forwards it.
void CallService::no_reply(int id, const std::string& to) {
  if (const CallLeg leg = std::exchange(find(id)->leg, 0); leg != 0) environment_.plmn->forward(leg, to);
  end(id, call_cause::normal, false);
}

/// A caller's number comes from the network, which says what kind it is.
int CallService::type_of(const Connection& call) const {
  if (call.from_network && call.number.empty()) return 128;
  const int type = type_of_number(call.number);
  return call.from_network && type == 129 ? environment_.world.network.number_type : type;
}

/// RING or +CRING: VOICE, then +CLIP, or +CCWA for a waiting call, then +CSSU for each thing that the network says of
/// it (27.007 7.17).
void CallService::announce(const Connection& call) {
  if (settings_.number(key::crc) == 1) {
    environment_.urc("+CRING: VOICE", nullptr);
  } else {
    environment_.code(Code::ring);
  }
  const int type = type_of(call);
  const std::string name = alpha_for_host(settings_, call.name);
  if (call.state == State::waiting) {
    environment_.urc(fmt::format("+CCWA: \"{}\",{},1,\"{}\"", call.number, type, name), nullptr);
  } else if (settings_.number(key::clip) == 1 && environment_.world.network.services.clip) {
    const int validity = static_cast<int>(call.offered.shown);
    environment_.urc(fmt::format("+CLIP: \"{}\",{},\"\",0,\"{}\",{}", call.number, type, name, validity), nullptr);
  }
  if (settings_.number(key::cssn_m) != 1) return;
  if (call.offered.forwarded) environment_.urc("+CSSU: 0", nullptr);
  if (call.offered.group) environment_.urc(fmt::format("+CSSU: 1,{}", *call.offered.group), nullptr);
}

void CallService::begin_answer(Channel* waiter) {
  awaited_ = ids(State::incoming).front();
  waiter_ = waiter;
  outcome_.reset();
  find(awaited_)->next.cancel();
  find(awaited_)->unanswered.cancel();
}

void CallService::finish_answer() {
  if (awaited_ != 0) connect(awaited_);
}

// --- the end

/// Who rejects a call is busy to the caller (24.008 5.2.2.3.1), whom the network then sends elsewhere (22.082).
void CallService::release(const Connection& gone, int cause, bool by_host) {
  if (gone.leg == 0) return;
  const bool rejected = by_host && gone.from_network && !gone.connected();
  const Forwarding& if_busy = services.forwarding(SupplementaryServices::busy);
  if (rejected && if_busy.active) return environment_.plmn->forward(gone.leg, if_busy.number);
  if (cause != call_cause::network) cause = rejected ? call_cause::busy : call_cause::normal;
  environment_.plmn->release(gone.leg, cause);
}

void CallService::end(int id, int cause, bool by_host, Channel* channel) {
  const auto found = std::ranges::find(connections_, id, &Connection::id);
  Connection gone = std::move(*found);
  connections_.erase(found);
  on_asking(who_asks() != 0);
  gone.next.cancel();
  gone.unanswered.cancel();
  gone.charge.cancel();
  last_cause_ = cause;
  release(gone, cause, by_host);
  forget_keys(id);
  if (gone.from_network && !gone.connected()) phone_book_.log(by_host ? "RC" : "MC", gone.number);
  const bool waited = gone.state == State::waiting;
  const bool was_connected = gone.connected(), was_held = gone.state == State::held;
  gone.state = State::disconnected;
  if (gone.from_network && !was_connected) environment_.stop_ringing();
  report(gone, channel);
  if (was_held && !by_host && settings_.number(key::cssn_m) == 1) environment_.urc("+CSSU: 5", nullptr);
  if (!waited) tell_end(gone, cause, by_host);
  if (was_connected && settings_.number(key::cdrind) == 1) environment_.urc("+CDRIND: 0", nullptr);
  check_multiparty();
  if (connections_.empty()) {
    settings_.set(key::cmut, 0);
    on_all_ended();
  }
  ring_who_waits(channel);
}

void CallService::tell_end(const Connection& gone, int cause, bool by_host) {
  const std::uint32_t x = settings_.number(key::call_progress);
  const Code code = cause == call_cause::busy && (x == 3 || x == 4) ? Code::busy
                    : cause == call_cause::no_answer                ? Code::no_answer
                                                                    : Code::no_carrier;
  if (gone.id == awaited_) {
    awaited_ = 0;
    outcome_ = code;
    std::exchange(waiter_, nullptr)->wake();
  } else if (!by_host) {
    environment_.answer_code(code, gone.asker);
  }
}

/// All other calls have ended: the waiting call now rings.
void CallService::ring_who_waits(Channel* channel) {
  if (connections_.size() != 1 || connections_.front().state != State::waiting) return;
  Connection& call = connections_.front();
  call.state = State::incoming;
  if (call.rings != 0) call.rings -= std::min(call.rung, call.rings - 1);
  call.rung = 0;
  report(call, channel);
  call.next = environment_.clock.after(ring_period, [this, id = call.id] { ring(id); });
}

void CallService::hang_up(Channel* channel) {
  std::vector<int> ending;
  for (const Connection& call : connections_) {
    if (call.state != State::waiting) ending.push_back(call.id);
  }
  for (const int id : ending) end(id, call_cause::normal, true, channel);
}

void CallService::network_lost() {
  while (!connections_.empty()) end(connections_.front().id, call_cause::network, false);
}

void CallService::power_off() {
  for (const Connection& call : connections_) {
    if (call.leg != 0) environment_.plmn->release(call.leg, call_cause::network);
  }
  connections_.clear();
  waiter_ = nullptr;
  awaited_ = 0;
  outcome_.reset();
  keys = {};
  pressed_.clear();
  key_.cancel();
}

// --- what the host hears

/// The far end puts the module on hold, or takes it back.
void CallService::put_on_hold(Connection& call, bool held) {
  call.on_hold = held;
  if (settings_.number(key::cssn_m) == 1) environment_.urc(held ? "+CSSU: 2" : "+CSSU: 3", nullptr);
}

/// A line about a call being set up: printed by the command that waits for it, or sent as a URC.
void CallService::say(const Connection& call, std::string_view text) { environment_.urc(text, waiter_of(call)); }

/// What the network says of the services that concern a call being made, if AT+CSSN asks for it.
void CallService::tell_caller(const Connection& call, std::string_view text) {
  if (settings_.number(key::cssn_n) == 1) say(call, text);
}

/// +CLCC: <id>,<dir>,<stat>,<mode>,<mpty>,<number>,<type>,<alpha>
std::string CallService::describe(const Connection& call) const {
  return fmt::format("+CLCC: {},{},{},0,{},\"{}\",{},\"{}\"", call.id, call.from_network ? 1 : 0,
                     static_cast<int>(call.state), call.multiparty ? 1 : 0, call.number, type_of(call),
                     alpha_for_host(settings_, call.name));
}

/// Printed by the command on `channel` that changes the call, or by the one that waits for the call; a URC otherwise.
void CallService::report(const Connection& call, Channel* channel) {
  if (settings_.number(key::clcc) != 1) return;
  environment_.urc(describe(call), channel != nullptr ? channel : waiter_of(call));
}

}  // namespace sim800
