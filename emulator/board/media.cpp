// SPDX-License-Identifier: MIT
#include "emulator/board/media.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace sim800 {
namespace {

constexpr std::uint64_t kept_for_system = 40 * 1024;  // 16.2.1: this much stays free
constexpr std::size_t whole_file = FileSystem::capacity;

constexpr Cme recording_now{5000}, playing_now{5001}, audio_busy{5002}, no_space{5003}, bad_format{5004},
    file_empty{5006}, file_missing{5008};

}  // namespace

std::optional<Result> Media::refusal() const {
  switch (activity_) {
    case Activity::idle: return std::nullopt;
    case Activity::recording: return recording_now;
    case Activity::playing: return playing_now;
    default: return audio_busy;
  }
}

// --- recording

std::uint64_t Media::room_for(const Recording& recording) const {
  const std::uint64_t room = files_.free_bytes() + files_.size(recording.path).value_or(0);  // which it replaces
  return room > kept_for_system ? room - kept_for_system : 0;
}

Result Media::record(const Recording& recording, std::uint32_t quality, Duration limit, Channel& asker) {
  if (const auto refused = refusal()) return *refused;
  writer_ = AudioWriter(recording.form, quality);
  longest_ = writer_.longest(room_for(recording));
  if (longest_ <= Duration::zero()) return no_space;
  if (limit > Duration::zero()) longest_ = std::min(longest_, limit);
  recording_ = recording;
  activity_ = Activity::recording;
  asker_ = &asker;
  since_ = around_.clock.now();
  end_ = around_.clock.after(longest_, [this] { finish_recording(); });
  return ok;
}

Result Media::stop_recording(Channel& asker) {
  if (activity_ != Activity::recording || streaming_) return refusal().value_or(Cme::not_allowed);
  asker_ = &asker;
  return finish_recording() ? ok : Result{no_space};
}

bool Media::finish_recording(Channel* cause) {
  end_.cancel();
  activity_ = Activity::idle;
  const Duration length = std::min(around_.clock.now() - since_, longest_);
  const std::string bytes = writer_.file(length);
  if (!files_.put(recording_.path, bytes)) return false;
  const std::string line = fmt::format("+CREC: 2,{},{},{},{}", recording_.shown, static_cast<int>(recording_.form),
                                       std::chrono::floor<std::chrono::seconds>(length).count(), bytes.size());
  cause != nullptr ? around_.urc(line, cause) : around_.answer(line, asker_);
  return true;
}

// --- playing

Result Media::start(Activity activity, std::string_view path, bool endlessly, Channel& asker) {
  if (const auto refused = refusal()) return *refused;
  const auto bytes = files_.read(path, 0, whole_file);
  if (!bytes) return file_missing;
  if (bytes->empty()) return file_empty;
  const auto length = play_time(path, *bytes);
  if (!length) return bad_format;
  activity_ = activity;
  asker_ = &asker;
  since_ = around_.clock.now();
  left_ = *length;
  const char* report = activity == Activity::playing ? "+CREC: 0" : "+CMEDPLAY: 0";
  if (!endlessly) end_ = around_.clock.after(*length, [this, report] { finish(report); });
  return ok;
}

void Media::finish(std::string_view report) {
  activity_ = Activity::idle;
  around_.answer(report, asker_);
}

Result Media::play(std::string_view path, bool endlessly, Channel& asker) {
  return start(Activity::playing, path, endlessly, asker);
}
Result Media::play_media(std::string_view path, Channel& asker) { return start(Activity::media, path, false, asker); }

Result Media::pause_media() {
  if (activity_ != Activity::media) return Cme::not_allowed;
  end_.cancel();
  left_ -= around_.clock.now() - since_;
  activity_ = Activity::paused;
  return ok;
}

Result Media::resume_media() {
  if (activity_ != Activity::paused) return Cme::not_allowed;
  activity_ = Activity::media;
  since_ = around_.clock.now();
  end_ = around_.clock.after(left_, [this] { finish("+CMEDPLAY: 0"); });
  return ok;
}

Result Media::speak(Duration length, Channel& asker) {
  if (activity_ != Activity::idle) return Cme::not_allowed;
  activity_ = Activity::speaking;
  asker_ = &asker;
  end_ = around_.clock.after(length, [this] { finish("+CTTS: 0"); });
  return ok;
}

bool Media::stop(Activity which) {
  const bool same = activity_ == which || (which == Activity::media && activity_ == Activity::paused);
  if (!same) return false;
  end_.cancel();
  activity_ = Activity::idle;
  return true;
}

void Media::begin_stream() {
  activity_ = Activity::recording;
  streaming_ = true;
}

void Media::call_set_up(Channel* cause, bool speech_goes_on) {
  if (activity_ == Activity::recording && !streaming_) {
    finish_recording(cause);
  } else if (!speech_goes_on) {
    end_speech(cause);
  }
}

void Media::end_speech(Channel* cause) {
  if (!stop(Activity::speaking)) return;
  cause != nullptr ? around_.urc("+CTTS: 0", cause) : around_.answer("+CTTS: 0", asker_);
}

void Media::power_off() {
  streaming_ = false;
  end_.cancel();
  activity_ = Activity::idle;
}

}  // namespace sim800
