// The module's side of every TLS connection: what it offers, and its certificates (SSL application note).
// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "backends/ports/tls.hpp"
#include "emulator/at/settings.hpp"
#include "emulator/core/environment.hpp"
#include "emulator/core/nvram.hpp"
#include "emulator/core/service.hpp"
#include "emulator/files/file_system.hpp"

namespace sim800 {

class TlsClient final : public Service {
 public:
  TlsClient(const Environment& environment, const Settings& settings, Nvram& nvram, const FileSystem& files)
      : environment_(environment), settings_(settings), nvram_(nvram), files_(files) {}

  /// For a connection that is opened now, as AT+SSLOPT stands.
  TlsOptions options() const;
  /// A handshake has failed. The first time, the log says what the server may have missed in the module's offer.
  void failed(std::string_view host, std::uint16_t port);

  // The certificate that the host has given the module, from a file on the drive. One with a key is shown to servers
  // that ask (AT+SSLOPT=1,1); one without a key vouches for servers. The last one stays, also without its file.

  /// AT+SSLSETCERT; false if the file cannot be read, or is no certificate, and then nothing has changed.
  bool import_certificate(const std::string& file, const std::string& password);
  /// Name of its file, without the directory; empty: there is none.
  std::string certificate_name() const;
  /// AT+SSLDECLI; false: that is not its name.
  bool delete_certificate(std::string_view name);

  // Root certificates, which vouch for servers.

  enum class Import : std::uint8_t { done, exists, refused };
  /// AT+SSLSETROOT: the first `size` bytes of the file, in DER.
  Import import_root(const std::string& file, std::size_t size);
  /// The firmware's own, then those that were imported.
  std::vector<std::string> root_names() const;
  enum class Deletion : std::uint8_t { done = 0, no_such_file = 13, no_permission = 42 };  // numbers of +SSLDEROOT
  Deletion delete_root(std::string_view name);

 private:
  const Environment& environment_;
  const Settings& settings_;
  Nvram& nvram_;
  const FileSystem& files_;
  bool explained_ = false;
};

}  // namespace sim800
