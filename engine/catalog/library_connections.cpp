// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_connections.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "engine/base/text.h"
#include "engine/base/thread.h"
#include "engine/catalog/library_schema.h"

namespace segue::catalog {
namespace {

constexpr int kReadersMax = 8;           // twice the threads a provider has; the next one waits
constexpr int kWriterCacheKib = 32'768;  // a batch of tracks touches most pages of the full-text index
constexpr int kReaderCacheKib = 16'384;  // the whole index of 100,000 tracks' titles

// The folder of the database, private: it holds what somebody listens to.
Result<void> make_folder(const std::string& path) {
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string folder = path.substr(0, slash);
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
      return fail(Code::kUnavailable, "LIBRARY_UNUSABLE",
                  printable(folder) + ": cannot be made: " + std::generic_category().message(errno));
    }
  }
  return {};
}

// The store's reasons as the library's.
tl::unexpected<Error> open_error(Error error, const std::string& path) {
  if (error.reason == "STORE_CORRUPT") {
    return fail(Code::kDataLoss, "LIBRARY_CORRUPT",
                "library " + error.message + "; the file is kept: move " + printable(path) +
                    " away and its tracks are scanned anew");
  }
  if (error.reason == "STORE_TOO_NEW")
    return fail(Code::kFailedPrecondition, "LIBRARY_TOO_NEW", "library " + error.message);
  return fail(Code::kUnavailable, "LIBRARY_UNUSABLE", "library " + error.message);
}

}  // namespace

Connections::Lease::Lease(Connections* owner, std::unique_ptr<store::Database> reader)
    : owner_(owner), reader_(std::move(reader)), database_(reader_.get()) {}

Connections::Lease::~Lease() {
  if (owner_ == nullptr) return;
  if (reader_) {
    owner_->give_back(std::move(reader_));
  } else {
    owner_->give_back_writer();
  }
}

Connections::Connections(std::string path, std::unique_ptr<store::Database> writer)
    : path_(std::move(path)), writer_(std::move(writer)) {
  thread_ = std::jthread([this](const std::stop_token& stop) {
    set_thread_name("segue-library");
    take_turns(stop);
  });
}

Connections::~Connections() {
  {
    const std::lock_guard lock(mutex_);
    thread_.request_stop();
  }
  may_write_.notify_all();
  thread_.join();
}

Result<std::unique_ptr<Connections>> Connections::open(const std::string& path) {
  if (auto made = make_folder(path); !made) return tl::unexpected<Error>(made.error());
  auto writer = store::Database::open({.path = path, .cache_kib = kWriterCacheKib, .unchecked = "analysis_piece"});
  if (!writer) return open_error(writer.error(), path);
  if (auto done = store::migrate(**writer, library_migrations(), kLibraryApplication); !done) {
    return open_error(Error{done.error().code, done.error().reason, printable(path) + ": " + done.error().message},
                      path);
  }
  return std::unique_ptr<Connections>(new Connections(path, std::move(*writer)));
}

Connections::Lease Connections::write() {
  std::unique_lock lock(mutex_);
  ++edits_waiting_;
  may_write_.wait(lock, [this] { return !is_writing_; });
  --edits_waiting_;
  is_writing_ = true;
  return Lease(this, writer_.get());
}

void Connections::give_back_writer() {
  {
    const std::lock_guard lock(mutex_);
    is_writing_ = false;
  }
  may_write_.notify_all();
}

std::future<Result<void>> Connections::in_background(Turn turn) {
  Work work{std::move(turn), {}};
  std::future<Result<void>> done = work.done.get_future();
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
  }
  may_write_.notify_all();
  return done;
}

void Connections::take_turns(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    may_write_.wait(lock, [&] { return work_.empty() ? stop.stop_requested() : !is_writing_ && edits_waiting_ == 0; });
    if (work_.empty()) return;
    Work work = std::move(work_.front());
    work_.pop_front();
    is_writing_ = true;
    lock.unlock();
    const Result<bool> has_more = work.turn(*writer_);
    give_back_writer();
    if (!has_more || !*has_more) work.done.set_value(has_more.map([](bool) {}));
    lock.lock();
    if (has_more && *has_more) work_.push_back(std::move(work));  // others' turns come in between
  }
}

Result<Connections::Lease> Connections::read() {
  if (path_.empty()) return write();
  std::unique_lock lock(mutex_);
  is_free_.wait(lock, [this] { return !idle_.empty() || readers_ < kReadersMax; });
  if (!idle_.empty()) {
    auto reader = std::move(idle_.back());
    idle_.pop_back();
    return Lease(this, std::move(reader));
  }
  ++readers_;
  lock.unlock();
  auto opened = store::Database::open({.path = path_, .is_reader = true, .cache_kib = kReaderCacheKib});
  if (opened) return Lease(this, std::move(*opened));
  lock.lock();
  --readers_;
  is_free_.notify_one();
  return fail_at("library", opened.error());
}

void Connections::give_back(std::unique_ptr<store::Database> reader) {
  {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
  }
  is_free_.notify_one();
}

}  // namespace segue::catalog
