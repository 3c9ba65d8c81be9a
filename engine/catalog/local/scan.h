// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <future>
#include <stop_token>
#include <string>
#include <unordered_set>
#include <vector>

#include "engine/base/result.h"
#include "engine/catalog/library.h"
#include "engine/catalog/local/folder_watch.h"
#include "engine/catalog/local/track_rows.h"

namespace segue::catalog {

// One look at folders: finds what is new, changed, moved or gone since the last, reads the tags of what needs it and
// writes the rows in batches. What it cannot read it leaves as it was; a root that is missing or suddenly empty keeps
// all its tracks, marked as not available. Lives for one scan on the scanner's thread; blocks.
class Scan {
 public:
  struct Parts {
    TrackRows& rows;
    FolderWatch& watch;
    std::stop_token stop;
    std::function<void(const ScanProgress&)> on_progress;  // after each file; cheap
  };
  Scan(Parts parts, ScanProgress& progress) : parts_(std::move(parts)), progress_(progress) {}
  ~Scan();  // waits for what is being written
  Scan(const Scan&) = delete;
  Scan& operator=(const Scan&) = delete;

  // Everything below the roots; updates their reasons. Fails if the database does.
  Result<void> all(std::vector<Root>& roots);
  // Only these folders.
  Result<void> some(std::vector<Root>& roots, const DirtyFolders& dirty);

 private:
  struct Step {
    std::string path;
    int depth = 0;
    bool is_deep = true;  // known folders below as well; new ones always
  };
  Result<void> root(Root& root);
  Result<void> walk(const Root& root, Step first);
  Result<void> look_at(const Root& root, const Step& step, std::vector<Step>& open);
  Result<void> missing(const Root& root, const std::string& path);
  Result<void> compare(const Root& root, const Step& step, const DiskFolder& disk, KnownFolder& known);
  Result<void> take_file(FileChange change, const KnownFile* known);
  Result<void> descend(const Root& root, const Step& step, const DiskFolder& disk, KnownFolder& known,
                       std::vector<Step>& open);
  Result<void> flush();
  Result<void> written();
  Result<void> finish(std::vector<Root>& roots);
  Result<bool> is_there(Root& root);
  Result<void> set_reason(Root& root, const std::string& reason);

  Parts parts_;
  ScanProgress& progress_;
  std::vector<FileChange> changes_;
  std::future<Result<void>> writing_;  // the batch before
  std::vector<Vanished> vanished_;
  std::unordered_set<std::string> looked_at_;  // folders
  std::unordered_set<std::int64_t> moved_;     // sources found at another place
};

}  // namespace segue::catalog
