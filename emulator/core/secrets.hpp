// PINs and passwords in what passes on a line, for the log and the trace (docs/trace.md says which).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sim800 {

/// Follows one direction of a line, in whatever pieces it comes.
class SecretMask {
 public:
  /// How many bytes of these are secret. If there are any, `masked` becomes the bytes with asterisks in their place.
  std::size_t mask(std::string_view bytes, std::string& masked);

 private:
  enum class Context : std::uint8_t { name, arguments, dial, whole_line };
  bool at_start() const { return context_ == Context::name && text_.empty() && !quoted_; }
  char next(char c);
  void take_name(char end);
  bool secret() const;
  void start_line();

  Context context_ = Context::name;
  std::string text_;                 ///< of the name, the argument, or what is dialled
  std::vector<std::string> before_;  ///< the arguments before this one
  std::string name_;
  bool quoted_ = false;
};

/// "http://user:password@host/" with asterisks for the password.
std::string masked_url(std::string_view url);

}  // namespace sim800
