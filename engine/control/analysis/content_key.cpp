// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/content_key.h"

#include <cstdint>
#include <span>

#include "engine/catalog/providers/digest.h"

namespace segue::control {
namespace {

constexpr std::int64_t kWholeBytes = 256 << 10;
constexpr std::int64_t kEndBytes = 64 << 10;
constexpr std::int64_t kPieceBytes = 4 << 10;
constexpr std::int64_t kPieces = 14;

// Appends the bytes from `offset` on, fewer only at the end.
Result<void> append(stream::ByteSource& source, std::int64_t offset, std::int64_t count, std::string& text) {
  const std::size_t before = text.size();
  text.resize(before + static_cast<std::size_t>(count));
  std::size_t filled = 0;
  while (filled < static_cast<std::size_t>(count)) {
    const auto rest = std::as_writable_bytes(std::span(text)).subspan(before + filled);
    const Result<std::size_t> got = source.read(offset + static_cast<std::int64_t>(filled), rest);
    if (!got) return tl::unexpected(got.error());
    if (*got == 0) break;
    filled += *got;
  }
  text.resize(before + filled);
  return {};
}

}  // namespace

Result<std::string> content_key(stream::ByteSource& source) {
  const std::int64_t size = source.size();
  if (size < 0) return fail(Code::kFailedPrecondition, "CONTENT_ENDLESS", "the length of the track is not known");
  std::string text = std::to_string(size) + "\n";
  Result<void> read;
  if (size <= kWholeBytes) {
    read = append(source, 0, size, text);
  } else {
    read = append(source, 0, kEndBytes, text);
    const std::int64_t between = size - 2 * kEndBytes;
    for (std::int64_t i = 1; i <= kPieces && read; ++i) {
      read = append(source, kEndBytes + between * i / (kPieces + 1), kPieceBytes, text);
    }
    if (read) read = append(source, size - kEndBytes, kEndBytes, text);
  }
  if (!read) return tl::unexpected(read.error());
  return catalog::sha256_hex(text);
}

}  // namespace segue::control
