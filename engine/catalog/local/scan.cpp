// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/scan.h"

#include <algorithm>
#include <set>

#include "engine/base/log.h"
#include "engine/catalog/local/clean_text.h"
#include "engine/catalog/local/tags.h"

namespace segue::catalog {
namespace {

constexpr std::size_t kBatch = 1'000;  // rows handed over to be written, some 1 MiB; tags are read meanwhile

std::string path_of(const FileChange& change) { return change.folder + "/" + change.file.name; }

int depth_of(const Root& root, const std::string& path) {
  return static_cast<int>(std::count(path.begin() + static_cast<std::ptrdiff_t>(root.path.size()), path.end(), '/'));
}

Root* root_of(std::vector<Root>& roots, const std::string& path) {
  for (Root& root : roots) {
    if (path == root.path || path.starts_with(root.path + "/")) return &root;
  }
  return nullptr;
}

}  // namespace

Scan::~Scan() {
  if (writing_.valid()) writing_.wait();
}

Result<void> Scan::all(std::vector<Root>& roots) {
  std::int64_t expected = 0;
  for (const Root& root : roots) expected += count_files(root.path, parts_.stop);
  progress_.expected = expected;
  for (Root& each : roots) {
    if (auto done = root(each); !done) return done;
  }
  return finish(roots);
}

Result<void> Scan::some(std::vector<Root>& roots, const DirtyFolders& dirty) {
  std::set<std::int64_t> looked_at, done_whole;
  for (const auto& [path, is_deep] : dirty) {
    Root* root = root_of(roots, path);
    if (root == nullptr || done_whole.contains(root->id)) continue;
    if (looked_at.insert(root->id).second) {
      // A root that has come or gone decides over everything below.
      const bool was_there = root->reason.empty();
      const Result<bool> is_back = is_there(*root);
      if (!is_back) return tl::unexpected<Error>(is_back.error());
      if (!*is_back || !was_there) done_whole.insert(root->id);
      if (*is_back && !was_there) {
        if (auto done = walk(*root, {root->path, 0, true}); !done) return done;
      }
      if (done_whole.contains(root->id)) continue;
    }
    if (auto done = walk(*root, {path, depth_of(*root, path), is_deep}); !done) return done;
  }
  return finish(roots);
}

Result<void> Scan::root(Root& root) {
  const Result<bool> found = is_there(root);
  if (!found) return tl::unexpected<Error>(found.error());
  return *found ? walk(root, {root.path, 0, true}) : Result<void>();
}

// Whether the root can be read and is not suddenly empty; its reason says so from now on.
Result<bool> Scan::is_there(Root& root) {
  parts_.watch.add(root.path);
  const DiskFolder disk = read_folder(root.path);
  const std::string name = clean_text(root.path);
  std::string reason;
  if (disk.state != DiskFolder::State::kRead) {
    ++progress_.unreadable;
    reason = "OFFLINE: folder " + name + " cannot be read: " + disk.problem + "; is its disk mounted?";
  } else if (disk.files.empty() && disk.folders.empty()) {
    const Result<bool> has_files = parts_.rows.has_files(root.id);
    if (!has_files) return tl::unexpected<Error>(has_files.error());
    if (*has_files) reason = "OFFLINE: folder " + name + " is suddenly empty; is its disk mounted?";
  }
  if (auto done = set_reason(root, reason); !done) return tl::unexpected<Error>(done.error());
  return reason.empty();
}

Result<void> Scan::set_reason(Root& root, const std::string& reason) {
  if (root.reason == reason) return {};
  if (reason.empty()) {
    log::info("folder_back", {{"folder", root.path}});
  } else {
    log::warning("folder_offline", {{"folder", root.path}, {"reason", reason}});
  }
  root.reason = reason;
  return parts_.rows.set_reason(root.id, reason);
}

Result<void> Scan::walk(const Root& root, Step first) {
  std::vector<Step> open{std::move(first)};
  while (!open.empty() && !parts_.stop.stop_requested()) {
    const Step step = std::move(open.back());
    open.pop_back();
    if (auto done = look_at(root, step, open); !done) return done;
  }
  return {};
}

Result<void> Scan::look_at(const Root& root, const Step& step, std::vector<Step>& open) {
  if (!looked_at_.insert(step.path).second) return {};  // below another one that changed
  parts_.watch.add(step.path);
  const DiskFolder disk = read_folder(step.path);
  if (disk.state == DiskFolder::State::kMissing) return missing(root, step.path);
  if (disk.state == DiskFolder::State::kUnreadable) {
    ++progress_.unreadable;
    log::warning("folder_unreadable", {{"folder", step.path}, {"reason", disk.problem}});
    return {};
  }
  if (disk.is_cut) log::warning("folder_too_full", {{"folder", step.path}, {"names_max", kNamesPerFolderMax}});
  Result<KnownFolder> known = parts_.rows.known(root.id, step.path);
  if (!known) return tl::unexpected<Error>(known.error());
  if (auto done = compare(root, step, disk, *known); !done) return done;
  if (known->id != 0 && known->cover != disk.cover) {
    if (auto done = parts_.rows.set_cover(known->id, disk.cover); !done) return done;
  }
  return descend(root, step, disk, *known, open);
}

Result<void> Scan::missing(const Root& root, const std::string& path) {
  const Result<KnownFolder> known = parts_.rows.known(root.id, path);
  if (!known) return tl::unexpected<Error>(known.error());
  if (known->id == 0) return {};
  Result<std::vector<Vanished>> files = parts_.rows.files_below(root.id, known->id);
  if (!files) return tl::unexpected<Error>(files.error());
  vanished_.insert(vanished_.end(), files->begin(), files->end());
  return {};
}

// What is left of `known` afterwards is on the disk no more.
Result<void> Scan::compare(const Root& root, const Step& step, const DiskFolder& disk, KnownFolder& known) {
  for (const DiskFile& file : disk.files) {
    if (parts_.stop.stop_requested()) return {};
    if (progress_.seen >= kFilesMax) break;
    ++progress_.seen;
    const auto found = known.files.find(file.name);
    const KnownFile* before = found == known.files.end() ? nullptr : &found->second;
    FileChange change;
    change.root = root.id;
    change.folder = step.path;
    change.cover = disk.cover;
    change.file = file;
    if (auto done = take_file(std::move(change), before); !done) return done;
    if (before != nullptr) known.files.erase(found);
    parts_.on_progress(progress_);
  }
  if (disk.is_cut || progress_.seen >= kFilesMax) return {};  // what was not seen is not gone
  for (const auto& [name, file] : known.files) vanished_.push_back({root.id, file.source, known.id, name});
  return {};
}

Result<void> Scan::take_file(FileChange change, const KnownFile* known) {
  if (known != nullptr && known->mark == change.file.mark && known->reason.empty()) return {};
  if (known == nullptr) {
    const Result<std::int64_t> moved = parts_.rows.find_moved(change.file);
    if (!moved) return tl::unexpected<Error>(moved.error());
    // Two files cannot both be the one that moved: a copy made of it meanwhile is another track.
    change.source = moved_.contains(*moved) ? 0 : *moved;
    change.kind = change.source == 0 ? FileChange::Kind::kAdded : FileChange::Kind::kMoved;
  } else {
    change.source = known->source;
    change.kind = FileChange::Kind::kChanged;
  }
  if (change.kind == FileChange::Kind::kMoved) {
    moved_.insert(change.source);
  } else {
    Result<Entry> tags = read_tags(path_of(change));
    if (!tags) {
      ++progress_.unreadable;
      change.reason = "UNREADABLE: " + tags.error().message;
      if (known != nullptr && known->mark == change.file.mark && known->reason == change.reason) return {};
      change.tags.title = title_of_name(change.file.name);
    } else {
      change.tags = std::move(*tags);
    }
  }
  ++(change.kind == FileChange::Kind::kAdded ? progress_.added : progress_.changed);
  changes_.push_back(std::move(change));
  return changes_.size() >= kBatch ? flush() : Result<void>();
}

Result<void> Scan::descend(const Root& root, const Step& step, const DiskFolder& disk, KnownFolder& known,
                           std::vector<Step>& open) {
  for (auto name = disk.folders.rbegin(); name != disk.folders.rend(); ++name) {
    const std::string path = step.path + "/" + *name;
    const bool is_known = known.folders.erase(path) > 0;
    if (is_known && !step.is_deep) continue;
    if (step.depth >= kDepthMax) {
      log::warning("folder_too_deep", {{"folder", path}, {"depth_max", kDepthMax}});
      continue;
    }
    open.push_back({path, step.depth + 1, true});
  }
  if (disk.is_cut) return {};
  for (const auto& [path, id] : known.folders) {
    Result<std::vector<Vanished>> files = parts_.rows.files_below(root.id, id);
    if (!files) return tl::unexpected<Error>(files.error());
    vanished_.insert(vanished_.end(), files->begin(), files->end());
  }
  return {};
}

Result<void> Scan::flush() {
  if (auto done = written(); !done || changes_.empty()) return done;
  writing_ = parts_.rows.write(std::exchange(changes_, {}));
  return {};
}

Result<void> Scan::written() { return writing_.valid() ? writing_.get() : Result<void>(); }

// Removals come last: until then a file that only moved can be found where it went.
Result<void> Scan::finish(std::vector<Root>& roots) {
  if (auto done = flush(); !done) return done;
  if (auto done = written(); !done || parts_.stop.stop_requested()) return done;
  for (Root& root : roots) {
    // A disk that went during the scan takes its folders with it, not their tracks.
    const auto is_of_root = [&root](const Vanished& file) { return file.root == root.id; };
    if (std::none_of(vanished_.begin(), vanished_.end(), is_of_root)) continue;
    const Result<bool> found = is_there(root);
    if (!found) return tl::unexpected<Error>(found.error());
    if (!*found) std::erase_if(vanished_, is_of_root);
  }
  const Result<std::int64_t> removed = parts_.rows.remove(vanished_);
  if (!removed) return tl::unexpected<Error>(removed.error());
  progress_.removed += *removed;
  if (vanished_.empty() && moved_.empty()) return {};
  for (const Root& root : roots) {
    if (auto done = parts_.rows.prune(root.id); !done) return done;
  }
  return {};
}

}  // namespace segue::catalog
