// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "tests/support/net/fault.h"

using SSL_CTX = struct ssl_ctx_st;

namespace segue::test {

// A throw-away authority and a certificate for localhost and 127.0.0.1 that it signed: valid, expired yesterday, or for
// another host. Owns the PEM file with the authority's certificate.
class TlsIdentity {
 public:
  explicit TlsIdentity(Tls kind);
  ~TlsIdentity();
  TlsIdentity(const TlsIdentity&) = delete;
  TlsIdentity& operator=(const TlsIdentity&) = delete;
  SSL_CTX* context() const { return context_; }
  const std::string& ca_file() const { return ca_file_; }

 private:
  SSL_CTX* context_ = nullptr;
  std::string ca_file_;
};

}  // namespace segue::test
