// An LD_PRELOAD library that gives pseudo-terminals modem lines, as an adapter's port has them: the file that
// SERIAL_LINES names holds the outputs as the program has set them (int), and the inputs as a test has them (int).
// SPDX-License-Identifier: MIT
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <cstdlib>

namespace {

struct Lines {
  int outputs, inputs;
};

volatile Lines* lines() {
  static void* const mapped = [] {
    const char* file = getenv("SERIAL_LINES");
    const int descriptor = file == nullptr ? -1 : open(file, O_RDWR | O_CLOEXEC);
    return mmap(nullptr, sizeof(Lines), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  }();
  return mapped == MAP_FAILED ? nullptr : static_cast<volatile Lines*>(mapped);
}

}  // namespace

extern "C" int ioctl(int fd, unsigned long request, ...) noexcept {
  va_list list;
  va_start(list, request);
  void* argument = va_arg(list, void*);
  va_end(list);
  using Ioctl = int (*)(int, unsigned long, ...);
  static const auto real = reinterpret_cast<Ioctl>(dlsym(RTLD_NEXT, "ioctl"));
  const int result = real(fd, request, argument);
  if (result == 0 || (errno != ENOTTY && errno != EINVAL) || lines() == nullptr) return result;
  constexpr int outputs = TIOCM_DTR | TIOCM_RTS;
  int* const bits = static_cast<int*>(argument);
  switch (request) {
    case TIOCMGET: *bits = lines()->outputs | lines()->inputs; return 0;
    case TIOCMSET: lines()->outputs = *bits & outputs; return 0;
    case TIOCMBIS: lines()->outputs = lines()->outputs | (*bits & outputs); return 0;
    case TIOCMBIC: lines()->outputs = lines()->outputs & ~*bits; return 0;
    default: return result;
  }
}
