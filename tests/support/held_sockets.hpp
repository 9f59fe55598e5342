// Sockets without a network: the test plays the peers.
// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/ports/socket.hpp"

namespace sim800::test {

class HeldSockets final : public Sockets {
 public:
  /// The far end of one socket; it outlives the socket.
  struct Peer {
    SocketRequest request;
    bool alive = true;  ///< the module has not destroyed its socket
    std::string got;    ///< from the module
    std::vector<std::string> datagrams;
    std::uint64_t confirmed = 0;
    bool confirms = true;  ///< acknowledges at once
    std::size_t room = Socket::window;
    bool finished = false;  ///< the module has sent FIN
    bool takes_all = false;
    SocketAddress redirected;
    SocketAddress address;
    std::deque<std::pair<SocketAddress, std::string>> queue;  ///< to the module; TCP: one entry
    Socket* socket = nullptr;

    void connect(SocketError outcome = SocketError::none) {
      if (address.host.empty()) address = {"10.1.2.3", request.port};
      if (alive && socket->events.connected) tell(socket->events.connected, outcome);
    }
    /// TCP: bytes on the stream. UDP: a datagram, from the peer unless given.
    void send(std::string_view bytes, const SocketAddress& from = {}) {
      const bool udp = request.kind == SocketRequest::Kind::udp;
      const SocketAddress source = from.host.empty() ? address : from;
      if (udp || queue.empty()) {
        queue.emplace_back(source, std::string(bytes));
      } else {
        queue.back().second.append(bytes);
      }
      change();
    }
    void confirm() {
      confirmed = got.size();
      change();
    }
    void close(SocketError how = SocketError::none) {
      if (alive && socket->events.closed) tell(socket->events.closed, how);
    }
    void change() {
      if (alive && socket->events.changed) tell(socket->events.changed);
    }

   private:
    /// The event may destroy the socket.
    template <class Event, class... Values>
    static void tell(Event event, Values... values) {
      event(values...);
    }
  };

  std::unique_ptr<Socket> connect(SocketRequest request) override {
    Peer& peer = *peers.emplace_back(std::make_unique<Peer>());
    peer.request = std::move(request);
    return std::make_unique<Held>(peer);
  }

  std::unique_ptr<SocketServer> listen(const SocketAddress& own,
                                       std::function<void(std::unique_ptr<Socket>)> on_client) override {
    if (own.port == taken_port) return nullptr;
    client = std::move(on_client);
    listening = own.port;
    return std::make_unique<Server>(*this);
  }

  std::unique_ptr<NameQuery> resolve(const std::string& host,
                                     std::function<void(std::vector<std::string>)> done) override {
    asked.push_back(host);
    answer = std::move(done);
    return std::make_unique<NameQuery>();
  }

  /// A client connects to the module's server.
  Peer& accept(const std::string& from) {
    Peer& peer = *peers.emplace_back(std::make_unique<Peer>());
    peer.address = {from, 40'000};
    client(std::make_unique<Held>(peer));
    return peer;
  }

  Peer& last() { return *peers.at(peers.size() - 1); }
  std::vector<std::unique_ptr<Peer>> peers;
  std::function<void(std::unique_ptr<Socket>)> client;
  std::uint16_t listening = 0, taken_port = 1;
  std::vector<std::string> asked;
  std::function<void(std::vector<std::string>)> answer;

 private:
  struct Held final : Socket {
    explicit Held(Peer& p) : there(p) { there.socket = this; }
    ~Held() override { there.alive = false; }
    bool udp() const { return there.request.kind == SocketRequest::Kind::udp; }
    SocketAddress peer() const override { return there.address; }
    std::string_view readable() const override {
      return there.queue.empty() ? std::string_view{} : std::string_view(there.queue.front().second);
    }
    std::size_t waiting() const override {
      std::size_t sum = 0;
      for (const auto& entry : there.queue) sum += entry.second.size();
      return sum;
    }
    SocketAddress source() const override { return there.queue.empty() ? there.address : there.queue.front().first; }
    void consume(std::size_t count) override {
      there.queue.front().second.erase(0, count);
      if (there.queue.front().second.empty()) there.queue.pop_front();
    }
    std::size_t room() const override { return there.room; }
    void send(std::string_view bytes) override {
      there.got.append(bytes);
      if (udp()) there.datagrams.emplace_back(bytes);
      if (there.confirms) there.confirmed = there.got.size();
    }
    std::uint64_t acknowledged() const override { return there.confirmed; }
    void finish() override { there.finished = true; }
    void take_all(bool on) override { there.takes_all = on; }
    void redirect(const SocketAddress& to) override { there.redirected = to; }
    Peer& there;
  };
  struct Server final : SocketServer {
    explicit Server(HeldSockets& s) : sockets(s) {}
    ~Server() override {
      sockets.listening = 0;
      sockets.client = nullptr;
    }
    HeldSockets& sockets;
  };
};

}  // namespace sim800::test
