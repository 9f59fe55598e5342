// SPDX-License-Identifier: MIT
#include "emulator/program/cli/control_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <memory>

namespace sim800 {
namespace {

constexpr std::string_view unix_prefix = "unix:";

struct Taker {
  CURL* curl;
  const std::function<bool(std::string_view)>& take;
  std::string body;  ///< of a refusal, or where nobody takes it
};

std::size_t take_bytes(char* bytes, std::size_t size, std::size_t count, void* taker) {
  auto& to = *static_cast<Taker*>(taker);
  const std::string_view data(bytes, size * count);
  long status = 0;
  curl_easy_getinfo(to.curl, CURLINFO_RESPONSE_CODE, &status);
  if (!to.take || status >= 400) {
    to.body += data;
  } else if (!to.take(data)) {
    return 0;
  }
  return data.size();
}

}  // namespace

std::string ControlClient::escaped(std::string_view text) {
  constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~";
  std::string safe;
  for (const char c : text) {
    if (plain.find(c) != plain.npos) {
      safe += c;
    } else {
      safe += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return safe;
}

ControlClient::Reply ControlClient::ask(const std::string& method, const std::string& path,
                                        const std::string& body) const {
  return perform(method, path, body, nullptr);
}

ControlClient::Reply ControlClient::follow(const std::string& path,
                                           const std::function<bool(std::string_view)>& take) const {
  return perform("GET", path, {}, take);
}

ControlClient::Reply ControlClient::perform(const std::string& method, const std::string& path, const std::string& body,
                                            const std::function<bool(std::string_view)>& take) const {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(), &curl_easy_cleanup);
  Taker taker{curl.get(), take, {}};
  std::string base = url_;
  if (url_.starts_with(unix_prefix)) {
    curl_easy_setopt(curl.get(), CURLOPT_UNIX_SOCKET_PATH, url_.substr(unix_prefix.size()).c_str());
    base = "http://localhost";
  }
  while (base.ends_with('/')) base.pop_back();
  curl_easy_setopt(curl.get(), CURLOPT_URL, (base + "/v1" + path).c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http");
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, method.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &take_bytes);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &taker);
  curl_slist* headers = curl_slist_append(nullptr, "Expect:");
  if (!body.empty()) {
    headers = curl_slist_append(headers, "Content-Type: application/json");
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.c_str());
  }
  if (!token_.empty()) headers = curl_slist_append(headers, ("Authorization: Bearer " + token_).c_str());
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> owner(headers, &curl_slist_free_all);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers);
  const CURLcode done = curl_easy_perform(curl.get());
  if (done != CURLE_OK && !(done == CURLE_WRITE_ERROR && take))
    throw ControlClientError(fmt::format("{}: {}", url_, curl_easy_strerror(done)));
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return {static_cast<int>(status), std::move(taker.body)};
}

}  // namespace sim800
