#include "core/policy/model/source_position.h"

namespace callgate::policy {

std::string Where(std::string_view file, std::uint32_t line, std::uint32_t column) {
  std::string where(file.empty() ? std::string_view("policy") : file);
  where.append(":").append(std::to_string(line));
  where.append(":").append(std::to_string(column));
  return where;
}

}  // namespace callgate::policy
