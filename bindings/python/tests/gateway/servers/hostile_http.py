"""An HTTP server whose MCP tool `do` does what its arguments say, most of it wrong.

Raw sockets, so that it can break HTTP too. Prints its port. hostile_http.py [session] [tls C K]
"""

import json
import socket
import ssl
import sys
import threading
import time
from typing import Any

OPTIONS = sys.argv[1:]
SESSION = ["first"]
seen: list[str] = []


def respond(
    status: str, body: bytes, kind: str = "application/json", *more: str, length: int | None = None
) -> bytes:
    size = len(body) if length is None else length
    # One connection a request: a client that took a closing one for its next would see it break.
    lines = [f"HTTP/1.1 {status}", "connection: close", f"content-type: {kind}"]
    lines += [f"content-length: {size}", *more]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def message(identifier: Any, **members: Any) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": identifier, **members}).encode()


def events(*texts: str) -> bytes:
    return "".join(f"event: message\ndata: {text}\n\n" for text in texts).encode()


OPEN = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"


def answer(connection: Any, request: dict[str, Any], headers: dict[str, str]) -> None:
    method, identifier = request.get("method"), request.get("id")
    known = "session" not in OPTIONS or headers.get("mcp-session-id") == SESSION[0]
    if not known and method != "initialize":
        connection.sendall(respond("404 Not Found", b"{}"))
        return
    if identifier is None or method is None:
        seen.append(json.dumps(request))
        connection.sendall(respond("202 Accepted", b""))
    elif method == "initialize":
        result = {
            "protocolVersion": "2025-11-25", "capabilities": {"tools": {}},
            "serverInfo": {"name": "hostile", "version": "1"},
        }  # fmt: skip
        more = [f"mcp-session-id: {SESSION[0]}"] if "session" in OPTIONS else []
        body = message(identifier, result=result)
        connection.sendall(respond("200 OK", body, "application/json", *more))
    elif method == "tools/list":
        tools = [{"name": "do", "inputSchema": {"type": "object"}}]
        connection.sendall(respond("200 OK", message(identifier, result={"tools": tools})))
    elif method == "tools/call":
        seen.append(request["params"]["arguments"]["do"])
        do(connection, identifier, request["params"]["arguments"])
    else:
        connection.sendall(respond("200 OK", message(identifier, result={})))


def do(connection: Any, identifier: Any, arguments: dict[str, Any]) -> None:
    done = message(identifier, result={"content": [{"type": "text", "text": "done"}]})
    match arguments["do"]:
        case "answer":
            connection.sendall(respond("200 OK", done))
        case "seen":
            text = json.dumps(seen)
            body = message(identifier, result={"content": [{"type": "text", "text": text}]})
            connection.sendall(respond("200 OK", body))
        case "raw":
            body = arguments["body"].replace("ID", str(identifier)).encode()
            connection.sendall(respond("200 OK", body, arguments.get("kind", "application/json")))
        case "built":
            parts = arguments["parts"]
            text = "".join(part * times for part, times in parts).replace("ID", str(identifier))
            body = text.encode(arguments.get("encoding", "utf-8"))
            if arguments["kind"] == "text/event-stream":
                body = b"data: " + body + b"\n\n"
            connection.sendall(respond("200 OK", body, arguments["kind"]))
        case "size":
            text = "x" * arguments["bytes"]
            connection.sendall(respond("200 OK", message(identifier, result={"text": text})))
        case "status":
            body = arguments.get("body", "").replace("ID", str(identifier)).encode()
            more = arguments.get("headers", [])
            connection.sendall(respond(arguments["status"], body, "application/json", *more))
        case "hang":
            time.sleep(60)
        case "hang in body":
            connection.sendall(respond("200 OK", done[:20], length=len(done)))
            time.sleep(60)
        case "close":
            pass
        case "truncate":
            connection.sendall(respond("200 OK", done[:20], length=len(done)))
        case "garbage":
            connection.sendall(b"\x00\x01 this is no HTTP\r\n\r\n")
        case "gzip":
            body = respond("200 OK", b"\x1f\x8b" + b"0" * 50, "application/json",
                           "content-encoding: gzip")  # fmt: skip
            connection.sendall(body)
        case "events":
            texts = [text.replace("ID", str(identifier)) for text in arguments["texts"]]
            connection.sendall(OPEN + events(*texts, done.decode()))
        case "events without answer":
            connection.sendall(OPEN + events('{"jsonrpc":"2.0","method":"notifications/x"}'))
        case "split events":
            connection.sendall(OPEN)
            halves = done.decode().partition(",")
            text = f": hi\r\nid: 1\r\nretry: 5\r\ndata:{halves[0]},\r\ndata: {halves[2]}\r\n\r\n"
            for byte in text.encode():
                connection.sendall(bytes([byte]))
        case "endless event":
            connection.sendall(OPEN + b"data: ")
            flood(connection, b"x" * 65536)
        case "endless events":
            connection.sendall(OPEN)
            note = events('{"jsonrpc":"2.0","method":"notifications/x"}')
            flood(connection, note * 100)
        case "endless lines":
            connection.sendall(OPEN)
            flood(connection, b"\n" * 65536)
        case "endless body":
            connection.sendall(respond("200 OK", b'{"result":"', length=1 << 40))
            flood(connection, b"x" * 65536)
        case "cookie":
            connection.sendall(respond("200 OK", done, "application/json", "set-cookie: a=b"))
        case "new session":
            SESSION[0] = "second"
            connection.sendall(respond("404 Not Found", b""))


def flood(connection: Any, part: bytes) -> None:
    while True:
        connection.sendall(part)


def read(file: Any) -> tuple[str, dict[str, str], bytes] | None:
    first = file.readline().decode()
    if not first:
        return None
    headers: dict[str, str] = {}
    while (line := file.readline().decode().strip()) != "":
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return first, headers, file.read(int(headers.get("content-length", "0")))


def serve(connection: Any) -> None:
    try:
        with connection, connection.makefile("rb") as file:
            request = read(file)
            if request is None:
                return
            first, headers, body = request
            if "cookie" in headers:
                seen.append(f"cookie {headers['cookie']}")
            if first.startswith("POST"):
                answer(connection, json.loads(body), headers)
            else:
                connection.sendall(respond("405 Method Not Allowed", b""))
    except (OSError, ssl.SSLError):
        pass


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        print(listener.getsockname()[1], flush=True)
        context = None
        if "tls" in OPTIONS:
            at = OPTIONS.index("tls")
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(OPTIONS[at + 1], OPTIONS[at + 2])
        while True:
            connection: Any = listener.accept()[0]
            try:
                if context is not None:
                    connection = context.wrap_socket(connection, server_side=True)
            except OSError:
                continue
            threading.Thread(target=serve, args=(connection,), daemon=True).start()


main()
