// SPDX-License-Identifier: MIT
#include "emulator/program/cli/run_control.hpp"

#include <fmt/format.h>

#include <fstream>

#include "emulator/program/cli/run_options.hpp"

namespace sim800 {
namespace {

constexpr std::size_t least_token = 16, most_token = 4096;

std::string read_token(const std::string& path) {
  std::ifstream file(path);
  std::string token;
  if (!file || !std::getline(file, token))
    throw RunError(fmt::format("--control-token: expected a file with a token in its first line, found \"{}\"", path));
  if (token.size() < least_token || token.size() > most_token)
    throw RunError(fmt::format("--control-token: expected a token of {} to {} characters, found {}", least_token,
                               most_token, token.size()));
  return token;
}

}  // namespace

RunControl::RunControl(asio::io_context& loop, const std::string& address, const std::string& token_file) {
  if (!token_file.empty()) token_ = read_token(token_file);
  try {
    server_ = std::make_unique<HttpServer>(loop, address);
  } catch (const HttpServerError& problem) {
    throw RunError(problem.what());
  }
  if (!server_->is_local() && token_.empty())
    throw RunError(fmt::format(
        "--control: expected a loopback address, unix:PATH, or --control-token beside it, found \"{}\"", address));
}

RunControl::~RunControl() = default;

void RunControl::start(ControlledRun& run) {
  api_ = std::make_unique<ControlApi>(run, journal_,
                                      ControlApi::Access{token_, server_->is_local() && !server_->is_unix()});
  server_->start([this](const std::shared_ptr<HttpExchange>& exchange) { api_->handle(exchange); });
}

}  // namespace sim800
