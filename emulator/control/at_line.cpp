// SPDX-License-Identifier: MIT
#include "emulator/control/at_line.hpp"

#include <utility>

namespace sim800 {

AtLine::AtLine(Modem& modem, Clock& clock) : clock_(clock), channel_(modem.attach(*this, std::string(name))) {
  channel_.takes_urcs = false;
}

bool AtLine::ask(std::string line, std::string payload, Duration limit, Done done) {
  if (waiting_.size() >= max_waiting) return false;
  waiting_.push_back({std::move(line), std::move(payload), limit, std::move(done)});
  if (!running_) begin();
  return true;
}

void AtLine::begin() {
  if (running_ || waiting_.empty()) return;
  running_ = true;
  given_up_ = given_up_ && !channel_.idle();
  if (given_up_) return end(Answer::refused);  // its output would be taken for the answer
  text_.clear();
  channel_.format.echo = false;
  limit_ = clock_.after(waiting_.front().limit, [this] { end(Answer::late); });
  channel_.receive(waiting_.front().line + "\r");
  look_ = clock_.after(Duration::zero(), [this] { look(); });
}

void AtLine::send(std::string_view bytes) {
  if (!running_) return;
  text_ += bytes.substr(0, max_answer - std::min(max_answer, text_.size()));
  look_ = clock_.after(Duration::zero(), [this] { look(); });
}

void AtLine::look() {
  if (!running_) return;
  if (!waiting_.front().payload.empty() && (channel_.takes_entry() || channel_.online())) {
    const std::string payload = std::exchange(waiting_.front().payload, {});
    channel_.receive(payload);
    look_ = clock_.after(Duration::zero(), [this] { look(); });
  } else if (channel_.idle() && !text_.empty()) {
    end(Answer::complete);
  }
}

void AtLine::end(Answer::End how) {
  if (how == Answer::late) {
    channel_.client_left();  // an open prompt goes with it
    given_up_ = true;
  }
  running_ = false;
  limit_.cancel();
  const Done done = std::move(waiting_.front().done);
  waiting_.pop_front();
  const Answer answer{how, std::exchange(text_, {})};
  // A prompt has gone by then.
  next_ = clock_.after(Duration::zero(), [this] { begin(); });
  done(answer);
}

}  // namespace sim800
