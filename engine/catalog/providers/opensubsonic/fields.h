// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace segue::catalog::opensubsonic {

using Json = nlohmann::json;

// Fields of an answer, read as servers write them: numbers as strings, ids as numbers, a list of one as that one,
// anything missing. Nothing here fails: what makes no sense is empty or 0.

// Fit for one line; see tidy().
std::string text_of(const Json& object, const char* key);
// A string or a whole number, as it is; empty if it holds a control character or more than 512 bytes.
std::string id_of(const Json& object, const char* key);
double number_of(const Json& object, const char* key, double most);
std::int64_t integer_of(const Json& object, const char* key, std::int64_t most);
bool flag_of(const Json& object, const char* key, bool otherwise);
// The member, or an empty object.
const Json& part_of(const Json& object, const char* key);
// The members of a list, or the only one; none if it is missing or null. Views into `object`.
std::vector<const Json*> list_of(const Json& object, const char* key);
// "2026-11-20T09:16:37", with or without fraction and zone (without: UTC), as Unix time; 0 if it is no time.
std::int64_t unix_time_of(std::string_view text);

}  // namespace segue::catalog::opensubsonic
