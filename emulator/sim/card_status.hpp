// Status words of a card (51.011 9.4).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace sim800 {

inline constexpr std::uint16_t success = 0x9000, has_response = 0x9f00, has_command = 0x9100, toolkit_busy = 0x9300,
                               memory_problem = 0x9240, no_file_selected = 0x9400, out_of_range = 0x9402,
                               not_found = 0x9404, wrong_kind = 0x9408, no_code = 0x9802, access_denied = 0x9804,
                               contradicts_code = 0x9808, contradicts_validity = 0x9810, code_blocked = 0x9840,
                               limit_reached = 0x9850, wrong_length = 0x6700, wrong_parameters = 0x6b00,
                               unknown_instruction = 0x6d00, wrong_class = 0x6e00, technical_problem = 0x6f00;

}  // namespace sim800
