// SPDX-License-Identifier: MIT
#include "emulator/control/api.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <asio/post.hpp>
#include <charconv>
#include <set>
#include <utility>

#include "emulator/control/panel.hpp"
#include "emulator/control/wait.hpp"
#include "scenarios/json/duration_text.hpp"
#include "scenarios/json/nearest.hpp"
#include "scenarios/loader/loader.hpp"

namespace sim800 {
namespace {

constexpr std::string_view root = "v1";
constexpr std::size_t max_streams = 32;

std::vector<std::string> segments_of(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // '/'
    const std::size_t end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

/// What stands for the {…}; nothing if it is another path.
std::optional<std::vector<std::string>> match(std::string_view pattern, const std::vector<std::string>& segments) {
  const std::vector<std::string> wanted = segments_of(pattern);
  if (wanted.size() != segments.size()) return std::nullopt;
  std::vector<std::string> arguments;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].starts_with('{')) {
      arguments.push_back(segments[i]);
    } else if (wanted[i] != segments[i]) {
      return std::nullopt;
    }
  }
  return arguments;
}

[[noreturn]] void no_such_path(const std::string& path) {
  std::set<std::string> known;
  for (const ControlRoute& route : control_routes()) known.insert(fmt::format("/{}{}", root, route.path));
  const std::vector<std::string_view> words(known.begin(), known.end());
  throw Refusal(404, "path", "a path of docs/control.md", fmt::format("\"{}\"", path), did_you_mean(path, words));
}

void check_query(const ControlRoute& route, const ServerRequest& request) {
  std::vector<std::string_view> known;
  for (std::string_view rest = route.query; !rest.empty();) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    known.push_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  for (const auto& [name, value] : request.query) {
    if (std::ranges::find(known, name) != known.end()) continue;
    throw Refusal(400, "query", known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", ")),
                  fmt::format("\"{}\"", name), did_you_mean(name, known));
  }
}

void check_body(const ControlRoute& route, const ServerRequest& request) {
  if (route.body.empty() && !request.body.empty())
    throw Refusal(400, "body", "none", fmt::format("{} bytes", request.body.size()));
}

}  // namespace

// --- one request

ControlledRun& Call::run() { return api.run(); }
Journal& Call::journal() { return api.journal(); }
nlohmann::json Call::rules() const { return nlohmann::json::parse(route.body); }
const Journal::Sums& Call::sums() { return journal().sums(module().index); }

std::optional<std::string> Call::query(const std::string& name) const {
  const auto found = request().query.find(name);
  return found == request().query.end() ? std::nullopt : std::optional(found->second);
}

bool Call::flag(const std::string& name) const {
  const auto given = query(name);
  if (!given || *given == "false" || *given == "0") return false;
  if (given->empty() || *given == "true" || *given == "1") return true;
  throw Refusal(400, name, "true or false", fmt::format("\"{}\"", *given));
}

std::optional<std::uint64_t> Call::count(const std::string& name) const {
  const auto given = query(name);
  if (!given) return std::nullopt;
  std::uint64_t number = 0;
  const char* const end = given->data() + given->size();
  const auto [stop, problem] = std::from_chars(given->data(), end, number);
  if (problem != std::errc() || stop != end) throw Refusal(400, name, "a whole number", fmt::format("\"{}\"", *given));
  return number;
}

Duration Call::duration(const std::string& name, Duration otherwise) const {
  const auto given = query(name);
  if (!given) return otherwise;
  const auto parsed = parse_duration(*given);
  if (!parsed)
    throw Refusal(400, name, "a duration with a unit, such as 250ms, 5s or 2min", fmt::format("\"{}\"", *given));
  return *parsed;
}

std::optional<Pattern> Call::pattern(const std::string& name) const {
  const auto given = query(name);
  if (!given) return std::nullopt;
  try {
    return Pattern(*given);
  } catch (const PatternError& problem) {
    throw Refusal(400, name, std::string(Pattern::expected), fmt::format("\"{}\"", *given), problem.what());
  }
}

void Call::reply(const nlohmann::ordered_json& json, int status) {
  exchange->answer({.status = status, .body = json_text(json) + "\n"});
}

namespace {

/// What happens may make more due; at most so often, where something always is.
void settle(const Call& call, const nlohmann::ordered_json& json, unsigned rounds = 100) {
  asio::post(call.api.run().loop(), [call = call, json, rounds]() mutable {
    if (rounds > 0 && call.run().clock().is_due()) return settle(call, json, rounds - 1);
    call.reply(json);
  });
}

}  // namespace

void Call::reply_when_settled(const nlohmann::ordered_json& json) const { settle(*this, json); }

void Call::reply_text(std::string text, std::string type) {
  exchange->answer({.type = std::move(type), .body = std::move(text)});
}

// --- the interface

ControlApi::ControlApi(ControlledRun& run, Journal& journal, Access access)
    : run_(run), journal_(journal), access_(std::move(access)) {
  journal_.on_event = [this](unsigned module, std::string_view name) { heard(module, name); };
}

ControlApi::~ControlApi() { journal_.on_event = nullptr; }

void ControlApi::handle(const std::shared_ptr<HttpExchange>& exchange) {
  try {
    const ServerRequest& request = exchange->request();
    // The page itself tells nothing, and asks its reader for the token.
    const bool page = request.path == "/" && (request.method == "GET" || request.method == "HEAD");
    check_access(request, page ? Access{.token = {}, .by_name = access_.by_name && access_.token.empty()} : access_);
    if (page) return exchange->answer(panel());
    route(exchange);
  } catch (const Refusal& refusal) {
    exchange->answer(refusal.answer());
  } catch (const ScenarioError& problem) {
    exchange->answer(Refusal(400, problem.mistakes).answer());
  }
}

void ControlApi::route(const std::shared_ptr<HttpExchange>& exchange) {
  const ServerRequest& request = exchange->request();
  std::vector<std::string> segments = segments_of(request.path);
  if (segments.empty() || segments.front() != root) no_such_path(request.path);
  segments.erase(segments.begin());
  std::optional<std::string> name;
  if (segments.size() > 2 && segments.front() == "modems") {
    name = segments[1];
    segments.erase(segments.begin(), segments.begin() + 2);
  }
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  std::string allowed;
  for (const ControlRoute& route : control_routes()) {
    auto arguments = match(route.path, segments);
    if (!arguments || (name && route.scope != ControlRoute::module)) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    if (route.scope != ControlRoute::program && !run_.ready())
      throw Refusal(503, "module", "to have booted", "it has not said RDY yet");
    check_query(route, request);
    check_body(route, request);
    Call call{*this, exchange, std::nullopt, route, !name, std::move(*arguments)};
    if (route.scope != ControlRoute::program) {
      std::vector<std::string> names;
      for (std::size_t i = 0; i < run_.modules() && !call.of; ++i) {
        ControlledModule module = run_.module(i);
        names.push_back(module.name);
        if (!name || *name == module.name) call.of.emplace(module);
      }
      if (!call.of) throw Refusal(404, "module", one_of(names), fmt::format("\"{}\"", *name));
    }
    return route.handle(call);
  }
  if (allowed.empty()) no_such_path(request.path);
  ServerAnswer answer = Refusal(405, "method", allowed, method).answer();
  answer.headers["Allow"] = allowed;
  exchange->answer(std::move(answer));
}

void ControlApi::let_go() {
  for (const auto& wait : std::vector<std::shared_ptr<PendingWait>>(waits_)) wait->give_up();
}

AtLine& ControlApi::at_line(ControlledModule& module) {
  auto& line = at_lines_[module.index];
  if (!line) line = std::make_unique<AtLine>(module.modem, run_.clock());
  return *line;
}

void ControlApi::stream(const std::shared_ptr<HttpExchange>& exchange, std::string type,
                        std::function<std::optional<std::string>()> next) {
  std::erase_if(streams_, [](const auto& stream) { return stream.expired(); });
  if (streams_.size() >= max_streams)
    throw Refusal(503, "events", fmt::format("at most {} readers", max_streams), "one more");
  streams_.push_back(exchange);
  exchange->stream(std::move(type), std::move(next));
}

void ControlApi::heard(unsigned module, std::string_view name) {
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    const auto exchange = stream->lock();
    if (exchange) exchange->wake();
    stream = exchange ? std::next(stream) : streams_.erase(stream);
  }
  if (waits_.empty() || name != "fault") return;
  for (const auto& wait : std::vector<std::shared_ptr<PendingWait>>(waits_)) wait->fault_fired(module);
}

void ControlApi::remove(const PendingWait& wait) {
  std::erase_if(waits_, [&wait](const auto& one) { return one.get() == &wait; });
}

}  // namespace sim800
