// The control interface: which request does what, and who may ask (docs/control.md).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backends/control/http_server.hpp"
#include "emulator/control/at_line.hpp"
#include "emulator/control/body.hpp"
#include "emulator/control/controlled.hpp"
#include "emulator/control/journal.hpp"

namespace sim800 {

class ControlApi;
class PendingWait;
struct ControlRoute;

/// One request on its way.
struct Call {
  ControlApi& api;
  std::shared_ptr<HttpExchange> exchange;
  std::optional<ControlledModule> of;  ///< not before the run is ready
  const ControlRoute& route;
  bool whole_run = true;               ///< no module is named
  std::vector<std::string> arguments;  ///< what stands for {…} in the path

  const ServerRequest& request() const { return exchange->request(); }
  ControlledModule& module() { return *of; }
  ControlledRun& run();
  Journal& journal();
  const Journal::Sums& sums();
  /// Of the body.
  nlohmann::json rules() const;
  /// A value behind the `?`; nothing without it.
  std::optional<std::string> query(const std::string& name) const;
  bool flag(const std::string& name) const;
  std::optional<std::uint64_t> count(const std::string& name) const;
  Duration duration(const std::string& name, Duration otherwise) const;
  std::optional<Pattern> pattern(const std::string& name) const;

  void reply(const nlohmann::ordered_json& json, int status = 200);
  void reply_text(std::string text, std::string type = "text/plain; charset=utf-8");
  /// Once all has happened that is due at this instant: who asks next sees it.
  void reply_when_settled(const nlohmann::ordered_json& json) const;
  /// Done, and nothing to say.
  void reply_done() { reply(nlohmann::ordered_json::object()); }
};

/// A row of the table of requests, which is also the text of GET /openapi.json.
struct ControlRoute {
  enum Scope : std::uint8_t {
    program,  ///< answered before the run is ready
    run,      ///< of all modules
    module,   ///< of one module: also below /modems/{name}
  };
  std::string_view method, path;  ///< "/faults/{id}"
  Scope scope;
  void (*handle)(Call& call);
  std::string_view summary;
  std::string_view query = {};  ///< the names behind the `?`, with spaces between them
  std::string_view body = {};   ///< the rules of its body, a node of a JSON Schema
};
std::span<const ControlRoute> control_routes();
/// OpenAPI 3.0, made of the table.
nlohmann::ordered_json openapi(const std::string& version);

class ControlApi {
 public:
  struct Access {
    std::string token;    ///< which every request has to bring; empty: none
    bool by_name = true;  ///< a client has to know the address as this machine's own; not so for a unix socket
  };
  ControlApi(ControlledRun& run, Journal& journal, Access access);
  ~ControlApi();
  ControlApi(const ControlApi&) = delete;
  ControlApi& operator=(const ControlApi&) = delete;

  void handle(const std::shared_ptr<HttpExchange>& exchange);
  /// Before the modules go: nobody waits for them any more.
  void let_go();
  /// They are gone.
  void forget() { at_lines_.clear(); }

  ControlledRun& run() { return run_; }
  Journal& journal() { return journal_; }
  AtLine& at_line(ControlledModule& module);
  /// `next` is asked again after each event.
  void stream(const std::shared_ptr<HttpExchange>& exchange, std::string type,
              std::function<std::optional<std::string>()> next);
  void add(const std::shared_ptr<PendingWait>& wait) { waits_.push_back(wait); }
  void remove(const PendingWait& wait);
  std::size_t waiting() const { return waits_.size(); }

 private:
  void route(const std::shared_ptr<HttpExchange>& exchange);
  void heard(unsigned module, std::string_view name);

  ControlledRun& run_;
  Journal& journal_;
  const Access access_;
  std::map<unsigned, std::unique_ptr<AtLine>> at_lines_;
  std::list<std::weak_ptr<HttpExchange>> streams_;
  std::vector<std::shared_ptr<PendingWait>> waits_;
};

/// Refuses who may not ask; throws Refusal.
void check_access(const ServerRequest& request, const ControlApi::Access& access);

}  // namespace sim800
