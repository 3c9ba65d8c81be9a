// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/net/tls.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <unistd.h>

namespace segue::test {
namespace {

constexpr long kDay = 24 * 3600;  // s

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

// A fixture that cannot be made ends the test program: nothing after it would mean anything.
template <typename T>
T must(T value, const char* what) {
  if (value) return value;
  std::fprintf(stderr, "tls fixture: %s failed\n", what);
  std::abort();
}

Key make_key() { return Key(must(EVP_EC_gen("P-256"), "key"), &EVP_PKEY_free); }

void add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = must(X509V3_EXT_conf_nid(nullptr, &context, nid, value), value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

struct Life {
  long begins_s;  // against now
  long ends_s;
};

Certificate make_certificate(EVP_PKEY* key, const char* name, X509* issuer, EVP_PKEY* issuer_key, Life life,
                             const char* hosts) {
  Certificate certificate(must(X509_new(), "certificate"), &X509_free);
  X509* const made = certificate.get();
  X509_set_version(made, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made), issuer ? 2 : 1);
  X509_gmtime_adj(X509_getm_notBefore(made), life.begins_s);
  X509_gmtime_adj(X509_getm_notAfter(made), life.ends_s);
  X509_set_pubkey(made, key);
  X509_NAME* subject = X509_get_subject_name(made);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  X509_set_issuer_name(made, issuer ? X509_get_subject_name(issuer) : subject);
  X509* const signer = issuer ? issuer : made;
  add_extension(made, signer, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
  add_extension(made, signer, NID_key_usage, issuer ? "critical,digitalSignature" : "critical,keyCertSign,cRLSign");
  add_extension(made, signer, NID_subject_key_identifier, "hash");
  if (hosts) add_extension(made, signer, NID_subject_alt_name, hosts);
  must(X509_sign(made, issuer_key, EVP_sha256()), "signature");
  return certificate;
}

}  // namespace

TlsIdentity::TlsIdentity(Tls kind) {
  const Key authority_key = make_key();
  const Key key = make_key();
  const Certificate authority = make_certificate(authority_key.get(), "Segue throw-away authority", nullptr,
                                                 authority_key.get(), {-30 * kDay, 30 * kDay}, nullptr);
  const Life life = kind == Tls::kExpired ? Life{-20 * kDay, -kDay} : Life{-kDay, kDay};
  const bool is_wrong = kind == Tls::kWrongHost;
  const Certificate certificate =
      make_certificate(key.get(), is_wrong ? "elsewhere.invalid" : "localhost", authority.get(), authority_key.get(),
                       life, is_wrong ? "DNS:elsewhere.invalid" : "DNS:localhost,IP:127.0.0.1");
  std::string path = (std::filesystem::temp_directory_path() / "segue_ca_XXXXXX").string();
  const int descriptor = ::mkstemp(path.data());
  FILE* file = must(descriptor >= 0 ? ::fdopen(descriptor, "w") : nullptr, "CA file");
  must(PEM_write_X509(file, authority.get()), "CA file");
  std::fclose(file);
  ca_file_ = path;
  context_ = must(SSL_CTX_new(TLS_server_method()), "context");
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  must(SSL_CTX_use_certificate(context_, certificate.get()), "certificate");
  must(SSL_CTX_use_PrivateKey(context_, key.get()), "private key");
}

TlsIdentity::~TlsIdentity() {
  SSL_CTX_free(context_);
  ::unlink(ca_file_.c_str());
}

}  // namespace segue::test
