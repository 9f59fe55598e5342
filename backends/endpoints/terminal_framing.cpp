// SPDX-License-Identifier: MIT
#include "backends/endpoints/terminal_framing.hpp"

#include <array>
#include <utility>

namespace sim800 {
namespace {

constexpr std::array<std::pair<speed_t, unsigned>, 19> rates{{{B50, 50},
                                                              {B75, 75},
                                                              {B110, 110},
                                                              {B150, 150},
                                                              {B300, 300},
                                                              {B600, 600},
                                                              {B1200, 1200},
                                                              {B2400, 2400},
                                                              {B4800, 4800},
                                                              {B9600, 9600},
                                                              {B19200, 19'200},
                                                              {B38400, 38'400},
                                                              {B57600, 57'600},
                                                              {B115200, 115'200},
                                                              {B230400, 230'400},
                                                              {B460800, 460'800},
                                                              {B500000, 500'000},
                                                              {B921600, 921'600},
                                                              {B1000000, 1'000'000}}};

unsigned rate_of(speed_t speed) {
  for (const auto& [known, rate] : rates) {
    if (known == speed) return rate;
  }
  return 0;
}

tcflag_t size_flag(unsigned data_bits) {
  switch (data_bits) {
    case 5: return CS5;
    case 6: return CS6;
    case 7: return CS7;
    default: return CS8;
  }
}

tcflag_t parity_flags(Framing::Parity parity) {
  switch (parity) {
    case Framing::Parity::odd: return PARENB | PARODD;
    case Framing::Parity::even: return PARENB;
    case Framing::Parity::mark: return PARENB | PARODD | CMSPAR;
    case Framing::Parity::space: return PARENB | CMSPAR;
    default: return 0;
  }
}

}  // namespace

Framing framing_of(const termios& settings) {
  Framing framing{.baud = rate_of(cfgetospeed(&settings))};
  switch (settings.c_cflag & CSIZE) {
    case CS5: framing.data_bits = 5; break;
    case CS6: framing.data_bits = 6; break;
    case CS7: framing.data_bits = 7; break;
    default: break;
  }
  if ((settings.c_cflag & PARENB) != 0) {
    const bool odd = (settings.c_cflag & PARODD) != 0, fixed = (settings.c_cflag & CMSPAR) != 0;
    using Parity = Framing::Parity;
    framing.parity = fixed ? (odd ? Parity::mark : Parity::space) : odd ? Parity::odd : Parity::even;
  }
  framing.stop_bits = (settings.c_cflag & CSTOPB) != 0 ? 2 : 1;
  return framing;
}

bool set_framing(termios& settings, const Framing& framing) {
  for (const auto& [speed, rate] : rates) {
    if (rate != framing.baud) continue;
    cfsetspeed(&settings, speed);
    settings.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | PARODD | CMSPAR | CSTOPB);
    settings.c_cflag |= size_flag(framing.data_bits) | parity_flags(framing.parity);
    if (framing.stop_bits == 2) settings.c_cflag |= CSTOPB;
    return true;
  }
  return false;
}

}  // namespace sim800
