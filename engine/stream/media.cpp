// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stream/media.h"

#include "engine/stream/sources/file_source.h"
#include "engine/stream/track_loader.h"

namespace segue::stream {

Result<OpenedMedia> open_file_uri(const std::string& uri) {
  Result<std::string> path = path_of_uri(uri);
  if (!path) return tl::unexpected(path.error());
  Result<std::unique_ptr<ByteSource>> source = open_file(*path);
  if (!source) return tl::unexpected(source.error());
  OpenedMedia media;
  media.ref.label = *path;
  media.ref.path = std::move(*path);
  media.ref.size = (*source)->size();
  media.source = std::move(*source);
  return media;
}

}  // namespace segue::stream
