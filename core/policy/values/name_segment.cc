#include "core/policy/values/name_segment.h"

#include "core/base/ascii.h"

namespace callgate::policy {
namespace {

std::string_view WithoutEnd(std::string_view text) noexcept {
  while (text.ends_with('.') || text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool EndsWithIgnoringCase(std::string_view text, std::string_view lower) noexcept {
  return text.size() >= lower.size() &&
         base::EqualsIgnoringCase(text.substr(text.size() - lower.size()), lower);
}

std::string Folded(std::string_view text) {
  FoldBuffer buffer;
  AppendFolded(text, buffer);
  return {buffer.data(), buffer.size()};
}

}  // namespace

NameSegment::NameSegment(std::string_view segment) : text_(segment.substr(0, segment.find(':'))) {
  if (!IsAscii(text_)) {
    AppendFolded(text_, buffer_);
    text_ = {buffer_.data(), buffer_.size()};
  }
  text_ = WithoutEnd(text_);
}

std::optional<SegmentName> SegmentName::Parse(std::string_view text) {
  SegmentName name;
  name.text_ = text;
  if (text.starts_with('*')) {
    name.star_ = Star::kFirst;
  } else if (text.ends_with('*')) {
    name.star_ = Star::kLast;
  }
  const std::string_view literal = name.literal();
  if (literal.empty() || literal.find('*') != std::string_view::npos) return std::nullopt;
  if (!IsNormalSegment(name.Sample("x"))) return std::nullopt;
  if (literal.find(':') != std::string_view::npos) return name;
  name.folded_ = Folded(literal);
  // What a `*` at the end stands for may follow a dot.
  if (name.star_ != Star::kLast) name.folded_ = WithoutEnd(name.folded_);
  if (name.star_ != Star::kFirst && name.folded_.starts_with('.')) {
    name.short_.emplace(name.folded_, name.star_ == Star::kLast);
  }
  return name;
}

std::string_view SegmentName::literal() const noexcept {
  std::string_view literal = text_;
  if (star_ == Star::kFirst) literal.remove_prefix(1);
  if (star_ == Star::kLast) literal.remove_suffix(1);
  return literal;
}

bool SegmentName::Matches(const NameSegment& segment) const noexcept {
  return MatchesLong(segment) || (short_ && short_->Hold(segment.text()));
}

bool SegmentName::MatchesLong(const NameSegment& segment) const noexcept {
  switch (star_) {
    case Star::kFirst:
      return EndsWithIgnoringCase(segment.text(), folded_);
    case Star::kLast:
      return base::StartsWithIgnoringCase(segment.text(), folded_);
    case Star::kNone:
      return base::EqualsIgnoringCase(segment.text(), folded_);
  }
  return false;
}

bool SegmentName::MatchesBytes(std::string_view segment) const noexcept {
  switch (star_) {
    case Star::kFirst:
      return segment.ends_with(literal());
    case Star::kLast:
      return segment.starts_with(literal());
    case Star::kNone:
      return segment == text_;
  }
  return false;
}

bool SegmentName::IsWithin(const SegmentName& outer) const noexcept {
  switch (outer.star_) {
    case Star::kNone:
      return star_ == Star::kNone && folded_ == outer.folded_;
    case Star::kLast:
      // Then the short names of what begins so are among those of what begins like `outer`.
      return star_ != Star::kFirst && folded_.starts_with(outer.folded_);
    case Star::kFirst:
      return star_ != Star::kLast && !short_ && folded_.ends_with(outer.folded_);
  }
  return false;
}

bool SegmentName::AreBytesWithin(const SegmentName& outer) const noexcept {
  switch (outer.star_) {
    case Star::kNone:
      return text_ == outer.text_;
    case Star::kLast:
      return star_ != Star::kFirst && literal().starts_with(outer.literal());
    case Star::kFirst:
      return star_ != Star::kLast && literal().ends_with(outer.literal());
  }
  return false;
}

bool SegmentName::IsFoldedWithin(const SegmentName& outer) const {
  // What a `*` stands for may hold a colon, or join with what is beside it.
  return star_ == Star::kNone && outer.MatchesLong(NameSegment(text_));
}

std::string SegmentName::Sample(std::string_view fresh) const {
  std::string sample(literal());
  if (star_ == Star::kFirst) sample.insert(0, fresh);
  if (star_ == Star::kLast) sample += fresh;
  return sample;
}

}  // namespace callgate::policy
