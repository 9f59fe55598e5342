// TLS versions of the family's firmware.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace sim800 {

enum class TlsVersion : std::uint8_t { v1_0, v1_1, v1_2 };

}  // namespace sim800
