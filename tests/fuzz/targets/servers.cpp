// Answers of HTTP, FTP, SMTP, POP3 and MMS servers, to the module's own clients over loopback. An input is the name of
// a service and what its server sends, piece by piece with a byte 1E between them: one at the start of a connection
// where the server speaks first, one after whatever arrives, and with the last the connection ends. In FTP "$P" stands
// for the port of data, over which the last piece goes. SPDX-License-Identifier: MIT
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "backends/ftp/curl_ftp.hpp"
#include "backends/http/curl_http.hpp"
#include "backends/mail/curl_mail.hpp"
#include "backends/ping/icmp_ping.hpp"
#include "backends/sockets/asio_sockets.hpp"
#include "emulator/core/link_model.hpp"
#include "emulator/program/asio_clock.hpp"
#include "tests/fuzz/target.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

using Tcp = asio::ip::tcp;
constexpr char separator = '\x1E';

/// A line of the host, and what it waits for.
struct Step {
  const char* line;
  const char* until = "\r\nOK\r\n";
};
struct ServiceRow {
  char name;
  bool speaks_first;
  std::span<const Step> steps;
};

constexpr Step http_steps[] = {{"AT+HTTPINIT"},
                               {"AT+HTTPPARA=\"CID\",1"},
                               {"AT+HTTPPARA=\"URL\",\"s.test/a\""},
                               {"AT+HTTPPARA=\"REDIR\",1"},
                               {"AT+HTTPACTION=0", "+HTTPACTION: "},
                               {"AT+HTTPHEAD"},
                               {"AT+HTTPREAD"},
                               {"AT+HTTPACTION=2", "+HTTPACTION: "},
                               {"AT+HTTPGETHEAD=1"},
                               {"AT+HTTPTERM"}};
#define FTP_SETUP                                                                                              \
  {"AT+FTPCID=1"}, {"AT+FTPSERV=\"s.test\""}, {"AT+FTPUN=\"u\""}, {"AT+FTPPW=\"p\""}, {"AT+FTPGETNAME=\"n\""}, \
      {"AT+FTPGETPATH=\"/\""}, {"AT+FTPPUTNAME=\"n\""}, {"AT+FTPPUTPATH=\"/\""}
constexpr Step ftp_get[] = {FTP_SETUP, {"AT+FTPGET=1", "+FTPGET: 1,"}, {"AT+FTPGET=2,1460"}, {"AT+FTPGET=2,1460"}};
constexpr Step ftp_list[] = {FTP_SETUP, {"AT+FTPLIST=1", "+FTPLIST: 1,"}, {"AT+FTPLIST=2,1460"}, {"AT+FTPLIST=2,99"}};
constexpr Step ftp_put[] = {FTP_SETUP,
                            {"AT+FTPPUT=1", "+FTPPUT: 1,"},
                            {"AT+FTPPUT=2,3", "+FTPPUT: 2,3"},
                            {"abc"},
                            {"AT+FTPPUT=2,0", "+FTPPUT: 1,"}};
constexpr Step ftp_size[] = {FTP_SETUP, {"AT+FTPSIZE", "+FTPSIZE: "}, {"AT+FTPMKD", "+FTPMKD: "}};
constexpr Step smtp_steps[] = {{"AT+EMAILCID=1"},
                               {"AT+SMTPSRV=\"s.test\""},
                               {"AT+SMTPAUTH=1,\"u\",\"p\""},
                               {"AT+SMTPFROM=\"me@s.test\",\"me\""},
                               {"AT+SMTPRCPT=0,0,\"a@s.test\",\"a\""},
                               {"AT+SMTPSUB=\"s\""},
                               {"AT+SMTPBODY=2", "DOWNLOAD"},
                               {"ab"},
                               {"AT+SMTPSEND", "+SMTPSEND: "}};
constexpr Step pop3_steps[] = {{"AT+EMAILCID=1"},
                               {"AT+POP3SRV=\"s.test\",\"u\",\"p\""},
                               {"AT+POP3IN", "+POP3IN: "},
                               {"AT+POP3NUM", "+POP3NUM: "},
                               {"AT+POP3LIST=1", "+POP3LIST: "},
                               {"AT+POP3UIDL=1", "+POP3UIDL: "},
                               {"AT+POP3CMD=4,1", "+POP3CMD: "},
                               {"AT+POP3READ=1460"},
                               {"AT+POP3READ=1460"},
                               {"AT+POP3OUT", "+POP3OUT: "}};
// M-Notification.ind for http://s.test/m in a push, sent to the module's own number.
constexpr Step mms_steps[] = {
    {"AT+CMMSINIT"},
    {"AT+CMMSCURL=\"s.test/mms\""},
    {"AT+CMGF=0"},
    {"AT+CMGS=84", "> "},
    {"0041000D91683108108300F00004460605040B8423F0010603BEAF848C829874008D928912802B32373132332F545950453D"
     "504C4D4E008A808E0207E78805810301518083687474703A2F2F732E746573742F6D00"
     "\x1A",
     "+CMTI"},
    {"AT+CMMSRECV=1"},
    {"AT+CMMSREAD=1"},
    {"AT+CMMSVIEW"}};
#undef FTP_SETUP
constexpr ServiceRow services[] = {{'h', false, http_steps}, {'g', true, ftp_get},   {'l', true, ftp_list},
                                   {'u', true, ftp_put},     {'z', true, ftp_size},  {'s', true, smtp_steps},
                                   {'p', true, pop3_steps},  {'m', false, mms_steps}};

std::vector<std::string> pieces_of(std::string_view script) {
  std::vector<std::string> pieces(1);
  for (const char c : script) {
    if (c == separator) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

/// Plays the pieces, whoever connects.
class Server {
 public:
  Server(asio::io_context& loop, std::vector<std::string> pieces, bool speaks_first)
      : control_(loop, {asio::ip::address_v4::loopback(), 0}),
        data_(loop, {asio::ip::address_v4::loopback(), 0}),
        pieces_(std::move(pieces)),
        speaks_first_(speaks_first) {
    const std::uint16_t port = data_.local_endpoint().port();
    const std::string numbers = std::to_string(port >> 8) + "," + std::to_string(port & 0xFF);
    for (std::string& piece : pieces_) {
      for (auto at = piece.find("$P"); at != std::string::npos; at = piece.find("$P", at)) {
        piece.replace(at, 2, numbers);
        has_data_ = true;
      }
    }
    if (has_data_) {
      last_ = std::move(pieces_.back());
      pieces_.pop_back();
      accept_data();
    }
    accept();
  }
  std::uint16_t port() const { return control_.local_endpoint().port(); }

 private:
  struct Peer {
    explicit Peer(Tcp::socket accepted) : socket(std::move(accepted)) {}
    Tcp::socket socket;
    std::array<char, 4096> bytes{};
  };
  using PeerPtr = std::shared_ptr<Peer>;

  void accept() {
    control_.async_accept([this](std::error_code error, Tcp::socket socket) {
      if (error) return;
      const auto peer = std::make_shared<Peer>(std::move(socket));
      if (speaks_first_) speak(peer);
      listen(peer);
      accept();
    });
  }

  void accept_data() {
    data_.async_accept([this](std::error_code error, Tcp::socket socket) {
      if (error) return;
      const auto peer = std::make_shared<Peer>(std::move(socket));
      asio::async_write(peer->socket, asio::buffer(last_), [peer](std::error_code, std::size_t) {
        std::error_code ignored;
        peer->socket.shutdown(Tcp::socket::shutdown_send, ignored);
      });
      accept_data();
    });
  }

  void listen(const PeerPtr& peer) {
    peer->socket.async_read_some(asio::buffer(peer->bytes), [this, peer](std::error_code error, std::size_t) {
      if (error) return;
      speak(peer);
      listen(peer);
    });
  }

  void speak(const PeerPtr& peer) {
    if (next_ < pieces_.size()) {
      std::error_code ignored;
      asio::write(peer->socket, asio::buffer(pieces_[next_++]), ignored);  // far smaller than the socket's buffer
    }
    if (next_ < pieces_.size()) return;
    std::error_code ignored;
    peer->socket.shutdown(Tcp::socket::shutdown_send, ignored);
  }

  Tcp::acceptor control_, data_;
  std::vector<std::string> pieces_;
  std::string last_;
  std::size_t next_ = 0;
  bool speaks_first_, has_data_ = false;
};

World world_with(std::uint16_t port) {
  World world;
  world.timing.profile = TimingProfile::instant;
  world.network.hosts["*"] = "127.0.0.1:" + std::to_string(port);
  return world;
}

/// A module with its own clients, and the server in the same loop.
class Meeting {
 public:
  Meeting(const ServiceRow& service, std::vector<std::string> pieces)
      : service_(service),
        server_(loop_, std::move(pieces), service.speaks_first),
        world_(world_with(server_.port())),
        link_(loop_, world_.network.hosts, clock_, initial_link(world_)),
        http_(make_curl_http_client(loop_, link_)),
        ftp_(make_curl_ftp_client(loop_, link_)),
        sockets_(make_asio_sockets(loop_, link_)),
        pinger_(make_icmp_pinger(loop_, link_, 1)),
        mail_(make_curl_mail_client(loop_, link_)),
        modem_({world_, command_table, clock_, nvram_, files_, *http_, *ftp_, *sockets_, *pinger_, *mail_, nullptr, 1}),
        channel_(modem_.attach(port_, "wire")) {
    modem_.power_on();
  }

  void run() {
    wait("Call Ready");
    for (const char* line : {"ATE0", "AT+SAPBR=1,1"}) {
      say(line, "\r\n");
      wait("OK");
    }
    for (const Step& step : service_.steps) {
      port_.take();
      const bool payload = std::string_view(step.line).find("AT") != 0;
      say(step.line, payload ? "" : "\r");
      wait(step.until);
    }
  }

 private:
  void say(std::string_view line, std::string_view end) { channel_.receive(std::string(line).append(end)); }

  /// Until the module has said so, or refused, or for a while. Module time is a hundred times faster.
  void wait(std::string_view wanted) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::milliseconds(250);
    const auto said = [this](std::string_view text) { return port_.sent.find(text) != std::string::npos; };
    loop_.restart();
    while (!said(wanted) && !said("ERROR") && loop_.run_one_until(limit) > 0) continue;
  }

  asio::io_context loop_{1};
  const ServiceRow& service_;
  Server server_;
  World world_;
  AsioClock clock_{loop_, 0.01};
  Nvram nvram_;
  FileSystem files_;
  RadioLink link_;
  std::unique_ptr<HttpClient> http_;
  std::unique_ptr<FtpClient> ftp_;
  std::unique_ptr<Sockets> sockets_;
  std::unique_ptr<Pinger> pinger_;
  std::unique_ptr<MailClient> mail_;
  RecordingPort port_;
  Modem modem_;
  Channel& channel_;
};

}  // namespace
}  // namespace sim800::test

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sim800::test;
  spdlog::set_level(spdlog::level::off);
  std::string_view input = text_of(data, std::min<std::size_t>(size, 16 * 1024));
  const char name = static_cast<char>(take_byte(input));
  const auto* const service = std::ranges::find(services, name, &ServiceRow::name);
  if (service == std::end(services)) return 0;
  Meeting(*service, pieces_of(input)).run();
  return 0;
}
