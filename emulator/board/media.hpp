// The audio path: recording, playback, speech (AT manual 6.2.70, chapters 16 and 17). One at a time.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "emulator/board/audio_file.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/service.hpp"
#include "emulator/files/file_system.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class Media final : public Service {
 public:
  Media(const Environment& environment, FileSystem& files) : around_(environment), files_(files) {}

  enum class Activity : std::uint8_t {
    idle,
    recording,  ///< AT+CREC=1, AT+CRECORD=1
    playing,    ///< AT+CREC=4
    media,      ///< AT+CMEDPLAY
    paused,
    speaking,  ///< AT+CTTS
  };
  Activity activity() const { return activity_; }

  /// Why a recording cannot be made, played, read or removed now: CME 5000-5002; nothing when idle.
  std::optional<Result> refusal() const;

  struct Recording {
    std::string path;   ///< of its file
    std::string shown;  ///< its name in +CREC: an id, or the path in quotes
    AudioForm form = AudioForm::amr;
  };
  /// Records until stopped, until `limit` (zero: none) expires, or until the drive is full except for the system's
  /// reserve. +CREC: 2,<id>,<form>,<time>,<len> reports the end.
  Result record(const Recording& recording, std::uint32_t quality, Duration limit, Channel& asker);
  /// Ends it; the report follows once the line is free.
  Result stop_recording(Channel& asker);

  /// Plays a file; +CREC: 0 reports the end.
  Result play(std::string_view path, bool endlessly, Channel& asker);
  /// Likewise for AT+CMEDPLAY; +CMEDPLAY: 0.
  Result play_media(std::string_view path, Channel& asker);
  Result pause_media();
  Result resume_media();
  /// Speaks for this long; +CTTS: 0.
  Result speak(Duration length, Channel& asker);
  /// Stops it silently; false if nothing of that kind was playing.
  bool stop(Activity which);

  /// A stream that excludes all others while it lasts (AT+CRECORD).
  void begin_stream();
  void end_stream() { power_off(); }

  /// A call ends recording and speech (16.2.1, 17.2.1), unless it goes on (17.2.3); the command of `cause` says so, if
  /// it waits for the call.
  void call_set_up(Channel* cause, bool speech_goes_on);
  /// The end of a call also ends speech (17.2.1).
  void call_ended() { end_speech(nullptr); }
  void power_off() override;
  bool busy() const override { return activity_ != Activity::idle && activity_ != Activity::paused; }

 private:
  Result start(Activity activity, std::string_view path, bool endlessly, Channel& asker);
  void finish(std::string_view report);
  /// False if the drive has become full in the meantime; nothing is reported then.
  bool finish_recording(Channel* cause = nullptr);
  void end_speech(Channel* cause);
  std::uint64_t room_for(const Recording& recording) const;

  const Environment& around_;
  FileSystem& files_;
  Activity activity_ = Activity::idle;
  Channel* asker_ = nullptr;  ///< that is told of its end
  Timer end_;
  TimePoint since_{};
  Duration left_{};  ///< of what is paused
  bool streaming_ = false;
  Recording recording_;
  AudioWriter writer_{AudioForm::amr, 0};
  Duration longest_{};
};

}  // namespace sim800
