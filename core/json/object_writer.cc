#include "core/json/object_writer.h"

#include <algorithm>

#include "callgate/json.h"
#include "core/json/plain_text.h"

namespace callgate::json {

std::string& ObjectWriter::Raw(std::string_view key) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  // Nearly every key is a short word: a string that nothing has to be escaped in.
  if (std::ranges::all_of(key, IsPlain)) {
    out_ += '"';
    out_ += key;
    out_ += "\":";
    return out_;
  }
  AppendString(key, out_);
  out_ += ':';
  return out_;
}

void ObjectWriter::Text(std::string_view key, std::string_view value) {
  AppendString(value, Raw(key));
}

void ObjectWriter::Integer(std::string_view key, std::int64_t value) {
  Raw(key) += std::to_string(value);
}

void ObjectWriter::Flag(std::string_view key, bool value) { Raw(key) += value ? "true" : "false"; }

void ObjectWriter::Null(std::string_view key) { Raw(key) += "null"; }

}  // namespace callgate::json
