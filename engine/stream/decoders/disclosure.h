// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/stream/byte_source.h"

// What a file discloses of its making by a machine: in words, at most 256 bytes, empty if nothing. Known are
//  * tags of their own: AI_GENERATED and its like in TXXX frames, Vorbis comments and MP4 atoms, and AIGC, the label
//    of GB 45438-2025;
//  * IPTC's DigitalSourceType, in a tag, in XMP and in C2PA manifests, whose signatures are not checked;
//  * the comment with which a generator of songs signs its files.
// Whoever says "no" discloses nothing, and who says nothing may still be a machine.
namespace segue::stream {

// Of a tag by its name, whatever the case and whatever stands between the words.
std::string disclosure_of_tag(std::string_view name, std::string_view value);
// Of the bytes of an XMP packet or a C2PA manifest: the term of IPTC's vocabulary in them.
std::string disclosure_of_block(std::string_view bytes);
// Of an ID3v2 frame whose content lies at `offset`.
std::string disclosure_of_frame(ByteSource& source, std::string_view id, std::int64_t offset, std::int64_t size);
// Of boxes and chunks beside the sound that FFmpeg does not show, of an MP4 ("mov") or WAV file that begins at `base`.
// Of a remote file those that are there already: nobody waits for a disclosure.
std::string read_disclosure(ByteSource& source, std::int64_t base, std::string_view format_name);

}  // namespace segue::stream
