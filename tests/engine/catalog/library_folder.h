// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/catalog/library.h"
#include "tests/support/daemon/temp_dir.h"
#include "tests/support/tagged/music_folder.h"

namespace segue::test {

inline std::string title_of(const Result<catalog::Entry>& entry) { return entry ? entry->title : entry.error().reason; }

inline std::vector<std::string> titles(const Result<std::vector<catalog::Entry>>& entries) {
  if (!entries) return {entries.error().message};
  std::vector<std::string> all;
  for (const catalog::Entry& entry : *entries) all.push_back(entry.title);
  return all;
}

// A folder of music and a library of it, both gone at the end of the test.
class LibraryFolder {
 public:
  LibraryFolder() {
    std::filesystem::create_directory(path(""));
    reopen();
  }

  std::string path(const std::string& name) const { return folder_.path("music") + (name.empty() ? "" : "/" + name); }
  std::string database() const { return folder_.path("library.db"); }
  void write(const std::string& name, const std::string& bytes) const { write_bytes(path(name), bytes); }

  // Opens the library anew; aborts if that fails.
  void reopen() {
    library_.reset();
    library_ = std::move(
        catalog::Library::open(
            {.path = database(), .on_scan = on_scan, .watches_max = watches_max, .rescan_every = rescan_every})
            .value());
  }
  // Names the folder to the library and waits until it has been scanned.
  void scan() {
    if (!library_->add_folders("local", {path("")})) std::abort();
    library_->wait_for_scan("local");
  }
  void rescan() {
    library_->rescan("local");
    library_->wait_for_scan("local");
  }
  catalog::Library& library() { return *library_; }
  void close() { library_.reset(); }

  std::vector<std::string> found(const std::string& text) { return titles(library_->search("local", text, 0, 100)); }
  // The one track that the words find; an empty one if there are more or none.
  catalog::Entry only(const std::string& text) {
    auto entries = library_->search("local", text, 0, 2);
    return entries && entries->size() == 1 ? entries->front() : catalog::Entry{};
  }

  // For reopen().
  std::function<void(const catalog::ScanProgress&)> on_scan;
  int watches_max = 1'000;
  std::chrono::milliseconds rescan_every = std::chrono::minutes(1);

 private:
  segue::testing::TempDir folder_;
  std::unique_ptr<catalog::Library> library_;
};

}  // namespace segue::test
