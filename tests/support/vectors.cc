#include "tests/support/vectors.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

namespace callgate::test {
namespace {

[[noreturn]] void Die(std::string_view what, std::string_view which) {
  std::cerr << "test vectors: " << what << ": " << which << std::endl;
  std::abort();
}

json::Document Read(std::string_view file) {
  Limits limits;
  limits.max_json_bytes = 64 << 20;
  limits.max_json_nodes = 4 << 20;
  Result<json::Document> document = json::Parse(ReadVectorFile(file), limits);
  if (!document) Die(document.error().message + " at " + document.error().where, file);
  return std::move(document).value();
}

int Nibble(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  Die("not lower-case hexadecimal", std::string(1, c));
}

}  // namespace

Vectors::Vectors(std::string_view file) : document_(Read(file)) {}

std::vector<json::Value> Vectors::Cases(std::string_view list) const& {
  const auto found = root().Find(list);
  if (!found || !found->is_array() || found->size() == 0) Die("no cases in the list", list);
  std::vector<json::Value> cases;
  for (json::Value value : found->elements()) cases.push_back(value);
  return cases;
}

std::optional<std::string> MaybeText(json::Value object, std::string_view key) {
  const auto member = object.Find(key);
  if (!member) return std::nullopt;
  if (!member->is_string()) Die("not a string", key);
  return std::string(member->string());
}

std::string Text(json::Value object, std::string_view key) {
  std::optional<std::string> text = MaybeText(object, key);
  if (!text) Die("missing", key);
  return *std::move(text);
}

std::string HexBytes(json::Value object, std::string_view key) {
  return FromHex(Text(object, key));
}

bool Flag(json::Value object, std::string_view key) {
  const auto member = object.Find(key);
  if (member && !member->is_bool()) Die("not true or false", key);
  return member && member->boolean();
}

std::string FromHex(std::string_view hex) {
  if (hex.size() % 2 != 0) Die("not hexadecimal", hex);
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(Nibble(hex[i]) << 4 | Nibble(hex[i + 1]));
  }
  return bytes;
}

std::string ToHex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) Die("cannot read", path);
  return text.str();
}

std::string ReadVectorFile(std::string_view file) {
  return ReadFile(std::string(CALLGATE_VECTORS) + "/" + std::string(file));
}

}  // namespace callgate::test
