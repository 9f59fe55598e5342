// SPDX-License-Identifier: MIT
#include "emulator/core/trace.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstring>
#include <iterator>
#include <system_error>
#include <utility>

#include "emulator/core/nvram.hpp"
#include "emulator/core/trace_text.hpp"

namespace sim800 {
namespace {

bool is_plain(char c) { return c >= 0x20 && c <= 0x7e && c != '"' && c != '\\'; }

void append_quoted(std::string& out, std::string_view bytes) {
  out.push_back('"');
  while (!bytes.empty()) {
    std::size_t plain = 0;
    while (plain < bytes.size() && is_plain(bytes[plain])) ++plain;
    out.append(bytes.substr(0, plain));
    bytes.remove_prefix(plain);
    if (bytes.empty()) break;
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (c == '"' || c == '\\') {
      out.push_back('\\');
      out.push_back(c);
    } else if (c == '\r') {
      out.append("\\r");
    } else if (c == '\n') {
      out.append("\\n");
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned char>(c));
    }
  }
  out.push_back('"');
}

/// In seconds with six decimals.
void append_time(std::string& out, TimePoint now) {
  constexpr unsigned decimals = 6;
  constexpr std::int64_t per_second = 1'000'000;
  const std::int64_t micros = trace_micros(now);
  const fmt::format_int whole(micros / per_second), part(micros % per_second);
  out.append(whole.data(), whole.size());
  out.push_back('.');
  out.append(decimals - part.size(), '0');
  out.append(part.data(), part.size());
}

Output open_output(const std::string& file) try {
  return file == "-" ? Output::standard(STDOUT_FILENO) : Output::to(file);
} catch (const std::system_error& problem) {
  throw StateError(fmt::format("{}: {}", file, problem.code().message()));
}

}  // namespace

Trace::Trace(const std::string& file, const Clock& clock) : clock_(clock), file_(file), output_(open_output(file)) {}

void Trace::event(std::string_view name, Fields fields) {
  const bool whole = same_literal(name, "command");
  if (!whole && !same_literal(name, "rx") && !same_literal(name, "tx")) return pass(name, fields);
  const std::string_view key = whole ? "line" : "data", channel = text_of(fields, "channel");
  std::string masked;
  // A command is whole, the two directions of a channel are followed from piece to piece.
  const std::string_view text = text_of(fields, key);
  const std::size_t count = whole ? SecretMask().mask(text, masked) : mask_of(name, channel).mask(text, masked);
  if (count == 0) return pass(name, fields);
  pass(name, {{"channel", channel}, {key, masked}, {"masked", static_cast<std::int64_t>(count)}});
}

SecretMask& Trace::mask_of(std::string_view name, std::string_view channel) {
  for (Direction& known : directions_) {
    if (known.name.front() == name.front() && known.channel == channel) return known.mask;
  }
  return directions_.emplace_back(Direction{name == "rx" ? "rx" : "tx", std::string(channel), {}}).mask;
}

void Trace::pass(std::string_view name, Fields fields) {
  Trace& writer = run_ != nullptr ? *run_ : *this;
  if (writer.output_) writer.write(module_, name, fields);
  if (listener) listener(name, fields);
}

/// A gap is marked where it ends: once everything before it has been taken, so that there are few of them.
void Trace::write(std::string_view module, std::string_view name, Fields fields) {
  if (!std::exchange(begun_, true) && file_ != "-") output_->restart();
  if (not_told_ > 0) output_->flush();
  if (not_told_ > 0 && !output_->waiting() &&
      write_line({}, "missing", {{"events", static_cast<std::int64_t>(not_told_)}})) {
    not_told_ = 0;
  }
  if (not_told_ == 0 && write_line(module, name, fields)) return;
  ++missing_;
  ++not_told_;
  if (std::exchange(failed_, true)) return;
  const char* const reason = output_->error() != 0 ? std::strerror(output_->error()) : "its reader is too slow";
  spdlog::error("trace {}: events are missing from it: {}", file_, reason);
}

bool Trace::write_line(std::string_view module, std::string_view name, Fields fields) {
  line_ = "{";
  append_event(line_, clock_.now(), module, name, {fields.begin(), fields.size()});
  line_ += "}\n";
  return output_->write(line_);
}

void append_event(std::string& line, TimePoint now, std::string_view module, std::string_view name,
                  std::span<const Trace::Field> fields) {
  line += "\"t\":";
  append_time(line, now);
  line.append(",\"event\":\"").append(name).push_back('"');
  if (!module.empty()) {
    line += ",\"module\":";
    append_quoted(line, module);
  }
  for (const auto& [key, value] : fields) {
    line.append(",\"").append(key).append("\":");
    if (const auto* text = std::get_if<std::string_view>(&value)) {
      append_quoted(line, *text);
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      const fmt::format_int digits(*number);
      line.append(digits.data(), digits.size());
    } else {
      line += std::get<bool>(value) ? "true" : "false";
    }
  }
}

}  // namespace sim800
