// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/catalog/library.h"

namespace segue::control {

// The library, opened when it is first needed, on the thread that needs it, so that a start does not wait for a disk
// and one without local music opens nothing. A database that cannot be opened fails the calls that need it, is told by
// trouble(), and is tried again every half minute. Owns the real one. Thread-safe.
class LateLibrary final : public catalog::Library, public std::enable_shared_from_this<LateLibrary> {
 public:
  explicit LateLibrary(Options options) : options_(std::move(options)) {}

  // Why there is no library at present; nothing if it is open or was not needed yet.
  std::optional<Error> trouble() const;

  // Takes effect when the library is open; opens it soon, on a thread of its own.
  Result<void> add_folders(const std::string& provider, const std::vector<std::string>& folders) override;
  void rescan(const std::string& provider) override;
  catalog::ScanProgress scan_progress(const std::string& provider) const override;
  void wait_for_scan(const std::string& provider) override;
  Result<std::vector<catalog::Entry>> search(const std::string& provider, const std::string& text, int offset,
                                             int limit) override;
  Result<catalog::Entry> get(const std::string& provider, const std::string& id) override;
  Result<catalog::Entry> find_uri(const std::string& uri) override;
  Result<catalog::Listing> browse(const std::string& provider, const std::string& node,
                                  const std::string& page) override;
  Result<std::string> path_of(const std::string& provider, const std::string& id) override;
  Result<std::int64_t> count(const std::string& provider) override;
  Result<void> remember(const std::vector<catalog::Entry>& entries) override;
  Result<void> tell_known(std::vector<catalog::Entry>& entries) override;
  Result<std::vector<catalog::Playlist>> playlists(const std::string& provider) override;
  Result<catalog::PlaylistContent> playlist(const std::string& provider, const std::string& id) override;
  Result<catalog::Playlist> create_playlist(const std::string& provider, const std::string& name,
                                            const std::vector<std::string>& uris) override;
  Result<catalog::Playlist> edit_playlist(const std::string& provider, const std::string& id,
                                          const catalog::PlaylistEdit& edit) override;
  Result<void> delete_playlist(const std::string& provider, const std::string& id) override;
  // Those that only look do not make a database for somebody who has none.
  Result<std::optional<model::TrackAnalysis>> analysis(const std::string& content_key) override;
  Result<void> put_analysis(const std::string& content_key, const model::TrackAnalysis& analysis) override;
  Result<void> set_content(const std::string& uri, const std::string& content_key) override;
  Result<std::string> content_of(const std::string& uri) override;
  std::int64_t damaged_analyses() const override;
  Result<catalog::KeptMarks> marks(const std::string& uri) override;
  Result<std::string> put_marks(const std::string& uri, const model::TrackMarks& marks,
                                const std::string& version) override;
  Result<std::vector<catalog::TrackMatch>> match(const std::vector<catalog::ForeignTrack>& tracks) override;
  Result<std::vector<std::size_t>> put_changes(const std::vector<catalog::MarksChange>& changes) override;
  Result<catalog::ForeignLibrary> collect() override;

 private:
  struct Folders {
    std::string provider;
    std::vector<std::string> paths;
  };
  // Nobody has needed it, now or before.
  bool is_unused() const;
  // The real one, opened if need be; others wait meanwhile.
  Result<catalog::Library*> opened();
  // The real one if it is open, without waiting.
  catalog::Library* present() const;
  catalog::Library* queue_or_present(Folders folders);
  static void hand_over(catalog::Library& library, const Folders& folders);
  // Runs `call` on the real one.
  template <typename Call>
  auto with(Call call) -> decltype(call(std::declval<catalog::Library&>()));

  const Options options_;
  mutable std::mutex mutex_;  // guards all below; held for no look at a disk
  std::condition_variable tried_;
  std::unique_ptr<catalog::Library> library_;  // never changes once set
  std::vector<Folders> folders_;               // to be handed over
  std::optional<Error> trouble_;
  std::optional<std::chrono::steady_clock::time_point> tried_at_;
  bool is_opening_ = false;
};

}  // namespace segue::control
