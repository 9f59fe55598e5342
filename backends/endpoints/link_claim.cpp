// SPDX-License-Identifier: MIT
#include "backends/endpoints/link_claim.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "backends/endpoints/endpoints.hpp"

namespace sim800 {
namespace {

namespace fs = std::filesystem;

/// The same for every spelling of the link's path; the link itself is not followed.
std::string canonical(const fs::path& link) {
  std::error_code none_such;  // making the link will tell
  const fs::path folder = fs::weakly_canonical(link.has_parent_path() ? link.parent_path() : ".", none_such);
  return (folder / link.filename()).string();
}

/// FNV-1a.
std::uint64_t hash(std::string_view text) {
  std::uint64_t value = 0xcbf29ce484222325;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return value;
}

struct Address {
  sockaddr_un name{};
  socklen_t size = 0;

  explicit Address(const std::string& path) {
    name.sun_family = AF_UNIX;
    std::string text = "sim800 pty " + path;
    // The first byte is 0: that makes the name an abstract one.
    if (text.size() > sizeof name.sun_path - 1) text = "sim800 pty #" + std::to_string(hash(path));
    std::ranges::copy(text, name.sun_path + 1);
    size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + text.size());
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

UniqueFd make_socket() { return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); }

/// Who has the claim, or 0.
pid_t owner_of(const Address& address) {
  const UniqueFd question = make_socket();
  ucred owner{};
  socklen_t size = sizeof owner;
  if (::connect(question.get(), address.get(), address.size) != 0) return 0;
  return ::getsockopt(question.get(), SOL_SOCKET, SO_PEERCRED, &owner, &size) == 0 ? owner.pid : 0;
}

}  // namespace

LinkClaim::LinkClaim(const std::string& link) : socket_(make_socket()) {
  const Address address(canonical(link));
  if (::bind(socket_.get(), address.get(), address.size) == 0 && ::listen(socket_.get(), 8) == 0) return;
  if (errno != EADDRINUSE) throw EndpointError("cannot claim " + link + ": " + std::strerror(errno));
  const pid_t owner = owner_of(address);
  if (owner == ::getpid()) throw EndpointError(link + " is given twice");
  throw EndpointError(link + " is in use by another sim800" +
                      (owner > 0 ? " (process " + std::to_string(owner) + ")" : ""));
}

}  // namespace sim800
