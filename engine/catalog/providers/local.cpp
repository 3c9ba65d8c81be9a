// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/providers/local.h"

#include <sys/stat.h>

#include "engine/base/text.h"
#include "engine/catalog/library.h"
#include "engine/catalog/local/artwork.h"

namespace segue::catalog {
namespace {

// Everything it knows is the library's. Thread-safe, as that is.
class LocalProvider final : public Provider {
 public:
  LocalProvider(const model::ProviderConfig& config, Library& library)
      : name_(config.name), folders_(config.folders), library_(library) {}

  const std::string& name() const override { return name_; }

  Description describe() const override {
    Description description;
    description.name = name_;
    description.type = "local";
    description.title = folders_.size() == 1 ? "Folder " + printable(folders_.front(), 256)
                                             : std::to_string(folders_.size()) + " folders";
    description.can_search = description.can_browse = true;
    description.has_playlists = description.can_edit_playlists = true;
    description.has_artwork = true;
    description.auth = "none";
    return description;
  }

  // It is there if one of its folders is.
  Result<void> check(const std::stop_token&) override {
    struct stat found {};
    for (const std::string& folder : folders_) {
      if (::stat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return {};
    }
    if (folders_.empty()) return {};
    return fail(
        Code::kUnavailable, "FOLDER_MISSING",
        "provider " + name_ + ": folder " + printable(folders_.front()) + " is not there; is its disk mounted?");
  }

  Result<std::vector<Entry>> search(const std::string& text, int offset, int limit, const std::stop_token&) override {
    return library_.search(name_, text, offset, limit);
  }
  Result<Entry> get(const std::string& id, const std::stop_token&) override { return library_.get(name_, id); }
  Result<Listing> browse(const std::string& node, const std::string& page, const std::stop_token&) override {
    return library_.browse(name_, node, page);
  }

  Result<std::vector<Playlist>> playlists(const std::stop_token&) override { return library_.playlists(name_); }
  Result<PlaylistContent> playlist(const std::string& id, const std::stop_token&) override {
    return library_.playlist(name_, id);
  }
  Result<Playlist> create_playlist(const std::string& name, const std::vector<std::string>& uris,
                                   const std::stop_token&) override {
    return library_.create_playlist(name_, name, uris);
  }
  Result<Playlist> edit_playlist(const std::string& id, const PlaylistEdit& edit, const std::stop_token&) override {
    return library_.edit_playlist(name_, id, edit);
  }
  Result<void> delete_playlist(const std::string& id, const std::stop_token&) override {
    return library_.delete_playlist(name_, id);
  }

  // The size asked for is a wish: pictures are not decoded here.
  Result<Artwork> artwork(const std::string& artwork, int, const std::stop_token&) override {
    const Result<std::string> path = library_.path_of(name_, artwork);
    if (!path) return tl::unexpected<Error>(path.error());
    return artwork_of_file(*path);
  }

  Result<model::MediaRef> resolve(const std::string& id, const std::stop_token&) override {
    const Result<Entry> entry = library_.get(name_, id);
    if (!entry) return tl::unexpected<Error>(entry.error());
    Result<std::string> path = library_.path_of(name_, id);
    if (!path) return tl::unexpected<Error>(path.error());
    model::MediaRef media;
    media.provider = name_;
    media.cache_key = name_ + "/" + id + "/original";
    media.label = printable(*path);
    media.path = std::move(*path);
    media.size = entry->size_bytes;
    media.may_store = false;  // it is on a disk already
    media.quality = quality_of(*entry);
    media.title = entry->title;
    media.artist = entry->artist;
    media.album = entry->album;
    media.duration_s = entry->duration_s;
    return media;
  }

  Result<void> report(const std::vector<Report>&, const std::stop_token&) override {
    return fail(Code::kUnimplemented, "REPORT_UNSUPPORTED", "provider " + name_ + " takes no reports of plays");
  }
  Result<Quota> quota(const std::stop_token&) override {
    const Result<std::int64_t> tracks = library_.count(name_);
    if (!tracks) return tl::unexpected<Error>(tracks.error());
    Quota quota;
    quota.tracks = *tracks;
    return quota;
  }
  Result<void> login(const std::stop_token&) override { return {}; }

 private:
  const std::string name_;
  const std::vector<std::string> folders_;
  Library& library_;
};

}  // namespace

Result<std::unique_ptr<Provider>> make_local(const model::ProviderConfig& config, const ProviderParts& parts) {
  if (auto added = parts.library.add_folders(config.name, config.folders); !added) {
    return fail_at("provider " + printable(config.name, 64) + ": folders", added.error());
  }
  return std::make_unique<LocalProvider>(config, parts.library);
}

}  // namespace segue::catalog
