// The members of the family (AT manual 1.1), and sets of them.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace sim800 {

enum class Model : std::uint8_t {
  sim800v,
  sim840v,
  sim800w,
  sim840w,
  sim800w16,
  sim840w16,
  sim800h,
  sim800l,
  sim800,
  sim800m64,
  sim800g,
  sim808,
  sim868,
  sim800c,
  sim800c_ds,
  sim800a,
  sim800f,
  count_,
};

/// "SIM800L" of Model::sim800l.
std::string_view name_of(Model model);
/// The model of this name, in the manual's spelling.
std::optional<Model> find_model(std::string_view name);
/// All names, in the manual's order.
std::span<const std::string_view> model_names();
/// The firmware revision of the model if a scenario gives none.
std::string_view usual_revision(Model model);

/// A set of the values of an enumeration that ends with `count_`.
template <class Each>
class SetOf {
 public:
  constexpr SetOf() = default;
  constexpr SetOf(std::initializer_list<Each> list) {
    for (const Each each : list) bits_ |= bit(each);
  }
  static constexpr SetOf all() {
    SetOf every;
    every.bits_ = bit(Each::count_) - 1;
    return every;
  }
  constexpr bool has(Each each) const { return (bits_ & bit(each)) != 0; }
  constexpr SetOf operator|(SetOf other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr SetOf operator-(SetOf other) const {
    other.bits_ = bits_ & ~other.bits_;
    return other;
  }
  constexpr bool operator==(const SetOf&) const = default;

 private:
  static constexpr std::uint32_t bit(Each each) { return std::uint32_t{1} << static_cast<unsigned>(each); }
  std::uint32_t bits_ = 0;
};

using Models = SetOf<Model>;

/// The models that have a command, from the manual's chapter 20; all() if chapter 20 does not limit it. What the field
/// adds and takes away is in personality.hpp.
Models models_of(std::string_view command);

/// Sets that the manual's chapter 20 uses repeatedly.
namespace models {
using enum Model;
inline constexpr Models vw{sim800v, sim840v, sim800w, sim840w, sim800w16, sim840w16};
inline constexpr Models pcm{sim800h, sim800l, sim800, sim800m64, sim808};
inline constexpr Models caf{sim800c, sim800a, sim800f};
}  // namespace models

}  // namespace sim800
