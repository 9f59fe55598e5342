// Certificates in the usual file formats.
// SPDX-License-Identifier: MIT
#include "backends/sockets/tls_certificate.hpp"

#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace sim800 {
namespace {

using Bio = std::unique_ptr<BIO, ReleasedBy<BIO_free_all>>;
using X509Ptr = std::unique_ptr<X509, ReleasedBy<X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, ReleasedBy<EVP_PKEY_free>>;

struct Identity {
  KeyPtr key;
  std::vector<X509Ptr> certificates;  // the client's own first
};

Bio bio_of(const std::string& bytes) { return Bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))); }

// Without this OpenSSL asks at the terminal.
int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  return static_cast<int>(text.copy(buffer, static_cast<std::size_t>(size)));
}

bool read_pem(const SocketTls& wanted, Identity& identity) {
  std::string password = wanted.password;
  const Bio certificates = bio_of(wanted.certificate);
  while (X509* const next = PEM_read_bio_X509(certificates.get(), nullptr, &give_password, &password)) {
    identity.certificates.emplace_back(next);
  }
  const Bio key = bio_of(wanted.certificate);
  identity.key.reset(PEM_read_bio_PrivateKey(key.get(), nullptr, &give_password, &password));
  const bool has_key = wanted.certificate.find("PRIVATE KEY-----") != std::string::npos;
  return !identity.certificates.empty() && (identity.key || !has_key);
}

bool read_der(const SocketTls& wanted, Identity& identity) {
  const Bio bytes = bio_of(wanted.certificate);
  if (X509* const one = d2i_X509_bio(bytes.get(), nullptr)) identity.certificates.emplace_back(one);
  return !identity.certificates.empty();
}

bool read_pkcs12(const SocketTls& wanted, Identity& identity) {
  const Bio bytes = bio_of(wanted.certificate);
  const std::unique_ptr<PKCS12, ReleasedBy<PKCS12_free>> store(d2i_PKCS12_bio(bytes.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (!store || PKCS12_parse(store.get(), wanted.password.c_str(), &key, &own, &others) != 1) return false;
  identity.key.reset(key);
  if (own != nullptr) identity.certificates.emplace_back(own);
  while (X509* const next = sk_X509_shift(others)) identity.certificates.emplace_back(next);
  sk_X509_free(others);
  return !identity.certificates.empty();
}

std::optional<Identity> read(const SocketTls& wanted) {
  for (const auto form : {&read_pem, &read_pkcs12, &read_der}) {
    Identity identity;
    if (form(wanted, identity)) return identity;
  }
  return std::nullopt;
}

// The context's store is shared with other connections; this one needs its own.
bool trust(SSL_CTX& context, const std::vector<X509Ptr>& certificates) {
  X509_STORE* const store = X509_STORE_new();
  if (store == nullptr) return false;
  X509_STORE_set_default_paths(store);
  for (const auto& certificate : certificates) X509_STORE_add_cert(store, certificate.get());
  SSL_CTX_set_cert_store(&context, store);
  return true;
}

}  // namespace

X509_STORE* TrustStore::get() {
  if (!store_) {
    store_.reset(X509_STORE_new());
    if (store_) X509_STORE_set_default_paths(store_.get());
  }
  return store_.get();
}

bool use_certificate(SSL_CTX& context, const SocketTls& wanted) {
  const auto found = read(wanted);
  if (!found) return false;
  const Identity& identity = *found;
  if (!identity.key) return !wanted.verify_peer || trust(context, identity.certificates);
  if (SSL_CTX_use_certificate(&context, identity.certificates.front().get()) != 1) return false;
  for (std::size_t i = 1; i < identity.certificates.size(); ++i) {
    SSL_CTX_add1_chain_cert(&context, identity.certificates[i].get());
  }
  return SSL_CTX_use_PrivateKey(&context, identity.key.get()) == 1;
}

}  // namespace sim800
