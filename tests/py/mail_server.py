"""A mail server that tells what it takes, one JSON line a mail, and fails at will.

Prints its port, then serves until its input ends. The first part of the recipient's name says how it behaves:
ok        takes every mail
later     not now, at the first try
never     no such mailbox
cut       ends the connection after DATA is begun, at the first try
mute      takes the mail and ends the connection without a word, at the first try
slow      says nothing for a minute, at the first try
"""
import asyncio
import base64
import email
import email.policy
import json
import sys

from aiosmtpd.smtp import SMTP

SEEN = set()


def first(word, address):
    """Whether the address is of that kind and comes for the first time at this place."""
    if not address.startswith(word) or (word, address) in SEEN:
        return False
    SEEN.add((word, address))
    return True


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("never"):
            return "550 5.1.1 no such mailbox"
        if first("later", address):
            return "451 4.7.1 come again"
        if first("slow", address):
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        octets = envelope.original_content
        mail = email.message_from_bytes(octets, policy=email.policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "octets": base64.b64encode(octets).decode(),
            "id": mail["Message-ID"],
            "subject": mail["Subject"],
            "text": mail.get_content(),
        }
        print(json.dumps(told), flush=True)
        if any(first("mute", address) for address in envelope.rcpt_tos):
            server.transport.close()
            return "421 4.4.2 gone"
        return "250 2.0.0 Ok: queued as Q%04d" % len(SEEN)


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if self.envelope and any(first("cut", address) for address in self.envelope.rcpt_tos):
            await self.push("354 go on")
            self.transport.close()
            return
        await super().smtp_DATA(arg)


async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(Handler(), hostname="mail.test", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(main())
