// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace segue::catalog {

// Lower-case hexadecimal digests. MD5 is what the Subsonic protocol's tokens are made of, and for nothing else.
std::string md5_hex(std::string_view text);
std::string sha256_hex(std::string_view text);
std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);
// Of the system's generator, 2 characters a byte; empty if there is no randomness to be had.
std::string random_hex(std::size_t bytes);

}  // namespace segue::catalog
