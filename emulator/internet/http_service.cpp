// SPDX-License-Identifier: MIT
#include "emulator/internet/http_service.hpp"
#include "emulator/core/latency.hpp"
#include "emulator/core/secrets.hpp"
#include "emulator/core/world.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "emulator/tls/tls_client.hpp"
#include "protocol/text/characters.hpp"

namespace sim800 {
namespace {

constexpr std::string_view nvram_section = "http";
constexpr std::size_t progress_step = 1440;  // a TCP segment: the step of the progress in application note 3.8

/// USERDATA is one or more header lines, separated by the four characters \r\n.
std::vector<std::string> header_lines(std::string_view userdata) {
  std::vector<std::string> lines;
  while (!userdata.empty()) {
    const std::size_t end = std::min(userdata.find("\\r\\n"), userdata.size());
    if (end > 0) lines.emplace_back(userdata.substr(0, end));
    userdata.remove_prefix(std::min(end + 4, userdata.size()));
  }
  return lines;
}

}  // namespace

const std::array<HttpService::TagRow, HttpService::tag_count> HttpService::tags{{
    {"CID", "1", "1-3", true},
    {"URL", "", "", true},
    {"UA", "SIMCom_MODULE", "", true},
    {"PROIP", "0.0.0.0", "", true},
    {"PROPORT", "0", "0-65535", true},
    {"REDIR", "0", "0,1", true},
    {"BREAK", "0", "0-4294967295", true},
    {"BREAKEND", "0", "0-4294967295", true},
    {"TIMEOUT", "120", "30-1000", false},
    {"CONTENT", "", "", false},
    {"USERDATA", "", "", true},
}};

std::string_view word(HttpMethod method) {
  switch (method) {
    case HttpMethod::get: return "GET";
    case HttpMethod::post: return "POST";
    case HttpMethod::head: return "HEAD";
    case HttpMethod::del: return "DELETE";
  }
  return "GET";
}

HttpService::HttpService(const Environment& environment, Bearers& bearers, TlsClient& tls_client, Nvram& nvram,
                         HttpClient& client, Trace* trace)
    : environment_(environment),
      bearers_(bearers),
      tls_client_(tls_client),
      nvram_(nvram),
      client_(client),
      trace_(trace) {}

void HttpService::initialise() {
  on_ = true;
  const Nvram::Section* saved = nvram_.find(nvram_section);
  for (std::size_t i = 0; i < tag_count; ++i) {
    values_[i] = tags[i].initial;
    if (saved == nullptr || !tags[i].saved) continue;
    if (const auto found = saved->find(tags[i].name); found != saved->end()) set(tags[i].name, found->second);
  }
}

void HttpService::terminate() {
  run_.cancel();
  transfer_.reset();
  on_ = busy_ = tls = show_head = false;
  method_ = HttpMethod::get;
  buffer.clear();
  buffer.shrink_to_fit();
  head_.clear();
}

bool HttpService::set(std::string_view tag, std::string_view value) {
  const auto* row = std::ranges::find_if(tags, [&](const TagRow& known) { return same_word(known.name, tag); });
  if (row == tags.end()) return false;
  std::string& kept = values_[static_cast<std::size_t>(row - tags.begin())];
  if (!row->range.empty()) {
    const auto number = parse_number(value);
    if (!number || !in_range(row->range, *number)) return false;
    kept = std::to_string(*number);
    return true;
  }
  const auto url_max = static_cast<std::size_t>(environment_.world.module.quirks.http_url_max);
  if (row->name == "URL" && (value.empty() || value.size() > url_max)) return false;
  kept = value;
  return true;
}

std::uint32_t HttpService::number(Tag tag) const { return parse_number(values_[tag]).value_or(0); }

Nvram::Section HttpService::saved_values() const {
  Nvram::Section values;
  for (std::size_t i = 0; i < tag_count; ++i) {
    if (tags[i].saved) values.emplace(tags[i].name, values_[i]);
  }
  return values;
}

bool HttpService::save() { return nvram_.store(nvram_section, saved_values()); }

bool HttpService::saved() const { return nvram_.holds(nvram_section, saved_values()); }

bool HttpService::act(HttpMethod method, Channel& asker) {
  if (values_[url].empty()) return false;
  asker_ = &asker;
  method_ = method;
  busy_ = true;
  lost_ = cut_ = false;
  progress_ = {};
  run_ = run(method);
  run_.start([this] { run_.cancel(); });
  return true;
}

Task<> HttpService::run(HttpMethod method) {
  const Duration limit = std::chrono::seconds(number(timeout));
  const TimePoint earliest =
      environment_.clock.now() + std::min(environment_.latency[Latency::http_action], limit - 1s);
  if (trace_ != nullptr)
    trace_->event("http", {{"phase", "start"}, {"method", word(method)}, {"url", masked_url(values_[url])}});
  HttpResult result = co_await transfer(method);
  // Drivers count on some silence between OK and the URC, however near the server is.
  co_await environment_.clock.sleep_until(earliest);
  const int status = result.status;
  buffer = std::move(result.body);
  head_ = std::move(result.head);
  busy_ = false;
  if (trace_ != nullptr) {
    trace_->event("http", {{"phase", "end"},
                           {"method", word(method)},
                           {"url", masked_url(values_[url])},
                           {"status", std::int64_t{status}},
                           {"length", static_cast<std::int64_t>(buffer.size())}});
  }
  // What came before a cut can be read, but no log of a 6xx has another length than 0.
  const std::size_t length = cut_ ? 0 : buffer.size();
  environment_.answer(fmt::format("+HTTPACTION: {},{},{}", static_cast<int>(method), status, length), asker_);
}

std::optional<int> HttpService::refusal() const {
  switch (bearers_.state(number(cid))) {
    case Bearers::State::connected: return std::nullopt;
    case Bearers::State::closed: return http_status::network_error;
    default: return http_status::stack_busy;  // the stack is just coming up or going down under the request
  }
}

Task<HttpResult> HttpService::transfer(HttpMethod method) {
  HttpResult result;
  if (const auto refused = refusal()) {
    result.status = *refused;
    co_return result;
  }
  const std::optional<HttpUrl> parsed =
      parse_http_url(values_[url], tls, environment_.world.module.quirks.http_port_behind_path);
  if (!parsed) {
    result.status = http_status::dns_error;  // also what hardware says to https:// while HTTPSSL is 0
    co_return result;
  }
  std::optional<HttpResult> answer;
  bool late = false;
  transfer_ = client_.start(request(method, *parsed), [this, &answer](HttpResult outcome) {
    answer = std::move(outcome);
    event_.raise();
  });
  const Timer limit = environment_.clock.after(std::chrono::seconds(number(timeout)), [this, &late] {
    late = true;
    event_.raise();
  });
  while (!answer && !late && !lost_) co_await event_;
  if (!answer) answer = transfer_->received();
  transfer_.reset();
  if (!lost_ && !late) progress_ = {.sending = false, .done = answer->body.size(), .total = answer->body.size()};
  if (lost_) {
    answer->status = http_status::network_error;
  } else if (late) {
    answer->status = environment_.world.module.quirks.http_timeout_status;
  } else if (answer->status == http_status::tls_no_channel || answer->status == http_status::tls_alert) {
    tls_client_.failed(parsed->host, parsed->port);
  } else if (answer->status == http_status::no_memory) {
    *answer = HttpResult{.status = environment_.world.module.quirks.http_overflow_status, .head = {}, .body = {}};
  }
  cut_ = lost_ || late || http_status::is_own(answer->status);
  result = fit(method, std::move(*answer));
  co_return result;
}

HttpRequest HttpService::request(HttpMethod method, const HttpUrl& target) const {
  HttpRequest request;
  request.method = method;
  request.url = values_[url];
  request.tls = tls;
  request.host = target.host;
  request.port = target.port;
  request.path = target.path;
  request.user_agent = values_[ua];
  request.content_type = values_[content];
  request.headers = header_lines(values_[userdata]);
  const std::uint32_t from = number(brk), to = number(brkend);
  if (method == HttpMethod::get && (from > 0 || to > 0)) {
    request.range = to > from ? fmt::format("{}-{}", from, to) : fmt::format("{}-", from);
  }
  if (method == HttpMethod::post) request.body = buffer;
  if (number(proport) != 0 && values_[proip] != "0.0.0.0" && !values_[proip].empty()) {
    request.proxy_host = values_[proip];
    request.proxy_port = static_cast<std::uint16_t>(number(proport));
  }
  request.follow_redirects = number(redir) == 1;
  request.tls_options = tls_client_.options();
  request.limit = buffer_size;
  return request;
}

/// What of an answer goes to the buffer.
HttpResult HttpService::fit(HttpMethod method, HttpResult result) const {
  const Quirks& quirks = environment_.world.module.quirks;
  if (cut_ && !quirks.http_cut_body) result = HttpResult{.status = result.status, .head = {}, .body = {}};
  std::ranges::transform(result.head, result.head.begin(), to_lower);
  if (method == HttpMethod::head) result.body.clear();
  if (show_head) result.body.insert(0, result.head);
  const bool too_large = result.body.size() > buffer_size;
  if (too_large) result = HttpResult{.status = quirks.http_overflow_status, .head = {}, .body = {}};
  return result;
}

HttpService::Status HttpService::status() const {
  if (!busy_) return {method_, 0, 0, 0};
  const HttpProgress progress = transfer_ ? transfer_->progress() : progress_;
  const std::size_t done =
      progress.done == progress.total ? progress.done : progress.done / progress_step * progress_step;
  return {method_, progress.sending ? 2 : 1, done, progress.total > done ? progress.total - done : 0};
}

void HttpService::bearer_closed(unsigned closed) {
  if (!busy_ || number(cid) != closed) return;
  lost_ = true;
  event_.raise();
}

}  // namespace sim800
