// SPDX-License-Identifier: MIT
// The HTTP commands and their state machine, on a virtual clock; real servers are in tests/acceptance.
#include <doctest/doctest.h>

#include "emulator/core/world.hpp"
#include "emulator/internet/http_url.hpp"
#include "tests/support/module_fixture.hpp"

namespace sim800::test {
namespace {

HttpResult answer(int status, std::string body = {}) {
  return {.status = status, .head = "HTTP/1.1 200 OK\r\nX-Name: Value\r\n\r\n", .body = std::move(body)};
}

/// A bearer, a session and a URL.
struct Session : ModuleFixture {
  explicit Session(World given = instant()) : ModuleFixture(std::move(given)) {
    ask("ATE0");
    wait(1s);
    ask("AT+SAPBR=1,1");
    wait(3s);
    ask("AT+HTTPINIT");
    wait(1s);
    ask("AT+HTTPPARA=\"URL\",\"www.sim.com\"");
    wait(1s);
  }
  std::string act(int method) { return ask("AT+HTTPACTION=" + std::to_string(method)); }
  std::string finish(HttpResult result) {
    http.answer(std::move(result));
    clock.advance(0s);
    return port.take();
  }
  void fill(const std::string& data) {
    channel->receive("AT+HTTPDATA=" + std::to_string(data.size()) + ",1000\r" + data);
    clock.advance(0s);
    port.take();
  }
};

}  // namespace

TEST_CASE("off: every command but the tests is refused") {
  ModuleFixture fixture;
  fixture.ask("AT+CMEE=1");
  for (const char* line : {"AT+HTTPTERM", "AT+HTTPPARA?", "AT+HTTPPARA=\"CID\",1", "AT+HTTPDATA=10,1000",
                           "AT+HTTPACTION=0", "AT+HTTPREAD", "AT+HTTPREAD=0,10", "AT+HTTPSTATUS?", "AT+HTTPSCONT",
                           "AT+HTTPSCONT?", "AT+HTTPHEAD", "AT+HTTPGETHEAD=1", "AT+HTTPGETHEAD?"}) {
    CAPTURE(line);
    CHECK(fixture.ask(line) == "\r\n+CME ERROR: 3\r\n");
  }
  CHECK(fixture.ask("AT+HTTPINIT") == OK);
  CHECK(fixture.ask("AT+HTTPINIT") == "\r\n+CME ERROR: 3\r\n");
  CHECK(fixture.ask("AT+HTTPTERM") == OK);
}

TEST_CASE("test forms answer in every state") {
  ModuleFixture fixture;
  const std::pair<const char*, std::string> rows[] = {{"HTTPINIT", ""},
                                                      {"HTTPTERM", ""},
                                                      {"HTTPHEAD", ""},
                                                      {"HTTPSTATUS", ""},
                                                      {"HTTPSCONT", ""},
                                                      {"HTTPPARA", "\"HTTPParamTag\",\"HTTPParmValue\""},
                                                      {"HTTPDATA", "(0-319488),(1000-120000)"},
                                                      {"HTTPACTION", "(0-3)"},
                                                      {"HTTPREAD", "(0-319488),(1-319488)"},
                                                      {"HTTPGETHEAD", "(0-1)"},
                                                      {"HTTPSSL", "(0-1)"}};
  for (const auto& [name, ranges] : rows) {
    const std::string line = ranges.empty() ? "" : "\r\n+" + std::string(name) + ": " + ranges + "\r\n";
    CHECK(fixture.ask("AT+" + std::string(name) + "=?") == line + OK);
  }
}

TEST_CASE("parameters: defaults, ranges, with and without quotes, forgotten by HTTPTERM") {
  ModuleFixture fixture;
  fixture.ask("AT+HTTPINIT");
  CHECK(fixture.ask("AT+HTTPPARA?") ==
        "\r\n+HTTPPARA:\r\nCID: 1\r\nURL: \r\nUA: SIMCom_MODULE\r\nPROIP: 0.0.0.0\r\nPROPORT: 0\r\nREDIR: 0\r\nBREAK: "
        "0\r\n"
        "BREAKEND: 0\r\nTIMEOUT: 120\r\nCONTENT: \r\nUSERDATA: \r\n\r\nOK\r\n");
  for (const char* good :
       {"\"CID\",1", "CID,3", "\"cid\",\"2\"", "URL,HTTP://X/Y", "\"REDIR\",1", "\"TIMEOUT\",30", "\"TIMEOUT\",1000",
        "\"PROPORT\",65535", "\"BREAK\",2000", "\"BREAKEND\",3000", "\"CONTENT\",\"application/json\"", "\"UA\",\"\"",
        "\"URL\",\"a b\"  ", R"("USERDATA","{\"id\":1}")", "\"PROIP\",\"10.0.0.172\""}) {
    CAPTURE(good);
    CHECK(fixture.ask(std::string("AT+HTTPPARA=") + good) == OK);
  }
  for (const char* bad :
       {"\"CID\",0", "\"CID\",4", "\"REDIR\",2", "\"TIMEOUT\",29", "\"TIMEOUT\",1001", "\"PROPORT\",65536",
        "\"BREAK\",-1", "\"NONE\",1", "\"URL\"", "\"URL\",\"\"", "\"URL\",\"a\",1", "\"BREAK\",x"}) {
    CAPTURE(bad);
    CHECK(fixture.ask(std::string("AT+HTTPPARA=") + bad) == ERROR);
  }
  CHECK(fixture.ask("AT+HTTPPARA=\"URL\",\"" + std::string(512, 'x') + "\"") == OK);
  CHECK(fixture.ask("AT+HTTPPARA=\"URL\",\"" + std::string(513, 'x') + "\"") == ERROR);
  CHECK(fixture.ask("AT+HTTPTERM;+HTTPINIT;+HTTPACTION=0") == ERROR);  // no URL any more
}

TEST_CASE("GET: OK at once, the URC at least 1.1 s later in field time, then HTTPREAD") {
  Session session{World{}};
  session.act(0);
  CHECK(session.wait(15ms) == OK);
  session.http.answer(answer(200, "hello, world"));
  CHECK(session.wait(1100ms) == "");
  CHECK(session.wait(1s) == "\r\n+HTTPACTION: 0,200,12\r\n");
  session.ask("AT+HTTPREAD");
  CHECK(session.wait(15ms) == "\r\n+HTTPREAD: 12\r\nhello, world\r\nOK\r\n");
  CHECK(session.http.running == 0);
}

TEST_CASE("HTTPREAD windows; reading does not consume") {
  Session session;
  session.act(0);
  CHECK(session.finish(answer(200, "0123456789")) == "\r\n+HTTPACTION: 0,200,10\r\n");
  CHECK(session.ask("AT+HTTPREAD=0,4") == "\r\n+HTTPREAD: 4\r\n0123\r\nOK\r\n");
  CHECK(session.ask("AT+HTTPREAD=8,400") == "\r\n+HTTPREAD: 2\r\n89\r\nOK\r\n");
  CHECK(session.ask("AT+HTTPREAD=10,1") == OK);
  CHECK(session.ask("AT+HTTPREAD=319488,1") == OK);
  CHECK(session.ask("AT+HTTPREAD=319489,1") == ERROR);
  CHECK(session.ask("AT+HTTPREAD=0,0") == ERROR);
  CHECK(session.ask("AT+HTTPREAD=0,319489") == ERROR);
  CHECK(session.ask("AT+HTTPREAD=0") == ERROR);
  CHECK(session.ask("AT+HTTPREAD") == "\r\n+HTTPREAD: 10\r\n0123456789\r\nOK\r\n");
}

TEST_CASE("HTTPDATA: prompt, exactly so many raw bytes, no echo; surplus is command text") {
  Session session;
  session.ask("ATE1");
  CHECK(session.say("AT+HTTPDATA=7,1000\r") == "AT+HTTPDATA=7,1000\r\r\nDOWNLOAD\r\n");
  CHECK(session.say("\n+++\x1a\r") == "");  // the prompt is out: this LF is data
  CHECK(session.say("\nAT\r") == "\r\nOK\r\nAT\r\r\nOK\r\n");
  session.ask("ATE0");
  CHECK(session.ask("AT+HTTPREAD") == "\r\n+HTTPREAD: 7\r\n\n+++\x1a\r\n\r\nOK\r\n");
  CHECK(session.ask("AT+HTTPDATA=0,10000") == OK);
  CHECK(session.ask("AT+HTTPREAD") == OK);
  for (const char* bad :
       {"AT+HTTPDATA=0,200", "AT+HTTPDATA=319489,1000", "AT+HTTPDATA=10,120001", "AT+HTTPDATA=10", "AT+HTTPDATA"})
    CHECK(session.ask(bad) == ERROR);
}

TEST_CASE("HTTPDATA: the LF of a host's CR LF is not payload, even if it comes a little later") {
  Session session;
  session.say("AT\r\n");
  CHECK(session.say("AT+HTTPDATA=2,1000\r") == "");
  CHECK(session.say("\n") == "\r\nDOWNLOAD\r\n");
  CHECK(session.say("ab") == OK);
  CHECK(session.say("AT+HTTPDATA=2,1000\r") == "");
  CHECK(session.wait(10ms) == "\r\nDOWNLOAD\r\n");
  CHECK(session.say("\nb") == OK);
  CHECK(session.ask("AT+HTTPREAD") == "\r\n+HTTPREAD: 2\r\n\nb\r\nOK\r\n");
}

TEST_CASE("HTTPDATA: when the time is up it is OK too, and what came is the body") {
  Session session;
  session.say("AT+HTTPDATA=10,2000\r\nabc");
  CHECK(session.wait(1999ms) == "");
  CHECK(session.wait(1ms) == OK);
  CHECK(session.ask("AT+HTTPREAD") == "\r\n+HTTPREAD: 3\r\nabc\r\nOK\r\n");
}

TEST_CASE("an open prompt goes with its client, without a word") {
  Session session;
  session.say("AT+HTTPDATA=10,2000\r\nabc");
  session.channel->client_left();
  CHECK(session.port.take() == "");
  CHECK(session.ask("AT+HTTPREAD") == OK);
}

TEST_CASE("one buffer: POST sends it, the response replaces it, the next POST sends that") {
  Session session;
  session.fill("body one");
  session.act(1);
  CHECK(session.http.sent_body == "body one");
  CHECK(session.finish(answer(200, "echo: body one")) == "\r\n+HTTPACTION: 1,200,14\r\n");
  CHECK(session.ask("AT+HTTPREAD") == "\r\n+HTTPREAD: 14\r\necho: body one\r\nOK\r\n");
  session.act(1);
  CHECK(session.http.sent_body == "echo: body one");
  session.finish(answer(601));
  CHECK(session.ask("AT+HTTPREAD") == OK);  // a failed action leaves it empty
}

TEST_CASE("the request carries the parameters") {
  Session session;
  session.ask("AT+HTTPPARA=\"UA\",\"me\";+HTTPPARA=\"CONTENT\",\"text/plain\";+HTTPPARA=\"REDIR\",1");
  session.ask(R"(AT+HTTPPARA="USERDATA","A: 1\r\nB: 2";+HTTPPARA="PROIP","10.0.0.172";+HTTPPARA="PROPORT",80)");
  session.ask("AT+HTTPPARA=\"URL\",\"http://host:8080/a?b\"");
  session.act(3);
  const HttpRequest& request = session.http.request;
  CHECK(request.method == HttpMethod::del);
  CHECK(request.host == "host");
  CHECK(request.port == 8080);
  CHECK(request.path == "/a?b");
  CHECK(request.user_agent == "me");
  CHECK(request.content_type == "text/plain");
  CHECK(request.headers == std::vector<std::string>{"A: 1", "B: 2"});
  CHECK(request.proxy_host == "10.0.0.172");
  CHECK(request.proxy_port == 80);
  CHECK(request.follow_redirects);
  CHECK_FALSE(request.tls);
  CHECK(request.range.empty());
}

TEST_CASE("BREAK and BREAKEND become a range, for GET only") {
  const struct {
    const char* parameters;
    const char* range;
  } rows[] = {{"AT+HTTPPARA=\"BREAK\",2000", "2000-"},
              {"AT+HTTPPARA=\"BREAK\",2000;+HTTPPARA=\"BREAKEND\",2999", "2000-2999"},
              {"AT+HTTPPARA=\"BREAK\",2000;+HTTPPARA=\"BREAKEND\",1000", "2000-"},
              {"AT+HTTPPARA=\"BREAKEND\",99", "0-99"}};
  for (const auto& row : rows) {
    Session session;
    session.ask(row.parameters);
    session.act(0);
    CHECK(session.http.request.range == row.range);
    session.finish(answer(206, "x"));
    session.act(2);
    CHECK(session.http.request.range == "");
  }
}

TEST_CASE("busy: what is refused, what is answered, live status") {
  Session session;
  session.ask("AT+CMEE=1");
  CHECK(session.ask("AT+HTTPSTATUS?") == "\r\n+HTTPSTATUS: GET,0,0,0\r\n\r\nOK\r\n");
  session.act(1);
  for (const char* line : {"AT+HTTPINIT", "AT+HTTPPARA=\"CID\",1", "AT+HTTPDATA=10,1000", "AT+HTTPACTION=0",
                           "AT+HTTPGETHEAD=1", "AT+HTTPSSL=1"}) {
    CAPTURE(line);
    CHECK(session.ask(line) == "\r\n+CME ERROR: 3\r\n");
  }
  for (const char* line : {"AT+HTTPREAD", "AT+HTTPHEAD", "AT+HTTPSCONT"}) CHECK(session.ask(line) == OK);
  CHECK(session.ask("AT+HTTPPARA?").ends_with(OK));
  session.http.progress = {.sending = true, .done = 1500, .total = 2048};
  CHECK(session.ask("AT+HTTPSTATUS?") == "\r\n+HTTPSTATUS: POST,2,1440,608\r\n\r\nOK\r\n");
  session.http.progress = {.sending = false, .done = 0, .total = 0};
  CHECK(session.ask("AT+HTTPSTATUS?") == "\r\n+HTTPSTATUS: POST,1,0,0\r\n\r\nOK\r\n");
  session.http.progress = {.sending = false, .done = 9335, .total = 9335};
  CHECK(session.ask("AT+HTTPSTATUS?") == "\r\n+HTTPSTATUS: POST,1,9335,0\r\n\r\nOK\r\n");
  session.finish(answer(200));
  CHECK(session.ask("AT+HTTPSTATUS?") == "\r\n+HTTPSTATUS: POST,0,0,0\r\n\r\nOK\r\n");
}

TEST_CASE("HTTPTERM drops a running request, and no URC comes") {
  Session session;
  session.act(0);
  CHECK(session.http.running == 1);
  CHECK(session.ask("AT+HTTPTERM") == OK);
  CHECK(session.http.running == 0);
  CHECK(session.wait(200s) == "");
}

TEST_CASE("TIMEOUT ends a request with 601") {
  Session session;
  session.ask("AT+HTTPPARA=\"TIMEOUT\",30");
  session.act(0);
  CHECK(session.wait(29999ms) == "");
  CHECK(session.wait(1ms) == "\r\n+HTTPACTION: 0,601,0\r\n");
  CHECK(session.http.running == 0);
}

TEST_CASE("no bearer: 601; a bearer lost on the way: DEACT, then 601; closed by hand: 601") {
  ModuleFixture fixture;
  fixture.ask("AT+HTTPINIT;+HTTPPARA=\"URL\",\"x\"");
  CHECK(fixture.ask("AT+HTTPACTION=0") == "\r\nOK\r\n\r\n+HTTPACTION: 0,601,0\r\n");
  CHECK(fixture.http.started == 0);
  Session session;
  session.act(0);
  CHECK(session.ask("AT+CGATT=0") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n\r\n+HTTPACTION: 0,601,0\r\n");
  session.ask("AT+CGATT=1;+SAPBR=1,1");
  session.act(0);
  CHECK(session.ask("AT+SAPBR=0,1") == "\r\nOK\r\n\r\n+HTTPACTION: 0,601,0\r\n");
}

TEST_CASE("what came of a response before a cut can be read, though its length is told as 0") {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n";
  const HttpResult part{.status = 601, .head = head, .body = "0123456789"};
  const std::string read = "\r\n+HTTPREAD: 10\r\n0123456789\r\nOK\r\n";
  const std::string showed = "\r\n+HTTPHEAD: " + std::to_string(head.size()) +
                             "\r\nhttp/1.1 200 ok\r\ncontent-length: 99" + "\r\n\r\n\r\nOK\r\n";
  {
    Session session;  // the peer cuts
    session.act(0);
    CHECK(session.finish(part) == "\r\n+HTTPACTION: 0,601,0\r\n");
    CHECK(session.ask("AT+HTTPREAD") == read);
    CHECK(session.ask("AT+HTTPREAD=8,100") == "\r\n+HTTPREAD: 2\r\n89\r\nOK\r\n");
    CHECK(session.ask("AT+HTTPHEAD") == showed);
    session.ask("AT+HTTPGETHEAD=1");
    session.act(0);
    CHECK(session.finish(part) == "\r\n+HTTPACTION: 0,601,0\r\n");
    CHECK(
        session.ask("AT+HTTPREAD").starts_with("\r\n+HTTPREAD: " + std::to_string(head.size() + 10) + "\r\nhttp/1.1 "));
    session.act(2);
    CHECK(session.finish({.status = 601, .head = {}, .body = {}}) == "\r\n+HTTPACTION: 2,601,0\r\n");
    CHECK(session.ask("AT+HTTPREAD;+HTTPHEAD") == OK);
  }
  {
    Session session;  // the time is up
    session.ask("AT+HTTPPARA=\"TIMEOUT\",30");
    session.http.received = part;
    session.act(1);
    CHECK(session.wait(30s) == "\r\n+HTTPACTION: 1,601,0\r\n");
    CHECK(session.ask("AT+HTTPREAD") == read);
  }
  {
    Session session;  // the bearer goes
    session.http.received = part;
    session.act(0);
    CHECK(session.ask("AT+CGATT=0") == "\r\n+SAPBR 1: DEACT\r\n\r\nOK\r\n\r\n+HTTPACTION: 0,601,0\r\n");
    CHECK(session.ask("AT+HTTPREAD") == read);
    CHECK(session.ask("AT+HTTPHEAD") == showed);
  }
}

TEST_CASE("quirk http_cut_body: a response that was cut leaves nothing") {
  World world = ModuleFixture::instant();
  world.module.quirks.http_cut_body = false;
  Session session(world);
  session.act(0);
  CHECK(session.finish({.status = 601, .head = "HTTP/1.1 200 OK\r\n\r\n", .body = "part"}) ==
        "\r\n+HTTPACTION: 0,601,0\r\n");
  CHECK(session.ask("AT+HTTPREAD;+HTTPHEAD") == OK);
  session.act(0);
  CHECK(session.finish(answer(200, "whole")) == "\r\n+HTTPACTION: 0,200,5\r\n");
}

TEST_CASE("the stack is busy while the bearer comes up: 604") {
  ModuleFixture fixture(World{});
  RecordingPort second_port;
  Channel& second = fixture.modem.attach(second_port, "second");
  fixture.say("AT+HTTPINIT;+HTTPPARA=\"URL\",\"x\"\r");
  fixture.wait(1s);
  second.receive("AT+SAPBR=1,1\r");
  fixture.clock.advance(100ms);
  fixture.say("AT+HTTPACTION=0\r");
  CHECK(fixture.wait(5s) == "AT+HTTPACTION=0\r\r\nOK\r\n\r\n+HTTPACTION: 0,604,0\r\n");
}

TEST_CASE("schemes other than http are not resolved: 603, nothing leaves the module") {
  for (const char* url :
       {"https://x/", "file:///etc/passwd", "ftp://x/", "gopher://x", "http://", "http://x:0/", "http://x:99999/"}) {
    Session session;
    session.ask("AT+HTTPPARA=\"URL\",\"" + std::string(url) + "\"");
    CAPTURE(url);
    CHECK(session.act(0) == "\r\nOK\r\n\r\n+HTTPACTION: 0,603,0\r\n");
    CHECK(session.http.started == 0);
  }
}

TEST_CASE("HTTPSSL: TLS on 443, https:// is taken; HTTPTERM forgets it") {
  Session session;
  CHECK(session.ask("AT+HTTPSSL?") == "\r\n+HTTPSSL: 0\r\n\r\nOK\r\n");
  CHECK(session.ask("AT+HTTPSSL=1") == OK);
  CHECK(session.ask("AT+HTTPSSL=2") == ERROR);
  session.ask("AT+HTTPPARA=\"URL\",\"https://x/\"");
  session.act(0);
  CHECK(session.http.request.tls);
  CHECK(session.http.request.port == 443);
  CHECK_FALSE(session.http.request.tls_options.verify_peer);
  session.finish(answer(200));
  CHECK(session.ask("AT+SSLOPT?") == "\r\n+SSLOPT: 0,1\r\n+SSLOPT: 1,0\r\n\r\nOK\r\n");
  CHECK(session.ask("AT+SSLOPT=0,0") == OK);
  CHECK(session.ask("AT+SSLOPT=2,0") == ERROR);
  CHECK(session.ask("AT+SSLOPT=0") == ERROR);
  session.act(0);
  CHECK(session.http.request.tls_options.verify_peer);
  session.ask("AT+HTTPTERM");
  CHECK(session.ask("AT+HTTPSSL?") == "\r\n+HTTPSSL: 0\r\n\r\nOK\r\n");
}

TEST_CASE("HTTPHEAD: the header block, lower-cased; HTTPGETHEAD puts it before the body") {
  Session session;
  const std::string head = "http/1.1 200 ok\r\nx-name: value\r\n\r\n";
  CHECK(session.ask("AT+HTTPHEAD") == OK);
  session.act(0);
  session.finish(answer(200, "body"));
  CHECK(session.ask("AT+HTTPHEAD") == "\r\n+HTTPHEAD: " + std::to_string(head.size()) + "\r\n" + head + "\r\nOK\r\n");
  session.act(2);
  CHECK(session.finish(answer(200)) == "\r\n+HTTPACTION: 2,200,0\r\n");
  CHECK(session.ask("AT+HTTPGETHEAD?") == "\r\n+HTTPGETHEAD: 0\r\n\r\nOK\r\n");
  CHECK(session.ask("AT+HTTPGETHEAD=1") == OK);
  session.act(2);
  CHECK(session.finish(answer(200)) == "\r\n+HTTPACTION: 2,200," + std::to_string(head.size()) + "\r\n");
  CHECK(session.ask("AT+HTTPREAD=0,8") == "\r\n+HTTPREAD: 8\r\nhttp/1.1\r\nOK\r\n");
  session.act(0);
  session.finish(answer(200, "body"));
  CHECK(session.ask("AT+HTTPREAD") ==
        "\r\n+HTTPREAD: " + std::to_string(head.size() + 4) + "\r\n" + head + "body\r\nOK\r\n");
}

TEST_CASE("a full buffer fits, header and body together must too: 602") {
  Session session;
  session.act(0);
  CHECK(session.finish(answer(200, std::string(319'488, 'x'))) == "\r\n+HTTPACTION: 0,200,319488\r\n");
  session.ask("AT+HTTPGETHEAD=1");
  session.act(0);
  CHECK(session.finish(answer(200, std::string(319'488, 'x'))) == "\r\n+HTTPACTION: 0,602,0\r\n");
}

TEST_CASE("HTTPSCONT keeps the context over HTTPTERM and restart") {
  Nvram nvram;
  {
    ModuleFixture fixture(ModuleFixture::instant(), true, &nvram);
    fixture.ask("AT+HTTPINIT;+HTTPPARA=\"URL\",\"kept\";+HTTPPARA=\"TIMEOUT\",60;+HTTPPARA=\"REDIR\",1");
    CHECK(fixture.ask("AT+HTTPSCONT?").starts_with("\r\n+HTTPSCONT: 1\r\nCID: 1\r\nURL: kept\r\n"));
    CHECK(fixture.ask("AT+HTTPSCONT") == OK);
    CHECK(fixture.ask("AT+HTTPSCONT?") ==
          "\r\n+HTTPSCONT: 0\r\nCID: 1\r\nURL: kept\r\nUA: SIMCom_MODULE\r\nPROIP: 0.0.0.0\r\nPROPORT: 0\r\nREDIR: "
          "1\r\nBREAK: 0\r\n"
          "BREAKEND: 0\r\nUSERDATA: \r\n\r\nOK\r\n");
    CHECK(fixture.ask("AT+HTTPTERM;+HTTPINIT;+HTTPSCONT?").find("URL: kept") != std::string::npos);
  }
  ModuleFixture again(ModuleFixture::instant(), true, &nvram);
  again.ask("AT+HTTPINIT");
  const std::string text = again.ask("AT+HTTPPARA?");
  CHECK(text.find("URL: kept\r\n") != std::string::npos);
  CHECK(text.find("TIMEOUT: 120\r\n") != std::string::npos);  // not part of the context
}

TEST_CASE("a reset ends everything: session off, request cut, running command silent") {
  Session session;
  session.act(0);
  session.ask("AT+CFUN=1,1");
  session.wait(1s);
  CHECK(session.http.running == 0);
  CHECK(session.ask("AT+HTTPTERM") == ERROR);
  CHECK(session.ask("AT+SAPBR=2,1") == "\r\n+SAPBR: 1,3,\"0.0.0.0\"\r\n\r\nOK\r\n");
  session.say("AT+HTTPINIT\rAT+HTTPDATA=10,5000\r\nabc");
  RecordingPort second_port;
  Channel& second = session.modem.attach(second_port, "second");
  second.receive("AT+CFUN=1,1\r");
  CHECK(session.wait(10s).find("OK") == std::string::npos);
}

TEST_CASE("URLs") {
  const struct {
    const char* text;
    bool tls;
    const char* parts;
  } rows[] = {{"www.sim.com", false, "www.sim.com|80|/"},
              {"HTTP://www.sim.com/img/x.gif", false, "www.sim.com|80|/img/x.gif"},
              {"http://host:7313/path", false, "host|7313|/path"},
              {"http://host/path:7313", false, "host|80|/path:7313"},
              {"http://host/at/12:30", false, "host|80|/at/12:30"},
              {"host/:8080", false, "host|80|/:8080"},
              {"https://host/v1:80", true, "host|443|/v1:80"},
              {"http://host/path?t=12:30", false, "host|80|/path?t=12:30"},
              {"host?q=http://other/", false, "host|80|/?q=http://other/"},
              {"host/x?u=http://other/", false, "host|80|/x?u=http://other/"},
              {"host/x#part", false, "host|80|/x"},
              {"https://host", true, "host|443|/"},
              {"http://host", true, "host|443|/"},
              {"host:8443/x", true, "host|8443|/x"},
              {"https://host", false, ""},
              {"ftp://host", false, ""},
              {"", false, ""},
              {"http://:80/", false, ""},
              {"host:/x", false, ""},
              {"host:x/", false, ""},
              {"host:65536/", false, ""}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto url = parse_http_url(row.text, row.tls);
    CHECK((url ? url->host + "|" + std::to_string(url->port) + "|" + url->path : "") == row.parts);
  }
}

TEST_CASE("quirk http_port_behind_path: host/path:port, as the manual draws it") {
  World world = ModuleFixture::instant();
  world.module.quirks.http_port_behind_path = true;
  Session session(world);
  const auto asks = [&session](const std::string& url) {
    session.ask("AT+HTTPPARA=\"URL\",\"" + url + "\"");
    session.act(0);
    session.finish(answer(200));
    return session.http.request.host + "|" + std::to_string(session.http.request.port) + "|" +
           session.http.request.path;
  };
  CHECK(asks("http://host/path:7313") == "host|7313|/path");
  CHECK(asks("http://host:81/path:7313") == "host|81|/path:7313");
  CHECK(asks("http://host/path?t=12:30") == "host|80|/path?t=12:30");
  CHECK(asks("http://host/path:99999") == "host|80|/path:99999");
}

}  // namespace sim800::test
