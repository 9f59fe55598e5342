// FTP as the module needs it, independent of the library behind it.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "backends/ports/tls.hpp"
#include "protocol/at/ftp_code.hpp"

namespace sim800 {

enum class FtpVerb : std::uint8_t { get, put, list, size, dele, mkd, rmd };
enum class FtpPutOption : std::uint8_t { append, store_unique, store };  // AT+FTPPUTOPT
enum class FtpTls : std::uint8_t { off, implicit, explicit_ };           // AT+FTPSSL's 0-2

struct FtpRequest {
  FtpVerb verb = FtpVerb::get;
  std::string host;
  std::uint16_t port = 21;
  std::string user, password;
  std::string path;          ///< directory; for MKD and RMD the whole path
  std::string name;          ///< file; not used by list, mkd, rmd
  bool passive = true;       ///< AT+FTPMODE=1; always over TLS
  bool ascii = false;        ///< TYPE A; the bytes of the data connection are passed on unchanged either way
  std::uint64_t offset = 0;  ///< REST; get only
  FtpPutOption put_option = FtpPutOption::store;
  FtpTls tls = FtpTls::off;
  TlsOptions tls_options;  ///< of an encrypted connection
};

struct FtpOutcome {
  int code = ftp_code::net_error;  ///< one of ftp_code, except 61, 64, 66, 85 and 86, which belong to the service
  std::uint64_t size = 0;          ///< of the file, after size
};

/// What happens to a session: called from the loop, never from inside a call to the session.
struct FtpEvents {
  std::function<void()> heard;           ///< the server said or took something: any silence timer starts again
  std::function<void()> changed;         ///< readable() or room() has grown
  std::function<void(FtpOutcome)> done;  ///< called once; may destroy the session
};

/// One session: connect, log in, one operation, quit. Destroying it cuts both connections at once.
class FtpSession {
 public:
  /// Most bytes that are buffered here, in either direction; beyond that the server waits.
  static constexpr std::size_t window = 64 * 1024;

  virtual ~FtpSession() = default;

  /// Active mode: the server has accepted a transfer and has not connected yet.
  virtual bool awaits_connection() const = 0;

  // get and list. `done` comes when the server has ended the transfer, possibly before all of it is consumed.
  virtual std::string_view readable() const = 0;
  virtual void consume(std::size_t count) = 0;

  // put.
  /// Bytes that write() accepts now; 0 until the server is ready for data.
  virtual std::size_t room() const = 0;
  virtual void write(std::string_view bytes) = 0;
  /// No more data: the file ends here.
  virtual void finish() = 0;
  /// Bytes of the file that the server's system has got.
  virtual std::uint64_t sent() const = 0;
};

class FtpClient {
 public:
  virtual ~FtpClient() = default;
  /// A session has no time limit of its own; the service ends one by destroying it.
  virtual std::unique_ptr<FtpSession> start(FtpRequest request, FtpEvents events) = 0;
};

}  // namespace sim800
