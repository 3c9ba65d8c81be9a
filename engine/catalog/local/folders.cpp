// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/local/folders.h"

#include <algorithm>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/log.h"
#include "engine/base/thread.h"
#include "engine/catalog/local/folder_watch.h"
#include "engine/catalog/local/scan.h"

namespace segue::catalog {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kQuiet{200};        // without news before a look: a copied album comes as one scan
constexpr milliseconds kQuietMax{1'000};   // news that do not end are looked at all the same
constexpr milliseconds kTellEvery{250};    // progress: 4 times a second
constexpr milliseconds kPublishEvery{50};  // for those who ask; each file would cost a lock
constexpr seconds kRootsEvery{5};          // a disk that is mounted tells nobody

// What changes when another disk is mounted or a folder is made anew; of one that is offline also its content.
struct RootSign {
  std::uint64_t device = 0, inode = 0;
  std::int64_t mtime_ns = 0;
  bool operator==(const RootSign&) const = default;
};

RootSign sign_of(const Root& root) {
  struct stat found {};
  if (::stat(root.path.c_str(), &found) != 0) return {};
  const std::int64_t mtime_ns = std::int64_t{found.st_mtim.tv_sec} * 1'000'000'000 + found.st_mtim.tv_nsec;
  return {found.st_dev, found.st_ino, root.reason.empty() ? 0 : mtime_ns};
}

}  // namespace

struct Folders::Watching {
  explicit Watching(int watches_max) : watch(watches_max) {}

  FolderWatch watch;
  std::vector<Root> roots;
  std::vector<RootSign> signs;  // of the roots at the last look
  DirtyFolders dirty;
  Time dirty_since{}, dirty_last{};
  Time full_at = Time::max();  // next full scan by time
  Time roots_at{};             // next look at the roots
  bool is_limit_told = false;
  bool has_failed = false;

  bool is_due(Time now) const {
    return !dirty.empty() && (now - dirty_last >= kQuiet || now - dirty_since >= kQuietMax);
  }
};

Result<std::unique_ptr<Folders>> Folders::start(Connections& connections, const std::string& provider,
                                                const std::vector<std::string>& paths,
                                                const Library::Options& options) {
  Result<std::vector<Root>> roots = TrackRows(connections, provider).set_roots(paths);
  if (!roots) return tl::unexpected<Error>(roots.error());
  return std::unique_ptr<Folders>(new Folders(connections, provider, std::move(*roots), options));
}

Folders::Folders(Connections& connections, std::string provider, std::vector<Root> roots,
                 const Library::Options& options)
    : rows_(connections, provider),
      provider_(std::move(provider)),
      options_(options),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  progress_.provider = provider_;
  progress_.is_running = true;
  thread_ = std::jthread([this, roots = std::move(roots)](const std::stop_token& stop) mutable {
    set_thread_name("segue-scan");
    lower_to_background();
    Watching watching(options_.watches_max);
    watching.roots = std::move(roots);
    watching.roots_at = Clock::now() + kRootsEvery;
    while (!stop.stop_requested()) run_once(watching, stop);
  });
}

Folders::~Folders() {
  thread_.request_stop();
  wake();
  thread_.join();
  if (wake_ >= 0) ::close(wake_);
}

void Folders::wake() const {
  const std::uint64_t one = 1;
  (void)!::write(wake_, &one, sizeof one);
}

void Folders::rescan() {
  {
    const std::lock_guard lock(mutex_);
    is_rescan_wanted_ = true;
    progress_.is_running = true;
  }
  wake();
}

ScanProgress Folders::progress() const {
  const std::lock_guard lock(mutex_);
  return progress_;
}

void Folders::wait() {
  std::unique_lock lock(mutex_);
  const std::uint64_t turn = ++waits_;
  wake();
  is_done_.wait(lock, [&] { return waits_done_ >= turn; });
}

void Folders::run_once(Watching& watching, const std::stop_token& stop) {
  std::uint64_t waits = 0;
  bool is_full = false, is_waited_for = false;
  {
    const std::lock_guard lock(mutex_);
    waits = waits_;
    is_waited_for = waits_ > waits_done_;
    is_full = std::exchange(is_rescan_wanted_, false);
  }
  const Time now = Clock::now();
  const bool was_clean = watching.dirty.empty();
  DirtyFolders news;
  is_full |= watching.watch.read(news) || now >= watching.full_at;
  if (!news.empty()) {
    watching.dirty_last = now;
    if (was_clean) watching.dirty_since = now;
    for (const auto& [path, is_deep] : news) watching.dirty[path] |= is_deep;
  }
  if (is_waited_for || now >= watching.roots_at) check_roots(watching);
  is_full |= is_waited_for && !watching.watch.is_complete();
  if (is_full || watching.is_due(now) || (is_waited_for && !watching.dirty.empty())) {
    scan(watching, stop, is_full);
  } else if (!is_waited_for) {
    sleep(watching);
  }
  tell();
  if (!is_waited_for) return;
  const std::lock_guard lock(mutex_);
  waits_done_ = waits;
  is_done_.notify_all();
}

// A root that has come, gone or changed its disk is looked at again with all that is below.
void Folders::check_roots(Watching& watching) {
  watching.roots_at = Clock::now() + kRootsEvery;
  for (std::size_t i = 0; i < watching.signs.size(); ++i) {
    if (sign_of(watching.roots[i]) == watching.signs[i]) continue;
    if (watching.dirty.empty()) watching.dirty_since = watching.dirty_last = Clock::now();
    watching.dirty[watching.roots[i].path] = true;
  }
}

void Folders::scan(Watching& watching, const std::stop_token& stop, bool is_full) {
  const Time began = Clock::now();
  ScanProgress progress;
  progress.provider = provider_;
  progress.is_running = true;
  publish(progress);
  Time publish_at = began;
  const auto follow = [&](const ScanProgress& seen) {
    const Time now = Clock::now();
    if (now < publish_at) return;
    publish_at = now + kPublishEvery;
    progress.seconds = std::chrono::duration<double>(now - began).count();
    publish(seen);
  };
  const DirtyFolders dirty = std::exchange(watching.dirty, {});
  watching.full_at = Time::max();
  Scan scan({rows_, watching.watch, stop, follow}, progress);
  const Result<void> done = is_full ? scan.all(watching.roots) : scan.some(watching.roots, dirty);
  if (!done && !std::exchange(watching.has_failed, !done)) {
    log::error("scan_failed",
               {{"provider", provider_}, {"reason", done.error().reason}, {"message", done.error().message}});
  }
  watching.has_failed = !done;
  if (!done) progress.problem = done.error().message;
  if (!done || !watching.watch.is_complete()) watching.full_at = Clock::now() + options_.rescan_every;
  if (!watching.watch.is_complete() && !std::exchange(watching.is_limit_told, true)) {
    log::warning("folders_not_watched",
                 {{"provider", provider_},
                  {"reason", watching.watch.problem()},
                  {"watched", watching.watch.folders()},
                  {"rescan_every_s", std::chrono::duration<double>(options_.rescan_every).count()}});
  }
  watching.signs.clear();
  for (const Root& root : watching.roots) watching.signs.push_back(sign_of(root));
  progress.is_running = false;
  progress.seconds = std::chrono::duration<double>(Clock::now() - began).count();
  publish(progress);
}

// Until there is news, or the next thing is due.
void Folders::sleep(const Watching& watching) const {
  Time until = std::min(watching.roots_at, watching.full_at);
  if (!watching.dirty.empty()) {
    until = std::min({until, watching.dirty_last + kQuiet, watching.dirty_since + kQuietMax});
  }
  {
    const std::lock_guard lock(mutex_);
    if (is_news_) until = std::min(until, tell_at_);
  }
  const auto left = std::chrono::ceil<milliseconds>(until - Clock::now()).count();
  pollfd descriptors[] = {{wake_, POLLIN, 0}, {watching.watch.descriptor(), POLLIN, 0}};
  if (left > 0 && ::poll(descriptors, 2, static_cast<int>(left)) <= 0) return;
  std::uint64_t count = 0;
  (void)!::read(wake_, &count, sizeof count);
}

void Folders::publish(const ScanProgress& progress) {
  {
    const std::lock_guard lock(mutex_);
    progress_ = progress;
    // A scan that has been asked for meanwhile is still to come.
    if (is_rescan_wanted_) progress_.is_running = true;
    is_news_ = true;
  }
  tell();
}

void Folders::tell() {
  ScanProgress progress;
  {
    const std::lock_guard lock(mutex_);
    if (!is_news_ || Clock::now() < tell_at_) return;
    is_news_ = false;
    tell_at_ = Clock::now() + kTellEvery;
    progress = progress_;
  }
  if (options_.on_scan) options_.on_scan(progress);
}

}  // namespace segue::catalog
