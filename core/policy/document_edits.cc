#include "core/policy/document_edits.h"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace callgate::policy {
namespace {

template <std::size_t kCount>
bool IsOneOf(const std::array<std::string_view, kCount>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Objects whose keys are names that the author chose.
constexpr std::array<std::string_view, 4> kMaps = {"arguments", "properties", "argument_patterns",
                                                   "subcommand_allowlist"};
// Schemas with a place of their own.
constexpr std::array<std::string_view, 5> kBelow = {
    "other_arguments", "items", "additionalProperties", "propertyNames", "operands"};
// Lists that may also be one text.
constexpr std::array<std::string_view, 2> kLists = {"tool_pattern", "type"};
// Lists that say the same where they are absent and where they are empty.
constexpr std::array<std::string_view, 6> kEmptyWhereAbsent = {
    "except",           "free_arguments",    "path_arguments",
    "domain_arguments", "command_arguments", "options"};
// Compared as one value.
constexpr std::array<std::string_view, 2> kWhole = {"rate_limit", "words"};
// What a URL's list of schemes says where it is absent.
constexpr std::string_view kDefaultSchemes = R"(["https"])";

class Comparison {
 public:
  Comparison(json::Value before, json::Value after) { Objects("", before, after); }

  std::vector<Edit> Take() && { return std::move(edits_); }

 private:
  struct Place {
    std::string keyword;
    std::string argument;
    JsonPath before;
    JsonPath after;
  };

  void Values(json::Value before, json::Value after) {
    if (TextOf(before) == TextOf(after)) return;
    const bool lists = before.is_array() || after.is_array() || IsOneOf(kLists, place_.keyword);
    if (IsOneOf(kWhole, place_.keyword)) {
      Append(before, after);
    } else if (before.is_object() && after.is_object()) {
      const std::string keyword = place_.keyword;
      if (IsOneOf(kBelow, keyword)) Descend(keyword);
      Objects(keyword, before, after);
    } else if (place_.keyword == "operands" && before.is_array() && after.is_array() &&
               before.size() == after.size()) {
      InOrder(before, after);
    } else if (lists && place_.keyword != "operands" && !before.is_object() && !after.is_object()) {
      Lists(before, after);
    } else {
      Append(before, after);
    }
  }

  // REQUIRES: `keyword` is no view of the place, which moves on to each member.
  void Objects(std::string_view keyword, json::Value before, json::Value after) {
    const bool constants = !IsOneOf(kMaps, keyword) && Constants(before, after);
    const auto is_done = [&](std::string_view key) {
      return constants && (key == "const" || key == "enum");
    };
    for (const json::Member member : before.members()) {
      if (is_done(member.key)) continue;
      const auto other = after.Find(member.key);
      AtMember(keyword, member.key, member.value, other);
    }
    for (const json::Member member : after.members()) {
      if (is_done(member.key)) continue;
      if (!before.Find(member.key)) AtMember(keyword, member.key, std::nullopt, member.value);
    }
  }

  // A `const` is an `enum` of one. False where not one of the two schemas has the one and one the
  // other.
  bool Constants(json::Value before, json::Value after) {
    const auto value = before.Find(before.Find("const") ? "const" : "enum");
    const auto other = after.Find(after.Find("const") ? "const" : "enum");
    if (!value || !other || value->is_array() == other->is_array()) return false;
    const Place outer = place_;
    place_.keyword = "enum";
    place_.before.emplace_back(std::string(value->is_array() ? "enum" : "const"));
    place_.after.emplace_back(std::string(other->is_array() ? "enum" : "const"));
    Lists(*value, *other);
    place_ = outer;
    return true;
  }

  void AtMember(std::string_view keyword, std::string_view key,
                const std::optional<json::Value>& before, const std::optional<json::Value>& after) {
    const Place outer = place_;
    // Within a schema its keywords follow; a pattern or a list of subcommands is the map's.
    const bool is_schema = keyword == "arguments" || keyword == "properties";
    if (IsOneOf(kMaps, keyword)) {
      Descend(key);
    } else {
      place_.keyword = key;
    }
    place_.before.emplace_back(std::string(key));
    place_.after.emplace_back(std::string(key));
    if (!before || !after) {
      const json::Value one = before ? *before : *after;
      if (IsOneOf(kEmptyWhereAbsent, key) && one.is_array()) {
        for (const json::Value entry : one.elements()) AppendEntry(entry, before.has_value());
      } else if (keyword == "url" && key == "schemes" && one.is_array()) {
        const json::Document schemes = std::move(*json::Parse(kDefaultSchemes));
        Lists(before.value_or(schemes.root()), after.value_or(schemes.root()));
      } else {
        Append(before, after);
      }
    } else if (is_schema) {
      Objects("", *before, *after);
    } else {
      Values(*before, *after);
    }
    place_ = outer;
  }

  void Descend(std::string_view name) {
    if (!place_.argument.empty()) place_.argument += '.';
    place_.argument += name;
  }

  void InOrder(json::Value before, json::Value after) {
    std::size_t i = 0;
    auto other = after.elements().begin();
    for (const json::Value element : before.elements()) {
      Elements(i, element, i, *other);
      ++i;
      ++other;
    }
  }

  void Elements(std::size_t i, json::Value before, std::size_t j, json::Value after) {
    const Place outer = place_;
    place_.before.emplace_back(i);
    place_.after.emplace_back(j);
    Values(before, after);
    place_ = outer;
  }

  struct Element {
    std::size_t at;
    json::Value value;
  };

  // What stands alone is read as a list of one.
  static std::vector<Element> ElementsOf(json::Value value) {
    if (!value.is_array()) return {{0, value}};
    std::vector<Element> elements;
    for (const json::Value element : value.elements())
      elements.push_back({elements.size(), element});
    return elements;
  }

  // Those of `list` that `other` has not, as often as it has them.
  static std::vector<Element> Without(const std::vector<Element>& list,
                                      const std::vector<Element>& other) {
    std::unordered_map<std::string, std::size_t> count;
    for (const Element& element : other) ++count[TextOf(element.value)];
    std::vector<Element> left;
    for (const Element& element : list) {
      const auto found = count.find(TextOf(element.value));
      if (found == count.end() || found->second == 0) {
        left.push_back(element);
      } else {
        --found->second;
      }
    }
    return left;
  }

  void Lists(json::Value before, json::Value after) {
    const std::vector<Element> old_list = ElementsOf(before);
    const std::vector<Element> new_list = ElementsOf(after);
    std::vector<Element> removed = Without(old_list, new_list);
    std::vector<Element> added = Without(new_list, old_list);
    if (before.is_array() && after.is_array()) {
      std::erase_if(removed, [&](const Element& element) {
        if (!element.value.is_object()) return false;
        const auto version = std::find_if(added.begin(), added.end(), [&](const Element& other) {
          return AreVersions(element.value, other.value);
        });
        if (version == added.end()) return false;
        Elements(element.at, element.value, version->at, version->value);
        added.erase(version);
        return true;
      });
    }
    for (const Element& element : removed) AppendEntry(element.value, true);
    for (const Element& element : added) AppendEntry(element.value, false);
  }

  // Two objects of a list that say different things of the same.
  static bool AreVersions(json::Value before, json::Value after) {
    if (!before.is_object() || !after.is_object()) return false;
    const auto words = before.Find("words");
    const auto other = after.Find("words");
    if (words || other) return words && other && TextOf(*words) == TextOf(*other);
    if (before.size() == 0 || after.size() == 0) return false;
    return (*before.members().begin()).key == (*after.members().begin()).key;
  }

  void AppendEntry(json::Value entry, bool removed) {
    Edit edit = At();
    (removed ? edit.before : edit.after) = ShownText(entry);
    edit.is_entry = true;
    edit.entry = TextOf(entry);
    edits_.push_back(std::move(edit));
  }

  void Append(const std::optional<json::Value>& before, const std::optional<json::Value>& after) {
    Edit edit = At();
    if (before) edit.before = Shown(*before);
    if (after) edit.after = Shown(*after);
    edits_.push_back(std::move(edit));
  }

  std::string Shown(json::Value value) const {
    const auto calls = value.Find("calls");
    const auto seconds = value.Find("per_seconds");
    if (place_.keyword != "rate_limit" || !calls || !seconds) return ShownText(value);
    return TextOf(*calls) + " calls in " + TextOf(*seconds) + " s";
  }

  Edit At() const {
    return {place_.keyword, place_.argument, {}, {}, place_.before, place_.after, false, {}};
  }

  Place place_;
  std::vector<Edit> edits_;
};

}  // namespace

std::vector<Edit> CompareCapabilities(json::Value before, json::Value after) {
  return Comparison(before, after).Take();
}

}  // namespace callgate::policy
