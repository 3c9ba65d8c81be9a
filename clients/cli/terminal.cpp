// SPDX-License-Identifier: GPL-3.0-or-later
#include "clients/cli/terminal.h"

#include <cerrno>
#include <system_error>

#include <unistd.h>

namespace segue::cli {
namespace {

// 0, or errno of what went wrong.
int write_whole(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno != EINTR) return errno;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::kDim: return "2";
    case Colour::kBold: return "1";
    case Colour::kGreen: return "32";
    case Colour::kYellow: return "33";
    case Colour::kRed: return "31";
    case Colour::kCyan: return "36";
    case Colour::kPlain: break;
  }
  return {};
}

}  // namespace

Result<void> print(std::string_view text) {
  const int error = write_whole(STDOUT_FILENO, text);
  if (error == 0) return {};
  if (error == EPIPE) return other_failure(std::string(kReasonReaderGone), "nobody reads standard output");
  return other_failure("OUTPUT_UNWRITABLE",
                       "cannot write to standard output: " + std::generic_category().message(error));
}

void print_message(std::string_view text) { write_whole(STDERR_FILENO, text); }

std::string painted(std::string_view text, Colour colour, bool has_color) {
  if (!has_color || text.empty() || colour == Colour::kPlain) return std::string(text);
  return "\033[" + std::string(code_of(colour)) + "m" + std::string(text) + "\033[0m";
}

}  // namespace segue::cli
