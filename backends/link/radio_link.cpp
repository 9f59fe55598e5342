// RadioLink: host map, name lookups in the background, and the list of relays.
// SPDX-License-Identifier: MIT
#include "backends/link/radio_link.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <asio/executor_work_guard.hpp>
#include <asio/ip/address.hpp>
#include <asio/post.hpp>
#include <charconv>
#include <compare>
#include <map>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "backends/link/name_resolver.hpp"
#include "backends/link/relay.hpp"
#include "emulator/core/chance.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {

namespace {

std::string_view without_final_dot(std::string_view host) {
  if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
  return host;
}

// One to four numbers, decimal, octal or hexadecimal, of which the last has the rest of the bytes: what getaddrinfo()
// takes for an IPv4 address.
std::optional<std::string> ipv4_address(const std::string& text) {
  // inet_aton() ignores whatever follows a blank.
  if (text.empty() || text.find_first_not_of("0123456789abcdefABCDEFxX.") != std::string::npos) return std::nullopt;
  in_addr address{};
  if (inet_aton(text.c_str(), &address) == 0) return std::nullopt;
  return asio::ip::address_v4(ntohl(address.s_addr)).to_string();
}

}  // namespace

std::optional<std::string> numeric_address(const std::string& host) {
  // The parser stops at a NUL, which would turn "127.0.0.1\0evil" into an address.
  if (host.find('\0') != std::string::npos) return std::nullopt;
  const std::string text(without_final_dot(host));
  if (auto address = ipv4_address(text)) return address;
  std::error_code error;
  const auto address = asio::ip::make_address(text, error);
  if (error) return std::nullopt;
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

std::vector<std::string> numeric_addresses(const addrinfo* list) {
  std::vector<std::string> found;
  for (const int family : {AF_INET, AF_INET6}) {
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
      char text[NI_MAXHOST];
      if (entry->ai_family == family &&
          getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0 &&
          std::ranges::find(found, std::string(text)) == found.end()) {
        found.emplace_back(text);
      }
    }
    if (!found.empty()) break;
  }
  return found;
}

namespace {

using Kind = Route::Kind;

std::string without_brackets(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  return std::string(host);
}

// The one spelling of a host under which all others are known.
std::string canonical(std::string_view host) {
  const std::string bare = without_brackets(lower_case(host));
  return numeric_address(bare).value_or(std::string(without_final_dot(bare)));
}

struct HostPort {
  std::string host;  // canonical
  std::uint16_t port = 0;
  auto operator<=>(const HostPort&) const = default;
};

// A bare IPv6 literal is full of colons, so rule it out before taking a colon for the port's.
HostPort split(const std::string& value, std::uint16_t port_asked) {
  const auto colon = value.rfind(':');
  if (colon == std::string::npos || numeric_address(value)) return {canonical(value), port_asked};
  std::uint16_t port = 0;
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data() + colon + 1, end, port);
  if (error != std::errc() || stop != end || port == 0) return {canonical(value), port_asked};
  return {canonical(value.substr(0, colon)), port};
}

// The way back from a lookup thread, which may outlive the link and the loop.
class Mailbox {
 public:
  explicit Mailbox(asio::io_context& loop) : loop_(&loop) {}

  void close() {
    const std::scoped_lock lock(mutex_);
    loop_ = nullptr;
  }

  template <class Handler>
  void post(Handler handler) {
    const std::scoped_lock lock(mutex_);
    if (loop_ != nullptr) asio::post(*loop_, std::move(handler));
  }

 private:
  std::mutex mutex_;
  asio::io_context* loop_;  // guarded by mutex_; while it is held, the loop exists
};

// Owned by the Lookup alone, so that it lives and dies in the loop's thread; others have a weak pointer.
struct Pending {
  std::function<void(Route)> done;
  Clock* clock = nullptr;
  Duration delay{};  // of the answer, in module time
  Timer timer{};
  asio::executor_work_guard<asio::io_context::executor_type> work;  // keeps the loop running during a lookup
};

void answer(const std::weak_ptr<Pending>& waiting, Route route) {
  const auto pending = waiting.lock();
  if (!pending) return;
  if (const Duration delay = std::exchange(pending->delay, Duration::zero()); delay > Duration::zero()) {
    pending->timer = pending->clock->after(delay, [waiting, route] { answer(waiting, route); });
    return;
  }
  pending->work.reset();
  const auto done = std::exchange(pending->done, nullptr);
  done(std::move(route));
}

struct PendingLookup final : Lookup {
  explicit PendingLookup(std::shared_ptr<Pending> waiting) : pending(std::move(waiting)) {}
  std::shared_ptr<Pending> pending;
};

/// What has no bearer does not answer.
Route module_route(const AddressPlan::Neighbour& module, std::uint16_t port) {
  Route route{module.open ? Kind::reachable : Kind::black_hole, module.loopback, port};
  route.to_module = true;
  return route;
}

}  // namespace

struct RadioLink::Impl {
  Impl(asio::io_context& context, HostMap&& map, LinkState link, std::uint64_t first_seed)
      : loop(context), mailbox(std::make_shared<Mailbox>(context)), state(link), seed(first_seed) {
    set(map);
  }
  void set(const HostMap& map) {
    Hosts read;
    for (const auto& [key, value] : map) read[split(key, any_port)] = lower_case(value);
    hosts = std::make_shared<const Hosts>(std::move(read));
  }

  const std::string* mapped(const std::string& host, std::uint16_t port) const {
    for (const HostPort& key : {HostPort{host, port}, HostPort{host, any_port}}) {
      if (const auto found = hosts->find(key); found != hosts->end()) return &found->second;
    }
    return numeric_address(host) ? nullptr : mapped_by_wildcard(host, port);
  }
  /// "*.b.c" stands for a.b.c and x.a.b.c, unless there is an entry that says more of them.
  const std::string* mapped_by_wildcard(const std::string& host, std::uint16_t port) const {
    for (auto dot = host.find('.'); dot != std::string::npos; dot = host.find('.', dot + 1)) {
      for (const std::uint16_t asked : {port, any_port}) {
        const auto found = hosts->find(HostPort{"*" + host.substr(dot), asked});
        if (found != hosts->end()) return &found->second;
      }
    }
    return nullptr;
  }
  const std::string* mapped_by_default() const {
    const auto found = hosts->find(HostPort{"*", any_port});
    return found == hosts->end() ? nullptr : &found->second;
  }

  std::unique_ptr<Lookup> answer_soon(const std::shared_ptr<Pending>& pending, const Route& route) {
    asio::post(loop, [waiting = std::weak_ptr(pending), route] { answer(waiting, route); });
    return std::make_unique<PendingLookup>(pending);
  }

  void set_hole() { state.model.blackhole = is_hole || suspended; }
  void settle() {
    set_hole();
    const auto running = relays;  // may end a relay
    for (const auto& relay : running) model_changed(*relay);
  }

  void find(const std::weak_ptr<Pending>& pending, const HostPort& there, Kind failure);
  std::unique_ptr<Relay> keep(std::unique_ptr<Relay> relay);

  static constexpr std::uint16_t any_port = 0;
  /// Relays that their users have left to carry what was written.
  static constexpr std::ptrdiff_t most_abandoned = 32;

  asio::io_context& loop;
  using Hosts = std::map<HostPort, std::string>;  // values in lower case
  std::shared_ptr<const Hosts> hosts;             // perhaps of several links
  std::shared_ptr<Mailbox> mailbox;
  LinkState state;
  std::uint64_t seed;      // of the next relay
  Chance chance{seed, 0};  // of lookups
  bool relays_always = false;
  bool is_hole = state.model.blackhole, suspended = false;
  const AddressPlan* modules = nullptr;
  std::vector<std::shared_ptr<Relay::Core>> relays;  // they outlive their users
  Timer resuming;
};

void RadioLink::Impl::find(const std::weak_ptr<Pending>& pending, const HostPort& there, Kind failure) {
  const auto found = [box = mailbox, pending, port = there.port, failure](const NameResolver::Addresses& addresses) {
    Route route{addresses.empty() ? failure : Kind::reachable, {}, port};
    if (!addresses.empty()) {
      route.address = addresses.front();
      route.others.assign(addresses.begin() + 1, addresses.end());
    }
    box->post([pending, route = std::move(route)] { answer(pending, route); });
  };
  if (system_resolver().find(there.host, pending, found)) return;
  asio::post(loop, [pending, failure] { answer(pending, {failure, {}, 0}); });
}

RadioLink::RadioLink(asio::io_context& loop, HostMap hosts, Clock& clock, const LinkModel& model, std::uint64_t seed)
    : impl_(std::make_unique<Impl>(loop, std::move(hosts), LinkState{clock, model}, seed)) {}

RadioLink::~RadioLink() {
  impl_->mailbox->close();
  for (const auto& relay : impl_->relays) close_relay(*relay);
}

std::unique_ptr<Lookup> RadioLink::route(const std::string& host, std::uint16_t port, std::function<void(Route)> done) {
  const auto pending = std::make_shared<Pending>(
      Pending{.done = std::move(done), .work = asio::make_work_guard(impl_->loop.get_executor())});
  const std::string asked = canonical(host);
  const LinkModel& link = impl_->state.model;
  if (!numeric_address(asked)) {
    pending->clock = &impl_->state.clock;
    pending->delay = impl_->chance.in(link.dns);
    if (link.dns_fails) return impl_->answer_soon(pending, {Kind::unresolvable, {}, port});
  }
  const Kind failure = numeric_address(asked) ? Kind::unreachable : Kind::unresolvable;
  const std::string* value = impl_->mapped(asked, port);
  if (value == nullptr && impl_->modules != nullptr) {
    if (const auto module = impl_->modules->find(asked))
      return impl_->answer_soon(pending, module_route(*module, port));
  }
  if (value == nullptr) value = impl_->mapped_by_default();
  const HostPort there = value != nullptr ? split(*value, port) : HostPort{asked, port};

  Route route{Kind::reachable, {}, there.port};
  if (value != nullptr && *value == "unresolvable") {
    route.kind = failure;
  } else if (value != nullptr && *value == "refuse") {
    route.kind = Kind::refused;
  } else if (value != nullptr && *value == "blackhole") {
    route.kind = Kind::black_hole;
  } else if (const auto address = numeric_address(there.host)) {
    route.address = *address;
  } else {
    impl_->find(pending, there, failure);
    return std::make_unique<PendingLookup>(pending);
  }
  return impl_->answer_soon(pending, route);
}

void RadioLink::set_modules(const AddressPlan* modules) { impl_->modules = modules; }

const AddressPlan* RadioLink::modules() const { return impl_->modules; }

void RadioLink::set_hosts(const HostMap& hosts) { impl_->set(hosts); }

void RadioLink::share_hosts(const RadioLink& other) { impl_->hosts = other.impl_->hosts; }

bool RadioLink::relays() const { return impl_->relays_always || !impl_->state.model.clear(); }

void RadioLink::relay_always() { impl_->relays_always = true; }

std::unique_ptr<Relay> RadioLink::Impl::keep(std::unique_ptr<Relay> relay) {
  std::erase_if(relays, [](const auto& known) { return is_closed(*known); });
  // Servers that never close would otherwise use up the process's descriptors within the minute they are given.
  if (std::ranges::count_if(relays, [](const auto& known) { return is_abandoned(*known); }) >= most_abandoned) {
    close_relay(**std::ranges::find_if(relays, [](const auto& known) { return is_abandoned(*known); }));
  }
  relays.push_back(relay->core());
  return relay;
}

std::unique_ptr<Relay> RadioLink::relay(const Route& there, Relay::Ready ready) {
  std::error_code error;
  const asio::ip::tcp::endpoint target(asio::ip::make_address(there.address, error), there.port);
  const auto own =
      there.local_address.empty() ? asio::ip::address() : asio::ip::make_address(there.local_address, error);
  return impl_->keep(std::make_unique<Relay>(impl_->loop, impl_->state, impl_->seed++, target,
                                             asio::ip::tcp::endpoint(own, there.local_port), std::move(ready)));
}

std::unique_ptr<Relay> RadioLink::relay(asio::ip::tcp::socket accepted, Relay::Ready ready) {
  return impl_->keep(
      std::make_unique<Relay>(impl_->loop, impl_->state, impl_->seed++, std::move(accepted), std::move(ready)));
}

std::unique_ptr<Relay> RadioLink::relay(asio::ip::tcp::socket accepted, asio::ip::tcp::socket caller,
                                        std::uint16_t port, std::function<void()> settled) {
  return impl_->keep(std::make_unique<Relay>(impl_->loop, impl_->state, impl_->seed++, std::move(accepted),
                                             std::move(caller), port, std::move(settled)));
}

void RadioLink::set_model(const LinkModel& model) {
  impl_->state.model = model;
  impl_->is_hole = model.blackhole;
  impl_->settle();
}

void RadioLink::suspend(bool on) {
  if (std::exchange(impl_->suspended, on) == on) return;
  impl_->set_hole();
  // In a turn of its own: what arrives then may end a command, while the module is about to say or stop something else.
  if (!on) impl_->resuming = impl_->state.clock.after(Duration::zero(), [impl = impl_.get()] { impl->settle(); });
}

const LinkState& RadioLink::state() const { return impl_->state; }

}  // namespace sim800
