// libcurl's multi_socket interface on asio.
// SPDX-License-Identifier: MIT
#include "backends/curl/curl_multi.hpp"

#include <asio/posix/stream_descriptor.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdlib>
#include <unordered_map>
#include <utility>

#include "backends/curl/curl_easy.hpp"

namespace sim800 {
namespace {

// A socket of libcurl that the loop watches. libcurl opens and closes it, so it is never closed here.
struct Watch {
  explicit Watch(asio::io_context& loop) : descriptor(loop) {}
  ~Watch() { give_back(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  void give_back() {
    wanted = 0;
    if (descriptor.is_open()) descriptor.release();
  }

  asio::posix::stream_descriptor descriptor;
  int wanted = 0;  // CURL_POLL_IN, CURL_POLL_OUT: what libcurl waits for
  int armed = 0;   // the same bits: what asio was asked for and has not answered yet
};

}  // namespace

// Handlers hold a weak pointer: they may run after the end of the CurlMulti.
struct CurlMulti::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(asio::io_context& context) : loop(context), timer(context) {}

  void open();
  void close();
  void act(curl_socket_t socket, int events);
  void arm(const std::shared_ptr<Watch>& watch, int direction);
  void watch(curl_socket_t socket, int wanted);
  void set_timer(long milliseconds);

  asio::io_context& loop;
  asio::steady_timer timer;
  struct Running {
    Done done;
    Afterwards afterwards = Afterwards::free;
  };
  std::unordered_map<CURL*, Running> running;
  std::unordered_map<curl_socket_t, std::shared_ptr<Watch>> watches;
  CurlMultiHandle multi;  // created by the first transfer
};

void CurlMulti::Impl::open() {
  multi = make_curl_multi();
  const curl_socket_callback on_socket = [](CURL*, curl_socket_t socket, int what, void* self, void*) {
    static_cast<Impl*>(self)->watch(socket, what);
    return 0;
  };
  const curl_multi_timer_callback on_timer = [](CURLM*, long milliseconds, void* self) {
    static_cast<Impl*>(self)->set_timer(milliseconds);
    return 0;
  };
  curl_multi_setopt(multi.get(), CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(multi.get(), CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi.get(), CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(multi.get(), CURLMOPT_TIMERDATA, this);
}

void CurlMulti::Impl::close() {
  for (const auto& entry : running) curl_multi_remove_handle(multi.get(), entry.first);
  running.clear();
  multi.reset();  // calls watch() and set_timer() again
  for (const auto& entry : watches) entry.second->give_back();
  watches.clear();
  timer.cancel();
}

void CurlMulti::Impl::watch(curl_socket_t socket, int wanted) {
  auto& entry = watches[socket];
  if (wanted == CURL_POLL_REMOVE) {
    if (entry) entry->give_back();
    watches.erase(socket);
    return;
  }
  if (!entry) {
    entry = std::make_shared<Watch>(loop);
    // If it fails, waiting below fails too, and libcurl notices.
    std::error_code error;
    entry->descriptor.assign(socket, error);
  }
  const auto watched = entry;
  watched->wanted = wanted;
  arm(watched, CURL_POLL_IN);
  arm(watched, CURL_POLL_OUT);
}

void CurlMulti::Impl::arm(const std::shared_ptr<Watch>& watch, int direction) {
  if ((watch->wanted & direction) == 0 || (watch->armed & direction) != 0) return;
  watch->armed |= direction;
  const bool reads = direction == CURL_POLL_IN;
  const auto event = reads ? asio::posix::descriptor_base::wait_read : asio::posix::descriptor_base::wait_write;
  watch->descriptor.async_wait(event, [waiting = weak_from_this(), watch, direction, reads](std::error_code error) {
    watch->armed &= ~direction;
    const auto self = waiting.lock();
    if (!self || (watch->wanted & direction) == 0) return;
    self->act(watch->descriptor.native_handle(), error ? CURL_CSELECT_ERR : reads ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
    self->arm(watch, direction);
  });
}

void CurlMulti::Impl::set_timer(long milliseconds) {
  if (milliseconds < 0) {
    timer.cancel();
    return;
  }
  timer.expires_after(std::chrono::milliseconds(milliseconds));
  timer.async_wait([waiting = weak_from_this()](std::error_code error) {
    if (error) return;
    if (const auto self = waiting.lock()) self->act(CURL_SOCKET_TIMEOUT, 0);
  });
}

// The caller holds a shared pointer: a Done may destroy the CurlMulti.
void CurlMulti::Impl::act(curl_socket_t socket, int events) {
  if (multi == nullptr) return;
  int count = 0;
  curl_multi_socket_action(multi.get(), socket, events, &count);
  while (multi != nullptr) {
    const CURLMsg* const message = curl_multi_info_read(multi.get(), &count);
    if (message == nullptr) break;
    if (message->msg != CURLMSG_DONE) continue;
    CURL* const easy = message->easy_handle;
    const CURLcode result = message->data.result;  // removing the handle frees the message
    const auto entry = running.find(easy);
    if (entry == running.end()) continue;
    const Done done = std::exchange(entry->second.done, nullptr);
    if (entry->second.afterwards == Afterwards::free) {
      curl_multi_remove_handle(multi.get(), easy);
      running.erase(entry);
    }
    done(result);
  }
}

CurlMulti::CurlMulti(asio::io_context& loop) : impl_(std::make_shared<Impl>(loop)) {}

CurlMulti::~CurlMulti() { impl_->close(); }

bool CurlMulti::add(CURL* easy, Done done, Afterwards afterwards) {
  if (impl_->multi == nullptr) impl_->open();
  impl_->running[easy] = {std::move(done), afterwards};
  if (curl_multi_add_handle(impl_->multi.get(), easy) == CURLM_OK) return true;
  impl_->running.erase(easy);
  return false;
}

void CurlMulti::remove(CURL* easy) {
  if (impl_->running.erase(easy) == 0) return;
  // Inside libcurl it would refuse, and continue with a handle that its owner is about to free.
  if (curl_multi_remove_handle(impl_->multi.get(), easy) != CURLM_OK) std::abort();
}

}  // namespace sim800
