// What callgate.audit writes: the fields of events and outcomes, and redaction.
#include "callgate/audit.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "border.h"
#include "decision.h"
#include "errors.h"
#include "topics.h"

namespace callgate::python {
namespace {

// The UTF-8 of a `str`, with what UTF-8 cannot hold escaped; None stays.
std::optional<std::string> TextOption(py::handle text, const char* name) {
  if (text.is_none()) return std::nullopt;
  if (!PyUnicode_Check(text.ptr())) {
    throw py::type_error(std::string(name) + " must be str or None");
  }
  PyObject* const bytes = PyUnicode_AsEncodedString(text.ptr(), "utf-8", "backslashreplace");
  if (bytes == nullptr) throw py::error_already_set();
  return std::string(py::reinterpret_steal<py::bytes>(bytes));
}

// The texts of AuditSubject, in its order, for as long as it is used.
class SubjectInput {
 public:
  explicit SubjectInput(py::handle subject) {
    if (subject.is_none()) return;
    if (!py::isinstance<py::tuple>(subject) || py::len(subject) != texts_.size()) {
      throw py::type_error("subject must be None or a tuple of 8");
    }
    const auto items = py::reinterpret_borrow<py::tuple>(subject);
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      texts_[i] = TextOption(items[i], "subject").value_or("");
    }
  }

  [[nodiscard]] AuditSubject view() const {
    return {.name = texts_[0],
            .source = texts_[1],
            .entity = texts_[2],
            .spiffe_id = texts_[3],
            .certificate_sha256 = texts_[4],
            .attestation_issuer = texts_[5],
            .attestation_subject = texts_[6],
            .trust_level = texts_[7]};
  }

 private:
  std::array<std::string, 8> texts_;
};

py::bytes Event(py::handle decided, const Redaction& redaction, py::handle trace_id,
                py::handle peer, py::handle subject) {
  const Decision& decision = DecisionOf(decided);
  const std::optional<std::string> trace = TextOption(trace_id, "trace_id");
  const std::optional<std::string> from = TextOption(peer, "peer");
  const SubjectInput who(subject);
  const std::string text = WithoutGilWhenLarge(decision.signed_payload().size(), [&] {
    return WriteAuditEvent(decision, redaction, trace, from, who.view());
  });
  return Bytes(text);
}

py::bytes Fields(py::handle json) {
  const Input input(json, "json", Accept::kBytes);
  return Bytes(Take(Raises::kJson, WriteAuditFields(input.view())));
}

py::bytes Outcome(std::uint64_t event, const std::string& outcome, py::handle result,
                  std::optional<double> milliseconds, const std::optional<std::string>& error,
                  std::optional<bool> dispatched) {
  AuditOutcome ended{.event = event,
                     .outcome = outcome,
                     .milliseconds = milliseconds,
                     .error = error,
                     .dispatched = dispatched};
  if (result.is_none()) return Bytes(WriteAuditOutcome(ended));
  const Input input(result, "result", Accept::kBytes);
  ended.result = input.view();
  return Bytes(WithoutGilWhenLarge(input.view().size(), [&] { return WriteAuditOutcome(ended); }));
}

std::string EventName(const std::string& code_name) {
  const auto code = CodeFromName(code_name);
  if (!code) throw py::value_error("there is no code of that name");
  return std::string(AuditEventName(AuditEventOf(*code)));
}

py::tuple Show(const Redaction& redaction, py::handle tool, py::handle payload) {
  const Input text(payload, "payload", Accept::kBytes);
  const std::string name = TextOption(tool, "tool").value_or("");
  const Redaction::Shown shown =
      WithoutGilWhenLarge(text.view().size(), [&] { return redaction.Show(name, text.view()); });
  py::list redacted;
  for (const std::string& place : shown.redacted) redacted.append(Text(place));
  return py::make_tuple(shown.is_whole, BytesOrNone(shown.arguments), py::tuple(redacted));
}

}  // namespace

void RegisterAudit(py::module_& module) {
  py::class_<Redaction>(module, "Redaction", py::is_final())
      .def(py::init(
               [](std::vector<std::string> keys, std::vector<std::string> tools, bool arguments) {
                 return Redaction(RedactionOptions{std::move(keys), std::move(tools), arguments});
               }),
           py::arg("keys"), py::arg("tools"), py::arg("arguments"))
      .def("show", &Show, py::arg("tool"), py::arg("payload"));
  module.attr("REDACTED_KEYS") = py::tuple(py::cast(Redaction::DefaultKeys()));
  module.def("audit_event", &Event, py::arg("decision"), py::arg("redaction"), py::arg("trace_id"),
             py::arg("peer"), py::arg("subject") = py::none());
  module.def("audit_fields", &Fields, py::arg("json"));
  module.def("audit_outcome", &Outcome, py::arg("event"), py::arg("outcome"), py::arg("result"),
             py::arg("milliseconds"), py::arg("error"), py::arg("dispatched"));
  module.def("audit_event_name", &EventName, py::arg("code_name"));
}

}  // namespace callgate::python
