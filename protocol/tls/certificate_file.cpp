// SPDX-License-Identifier: MIT
#include "protocol/tls/certificate_file.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>

#include <algorithm>

#include "protocol/tls/openssl_owned.hpp"

namespace sim800 {
namespace {

struct Contents {
  KeyPtr key;
  std::vector<X509Ptr> certificates;  // the key's own first
};

// Without this OpenSSL asks at the terminal.
int give_password(char* buffer, int size, int, void* password) {
  const auto& text = *static_cast<const std::string*>(password);
  return static_cast<int>(text.copy(buffer, static_cast<std::size_t>(size)));
}

bool read_pem(const std::string& bytes, const std::string& password, Contents& into) {
  into.certificates = certificates_of_pem(bytes);
  into.key = key_of_pem(bytes, password);
  const bool has_key = bytes.find("PRIVATE KEY-----") != std::string::npos;
  return !into.certificates.empty() && (into.key || !has_key);
}

X509Ptr read_der(const std::string& bytes) {
  const BioPtr bio = bio_of(bytes);
  return X509Ptr(d2i_X509_bio(bio.get(), nullptr));
}

bool read_pkcs12(const std::string& bytes, const std::string& password, Contents& into) {
  const BioPtr bio = bio_of(bytes);
  const std::unique_ptr<PKCS12, ReleasedBy<PKCS12_free>> store(d2i_PKCS12_bio(bio.get(), nullptr));
  EVP_PKEY* key = nullptr;
  X509* own = nullptr;
  STACK_OF(X509)* others = nullptr;
  if (!store || PKCS12_parse(store.get(), password.c_str(), &key, &own, &others) != 1) return false;
  into.key.reset(key);
  if (own != nullptr) into.certificates.emplace_back(own);
  while (X509* const next = sk_X509_shift(others)) into.certificates.emplace_back(next);
  sk_X509_free(others);
  return !into.certificates.empty();
}

bool read(const std::string& bytes, const std::string& password, Contents& into) {
  if (read_pem(bytes, password, into) || read_pkcs12(bytes, password, into)) return true;
  into = {};
  if (X509Ptr one = read_der(bytes)) into.certificates.push_back(std::move(one));
  return !into.certificates.empty();
}

/// With a key the certificate that it belongs to has to be first.
bool in_order(Contents& contents) {
  if (!contents.key) return true;
  const auto own = std::ranges::find_if(contents.certificates, [&contents](const X509Ptr& one) {
    return X509_check_private_key(one.get(), contents.key.get()) == 1;
  });
  if (own == contents.certificates.end()) return false;
  std::rotate(contents.certificates.begin(), own, own + 1);
  return true;
}

std::string text_in(const BioPtr& bio) {
  char* bytes = nullptr;
  const long count = BIO_get_mem_data(bio.get(), &bytes);
  return count > 0 ? std::string(bytes, static_cast<std::size_t>(count)) : std::string();
}

std::string pem_of(X509& certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), &certificate) == 1 ? text_in(bio) : std::string();
}

std::string pem_of(EVP_PKEY& key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  const bool written = PEM_write_bio_PrivateKey(bio.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1;
  return written ? text_in(bio) : std::string();
}

}  // namespace

std::vector<X509Ptr> certificates_of_pem(const std::string& pem) {
  std::vector<X509Ptr> list;
  std::string no_password;
  const BioPtr bio = bio_of(pem);
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, &give_password, &no_password)) {
    list.emplace_back(next);
  }
  ERR_clear_error();
  return list;
}

KeyPtr key_of_pem(const std::string& pem, const std::string& password) {
  std::string text = password;
  const BioPtr bio = bio_of(pem);
  KeyPtr key(PEM_read_bio_PrivateKey(bio.get(), nullptr, &give_password, &text));
  ERR_clear_error();
  return key;
}

std::optional<CertificateFile> read_certificate_file(const std::string& bytes, const std::string& password) {
  Contents contents;
  const bool readable = read(bytes, password, contents) && in_order(contents);
  ERR_clear_error();
  if (!readable) return std::nullopt;
  CertificateFile file;
  for (const X509Ptr& one : contents.certificates) file.certificates += pem_of(*one);
  if (contents.key) file.key = pem_of(*contents.key);
  return file;
}

std::optional<std::string> certificate_of_der(const std::string& bytes) {
  const X509Ptr one = read_der(bytes);
  ERR_clear_error();
  if (!one) return std::nullopt;
  return pem_of(*one);
}

}  // namespace sim800
