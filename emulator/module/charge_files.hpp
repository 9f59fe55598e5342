// The price per unit as a file of the card (51.011 10.3.23).
// SPDX-License-Identifier: MIT
#pragma once

#include <string>
#include <string_view>

namespace sim800 {

/// Currency, and a price such as "0.15" as four digits and a power of ten; what has more is cut.
std::string encode_price(std::string_view currency, std::string_view price);
struct UnitPrice {
  std::string currency, price;
};
UnitPrice decode_price(std::string_view file);

}  // namespace sim800
