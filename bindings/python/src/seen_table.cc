#include "callgate/seen_table.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "border.h"
#include "topics.h"

namespace callgate::python {
namespace {

// 64 lower-case hexadecimal digits.
Sha256Digest DigestFromHex(py::handle text, const char* name) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const Input input(text, name, Accept::kText);
  const std::string_view hex = input.view();
  Sha256Digest digest;
  if (hex.size() != 2 * digest.size() || hex.find_first_not_of(kDigits) != hex.npos) {
    throw py::value_error(std::string(name) + " must be 64 lower-case hexadecimal digits");
  }
  for (std::size_t i = 0; i < digest.size(); ++i) {
    digest[i] =
        static_cast<std::uint8_t>(kDigits.find(hex[2 * i]) << 4 | kDigits.find(hex[2 * i + 1]));
  }
  return digest;
}

py::str Insert(SeenTable& table, py::handle key, py::handle bucket, long long expires_at_ms,
               long long now_ms) {
  const ReplayClaim claim{DigestFromHex(key, "key"), DigestFromHex(bucket, "bucket"),
                          TimeFrom(expires_at_ms)};
  switch (table.Insert(claim, TimeFrom(now_ms))) {
    case SeenStatus::kInserted:
      return "inserted";
    case SeenStatus::kSeen:
      return "seen";
    case SeenStatus::kFull:
      return "full";
  }
  return "full";
}

}  // namespace

void RegisterSeenTable(py::module_& module) {
  py::class_<SeenTable>(module, "SeenTable", py::is_final())
      .def(py::init<std::size_t, std::size_t>(), py::arg("max_entries") = 1'000'000,
           py::arg("max_per_bucket") = 1'000'000)
      .def("insert", &Insert, py::arg("key"), py::arg("bucket"), py::arg("expires_at_ms"),
           py::arg("now_ms"))
      .def("__len__", &SeenTable::size)
      .def_property_readonly("memory_bytes", &SeenTable::memory_bytes);
}

}  // namespace callgate::python
