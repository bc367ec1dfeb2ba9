#include "callgate/json.h"

#include <algorithm>
#include <mutex>
#include <string>
#include <vector>

#include "border.h"
#include "callgate/result_meter.h"
#include "callgate/scan.h"
#include "callgate/split_object.h"
#include "errors.h"
#include "topics.h"

namespace callgate::python {
namespace {

py::bytes Canonicalize(py::handle text) {
  const Input input(text, "text");
  auto canonical =
      WithoutGilWhenLarge(input.view().size(), [&] { return json::Canonicalize(input.view()); });
  return Bytes(Take(Raises::kJson, std::move(canonical)));
}

// A caller who allows more bytes than the limit means as many more values.
Limits WithMaxBytes(long long max_bytes) {
  Limits limits;
  if (max_bytes < 0) {
    Raise(Raises::kCallgate,
          {ErrorCode::kInvalidArgument, "max_bytes must not be negative", "max_bytes"});
  }
  const auto bytes = static_cast<std::size_t>(max_bytes);
  limits.max_json_nodes =
      std::max(limits.max_json_nodes, bytes / (limits.max_json_bytes / limits.max_json_nodes));
  limits.max_json_bytes = bytes;
  return limits;
}

py::dict SplitObject(py::handle text, long long max_bytes) {
  const Input input(text, "text");
  const Limits limits = WithMaxBytes(max_bytes);
  const std::vector<json::MemberText> members = Take(
      Raises::kJson, WithoutGilWhenLarge(input.view().size(),
                                         [&] { return json::SplitObject(input.view(), limits); }));
  py::dict split;
  for (const json::MemberText& member : members) split[Text(member.key)] = Bytes(member.value);
  return split;
}

py::bytes CompactText(py::handle text) {
  const Input input(text, "text", Accept::kBytes);
  return Bytes(
      WithoutGilWhenLarge(input.view().size(), [&] { return json::CompactText(input.view()); }));
}

py::tuple Place(const json::ValueSlice& slice) {
  return py::make_tuple(slice.begin, slice.end, slice.compact_bytes);
}

py::dict FindMembers(py::handle text, const std::vector<std::string>& keys) {
  const Input input(text, "text", Accept::kBytes);
  const std::vector<std::string_view> names(keys.begin(), keys.end());
  const auto slices = Take(Raises::kJson, WithoutGilWhenLarge(input.view().size(), [&] {
                             return json::FindMembers(input.view(), names);
                           }));
  py::dict found;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (slices[i]) found[Text(keys[i])] = Place(*slices[i]);
  }
  return found;
}

py::list FindElements(py::handle text, std::size_t max_elements) {
  const Input input(text, "text", Accept::kBytes);
  const auto slices = Take(Raises::kJson, WithoutGilWhenLarge(input.view().size(), [&] {
                             return json::FindElements(input.view(), max_elements);
                           }));
  py::list found;
  for (const json::ValueSlice& slice : slices) found.append(Place(slice));
  return found;
}

// A json::ResultMeter that threads may share.
class MeterHandle {
 public:
  explicit MeterHandle(std::uint64_t limit) : meter_(limit) {}

  void Feed(py::handle chunk) {
    const Input input(chunk, "chunk", Accept::kBytes);
    WithoutGilWhenLarge(input.view().size(), [&] {
      const std::lock_guard lock(mutex_);
      meter_.Feed(input.view());
    });
  }
  std::uint64_t compact_bytes() {
    const std::lock_guard lock(mutex_);
    return meter_.compact_bytes();
  }
  bool exceeded() {
    const std::lock_guard lock(mutex_);
    return meter_.exceeded();
  }

 private:
  std::mutex mutex_;
  json::ResultMeter meter_;
};

// A json::IdScanner that threads may share.
class IdScannerHandle {
 public:
  void Feed(py::handle chunk) {
    const Input input(chunk, "chunk", Accept::kBytes);
    WithoutGilWhenLarge(input.view().size(), [&] {
      const std::lock_guard lock(mutex_);
      scanner_.Feed(input.view());
    });
  }
  py::object id() {
    const std::lock_guard lock(mutex_);
    if (scanner_.id().empty()) return py::none();
    return Bytes(scanner_.id());
  }

 private:
  std::mutex mutex_;
  json::IdScanner scanner_;
};

}  // namespace

void RegisterJson(py::module_& module) {
  module.def("canonicalize", &Canonicalize, py::arg("text"),
             "The RFC 8785 form of a JSON text, as bytes. Raises JsonError.");
  module.def("split_object", &SplitObject, py::arg("text"),
             py::arg("max_bytes") = static_cast<long long>(Limits{}.max_json_bytes),
             "The members of the one JSON object that a text is: key to compact value, numbers as "
             "written. Raises JsonError.");
  py::class_<MeterHandle>(module, "ResultMeter", py::is_final(),
                          "Counts the compact bytes of the member result as a message arrives.")
      .def(py::init<std::uint64_t>(), py::arg("limit"))
      .def("feed", &MeterHandle::Feed, py::arg("chunk"))
      .def_property_readonly("compact_bytes", &MeterHandle::compact_bytes)
      .def_property_readonly("exceeded", &MeterHandle::exceeded);
  module.def("compact_text", &CompactText, py::arg("text"),
             "The JSON text without white space outside strings, all else as it was written.");
  module.def("find_members", &FindMembers, py::arg("text"), py::arg("keys"),
             "Where the values of these members of the one JSON object stand: key to (begin, end, "
             "compact bytes). Raises JsonError.");
  module.def("find_elements", &FindElements, py::arg("text"), py::arg("max_elements"),
             "Where the elements of the one JSON array stand: (begin, end, compact bytes). Raises "
             "JsonError.");
  py::class_<IdScannerHandle>(module, "IdScanner", py::is_final(),
                              "Finds whose answer a message is as it arrives.")
      .def(py::init<>())
      .def("feed", &IdScannerHandle::Feed, py::arg("chunk"))
      .def_property_readonly("id", &IdScannerHandle::id);
}

}  // namespace callgate::python
