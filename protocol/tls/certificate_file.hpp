// Certificate files as hosts write them to the drive, brought into one form.
// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace sim800 {

/// What such a file has in it.
struct CertificateFile {
  std::string certificates;  ///< PEM; with a key its own first, then its chain
  std::string key;           ///< PEM, decrypted; empty: the file has none
};

/// Reads PEM, DER or PKCS #12. Nothing: it is none of these, its password is another one, or its key belongs to another
/// certificate.
std::optional<CertificateFile> read_certificate_file(const std::string& bytes, const std::string& password);

/// A certificate in DER as PEM; nothing if it is not one.
std::optional<std::string> certificate_of_der(const std::string& bytes);

}  // namespace sim800
