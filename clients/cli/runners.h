// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "clients/cli/grammar.h"
#include "clients/cli/session.h"
#include "segue/v1/command.pb.h"

// What the rows without a maker do, and how made commands are carried out. The answer is the exit code.
namespace segue::cli {

Result<int> run_status(const Call& call, Session& session);
Result<int> run_watch(const Call& call, Session& session);
Result<int> run_version(const Call& call, Session& session);
Result<int> run_health(const Call& call, Session& session);
Result<int> run_shutdown(const Call& call, Session& session);
Result<int> run_do(const Call& call, Session& session);
Result<int> run_batch(const Call& call, Session& session);
Result<int> run_search(const Call& call, Session& session);
Result<int> run_browse(const Call& call, Session& session);
Result<int> run_track(const Call& call, Session& session);
Result<int> run_artwork(const Call& call, Session& session);
Result<int> run_playlists(const Call& call, Session& session);
Result<int> run_playlist(const Call& call, Session& session);
Result<int> run_library(const Call& call, Session& session);
Result<int> run_marks(const Call& call, Session& session);
Result<int> run_rate(const Call& call, Session& session);
Result<int> run_providers(const Call& call, Session& session);
Result<int> run_network(const Call& call, Session& session);
Result<int> run_prefetch(const Call& call, Session& session);
Result<int> run_analyze(const Call& call, Session& session);
Result<int> run_help(const Call& call, Session& session);
Result<int> run_completion(const Call& call, Session& session);

// Makes the command of a row and has it executed. A step from the present value is guarded by the revision it started
// from, and made again when somebody else was quicker.
Result<int> run_maker(const Row& row, Maker make, const Call& call, Session& session);

// One JSON object a line; empty lines and lines that begin with # do not count. `name` is how failures call the text.
Result<std::vector<v1::Command>> read_batch(const std::string& text, const std::string& name);

}  // namespace segue::cli
