// HttpTarget on libcurl's URL functions.
// SPDX-License-Identifier: MIT
#include "backends/curl/http_target.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <new>

namespace sim800 {
namespace {

class Url {
 public:
  Url() : handle_(curl_url(), curl_url_cleanup) {
    if (handle_ == nullptr) throw std::bad_alloc();
  }

  bool set(CURLUPart part, const std::string& value, unsigned flags = 0) {
    return curl_url_set(handle_.get(), part, value.c_str(), flags) == CURLUE_OK;
  }
  void clear(CURLUPart part) { curl_url_set(handle_.get(), part, nullptr, 0); }

  std::string get(CURLUPart part, unsigned flags = 0) const {
    char* text = nullptr;
    if (curl_url_get(handle_.get(), part, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
    return text;
  }

 private:
  std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> handle_;
};

bool may_stand(char c) { return c > ' ' && c < 0x7f; }

std::string bracketed(std::string_view host) {
  if (host.find(':') == std::string_view::npos || host.front() == '[') return std::string(host);
  return "[" + std::string(host) + "]";
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (may_stand(c)) {
      encoded += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      encoded += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return encoded;
}

std::optional<HttpTarget> target_of(Url& url) {
  const std::string scheme = url.get(CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return std::nullopt;
  // libcurl would turn them into an Authorization header.
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_OPTIONS, CURLUPART_FRAGMENT})
    url.clear(part);
  HttpTarget target{url.get(CURLUPART_URL), scheme == "https", url.get(CURLUPART_HOST), 0};
  const std::string port = url.get(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  std::from_chars(port.data(), port.data() + port.size(), target.port);
  if (target.host.starts_with('[') && target.host.ends_with(']')) {
    target.host = target.host.substr(1, target.host.size() - 2);
  }
  // libcurl accepts a host name with "%0d" and decodes it later.
  const bool usable = !target.host.empty() && target.host.find('%') == std::string::npos && target.port != 0;
  return usable ? std::optional(target) : std::nullopt;
}

}  // namespace

std::string host_and_port(std::string_view host, std::uint16_t port) {
  return bracketed(host) + ":" + std::to_string(port);
}

std::string HttpTarget::authority() const {
  return port == (tls ? 443 : 80) ? bracketed(host) : host_and_port(host, port);
}

std::optional<HttpTarget> make_http_target(bool tls, std::string_view host, std::uint16_t port, std::string_view path) {
  if (host.empty() || !std::all_of(host.begin(), host.end(), may_stand)) return std::nullopt;
  Url url;
  if (!url.set(CURLUPART_SCHEME, tls ? "https" : "http") || !url.set(CURLUPART_HOST, bracketed(host)) ||
      !url.set(CURLUPART_PORT, std::to_string(port))) {
    return std::nullopt;
  }
  std::string text = url.get(CURLUPART_URL);  // ends with the path "/"
  if (text.empty()) return std::nullopt;
  path = path.substr(0, path.find('#'));
  if (path.starts_with('/')) path.remove_prefix(1);
  // Set as a separate part, the path would have its %2F changed to %2f; within the whole URL it stays as the host wrote
  // it.
  text += percent_encoded(path);
  if (!url.set(CURLUPART_URL, text, CURLU_PATH_AS_IS)) return std::nullopt;
  return target_of(url);
}

std::optional<HttpTarget> redirected(const HttpTarget& base, const char* location) {
  Url url;
  const std::string there = location;
  if (there.empty() || !url.set(CURLUPART_URL, base.url, CURLU_PATH_AS_IS) ||
      !url.set(CURLUPART_URL, there, CURLU_URLENCODE | CURLU_ALLOW_SPACE)) {
    return std::nullopt;
  }
  return target_of(url);
}

std::optional<std::string> make_url(const std::string& scheme, std::string_view host, std::uint16_t port) {
  const auto target = make_http_target(false, host, port, "/");
  if (!target) return std::nullopt;
  return scheme + "://" + host_and_port(target->host, target->port) + "/";
}

}  // namespace sim800
