// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/network/stage.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <utility>

#include <google/protobuf/text_format.h>

namespace segue::bench {
namespace {

constexpr std::chrono::milliseconds kLook{5};

v1::ExecuteRequest request_of(std::initializer_list<std::string> commands) {
  v1::ExecuteRequest request;
  for (const std::string& text : commands) {
    if (google::protobuf::TextFormat::ParseFromString(text, request.add_commands())) continue;
    std::fprintf(stderr, "network_bench: no command: %s\n", text.c_str());
    std::abort();
  }
  request.set_wait(v1::ExecuteRequest::COMMITTED);
  return request;
}

model::Config config_of(const Stage::Options& options, const std::string& folder) {
  model::Config config;
  config.engine.decks = options.decks;
  config.output.kind = model::OutputKind::kNull;
  config.paths.data_dir = folder + "/data";
  config.paths.cache_dir = folder + "/cache";
  std::filesystem::create_directories(config.paths.data_dir);
  std::filesystem::create_directories(config.paths.cache_dir);
  config.providers = options.providers;
  return config;
}

}  // namespace

double ms_since(SteadyClock::time_point begun) {
  return std::chrono::duration<double, std::milli>(SteadyClock::now() - begun).count();
}

double loading_cpu_ms() {
  double sum_ms = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm"), name);
    double ns = 0;
    std::ifstream(task.path() / "schedstat") >> ns;
    if (name.starts_with("segue-") && name != "segue-null" && name != "segue-control") sum_ms += ns * 1e-6;
  }
  return sum_ms;
}

Folder::Folder() {
  std::string name = (std::filesystem::temp_directory_path() / "segue_network_bench_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) std::abort();
  path_ = name;
}

Folder::~Folder() {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

Stage::Stage(const Options& options) : own_folder_(options.folder.empty() ? std::make_unique<Folder>() : nullptr) {
  auto engine = Engine::create(config_of(options, own_folder_ ? own_folder_->path() : options.folder), clock_, "bench");
  if (!engine) {
    std::fprintf(stderr, "network_bench: %s\n", engine.error().message.c_str());
    std::abort();
  }
  engine_ = *std::move(engine);
  watcher_ = engine_->watch({}, [this] {
    const std::lock_guard lock(mutex_);
    has_news_ = true;
    woken_.notify_all();
  });
  read_news();
}

Stage::~Stage() {
  watcher_.reset();
  engine_.reset();
}

void Stage::read_news() {
  v1::WatchResponse news;
  while (watcher_->next(news)) {
  }
}

void Stage::post(std::initializer_list<std::string> commands, Engine::Answer answer) {
  engine_->execute(request_of(commands), {"bench", true}, std::move(answer));
}

Result<v1::ExecuteResponse> Stage::send(std::initializer_list<std::string> commands, v1::When when) {
  v1::ExecuteRequest request = request_of(commands);
  *request.mutable_when() = std::move(when);
  std::promise<Result<v1::ExecuteResponse>> promise;
  auto answer = promise.get_future();
  engine_->execute(std::move(request), {"bench", true},
                   [&promise](Result<v1::ExecuteResponse> response) { promise.set_value(std::move(response)); });
  return answer.get();
}

Result<v1::ExecuteResponse> Stage::send_at(Frames frame, std::initializer_list<std::string> commands) {
  v1::When when;
  when.set_frame(frame);
  return send(commands, std::move(when));
}

Result<v1::ExecuteResponse> Stage::load(int deck, const std::string& uri, bool play) {
  auto answer =
      send({"load { deck: " + std::to_string(deck) + " uri: '" + uri + "'" + (play ? " play: true }" : " }")});
  if (!answer) std::fprintf(stderr, "network_bench: load: %s\n", answer.error().message.c_str());
  return answer;
}

bool Stage::wait_until(const std::function<bool()>& holds, std::chrono::milliseconds longest) {
  const auto until = SteadyClock::now() + longest;
  while (!holds()) {
    if (SteadyClock::now() > until) return false;
    {
      std::unique_lock lock(mutex_);
      woken_.wait_until(lock, std::min(until, SteadyClock::now() + kLook), [this] { return has_news_; });
      has_news_ = false;
    }
    read_news();
  }
  return true;
}

bool Stage::wait_until_whole(int number, std::chrono::milliseconds longest) {
  return wait_until(
      [&] {
        const v1::Deck deck = this->deck(number);
        return deck.loaded() >= 1.0 && deck.fetched() >= 1.0;
      },
      longest);
}

void Stage::listen(std::chrono::milliseconds time) {
  const Frames until = frame() + time.count() * engine_->state().engine().sample_rate() / 1000;
  (void)wait_until([&] { return frame() >= until; }, 2 * time + std::chrono::seconds(1));
}

v1::GetNetworkResponse Stage::network() {
  std::promise<v1::GetNetworkResponse> promise;
  auto answer = promise.get_future();
  engine_->library().get_network({}, [&](Result<v1::GetNetworkResponse> response) {
    promise.set_value(response.value_or(v1::GetNetworkResponse()));
  });
  return answer.get();
}

}  // namespace segue::bench
