// SPDX-License-Identifier: MIT
#include "emulator/at/multiplexer_dlc.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"

namespace sim800 {
namespace {

/// What a host that stops the flow gets in the end; above this the oldest is lost.
constexpr std::size_t most_held = std::size_t{1024} * 1024;
/// What a host that does not stop when it is told to can still send.
constexpr std::size_t most_behind_stop = std::size_t{64} * 1024;
constexpr Duration break_unit = std::chrono::milliseconds(200);

}  // namespace

void Multiplexer::Dlc::serve(Channel& channel) {
  channel_ = &channel;
  channel.takes_urcs = dlci_ == 1;  // field: URCs come on the first DLC
  channel.set_lines(false);
}

void Multiplexer::Dlc::open() {
  channel_->set_lines(true);
  channel_->host_line(ModemLine::dtr, true);
  channel_->host_line(ModemLine::rts, true);
  open_ = true;
  tell_signals();
}

void Multiplexer::Dlc::close() {
  open_ = held_ = stops_host_ = signals_in_frames_ = false;
  frame_size_ = owner_.settings_.frame_size;
  waiting_.clear();
  repeat_.cancel();
  end_break();
  channel_->set_lines(false);
}

// --- from the host

void Multiplexer::Dlc::receive(std::string_view info) {
  if (signals_in_frames_) {
    const auto head = take_mux_head(info);
    if (!head) return channel_->output_lost(info.size());
    set_signals(*head);
  }
  if (channel_->input_waiting() + info.size() > most_behind_stop) return channel_->output_lost(info.size());
  channel_->receive(info);
  if (channel_->wants_input() || !open_ || std::exchange(stops_host_, true)) return;
  tell_signals();
}

/// RTR stops the flow as FC does: Linux tells so, and there are no other lines that AT+IFC could mean.
void Multiplexer::Dlc::set_signals(const MuxSignals& signals) {
  held_ = signals.stops || !signals.ready_to_receive;
  channel_->host_line(ModemLine::rts, signals.ready_to_receive);
  if (signals.break_for) {
    if (!std::exchange(breaks_, true)) channel_->host_break(true);
    break_ = owner_.owner_.clock.after(break_unit * *signals.break_for, [this] { end_break(); });
  }
  channel_->host_line(ModemLine::dtr, signals.ready);
  release();
}

void Multiplexer::Dlc::end_break() {
  break_.cancel();
  if (std::exchange(breaks_, false)) channel_->host_break(false);
}

void Multiplexer::Dlc::release() {
  if (waiting_.empty() || held_ || owner_.held_) return;
  const std::string head = signals_in_frames_ ? encode_head(signals()) : std::string();
  std::string frames, info;
  for (std::string_view rest = waiting_; !rest.empty();) {
    const std::string_view part = rest.substr(0, frame_size_ - head.size());
    info.assign(head).append(part);
    frames += encode({.dlci = dlci_, .info = info});
    rest.remove_prefix(part.size());
  }
  waiting_.clear();
  owner_.put(frames);
}

// --- from the channel

void Multiplexer::Dlc::send(std::string_view bytes) {
  if (!open_) return;
  waiting_ += bytes;
  release();
  if (waiting_.size() <= most_held) return;
  const std::size_t lost = waiting_.size() - most_held;
  waiting_.erase(0, lost);
  channel_->output_lost(lost);
}

std::size_t Multiplexer::Dlc::unsent() const { return open_ ? waiting_.size() + owner_.wire_.unsent() : 0; }

void Multiplexer::Dlc::input_wanted() {
  if (open_ && std::exchange(stops_host_, false)) tell_signals();
}

void Multiplexer::Dlc::set_line(ModemLine /*line*/, bool /*on*/) {
  if (open_) tell_signals();
}

MuxSignals Multiplexer::Dlc::signals() const {
  const auto is_on = [this](ModemLine line) { return channel_->is_on(line); };
  return {.dlci = dlci_,
          .stops = stops_host_,
          .ready = is_on(ModemLine::dsr),
          .ready_to_receive = is_on(ModemLine::cts),
          .ring = is_on(ModemLine::ri),
          .valid_data = is_on(ModemLine::dcd),
          .break_for = {}};
}

void Multiplexer::Dlc::tell_signals() {
  if (!signals_in_frames_) return repeat_signals(owner_.settings_.repeats);
  owner_.put(encode({.dlci = dlci_, .info = encode_head(signals())}));
}

/// As they are now, and again unless the host answers.
void Multiplexer::Dlc::repeat_signals(unsigned left) {
  owner_.tell(static_cast<std::uint8_t>(MuxMessageType::msc), encode(signals()));
  if (left == 0) return;
  repeat_ = owner_.owner_.clock.after(owner_.settings_.patience, [this, left] { repeat_signals(left - 1); });
}

}  // namespace sim800
