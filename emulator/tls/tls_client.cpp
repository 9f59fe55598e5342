// SPDX-License-Identifier: MIT
#include "emulator/tls/tls_client.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "emulator/core/personality.hpp"
#include "emulator/network/network_settings.hpp"
#include "protocol/text/characters.hpp"
#include "protocol/tls/certificate_file.hpp"

namespace sim800 {
namespace {

constexpr std::string_view certificate_section = "certificate", roots_section = "roots";
constexpr std::size_t largest_file = 16'384;
constexpr unsigned first_built_in = 1001, last_built_in = 1013;  // SSL application note V1.05

/// Without its directory.
std::string name_of_file(std::string_view path) { return std::string(path.substr(path.find_last_of("\\/:") + 1)); }

bool has_certificate_suffix(std::string_view file) {
  const std::size_t dot = file.rfind('.');
  const std::string_view suffix = dot == file.npos ? std::string_view{} : file.substr(dot);
  return same_word(suffix, ".crt") || same_word(suffix, ".cer") || same_word(suffix, ".p12");
}

bool is_built_in(std::string_view name) {
  for (unsigned n = first_built_in; n <= last_built_in; ++n) {
    if (name == std::to_string(n)) return true;
  }
  return false;
}

std::string_view name_of(TlsVersion version) {
  switch (version) {
    case TlsVersion::v1_0: return "TLS 1.0";
    case TlsVersion::v1_1: return "TLS 1.1";
    case TlsVersion::v1_2: break;
  }
  return "TLS 1.2";
}

TlsProfile tls_profile(const Quirks& quirks) {
  const TlsVersion max = tls_version(quirks.tls);
  const std::string suites = quirks.tls_suites.empty() ? std::string(firmware_suites(max)) : quirks.tls_suites;
  return {.max = max, .sni = quirks.sni, .suites = suites};
}

const Nvram::Section& section_in(const Nvram& nvram, std::string_view name) {
  static const Nvram::Section empty;
  const Nvram::Section* found = nvram.find(name);
  return found == nullptr ? empty : *found;
}

}  // namespace

TlsOptions TlsClient::options() const {
  TlsOptions options{.profile = tls_profile(environment_.world.module.quirks),
                     .verify_peer = false,
                     .authorities = {},
                     .certificate = {},
                     .key = {}};
  const Nvram::Section& imported = section_in(nvram_, certificate_section);
  const std::string key = value_in(imported, "key");
  if (settings_.number(key::sslopt_ignore_certificate) == 0) {  // 1: an invalid certificate is ignored
    options.verify_peer = true;
    if (key.empty()) options.authorities = value_in(imported, "certificates");
    for (const auto& [name, pem] : section_in(nvram_, roots_section)) options.authorities += pem;
  }
  if (settings_.number(key::sslopt_authenticate) == 1 && !key.empty()) {
    options.certificate = value_in(imported, "certificates");
    options.key = key;
  }
  return options;
}

void TlsClient::failed(std::string_view host, std::uint16_t port) {
  const ModuleConfig& module = environment_.world.module;
  const TlsProfile profile = tls_profile(module.quirks);
  const bool newest = profile.max == TlsVersion::v1_2;
  if (explained_ || (newest && profile.sni)) return;
  explained_ = true;
  const std::string lift =
      newest ? "" : "a revision that ends in _TLS12, or the quirk \"tls\": \"1.2\", lifts the version";
  const std::string_view name = profile.sni ? "" : "the quirk \"sni\": true names the server";
  spdlog::warn("{}:{}: no TLS connection. {} offers {}{}. If that is too little for the server: {}{}{}. (Said once.)",
               host, port, module.revision, name_of(profile.max), profile.sni ? "" : " and does not name the server",
               lift, !lift.empty() && !name.empty() ? "; " : "", name);
}

bool TlsClient::import_certificate(const std::string& file, const std::string& password) {
  if (!has_certificate_suffix(file)) return false;
  const auto bytes = files_.read(file, 0, largest_file + 1);
  if (!bytes || bytes->size() > largest_file) return false;
  const auto found = read_certificate_file(*bytes, password);
  if (!found) return false;
  return nvram_.store(certificate_section,
                      {{"file", name_of_file(file)}, {"certificates", found->certificates}, {"key", found->key}});
}

std::string TlsClient::certificate_name() const { return value_in(section_in(nvram_, certificate_section), "file"); }

bool TlsClient::delete_certificate(std::string_view name) {
  const std::string present = certificate_name();
  return !present.empty() && same_word(present, name_of_file(name)) && nvram_.store(certificate_section, {});
}

TlsClient::Import TlsClient::import_root(const std::string& file, std::size_t size) {
  const auto bytes = files_.read(file, 0, std::min(size, largest_file));
  if (!bytes || bytes->size() != size) return Import::refused;
  const auto pem = certificate_of_der(*bytes);
  if (!pem) return Import::refused;
  Nvram::Section roots = section_in(nvram_, roots_section);
  const std::string name = name_of_file(file);
  const bool exists =
      std::ranges::any_of(roots, [&](const auto& root) { return same_word(root.first, name) || root.second == *pem; });
  if (exists || is_built_in(name)) return Import::exists;
  roots.emplace(name, *pem);
  return nvram_.store(roots_section, std::move(roots)) ? Import::done : Import::refused;
}

std::vector<std::string> TlsClient::root_names() const {
  std::vector<std::string> names;
  for (unsigned n = first_built_in; n <= last_built_in; ++n) names.push_back(std::to_string(n));
  for (const auto& [name, pem] : section_in(nvram_, roots_section)) names.push_back(name);
  return names;
}

TlsClient::Deletion TlsClient::delete_root(std::string_view path) {
  const std::string name = name_of_file(path);
  if (is_built_in(name)) return Deletion::no_permission;
  Nvram::Section roots = section_in(nvram_, roots_section);
  const auto found = std::ranges::find_if(roots, [&](const auto& root) { return same_word(root.first, name); });
  if (found == roots.end()) return Deletion::no_such_file;
  roots.erase(found);
  return nvram_.store(roots_section, std::move(roots)) ? Deletion::done : Deletion::no_permission;
}

}  // namespace sim800
