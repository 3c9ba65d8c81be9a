// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/output/drivers/portaudio_library.h"

#include <algorithm>
#include <condition_variable>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <utility>

#include <dlfcn.h>
#include <portaudio.h>
#include <strings.h>

namespace segue::output {
namespace {

constexpr int kStereo = 2;

// What the libraries below PortAudio say while this thread calls them; null: nobody listens. Thread-local, because
// they also speak on audio threads, where nothing may be allocated.
thread_local std::string* heard = nullptr;

void hear(const char* text) {
  if (heard == nullptr || text == nullptr || *text == '\0') return;
  *heard = text;  // the last message is the one next to the failure
}

void hear_alsa(const char* /*file*/, int /*line*/, const char* /*function*/, int /*error*/, const char* format, ...) {
  if (heard == nullptr) return;
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  (void)std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  // The first message names the place, later ones only what did not work because of it.
  if (heard->empty()) hear(text);
}

void hear_jack(const char* /*text*/) {}  // that no server runs is no news

// A function or variable of a library that PortAudio has loaded, so that we depend on PortAudio alone; or null.
template <typename Symbol>
Symbol* find_symbol(const char* name) {
  return reinterpret_cast<Symbol*>(dlsym(RTLD_DEFAULT, name));
}

// Keeps ALSA and JACK from writing to stderr: probing for devices that are not there prints dozens of lines.
void silence_libraries() {
  using AlsaHearer = void (*)(const char*, int, const char*, int, const char*, ...);
  using JackHearer = void (*)(const char*);
  if (auto* set = find_symbol<int(AlsaHearer)>("snd_lib_error_set_handler")) set(hear_alsa);
  for (const char* name : {"jack_set_error_function", "jack_set_info_function"}) {
    if (auto* set = find_symbol<void(JackHearer)>(name)) set(hear_jack);
  }
}

// Whether PortAudio can look for ALSA devices. Debian's (19.6.0) asserts, and so ends the process, that one name is
// left over after all but "default" and "dmix"; hence it may only look where there is a "default".
bool alsa_can_be_probed() {
  struct Node;
  auto* update = find_symbol<int()>("snd_config_update");
  auto* search = find_symbol<int(Node*, const char*, Node**)>("snd_config_search");
  auto* root = find_symbol<Node*>("snd_config");
  if (update == nullptr || search == nullptr || root == nullptr) return true;  // PortAudio without ALSA
  Node* found = nullptr;
  return update() >= 0 && *root != nullptr && search(*root, "pcm.default", &found) >= 0;
}

bool is_stereo_output(int device) {
  const PaDeviceInfo* facts = Pa_GetDeviceInfo(device);
  return facts != nullptr && facts->maxOutputChannels >= kStereo;
}

}  // namespace

struct PortaudioTurn::State {
  std::mutex mutex;
  std::condition_variable given_back;
  bool is_taken = false;
};

// PortAudio itself is one per process, so its turn is too. Each holder shares the state, so that a thread that hangs
// while the process exits does not find it destroyed.
std::shared_ptr<PortaudioTurn::State> PortaudioTurn::shared() {
  static const auto state = std::make_shared<State>();
  return state;
}

std::optional<PortaudioTurn> PortaudioTurn::take(std::chrono::milliseconds longest) {
  auto state = shared();
  std::unique_lock lock(state->mutex);
  if (!state->given_back.wait_for(lock, longest, [&] { return !state->is_taken; })) return std::nullopt;
  state->is_taken = true;
  lock.unlock();
  return PortaudioTurn(std::move(state));
}

PortaudioTurn PortaudioTurn::take() {
  auto state = shared();
  std::unique_lock lock(state->mutex);
  state->given_back.wait(lock, [&] { return !state->is_taken; });
  state->is_taken = true;
  lock.unlock();
  return PortaudioTurn(std::move(state));
}

PortaudioTurn::PortaudioTurn(std::shared_ptr<State> state) : state_(std::move(state)) {}

PortaudioTurn::~PortaudioTurn() {
  if (state_ == nullptr) return;
  const std::lock_guard lock(state_->mutex);
  state_->is_taken = false;
  state_->given_back.notify_one();
}

Result<std::unique_ptr<PortaudioSession>> PortaudioSession::open() {
  silence_libraries();
  std::string said;
  heard = &said;
  const bool may_start = alsa_can_be_probed();
  const PaError error = may_start ? Pa_Initialize() : paUnanticipatedHostError;
  heard = nullptr;
  if (error == paNoError) return std::unique_ptr<PortaudioSession>(new PortaudioSession());
  std::string text = may_start ? portaudio_text(error) : "ALSA's configuration is broken or has no pcm.default";
  if (!said.empty()) text += " (" + said + ")";
  return fail(Code::kUnavailable, "DEVICE_FAILED", "portaudio: cannot start: " + text);
}

PortaudioSession::~PortaudioSession() { (void)Pa_Terminate(); }

std::vector<std::string> PortaudioSession::device_names() const {
  std::vector<std::string> names;
  const int standard = Pa_GetDefaultOutputDevice();
  for (int device = 0; device < Pa_GetDeviceCount(); ++device) {
    if (!is_stereo_output(device)) continue;
    names.insert(device == standard ? names.begin() : names.end(), device_name(device));
  }
  return names;
}

std::string PortaudioSession::device_name(int device) const {
  const PaDeviceInfo* facts = Pa_GetDeviceInfo(device);
  if (facts == nullptr) return "";
  const PaHostApiInfo* api = Pa_GetHostApiInfo(facts->hostApi);
  return (api != nullptr ? std::string(api->name) + ": " : std::string()) + facts->name;
}

Result<int> PortaudioSession::find_device(const std::string& wanted) const {
  const std::string what_to_do = "use --output null or connect one";
  if (wanted.empty()) {
    const int device = Pa_GetDefaultOutputDevice();
    if (device != paNoDevice) return device;
    return fail(Code::kUnavailable, "NO_DEVICE", "portaudio: no sound device; " + what_to_do);
  }
  int with_part = paNoDevice;
  for (int device = 0; device < Pa_GetDeviceCount(); ++device) {
    if (!is_stereo_output(device)) continue;
    const std::string name = device_name(device);
    if (strcasecmp(Pa_GetDeviceInfo(device)->name, wanted.c_str()) == 0 ||
        strcasecmp(name.c_str(), wanted.c_str()) == 0) {
      return device;
    }
    if (with_part == paNoDevice && strcasestr(name.c_str(), wanted.c_str()) != nullptr) with_part = device;
  }
  if (with_part != paNoDevice) return with_part;
  std::string there;
  for (const std::string& name : device_names()) there += (there.empty() ? "there are " : ", ") + name;
  return fail(Code::kUnavailable, "NO_DEVICE",
              "portaudio: no sound device called \"" + wanted + "\"; " + (there.empty() ? what_to_do : there));
}

std::string portaudio_text(int error) {
  std::string text = Pa_GetErrorText(error);
  if (error != paUnanticipatedHostError) return text;
  const PaHostErrorInfo* host = Pa_GetLastHostErrorInfo();
  if (host != nullptr && host->errorText != nullptr && *host->errorText != '\0')
    text += std::string(": ") + host->errorText;
  return text;
}

}  // namespace segue::output
