// SPDX-License-Identifier: MIT
#include "emulator/at/multiplexer.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"
#include "emulator/at/multiplexer_dlc.hpp"

namespace sim800 {
namespace {

constexpr char flag_octet = '\xf9';
/// What wakes a host up before a frame (27.010 5.4.7).
constexpr std::string_view flags = "\xf9\xf9\xf9\xf9";

}  // namespace

Multiplexer::Multiplexer(ChannelOwner& owner, Channel& wire) : owner_(owner), wire_(wire) {
  for (std::uint8_t dlci = 1; dlci <= dlc_count; ++dlci) {
    auto made = std::make_unique<Dlc>(*this, dlci);
    made->serve(owner.attach(*made, wire.name() + "." + std::to_string(dlci)));
    dlcs_.at(dlci - 1U) = std::move(made);
  }
}

Multiplexer::~Multiplexer() = default;

void Multiplexer::start(const MuxSettings& settings) {
  settings_ = settings;
  decoder_.reset();
  for (const auto& each : dlcs_) each->limit_frames(settings.frame_size);
  running_ = true;
  wire_.go_online(*this);
  wire_.lend();
}

void Multiplexer::stop() {
  running_ = control_open_ = held_ = asleep_ = false;
  wire_.take_back();
  for (const auto& each : dlcs_) each->close();
}

bool Multiplexer::has_dlc(const Channel& channel) const {
  return std::ranges::any_of(dlcs_, [&](const auto& each) { return &each->channel() == &channel; });
}

// --- the wire

std::size_t Multiplexer::from_host(std::string_view bytes) {
  if (!running_) return bytes.size();  // it is being stopped
  wake_up(bytes);
  const std::string_view rest = decoder_.feed(bytes, [this](const MuxFrame& frame) {
    take(frame);
    return running_;
  });
  drop(decoder_.take_lost());
  if (!running_) {
    stop();
    wire_.go_offline();
  }
  return bytes.size() - rest.size();
}

/// A host that has put both to sleep sends flags until it sees some.
void Multiplexer::wake_up(std::string_view bytes) {
  if (asleep_ && bytes.find(flag_octet) != std::string_view::npos) put({});
}

void Multiplexer::put(std::string_view frames) {
  if (std::exchange(asleep_, false)) wire_.write(flags);
  wire_.write(frames);
}

void Multiplexer::drop(std::size_t octets) {
  if (octets > 0) wire_.output_lost(octets);
}

void Multiplexer::host_left() {
  decoder_.reset();
  for (const auto& each : dlcs_) {
    if (each->is_open()) each->client_left();
  }
}

void Multiplexer::wire_free() {
  for (const auto& each : dlcs_) {
    if (each->is_open()) each->wire_free();
  }
}

// --- frames

Multiplexer::Dlc* Multiplexer::dlc(std::uint8_t dlci) const {
  return dlci >= 1 && dlci <= dlc_count ? dlcs_.at(dlci - 1U).get() : nullptr;
}

Multiplexer::Dlc* Multiplexer::open_dlc(std::uint8_t dlci) const {
  Dlc* const meant = dlc(dlci);
  return meant != nullptr && meant->is_open() ? meant : nullptr;
}

bool Multiplexer::is_open(std::uint8_t dlci) const { return dlci == 0 ? control_open_ : open_dlc(dlci) != nullptr; }

void Multiplexer::answer(const MuxFrame& frame, MuxType type) {
  put(encode({.dlci = frame.dlci, .cr = true, .type = type, .poll = frame.poll}));
}

void Multiplexer::take(const MuxFrame& frame) {
  switch (frame.type) {
    case MuxType::sabm: return open(frame);
    case MuxType::disc: answer(frame, is_open(frame.dlci) ? MuxType::ua : MuxType::dm); return close(frame.dlci);
    case MuxType::dm: return close(frame.dlci);  // the host has no such DLC
    case MuxType::uih:
    case MuxType::ui: return take_data(frame);
    case MuxType::ua: return;  // a response to commands that the module never sends
  }
}

/// The control channel comes first. One that is open already stays as it is.
void Multiplexer::open(const MuxFrame& sabm) {
  Dlc* const meant = dlc(sabm.dlci);
  if (sabm.dlci > 0 && (meant == nullptr || !control_open_)) return answer(sabm, MuxType::dm);
  answer(sabm, MuxType::ua);
  if (meant == nullptr) {
    control_open_ = true;
  } else if (!meant->is_open()) {
    meant->open();
  }
}

void Multiplexer::close(std::uint8_t dlci) {
  if (!is_open(dlci)) return;
  if (dlci == 0) {
    running_ = false;
  } else {
    open_dlc(dlci)->close();
  }
}

void Multiplexer::take_data(const MuxFrame& frame) {
  if (!is_open(frame.dlci)) {
    drop(frame.info.size());
    return frame.poll ? answer(frame, MuxType::dm) : void();
  }
  Dlc* const meant = open_dlc(frame.dlci);
  if (frame.info.size() > (meant != nullptr ? meant->frame_size() : settings_.frame_size))
    return drop(frame.info.size());
  meant != nullptr ? meant->receive(frame.info) : control(frame.info);
}

}  // namespace sim800
