// The stack opens and closes sockets as it likes, so they are never given to asio: they are watched by an epoll of
// their own, and asio watches that.
// SPDX-License-Identifier: MIT
#include "backends/packets/slirp_stack.hpp"

#include <slirp/libslirp.h>
#include <spdlog/spdlog.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <limits>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace sim800 {
namespace {

// Ethernet, as far as it is between us and the stack (RFC 894, 826).
constexpr std::size_t ethernet_header = 14;
constexpr std::string_view guest_mac("\x52\x54\x00\x00\x00\x01", 6), everybody("\xff\xff\xff\xff\xff\xff", 6);
constexpr std::string_view ip_type("\x08\x00", 2), arp_type("\x08\x06", 2);
constexpr std::size_t arp_size = 28;

constexpr std::uint32_t network = 0xc0000200, mask = 0xffffff00;  // TEST-NET-1, RFC 5737: nobody's
constexpr std::uint32_t router = network | 2U, unused = network | 3U;
constexpr int most_events = 64;

in_addr to_in_addr(std::uint32_t address) { return {htonl(address)}; }

std::uint32_t epoll_events(int wanted) {
  std::uint32_t events = 0;
  if ((wanted & SLIRP_POLL_IN) != 0) events |= EPOLLIN;
  if ((wanted & SLIRP_POLL_OUT) != 0) events |= EPOLLOUT;
  if ((wanted & SLIRP_POLL_PRI) != 0) events |= EPOLLPRI;
  return events;
}

int slirp_events(std::uint32_t ready) {
  int events = 0;
  if ((ready & EPOLLIN) != 0) events |= SLIRP_POLL_IN;
  if ((ready & EPOLLOUT) != 0) events |= SLIRP_POLL_OUT;
  if ((ready & EPOLLPRI) != 0) events |= SLIRP_POLL_PRI;
  if ((ready & EPOLLERR) != 0) events |= SLIRP_POLL_ERR;
  if ((ready & EPOLLHUP) != 0) events |= SLIRP_POLL_HUP;
  return events;
}

}  // namespace

struct SlirpStack::Callbacks {
  static SlirpStack& stack(void* self) { return *static_cast<SlirpStack*>(self); }

  static ssize_t send_packet(const void* frame, std::size_t size, void* self) {
    stack(self).frame_from_stack({static_cast<const char*>(frame), size});
    return static_cast<ssize_t>(size);
  }
  static void guest_error(const char* message, void*) { spdlog::debug("libslirp: {}", message); }
  // Its timers are those of real connections, whatever time the module has.
  static std::int64_t clock_get_ns(void*) {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  }
  // Timers are IPv6's, which is off.
  static void* timer_new(SlirpTimerCb, void*, void*) { return nullptr; }
  static void timer_free(void*, void*) {}
  static void timer_mod(void*, std::int64_t, void*) {}
  static void register_poll_fd(int, void*) {}
  static void unregister_poll_fd(int fd, void* self) { std::erase(stack(self).in_epoll_, fd); }
  static void notify(void* self) { stack(self).plan(); }

  static int add_poll(int fd, int events, void* self) {
    stack(self).watched_.push_back({fd, events, 0});
    return static_cast<int>(stack(self).watched_.size()) - 1;
  }
  static int get_revents(int index, void* self) { return stack(self).watched_[static_cast<std::size_t>(index)].ready; }

  static constexpr SlirpCb table{.send_packet = send_packet,
                                 .guest_error = guest_error,
                                 .clock_get_ns = clock_get_ns,
                                 .timer_new = timer_new,
                                 .timer_free = timer_free,
                                 .timer_mod = timer_mod,
                                 .register_poll_fd = register_poll_fd,
                                 .unregister_poll_fd = unregister_poll_fd,
                                 .notify = notify,
                                 .init_completed = nullptr,
                                 .timer_new_opaque = nullptr};
};

SlirpStack::SlirpStack(asio::io_context& loop, std::function<void(std::string_view packet)> on_packet)
    : loop_(loop), on_packet_(std::move(on_packet)), ready_(loop), timer_(loop) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  if (epoll < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  ready_.assign(epoll);
  SlirpConfig config{};
  config.version = SLIRP_CONFIG_VERSION_MAX;
  config.in_enabled = true;
  config.vnetwork = to_in_addr(network);
  config.vnetmask = to_in_addr(mask);
  config.vhost = to_in_addr(router);
  config.vdhcp_start = to_in_addr(guest);
  config.vnameserver = to_in_addr(unused);
  config.if_mtu = config.if_mru = 1500;
  // Where a packet goes has been decided before it comes here.
  config.disable_host_loopback = true;
  config.disable_dns = true;
  config.disable_dhcp = true;
  slirp_ = slirp_new(&config, &Callbacks::table, this);
  if (slirp_ == nullptr) throw std::runtime_error("libslirp cannot be started");
  wait_for_descriptors();
  plan();
}

SlirpStack::~SlirpStack() { slirp_cleanup(slirp_); }

void SlirpStack::send(std::string_view packet) {
  std::string frame(everybody);
  frame += guest_mac;
  frame += ip_type;
  frame += packet;
  input(frame);
}

/// The stack cannot take anything while it hands something out.
void SlirpStack::input(const std::string& frame) {
  if (inside_) {
    asio::post(loop_, [this, frame, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) input(frame);
    });
    return;
  }
  inside_ = true;
  slirp_input(slirp_, reinterpret_cast<const std::uint8_t*>(frame.data()), static_cast<int>(frame.size()));
  inside_ = false;
  plan();
}

/// IP for the guest, or the question who it is.
void SlirpStack::frame_from_stack(std::string_view frame) {
  if (frame.size() < ethernet_header) return;
  const std::string_view type = frame.substr(12, 2), content = frame.substr(ethernet_header);
  if (type == ip_type) return on_packet_(content);
  const bool asked =
      type == arp_type && content.size() >= arp_size && content.substr(6, 2) == std::string_view("\0\1", 2);
  if (!asked) return;
  std::string reply(content.substr(0, arp_size));
  reply[7] = 2;
  reply.replace(8, 6, guest_mac);
  reply.replace(14, 4, content.substr(24, 4));
  reply.replace(18, 10, content.substr(8, 10));
  std::string answer(frame.substr(6, 6));
  answer += guest_mac;
  answer += arp_type;
  answer += reply;
  input(answer);
}

/// What the stack waits for may have changed: it is asked once in a turn of the loop.
void SlirpStack::plan() {
  if (std::exchange(planned_, true)) return;
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    planned_ = false;
    watch();
  });
}

void SlirpStack::watch() {
  watched_.clear();
  std::uint32_t timeout = std::numeric_limits<std::uint32_t>::max();
  slirp_pollfds_fill(slirp_, &timeout, Callbacks::add_poll, this);
  const int epoll = ready_.native_handle();
  std::erase_if(in_epoll_, [&](int fd) {
    const bool wanted = std::ranges::any_of(watched_, [fd](const Watched& watched) { return watched.fd == fd; });
    if (!wanted) epoll_ctl(epoll, EPOLL_CTL_DEL, fd, nullptr);
    return !wanted;
  });
  for (const Watched& watched : watched_) {
    epoll_event event{};
    event.events = epoll_events(watched.wanted);
    event.data.fd = watched.fd;
    if (epoll_ctl(epoll, EPOLL_CTL_MOD, watched.fd, &event) == 0) continue;
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, watched.fd, &event) == 0) in_epoll_.push_back(watched.fd);
  }
  wait_for_time(timeout);
}

void SlirpStack::wait_for_descriptors() {
  ready_.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this, alive = std::weak_ptr(alive_)](std::error_code error) {
                      if (error || alive.expired()) return;
                      poll();
                      wait_for_descriptors();
                    });
}

void SlirpStack::wait_for_time(std::uint32_t milliseconds) {
  timer_.cancel();
  if (milliseconds == std::numeric_limits<std::uint32_t>::max()) return;
  timer_.expires_after(std::chrono::milliseconds(std::max(milliseconds, 1U)));
  timer_.async_wait([this, alive = std::weak_ptr(alive_)](std::error_code error) {
    if (!error && !alive.expired()) poll();
  });
}

void SlirpStack::poll() {
  std::array<epoll_event, most_events> events{};
  const int count = epoll_wait(ready_.native_handle(), events.data(), most_events, 0);
  // The stack wants to hear of what it has asked for just before.
  watched_.clear();
  std::uint32_t timeout = std::numeric_limits<std::uint32_t>::max();
  slirp_pollfds_fill(slirp_, &timeout, Callbacks::add_poll, this);
  for (Watched& watched : watched_) {
    for (int i = 0; i < count; ++i) {
      if (events[static_cast<std::size_t>(i)].data.fd == watched.fd)
        watched.ready = slirp_events(events[static_cast<std::size_t>(i)].events) &
                        (watched.wanted | SLIRP_POLL_ERR | SLIRP_POLL_HUP);
    }
  }
  inside_ = true;
  slirp_pollfds_poll(slirp_, 0, Callbacks::get_revents, this);
  inside_ = false;
  plan();
}

}  // namespace sim800
