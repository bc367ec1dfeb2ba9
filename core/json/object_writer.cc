#include "core/json/object_writer.h"

#include "callgate/json.h"

namespace callgate::json {

std::string& ObjectWriter::Raw(Key key) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  if (key.is_plain()) {
    out_ += '"';
    out_ += key.text();
    out_ += "\":";
  } else {
    AppendString(key.text(), out_);
    out_ += ':';
  }
  return out_;
}

void ObjectWriter::Text(Key key, std::string_view value) { AppendString(value, Raw(key)); }

void ObjectWriter::Integer(Key key, std::int64_t value) { Raw(key) += std::to_string(value); }

void ObjectWriter::Flag(Key key, bool value) { Raw(key) += value ? "true" : "false"; }

void ObjectWriter::Null(Key key) { Raw(key) += "null"; }

}  // namespace callgate::json
