// Backends for a module that goes nowhere.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backends/ports/ftp.hpp"
#include "backends/ports/http.hpp"
#include "backends/ports/mail.hpp"
#include "backends/ports/ping.hpp"
#include "backends/ports/socket.hpp"

namespace sim800::bench {

class NoHttp final : public HttpClient {
 public:
  std::unique_ptr<HttpTransfer> start(HttpRequest, std::function<void(HttpResult)>) override { std::abort(); }
};

class NoPinger final : public Pinger {
 public:
  std::unique_ptr<Ping> open(const std::string&, std::function<void(std::string)>) override { return nullptr; }
};

class NoFtp final : public FtpClient {
 public:
  std::unique_ptr<FtpSession> start(FtpRequest, FtpEvents) override { return nullptr; }
};

class NoSockets final : public Sockets {
 public:
  std::unique_ptr<Socket> connect(SocketRequest) override { return nullptr; }
  std::unique_ptr<SocketServer> listen(const SocketAddress&, std::function<void(std::unique_ptr<Socket>)>) override {
    return nullptr;
  }
  std::unique_ptr<NameQuery> resolve(const std::string&, std::function<void(std::vector<std::string>)>) override {
    return nullptr;
  }
};

class NoMail final : public MailClient {
 public:
  std::unique_ptr<MailSession> start(MailLogin, MailEvents) override { return nullptr; }
};

struct NoBackends {
  NoHttp http;
  NoFtp ftp;
  NoSockets sockets;
  NoPinger pinger;
  NoMail mail;
};

}  // namespace sim800::bench
