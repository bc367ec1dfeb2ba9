// The audit event of a call that was allowed, straight from the decision and the envelope: what
// callgate.audit.events otherwise puts together from some twenty Python values, at every call.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "border.h"
#include "callgate/crypto.h"
#include "callgate/json.h"
#include "callgate/limits.h"
#include "callgate/split_object.h"
#include "decision.h"
#include "topics.h"

namespace callgate::python {
namespace {

// RFC 8785 text of an object. Members are put in the order of their names.
class Fields {
 public:
  // In bytes. No text is longer but the payload, which its caller bounds.
  explicit Fields(std::size_t max_text) : max_text_(max_text) { text_.reserve(2048); }

  void Raw(std::string_view name, std::string_view json) {
    Name(name);
    text_ += json;
  }
  void Whole(std::string_view name, std::string_view value) {
    Name(name);
    json::AppendString(value, text_);
  }
  void Text(std::string_view name, std::string_view value) {
    too_long_ |= value.size() > max_text_;
    Whole(name, value);
  }
  // What is empty does not apply, and is absent.
  void Known(std::string_view name, std::string_view value) {
    if (!value.empty()) Text(name, value);
  }
  bool too_long() const noexcept { return too_long_; }
  std::string_view Finish() {
    text_ += '}';
    return text_;
  }

 private:
  void Name(std::string_view name) {
    text_ += text_.empty() ? "{\"" : ",\"";
    text_ += name;
    text_ += "\":";
  }

  std::size_t max_text_;
  std::string text_;
  bool too_long_ = false;
};

// What the envelope says of itself. Views into its members.
struct Signed {
  std::string_view payload, timestamp, token;
};

std::string_view WithoutQuotes(std::string_view json) {
  return json.size() < 2 ? json : json.substr(1, json.size() - 2);
}

std::optional<Signed> SignedIn(const std::vector<json::MemberText>& members) {
  Signed found;
  for (const json::MemberText& member : members) {
    if (member.key == "payload") found.payload = member.value;
    if (member.key == "timestamp") found.timestamp = WithoutQuotes(member.value);
    if (member.key == "security_token") found.token = WithoutQuotes(member.value);
  }
  if (found.payload.empty() || found.timestamp.empty() || found.token.empty()) return std::nullopt;
  return found;
}

std::string Hex(const Sha256Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * digest.size());
  for (const std::uint8_t byte : digest) {
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

// A number that RFC 8785 writes as it stands, or a text without escapes.
bool IsPlainId(std::string_view json) {
  if (json.starts_with('"')) return json.find('\\') == std::string_view::npos;
  return !json.empty() && json.size() <= 15 && json.find_first_not_of("0123456789") == json.npos;
}

// The UTF-8 of a `str`, or of None; false where it has none.
bool View(py::handle text, std::optional<std::string_view>& view) {
  if (text.is_none()) return true;
  if (!PyUnicode_Check(text.ptr())) throw py::type_error("trace_id and peer must be str or None");
  Py_ssize_t size = 0;
  const char* const bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();  // a lone surrogate
    return false;
  }
  view.emplace(bytes, static_cast<std::size_t>(size));
  return true;
}

py::object CallEvent(py::handle decided, py::handle envelope, py::handle trace_id, py::handle peer,
                     std::size_t max_text, std::size_t max_payload) {
  const Decision& decision = DecisionOf(decided);
  const Input input(envelope, "envelope");
  const auto digest = decision.message_digest();
  const auto public_key = decision.public_key();
  const auto signature = decision.signature();
  std::optional<std::string_view> trace, from;
  if (!decision.allowed() || !digest || !public_key || !signature ||
      input.view().size() > Limits{}.max_json_bytes || !IsPlainId(decision.request_id()) ||
      !View(trace_id, trace) || !View(peer, from)) {
    return py::none();
  }
  const auto members = json::SplitObject(input.view());
  if (!members.ok()) return py::none();
  const auto its = SignedIn(members.value());
  if (!its || its->payload.size() > max_payload) return py::none();

  Fields fields(max_text);
  fields.Raw("allowed", "true");
  if (const auto capability = decision.capability()) {
    fields.Raw("capability", std::to_string(*capability));
  }
  fields.Known("cause", decision.cause());
  fields.Known("context", decision.context());
  fields.Text("event", "ToolCallAuthorized");
  fields.Text("message_digest", Hex(*digest));
  fields.Known("method", decision.method());
  fields.Whole("payload", its->payload);
  if (from) fields.Text("peer", *from);
  fields.Known("policy_digest", decision.policy_digest());
  fields.Text("public_key", public_key->ToBase64());
  if (decision.request_id().size() > max_text) return py::none();
  fields.Raw("request_id", decision.request_id());
  fields.Known("rule", decision.rule());
  fields.Known("session", decision.session_id());
  fields.Text("signature", Base64Encode(AsBytes(*signature)));
  fields.Text("timestamp", its->timestamp);
  fields.Text("token", Hex(Sha256(its->token)));
  fields.Known("tool", decision.tool());
  if (trace) fields.Text("trace_id", *trace);
  fields.Known("workload", decision.subject());
  if (fields.too_long()) return py::none();
  return py::make_tuple(Bytes(fields.Finish()), Bytes(its->payload));
}

}  // namespace

void RegisterCallEvent(py::module_& module) {
  module.def("call_event", &CallEvent, py::arg("decision"), py::arg("envelope"),
             py::arg("trace_id"), py::arg("peer"), py::arg("max_text"), py::arg("max_payload"));
}

}  // namespace callgate::python
