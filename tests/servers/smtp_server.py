"""A mail server for tests, on aiosmtpd: several doors, and faults chosen by the recipient's name.

Writes one line of JSON to standard output for each message taken, after a first one with the ports. Ends when standard
input does, so that it never outlives a test that was killed.
"""

import asyncio
import base64
import email
import email.policy
import json
import ssl
import sys
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

FOLDER = sys.argv[1]
seen = {}
connections = 0


def say(what):
    print(json.dumps(what), flush=True)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        name = address.split("@")[0]
        seen[address] = seen.get(address, 0) + 1
        if name.startswith("never"):
            return f"550 5.1.1 <{address}> is not here"
        if name.startswith("later") and seen[address] == 1:
            return f"451 4.3.0 come back later, <{address}>"
        if name.startswith("hang"):
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        name = envelope.rcpt_tos[0].split("@")[0]
        # Before the answer: what is dropped was taken all the same.
        say(described(server, session, envelope))
        if name.startswith("drop"):
            server.transport.abort()
        if name.startswith("silent"):
            await asyncio.sleep(60)
        if name.startswith("refused-late"):
            return "554 5.7.1 we do not want this"
        return "250 taken"


def described(server, session, envelope):
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    parts = [part for part in message.walk() if not part.is_multipart()]
    return {
        "to": envelope.rcpt_tos,
        "from": envelope.mail_from,
        "user": getattr(session, "auth_data_seen", None) or seen.get("user"),
        "tls": session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
        "hello": session.host_name,
        "connection": getattr(server, "number", 0),
        "headers": [[name, str(value)] for name, value in message.items()],
        "raw": base64.b64encode(envelope.content).decode(),
        "defects": [str(defect) for part in message.walk() for defect in part.defects],
        "type": message.get_content_type(),
        "parts": [[part.get_content_type(), part.get_content_charset(), part.get_content()] for part in parts],
    }


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"vestibule" and data.password == "hemmelig/ø@".encode()
    if good:
        session.auth_data_seen = data.login.decode()
    return AuthResult(success=good, handled=False)


def context(name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(f"{FOLDER}/{name}.pem", f"{FOLDER}/{name}.key")
    return made


def door(**settings):
    def protocol():
        global connections
        connections += 1
        smtp = SMTP(Handler(), hostname="mail.test", authenticator=authenticate, **settings)
        smtp.number = connections
        return smtp

    return protocol


async def main():
    loop = asyncio.get_running_loop()
    threading.Thread(target=lambda: (sys.stdin.read(), loop.call_soon_threadsafe(stop.set)), daemon=True).start()
    stop = asyncio.Event()
    good, stranger = context("server"), context("stranger")
    utf8 = {"enable_SMTPUTF8": True}
    opened = {
        "implicit": await loop.create_server(door(auth_required=True, auth_require_tls=False, **utf8), "127.0.0.1", 0, ssl=good),
        "starttls": await loop.create_server(
            door(auth_required=True, require_starttls=True, tls_context=good), "127.0.0.1", 0
        ),
        "forgetful": await loop.create_server(door(timeout=0.3), "127.0.0.1", 0, ssl=good),
        "stranger": await loop.create_server(door(), "127.0.0.1", 0, ssl=stranger),
        "plain": await loop.create_server(door(), "127.0.0.1", 0),
    }
    say({name: server.sockets[0].getsockname()[1] for name, server in opened.items()})
    await stop.wait()


asyncio.run(main())
