// One direction of a relayed connection: bytes wait here as long as the link takes to carry them.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backends/link/link_path.hpp"

namespace sim800 {

class RelayLane {
 public:
  using Socket = asio::ip::tcp::socket;
  enum class End : std::uint8_t { none, close, reset };

  /// Most bytes in transit; above that the sender waits.
  static constexpr std::size_t window = 64 * 1024;

  struct Parts {
    const LinkState& link;
    const bool& stalled;  ///< this connection's own black hole
    Direction direction;
    std::uint64_t seed;  ///< of the jitter
    Socket& from;        ///< both non-blocking once they are open
    Socket& to;
    std::function<void()> sender_reset;   ///< the sender has cut the connection
    std::function<void()> receiver_gone;  ///< it accepts nothing any more
    std::function<void()> ended;
    std::function<void()> gave;               ///< bytes have been written to the receiver
    std::function<void(TimePoint)> sent_off;  ///< something has set out that will arrive then
  };
  explicit RelayLane(Parts parts);

  /// Pending handlers end with this object.
  void owned_by(std::weak_ptr<void> owner) { owner_ = std::move(owner); }
  /// What the sender has written passes `edit` first, in the blocks in which it comes.
  void edit(std::function<void(std::string&)> edit) { edit_ = std::move(edit); }
  /// `heard` is called before anything that the sender has written, or its end, sets out.
  void before(std::function<void()> heard) { heard_ = std::move(heard); }
  /// While held, what has arrived waits before the receiver.
  void hold(bool on);
  /// The delay of the link for one byte this time: half a round trip.
  Duration delay() { return path_.delay(); }
  /// Moves what can be moved now, and waits for the rest.
  void pump();
  /// The link has changed.
  void model_changed();
  /// Ends the stream after what the sender has written so far; in a black hole, without it.
  void finish(End how);
  /// Takes what the sender has written so far, and nothing after it: to the sender, that has been sent.
  void gather();
  /// Drops everything: nobody is left to receive it.
  void discard();
  /// Bytes that have been written to the receiver.
  std::uint64_t passed() const { return passed_; }
  /// Bytes that have been read from the sender, and have not been written to the receiver.
  std::size_t inside() const { return buffered_ - written_; }
  /// Its end has been passed on, or nobody wants it.
  bool ended() const { return ended_; }

 private:
  struct Chunk {
    std::string bytes;
    TimePoint due;
    End end;
  };

  bool blocked() const { return parts_.stalled || parts_.link.model.blackhole; }
  std::size_t portion() const;
  bool take();
  bool give();
  void await_input();
  void queue(std::string_view bytes, End end, bool without_gap = false);
  bool goes_on_at_once(TimePoint due) const;
  std::size_t write(std::string_view bytes);
  std::string_view edited(std::string_view bytes, std::string& changed) const;
  void pass(End end);
  void wait(Socket& socket, Socket::wait_type event, bool& waiting);

  Parts parts_;
  std::weak_ptr<void> owner_;
  std::function<void(std::string&)> edit_;
  std::function<void()> heard_;
  LinkPath path_;
  std::deque<Chunk> chunks_;
  std::size_t buffered_ = 0;  // in chunks_
  std::size_t written_ = 0;   // of the first chunk
  std::uint64_t passed_ = 0;
  bool held_ = false;
  bool idle_ = true;          // the line was idle for a time
  bool source_over_ = false;  // nothing more is read
  bool ended_ = false;
  bool waiting_to_read_ = false, waiting_to_write_ = false;
  Timer read_timer_, write_timer_;
};

}  // namespace sim800
