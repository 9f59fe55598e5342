// SPDX-License-Identifier: MIT
#include "emulator/at/multiplexer.hpp"

#include <algorithm>
#include <utility>

#include "emulator/at/channel_owner.hpp"

namespace sim800 {
namespace {

// Types of control messages, as in a command (27.010 5.4.6.3); a response lacks `command_bit`.
constexpr std::uint8_t command_bit = 0x02;
enum Message : std::uint8_t {
  nsc = 0x11,  ///< as a response
  test = 0x23,
  psc = 0x43,
  rls = 0x53,
  fc_off = 0x63,
  pn = 0x83,
  rpn = 0x93,
  fc_on = 0xa3,
  cld = 0xc3,
  msc = 0xe3,
};

// Signal octet of MSC.
constexpr std::uint8_t no_flow_bit = 0x02;
constexpr std::uint8_t ready = 0x0d;  ///< RTC and RTR; no DLC is in data mode yet

/// Bytes that wait for a host that stops the flow; above this the oldest are lost.
constexpr std::size_t max_waiting = 64 * 1024;

char address(std::uint8_t dlci) { return static_cast<char>(dlci << 2 | 3); }
std::uint8_t octet(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

}  // namespace

/// The port of the channel on one DLC.
class Multiplexer::Dlc final : public Port {
 public:
  Dlc(Multiplexer& owner, std::uint8_t dlci) : owner_(owner), dlci_(dlci) {}

  void send(std::string_view bytes) override {
    if (!open) return;
    waiting_ += bytes;
    release();
    if (waiting_.size() <= max_waiting) return;
    const std::size_t lost = waiting_.size() - max_waiting;
    waiting_.erase(0, lost);
    channel->output_lost(lost);
  }
  std::size_t unsent() const override { return open ? waiting_.size() + owner_.wire_.unsent() : 0; }
  void input_wanted() override {
    if (open && std::exchange(stops_host_, false)) owner_.tell_signals(dlci_, ready);
  }
  /// A busy DLC must not hold up the others: its host is told to wait, and loses bytes if it does not.
  void receive(std::string_view bytes) {
    if (channel->input_waiting() + bytes.size() > max_waiting) return channel->output_lost(bytes.size());
    channel->receive(bytes);
    if (channel->wants_input() || !open || std::exchange(stops_host_, true)) return;
    owner_.tell_signals(dlci_, ready | no_flow_bit);
  }

  /// Sends waiting bytes, if the host accepts them, in one write.
  void release() {
    if (waiting_.empty() || held || owner_.held_) return;
    std::string frames;
    for (std::string_view rest = waiting_; !rest.empty();) {
      const std::string_view part = rest.substr(0, std::min(owner_.frame_size_, wanted_size));
      frames += encode({.dlci = dlci_, .info = part});
      rest.remove_prefix(part.size());
    }
    waiting_.clear();
    owner_.wire_.write(frames);
  }
  void set_open(bool on) {
    open = on;
    held = stops_host_ = false;
    waiting_.clear();
    channel->set_lines(on);
  }

  Channel* channel = nullptr;
  bool open = false;
  bool held = false;                        ///< the host stops the flow here (MSC)
  std::size_t wanted_size = longest_frame;  ///< set by the host (PN) before it opens the DLC

 private:
  Multiplexer& owner_;
  std::uint8_t dlci_;
  std::string waiting_;
  bool stops_host_ = false;
};

Multiplexer::Multiplexer(ChannelOwner& owner, Channel& wire) : wire_(wire) {
  for (std::uint8_t dlci = 1; dlci <= dlc_count; ++dlci) {
    auto made = std::make_unique<Dlc>(*this, dlci);
    made->channel = &owner.attach(*made, wire.name() + "." + std::to_string(dlci));
    made->channel->is_dlc = true;
    made->channel->set_lines(false);
    made->channel->takes_urcs = dlci == 1;  // field: URCs come on the first DLC
    dlcs_.at(dlci - 1U) = std::move(made);
  }
}

Multiplexer::~Multiplexer() = default;

void Multiplexer::start(std::size_t frame_size) {
  frame_size_ = frame_size;
  decoder_.reset();
  running_ = true;
  wire_.go_online(*this);
  wire_.lend();
}

void Multiplexer::stop() {
  running_ = control_open_ = held_ = false;
  wire_.take_back();
  for (const auto& each : dlcs_) each->set_open(false);
}

bool Multiplexer::has_dlc(const Channel& channel) const {
  return std::ranges::find(dlcs_, &channel, [](const auto& each) { return each->channel; }) != dlcs_.end();
}

// --- the wire

std::size_t Multiplexer::from_host(std::string_view bytes) {
  if (!running_) return bytes.size();  // it is being stopped
  const std::string_view rest = decoder_.feed(bytes, [this](const MuxFrame& frame) { return take(frame); });
  if (!running_) {
    stop();
    wire_.go_offline();
  }
  return bytes.size() - rest.size();
}

void Multiplexer::host_left() {
  decoder_.reset();
  for (const auto& each : dlcs_) {
    if (each->open) each->channel->client_left();
  }
}

void Multiplexer::wire_free() {
  for (const auto& each : dlcs_) {
    if (each->open) each->channel->drained();
  }
}

// --- frames

Multiplexer::Dlc* Multiplexer::dlc(std::uint8_t dlci) const {
  return dlci >= 1 && dlci <= dlc_count ? dlcs_.at(dlci - 1U).get() : nullptr;
}

bool Multiplexer::is_open(std::uint8_t dlci) const {
  return dlci == 0 ? control_open_ : dlc(dlci) != nullptr && dlc(dlci)->open;
}

void Multiplexer::answer(const MuxFrame& frame, MuxType type) {
  wire_.write(encode({.dlci = frame.dlci, .cr = true, .type = type, .poll = frame.poll}));
}

/// False once everything is closed.
bool Multiplexer::take(const MuxFrame& frame) {
  switch (frame.type) {
    case MuxType::sabm:
      // The control channel comes first.
      if (frame.dlci > dlc_count || (frame.dlci > 0 && !control_open_)) {
        answer(frame, MuxType::dm);
      } else {
        answer(frame, MuxType::ua);
        open(frame.dlci);
      }
      return true;
    case MuxType::disc:
      answer(frame, is_open(frame.dlci) ? MuxType::ua : MuxType::dm);
      if (is_open(frame.dlci)) close(frame.dlci);
      return running_;
    case MuxType::uih:
    case MuxType::ui:
      if (!is_open(frame.dlci)) {
        if (frame.poll) answer(frame, MuxType::dm);
      } else if (frame.dlci == 0) {
        running_ = control(frame.info);
      } else {
        dlc(frame.dlci)->receive(frame.info);
      }
      return running_;
    case MuxType::ua:
    case MuxType::dm: break;  // responses to commands that the module never sends
  }
  return true;
}

void Multiplexer::open(std::uint8_t dlci) {
  if (is_open(dlci)) return;
  if (dlci == 0) {
    control_open_ = true;
    return;
  }
  dlc(dlci)->set_open(true);
  tell_signals(dlci, ready);  // field: the module sends them on its own
}

void Multiplexer::close(std::uint8_t dlci) {
  if (dlci == 0) {
    running_ = false;
  } else {
    dlc(dlci)->set_open(false);
  }
}

// --- control messages (27.010 5.4.6)

void Multiplexer::tell(std::uint8_t type, std::string_view values) {
  std::string message{static_cast<char>(type)};
  const std::size_t size = values.size();
  if (size < 128) {
    message += static_cast<char>(size << 1 | 1);
  } else {
    message += {static_cast<char>((size & 0x7f) << 1), static_cast<char>(size >> 7 << 1 | 1)};
  }
  message += values;
  wire_.write(encode({.dlci = 0, .info = message}));
}

void Multiplexer::tell_signals(std::uint8_t dlci, std::uint8_t signals) {
  tell(msc, std::string{address(dlci), static_cast<char>(signals)});
}

bool Multiplexer::control(std::string_view messages) {
  while (messages.size() >= 2) {
    const std::uint8_t type = octet(messages, 0);
    std::size_t size = 0, at = 1;
    bool more = true;
    for (; more && at < messages.size() && at < 4; ++at) {
      size |= static_cast<std::size_t>(octet(messages, at) >> 1) << (7 * (at - 1));
      more = (octet(messages, at) & 1) == 0;
    }
    if (more || size > messages.size() - at) return true;  // truncated: ignored
    if (!control_message(type, messages.substr(at, size))) return false;
    messages.remove_prefix(at + size);
  }
  return true;
}

bool Multiplexer::control_message(std::uint8_t type, std::string_view values) {
  if ((type & command_bit) == 0) return true;  // the response to the module's MSC
  const std::uint8_t response = type & static_cast<std::uint8_t>(~command_bit);
  switch (type) {
    case cld: tell(response, {}); return false;
    case fc_on:
    case fc_off:
      held_ = type == fc_off;
      tell(response, {});
      for (const auto& each : dlcs_) each->release();
      return true;
    case msc:
      set_signals(values);
      tell(response, values);
      return true;
    case rpn: tell(response, line_settings(values)); return true;
    case pn:
      limit_frames(values);
      tell(response, values);
      return true;
    case test:
    case psc:
    case rls: tell(response, values); return true;
    default: break;
  }
  tell(nsc, std::string(1, static_cast<char>(type)));
  return true;
}

/// MSC: the address of a DLC, its signals.
void Multiplexer::set_signals(std::string_view values) {
  if (values.size() < 2) return;
  Dlc* const meant = dlc(octet(values, 0) >> 2);
  if (meant == nullptr || !meant->open) return;
  meant->held = (octet(values, 1) & no_flow_bit) != 0;
  meant->release();
}

/// PN: the address of the DLC and, among others, its maximum frame size.
void Multiplexer::limit_frames(std::string_view values) {
  constexpr std::size_t size_at = 4;
  if (values.size() < size_at + 2) return;
  Dlc* const meant = dlc(octet(values, 0) & 0x3f);
  const std::size_t size = octet(values, size_at) | octet(values, size_at + 1) << 8;
  if (meant != nullptr && size > 0) meant->wanted_size = std::min(size, longest_frame);
}

/// RPN: the port's settings cannot be changed; a request of one octet gets the full answer: 115200 8N1, no flow
/// control, XON, XOFF.
std::string Multiplexer::line_settings(std::string_view values) const {
  if (values.size() != 1) return std::string(values);
  return {values[0], 0x07, 0x03, 0x00, 0x11, 0x13, 0x00, 0x00};
}

}  // namespace sim800
