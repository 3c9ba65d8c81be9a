// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library.h"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>

#include "engine/base/log.h"
#include "engine/base/text.h"
#include "engine/catalog/library_analyses.h"
#include "engine/catalog/library_connections.h"
#include "engine/catalog/library_entries.h"
#include "engine/catalog/library_known.h"
#include "engine/catalog/library_playlists.h"
#include "engine/catalog/library_search.h"
#include "engine/catalog/library_tracks.h"
#include "engine/catalog/local/folders.h"

namespace segue::catalog {
namespace {

constexpr int kLimitMax = 500;            // Provider::search
constexpr int kOffsetMax = 1'000'000;     // pages nobody reaches by hand
constexpr std::size_t kFoldersMax = 256;  // of a provider

// Absolute, without a slash at the end; folders within others go, for those are scanned with them.
Result<std::vector<std::string>> checked(const std::vector<std::string>& folders) {
  std::vector<std::string> paths;
  for (std::string path : folders) {
    while (path.size() > 1 && path.ends_with('/')) path.pop_back();
    if (!path.starts_with('/') || path.size() < 2 || path.find('\0') != std::string::npos || path.size() > 4'096) {
      return fail(Code::kInvalidArgument, "FOLDER_INVALID",
                  "folder " + printable(path, 200) + ": name an absolute path below /, as in /home/dj/Music");
    }
    paths.push_back(std::move(path));
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> outer;
  for (std::string& path : paths) {
    const bool is_within = std::any_of(outer.begin(), outer.end(), [&](const std::string& other) {
      return path == other || path.starts_with(other + "/");
    });
    if (!is_within) outer.push_back(std::move(path));
  }
  if (outer.size() > kFoldersMax) {
    return fail(Code::kInvalidArgument, "FOLDER_INVALID",
                std::to_string(outer.size()) + " folders, at most " + std::to_string(kFoldersMax) + " are allowed");
  }
  return outer;
}

class SqliteLibrary final : public Library {
 public:
  SqliteLibrary(std::unique_ptr<Connections> connections, Options options)
      : connections_(std::move(connections)), options_(std::move(options)) {}

  Result<void> add_folders(const std::string& provider, const std::vector<std::string>& folders) override {
    Result<std::vector<std::string>> paths = checked(folders);
    if (!paths) return tl::unexpected<Error>(paths.error());
    const std::lock_guard lock(mutex_);
    folders_.erase(provider);  // its scan ends before another begins
    auto started = Folders::start(*connections_, provider, *paths, options_);
    if (!started) return library_error(started.error());
    folders_.emplace(provider, std::move(*started));
    return {};
  }

  void rescan(const std::string& provider) override {
    if (const auto folders = folders_of(provider)) folders->rescan();
  }

  ScanProgress scan_progress(const std::string& provider) const override {
    if (const auto folders = folders_of(provider)) return folders->progress();
    ScanProgress none;
    none.provider = provider;
    return none;
  }

  void wait_for_scan(const std::string& provider) override {
    if (const auto folders = folders_of(provider)) folders->wait();
  }

  Result<std::vector<Entry>> search(const std::string& provider, const std::string& text, int offset,
                                    int limit) override {
    return reading([&](store::Database& database) {
      return search_tracks(database, provider, text, std::clamp(offset, 0, kOffsetMax),
                           std::clamp(limit, 0, kLimitMax));
    });
  }
  Result<Entry> get(const std::string& provider, const std::string& id) override {
    return reading([&](store::Database& database) { return get_track(database, provider, id); });
  }
  Result<Entry> find_uri(const std::string& uri) override {
    return reading([&](store::Database& database) { return find_track(database, uri); });
  }
  Result<Listing> browse(const std::string& provider, const std::string& node, const std::string& page) override {
    return reading([&](store::Database& database) { return browse_folder(database, provider, node, page); });
  }
  Result<std::string> path_of(const std::string& provider, const std::string& id) override {
    return reading([&](store::Database& database) { return path_of_track(database, provider, id); });
  }
  Result<std::int64_t> count(const std::string& provider) override {
    return reading([&](store::Database& database) { return count_tracks(database, provider); });
  }
  Result<void> remember(const std::vector<Entry>& entries) override {
    const auto lease = connections_->write();
    return remember_tracks(*lease, entries);
  }
  Result<void> tell_known(std::vector<Entry>& entries) override {
    return reading([&](store::Database& database) { return catalog::tell_known(database, entries); });
  }

  Result<std::vector<Playlist>> playlists(const std::string& provider) override {
    return reading([&](store::Database& database) { return list_playlists(database, provider); });
  }
  Result<PlaylistContent> playlist(const std::string& provider, const std::string& id) override {
    return reading([&](store::Database& database) { return read_playlist(database, provider, id); });
  }
  Result<Playlist> create_playlist(const std::string& provider, const std::string& name,
                                   const std::vector<std::string>& uris) override {
    return writing([&](store::Database& database) { return catalog::create_playlist(database, provider, name, uris); });
  }
  Result<Playlist> edit_playlist(const std::string& provider, const std::string& id,
                                 const PlaylistEdit& edit) override {
    return writing([&](store::Database& database) { return catalog::edit_playlist(database, provider, id, edit); });
  }
  Result<void> delete_playlist(const std::string& provider, const std::string& id) override {
    return writing([&](store::Database& database) { return catalog::delete_playlist(database, provider, id); });
  }

  Result<std::optional<model::TrackAnalysis>> analysis(const std::string& content_key) override {
    Result<KeptAnalysis> kept =
        reading([&](store::Database& database) { return read_analysis(database, content_key); });
    if (!kept) return tl::unexpected<Error>(kept.error());
    if (!kept->damage.empty()) {
      ++damaged_analyses_;
      log::warning("analysis_damaged", {{"content", content_key}, {"message", kept->damage}});
    }
    return std::move(kept->analysis);
  }
  Result<void> put_analysis(const std::string& content_key, const model::TrackAnalysis& analysis) override {
    const auto lease = connections_->write();  // not durable: it can be made again
    return write_analysis(*lease, content_key, analysis);
  }
  Result<void> set_content(const std::string& uri, const std::string& content_key) override {
    const auto lease = connections_->write();
    return write_content(*lease, uri, content_key);
  }
  Result<std::string> content_of(const std::string& uri) override {
    return reading([&](store::Database& database) { return read_content(database, uri); });
  }
  std::int64_t damaged_analyses() const override { return damaged_analyses_; }

  Result<KeptMarks> marks(const std::string& uri) override {
    return reading([&](store::Database& database) { return read_marks(database, uri); });
  }
  Result<std::string> put_marks(const std::string& uri, const model::TrackMarks& marks,
                                const std::string& version) override {
    return writing([&](store::Database& database) { return write_marks(database, uri, marks, version); });
  }

  Result<std::vector<TrackMatch>> match(const std::vector<ForeignTrack>& tracks) override {
    return reading([&](store::Database& database) { return match_tracks(database, tracks); });
  }
  Result<std::vector<std::size_t>> put_changes(const std::vector<MarksChange>& changes) override {
    return writing([&](store::Database& database) { return write_changes(database, changes); });
  }
  Result<ForeignLibrary> collect() override { return reading(collect_library); }

 private:
  template <typename Question>
  auto reading(Question question) -> decltype(question(std::declval<store::Database&>())) {
    const auto lease = connections_->read();
    if (!lease) return library_error(lease.error());
    return question(**lease);
  }

  // What a user made by hand survives a power loss; scans need not.
  template <typename Edit>
  auto writing(Edit edit) -> decltype(edit(std::declval<store::Database&>())) {
    const auto lease = connections_->write();
    if (auto done = lease->set_durable(true); !done) return library_error(done.error());
    auto answer = edit(*lease);
    if (auto done = lease->set_durable(false); !done) return library_error(done.error());
    return answer;
  }

  std::shared_ptr<Folders> folders_of(const std::string& provider) const {
    const std::lock_guard lock(mutex_);
    const auto found = folders_.find(provider);
    return found == folders_.end() ? nullptr : found->second;
  }

  const std::unique_ptr<Connections> connections_;
  const Options options_;
  std::atomic<std::int64_t> damaged_analyses_{0};
  mutable std::mutex mutex_;  // folders_
  std::map<std::string, std::shared_ptr<Folders>> folders_;
};

}  // namespace

Result<std::unique_ptr<Library>> Library::open(const Options& options) {
  auto connections = Connections::open(options.path);
  if (!connections) return tl::unexpected<Error>(connections.error());
  return std::make_unique<SqliteLibrary>(std::move(*connections), options);
}

}  // namespace segue::catalog
