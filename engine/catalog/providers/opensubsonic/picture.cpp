// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/opensubsonic/picture.h"

#include <string_view>

#include "engine/base/text.h"

namespace segue::catalog::opensubsonic {
namespace {

constexpr std::int64_t kPictureBytesMax = 2 << 20;  // Artwork

// By the first bytes: what a server says of a file its users have put there is not to be trusted.
std::string picture_mime(std::string_view bytes) {
  if (bytes.starts_with("\xff\xd8\xff")) return "image/jpeg";
  if (bytes.starts_with("\x89PNG\r\n\x1a\n")) return "image/png";
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) return "image/gif";
  if (bytes.starts_with("RIFF") && bytes.substr(8).starts_with("WEBP")) return "image/webp";
  return {};
}

}  // namespace

Result<Artwork> read_picture(Session& session, const std::string& id, int size_px, const std::stop_token& stop) {
  Parameters parameters = {{"id", id}};
  if (size_px > 0) parameters.emplace_back("size", std::to_string(size_px));
  Outcome<net::HttpResponse> response = session.fetch_file("getCoverArt", parameters, kPictureBytesMax, stop);
  const auto missing = [&] {
    return fail(Code::kNotFound, "ARTWORK_MISSING",
                session.account().name() + ": there is no picture \"" + printable(id, 200) + "\"");
  };
  if (!response) {
    const Failure& failure = response.error();
    const bool is_missing = failure.code == kNotFound || failure.code == 0 || failure.is_method_missing();
    if (is_missing) return missing();
    return tl::unexpected(failure.error);
  }
  Artwork artwork;
  artwork.bytes = std::move(response->body);
  artwork.mime = picture_mime(artwork.bytes);
  if (artwork.mime.empty()) return missing();
  return artwork;
}

}  // namespace segue::catalog::opensubsonic
