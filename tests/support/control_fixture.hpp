// A module that is asked by requests, without a socket between them; its loop runs only when told to.
// SPDX-License-Identifier: MIT
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "emulator/control/api.hpp"
#include "scenarios/loader/loader.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {

class FakeExchange final : public HttpExchange {
 public:
  explicit FakeExchange(ServerRequest request) : request_(std::move(request)) {}
  const ServerRequest& request() const override { return request_; }
  void answer(ServerAnswer given) override {
    if (!answered) answered = std::move(given);
  }
  void stream(std::string type, std::function<std::optional<std::string>()> next) override {
    answered = ServerAnswer{.type = std::move(type)};
    source = std::move(next);
  }
  void wake() override { ++woken; }
  bool present() const override { return there; }

  std::optional<ServerAnswer> answered;
  std::function<std::optional<std::string>()> source;
  int woken = 0;
  bool there = true;

 private:
  ServerRequest request_;
};

struct ControlFixture final : ControlledRun {
  explicit ControlFixture(std::string_view scenario_text = "{}")
      : scenario(parse(scenario_text)),
        doc(nlohmann::json::parse(scenario_text)),
        trace(time),
        faults({scenario, time, &trace, 1}),
        link(io, scenario.world.network.hosts, time),
        modem({scenario.world, command_table, time, nvram, files, http, ftp, sockets, pinger, mail, &trace, 1}),
        api(*this, journal, {}) {
    trace.listener = [this](std::string_view name, Trace::Fields fields) {
      journal.add(time.now(), 0, "", name, fields);
    };
    time.pause();
    channel = &modem.attach(port, "test");
    faults.start(modem);
    modem.power_on();
    settle();
    port.take();
  }

  static Scenario parse(std::string_view text) {
    Scenario parsed = parse_scenario(text, "f");
    parsed.world.timing.profile = TimingProfile::instant;
    return parsed;
  }

  /// Everything due at this instant happens.
  void settle() {
    io.restart();
    while (io.poll() > 0 || time.is_due()) io.restart();
  }

  std::shared_ptr<FakeExchange> send(ServerRequest request) {
    auto exchange = std::make_shared<FakeExchange>(std::move(request));
    api.handle(exchange);
    settle();
    return exchange;
  }
  std::shared_ptr<FakeExchange> send(const std::string& method, const std::string& path, const std::string& body = {},
                                     std::map<std::string, std::string> query = {}) {
    return send({method, "/v1" + path, std::move(query), {{"host", "localhost"}}, body});
  }
  /// Its answer; what is not answered yet is a failure of the test.
  nlohmann::json ask(const std::string& method, const std::string& path, const std::string& body = {},
                     std::map<std::string, std::string> query = {}) {
    const auto exchange = send(method, path, body, std::move(query));
    status = exchange->answered ? exchange->answered->status : 0;
    return exchange->answered ? nlohmann::json::parse(exchange->answered->body, nullptr, false) : nlohmann::json();
  }
  std::string typed(std::string_view line) {
    channel->receive(std::string(line) + "\r");
    settle();
    return port.take();
  }

  std::size_t modules() const override { return 1; }
  ControlledModule module(std::size_t) override { return {0, "0", modem, faults, expectations, link, scenario}; }
  bool ready() const override { return is_ready; }
  asio::io_context& loop() override { return io; }
  AsioClock& clock() override { return time; }
  std::vector<std::string> endpoints() const override { return {}; }
  nlohmann::json& document(std::size_t) override { return doc; }
  std::vector<std::filesystem::path> shipped() const override { return {}; }
  std::string version() const override { return "0"; }
  void reset(bool, std::function<void()> done) override { done(); }
  void replace(const nlohmann::json&, std::function<void()> done) override { done(); }
  void stop() override { ++stops; }

  asio::io_context io;
  AsioClock time{io, 1};
  Scenario scenario;
  nlohmann::json doc;
  Journal journal;
  Trace trace;
  FaultEngine faults;
  Expectations expectations{faults, time};
  RadioLink link;
  Nvram nvram;
  FileSystem files;
  HeldHttpClient http;
  HeldFtpClient ftp;
  HeldSockets sockets;
  HeldPinger pinger;
  HeldMailClient mail;
  RecordingPort port;
  Modem modem;
  ControlApi api;
  Channel* channel = nullptr;
  bool is_ready = true;
  int stops = 0, status = 0;
};

}  // namespace sim800::test
