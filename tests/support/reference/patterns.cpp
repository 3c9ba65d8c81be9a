// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/reference/patterns.h"

#include <array>

namespace segue::reference {
namespace {

// In the order of Genre. The grids are 16 steps in 4/4, 12 sixteenths in 3/4, 12 half beats in 6/8 and 12 thirds of a
// beat in swing.
const std::array<Repertoire, kGenres>& repertoires() {
  static const std::array<Repertoire, kGenres> kAll = {{
      // House
      {4,
       {"X...X...X...X...", "X...X...X...X..o", "X...X...X...X...X...X...X..xX.o."},
       {"....X.......X...", "....X.......X..o", "....X..o....X..."},
       {"x.o.x.o.x.o.x.o.", "xoxoxoxoxoxoxoxo", "..o...o...o...o.", "o.xoo.xoo.xoo.xo"},
       {"..X...X...X...X.", "..X...X...X...Xo"},
       {"", "...x..x....x..x.", "x..x..x...x..x..", "xoxoxoxoxoxoxoxo", "..x....x..x....x"},
       {"..X...X...X...X.", "X..x..X...x.X...", "..Xx..X...Xx..X.", "X..X..X...X..X..", "X.....x..x....x."},
       {"X..x..x...x..x..", "..X...X...X...X.", "X.....X...X.....", "x..x...x..x....."}},
      // Techno
      {4,
       {"X...X...X...X...", "X...X...X...X.o."},
       {"", "....X.......X...", "....o.......o..o"},
       {"..x...x...x...x.", "xoxoxoxoxoxoxoxo", "x.x.x.x.x.x.x.x."},
       {"..X...X...X...X.", ""},
       {"", "...x..x...x..x..", "x..x..x..x..x..x", "......x.......x.", "oxoxoxoxoxoxoxox"},
       {".xxx.xxx.xxx.xxx", "..xx..xx..xx..xx", "x..x..x..x..x.x.", "..X...X...X...X.", "xxxxxxxxxxxxxxxx"},
       {"...x.....x......", "x..x..x.........", "......x.....x...", "x..x..x..x..x..x"}},
      // Drum and bass
      {4,
       {"X.........X.....", "X.....X...X.....", "X..X......X.....", "X.......x.X.....",
        "X.........X...X.......X...X....."},
       {"....X.......X...", "....X..o.o..X..o", "....X..o....X...", "....X.......X.o."},
       {"x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo", "x.xox.xox.xox.xo", "xxoxxxoxxxoxxxox"},
       {"", "..x...x...x...x.", "X...X...X...X..."},
       {"", "xoxoxoxoxoxoxoxo", "..o..o....o..o..", "...o...o...o...o"},
       {"X...............", "X.........X.....", "X.....x...x.x...", "X..x..x...X..x.."},
       {"X...............", "......X.........", "X.....X.....X..."}},
      // Trance
      {4,
       {"X...X...X...X..."},
       {"....X.......X...", "....x.......x..."},
       {"xoxoxoxoxoxoxoxo", "x.o.x.o.x.o.x.o.", ""},
       {"..X...X...X...X."},
       {"", "xoxoxoxoxoxoxoxo", "..x..x....x..x.."},
       {"..X...X...X...X.", ".xXx.xXx.xXx.xXx", ".xxx.xxx.xxx.xxx", "..Xx..Xx..Xx..Xx"},
       {"X..x..x..x..x.x.", "X.xx.xx.X.xx.xx.", "..X...X...X...X."}},
      // Hip-hop
      {4,
       {"X.....x.X.......", "X..x....x.X.....", "X......xX..x....", "X.x.....X.......",
        "X.....X.....x...X..x....X.x....."},
       {"....X.......X...", "....X..o....X...", "....X.......X..o"},
       {"x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo", "x.xxx.x.x.xxx.x.", "x.x.x.xxx.x.x.x."},
       {"", "..............x.", "......x........."},
       {"", "...o......o.....", "x.x.x.x.x.x.x.x."},
       {"X.....x.X.......", "X.......x..x....", "X...............", "X..x....x.x....."},
       {"X.......X.......", "X...............", "..x...x...x...x.", "x..x......x....."}},
      // Rock
      {4,
       {"X.......X.x.....", "X.....x.X.......", "X.......X.......", "X...x...X...x...", "X..x....X.x...x."},
       {"....X.......X...", "....X.......X..o", "....X..o.o..X..."},
       {"X.x.X.x.X.x.X.x.", "x...x...x...x...", "X.o.X.o.X.o.X.o."},
       {"", "X.x.X.x.X.x.X.x."},
       {"", "X.x.X.x.X.x.X.x.", "xoxoxoxoxoxoxoxo"},
       {"X.x.x.x.X.x.x.x.", "X.......X.x.....", "X...x...X...x...", "X.....x.X...x.x."},
       {"X.x.x.x.X.x.x.x.", "X.......X.......", "X..x..x...x.x...", "X.....X.....X..."}},
      // Waltz
      {4,
       {"X...........", "X.........o.", "X.......o..."},
       {"....x...x...", "....X...x...", "........X..."},
       {"x...x...x...", "x.o.x.o.x.o.", "....x...x..."},
       {"", "X...x...x..."},
       {"", "", "....o...o..."},
       {"X...........", "X.......x...", "X...x...x..."},
       {"....X...X...", "X...........", "....X...X......X..X.X..."}},
      // Six-eight
      {2,
       {"X...........", "X.......x...", "X....x......", "X...x......."},
       {"......X.....", "......X....o", "......X...o."},
       {"X.x.x.X.x.x.", "x.x.x.x.x.x.", "X.o.xoX.o.xo"},
       {"", "X.x.x.X.x.x."},
       {"", "", "x.x.x.x.x.x."},
       {"X.....X.....", "X...x.X...x.", "X.........x."},
       {"X.x.x.x.x.x.", "X.....X.....", "X...x.X...x."}},
      // Swing
      {3,
       {"o..o..o..o..", "X.....o.....", "o..o..o..o.o"},
       {"...........o", ".....o.....o", "...x.....x..", ""},
       {"...X.....X.."},
       {"X..X.xX..X.x", "X.xX.xX.xX.x", "X..X.xX..X.."},
       {"", "", "...x.....x.."},
       {"X..X..X..X..", "X..X..X..X.x", "X.....X....."},
       {"X....x......", ".....x.....x", "...x.....x..", "X....x...x.."}},
      // Breakbeat
      {4,
       {"X.X.......XX....", "X.X...X...x..X..", "X.....X...X.....", "X..X..X.....X...", "X.........X..X.."},
       {"....X..o.o..X..o", "....X..o.o.oX..o", "....X.......X...", "....X..o....X.o."},
       {"x.x.x.x.x.x.x.x.", "xoxoxoxoxoxoxoxo", "x.xox.xox.xox.xo"},
       {"", "......x.......x.", "..x...x...x...x."},
       {"", "xoxoxoxoxoxoxoxo", "..x..x....x..x.."},
       {"X..x......x..x..", "X.....X...x.....", "X.x...x...X.x...", "X.......X......."},
       {"X.....x.....x...", "..X...X...X...X.", "X..x..x.........", "......X.......X."}},
  }};
  return kAll;
}

}  // namespace

double strength(Pattern pattern, int step) {
  if (pattern.empty()) return 0;
  switch (pattern[static_cast<std::size_t>(step) % pattern.size()]) {
    case 'X': return 1;
    case 'x': return 0.7;
    case 'o': return 0.38;
    default: return 0;
  }
}

const Repertoire& repertoire_of(Genre genre) { return repertoires()[static_cast<std::size_t>(genre)]; }

}  // namespace segue::reference
