// SPDX-License-Identifier: MIT
#include "emulator/core/trace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iterator>

#include "emulator/core/nvram.hpp"

namespace sim800 {
namespace {

void append_quoted(std::string& out, std::string_view bytes) {
  out.push_back('"');
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\r') {
      out.append("\\r");
    } else if (c == '\n') {
      out.append("\\n");
    } else if (byte < 0x20 || byte > 0x7e) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

std::FILE* open_file(const std::string& file) {
  if (file != "-") return std::fopen(file.c_str(), "we");
  return fdopen(fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), "w");
}

}  // namespace

Trace::Trace(const std::string& file, const Clock& clock) : clock_(clock), file_(open_file(file), Close()) {
  if (file_ == nullptr) throw StateError(fmt::format("{}: {}", file, std::strerror(errno)));
}

void Trace::event(std::string_view name, Fields fields) {
  if (file_) write(name, fields);
  if (listener) listener(name, fields);
}

void Trace::write(std::string_view name, Fields fields) {
  line_.clear();
  const double seconds = std::chrono::duration<double>(clock_.now()).count();
  fmt::format_to(std::back_inserter(line_), "{{\"t\":{:.6f},\"event\":\"{}\"", seconds, name);
  if (!module_.empty()) {
    line_ += ",\"module\":";
    append_quoted(line_, module_);
  }
  for (const auto& [key, value] : fields) {
    fmt::format_to(std::back_inserter(line_), ",\"{}\":", key);
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      append_quoted(line_, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      fmt::format_to(std::back_inserter(line_), "{}", *number);
    } else {
      line_ += std::get<bool>(value) ? "true" : "false";
    }
  }
  line_ += "}\n";
  std::fwrite(line_.data(), 1, line_.size(), file_.get());
  std::fflush(file_.get());
}

}  // namespace sim800
