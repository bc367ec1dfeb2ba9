#include "core/audit/bounded_json.h"

#include <algorithm>
#include <optional>

#include "core/audit/apart.h"
#include "core/audit/characters.h"
#include "core/audit/secret_text.h"
#include "core/json/object_writer.h"

namespace callgate::audit {
namespace {

constexpr std::size_t kExactDigits = 15;
constexpr double kLargestExact = 9007199254740991.0;
// How far behind the end of what is shown a secret that begins before it is looked for.
constexpr std::size_t kBehindEnd = 256;

bool IsOfToken(char c) {
  return IsDashed(c) || c == '.' || c == '+' || c == '/' || c == '=' || c == '~' || c == '%' ||
         c == ':' || c == '@';
}

std::string Cut(std::string_view text, std::size_t shown) {
  std::string cut(text.substr(0, shown));
  if (shown == text.size()) return cut;
  const auto missing = std::ranges::count_if(
      text.substr(shown), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
  return cut + "… (" + std::to_string(missing) + " more)";
}

class BoundedWriter {
 public:
  BoundedWriter(Secrets* secrets, std::string& out) : secrets_(secrets), out_(out) {}

  void Write(json::Value value, std::size_t depth) {
    if (secrets_ != nullptr && secrets_->left == 0) {
      out_ += "\"… (not shown)\"";
      return;
    }
    switch (value.kind()) {
      case json::Kind::kNull:
        out_ += "null";
        return;
      case json::Kind::kFalse:
        out_ += "false";
        return;
      case json::Kind::kTrue:
        out_ += "true";
        return;
      case json::Kind::kNumber:
        WriteNumber(value);
        return;
      case json::Kind::kString:
        WriteText(value.string());
        return;
      case json::Kind::kArray:
      case json::Kind::kObject:
        if (depth == kMaxDepth) {
          out_ += "\"… (too deep)\"";
        } else if (value.is_array()) {
          WriteArray(value, depth);
        } else {
          WriteObject(value, depth);
        }
        return;
    }
  }

 private:
  void WriteNumber(json::Value value) {
    const std::string_view digits = value.number();
    const auto number = value.number_as_double();
    if ((secrets_ == nullptr || digits.size() <= kExactDigits) && number &&
        *number >= -kLargestExact && *number <= kLargestExact) {
      if (const auto text = json::Canonicalize(value)) {
        out_ += *text;
        return;
      }
    }
    json::AppendString(CutText(digits), out_);
  }

  void WriteText(std::string_view text) {
    if (secrets_ != nullptr && IsSecret(text)) return Redact();
    json::AppendString(secrets_ != nullptr ? CutBeforeToken(text) : CutText(text), out_);
  }

  void Redact() {
    secrets_->redacted.push_back(place_);
    json::AppendString(kRedacted, out_);
  }

  void WriteArray(json::Value array, std::size_t depth) {
    std::vector<std::size_t> hidden;
    if (secrets_ != nullptr) hidden = SecretsOfCommand(array);
    if (is_named_pair_) hidden = {1};
    out_ += '[';
    std::size_t count = 0;
    for (const json::Value element : array.elements()) {
      if (count != 0) out_ += ',';
      if (count == kMaxItems) {
        out_ += "\"… (" + std::to_string(array.size() - kMaxItems) + " more)\"";
        break;
      }
      const std::size_t here = place_.size();
      place_ += '/' + std::to_string(count);
      if (std::ranges::find(hidden, count) != hidden.end()) {
        Redact();
      } else {
        is_named_pair_ = secrets_ != nullptr && IsNamedPair(element, secrets_->keys);
        Write(element, depth + 1);
      }
      is_named_pair_ = false;
      ++count;
      place_.resize(here);
    }
    out_ += ']';
  }

  void WriteObject(json::Value object, std::size_t depth) {
    std::size_t shown = kMaxItems;
    std::optional<Companions> companions;
    if (secrets_ != nullptr) {
      const auto looked_at = KeysWithoutSecret(object);
      // Which values belong to a secret among the keys cannot be told.
      if (!looked_at) return Redact();
      shown = *looked_at;
      companions.emplace(object, secrets_->keys);
    }
    json::ObjectWriter members(out_);
    std::size_t count = 0;
    for (const json::Member member : object.members()) {
      if (count++ == shown) {
        members.Text("…", std::to_string(object.size() - shown) + " more");
        break;
      }
      members.Raw(secrets_ != nullptr ? CutBeforeToken(member.key) : CutText(member.key));
      const std::size_t here = place_.size();
      AppendPlace(member.key);
      if (secrets_ != nullptr &&
          (secrets_->HidesValueOf(member.key) || companions->Hides(member))) {
        Redact();
      } else {
        Write(member.value, depth + 1);
      }
      place_.resize(here);
    }
    members.End();
  }

  // Looks at what is shown of `text`.
  bool IsSecret(std::string_view text) {
    const std::string_view seen = SearchedPart(text);
    secrets_->left -= std::min(secrets_->left, seen.size());
    return ShowsSecret(seen);
  }

  // How many members have keys that were looked at, or nothing where one of them is a secret.
  std::optional<std::size_t> KeysWithoutSecret(json::Value object) {
    std::size_t count = 0;
    for (const json::Member member : object.members()) {
      if (count == kMaxItems || secrets_->left == 0) break;
      if (IsSecret(member.key)) return std::nullopt;
      ++count;
    }
    return count;
  }

  // RFC 6901. Each place is kept with all of its keys, so a long one ends early.
  void AppendPlace(std::string_view key) {
    place_ += '/';
    if (place_.size() > kMaxText) {
      place_ += "…";
      return;
    }
    for (const char c : key.substr(0, SizeOf(key, kMaxText))) {
      if (c == '~') {
        place_ += "~0";
      } else if (c == '/') {
        place_ += "~1";
      } else {
        place_ += c;
      }
    }
  }

  Secrets* secrets_;
  std::string& out_;
  std::string place_;
  bool is_named_pair_ = false;  // what is written next
};

}  // namespace

Limits Unlimited(std::string_view text) {
  Limits limits;
  limits.max_json_bytes = limits.max_json_depth = limits.max_number_bytes = text.size() + 1;
  limits.max_json_nodes = text.size() + 1;
  return limits;
}

std::size_t SizeOf(std::string_view text, std::size_t characters) noexcept {
  if (text.size() <= characters) return text.size();
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    const bool is_continued = (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
    if (!is_continued && characters-- == 0) break;
  }
  return at;
}

std::string CutText(std::string_view text) { return Cut(text, SizeOf(text, kMaxText)); }

std::string CutBeforeToken(std::string_view text) {
  const std::size_t shown = SizeOf(text, kMaxText);
  if (shown == text.size() || !IsOfToken(text[shown])) return Cut(text, shown);
  std::size_t begin = shown;
  while (begin > 0 && shown - begin < kBehindEnd && IsOfToken(text[begin - 1])) --begin;
  // What is longer is told by what is shown of it.
  return Cut(text, shown - begin < kBehindEnd ? begin : shown);
}

std::string_view SearchedPart(std::string_view text) noexcept {
  return text.substr(0, SizeOf(text, kMaxText) + kBehindEnd);
}

void AppendBounded(json::Value value, Secrets* secrets, std::string& out) {
  BoundedWriter(secrets, out).Write(value, 0);
}

}  // namespace callgate::audit
