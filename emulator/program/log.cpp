// SPDX-License-Identifier: MIT
#include "emulator/program/log.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <cstdint>
#include <mutex>
#include <utility>

#include "emulator/core/output.hpp"
#include "emulator/program/warning_limit.hpp"

namespace sim800 {

/// Written to by several threads.
class Log::Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  Sink() : output_(Output::standard(STDERR_FILENO)) {}

  void on_waiting(std::function<void()> act) {
    const std::lock_guard lock(mutex_);
    output_.on_waiting = std::move(act);
  }
  void say(std::string_view line) {
    const std::lock_guard lock(mutex_);
    put(fmt::format("{}\n", line));
  }
  /// Whether something still waits.
  bool go_on() {
    const std::lock_guard lock(mutex_);
    output_.flush();
    return output_.waiting();
  }
  void finish() {
    const std::lock_guard lock(mutex_);
    for (const std::string& line : limit_.all()) put_warning(line, spdlog::log_clock::now());
    output_.drain(std::chrono::seconds(1));
    if (left_out_ > 0) put({});
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    for (const std::string& line : limit_.ended(message.time)) put_warning(line, message.time);
    if (message.level < spdlog::level::warn || limit_.admit(text, message.time)) format(message);
  }
  void flush_() override { output_.flush(); }

  void format(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    put({line.data(), line.size()});
  }
  void put_warning(std::string_view text, spdlog::log_clock::time_point time) {
    format({time, spdlog::source_loc{}, "sim800", spdlog::level::warn, text});
  }
  /// A gap is marked where it ends: once everything before it has been taken, so that there are few of them.
  void put(std::string_view line) {
    output_.flush();
    if (left_out_ > 0 && output_.waiting()) {
      ++left_out_;
      return;
    }
    const bool whole =
        left_out_ == 0 || output_.write(fmt::format("sim800: {} lines of the log are missing here\n", left_out_));
    if (whole) left_out_ = 0;
    if (!whole || !output_.write(line)) ++left_out_;
  }

  Output output_;
  WarningLimit limit_;
  std::uint64_t left_out_ = 0;
};

Log::Log(asio::io_context& loop, const std::string& level)
    : sink_(std::make_shared<Sink>()), flusher_(loop, [this] { return sink_->go_on(); }) {
  sink_->on_waiting([this] { flusher_.start(); });
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("sim800", sink_));
  spdlog::set_level(spdlog::level::from_str(level));
}

/// What is logged afterwards is written too, but nothing waits for a slow reader any more.
Log::~Log() {
  sink_->on_waiting({});
  sink_->finish();
}

void Log::say(std::string_view line) { sink_->say(line); }

}  // namespace sim800
