// Many modules in one process, on one loop, with one channel each.
// Usage: bench_fleet memory N         bytes of heap, and of resident memory, for each module beyond the first
//        bench_fleet parts            what one module's heap consists of, in the order in which it comes to be
//        bench_fleet boot N           seconds to create N modules, and to boot them
//        bench_fleet idle N SECONDS   per cent of a CPU that N booted modules take
//        bench_fleet commands N       nanoseconds of an AT+CSQ, given to N modules in turn without a wire
//        bench_fleet wire N ROUNDS    nanoseconds from AT to OK over a socket, N modules in turn, one at a time; then
//                                     those of a loop that answers each line on as many sockets; and their ratio
// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "emulator/commands/command_list.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "emulator/program/asio_clock.hpp"
#include "no_backends.hpp"
#include "posix.hpp"

namespace sim800::bench {
namespace {

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

World instant() {
  World world;
  world.timing.profile = TimingProfile::instant;
  return world;
}

/// What all modules of a process share.
struct Site {
  World world = instant();
  asio::io_context loop;
  AsioClock clock{loop, 1.0};
  NoBackends none;
  std::size_t ready = 0;
};

/// Where answers go if nobody reads them.
class Nowhere final : public Port {
 public:
  void send(std::string_view bytes) override { sent += bytes.size(); }
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}
  std::size_t sent = 0;
};

struct Module {
  explicit Module(Site& site)
      : modem({site.world, command_table, site.clock, nvram, files, site.none.http, site.none.ftp, site.none.sockets,
               site.none.pinger, site.none.mail}) {
    modem.on_ready = [&site] { ++site.ready; };
  }
  Nvram nvram;
  FileSystem files;
  Modem modem;
};

/// With a channel that nobody listens to.
struct LoneModule : Module {
  explicit LoneModule(Site& site) : Module(site), channel(modem.attach(port, "bench")) {}
  Nowhere port;
  Channel& channel;
};

template <class Each>
using Fleet = std::vector<std::unique_ptr<Each>>;

/// Until nothing is left to be done at this moment.
void settle(Site& site) {
  do {
    site.loop.restart();
  } while (site.loop.poll() > 0);
}

Fleet<LoneModule> booted(Site& site, std::size_t count) {
  Fleet<LoneModule> fleet;
  for (std::size_t i = 0; i < count; ++i) fleet.push_back(std::make_unique<LoneModule>(site));
  for (const auto& each : fleet) each->modem.power_on();
  settle(site);
  if (site.ready != count) must(-1, "boot");
  return fleet;
}

std::size_t heap() {
  const struct mallinfo2 all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

std::size_t resident() {
  std::size_t size = 0, pages = 0;
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%zu %zu", &size, &pages) != 2) must(-1, "statm");
  std::fclose(file);
  return pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

void memory(std::size_t count) {
  Site site;
  const auto first = booted(site, 1);
  site.ready = 0;
  const std::size_t heap_before = heap(), resident_before = resident();
  const auto others = booted(site, count);
  const auto each = [count](std::size_t now, std::size_t before) { return (now - before) / count; };
  std::printf("%zu %zu\n", each(heap(), heap_before), each(resident(), resident_before));
}

void parts() {
  Site site;
  const auto first = booted(site, 1);
  std::size_t before = heap();
  const auto note = [&before](const char* what) {
    std::printf("%8zu  %s\n", heap() - before, what);
    before = heap();
  };
  const Nvram nvram;
  note("Nvram (its sections)");
  const FileSystem files;
  note("FileSystem");
  const auto modem = std::make_unique<LoneModule>(site);
  note("Modem and Channel, with the two above");
  modem->modem.power_on();
  settle(site);
  note("boot: services");
  const auto say = [&](std::string_view line) {
    modem->channel.receive(line);
    settle(site);
    note(std::string(line.substr(0, line.size() - 1)).c_str());
  };
  for (const std::string_view line :
       {"AT\r", "ATE0\r", "AT+CMEE=1\r", "AT+CSQ\r", "AT+CPMS?\r", "AT+CLCC\r", "AT+SAPBR=1,1\r", "AT+CIPMUX?\r",
        "AT+HTTPINIT\r", "AT+FTPSCONT?\r", "AT+CMMSINIT\r", "AT+CGATT?\r", "AT&W\r"})
    say(line);
  std::printf("sizeof: Modem %zu, Channel %zu, Settings %zu, Environment %zu, Nvram %zu, World %zu (shared)\n",
              sizeof(Modem), sizeof(Channel), sizeof(Settings), sizeof(Environment), sizeof(Nvram), sizeof(World));
}

void boot(std::size_t count) {
  Site site;
  const auto start = Clock::now();
  Fleet<LoneModule> fleet;
  for (std::size_t i = 0; i < count; ++i) fleet.push_back(std::make_unique<LoneModule>(site));
  const double creation = seconds_since(start);
  const auto power = Clock::now();
  for (const auto& each : fleet) each->modem.power_on();
  settle(site);
  if (site.ready != count) must(-1, "boot");
  std::printf("%f %f\n", creation, seconds_since(power));
}

double cpu_seconds() {
  rusage used{};
  must(getrusage(RUSAGE_SELF, &used), "getrusage");
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void idle(std::size_t count, double span) {
  Site site;
  const auto fleet = booted(site, count);
  const auto start = Clock::now();
  const double before = cpu_seconds();
  site.loop.restart();
  site.loop.run_for(std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(span)));
  if (const double left = span - seconds_since(start); left > 0) usleep(static_cast<useconds_t>(left * 1e6));
  std::printf("%f\n", (cpu_seconds() - before) / seconds_since(start) * 100);
}

void commands(std::size_t count) {
  Site site;
  const auto fleet = booted(site, count);
  constexpr std::size_t total = 400'000;
  constexpr std::string_view line = "AT+CSQ\r";
  for (const auto& each : fleet) each->channel.receive(line);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < total; ++i) fleet[i % count]->channel.receive(line);
  std::printf("%f\n", seconds_since(start) / static_cast<double>(total) * 1e9);
}

// --- over sockets

/// One end of a connection to the host.
class Wire final : public Port {
 public:
  explicit Wire(asio::local::stream_protocol::socket socket) : socket_(std::move(socket)) {
    socket_.non_blocking(true);
  }
  void attach(PortUser& user) {
    user_ = &user;
    wait();
  }
  void send(std::string_view bytes) override { write_all(socket_.native_handle(), bytes); }
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}

 private:
  void wait() {
    socket_.async_wait(asio::socket_base::wait_read, [this](asio::error_code problem) {
      std::array<char, 4096> buffer;
      const ssize_t count = problem ? 0 : read(socket_.native_handle(), buffer.data(), buffer.size());
      if (count == 0) return;
      if (count > 0) user_->receive({buffer.data(), static_cast<std::size_t>(count)});
      wait();
    });
  }
  asio::local::stream_protocol::socket socket_;
  PortUser* user_ = nullptr;
};

struct WiredModule : Module {
  WiredModule(Site& site, asio::local::stream_protocol::socket socket)
      : Module(site), wire(std::move(socket)), channel(modem.attach(wire, "bench")) {}
  Wire wire;
  Channel& channel;
};

/// Listens at an abstract address that no other process has.
int listen_for_host(sockaddr_un& address, socklen_t& size) {
  const int listener = must(socket(AF_UNIX, SOCK_STREAM, 0), "socket");
  address = {};
  address.sun_family = AF_UNIX;
  size = sizeof(sa_family_t);  // the system chooses a name
  must(bind(listener, reinterpret_cast<sockaddr*>(&address), size), "bind");
  size = sizeof address;
  must(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  must(listen(listener, 1024), "listen");
  return listener;
}

[[noreturn]] void serve_modules(int listener, std::size_t count) {
  Site site;
  Fleet<WiredModule> fleet;
  for (std::size_t i = 0; i < count; ++i) {
    const int client = must(accept(listener, nullptr, nullptr), "accept");
    fleet.push_back(std::make_unique<WiredModule>(
        site, asio::local::stream_protocol::socket(site.loop, asio::local::stream_protocol(), client)));
    fleet.back()->modem.power_on();
  }
  settle(site);
  for (const auto& each : fleet) each->wire.attach(each->channel);  // what the host has said by now is heard, too
  site.loop.restart();
  site.loop.run();
  std::exit(0);
}

[[noreturn]] void serve_bare(int listener, std::size_t count) {
  const int poll = must(epoll_create1(0), "epoll_create1");
  for (std::size_t i = 0; i < count; ++i) {
    epoll_event wanted{.events = EPOLLIN | EPOLLET, .data = {.fd = must(accept(listener, nullptr, nullptr), "accept")}};
    must(epoll_ctl(poll, EPOLL_CTL_ADD, wanted.data.fd, &wanted), "epoll_ctl");
    write_all(wanted.data.fd, "\r\nRDY\r\n");
  }
  for (;;) {
    std::array<epoll_event, 128> events;
    const int found = must(epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1), "epoll_wait");
    for (int i = 0; i < found; ++i) {
      std::array<char, 4096> buffer;
      const int wire = events[static_cast<std::size_t>(i)].data.fd;
      if (read(wire, buffer.data(), buffer.size()) > 0) write_all(wire, "AT\r\r\nOK\r\n");
    }
  }
}

class Peers {
 public:
  Peers(std::size_t count, void (*serve)(int, std::size_t)) {
    sockaddr_un address;
    socklen_t size = 0;
    const int listener = listen_for_host(address, size);
    if (must(fork(), "fork") == 0) {
      prctl(PR_SET_PDEATHSIG, SIGTERM);
      serve(listener, count);
    }
    close(listener);
    for (std::size_t i = 0; i < count; ++i) {
      wires_.push_back(must(socket(AF_UNIX, SOCK_STREAM, 0), "socket"));
      must(connect(wires_.back(), reinterpret_cast<sockaddr*>(&address), size), "connect");
    }
    usleep(200'000);
    for (const int wire : wires_) ask(wire);  // behind whatever it said at boot
  }

  Nanoseconds round() {
    constexpr int total = 2'000;
    const auto start = Clock::now();
    for (int i = 0; i < total; ++i) {
      ask(wires_[next_]);
      next_ = (next_ + 1) % wires_.size();
    }
    return (Clock::now() - start) / total;
  }

 private:
  void ask(int wire) {
    write_all(wire, "AT\r");
    for (std::string_view said; !said.ends_with("\r\nOK\r\n");) {
      const ssize_t count = must(read(wire, buffer_.data(), buffer_.size()), "read");
      if (count == 0) must(-1, "peer");
      said = {buffer_.data(), static_cast<std::size_t>(count)};
    }
  }
  std::vector<int> wires_;
  std::size_t next_ = 0;
  std::array<char, 4096> buffer_{};
};

void wire(std::size_t count, int rounds) {
  // One kind after the other: the host's own descriptors would not do for both.
  std::vector<Nanoseconds> ours, bare;
  {
    Peers modules(count, serve_modules);
    for (int i = 0; i < rounds; ++i) ours.push_back(modules.round());
  }
  for (int descriptor = 3; descriptor < static_cast<int>(count) + 16; ++descriptor) close(descriptor);
  Peers floor(count, serve_bare);
  for (int i = 0; i < rounds; ++i) bare.push_back(floor.round());
  const auto figure = static_cast<double>(median(ours).count()), least = static_cast<double>(median(bare).count());
  std::printf("%f %f %f\n", figure, least, figure / least);
}

int run(const std::vector<std::string>& words) {
  const auto number = [&words](std::size_t i) { return std::stoul(words.at(i)); };
  const std::string& what = words.at(0);
  if (what == "memory") memory(number(1));
  if (what == "parts") parts();
  if (what == "boot") boot(number(1));
  if (what == "idle") idle(number(1), std::stod(words.at(2)));
  if (what == "commands") commands(number(1));
  if (what == "wire") wire(number(1), std::stoi(words.at(2)));
  return 0;
}

}  // namespace
}  // namespace sim800::bench

int main(int argc, char** argv) { return argc < 2 ? 2 : sim800::bench::run({argv + 1, argv + argc}); }
