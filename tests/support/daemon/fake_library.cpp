// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/daemon/fake_library.h"

namespace segue::testing {

void FakeLibrary::search(const v1::SearchRequest& request, const std::stop_token& stop,
                         std::function<void(v1::SearchResponse)> tell, std::function<void(Result<void>)> done) {
  open(search_, {std::move(tell), std::move(done)}, request, stop);
}

void FakeLibrary::analyze(const v1::AnalyzeRequest& request, const std::stop_token& stop,
                          std::function<void(v1::AnalyzeResponse)> tell, std::function<void(Result<void>)> done) {
  open(analyze_, {std::move(tell), std::move(done)}, request, stop);
}

void FakeLibrary::note(const google::protobuf::Message& request) {
  const std::lock_guard lock(mutex_);
  asked_.push_back(request.GetDescriptor()->name() + " {" + request.ShortDebugString() + "}");
  changed_.notify_all();
}

void FakeLibrary::watch(const std::stop_token& stop, std::function<void()> on_stop) {
  auto watched = std::make_unique<OnStop>(stop, [this, on_stop = std::move(on_stop)] {
    {
      const std::lock_guard lock(mutex_);
      ++stopped_;
      changed_.notify_all();
    }
    on_stop();
  });
  const std::lock_guard lock(mutex_);
  watched_.push_back(std::move(watched));
}

void FakeLibrary::put(const google::protobuf::Message& response) {
  const std::lock_guard lock(mutex_);
  responses_[response.GetTypeName()] = response.SerializeAsString();
}

void FakeLibrary::fail_with(Error error) {
  const std::lock_guard lock(mutex_);
  failure_ = std::move(error);
}

void FakeLibrary::hang() {
  const std::lock_guard lock(mutex_);
  hangs_ = true;
}

void FakeLibrary::wait_asked(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return asked_.size() >= count; });
}

void FakeLibrary::wait_stopped(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return stopped_ >= count; });
}

std::vector<std::string> FakeLibrary::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void FakeLibrary::tell(v1::SearchResponse piece) {
  std::unique_lock lock(mutex_);
  const auto teller = search_.tell;
  lock.unlock();
  teller(std::move(piece));
}

void FakeLibrary::end(Result<void> outcome) {
  std::unique_lock lock(mutex_);
  const auto done = search_.done;
  lock.unlock();
  done(std::move(outcome));
}

void FakeLibrary::tell(v1::AnalyzeResponse piece) {
  std::unique_lock lock(mutex_);
  const auto teller = analyze_.tell;
  lock.unlock();
  teller(std::move(piece));
}

void FakeLibrary::end_analyze(Result<void> outcome) {
  std::unique_lock lock(mutex_);
  const auto done = analyze_.done;
  lock.unlock();
  done(std::move(outcome));
}

}  // namespace segue::testing
