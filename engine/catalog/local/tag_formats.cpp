// SPDX-License-Identifier: GPL-3.0-or-later
#include <taglib/aifffile.h>
#include <taglib/apefile.h>
#include <taglib/apetag.h>
#include <taglib/asffile.h>
#include <taglib/attachedpictureframe.h>
#include <taglib/flacfile.h>
#include <taglib/flacpicture.h>
#include <taglib/id3v2tag.h>
#include <taglib/mp4file.h>
#include <taglib/mpcfile.h>
#include <taglib/mpegfile.h>
#include <taglib/oggflacfile.h>
#include <taglib/opusfile.h>
#include <taglib/speexfile.h>
#include <taglib/trueaudiofile.h>
#include <taglib/vorbisfile.h>
#include <taglib/wavfile.h>
#include <taglib/wavpackfile.h>
#include <taglib/xiphcomment.h>

#include "engine/catalog/local/tag_file.h"

namespace segue::catalog {
namespace {

std::string bytes_of(const TagLib::ByteVector& vector) { return std::string(vector.data(), vector.size()); }

std::optional<std::string> picture_in(const TagLib::ID3v2::Tag* tag, bool wants_bytes) {
  if (tag == nullptr) return std::nullopt;
  const TagLib::ID3v2::AttachedPictureFrame* chosen = nullptr;
  for (const TagLib::ID3v2::Frame* frame : tag->frameList("APIC")) {
    const auto* picture = dynamic_cast<const TagLib::ID3v2::AttachedPictureFrame*>(frame);
    if (picture == nullptr || picture->picture().isEmpty()) continue;
    if (chosen == nullptr) chosen = picture;
    if (picture->type() == TagLib::ID3v2::AttachedPictureFrame::FrontCover) {
      chosen = picture;
      break;
    }
  }
  if (chosen == nullptr) return std::nullopt;
  return wants_bytes ? bytes_of(chosen->picture()) : std::string();
}

std::optional<std::string> picture_in(const TagLib::List<TagLib::FLAC::Picture*>& pictures, bool wants_bytes) {
  const TagLib::FLAC::Picture* chosen = nullptr;
  for (const TagLib::FLAC::Picture* picture : pictures) {
    if (picture->data().isEmpty()) continue;
    if (chosen == nullptr) chosen = picture;
    if (picture->type() == TagLib::FLAC::Picture::FrontCover) {
      chosen = picture;
      break;
    }
  }
  if (chosen == nullptr) return std::nullopt;
  return wants_bytes ? bytes_of(chosen->data()) : std::string();
}

std::optional<std::string> picture_in(const TagLib::MP4::Tag* tag, bool wants_bytes) {
  if (tag == nullptr || !tag->contains("covr")) return std::nullopt;
  const TagLib::MP4::CoverArtList pictures = tag->item("covr").toCoverArtList();
  if (pictures.isEmpty() || pictures.front().data().isEmpty()) return std::nullopt;
  return wants_bytes ? bytes_of(pictures.front().data()) : std::string();
}

std::optional<std::string> picture_in(const TagLib::ASF::Tag* tag, bool wants_bytes) {
  if (tag == nullptr) return std::nullopt;
  const TagLib::ASF::AttributeList pictures = tag->attribute("WM/Picture");
  if (pictures.isEmpty()) return std::nullopt;
  const TagLib::ByteVector bytes = pictures.front().toPicture().picture();
  if (bytes.isEmpty()) return std::nullopt;
  return wants_bytes ? bytes_of(bytes) : std::string();
}

// An APE item is the picture's file name, a NUL and its bytes.
std::optional<std::string> picture_in(const TagLib::APE::Tag* tag, bool wants_bytes) {
  if (tag == nullptr) return std::nullopt;
  const TagLib::APE::ItemListMap& items = tag->itemListMap();
  const auto found = items.find("COVER ART (FRONT)");
  if (found == items.end()) return std::nullopt;
  const TagLib::ByteVector bytes = found->second.binaryData();
  const int nul = bytes.find('\0');
  if (nul < 0) return std::nullopt;
  return wants_bytes ? bytes_of(bytes.mid(static_cast<unsigned>(nul) + 1)) : std::string();
}

template <typename Type>
Type* as(TagLib::File& file) {
  return dynamic_cast<Type*>(&file);
}

}  // namespace

std::optional<std::string> picture_in(TagLib::File& file, bool wants_bytes) {
  namespace T = TagLib;
  if (auto* mpeg = as<T::MPEG::File>(file)) {
    return picture_in(mpeg->hasID3v2Tag() ? mpeg->ID3v2Tag() : nullptr, wants_bytes);
  }
  if (auto* flac = as<T::FLAC::File>(file)) return picture_in(flac->pictureList(), wants_bytes);
  if (auto* mp4 = as<T::MP4::File>(file)) return picture_in(mp4->tag(), wants_bytes);
  if (auto* wav = as<T::RIFF::WAV::File>(file)) return picture_in(wav->ID3v2Tag(), wants_bytes);
  if (auto* aiff = as<T::RIFF::AIFF::File>(file)) return picture_in(aiff->tag(), wants_bytes);
  if (auto* asf = as<T::ASF::File>(file)) return picture_in(asf->tag(), wants_bytes);
  if (auto* ape = as<T::APE::File>(file)) {
    return picture_in(ape->hasAPETag() ? ape->APETag() : nullptr, wants_bytes);
  }
  if (auto* wavpack = as<T::WavPack::File>(file)) {
    return picture_in(wavpack->hasAPETag() ? wavpack->APETag() : nullptr, wants_bytes);
  }
  if (auto* mpc = as<T::MPC::File>(file)) {
    return picture_in(mpc->hasAPETag() ? mpc->APETag() : nullptr, wants_bytes);
  }
  if (auto* xiph = dynamic_cast<T::Ogg::XiphComment*>(file.tag())) return picture_in(xiph->pictureList(), wants_bytes);
  return std::nullopt;
}

std::string codec_of(TagLib::File& file) {
  namespace T = TagLib;
  if (auto* mpeg = as<T::MPEG::File>(file)) {
    const int layer = mpeg->audioProperties() == nullptr ? 3 : mpeg->audioProperties()->layer();
    return layer == 1 ? "mp1" : layer == 2 ? "mp2" : "mp3";
  }
  if (as<T::FLAC::File>(file) != nullptr || as<T::Ogg::FLAC::File>(file) != nullptr) return "flac";
  if (as<T::Ogg::Vorbis::File>(file) != nullptr) return "vorbis";
  if (as<T::Ogg::Opus::File>(file) != nullptr) return "opus";
  if (as<T::Ogg::Speex::File>(file) != nullptr) return "speex";
  if (auto* mp4 = as<T::MP4::File>(file)) {
    const auto* properties = mp4->audioProperties();
    return properties != nullptr && properties->codec() == T::MP4::Properties::ALAC ? "alac" : "aac";
  }
  if (as<T::RIFF::WAV::File>(file) != nullptr) return "wav";
  if (as<T::RIFF::AIFF::File>(file) != nullptr) return "aiff";
  if (as<T::WavPack::File>(file) != nullptr) return "wavpack";
  if (as<T::APE::File>(file) != nullptr) return "ape";
  if (as<T::MPC::File>(file) != nullptr) return "musepack";
  if (as<T::ASF::File>(file) != nullptr) return "wma";
  if (as<T::TrueAudio::File>(file) != nullptr) return "tta";
  return "";
}

int bits_of(TagLib::File& file) {
  namespace T = TagLib;
  const auto bits = [](const auto* properties) { return properties == nullptr ? 0 : properties->bitsPerSample(); };
  if (auto* flac = as<T::FLAC::File>(file)) return bits(flac->audioProperties());
  if (auto* ogg = as<T::Ogg::FLAC::File>(file)) return bits(ogg->audioProperties());
  if (auto* wav = as<T::RIFF::WAV::File>(file)) return bits(wav->audioProperties());
  if (auto* aiff = as<T::RIFF::AIFF::File>(file)) return bits(aiff->audioProperties());
  if (auto* wavpack = as<T::WavPack::File>(file)) return bits(wavpack->audioProperties());
  if (auto* ape = as<T::APE::File>(file)) return bits(ape->audioProperties());
  if (auto* tta = as<T::TrueAudio::File>(file)) return bits(tta->audioProperties());
  if (auto* mp4 = as<T::MP4::File>(file)) return codec_of(*mp4) == "alac" ? bits(mp4->audioProperties()) : 0;
  return 0;
}

}  // namespace segue::catalog
