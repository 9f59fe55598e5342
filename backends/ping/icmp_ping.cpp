// SPDX-License-Identifier: MIT
#include "backends/ping/icmp_ping.hpp"

#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/ip/address_v4.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <cstring>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

#include "backends/link/link_path.hpp"
#include "emulator/core/unique_fd.hpp"

namespace sim800 {
namespace {

constexpr std::size_t header_size = 8;  // of an echo request
constexpr std::size_t ip_header_size = 20;
constexpr int most_at_once = 64;
/// Address shown for a name that leads nowhere ("blackhole", "refuse"): an unused one (RFC 5737).
constexpr std::string_view nobody = "192.0.2.1";

/// The Internet checksum (RFC 1071).
std::uint16_t checksum(std::string_view bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::uint32_t byte = static_cast<unsigned char>(bytes[i]);
    sum += i % 2 == 0 ? byte << 8 : byte;
  }
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void put(std::string& packet, std::size_t at, std::uint16_t value) {
  packet[at] = static_cast<char>(value >> 8);
  packet[at + 1] = static_cast<char>(value & 0xff);
}

std::string echo_request(std::uint16_t id, std::uint16_t sequence, std::size_t length) {
  std::string packet(header_size + length, '\0');
  packet[0] = static_cast<char>(ICMP_ECHO);
  put(packet, 4, id);
  put(packet, 6, sequence);
  for (std::size_t i = 0; i < length; ++i) packet[header_size + i] = static_cast<char>('a' + i % 23);
  put(packet, 2, checksum(packet));
  return packet;
}

struct IcmpSocket {
  UniqueFd descriptor;
  bool raw = false;  ///< packets include their IP header, and those of others arrive too
};

/// Nothing if no kind of ICMP socket is permitted.
std::optional<IcmpSocket> open_socket() {
  for (const int type : {SOCK_RAW, SOCK_DGRAM}) {
    UniqueFd descriptor(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ICMP));
    const int on = 1;
    if (descriptor.get() < 0) continue;
    if (setsockopt(descriptor.get(), IPPROTO_IP, IP_RECVTTL, &on, sizeof on) != 0) continue;
    return IcmpSocket{std::move(descriptor), type == SOCK_RAW};
  }
  return std::nullopt;
}

/// A packet without its IP header, and its remaining time to live.
struct Packet {
  std::string bytes;
  unsigned ttl = 0;
};

std::optional<Packet> receive(int descriptor, bool raw) {
  std::array<char, 2048> buffer{};  // the largest probe has 1024 bytes of data
  std::array<char, 128> control{};
  iovec part{buffer.data(), buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = recvmsg(descriptor, &message, 0);
  if (size < 0) return std::nullopt;
  Packet packet{{buffer.data(), static_cast<std::size_t>(size)}, 0};
  for (const cmsghdr* item = CMSG_FIRSTHDR(&message); item != nullptr;
       item = CMSG_NXTHDR(&message, const_cast<cmsghdr*>(item))) {
    if (item->cmsg_level != IPPROTO_IP || item->cmsg_type != IP_TTL) continue;
    int ttl = 0;
    std::memcpy(&ttl, CMSG_DATA(item), sizeof ttl);
    packet.ttl = static_cast<unsigned>(ttl);
  }
  if (!raw) return packet;
  const std::size_t header = packet.bytes.empty() ? 0 : static_cast<std::size_t>(packet.bytes[0] & 0x0f) * 4;
  packet.bytes.erase(0, header);
  return packet;
}

class IcmpPing final : public Ping {
 public:
  IcmpPing(asio::io_context& loop, RadioLink& link, std::uint64_t seed, std::uint16_t id)
      : loop_(loop),
        link_(link),
        up_(link.state(), Direction::up, seed * 2),
        down_(link.state(), Direction::down, seed * 2 + 1),
        id_(id) {}

  void find(const std::string& host, std::function<void(std::string)> found) {
    lookup_ = link_.route(host, 0, [this, host, found = std::move(found)](const Route& route) {
      found(settle(host, route));  // which may destroy this object
    });
  }

  void send(std::size_t length, unsigned ttl, std::function<void(unsigned)> replied) override {
    late_.cancel();
    replied_ = std::move(replied);
    if (!socket_ || link_.model().blackhole) return;
    request_ = echo_request(id_, ++sequence_, length);
    const int value = static_cast<int>(ttl);
    if (setsockopt(socket_->native_handle(), IPPROTO_IP, IP_TTL, &value, sizeof value) != 0 ||
        ::send(socket_->native_handle(), request_.data(), request_.size(), 0) < 0) {
      spdlog::debug("ping: {}", std::generic_category().message(errno));
    }
  }

 private:
  /// Where requests go from now on; returns the address to show.
  std::string settle(const std::string& host, const Route& route) {
    asio::error_code not_literal, no_ipv4;
    const auto literal = asio::ip::make_address_v4(host, not_literal);
    const std::string shown = not_literal ? std::string() : literal.to_string();
    if (route.kind == Route::Kind::unresolvable) return {};
    if (route.kind != Route::Kind::reachable) return shown.empty() ? std::string(nobody) : shown;
    const auto address = asio::ip::make_address_v4(route.address, no_ipv4);
    if (no_ipv4) return {};  // the module supports IPv4 only
    connect(address);
    return shown.empty() ? address.to_string() : shown;
  }

  void connect(const asio::ip::address_v4& address) {
    auto opened = open_socket();
    if (!opened) {
      spdlog::warn(
          "AT+CIPPING: ICMP is not permitted, so pings get no reply; give the process CAP_NET_RAW, or add its group to "
          "net.ipv4.ping_group_range");
      return;
    }
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_addr.s_addr = htonl(address.to_uint());
    if (::connect(opened->descriptor.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) != 0) {
      spdlog::debug("ping: {}", std::generic_category().message(errno));
      return;
    }
    raw_ = opened->raw;
    socket_.emplace(loop_, opened->descriptor.release());
    listen();
  }

  /// Of a request and its reply, each of so many bytes.
  Duration delay(std::size_t bytes) {
    return up_.time_for(bytes) + up_.delay() + down_.time_for(bytes) + down_.delay();
  }

  void listen() {
    // The handler may already be pending when this is destroyed.
    socket_->async_wait(asio::posix::stream_descriptor::wait_read, [this, alive = std::weak_ptr(alive_)](auto problem) {
      if (problem || alive.expired()) return;
      // A flood must not keep the loop from everything else.
      for (int count = 0; count < most_at_once; ++count) {
        const auto packet = receive(socket_->native_handle(), raw_);
        if (!packet) break;
        take(*packet);
      }
      listen();
    });
  }

  /// A raw socket sees every packet from there: identifier and data tell which are ours. For the other kind the system
  /// sets its own identifier, and filters.
  void take(const Packet& packet) {
    const std::size_t from = raw_ ? 4 : 6;
    const std::string_view bytes = packet.bytes;
    if (!replied_ || bytes.size() != request_.size() || bytes[0] != static_cast<char>(ICMP_ECHOREPLY)) return;
    if (bytes.substr(from) != std::string_view(request_).substr(from) || link_.model().blackhole) return;
    late_ = link_.clock().after(delay(bytes.size() + ip_header_size),
                                [ttl = packet.ttl, tell = std::exchange(replied_, nullptr)] { tell(ttl); });
  }

  asio::io_context& loop_;
  RadioLink& link_;
  LinkPath up_, down_;
  std::uint16_t id_, sequence_ = 0;
  std::unique_ptr<Lookup> lookup_;
  std::optional<asio::posix::stream_descriptor> socket_;
  bool raw_ = false;
  std::string request_;
  std::function<void(unsigned)> replied_;
  Timer late_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

class IcmpPinger final : public Pinger {
 public:
  IcmpPinger(asio::io_context& loop, RadioLink& link, std::uint64_t seed) : loop_(loop), link_(link), seed_(seed) {}

  std::unique_ptr<Ping> open(const std::string& host, std::function<void(std::string)> found) override {
    // The process id distinguishes the raw sockets of several emulators.
    auto ping = std::make_unique<IcmpPing>(loop_, link_, seed_++, static_cast<std::uint16_t>(getpid() + opened_++));
    ping->find(host, std::move(found));
    return ping;
  }

 private:
  asio::io_context& loop_;
  RadioLink& link_;
  std::uint64_t seed_;
  std::uint16_t opened_ = 0;
};

}  // namespace

std::unique_ptr<Pinger> make_icmp_pinger(asio::io_context& loop, RadioLink& link, std::uint64_t seed) {
  return std::make_unique<IcmpPinger>(loop, link, seed);
}

}  // namespace sim800
