// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/stretchers.h"

#include "engine/base/thread.h"

namespace segue::control {

bool PrimeJob::is_same(const PrimeJob& other) const {
  const render::Trajectory& path = target.trajectory;
  const render::Trajectory& others = other.target.trajectory;
  return kind == other.kind && track == other.track && frame == other.frame && path.frame == others.frame &&
         path.position == others.position && path.rate == others.rate && target.pitch_ratio == other.target.pitch_ratio;
}

Stretchers::Stretchers(const Options& options, rt::RetireQueue<render::Stretcher>::Reader retired, Inbox& inbox)
    : options_(options), retired_(std::move(retired)), inbox_(inbox) {
  if (options_.has_worker) worker_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

Stretchers::~Stretchers() {
  if (!worker_.joinable()) return;
  worker_.request_stop();
  worker_.join();
}

std::unique_ptr<render::Stretcher> Stretchers::make() const {
  return render::make_stretcher(render::StretcherKind::kSoundtouch, options_.sample_rate_hz);
}

render::Stretcher* Stretchers::take_free() {
  const std::lock_guard lock(mutex_);
  if (free_.empty()) return nullptr;
  render::Stretcher* stretcher = free_.back();
  free_.pop_back();
  return stretcher;
}

bool Stretchers::prime(PrimeJob job, Primed primed) {
  if (!retired_.reserve()) return false;
  if (options_.has_worker) {
    {
      const std::lock_guard lock(mutex_);
      works_.push_back({std::move(job), std::move(primed)});
    }
    arrived_.notify_one();
    return true;
  }
  render::Stretcher* stretcher = take_free();
  if (stretcher == nullptr) {
    all_.push_back(make());
    stretcher = all_.back().get();
  }
  stretcher->prime(job.track->pages(), job.target, job.frame);
  primed(stretcher);
  return true;
}

void Stretchers::release(render::Stretcher* stretcher) {
  retired_.release();
  const std::lock_guard lock(mutex_);
  free_.push_back(stretcher);
}

void Stretchers::collect() {
  while (render::Stretcher* stretcher = retired_.collect()) {
    const std::lock_guard lock(mutex_);
    free_.push_back(stretcher);
  }
}

void Stretchers::run(const std::stop_token& stop) {
  set_thread_name("segue-prime");
  flush_denormals();
  int to_warm = options_.warm;
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    if (!works_.empty()) {
      Work work = std::move(works_.front());
      works_.pop_front();
      render::Stretcher* stretcher = free_.empty() ? nullptr : free_.back();
      if (stretcher != nullptr) free_.pop_back();
      lock.unlock();
      std::unique_ptr<render::Stretcher> made;
      if (stretcher == nullptr) {
        made = make();
        stretcher = made.get();
        --to_warm;
      }
      stretcher->prime(work.job.track->pages(), work.job.target, work.job.frame);
      // The note carries the track home: the last holder lets go of it on the control thread.
      inbox_.post(
          [primed = std::move(work.primed), stretcher, track = std::move(work.job.track)] { primed(stretcher); });
      lock.lock();
      if (made != nullptr) all_.push_back(std::move(made));
    } else if (to_warm > 0) {
      --to_warm;
      lock.unlock();
      auto made = make();
      lock.lock();
      free_.push_back(made.get());
      all_.push_back(std::move(made));
    } else {
      arrived_.wait(lock, stop, [this] { return !works_.empty(); });
    }
  }
}

}  // namespace segue::control
