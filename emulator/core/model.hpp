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

/// A set of models.
class Models {
 public:
  constexpr Models() = default;
  constexpr Models(std::initializer_list<Model> list) {
    for (const Model model : list) bits_ |= bit(model);
  }
  static constexpr Models all() {
    Models every;
    every.bits_ = bit(Model::count_) - 1;
    return every;
  }
  constexpr bool has(Model model) const { return (bits_ & bit(model)) != 0; }
  constexpr Models operator|(Models other) const {
    other.bits_ |= bits_;
    return other;
  }
  constexpr Models operator-(Models other) const {
    other.bits_ = bits_ & ~other.bits_;
    return other;
  }
  constexpr bool operator==(const Models&) const = default;

 private:
  static constexpr std::uint32_t bit(Model model) { return std::uint32_t{1} << static_cast<unsigned>(model); }
  std::uint32_t bits_ = 0;
};

/// The models that have a command, from the manual's chapter 20; all() if chapter 20 does not limit it.
Models models_of(std::string_view command);

/// Sets that the manual's chapter 20 uses repeatedly.
namespace models {
using enum Model;
inline constexpr Models vw{sim800v, sim840v, sim800w, sim840w, sim800w16, sim840w16};
inline constexpr Models pcm{sim800h, sim800l, sim800, sim800m64, sim808};
inline constexpr Models caf{sim800c, sim800a, sim800f};
}  // namespace models

}  // namespace sim800
