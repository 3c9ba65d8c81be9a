#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests the lint: each rule must catch a bad sample and pass a good one."""

import contextlib
import io
import os
import tempfile
import unittest

import lint
import rules
from zones import include_fault

GPL = "// SPDX-License-Identifier: GPL-3.0-or-later\n"
HEAD = GPL + "#pragma once\n\n"


def complaints(path, text):
    return [complaint for rule in rules.RULES for _, complaint in rule(path, text)]


class Zones(unittest.TestCase):
    def test_allows_what_the_table_allows(self):
        for path, header in (
                ("engine/model/track.h", "engine/base/units.h"), ("engine/dsp/ramp.h", "engine/rt/realtime.h"),
                ("engine/render/deck.h", "engine/rt/mailbox.h"), ("engine/render/deck.cpp", "engine/render/deck.h"),
                ("engine/control/loop.h", "engine/render/message.h"), ("engine/engine.h", "segue/v1/state.pb.h"),
                ("engine/control/state.h", "google/protobuf/timestamp.pb.h"), ("daemon/main.cpp", "engine/engine.h"),
                ("daemon/services/engine_service.h", "segue/v1/engine_service.grpc.pb.h"),
                ("clients/cli/main.cpp", "grpcpp/grpcpp.h"), ("engine/catalog/providers/remote.cpp", "grpcpp/grpcpp.h"),
                ("tests/engine/render/deck_test.cpp", "engine/stream/decoder.h"), ("engine/base/log.cpp", "vector")):
            self.assertIsNone(include_fault(path, header), f"{path} includes {header}")

    def test_refuses_what_the_table_refuses(self):
        for path, header in (
                ("engine/base/log.h", "engine/model/track.h"), ("engine/model/track.h", "engine/rt/mailbox.h"),
                ("engine/dsp/ramp.h", "engine/rt/mailbox.h"), ("engine/dsp/ramp.h", "engine/model/config.h"),
                ("engine/render/deck.h", "engine/stream/decoder.h"), ("engine/stream/decoder.h", "engine/output/tap.h"),
                ("engine/render/deck.h", "segue/v1/state.pb.h"), ("engine/output/tap.h", "engine/control/state.h"),
                ("engine/control/loop.cpp", "grpcpp/grpcpp.h"), ("engine/engine.h", "segue/v1/a.grpc.pb.h"),
                ("engine/stream/loader.cpp", "google/protobuf/message.h"), ("daemon/main.cpp", "engine/render/deck.h"),
                ("engine/control/loop.cpp", "daemon/server.h"), ("clients/cli/main.cpp", "engine/base/result.h"),
                ("clients/cli/main.cpp", "daemon/status.h"), ("engine/catalog/library.cpp", "grpcpp/grpcpp.h"),
                ("engine/base/log.cpp", "tests/support/fake.h"), ("engine/newzone/a.h", "engine/base/log.h"),
                ("tests/engine/a_test.cpp", "engine/render/deck.cpp")):
            self.assertIsNotNone(include_fault(path, header), f"{path} includes {header}")


class Rules(unittest.TestCase):
    def test_good_header_passes(self):
        text = HEAD + '#include <vector>\n\n#include "engine/base/units.h"\n\nnamespace segue {\n' \
            "// Renews nothing; makes a new thing.\nstruct Database { Database(const Database&) = delete; };\n}\n"
        self.assertEqual(complaints("engine/model/database.h", text), [])

    def assert_caught(self, path, text, part):
        self.assertTrue(any(part in complaint for complaint in complaints(path, text)), f"{part}: {text!r}")

    def test_licence(self):
        self.assert_caught("engine/a.cpp", "int x;\n", "SPDX")
        self.assert_caught("engine/a.cpp", GPL + GPL, "SPDX")
        self.assert_caught("engine/a.cpp", "int a;\nint b;\n" + GPL, "not at the top")
        self.assert_caught("api/segue/v1/a.proto", GPL, "Apache-2.0")
        self.assertEqual(complaints("dev", "#!/bin/bash\n# SPDX-License-Identifier: GPL-3.0-or-later\n"), [])

    def test_names(self):
        for line in ("class DeckManager {", "struct TrackInfo final : Base {", "enum class PageData {",
                     "using NodeImpl = int;", "template <typename T> class FooHelper {", "class alignas(64) RowBase {"):
            self.assert_caught("engine/a.cpp", GPL + line + "\n", "banned type name")
        self.assert_caught("api/segue/v1/a.proto", "// SPDX-License-Identifier: Apache-2.0\nmessage TrackInfo {\n",
                           "banned type name")
        self.assert_caught("engine/string_util.h", HEAD, "banned file name")
        for line in ("class Metadata {", "struct Database {", "// class FooManager {", "enum class Handle {"):
            self.assertEqual(complaints("engine/a.cpp", GPL + line + "\n"), [])

    def test_unfinished_and_whitespace(self):
        self.assert_caught("engine/a.cpp", GPL + "// TO" + "DO: more\n", "unfinished")
        self.assert_caught("README.md", "FIX" + "ME\n", "unfinished")
        self.assert_caught("engine/a.cpp", GPL + "\tint x;\n", "a tab")
        self.assert_caught("engine/a.cpp", GPL + "int x; \n", "space at the end")
        self.assert_caught("engine/a.cpp", GPL + "int x;", "no newline")

    def test_length(self):
        self.assert_caught("tests/a_test.cpp", GPL + "\n" * rules.LINES_MAX, "501 lines")
        self.assertEqual(complaints("tests/a_test.cpp", GPL + "\n" * (rules.LINES_MAX - 1)), [])

    def test_headers_and_includes(self):
        self.assert_caught("engine/a.h", GPL, "pragma once")
        self.assert_caught("engine/a.h", HEAD + "using namespace std;\n", "using namespace")
        self.assert_caught("engine/a.cpp", GPL + '#include "a.h"\n', "from the root")
        self.assert_caught("engine/rt/a.cpp", GPL + '#include "../base/a.h"\n', "from the root")
        self.assert_caught("engine/rt/a.cpp", GPL + '#include "engine/render/deck.h"\n', "rt may not include")

    def test_ownership(self):
        for line in ("auto* p = new Deck(1);", "p.reset(new (std::nothrow) Deck);", "return new ::segue::Deck;"):
            self.assert_caught("engine/a.cpp", GPL + line + "\n", "naked `new`")
        for line in ("delete p;", "delete[] p;", "delete this;"):
            self.assert_caught("engine/a.cpp", GPL + line + "\n", "naked `delete`")
        self.assert_caught("daemon/a.cpp", GPL + "throw 1;\n", "never throws")
        for line in ("Deck(const Deck&) = delete;", "return std::unique_ptr<Deck>(new Deck(1));",
                     "std::unique_ptr<Deck> deck(new Deck);", '// a new deck\nlog("new deck, delete p");', "int renew = 1;",
                     "auto s = R\"(throw new x)\";"):
            self.assertEqual(complaints("engine/a.cpp", GPL + line + "\n"), [])

    def test_honest_tests(self):
        self.assert_caught("tests/a_test.cpp", GPL + "GTEST_" + "SKIP();\n", "cannot fail")
        self.assert_caught("tests/a_test.cpp", GPL + "TEST(A, DISABLED" + "_B) {}\n", "cannot fail")


class Tree(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, path, text):
        full = os.path.join(self.folder.name, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def run_lint(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = lint.main(self.folder.name)
        return status, out.getvalue()

    def test_good_tree_passes_and_is_measured(self):
        self.write("engine/base/a.h", HEAD)
        self.write("README.md", "[engine](engine/base/a.h)\n")
        status, out = self.run_lint()
        self.assertEqual(status, 0, out)
        self.assertIn("median", out)

    def test_bad_tree_fails_and_names_the_line(self):
        self.write("engine/dsp/a.cpp", GPL + '#include "engine/render/deck.h"\n')
        self.write("README.md", "one\n[gone](nowhere.md)\n")
        status, out = self.run_lint()
        self.assertEqual(status, 1)
        self.assertIn("engine/dsp/a.cpp:2: dsp may not include engine/render/deck.h", out)
        self.assertIn("README.md:2: dead link: nowhere.md", out)

    def test_empty_tree_fails(self):
        self.assertEqual(self.run_lint()[0], 1)


if __name__ == "__main__":
    unittest.main()
