// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/catalog/library_connections.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <sys/stat.h>

#include "engine/base/text.h"
#include "engine/catalog/library_schema.h"

namespace segue::catalog {
namespace {

constexpr int kReadersMax = 8;           // twice the threads a provider has; the next one waits
constexpr int kWriterCacheKib = 32'768;  // a batch of 500 tracks touches most pages of the full-text index
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

Connections::Lease::Lease(std::unique_lock<std::mutex> lock, store::Database* writer)
    : lock_(std::move(lock)), database_(writer) {}

Connections::Lease::~Lease() {
  if (reader_) owner_->give_back(std::move(reader_));
}

Connections::Connections(std::string path, std::unique_ptr<store::Database> writer)
    : path_(std::move(path)), writer_(std::move(writer)) {}

Result<std::unique_ptr<Connections>> Connections::open(const std::string& path) {
  if (auto made = make_folder(path); !made) return tl::unexpected<Error>(made.error());
  auto writer = store::Database::open({.path = path, .cache_kib = kWriterCacheKib});
  if (!writer) return open_error(writer.error(), path);
  if (auto done = store::migrate(**writer, library_migrations(), kLibraryApplication); !done) {
    return open_error(Error{done.error().code, done.error().reason, printable(path) + ": " + done.error().message},
                      path);
  }
  return std::unique_ptr<Connections>(new Connections(path, std::move(*writer)));
}

Connections::Lease Connections::write() { return Lease(std::unique_lock(writing_), writer_.get()); }

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
