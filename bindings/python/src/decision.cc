// A type of the C API, because it is made for every decision: pybind11 would also enter each object
// into a registry.
#include "decision.h"

#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "c_api.h"
#include "callgate/json.h"
#include "charge.h"
#include "topics.h"

namespace callgate::python {
namespace {

struct DecisionObject {
  PyObject_HEAD Decision decision;
};

PyTypeObject* decision_type = nullptr;  // set once, when the module is imported

const Decision& Of(PyObject* self) { return reinterpret_cast<DecisionObject*>(self)->decision; }

void Deallocate(PyObject* self) {
  PyTypeObject* const type = Py_TYPE(self);
  reinterpret_cast<DecisionObject*>(self)->decision.~Decision();
  PyObject_Free(self);
  Py_DECREF(type);
}

template <py::object (*Read)(const Decision&)>
PyObject* Getter(PyObject* self, void*) noexcept {
  return Guarded([self] { return Read(Of(self)); });
}

template <std::string_view (Decision::*Read)() const noexcept>
py::object TextOf(const Decision& decision) {
  return TextOrNone((decision.*Read)());
}

template <std::string_view (Decision::*Read)() const noexcept>
py::object BytesOf(const Decision& decision) {
  return BytesOrNone((decision.*Read)());
}

py::object Allowed(const Decision& decision) { return py::bool_(decision.allowed()); }
py::object Reason(const Decision& decision) { return Text(decision.reason()); }
py::object Effects(const Decision& decision) { return Bytes(decision.effects()); }

py::object Code(const Decision& decision) {
  if (decision.allowed()) return py::none();
  return py::int_(CodeNumber(*decision.code()));
}

py::object CodeNameOf(const Decision& decision) {
  if (decision.allowed()) return py::none();
  return Text(CodeName(*decision.code()));
}

template <typename T>
py::object IntOrNone(std::optional<T> value) {
  if (!value) return py::none();
  return py::int_(*value);
}

py::object Capability(const Decision& decision) { return IntOrNone(decision.capability()); }
py::object MaxResponseSize(const Decision& decision) {
  return IntOrNone(decision.max_response_size());
}

py::object Details(const Decision& decision) {
  py::list details;
  for (const TriedCapability& tried : decision.details()) details.append(py::cast(tried));
  return py::tuple(details);
}

py::object Charges(const Decision& decision) { return ChargesOf(decision.charges()); }
py::object Charged(const Decision& decision) { return ChargesOf(decision.charged()); }

// JSON-RPC allows a string or a number; the engine only an integer.
py::object RequestId(const Decision& decision) {
  const std::string_view text = decision.request_id();
  const auto id = json::Parse(text);
  if (!id.ok()) return py::none();  // there is none
  if (id->root().is_string()) return Text(id->root().string());
  return py::int_(Text(text));
}

py::object PublicKeyOf(const Decision& decision) { return py::cast(decision.public_key()); }

template <typename Array>
py::object ArrayOrNone(const std::optional<Array>& bytes) {
  if (!bytes) return py::none();
  return Bytes(AsBytes(*bytes));
}

py::object SignatureOf(const Decision& decision) { return ArrayOrNone(decision.signature()); }
py::object MessageDigest(const Decision& decision) {
  return ArrayOrNone(decision.message_digest());
}

py::object TokenDigest(const Decision& decision) { return ArrayOrNone(decision.token_digest()); }
py::object EnvelopeDigest(const Decision& decision) {
  return ArrayOrNone(decision.envelope_digest());
}

py::object RetryAfter(const Decision& decision) {
  const auto time = decision.retry_after();
  if (!time) return py::none();
  return py::float_(Seconds(*time));
}

PyObject* CheckResponse(PyObject* self, PyObject* result) noexcept {
  return Guarded([&] {
    const JsonInput text(result, "result", JsonInput::kAnyValue);
    return Wrap(WithoutGilWhenLarge(text.view().size(),
                                    [&] { return Of(self).CheckResponse(text.view()); }));
  });
}

PyObject* Repr(PyObject* self) noexcept {
  return Guarded([self]() -> py::object {
    const Decision& decision = Of(self);
    if (decision.allowed()) return py::str("<Decision allowed>");
    return Text("<Decision denied, " + std::string(CodeName(*decision.code())) + ": " +
                decision.reason() + ">");
  });
}

int IsAllowed(PyObject* self) noexcept { return Of(self).allowed() ? 1 : 0; }

PyGetSetDef properties[] = {
    {"allowed", Getter<Allowed>, nullptr, "Whether the call may happen.", nullptr},
    {"code", Getter<Code>, nullptr, "Number of why not; None when allowed.", nullptr},
    {"code_name", Getter<CodeNameOf>, nullptr, "Stable name of why not; None when allowed.",
     nullptr},
    {"reason", Getter<Reason>, nullptr, "One sentence for people.", nullptr},
    {"capability", Getter<Capability>, nullptr,
     "Position of the capability that allowed or got furthest; None if none was tried.", nullptr},
    {"rule", Getter<TextOf<&Decision::rule>>, nullptr,
     "Id of the rule that decided; None where policy was not reached.", nullptr},
    {"details", Getter<Details>, nullptr,
     "What every capability that was tried and did not allow answered.", nullptr},
    {"charges", Getter<Charges>, nullptr,
     "The limits the call would be charged to; the first with room is taken.", nullptr},
    {"payload", Getter<BytesOf<&Decision::payload>>, nullptr,
     "The compact JSON-RPC text whose signature verified; None unless allowed.", nullptr},
    {"signed_payload", Getter<BytesOf<&Decision::signed_payload>>, nullptr,
     "The text whose signature verified with all of its members, also of a call that is denied.",
     nullptr},
    {"session_id", Getter<TextOf<&Decision::session_id>>, nullptr, "jti of the token.", nullptr},
    {"subject", Getter<TextOf<&Decision::subject>>, nullptr, "sub of the token.", nullptr},
    {"context", Getter<TextOf<&Decision::context>>, nullptr, "Name of the SecurityContext.",
     nullptr},
    {"method", Getter<TextOf<&Decision::method>>, nullptr, "tools/call or tools/list.", nullptr},
    {"tool", Getter<TextOf<&Decision::tool>>, nullptr, "None for tools/list.", nullptr},
    {"request_id", Getter<RequestId>, nullptr, "The id of the JSON-RPC request.", nullptr},
    {"arguments", Getter<BytesOf<&Decision::arguments>>, nullptr, "Compact JSON text.", nullptr},
    {"public_key", Getter<PublicKeyOf>, nullptr, "The key that signed.", nullptr},
    {"signature", Getter<SignatureOf>, nullptr, "64 bytes.", nullptr},
    {"message_digest", Getter<MessageDigest>, nullptr, "SHA-256 of the bytes that were signed.",
     nullptr},
    {"timestamp", Getter<TextOf<&Decision::timestamp>>, nullptr,
     "The envelope's as it was sent, of which the whole seconds are signed.", nullptr},
    {"token_digest", Getter<TokenDigest>, nullptr, "SHA-256 of the security token.", nullptr},
    {"envelope_digest", Getter<EnvelopeDigest>, nullptr,
     "SHA-256 of an envelope whose signature did not verify.", nullptr},
    {"policy_digest", Getter<TextOf<&Decision::policy_digest>>, nullptr,
     "PolicySet.digest of the policy that judged.", nullptr},
    {"charged", Getter<Charged>, nullptr, "The limits that were charged.", nullptr},
    {"max_response_size", Getter<MaxResponseSize>, nullptr, "Bytes; None is no limit.", nullptr},
    {"retry_after", Getter<RetryAfter>, nullptr, "Seconds until a call has room again.", nullptr},
    {"cause", Getter<TextOf<&Decision::cause>>, nullptr, "Finer than the code.", nullptr},
    {"effects", Getter<Effects>, nullptr, "Journal record for Gate.restore_state.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

PyMethodDef methods[] = {
    {"check_response", CheckResponse, METH_O,
     "Judges the JSON-RPC result of this call, JSON text or a value, by max_response_size."},
    {nullptr, nullptr, 0, nullptr},
};

}  // namespace

py::object Wrap(Decision decision) {
  auto* const object = PyObject_New(DecisionObject, decision_type);
  if (object == nullptr) throw py::error_already_set();
  new (&object->decision) Decision(std::move(decision));
  return py::reinterpret_steal<py::object>(reinterpret_cast<PyObject*>(object));
}

const Decision& DecisionOf(py::handle object) {
  if (Py_TYPE(object.ptr()) != decision_type) throw py::type_error("decision must be Decision");
  return Of(object.ptr());
}

void RegisterDecision(py::module_& module) {
  PyType_Slot slots[] = {
      {Py_tp_dealloc, Slot(Deallocate)},
      {Py_tp_repr, Slot(Repr)},
      {Py_nb_bool, Slot(IsAllowed)},
      {Py_tp_getset, properties},
      {Py_tp_methods, methods},
      {Py_tp_doc, const_cast<char*>("The answer to one question, whether this call may happen. "
                                    "True when it may. Never changes.")},
      {0, nullptr},
  };
  PyType_Spec spec = {
      "callgate._native.Decision", sizeof(DecisionObject), 0,
      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_IMMUTABLETYPE, slots};
  decision_type = AddType(module, spec, "Decision");
}

}  // namespace callgate::python
