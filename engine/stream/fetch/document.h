// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace segue::stream {

inline constexpr std::size_t kSniffBytes = 64;              // enough for every beginning looked for, after white space
inline constexpr std::size_t kDocumentBytesMax = 32 << 10;  // of an error document; more than any message needs

// The media type is that of a document: HTML, JSON, XML.
bool names_document(std::string_view mime);
// The first bytes of a content are those of HTML, XML or JSON.
bool looks_like_document(std::span<const std::byte> begin);
// What a document that came instead of audio says: the error of an OpenSubsonic answer (70 NOT_FOUND TRACK_MISSING,
// 40–44 UNAUTHENTICATED AUTH_FAILED, 50 PERMISSION_DENIED), else FAILED_PRECONDITION NOT_AUDIO. Any bytes.
Error document_error(const std::string& label, std::string_view mime, std::string_view body);

}  // namespace segue::stream
