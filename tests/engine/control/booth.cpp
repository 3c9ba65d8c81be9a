// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/engine/control/booth.h"

#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "engine/control/journal/reader.h"

namespace segue::test {
namespace {

constexpr int kRateHz = 48'000;

}  // namespace

Booth::Booth(const Options& given) : options(given), loader(given.loads_at_once) {
  config.engine.decks = options.decks;
  config.engine.load_lock = options.load_lock;
  config.engine.block_frames = options.block_frames;
  render::Renderer::Options render_options;
  render_options.decks = options.decks;
  auto [made, wiring] = render::Renderer::create(render_options);
  renderer = std::move(made);
  renderer->block_clock().set_halted(false);
  programme = std::make_unique<output::Programme>(renderer->block_clock());
  if (options.has_files) {
    stream::TrackLoader::Options files_options{kRateHz, 1 << 28, 2, true};
    files_options.opener = options.opener;
    files = stream::TrackLoader::create(files_options, renderer->block_clock());
  }
  stream::TrackLoader& opener = options.has_files ? *files : loader;
  control = std::make_unique<control::ControlLoop>(
      control::ControlLoop::Options{config, clock, "test-epoch", "1.2.3", control::journal_folder(options.data_dir),
                                    options.mode},
      control::ControlLoop::Zones{std::move(wiring), opener, *programme, renderer->latency_frames(),
                                  options.analyses});
  source = std::make_unique<control::RenderSource>(*renderer, *programme, clock);
}

Booth::~Booth() {
  renderer->block_clock().set_halted(true);
  control->close();
  files.reset();
}

void Booth::add_tone(const std::string& uri, double seconds) {
  loader.add(uri, StereoAudio(sine(static_cast<Frames>(seconds * kRateHz), 440, kRateHz)), "a tone");
}

void Booth::add_ramp(const std::string& uri, double seconds) {
  std::vector<float> ramp(static_cast<std::size_t>(seconds * kRateHz));
  for (std::size_t i = 0; i < ramp.size(); ++i) ramp[i] = static_cast<float>(i + 1) / 16'777'216.0F;
  loader.add(uri, StereoAudio(std::move(ramp)), "a ramp");
}

v1::ExecuteRequest Booth::request(std::initializer_list<const char*> commands) {
  v1::ExecuteRequest made;
  for (const char* text : commands) {
    EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, made.add_commands())) << text;
  }
  made.set_wait(v1::ExecuteRequest::COMMITTED);
  return made;
}

std::shared_ptr<Reply> Booth::execute(v1::ExecuteRequest message, bool may_use_any_file) {
  auto reply = std::make_shared<Reply>();
  control::Request asked;
  asked.message = std::move(message);
  asked.origin = {"uid:1000", may_use_any_file};
  asked.answer = [reply](Result<v1::ExecuteResponse> result) {
    EXPECT_FALSE(reply->result.has_value()) << "answered twice";
    reply->result = std::move(result);
  };
  control->execute(std::move(asked));
  step();
  return reply;
}

std::shared_ptr<Reply> Booth::send(std::initializer_list<const char*> commands) { return execute(request(commands)); }

std::shared_ptr<Reply> Booth::send_at(Frames frame, std::initializer_list<const char*> commands) {
  auto message = request(commands);
  message.mutable_when()->set_frame(frame);
  return execute(std::move(message));
}

void Booth::run(int blocks) {
  for (int i = 0; i < blocks; ++i) {
    control->step();
    StereoAudio block(options.block_frames);
    source->pull(block.block(0, options.block_frames));
    heard.left.insert(heard.left.end(), block.left.begin(), block.left.end());
    heard.right.insert(heard.right.end(), block.right.begin(), block.right.end());
    clock.advance(Nanoseconds(options.block_frames * 1'000'000'000LL / kRateHz));
  }
  control->step();
}

void Booth::run_to(Frames target) {
  while (frame() < target) run(1);
}

std::vector<v1::WatchResponse> Booth::read(Watcher& watcher) {
  std::vector<v1::WatchResponse> all;
  v1::WatchResponse news;
  while (watcher.next(news)) all.push_back(news);
  return all;
}

}  // namespace segue::test
