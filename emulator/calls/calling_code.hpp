// Calling codes of countries (E.164), and the countries of networks (E.212).
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

/// The calling code that an international number without its + begins with: "420"; "" for none.
std::string_view calling_code_of(std::string_view digits);

/// The calling code of a network's or subscription's country, by the first three digits of PLMN or IMSI; "" if unknown.
std::string calling_code_of_network(std::string_view plmn);

/// Whether a number, dialled in the country with that calling code, leads out of it. A national number does not.
bool is_international(std::string_view number, std::string_view country);

}  // namespace sim800
