// callgate.Session.
#include <string>

#include "border.h"
#include "callgate/gate.h"
#include "topics.h"

namespace callgate::python {
namespace {

const char* StateName(SessionState state) {
  switch (state) {
    case SessionState::kOpen:
      return "open";
    case SessionState::kEnded:
      return "ended";
    case SessionState::kRevoked:
      return "revoked";
  }
  return "";
}

std::string Repr(const Session& session) {
  return "<Session " + session.id + ", " + session.context + ", " + StateName(session.state) + ">";
}

}  // namespace

void RegisterSession(py::module_& module) {
  py::class_<Session>(module, "Session", py::is_final(),
                      "A session as it stood when it was asked for.")
      .def_readonly("id", &Session::id)
      .def_readonly("subject", &Session::subject)
      .def_readonly("context", &Session::context)
      .def_readonly("public_key", &Session::public_key)
      .def_readonly("parent", &Session::parent)
      .def_readonly("root", &Session::root)
      .def_property_readonly("state",
                             [](const Session& session) { return StateName(session.state); })
      .def_property_readonly("expires_at",
                             [](const Session& session) { return Datetime(session.expires_at); })
      .def_property_readonly("effects",
                             [](const Session& session) { return Bytes(session.effects); })
      .def("__repr__", &Repr);
}

}  // namespace callgate::python
