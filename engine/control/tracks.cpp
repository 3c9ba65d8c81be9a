// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/control/tracks.h"

namespace segue::control {

Tracks::Tracks(stream::TrackLoader& loader, rt::RetireQueue<const rt::TrackPages>::Reader retired,
               std::shared_ptr<Inbox> inbox)
    : loader_(loader), retired_(std::move(retired)), inbox_(std::move(inbox)), self_(std::make_shared<Tracks*>(this)) {}

void Tracks::begin(std::uint64_t load_id, const std::string& uri) {
  loads_[load_id] = std::nullopt;
  ++unfinished_;
  loader_.load(load_id, uri,
               [inbox = inbox_, weak = std::weak_ptr(self_)](std::uint64_t id,
                                                             Result<std::shared_ptr<stream::LoadedTrack>> result) {
                 // Copyable, as notes must be.
                 auto shared = std::make_shared<Result<std::shared_ptr<stream::LoadedTrack>>>(std::move(result));
                 inbox->post([weak, id, shared] {
                   const auto self = weak.lock();
                   if (self == nullptr) return;
                   Tracks& tracks = **self;
                   --tracks.unfinished_;
                   const auto load = tracks.loads_.find(id);
                   if (load == tracks.loads_.end()) return;  // nobody wants it any more
                   if (*shared) {
                     load->second = Result<Track>(Track(std::move(**shared)));
                   } else {
                     load->second = Result<Track>(tl::unexpected<Error>(shared->error()));
                   }
                 });
               });
}

const Result<Track>* Tracks::outcome(std::uint64_t load_id) const {
  const auto load = loads_.find(load_id);
  return load == loads_.end() || !load->second ? nullptr : &*load->second;
}

void Tracks::forget(std::uint64_t load_id) {
  const auto load = loads_.find(load_id);
  if (load == loads_.end()) return;
  const bool is_unfinished = !load->second.has_value();
  loads_.erase(load);
  if (is_unfinished) loader_.cancel(load_id);
}

bool Tracks::send(const Track& track) {
  if (!retired_.reserve()) return false;
  Held& held = held_[&track->pages()];
  held.track = track;
  ++held.times;
  return true;
}

void Tracks::take_back(const Track& track) {
  retired_.release();
  let_go(&track->pages());
}

void Tracks::let_go(const rt::TrackPages* pages) {
  const auto held = held_.find(pages);
  if (held != held_.end() && --held->second.times == 0) held_.erase(held);
}

void Tracks::collect() {
  while (const rt::TrackPages* pages = retired_.collect()) let_go(pages);
}

void Tracks::want(const Track& track, stream::WantedRange range) {
  for (Wanted& wanted : wanted_) {
    if (wanted.track == track) {
      wanted.ranges.push_back(range);
      return;
    }
  }
  wanted_.push_back({track, {range}});
}

void Tracks::tell_wants() {
  for (const Wanted& wanted : wanted_) loader_.want(*wanted.track, wanted.ranges);
  wanted_.clear();
}

}  // namespace segue::control
