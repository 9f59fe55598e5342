// Owners for what OpenSSL hands out.
// SPDX-License-Identifier: MIT
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

namespace sim800 {

template <auto release>
struct ReleasedBy {
  template <class T>
  void operator()(T* object) const {
    release(object);
  }
};

using BioPtr = std::unique_ptr<BIO, ReleasedBy<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, ReleasedBy<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, ReleasedBy<EVP_PKEY_free>>;

/// Reads from `bytes`, which outlive it.
inline BioPtr bio_of(const std::string& bytes) {
  return BioPtr(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
}

/// The certificates in a PEM text, in its order; what is not one is skipped.
std::vector<X509Ptr> certificates_of_pem(const std::string& pem);
/// The private key in a PEM text; null: there is none, or `password` does not open it.
KeyPtr key_of_pem(const std::string& pem, const std::string& password = {});

}  // namespace sim800
