// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/analysis/library_store.h"

#include <string>

namespace segue::control {
namespace {

constexpr int kTriesMax = 4;  // somebody else writes the same track's marks: a tablet, an import

std::string length_of(const TrackIdentity& track) { return std::to_string(track.size) + "-"; }

class LibraryStore final : public AnalysisStore {
 public:
  explicit LibraryStore(std::shared_ptr<catalog::Library> library) : library_(std::move(library)) {}

  Result<std::optional<model::TrackAnalysis>> analysis(const TrackIdentity& track) override {
    std::string key = library_key(track);
    const auto known = library_->content_of(track.uri);
    if (!known) return tl::unexpected(known.error());
    if (key.empty() && track.size > 0 && known->starts_with(length_of(track))) key = *known;
    if (key.empty()) return std::optional<model::TrackAnalysis>();
    // The address may hold what the library knows from another one: a file that was moved, a copy.
    if (key != *known) (void)library_->set_content(track.uri, key);
    return library_->analysis(key);
  }

  Result<void> put_analysis(const TrackIdentity& track, const model::TrackAnalysis& analysis) override {
    const std::string key = library_key(track);
    if (auto put = library_->put_analysis(key, analysis); !put) return put;
    return library_->set_content(track.uri, key);
  }

  Result<model::TrackMarks> marks(const TrackIdentity& track) override {
    auto kept = library_->marks(track.uri);
    if (!kept) return tl::unexpected(kept.error());
    return std::move(kept->marks);
  }

  Result<void> put_grid(const TrackIdentity& track, const std::optional<model::BeatGrid>& grid) override {
    for (int i = 1;; ++i) {
      auto kept = library_->marks(track.uri);
      if (!kept) return tl::unexpected(kept.error());
      kept->marks.grid = grid;
      const auto put = library_->put_marks(track.uri, kept->marks, kept->version);
      if (put) return {};
      if (put.error().reason != "MARKS_CHANGED" || i == kTriesMax) return tl::unexpected(put.error());
    }
  }

 private:
  const std::shared_ptr<catalog::Library> library_;
};

}  // namespace

std::string library_key(const TrackIdentity& track) {
  return track.content.empty() || track.size < 0 ? std::string() : length_of(track) + track.content;
}

std::shared_ptr<AnalysisStore> make_library_store(std::shared_ptr<catalog::Library> library) {
  return std::make_shared<LibraryStore>(std::move(library));
}

}  // namespace segue::control
