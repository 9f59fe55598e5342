// SPDX-License-Identifier: MIT
#include "emulator/network/network.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "emulator/network/network_settings.hpp"
#include "emulator/network/operator_names.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::uint32_t manual_selection = 1;  // <mode> of AT+COPS

/// How long it searches in vain, and how long it rests before it searches again.
constexpr Duration search_span = 30s, search_pause = 10s;

// Another cell must be stronger by so much for so long (45.008 6.6.2).
constexpr int hysteresis = 6;
constexpr Duration reselection = 5s;

}  // namespace

Network::Network(const Environment& environment, Settings& settings)
    : environment_(environment),
      settings_(settings),
      registration_(environment.world.network.registration),
      serving_(environment.world.network.plmn) {}

Duration Network::registering_time() const {
  return environment_.latency[Latency::network_register] - environment_.latency[Latency::boot_cpin];
}

/// Any operator other than the SIM's own network is foreign.
int Network::stat_of(Registration registration) const {
  switch (registration) {
    case Registration::home: return serving_ == environment_.world.network.plmn ? 1 : 5;
    case Registration::searching: return 2;
    case Registration::denied: return 3;
    case Registration::unknown: return 4;
    case Registration::roaming: return 5;
  }
  return 4;
}

void Network::power_on() { await_signal_point(); }

void Network::search(Channel* cause) {
  cancel_all();
  seeks_ = Seeks::service;
  registers_ = true;
  change(2, detached_by_host_ ? Packet::detached : Packet::attaching, cause);
  serving_ = best().value_or(candidates().front());
  registering_ = environment_.clock.soon(registering_time(), [this, cause] { found_cell(cause); });
  const Duration attaching = environment_.latency[Latency::network_attach] - environment_.latency[Latency::boot_cpin];
  attaching_ = environment_.clock.soon(attaching, [this] { try_attaching(); });
}

void Network::search_for_emergencies() {
  cancel_all();
  seeks_ = Seeks::emergency_cell;
  change(2, Packet::detached, nullptr);
  registering_ = environment_.clock.soon(registering_time(), [this] {
    camped_ = hears_cells();
    tell_signal_soon();
    change(0, Packet::detached, nullptr);
  });
}

/// If no cell of a wanted operator answers, the search continues.
void Network::found_cell(Channel* cause) {
  registers_ = false;
  const bool found = choose();
  tell_signal_soon();
  if (found) change(stat_of(registration_), packet_, cause);
  if (stat_ == 2) search_in_vain();
}

// --- cells

/// AT*CELLLOCK=1,<amount>,<arfcn>… leaves the channels of its list.
bool Network::unlocked(int channel) const {
  const Settings::Values& lock = settings_.values_of("*CELLLOCK");
  if (lock[0] == "0") return true;
  const auto first = lock.begin() + 2;
  const auto last = first + static_cast<std::ptrdiff_t>(parse_number(lock[1]).value_or(0));
  return std::any_of(first, last, [channel](const std::string& arfcn) {
    return parse_number(arfcn) == static_cast<std::uint32_t>(channel);
  });
}

/// In the bands of AT+CBAND (45.005 2). PCS and DCS share channel numbers: a cell of the scenario may be of either,
/// those that are there without one are European.
bool Network::hears(int channel) const {
  if (!unlocked(channel)) return false;
  const std::string& bands = settings_.text(key::cband);
  if (bands == "ALL_BAND") return true;
  const auto in = [channel](int first, int last) { return channel >= first && channel <= last; };
  const auto on = [&bands](std::string_view band) { return bands.find(band) != std::string::npos; };
  return (on("PGSM") && in(1, 124)) || (on("EGSM") && (in(0, 124) || in(975, 1023))) || (on("DCS") && in(512, 885)) ||
         (on("GSM850") && in(128, 251)) || (on("PCS") && placed() && in(512, 810));
}

/// The scenario's cells where the module is, the strongest first.
std::vector<Cell> Network::received() const {
  if (place_ == nowhere) return {};
  const NetworkConfig& network = environment_.world.network;
  std::vector<Cell> all = placed_cells(network, environment_.clock.now() - environment_.origin);
  if (place_ != anywhere) all = cells_at(network, static_cast<std::size_t>(place_), std::move(all));
  std::erase_if(all, [this](const Cell& one) { return !hears(one.channel); });
  return all;
}

std::vector<Cell> Network::usable_cells(std::string_view plmn) const {
  std::vector<Cell> all = received();
  std::erase_if(all, [&](const Cell& one) { return one.plmn != plmn || !one.decoded(); });
  return all;
}

/// The network that was chosen by hand, if one was.
const std::string* Network::chosen() const {
  const std::string& plmn = settings_.text(key::cops_oper);
  return settings_.number(key::cops_mode) == manual_selection && !plmn.empty() ? &plmn : nullptr;
}

/// The networks that it may use, the best first (23.122): the one that was chosen by hand, or its own, those that the
/// card prefers, then others.
std::vector<std::string> Network::candidates() const {
  if (chosen() != nullptr) return {*chosen()};
  std::vector<std::string> all{environment_.world.network.plmn};
  if (!placed() && environment_.world.network.operators.empty()) return all;
  std::vector<Operator> there = operators();
  const auto add = [&](const Operator& one) {
    if (std::ranges::find(all, one.plmn) == all.end()) all.push_back(one.plmn);
  };
  for (const std::string& plmn : preferred ? preferred() : std::vector<std::string>()) {
    for (const Operator& one : there) {
      if (plmn == one.plmn) add(one);
    }
  }
  for (const Operator& one : there) add(one);
  return all;
}

/// The network of its own subscription lets it in, whatever the card says (23.122 3.1: a VPLMN is added to the list),
/// and the one of which a scenario has just said that it does.
bool Network::shuns(const std::string& plmn) const {
  const bool lets_in = registration_ != Registration::roaming || let_in_;
  if (lets_in && plmn == environment_.world.network.plmn) return false;
  return !environment_.identity.imsi.starts_with(plmn) && forbidden(plmn);
}

/// It is in reach, and not forbidden; one that only the card forbids may be tried by hand (23.122 4.4.3.1.2).
bool Network::is_usable(const std::string& plmn) const {
  const auto there = find(2, plmn);
  if (!there || there->status == Operator::Status::forbidden || (chosen() == nullptr && shuns(plmn))) return false;
  return !placed() || !usable_cells(plmn).empty();
}

std::optional<std::string> Network::best() const {
  for (std::string& plmn : candidates()) {
    if (is_usable(plmn)) return std::move(plmn);
  }
  return std::nullopt;
}

std::string Network::wanted() const {
  const std::string& own = environment_.world.network.plmn;
  return registered() && !is_usable(own) ? serving_ : best().value_or(own);
}

/// Takes the best cell of the best network; false: there is none that the module may use.
bool Network::choose() {
  camped_ = hears_cells();
  const auto found = camped_ ? best() : std::nullopt;
  if (!found) return false;
  serving_ = *found;
  const std::vector<Cell> own = placed() ? usable_cells(serving_) : cells();
  if (!own.empty()) use(own.front());
  return true;
}

void Network::use(const Cell& cell) {
  area_ = cell.area;
  cell_ = cell.id;
}

std::vector<Cell> Network::cells() const {
  if (!placed()) {
    const SignalPoint heard = signal();
    std::vector<Cell> all = usual_cells(serving_, heard, [this](int channel) { return hears(channel); });
    if (all.empty()) return all;
    int n = 0;
    for (const Operator& one : environment_.world.network.operators) {
      if (one.plmn == serving_) continue;
      const Cell other = usual_cell_of(one.plmn, heard, n++);
      if (hears(other.channel)) all.push_back(other);
    }
    return all;
  }
  std::vector<Cell> all = received();
  const auto rank = [this](const Cell& one) {
    return one.plmn != serving_ ? 2 : one.id == cell_ && one.area == area_ ? 0 : 1;
  };
  std::ranges::sort(all, {}, [&rank](const Cell& one) { return std::tuple(rank(one), -one.level, one.channel); });
  return all;
}

/// A cell has become stronger or weaker.
void Network::cells_changed() {
  if (seeks_ == Seeks::emergency_cell) {
    camped_ = !cells().empty();
    return;
  }
  if (seeks_ != Seeks::service || registers_) return;
  if (!camped_ || !registered()) {
    if (!cells().empty() && stat_ != 3) search();
    return;
  }
  const std::vector<Cell> own = usable_cells(serving_);
  const auto used = std::ranges::find_if(own, [this](const Cell& one) { return one.id == cell_ && one.area == area_; });
  if (own.empty()) {
    search();
  } else if (used == own.end()) {
    searching_.cancel();
    moves_ = false;
    use(own.front());
    change(stat_, packet_, nullptr);
  } else if (own.front().level < used->level + hysteresis) {
    if (std::exchange(moves_, false)) searching_.cancel();
  } else if (!std::exchange(moves_, true)) {
    searching_ = environment_.clock.after(reselection, [this] { reselect(); });
  }
}

void Network::reselect() {
  searching_.cancel();
  moves_ = false;
  const std::vector<Cell> own = usable_cells(serving_);
  if (own.empty()) return;
  use(own.front());
  tell_signal_soon();
  change(stat_, packet_, nullptr);
}

/// Without service it searches for a while, rests, and searches again, as logs show; the spans are a choice.
void Network::search_in_vain() {
  change(2, packet_, nullptr);
  searching_ = environment_.clock.after(search_span, [this] {
    change(0, packet_, nullptr);
    searching_ = environment_.clock.after(search_pause, [this] { search_in_vain(); });
  });
}

/// Without cells in the scenario there are some in the EGSM and DCS bands.
bool Network::hears_cells() const {
  if (placed()) return !received().empty();
  if (place_ == nowhere) return false;
  constexpr SignalPoint strong{.at = {}, .rssi = 31, .ber = 0};
  return !usual_cells(serving_, strong, [this](int channel) { return hears(channel); }).empty();
}

void Network::bands_changed(Channel* cause) {
  if (placed()) return cells_changed();
  if (seeks_ == Seeks::nothing) return;
  const bool service = seeks_ == Seeks::service;
  if (camped_ && hears_cells()) {
    const std::vector<Cell> own = cells();
    if (own.empty()) return;
    use(own.front());
    change(stat_, packet_, cause);
  } else if (camped_) {
    cancel_all();
    camped_ = false;
    if (!service) return;
    change(2, Packet::detached, cause);
    search_in_vain();
  } else if (!hears_cells()) {
    return;
  } else if (service) {
    search(cause);
  } else {
    search_for_emergencies();
  }
}

void Network::move(int cell) {
  place_ = cell;
  bands_changed(nullptr);
  const std::vector<Cell> own = placed() ? usable_cells(serving_) : std::vector<Cell>();
  if (registered() && !own.empty()) reselect();
}

/// Where there is no packet service, the attempt ends.
void Network::try_attaching() {
  if (!detached_by_host_) attach(nullptr);
  if (packet_ == Packet::attaching && registered()) change(stat_, Packet::detached, nullptr);
}

void Network::attach(Channel* cause) {
  detached_by_host_ = false;
  if (!registered() || !environment_.world.network.gprs) return;
  change(stat_, packet_refusal_ == 0 ? Packet::attached : Packet::refused, cause);
}

void Network::refuse_packets(int cause) {
  packet_refusal_ = cause;
  if (attached() ? cause != 0 : packet_ == Packet::refused && cause == 0) attach();
}

void Network::lose_packets() {
  if (attached()) change(stat_, Packet::detached, nullptr);
}

void Network::detach(Channel* cause) {
  detached_by_host_ = true;
  attaching_.cancel();
  change(stat_, Packet::detached, cause);
}

void Network::leave(Channel* cause) {
  seeks_ = Seeks::nothing;
  camped_ = false;
  cancel_all();
  change(0, Packet::detached, cause);
}

void Network::power_off() {
  seeks_ = Seeks::nothing;
  camped_ = detached_by_host_ = false;
  cancel_all();
  losing_.cancel();
  telling_.cancel();
  next_point_.cancel();
  told_ = {.at = {}, .rssi = 99, .ber = 99};
  stat_ = 0;
  packet_ = Packet::detached;
  creg_now_ = cgreg_now_ = {};
}

void Network::cancel_all() {
  registering_.cancel();
  attaching_.cancel();
  searching_.cancel();
  registers_ = moves_ = false;
}

// --- who is there

std::vector<Operator> Network::operators() const {
  const NetworkConfig& world = environment_.world.network;
  std::vector<Operator> all = world.operators;
  if (std::ranges::find(all, world.plmn, &Operator::plmn) == all.end())
    all.insert(all.begin(), {Operator::Status::available, world.operator_name, world.operator_name, world.plmn});
  if (placed()) {
    const std::vector<Cell> heard = received();
    for (const Cell& cell : heard) {
      if (std::ranges::find(all, cell.plmn, &Operator::plmn) != all.end()) continue;
      const std::string name(operator_name(cell.plmn));
      all.push_back({Operator::Status::available, name, name, cell.plmn});
    }
    std::erase_if(
        all, [&heard](const Operator& one) { return std::ranges::find(heard, one.plmn, &Cell::plmn) == heard.end(); });
  } else if (!hears_cells()) {
    all.clear();
  }
  for (Operator& one : all) {
    using enum Operator::Status;
    if (registered() && one.plmn == serving_) {
      one.status = current;
    } else if (one.status == current) {
      one.status = available;
    }
  }
  return all;
}

std::optional<Operator> Network::find(std::uint32_t format, std::string_view name) const {
  for (Operator& one : operators()) {
    if (same_word(name, format == 2 ? one.plmn : format == 1 ? one.short_name : one.long_name)) return std::move(one);
  }
  return std::nullopt;
}

Operator Network::serving() const {
  return find(2, serving_).value_or(Operator{.long_name = {}, .short_name = {}, .plmn = serving_});
}

// --- what the scenario does to it

void Network::set_registration(Registration registration) {
  registration_ = registration;
  let_in_ = is_registered(stat_of(registration));
  if (seeks_ != Seeks::service || !camped_) return;  // sent when a cell is found
  const int stat = stat_of(registration);
  if (is_registered(stat) && registered()) return change(stat, packet_, nullptr);
  cancel_all();
  if (!is_registered(stat)) {
    change(stat, Packet::detached, nullptr, Losing::soon);
    if (stat == 2) search_in_vain();
    return;
  }
  change(stat_of(Registration::searching), packet_, nullptr);
  registering_ = environment_.clock.after(Duration::zero(), [this] { search(); });
}

void Network::set_signal(int rssi, int ber) {
  signal_ = {.at = {}, .rssi = rssi, .ber = ber};
  tell_signal_soon();
}

void Network::release_signal() {
  signal_.reset();
  tell_signal_soon();
  await_signal_point();
}

void Network::tell_signal_soon() {
  telling_ = environment_.clock.after(Duration::zero(), [this] { tell_signal(); });
}

/// +CSQN, if the signal has changed and AT+EXUNSOL="SQ",1 is set.
void Network::tell_signal() {
  const SignalPoint now = signal();
  const bool changed = now.rssi != told_.rssi || now.ber != told_.ber;
  told_ = now;
  if (changed && settings_.number(key::exunsol) == 1)
    environment_.urc(fmt::format("+CSQN: {},{}", now.rssi, now.ber), nullptr);
}

/// The scenario's next value of the signal, or of a cell's level, is read when its time comes.
void Network::await_signal_point() {
  const NetworkConfig& network = environment_.world.network;
  const Duration now = environment_.clock.now() - environment_.origin;
  std::optional<Duration> at;
  const auto consider = [&](const auto& points, const auto member) {
    const auto next = std::ranges::upper_bound(points, now, {}, member);
    if (next != points.end() && (!at || next->at < *at)) at = next->at;
  };
  consider(network.signal, &SignalPoint::at);
  for (const RadioCell& cell : network.cells) consider(cell.level, &CellLevel::at);
  if (!at) return;
  next_point_ = environment_.clock.at(environment_.origin + *at, [this] {
    if (placed()) cells_changed();
    tell_signal();
    await_signal_point();
  });
}

SignalPoint Network::signal() const {
  if (!camped_) return {.at = {}, .rssi = 99, .ber = 99};
  if (signal_) return *signal_;
  const NetworkConfig& network = environment_.world.network;
  if (placed()) {
    const std::vector<Cell> heard = cells();
    if (heard.empty()) return {.at = {}, .rssi = 99, .ber = 99};
    return {.at = {}, .rssi = std::min(heard.front().level / 2, 31), .ber = 0};
  }
  const auto later =
      std::ranges::upper_bound(network.signal, environment_.clock.now() - environment_.origin, {}, &SignalPoint::at);
  if (later == network.signal.begin()) return {.at = {}, .rssi = network.rssi, .ber = network.ber};
  return *std::prev(later);
}

// --- state and what is said of it

/// While it attaches it searches, so that +CGREG goes from 2 to 1; a host that has detached it, and a module without a
/// card, do not search for the packet service.
int Network::packet_stat() const {
  if (attached()) return stat_;
  constexpr int idle = 0, searching = 2, denied = 3;
  if (registered()) return packet_ == Packet::attaching ? searching : packet_ == Packet::refused ? denied : idle;
  return seeks_ == Seeks::service && !detached_by_host_ ? stat_ : 0;
}

void Network::change(int stat, Packet packet, Channel* cause, Losing losing) {
  constexpr int denied = 3;
  const int before = stat_;
  const bool was_registered = registered();
  const bool lost = attached() && packet != Packet::attached;
  stat_ = stat;
  packet_ = packet;
  const Told creg_before = std::exchange(creg_now_, now(stat_)),
             cgreg_before = std::exchange(cgreg_now_, now(packet_stat()));
  if (lost && losing == Losing::soon) {
    losing_ = environment_.clock.after(Duration::zero(), [this] { on_detached(nullptr); });
  } else if (lost && on_detached) {
    on_detached(cause);
  }
  const std::uint32_t n = settings_.number(key::creg), gn = settings_.number(key::cgreg);
  const auto differs = [](std::uint32_t mode, const Told& is, const Told& was) {
    return mode == 2 ? is != was : mode == 1 && is.stat != was.stat;
  };
  if (differs(n, creg_now_, creg_before)) environment_.urc("+CREG: " + creg(n, false), cause);
  if (differs(gn, cgreg_now_, cgreg_before)) environment_.urc("+CGREG: " + cgreg(gn, false), cause);
  if (registered() != was_registered && on_registration) on_registration(registered(), cause);
  if (stat_ == denied && before != denied && on_refused) on_refused(serving_);
}

std::string Network::hex(std::uint16_t code) { return fmt::format("{:04X}", code); }

std::string Network::describe(int stat, std::uint32_t n, bool read) const {
  std::string text = read ? fmt::format("{},{}", n, stat) : fmt::format("{}", stat);
  if (n == 2 && is_registered(stat)) text += fmt::format(",\"{}\",\"{}\"", area(), cell());
  return text;
}

}  // namespace sim800
