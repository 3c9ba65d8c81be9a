// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/digest.h"

#include <array>

#include <openssl/evp.h>
#include <openssl/rand.h>

namespace segue::catalog {
namespace {

// Empty if the library has no such digest, as MD5 in FIPS mode.
std::string digest_hex(std::string_view text, const EVP_MD* type) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, type, nullptr) != 1) return {};
  return hex({reinterpret_cast<const char*>(digest.data()), size});
}

}  // namespace

std::string md5_hex(std::string_view text) { return digest_hex(text, EVP_md5()); }

std::string sha256_hex(std::string_view text) { return digest_hex(text, EVP_sha256()); }

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // EVP_EncodeBlock ends it with a NUL
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return text;
}

std::string random_hex(std::size_t bytes) {
  std::string raw(bytes, '\0');
  if (RAND_bytes(reinterpret_cast<unsigned char*>(raw.data()), static_cast<int>(bytes)) != 1) return {};
  return hex(raw);
}

}  // namespace segue::catalog
