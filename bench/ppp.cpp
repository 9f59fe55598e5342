// A TCP transfer as a host with a stack of its own has it: through the module's PPP, and through libslirp alone, which
// gets the packets over a socket too, each behind its length.
// Usage: bench_ppp compare BYTES ROUNDS HOST:PORT   medians: by a call on that endpoint of a module, by libslirp, ratio
//        bench_ppp wire BYTES HOST:PORT             octets on the line in a transfer, and nanoseconds
// SPDX-License-Identifier: MIT
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <array>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "backends/packets/ip_packet.hpp"
#include "backends/packets/slirp_stack.hpp"
#include "bench/posix.hpp"
#include "protocol/ppp/control_packet.hpp"
#include "protocol/ppp/frame.hpp"

namespace sim800::bench {
namespace {

constexpr std::uint32_t loopback = 0x7f000001;

sockaddr_in address_of(unsigned port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(loopback);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

std::string octets(std::uint32_t value, int count = 4) {
  std::string bytes;
  while (count-- > 0) bytes += static_cast<char>(value >> (8 * count));
  return bytes;
}

/// Sends every client so many bytes, and closes.
class Source {
 public:
  explicit Source(std::size_t size) {
    std::thread([listener = listener_, size] {
      for (;;) serve(listener.next(), size);
    }).detach();
  }
  std::uint16_t port() const { return listener_.port; }

 private:
  static void serve(int wire, std::size_t size) {
    std::array<char, 64 * 1024> buffer{};
    for (ssize_t count = 1; size > 0 && count > 0; size -= static_cast<std::size_t>(std::max<ssize_t>(count, 0)))
      count = ::send(wire, buffer.data(), std::min(size, buffer.size()), MSG_NOSIGNAL);
    close(wire);
  }

  const sim800::bench::Listener listener_ = sim800::bench::listen_on_loopback();
};

/// As much of TCP as takes a stream that loses nothing, or very little.
class Receiver {
 public:
  static constexpr std::uint32_t most = 0xffff, small = 0x2000;  ///< windows; the latter is that of a small host

  Receiver(const IpEnd& own, const IpEnd& server, std::uint32_t window, std::function<void(const std::string&)> send)
      : own_(own), server_(server), window_(window), send_(std::move(send)) {
    segment(syn);
    ++sent_;
  }

  void take(std::string_view bytes) {
    const auto packet = parse_ip(bytes);
    if (!packet || packet->protocol != IpPacket::tcp || packet->to != own_) return;
    const std::string_view header = packet->payload();
    const std::uint32_t number = value(header, 4);
    const auto flags = static_cast<unsigned char>(header[13]);
    if ((flags & reset) != 0) must(-1, "the connection was reset");
    if ((flags & syn) != 0) {
      expected_ = number + 1;
      return segment(ack);
    }
    const auto size = static_cast<std::uint32_t>(packet->data());
    const bool ends = (flags & fin) != 0;
    if (size == 0 && !ends) return;
    if (number != expected_) return segment(ack);  // again, please
    expected_ += size;
    received_ += size;
    if (ends) {
      ++expected_;
      done_ = true;
      return segment(ack | fin);
    }
    if (++unanswered_ == 2) answer();
  }
  /// No more has come for the moment.
  void answer() {
    if (std::exchange(unanswered_, 0) > 0) segment(ack);
  }
  bool done() const { return done_; }
  std::size_t received() const { return received_; }

 private:
  enum Flag : std::uint8_t { fin = 1, syn = 2, reset = 4, ack = 16 };

  static std::uint32_t value(std::string_view bytes, std::size_t at) {
    std::uint32_t number = 0;
    for (std::size_t i = at; i < at + 4; ++i) number = number << 8U | static_cast<unsigned char>(bytes[i]);
    return number;
  }

  void segment(int flags) {
    const std::string options = (flags & syn) != 0 ? octets(0x020405b4) : std::string();  // MSS 1460
    std::string tcp =
        octets(own_.port, 2) + octets(server_.port, 2) + octets(sent_) + octets((flags & ack) != 0 ? expected_ : 0);
    tcp += static_cast<char>((20 + options.size()) / 4 << 4);
    tcp += static_cast<char>(flags);
    tcp += octets(window_, 2) + octets(0) + options;
    IpPacket packet;
    packet.bytes = octets(0x45000000 + static_cast<std::uint32_t>(20 + tcp.size())) + octets(0x00010000) +
                   octets(0x40060000) + octets(own_.address) + octets(server_.address) + tcp;
    packet.header = 20;
    packet.protocol = IpPacket::tcp;
    packet.from = own_;
    packet.to = server_;
    sum_up(packet.bytes);
    send_(packet.bytes);
    unanswered_ = 0;
  }

  static std::uint32_t sum(std::string_view bytes) {
    std::uint32_t total = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i)
      total += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8U : 0U);
    return total;
  }
  static std::uint32_t folded(std::uint32_t total) {
    while (total > 0xffff) total = (total & 0xffff) + (total >> 16U);
    return ~total & 0xffff;
  }
  static void sum_up(std::string& bytes) {
    bytes.replace(10, 2, octets(folded(sum(std::string_view(bytes).substr(0, 20))), 2));
    const std::string_view tcp = std::string_view(bytes).substr(20);
    const std::uint32_t pseudo =
        sum(std::string_view(bytes).substr(12, 8)) + IpPacket::tcp + static_cast<std::uint32_t>(tcp.size());
    bytes.replace(36, 2, octets(folded(pseudo + sum(tcp)), 2));
  }

  const IpEnd own_, server_;
  const std::uint32_t window_;
  std::function<void(const std::string&)> send_;
  std::uint32_t sent_ = 1000, expected_ = 0;
  std::size_t received_ = 0;
  int unanswered_ = 0;
  bool done_ = false;
};

void check(const Receiver& receiver, std::size_t size) {
  if (receiver.received() == size) return;
  std::fprintf(stderr, "%zu bytes of %zu\n", receiver.received(), size);
  std::exit(1);
}

/// libslirp in a thread, at the other end of a socket pair.
class Network {
 public:
  Network() {
    std::array<int, 2> ends{};
    must(socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
    host_ = ends[0];
    std::thread([end = ends[1]] { serve(end); }).detach();
  }
  ~Network() { close(host_); }
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  Nanoseconds fetch(std::uint16_t port, std::uint16_t own_port, std::size_t size) {
    const auto begin = Clock::now();
    Receiver receiver({SlirpStack::guest, own_port}, {loopback, port}, Receiver::most,
                      [this](const std::string& packet) { write_all(host_, with_length(packet)); });
    std::array<char, 64 * 1024> buffer{};
    while (!receiver.done()) {
      const ssize_t count = must(read(host_, buffer.data(), buffer.size()), "read");
      rest_.append(buffer.data(), static_cast<std::size_t>(count));
      take_packets(rest_, [&](std::string_view packet) { receiver.take(packet); });
      receiver.answer();
    }
    check(receiver, size);
    return Clock::now() - begin;
  }

 private:
  static std::string with_length(std::string_view packet) {
    return octets(static_cast<std::uint32_t>(packet.size()), 2).append(packet);
  }
  static void take_packets(std::string& bytes, const std::function<void(std::string_view)>& take) {
    std::size_t at = 0;
    while (bytes.size() - at >= 2) {
      const std::size_t size = static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]);
      if (bytes.size() - at - 2 < size) break;
      take(std::string_view(bytes).substr(at + 2, size));
      at += 2 + size;
    }
    bytes.erase(0, at);
  }
  static void serve(int end) {
    asio::io_context loop;
    asio::posix::stream_descriptor wire(loop, end);
    SlirpStack stack(loop, [&](std::string_view packet) { write_all(end, with_length(packet)); });
    std::array<char, 64 * 1024> buffer{};
    std::string rest;
    std::function<void()> listen = [&] {
      wire.async_read_some(asio::buffer(buffer), [&](std::error_code error, std::size_t count) {
        if (error) return loop.stop();
        rest.append(buffer.data(), count);
        take_packets(rest, [&](std::string_view packet) { stack.send(packet); });
        listen();
      });
    };
    listen();
    loop.run();
  }

  int host_ = -1;
  std::string rest_;
};

/// A data call on an endpoint of a module.
class Call {
 public:
  explicit Call(const std::string& endpoint) : wire_(must(socket(AF_INET, SOCK_STREAM, 0), "socket")) {
    const auto colon = endpoint.rfind(':');
    sockaddr_in address = address_of(static_cast<unsigned>(std::stoul(endpoint.substr(colon + 1))));
    must(inet_pton(AF_INET, endpoint.substr(0, colon).c_str(), &address.sin_addr), "inet_pton");
    must(connect(wire_, reinterpret_cast<sockaddr*>(&address), sizeof address), "connect");
    const int on = 1;
    must(setsockopt(wire_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "setsockopt");
    write_all(wire_, "ATE0\r");
    wait_for("OK\r\n");
    write_all(wire_, "ATD*99#\r");
    const std::string early = wait_for("CONNECT\r\n");
    tell(ppp::lcp, 1, 1, octets(0x0206000a) + octets(0, 2) + octets(0x07020802));
    decoder_.feed(early, [this](const PppFrame& frame) { negotiate(frame); });
    while (own_ == 0) read_some([this](const PppFrame& frame) { negotiate(frame); });
  }
  ~Call() { close(wire_); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  Nanoseconds fetch(std::uint16_t port, std::uint16_t own_port, std::size_t size, std::uint32_t window) {
    const auto begin = Clock::now();
    Receiver receiver({own_, own_port}, {loopback, port}, window,
                      [this](const std::string& packet) { send(PppFrame{ppp::ip, packet}); });
    read_ = 0;
    while (!receiver.done()) {
      read_some([&](const PppFrame& frame) {
        if (frame.protocol == ppp::ip) receiver.take(frame.info);
      });
      receiver.answer();
    }
    check(receiver, size);
    return Clock::now() - begin;
  }
  /// From the module, in the last transfer.
  std::size_t octets_read() const { return read_; }

 private:
  void send(const PppFrame& frame) {
    constexpr PppFraming short_form{.accm = 0x000a0000, .short_protocol = true, .short_address = true};
    write_all(wire_, encode(frame, frame.protocol == ppp::lcp ? PppFraming{} : short_form));
  }
  void tell(std::uint16_t protocol, std::uint8_t code, std::uint8_t id, std::string data) {
    send(PppFrame{protocol, ppp::encode(ppp::ControlPacket{code, id, std::move(data)})});
  }
  std::size_t read_into(std::array<char, 64 * 1024>& buffer) const {
    const ssize_t count = must(read(wire_, buffer.data(), buffer.size()), "read");
    if (count == 0) must(-1, "the module is gone");
    return static_cast<std::size_t>(count);
  }
  /// Returns what has come behind it already.
  std::string wait_for(std::string_view end) const {
    std::array<char, 64 * 1024> buffer{};
    std::string text;
    while (text.find(end) == std::string::npos) text.append(buffer.data(), read_into(buffer));
    return text.substr(text.find(end) + end.size());
  }
  void read_some(const std::function<void(const PppFrame&)>& take) {
    std::array<char, 64 * 1024> buffer{};
    const std::size_t count = read_into(buffer);
    read_ += count;
    decoder_.feed({buffer.data(), count}, [&](const PppFrame& frame) { take(frame); });
  }
  /// Refuses to prove itself, takes all else, and asks for an address until it has one.
  void negotiate(const PppFrame& frame) {
    const auto packet = ppp::parse_packet(frame.info);
    if (!packet || (frame.protocol != ppp::lcp && frame.protocol != ppp::ipcp)) return;
    constexpr std::string_view proof = "\x03\x04\xc0\x23";
    const bool refused = packet->data.find(proof) != std::string::npos;
    if (packet->code == 1) {
      tell(frame.protocol, refused ? 4 : 2, packet->id, refused ? std::string(proof) : packet->data);
      if (frame.protocol == ppp::ipcp) tell(ppp::ipcp, 1, 1, octets(0x0306, 2) + octets(0));
    } else if (frame.protocol == ppp::ipcp && packet->code == 3) {
      tell(ppp::ipcp, 1, 2, packet->data);
    } else if (frame.protocol == ppp::ipcp && packet->code == 2) {
      for (const char c : packet->data.substr(2, 4)) own_ = own_ << 8U | static_cast<unsigned char>(c);
    }
  }

  int wire_;
  PppDecoder decoder_;
  std::uint32_t own_ = 0;
  std::size_t read_ = 0;
};

int run(int count, char** words) {
  const std::string how = count > 1 ? words[1] : "";
  if ((how == "compare" && count == 5) || (how == "wire" && count == 4)) {
    const std::size_t size = std::stoul(words[2]);
    const Source source(size);
    Call call(words[count - 1]);
    std::uint16_t own_port = 50'000;
    if (how == "wire") {
      const Nanoseconds took = call.fetch(source.port(), own_port, size, Receiver::small);
      std::printf("%zu %lld\n", call.octets_read(), static_cast<long long>(took.count()));
      return 0;
    }
    Network network;
    Rounds rounds;
    for (int round = std::atoi(words[3]); round > 0; --round, ++own_port) {
      const Nanoseconds floor = network.fetch(source.port(), own_port, size);
      rounds.add(call.fetch(source.port(), own_port, size, Receiver::most), floor);
    }
    rounds.print();
    return 0;
  }
  std::fprintf(stderr, "usage: bench_ppp compare BYTES ROUNDS HOST:PORT | wire BYTES HOST:PORT\n");
  return 2;
}

}  // namespace
}  // namespace sim800::bench

int main(int count, char** words) { return sim800::bench::run(count, words); }
