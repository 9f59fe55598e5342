// The HTTP service: off → idle → busy → idle → off, and its one buffer (AT manual chapter 11, application
// note 3.2-3.9). SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "backends/ports/http.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "emulator/core/task.hpp"
#include "emulator/core/trace.hpp"
#include "emulator/internet/http_url.hpp"
#include "emulator/network/bearer.hpp"
#include "protocol/at/result.hpp"

namespace sim800 {

class TlsClient;

class HttpService final : public Service {
 public:
  /// One buffer for sent and received data: 312 KiB.
  static constexpr std::size_t buffer_size = 319'488;

  enum Tag : std::uint8_t { cid, url, ua, proip, proport, redir, brk, brkend, timeout, content, userdata, tag_count };
  struct TagRow {
    std::string_view name, initial;
    std::string_view range;  ///< of numbers; empty for text
    bool saved;              ///< by AT+HTTPSCONT
  };
  static const std::array<TagRow, tag_count> tags;

  HttpService(const Environment& environment, Bearers& bearers, TlsClient& tls_client, Nvram& nvram, HttpClient& client,
              Trace* trace);

  bool on() const { return on_; }
  bool busy() const override { return busy_; }

  /// Starts the service with the saved parameters, if any.
  void initialise();
  /// Drops a running request silently.
  void terminate();
  void power_off() override { terminate(); }

  const std::string& value(Tag tag) const { return values_[tag]; }
  /// False for an unknown tag or a value that does not fit.
  bool set(std::string_view tag, std::string_view value);
  bool save();
  bool saved() const;  ///< the values are those in NVRAM

  /// The bytes that HTTPREAD reads and POST sends.
  std::string buffer;
  /// The header block of the last response, with lower-case names as on the module.
  const std::string& head() const { return head_; }

  bool tls = false;        ///< AT+HTTPSSL
  bool show_head = false;  ///< AT+HTTPGETHEAD

  /// Starts a request; the outcome is reported by a URC. False if no URL is set.
  bool act(HttpMethod method, Channel& asker);

  struct Status {
    HttpMethod method;
    int phase;  ///< 0 idle, 1 receiving, 2 sending
    std::size_t finished, remaining;
  };
  Status status() const;

  void bearer_closed(unsigned cid) override;

 private:
  Task<> run(HttpMethod method);
  Task<HttpResult> transfer(HttpMethod method);
  /// A status that is given without sending anything, or nothing.
  std::optional<int> refusal() const;
  HttpRequest request(HttpMethod method, const HttpUrl& url) const;
  HttpResult fit(HttpMethod method, HttpResult result) const;
  std::uint32_t number(Tag tag) const;
  Nvram::Section saved_values() const;

  const Environment& environment_;
  Bearers& bearers_;
  TlsClient& tls_client_;
  Nvram& nvram_;
  HttpClient& client_;
  Trace* trace_;

  bool on_ = false;
  bool busy_ = false;
  bool lost_ = false;  ///< the bearer was lost during a request
  bool cut_ = false;   ///< the response is not complete, for whatever reason
  std::array<std::string, tag_count> values_;
  std::string head_;
  HttpMethod method_ = HttpMethod::get;
  std::unique_ptr<HttpTransfer> transfer_;
  HttpProgress progress_;  ///< where the transfer ended, while its outcome is held back
  Signal event_;
  Task<> run_;
  Channel* asker_ = nullptr;
};

/// "GET", "POST", "HEAD", "DELETE".
std::string_view word(HttpMethod method);

}  // namespace sim800
