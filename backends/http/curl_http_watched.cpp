// CurlHttpTransfer: where a fault may act on it.  A fault may destroy the transfer, which must not happen within
// libcurl's callbacks: they only queue what arrives, and the loop processes it right after them.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <asio/post.hpp>
#include <cstring>
#include <utility>

#include "backends/http/curl_http_transfer.hpp"

namespace sim800 {

// True: the transfer has ended, and may be gone.
bool CurlHttpTransfer::end_by_fault(const Verdict& verdict) {
  if (verdict.code || verdict.dns_fails) {
    gate_.cut_all(Verdict::Cut::close);
    fail(verdict.code.value_or(http_status::dns_error));
    return true;
  }
  if (!connected_) {
    fail(http_status::network_error);
    return true;
  }
  // Before the answer, libcurl is to find out by itself.  Within it, libcurl may have read more than the module was
  // given.
  if (!gate_.reached(Phase::header) && !gate_.reached(Phase::data)) return false;
  truncated(verdict.cut == Verdict::Cut::reset);
  return true;
}

// A body with neither length nor chunks ends with its connection.
void CurlHttpTransfer::truncated(bool reset) {
  CURL* const easy = hop_->handle();
  curl_off_t length = -1;
  curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  curl_header* coding = nullptr;
  const bool chunked = curl_easy_header(easy, "Transfer-Encoding", 0, CURLH_HEADER, -1, &coding) == CURLHE_OK;
  const bool whole = length >= 0 ? answer_.body_size() == static_cast<std::size_t>(length) : !chunked && !reset;
  if (!answer_.complete() || !whole) return finish(so_far(http_status::network_error));
  succeed(status());
}

// False: more is queued than the module could ever take.
bool CurlHttpTransfer::keep(Event event) {
  waiting_bytes_ += event.bytes.size();
  // Chunks of a byte each would take a hundred times their size.
  if (event.kind == Event::Kind::body && !events_.empty() && events_.back().kind == Event::Kind::body) {
    events_.back().bytes += event.bytes;
  } else {
    events_.push_back(std::move(event));
  }
  process_later();
  return waiting_bytes_ <= 2 * request_.limit;
}

void CurlHttpTransfer::process_later() {
  if (std::exchange(processing_, true)) return;
  asio::post(loop_, [this, alive = std::weak_ptr(alive_)] {
    if (alive.expired()) return;
    processing_ = false;
    process();
  });
}

// Goes on until it has to wait; once a fault has been asked, it is called again.
void CurlHttpTransfer::process() {
  while (done_ && hop_ && !gate_.held() && step()) {
  }
}

// False: a fault is being asked, or there is nothing to do; the transfer may be gone.
bool CurlHttpTransfer::step() {
  if (std::exchange(asking_request_, false)) {
    gate_.reach(Phase::request, [this] {
      relay_->stall(false);
      process();
    });
    return false;
  }
  if (ask_upload() || events_.empty()) return false;
  switch (events_.front().kind) {
    case Event::Kind::header: return take_header();
    case Event::Kind::body: return take_body();
    case Event::Kind::end: {
      const CURLcode code = events_.front().code;
      events_.clear();
      ended(code);
      return false;
    }
  }
  return false;
}

bool CurlHttpTransfer::take_header() {
  if (!gate_.reached(Phase::header)) {
    gate_.reach(Phase::header, [this] { process(); });
    return false;
  }
  const Event event = std::move(events_.front());
  events_.pop_front();
  waiting_bytes_ -= event.bytes.size();
  if (answer_.add_header(event.bytes, event.status)) return true;
  fail(http_status::no_memory);
  return false;
}

bool CurlHttpTransfer::take_body() {
  const bool will_follow = next_target(status()).has_value();
  if (!will_follow && !gate_.reached(Phase::data)) {
    gate_.reach(Phase::data, [this] { process(); });
    return false;
  }
  std::string& bytes = events_.front().bytes;
  const std::uint64_t total = answer_.body_size();
  const std::uint64_t stop = will_follow ? TransferWatch::never : gate_.stop(Direction::down);
  const std::uint64_t limit = will_follow ? TransferWatch::never : gate_.limit();
  if (limit <= total) {
    gate_.truncate([this] { process(); });
    return false;
  }
  const auto count = std::min<std::uint64_t>({bytes.size(), stop - std::min(stop, total), limit - total});
  if (!answer_.add_body(std::string_view(bytes).substr(0, count))) {
    fail(http_status::no_memory);
    return false;
  }
  bytes.erase(0, count);
  waiting_bytes_ -= count;
  if (bytes.empty()) events_.pop_front();
  if (total + count < stop) return true;
  gate_.moved(Direction::down, total + count, [this] { process(); });
  return false;
}

std::uint64_t CurlHttpTransfer::upload_stop() const {
  return gate_.reached(Phase::data) ? gate_.stop(Direction::up) : 0;
}

// True: a fault is being asked, which goes on from there.
bool CurlHttpTransfer::ask_upload() {
  const auto go_on = [this] { process(); };
  if (upload_paused_ && !gate_.reached(Phase::data)) {
    gate_.reach(Phase::data, go_on);
    return true;
  }
  if (uploaded_ > 0 && uploaded_ >= upload_stop()) {
    gate_.moved(Direction::up, uploaded_, go_on);
    return true;
  }
  if (std::exchange(upload_paused_, false)) curl_easy_pause(hop_->handle(), CURLPAUSE_CONT);
  return false;
}

// Up to the next stop, where libcurl pauses.
std::size_t CurlHttpTransfer::on_upload(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  const std::string_view rest = transfer.request_.body.substr(transfer.uploaded_);
  const std::uint64_t stop = transfer.upload_stop();
  const auto allowed =
      std::min<std::uint64_t>({rest.size(), size * count, stop - std::min<std::uint64_t>(stop, transfer.uploaded_)});
  if ((allowed == 0 && !rest.empty()) || transfer.gate_.held()) {
    transfer.upload_paused_ = true;
    transfer.process_later();
    return CURL_READFUNC_PAUSE;
  }
  std::memcpy(data, rest.data(), allowed);
  transfer.uploaded_ += allowed;
  if (transfer.uploaded_ >= stop) transfer.process_later();
  return allowed;
}

// The relay holds the request back until the fault has been asked.
int CurlHttpTransfer::on_request(void* self, char*, char*, int, int) {
  auto& transfer = *static_cast<CurlHttpTransfer*>(self);
  if (!transfer.gate_.wants(Phase::request)) return CURL_PREREQFUNC_OK;
  transfer.asking_request_ = true;
  transfer.relay_->stall(true);
  transfer.process_later();
  return CURL_PREREQFUNC_OK;
}

}  // namespace sim800
