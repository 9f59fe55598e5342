// SPDX-License-Identifier: MIT
#include "backends/packets/packet_path.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::uint16_t dns_port = 53;
constexpr std::uint32_t first_name = 0xc6120001, last_name = first_name + VirtualNames::most - 1;
/// Who says that there is no way: what the module calls itself.
constexpr std::uint32_t router = 0xc0a8fefe;
constexpr std::uint8_t no_host = 1, no_port = 3;

constexpr bool is_one_host(std::uint32_t address) { return address >> 24U != 0 && address < 0xe0000000; }

/// "name:80" of the map is known, whatever becomes of "name" alone.
bool has_port_of(const HostMap& hosts, const std::string& name) {
  return std::ranges::any_of(hosts, [&](const auto& row) {
    const std::string key = lower_case(row.first);
    return key.size() > name.size() && key.starts_with(name) &&
           (key[name.size()] == ':' || key.starts_with(name + ".:"));
  });
}

}  // namespace

std::uint32_t VirtualNames::address_of(const std::string& name) {
  if (const auto found = places_.find(name); found != places_.end())
    return first_name + static_cast<std::uint32_t>(found->second);
  if (names_.size() < most) names_.emplace_back();
  const std::size_t place = next_++ % most;
  places_.erase(names_[place]);
  names_[place] = name;
  places_[name] = place;
  return first_name + static_cast<std::uint32_t>(place);
}

std::string VirtualNames::name_of(std::uint32_t address) const {
  if (address < first_name || address > last_name || address - first_name >= names_.size()) return "";
  return names_[address - first_name];
}

RoutedPath::RoutedPath(const PacketNetworkParts& parts, const PacketHost& host, std::uint64_t seed, VirtualNames& names,
                       std::function<void(std::string_view packet)> on_packet)
    : parts_(parts),
      host_(host),
      names_(names),
      on_packet_(std::move(on_packet)),
      up_(parts.link.state(), Direction::up, seed, [this](const std::string& packet) { take(packet); }),
      down_(parts.link.state(), Direction::down, seed + 1,
            [this](const std::string& packet) {
              if (parts_.capture != nullptr) parts_.capture->record(packet);
              on_packet_(packet);
            }),
      stack_(parts.loop, [this](std::string_view packet) { from_stack(packet); }) {}

RoutedPath::~RoutedPath() {
  if (dropped_ + up_.lost() + down_.lost() > 0)
    spdlog::info("ppp: {} packets dropped, {} lost by the link", dropped_, up_.lost() + down_.lost());
}

void RoutedPath::send(std::string_view packet) {
  if (parts_.capture != nullptr) parts_.capture->record(packet);
  up_.send(packet);
}

void RoutedPath::to_host(std::string_view packet) { down_.send(packet); }

/// A packet has come through the link. Nobody else's are carried, and none to groups.
void RoutedPath::take(const std::string& bytes) {
  auto packet = parse_ip(bytes);
  const bool carried = packet && packet->from.address == host_.address && is_one_host(packet->to.address) &&
                       (packet->protocol == IpPacket::tcp || packet->protocol == IpPacket::udp || packet->is_echo());
  if (!carried) {
    ++dropped_;
    return;
  }
  ++count_;
  if (packet->protocol == IpPacket::udp && packet->to.port == dns_port) return ask(*packet);
  const FlowKey key{packet->protocol, packet->from.port, packet->to};
  Flow& flow = flow_of(key, *packet);
  flow.used = count_;
  if (flow.state == Flow::State::searching) {
    if (flow.waiting.size() < most_waiting) {
      flow.waiting.push_back(std::move(*packet));
    } else {
      ++dropped_;
    }
    return;
  }
  forward(key, flow, std::move(*packet));
}

// --- names

/// Whatever name server the host asks, this network answers.
void RoutedPath::ask(const IpPacket& packet) {
  const auto question = parse_question(packet.payload().substr(8));
  if (!question) {
    ++dropped_;
    return;
  }
  const IpEnd asker = packet.from, server = packet.to;
  const std::string name = lower_case(question->name);
  if (has_port_of(parts_.hosts, name)) return answer(asker, server, *question, DnsCode::no_error);
  while (queries_.size() >= most_queries) queries_.pop_front();
  queries_.push_back(parts_.link.route(name, 0, [this, asker, server, asked = *question](const Route& route) {
    const bool unknown = route.kind == Route::Kind::unresolvable;
    answer(asker, server, asked, unknown ? DnsCode::no_such_name : DnsCode::no_error);
  }));
}

void RoutedPath::answer(const IpEnd& asker, const IpEnd& server, const DnsQuestion& question, DnsCode code) {
  std::optional<std::uint32_t> address;
  if (code == DnsCode::no_error && question.type == DnsQuestion::a) {
    const std::string name = lower_case(question.name);
    address = ip_number(name);
    if (!address) address = names_.address_of(name);
  }
  to_host(make_udp(server, asker, answer_to(question, code, address)));
}

// --- flows

RoutedPath::Flow& RoutedPath::flow_of(const FlowKey& key, const IpPacket& packet) {
  const auto known = flows_.find(key);
  // A port that is used again is another connection; a SYN that is only sent again begins none.
  const bool again = known != flows_.end() && packet.is_syn() && known->second.state != Flow::State::searching &&
                     known->second.begin != packet.sequence();
  if (known != flows_.end() && !again) return known->second;
  if (known != flows_.end()) {
    forget_real(key, known->second);
    flows_.erase(known);
  }
  make_room();
  Flow& flow = flows_[key];
  if (packet.is_syn()) flow.begin = packet.sequence();
  search(key, flow);
  return flow;
}

void RoutedPath::make_room() {
  if (flows_.size() < most_flows) return;
  const auto oldest = std::ranges::min_element(flows_, {}, [](const auto& row) { return row.second.used; });
  forget_real(oldest->first, oldest->second);
  flows_.erase(oldest);
}

void RoutedPath::search(const FlowKey& key, Flow& flow) {
  const std::string name = names_.name_of(key.there.address);
  const std::string host = name.empty() ? ip_text(key.there.address) : name;
  if (key.protocol != IpPacket::icmp && parts_.faults != nullptr)
    flow.watch = parts_.faults->watch({TransferKind::User::socket, {}, host, 0});
  const std::uint16_t port = key.protocol == IpPacket::icmp ? std::uint16_t{0} : key.there.port;
  flow.lookup = parts_.link.route(host, port, [this, key](const Route& route) { found(key, route); });
}

void RoutedPath::found(const FlowKey& key, const Route& route) {
  Flow& flow = flows_.at(key);
  const auto address = ip_number(route.address);
  switch (route.kind) {
    case Route::Kind::reachable:
      flow.state = address ? Flow::State::open : Flow::State::unreachable;
      if (address) flow.real = {*address, key.protocol == IpPacket::icmp ? key.there.port : route.port};
      break;
    case Route::Kind::refused: flow.state = Flow::State::refused; break;
    case Route::Kind::black_hole: flow.state = Flow::State::dead; break;
    case Route::Kind::unresolvable:
    case Route::Kind::unreachable: flow.state = Flow::State::unreachable; break;
  }
  if (flow.state == Flow::State::open) by_real_[{key.protocol, key.own_port, flow.real}] = key;
  auto waiting = std::exchange(flow.waiting, {});
  if (flow.watch) {
    flow.watch->interrupt = [this, key](const Verdict& verdict) {
      if (const auto known = flows_.find(key); known != flows_.end()) act(known->second, verdict);
    };
    act(flow, flow.watch->reached(Phase::connect));
  }
  for (IpPacket& packet : waiting) forward(key, flow, std::move(packet));
}

void RoutedPath::forward(const FlowKey& key, Flow& flow, IpPacket packet) {
  switch (flow.state) {
    case Flow::State::searching:
    case Flow::State::dead: ++dropped_; return;
    case Flow::State::unreachable: return to_host(make_unreachable(packet, router, no_host));
    case Flow::State::refused:
      if (packet.protocol != IpPacket::tcp) return to_host(make_unreachable(packet, router, no_port));
      return reset(key, flow, packet);
    case Flow::State::open: break;
  }
  if (held(flow, packet, Direction::up)) return;
  if (flow.state != Flow::State::open) return forward(key, flow, std::move(packet));
  packet.redirect({SlirpStack::guest, packet.from.port}, flow.real);
  stack_.send(packet.bytes);
}

/// Faults are asked at the connection's stops. True: the packet is lost, and TCP sends it again.
bool RoutedPath::held(Flow& flow, const IpPacket& packet, Direction direction) {
  if (parts_.link.clock().now() < flow.held_until) return ++dropped_, true;
  const std::size_t data = packet.data();
  if (!flow.watch || data == 0) return false;
  if (!std::exchange(flow.data_seen, true)) act(flow, flow.watch->reached(Phase::data));
  std::uint64_t& moved = flow.moved[direction == Direction::up ? 0 : 1];
  moved += data;
  if (flow.state == Flow::State::open && moved >= flow.watch->next_stop(direction))
    act(flow, flow.watch->moved(direction, moved));
  if (parts_.link.clock().now() < flow.held_until) return ++dropped_, true;
  return false;
}

/// A cut connection is refused from now on: whichever end speaks first, both find out.
void RoutedPath::act(Flow& flow, const Verdict& verdict) {
  if (verdict.hold) {
    const TimePoint now = parts_.link.clock().now();
    flow.held_until = *verdict.hold >= TimePoint::max() - now ? TimePoint::max() : now + *verdict.hold;
  }
  if (verdict.dns_fails) flow.state = Flow::State::unreachable;
  if (verdict.cut != Verdict::Cut::none) flow.state = Flow::State::refused;
}

/// Each end gets the RST that it must believe, from the segment that one of them has sent.
void RoutedPath::reset(const FlowKey& key, const Flow& flow, const IpPacket& segment) {
  const bool up = segment.from.address == host_.address;
  to_host(up ? make_reset(segment) : make_abort(segment));
  if (!forget_real(key, flow)) return;  // there is no server, or it knows
  IpPacket to_server = *parse_ip(up ? make_abort(segment) : make_reset(segment));
  to_server.redirect({SlirpStack::guest, key.own_port}, flow.real);
  stack_.send(to_server.bytes);
}

/// False: what comes from there is not this flow's.
bool RoutedPath::forget_real(const FlowKey& key, const Flow& flow) {
  const auto known = by_real_.find({key.protocol, key.own_port, flow.real});
  if (known == by_real_.end() || known->second != key) return false;
  by_real_.erase(known);
  return true;
}

// --- from the network

void RoutedPath::from_stack(std::string_view bytes) {
  auto packet = parse_ip(bytes);
  if (!packet) {
    ++dropped_;
    return;
  }
  if (packet->protocol == IpPacket::icmp && !packet->is_echo()) return unreachable_from_stack(*packet);
  const auto real = by_real_.find({packet->protocol, packet->to.port, packet->from});
  if (real == by_real_.end()) {
    ++dropped_;
    return;
  }
  const FlowKey key = real->second;
  Flow& flow = flows_.at(key);
  packet->redirect(key.there, {host_.address, key.own_port});
  if (held(flow, *packet, Direction::down)) return;
  if (flow.state == Flow::State::refused && packet->protocol == IpPacket::tcp) return reset(key, flow, *packet);
  if (flow.state == Flow::State::open) to_host(packet->bytes);
}

/// The packet that it tells of is one that the host would not know again.
void RoutedPath::unreachable_from_stack(const IpPacket& packet) {
  auto told = parse_ip(packet.payload().substr(8));
  const auto real = told ? by_real_.find({told->protocol, told->from.port, told->to}) : by_real_.end();
  if (real == by_real_.end()) {
    ++dropped_;
    return;
  }
  told->redirect({host_.address, told->from.port}, real->second.there);
  to_host(make_unreachable(*told, router, static_cast<std::uint8_t>(packet.payload()[1])));
}

}  // namespace sim800
