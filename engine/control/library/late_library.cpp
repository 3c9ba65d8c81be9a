// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/library/late_library.h"

#include <filesystem>
#include <system_error>
#include <thread>

#include "engine/base/log.h"
#include "engine/base/thread.h"

namespace segue::control {
namespace {

constexpr auto kTryEvery = std::chrono::seconds(30);  // a disk that was full or a lock may be gone by then

}  // namespace

std::optional<Error> LateLibrary::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

Result<catalog::Library*> LateLibrary::opened() {
  std::unique_lock lock(mutex_);
  tried_.wait(lock, [this] { return !is_opening_; });
  if (library_) return library_.get();
  if (trouble_ && tried_at_ && std::chrono::steady_clock::now() - *tried_at_ < kTryEvery)
    return tl::unexpected(*trouble_);
  is_opening_ = true;
  lock.unlock();
  auto opened = Library::open(options_);
  lock.lock();
  // Those that come meanwhile, too. Without the mutex: each may wait for another connection's transaction.
  while (opened && !folders_.empty()) {
    const std::vector<Folders> folders = std::exchange(folders_, {});
    lock.unlock();
    for (const Folders& each : folders) hand_over(**opened, each);
    lock.lock();
  }
  is_opening_ = false;
  tried_at_ = std::chrono::steady_clock::now();
  tried_.notify_all();
  if (!opened) {
    if (!trouble_) log::error("library_unusable", {{"message", opened.error().message}});
    trouble_ = opened.error();
    return tl::unexpected(*trouble_);
  }
  trouble_.reset();
  library_ = *std::move(opened);
  return library_.get();
}

void LateLibrary::hand_over(Library& library, const Folders& folders) {
  if (auto added = library.add_folders(folders.provider, folders.paths); !added)
    log::error("folders_not_scanned", {{"provider", folders.provider}, {"message", added.error().message}});
}

catalog::Library* LateLibrary::present() const {
  const std::lock_guard lock(mutex_);
  return library_.get();
}

bool LateLibrary::is_unused() const {
  {
    const std::lock_guard lock(mutex_);
    if (library_ || is_opening_ || !folders_.empty()) return false;
  }
  std::error_code ignored;
  return !std::filesystem::exists(options_.path, ignored);
}

template <typename Call>
auto LateLibrary::with(Call call) -> decltype(call(std::declval<catalog::Library&>())) {
  const auto library = opened();
  if (!library) return tl::unexpected(library.error());
  return call(**library);
}

Result<void> LateLibrary::add_folders(const std::string& provider, const std::vector<std::string>& folders) {
  if (folders.empty()) return {};
  if (catalog::Library* library = queue_or_present({provider, folders})) return library->add_folders(provider, folders);
  // Not joined: opening may wait for a disk that hangs, and the thread holds all it uses.
  try {
    std::thread([self = shared_from_this()] {
      set_thread_name("segue-library");
      static_cast<void>(self->opened());
    }).detach();
  } catch (const std::system_error&) {
    // Then the first call that needs the library opens it.
  }
  return {};
}

// The real one if it is there; else the folders wait for it.
catalog::Library* LateLibrary::queue_or_present(Folders folders) {
  const std::lock_guard lock(mutex_);
  if (!library_) folders_.push_back(std::move(folders));
  return library_.get();
}

void LateLibrary::rescan(const std::string& provider) {
  static_cast<void>(with([&](Library& library) -> Result<void> {
    library.rescan(provider);
    return {};
  }));
}

catalog::ScanProgress LateLibrary::scan_progress(const std::string& provider) const {
  if (const catalog::Library* library = present()) return library->scan_progress(provider);
  catalog::ScanProgress none;
  none.provider = provider;
  return none;
}

void LateLibrary::wait_for_scan(const std::string& provider) {
  static_cast<void>(with([&](Library& library) -> Result<void> {
    library.wait_for_scan(provider);
    return {};
  }));
}

Result<std::vector<catalog::Entry>> LateLibrary::search(const std::string& provider, const std::string& text,
                                                        int offset, int limit) {
  return with([&](Library& library) { return library.search(provider, text, offset, limit); });
}

Result<catalog::Entry> LateLibrary::get(const std::string& provider, const std::string& id) {
  return with([&](Library& library) { return library.get(provider, id); });
}

Result<catalog::Entry> LateLibrary::find_uri(const std::string& uri) {
  return with([&](Library& library) { return library.find_uri(uri); });
}

Result<catalog::Listing> LateLibrary::browse(const std::string& provider, const std::string& node,
                                             const std::string& page) {
  return with([&](Library& library) { return library.browse(provider, node, page); });
}

Result<std::string> LateLibrary::path_of(const std::string& provider, const std::string& id) {
  return with([&](Library& library) { return library.path_of(provider, id); });
}

Result<std::int64_t> LateLibrary::count(const std::string& provider) {
  // Asked at every check of a provider: no reason to make a database for somebody who has no music here.
  if (is_unused()) return 0;
  return with([&](Library& library) { return library.count(provider); });
}

Result<void> LateLibrary::remember(const std::vector<catalog::Entry>& entries) {
  return with([&](Library& library) { return library.remember(entries); });
}

Result<void> LateLibrary::tell_known(std::vector<catalog::Entry>& entries) {
  return with([&](Library& library) { return library.tell_known(entries); });
}

Result<std::vector<catalog::Playlist>> LateLibrary::playlists(const std::string& provider) {
  return with([&](Library& library) { return library.playlists(provider); });
}

Result<catalog::PlaylistContent> LateLibrary::playlist(const std::string& provider, const std::string& id) {
  return with([&](Library& library) { return library.playlist(provider, id); });
}

Result<catalog::Playlist> LateLibrary::create_playlist(const std::string& provider, const std::string& name,
                                                       const std::vector<std::string>& uris) {
  return with([&](Library& library) { return library.create_playlist(provider, name, uris); });
}

Result<catalog::Playlist> LateLibrary::edit_playlist(const std::string& provider, const std::string& id,
                                                     const catalog::PlaylistEdit& edit) {
  return with([&](Library& library) { return library.edit_playlist(provider, id, edit); });
}

Result<void> LateLibrary::delete_playlist(const std::string& provider, const std::string& id) {
  return with([&](Library& library) { return library.delete_playlist(provider, id); });
}

Result<std::optional<model::TrackAnalysis>> LateLibrary::analysis(const std::string& content_key) {
  if (is_unused()) return std::nullopt;
  return with([&](Library& library) { return library.analysis(content_key); });
}

Result<void> LateLibrary::put_analysis(const std::string& content_key, const model::TrackAnalysis& analysis) {
  return with([&](Library& library) { return library.put_analysis(content_key, analysis); });
}

Result<void> LateLibrary::set_content(const std::string& uri, const std::string& content_key) {
  return with([&](Library& library) { return library.set_content(uri, content_key); });
}

Result<std::string> LateLibrary::content_of(const std::string& uri) {
  if (is_unused()) return std::string();
  return with([&](Library& library) { return library.content_of(uri); });
}

std::int64_t LateLibrary::damaged_analyses() const {
  const catalog::Library* library = present();
  return library == nullptr ? 0 : library->damaged_analyses();
}

Result<catalog::KeptMarks> LateLibrary::marks(const std::string& uri) {
  if (is_unused()) return catalog::KeptMarks{{}, "0"};
  return with([&](Library& library) { return library.marks(uri); });
}

Result<std::string> LateLibrary::put_marks(const std::string& uri, const model::TrackMarks& marks,
                                           const std::string& version) {
  return with([&](Library& library) { return library.put_marks(uri, marks, version); });
}

Result<std::vector<catalog::TrackMatch>> LateLibrary::match(const std::vector<catalog::ForeignTrack>& tracks) {
  return with([&](Library& library) { return library.match(tracks); });
}

Result<std::vector<std::size_t>> LateLibrary::put_changes(const std::vector<catalog::MarksChange>& changes) {
  return with([&](Library& library) { return library.put_changes(changes); });
}

Result<catalog::ForeignLibrary> LateLibrary::collect() {
  return with([&](Library& library) { return library.collect(); });
}

}  // namespace segue::control
