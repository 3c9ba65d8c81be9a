// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/catalog/library.h"

namespace segue::test {

// For providers that keep nothing in the user's library: whoever asks it all the same is told so.
class NoLibrary final : public catalog::Library {
  template <typename T>
  using R = Result<T>;
  using Text = const std::string&;
  static tl::unexpected<Error> none() { return fail(Code::kInternal, "NO_LIBRARY", "there is no library here"); }

 public:
  R<void> add_folders(Text, const std::vector<std::string>&) override { return none(); }
  void rescan(Text) override {}
  catalog::ScanProgress scan_progress(Text) const override { return {}; }
  void wait_for_scan(Text) override {}
  R<std::vector<catalog::Entry>> search(Text, Text, int, int) override { return none(); }
  R<catalog::Entry> get(Text, Text) override { return none(); }
  R<catalog::Entry> find_uri(Text) override { return none(); }
  R<catalog::Listing> browse(Text, Text, Text) override { return none(); }
  R<std::string> path_of(Text, Text) override { return none(); }
  R<std::int64_t> count(Text) override { return none(); }
  R<void> remember(const std::vector<catalog::Entry>&) override { return none(); }
  R<void> tell_known(std::vector<catalog::Entry>&) override { return none(); }
  R<std::vector<catalog::Playlist>> playlists(Text) override { return none(); }
  R<catalog::PlaylistContent> playlist(Text, Text) override { return none(); }
  R<catalog::Playlist> create_playlist(Text, Text, const std::vector<std::string>&) override { return none(); }
  R<catalog::Playlist> edit_playlist(Text, Text, const catalog::PlaylistEdit&) override { return none(); }
  R<void> delete_playlist(Text, Text) override { return none(); }
  R<std::optional<model::TrackAnalysis>> analysis(Text) override { return none(); }
  R<void> put_analysis(Text, const model::TrackAnalysis&) override { return none(); }
  R<void> set_content(Text, Text) override { return none(); }
  R<std::string> content_of(Text) override { return none(); }
  std::int64_t damaged_analyses() const override { return 0; }
  R<catalog::KeptMarks> marks(Text) override { return none(); }
  R<std::string> put_marks(Text, const model::TrackMarks&, Text) override { return none(); }
  R<std::vector<catalog::TrackMatch>> match(const std::vector<catalog::ForeignTrack>&) override { return none(); }
  R<std::vector<std::size_t>> put_changes(const std::vector<catalog::MarksChange>&) override { return none(); }
  R<catalog::ForeignLibrary> collect() override { return none(); }
};

}  // namespace segue::test
