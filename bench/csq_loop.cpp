// AT+CSQ, N times, in a module without a process, a loop or a wire around it: what one command costs by itself.
// Usage: bench_csq_loop N   Prints how often they asked the heap for memory; callgrind counts the instructions.
// SPDX-License-Identifier: MIT
#include <cstdio>
#include <cstdlib>
#include <string>

#include "emulator/commands/command_list.hpp"
#include "emulator/core/world.hpp"
#include "emulator/files/file_system.hpp"
#include "emulator/module/modem.hpp"
#include "no_backends.hpp"

namespace {

long asked = 0;

}  // namespace

// Every allocation comes through these: operator new calls malloc.
extern "C" {
void* __libc_malloc(std::size_t);               // NOLINT(bugprone-reserved-identifier): glibc's name
void* __libc_calloc(std::size_t, std::size_t);  // NOLINT(bugprone-reserved-identifier)
void* __libc_realloc(void*, std::size_t);       // NOLINT(bugprone-reserved-identifier)
void* malloc(std::size_t size) { return ++asked, __libc_malloc(size); }
void* calloc(std::size_t count, std::size_t size) { return ++asked, __libc_calloc(count, size); }
void* realloc(void* old, std::size_t size) { return ++asked, __libc_realloc(old, size); }
}

namespace sim800 {
namespace {

class CountingPort final : public Port {
 public:
  void send(std::string_view sent) override {
    ++writes;
    bytes += sent.size();
  }
  std::size_t unsent() const override { return 0; }
  void input_wanted() override {}

  long writes = 0;
  std::size_t bytes = 0;
};

int run(long count) {
  World world;
  world.timing.profile = TimingProfile::instant;
  VirtualClock clock;
  Nvram nvram;
  bench::NoBackends none;
  FileSystem files;
  CountingPort port;
  Modem modem({world, command_table, clock, nvram, files, none.http, none.ftp, none.sockets, none.pinger, none.mail});
  Channel& channel = modem.attach(port, "bench");
  modem.power_on();
  clock.advance(1min);

  constexpr std::string_view line = "AT+CSQ\r";
  for (int warm = 0; warm < 10; ++warm) channel.receive(line);
  port.writes = 0;
  port.bytes = 0;
  const long asked_before = asked;
  for (long i = 0; i < count; ++i) channel.receive(line);
  std::printf("%ld\n", asked - asked_before);

  const std::string answer =
      std::string(line) + fmt::format("\r\n+CSQ: {},{}\r\n\r\nOK\r\n", world.network.rssi, world.network.ber);
  const bool right = port.writes == count && port.bytes == answer.size() * static_cast<std::size_t>(count);
  if (!right) std::fprintf(stderr, "%ld answers of %zu bytes in all\n", port.writes, port.bytes);
  return right ? 0 : 1;
}

}  // namespace
}  // namespace sim800

int main(int argc, char** argv) { return argc == 2 ? sim800::run(std::strtol(argv[1], nullptr, 10)) : 2; }
