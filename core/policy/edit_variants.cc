#include "core/policy/edit_variants.h"

namespace callgate::policy {
namespace {

bool IsConst(const JsonPath& path) {
  return !path.empty() && path.back() == JsonStep(std::string("const"));
}

// `to` with what `from` has at the place.
std::optional<Variant> WithValue(const EditPlace& from, const EditPlace& to) {
  const auto value = FindAt(from.document, from.path);
  return Variant::Of(to.document, to.path, value ? std::optional(TextOf(*value)) : std::nullopt);
}

// The list with one entry more or less.
std::optional<Variant> WithEdited(const Edit& edit, bool adds, const EditPlace& place) {
  const auto list = FindAt(place.document, place.path);
  if (adds && !list) return Variant::Of(place.document, place.path, "[" + edit.entry + "]");
  if (!list || !list->is_array()) return std::nullopt;
  return Variant::Of(place.document, place.path,
                     adds ? WithEntry(*list, edit.entry) : WithoutEntry(*list, edit.entry));
}

}  // namespace

bool AllowsByItself(std::string_view keyword) noexcept {
  return keyword.ends_with("_allowlist") || keyword == "allow" || keyword == "then" ||
         keyword == "enum" || keyword == "type" || keyword == "schemes";
}

std::optional<Variant> OfEditAlone(const Edit& edit, bool gained, const EditPlace& outer,
                                   const EditPlace& own) {
  if (!edit.is_entry) return WithValue(own, outer);
  if (AllowsByItself(edit.keyword)) return OfEntryAlone(edit, outer);
  return WithEdited(edit, gained, outer);
}

std::optional<Variant> OfEditUndone(const Edit& edit, bool gained, const EditPlace& outer,
                                    const EditPlace& own) {
  return edit.is_entry ? WithEdited(edit, !gained, own) : WithValue(outer, own);
}

std::string WithEntryAt(json::Value capability, const JsonPath& path, const std::string& entry) {
  const auto list = FindAt(capability, path);
  const bool is_list = list && list->is_array();
  return WithReplaced(capability, path, is_list ? WithEntry(*list, entry) : "[" + entry + "]");
}

std::optional<Variant> OfEntryAlone(const Edit& edit, const EditPlace& own) {
  return Variant::Of(own.document, own.path,
                     IsConst(own.path) ? edit.entry : "[" + edit.entry + "]");
}

std::optional<Variant> OfWholeArgument(const EditPlace& from, const EditPlace& to) {
  if (from.path.size() <= 2 || from.path[0] != JsonStep(std::string("arguments"))) {
    return std::nullopt;
  }
  const JsonPath from_path(from.path.begin(), from.path.begin() + 2);
  const JsonPath to_path(to.path.begin(), to.path.begin() + 2);
  return WithValue({from.capability, from.document, from_path},
                   {to.capability, to.document, to_path});
}

}  // namespace callgate::policy
