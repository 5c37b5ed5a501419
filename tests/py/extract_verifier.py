"""A second verifier of extracts, written from docs/extract-format.md alone; sections are those of that page.

    extract_verifier.py --anchors FOLDER --operator BIN --log-key KEY [--witness KEY]… [--witness-quorum N] --at INSTANT FILE…

One line for each file: TOTAL-PASSED, INDETERMINATE or TOTAL-FAILED, the part and the reason. Exit code 0 when all passed. The
texts for people are not made anew, so they are not shown as checked. Python alone is needed; it is slow. A signature by an
algorithm that is not read here is INDETERMINATE.
"""

import argparse
import base64
import hashlib
import json
import re
import struct
import sys
import zlib
from datetime import datetime, timedelta, timezone
from pathlib import Path

import slow_ed25519
from slow_cms import SKEW, Certificate, Cms, Crl, Ocsp, Refuted, Trust, Undetermined, judge, stamped_at

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
META = ["META-INF/ASiCManifest001.xml", "META-INF/ASiCManifest002.xml", "META-INF/signature001.p7s", "META-INF/signature002.p7s"]
SYSTEM = "1.2.398.3.3.4.1.2.6"


def sha256(*pieces):
    return hashlib.sha256(b"".join(pieces)).digest()


def must(fits, reason):
    if not fits:
        raise Refuted(reason)


def instant(text):
    """RFC 3339 in UTC, in its one spelling."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{0,5}[1-9]))?Z", text)
    must(found, f"{text} is no instant")
    at = datetime.strptime(found[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=timezone.utc)
    return at + timedelta(microseconds=int((found[2] or "0").ljust(6, "0")))


def second(at):
    return at.replace(microsecond=0)


def of_millis(t):
    return datetime(1970, 1, 1, tzinfo=timezone.utc) + timedelta(milliseconds=t)


def term_of(at):
    """Section 8: when the five years of an entry have run."""
    six, five = timedelta(hours=6), timedelta(hours=5)
    since = at + (six if at < datetime(2024, 2, 29, 18, tzinfo=timezone.utc) else five)
    try:
        until = datetime(since.year + 5, since.month, since.day, tzinfo=timezone.utc)
    except ValueError:
        until = datetime(since.year + 5, 3, 1, tzinfo=timezone.utc)
    return until - (six if until < datetime(2024, 3, 1, tzinfo=timezone.utc) else five)


def digits(text, size=32):
    must(isinstance(text, str) and re.fullmatch(r"[0-9a-f]{%d}" % (2 * size), text), "not lower-case hexadecimal digits")
    return bytes.fromhex(text)


def rises(numbers):
    return all(a < b for a, b in zip(numbers, numbers[1:]))


# Section 2.


def packed(files):
    """The one zip of these files, in this order."""
    out, central = b"", b""
    for name, content in files:
        common = struct.pack("<HHHHHIIIHH", 10, 0, 0, 0, 0x21, zlib.crc32(content), len(content), len(content), len(name), 0)
        central += b"PK\x01\x02" + struct.pack("<H", 20) + common + bytes(10) + struct.pack("<I", len(out)) + name.encode()
        out += b"PK\x03\x04" + common + name.encode() + content
    end = b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(central), len(out), 0)
    return out + central + end


def unpacked(data):
    must(len(data) <= 2**31 - 1, "too large")
    files, at = [], 0
    while data[at : at + 4] == b"PK\x03\x04":
        must(at + 30 <= len(data) and len(files) < 60000, "a header is cut off, or too many files")
        size, length = struct.unpack_from("<I", data, at + 18)[0], struct.unpack_from("<H", data, at + 26)[0]
        name, at = data[at + 30 : at + 30 + length], at + 30 + length
        must(re.fullmatch(rb"[A-Za-z0-9._/-]{1,200}", name), "a name")
        must(not any(part in (b"", b".", b"..") for part in name.split(b"/")) and at + size <= len(data), "a name or a size")
        files.append((name.decode(), data[at : at + size]))
        at += size
    names = [name for name, _ in files]
    rank = lambda name: (0 if name == "mimetype" else 2 if name.startswith("META-INF/") else 1, name)
    lower = {name.lower() for name in names}
    must(names == sorted(names, key=rank) and len(lower) == len(names), "order of the files, or one twice")
    folders = {name[:at] for name in lower for at in range(len(name)) if name[at] == "/"}
    must(not folders & lower, "a file that is a folder")
    must(files and files[0] == ("mimetype", MIMETYPE), "mimetype")
    must(packed(files) == data, "the zip is not canonical")
    return dict(files[1:])


# Section 4.

MEDIA = {
    "json": "application/json",
    "txt": "text/plain",
    "xml": "application/xml",
    "pdf": "application/pdf",
    "p7s": "application/pkcs7-signature",
    "p7m": "application/pkcs7-mime",
    "tst": "application/vnd.etsi.timestamp-token",
    "cer": "application/pkix-cert",
    "crl": "application/pkix-crl",
    "der": "application/ocsp-response",
    "eml": "message/rfc822",
}


def manifest(signature, files):
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" xmlns:ds="http://www.w3.org/2000/09/xmldsig#">',
        f'  <asic:SigReference URI="{signature}" MimeType="application/pkcs7-signature"/>',
    ]
    for name in sorted(name for name in files if not name.startswith("META-INF/")):
        kind = MEDIA.get(name.rpartition(".")[2].lower() if "." in name else "", "application/octet-stream")
        lines += [
            f'  <asic:DataObjectReference URI="{name}" MimeType="{kind}">',
            '    <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>',
            f"    <ds:DigestValue>{base64.b64encode(sha256(files[name])).decode()}</ds:DigestValue>",
            "  </asic:DataObjectReference>",
        ]
    return ("\n".join(lines + ["</asic:ASiCManifest>"]) + "\n").encode()


# Section 5.


LOG, WITNESS = 1, 4


def key_of(text, kind=LOG):
    name, told, key = text.split("+", 2)
    key = base64.b64decode(key, validate=True)
    must(key[0] == kind and len(key) == 33 and sha256(name.encode(), b"\n", key)[:4].hex() == told, "the key of the log")
    return name, bytes.fromhex(told), key[1:]


def has_cosigned(data, key):
    """Whether a witness has signed a note, at whatever time it says."""
    name, told, public = key
    text, _, lines = data.decode().rpartition("\n\n")
    for line in lines[:-1].split("\n"):
        found = re.fullmatch(r"— (\S+) ([A-Za-z0-9+/]+=*)", line)
        value = base64.b64decode(found[2], validate=True)
        if found[1] == name and value[:4] == told and len(value) == 4 + 8 + 64:
            signed = f"cosignature/v1\ntime {int.from_bytes(value[4:12], 'big')}\n{text}\n".encode()
            if slow_ed25519.verify(public, signed, value[12:]):
                return True
    return False


def own_note(data, key):
    """A note with the signature of the log key alone."""
    name, told, _ = key
    text, _, lines = data.decode().rpartition("\n\n")
    own = [line for line in lines[:-1].split("\n") if line.startswith(f"— {name} ") and base64.b64decode(line.split(" ")[2])[:4] == told]
    return f"{text}\n\n{own[0]}\n".encode()


def note(data, key):
    """The text of a signed note that the key signed, and how many signature lines there are."""
    name, told, public = key
    text, separator, lines = data.decode().rpartition("\n\n")
    must(separator and lines.endswith("\n"), "not a signed note")
    text, holds = (text + "\n").encode(), 0
    for line in lines[:-1].split("\n"):
        found = re.fullmatch(r"— (\S+) ([A-Za-z0-9+/]+=*)", line)
        must(found, "a signature line")
        value = base64.b64decode(found[2], validate=True)
        if found[1] == name and value[:4] == told:
            must(slow_ed25519.verify(public, text, value[4:]), "the log key did not sign this")
            holds += 1
    must(holds == 1, "not signed once by the log key")
    return text, lines.count("\n")


# Section 6. A type is str, int, bool or object; "?" as the first of a tuple: may be null; a list: each; a dict: an object.

MESSAGE_COURSE = ["message.made", "message.sent", "message.delivered", "message.failed"]
NUMBER = object()
MAYBE = lambda kind: ("?", kind)
PARTY = {"key": str, "name": str}
FILE = {"name": str, "path": str, "media_type": str, "size": NUMBER, "sha256": str}
EXTRACT = {
    "format": str, "version": NUMBER, "id": str, "number": NUMBER, "made_at": str, "operator": {"bin": str, "name": str},
    "log": {"origin": str, "key": str}, "officer": {"iin": str, "name": str},
    "request": {"asked_by": object, "ground": str, "scope": str, "period": MAYBE({"party": str, "from": str, "to": str})},
    "source": str, "documents": [str],
    "cases": [{"id": str, "certificate_sha256": str, "reported_at": str, "compromised_since": str, "cut_off": MAYBE(str),
               "state": str, "documents": [str]}],
}  # fmt: skip
# Of version 2 besides.
TALK = EXTRACT | {
    "request": EXTRACT["request"] | {"about": object},
    "messages": [{"id": str, "path": str, "sha256": str, "size": NUMBER}],
    "steps": [{"entry": NUMBER, "at": str, "kind": str, "said": object}],
}  # fmt: skip
ASKERS = {"party": PARTY, "court_request": {"id": str, "authority": str, "reference": str, "dated": str}}
DOCUMENT = {
    "id": str, "kind": str, "number": str, "title": str, "date": MAYBE(str), "state": str, "sender": PARTY, "recipient": PARTY,
    "recorded_entry": MAYBE(NUMBER), "received_at": MAYBE(str), "original": FILE, "attachments": [FILE],
    "signatures": [{
        "id": str, "side": str, "path": str, "sha256": str, "time_stamp": MAYBE(str), "certificate_sha256": str,
        "common_name": str, "iin": MAYBE(str), "bin": MAYBE(str), "role": str, "claimed_at": MAYBE(str),
        "proven_at": MAYBE(str), "checked_at": str, "indication": str, "sub_indication": MAYBE(str), "entry": MAYBE(NUMBER),
        "contested_by": [str],
    }],
    "receipts": [str], "conditions": [{"condition": str, "clause": str, "holds": bool, "evidence": object}],
}  # fmt: skip
STATEMENT = {
    "level": NUMBER, "caveat": str, "tail": str, "size": NUMBER, "root": str, "entries": [NUMBER],
    "seal": MAYBE({"entry": NUMBER, "size": NUMBER, "t": NUMBER}),
    "period": MAYBE({"closed": [NUMBER], "destroyed": [str]}),
    "subjects": [{
        "identity": str, "pseudonym": str, "proof": str, "count": NUMBER, "entries": [NUMBER],
        "pruned": MAYBE({"count": NUMBER, "seq": NUMBER, "leaf": str, "t": NUMBER, "body": str, "hashes": [str]}),
        "sealed": MAYBE({
            "count": NUMBER, "hashes": [str], "other": MAYBE({"subject": str, "count": NUMBER, "seq": NUMBER, "leaf": str}),
        }),
    }],
}  # fmt: skip
OPENINGS = {"seq": NUMBER, "openings": [{"place": str, "index": NUMBER, "salt": str, "value": object}]}
PROOF = {"seq": NUMBER, "size": NUMBER, "leaf": str, "hashes": [str]}
RECEIPT = {
    "type": str, "version": NUMBER, "number": NUMBER, "document_id": str, "kind": str, "document_number": str, "title": str,
    "sender": {"party": str, "name": str}, "recipient": {"party": str, "name": str}, "content_sha256": str,
    "attachments": [{"name": str, "sha256": str}], "signature_sha256": MAYBE(str), "received_at": str,
    "journal": {"origin": str, "key": str, "entry": NUMBER, "leaf": str}, "operator": {"bin": str, "name": str}, "text": object,
}  # fmt: skip


def once(pairs):
    must(len({name for name, _ in pairs}) == len(pairs), "a name twice")
    return dict(pairs)


def fit(value, kind, where):
    if isinstance(kind, tuple):
        return None if value is None else fit(value, kind[1], where)
    if isinstance(kind, list):
        must(isinstance(value, list), where)
        return [fit(each, kind[0], where) for each in value]
    if isinstance(kind, dict):
        must(isinstance(value, dict) and set(value) <= set(kind), f"{where}: a name not listed")
        return {name: fit(value.get(name), of, f"{where}.{name}") for name, of in kind.items()}
    if kind is NUMBER:
        must(type(value) is int and 0 <= value < 2**64, where)
    elif kind is not object:
        must(type(value) is kind, where)
    return value


def depth(value):
    """How many objects and lists are within each other."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def no_number(text):
    raise Refuted(f"{text} is no JSON")


def parsed(data, where):
    must(len(data) <= 16 * 2**20, where)
    told = json.loads(data.decode(), object_pairs_hook=once, parse_constant=no_number)
    # Half of a surrogate pair has no octets.
    json.dumps(told, ensure_ascii=False).encode()
    must(depth(told) <= 127, f"{where}: too deep")
    return told


def record(data, kind, where):
    return fit(parsed(data, where), kind, where)


# Section 7.


def jcs(value):
    if isinstance(value, dict):
        members = sorted(value.items(), key=lambda member: member[0].encode("utf-16-be"))
        return "{" + ",".join(jcs(name) + ":" + jcs(each) for name, each in members) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(jcs, value)) + "]"
    if isinstance(value, str):
        short = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
        return '"' + "".join(short.get(c, c if c >= " " else "\\u%04x" % ord(c)) for c in value) + '"'
    must(value is None or isinstance(value, bool) or type(value) is int and abs(value) < 2**53, "a value outside JCS")
    return {None: "null", True: "true", False: "false"}[value] if value is None or isinstance(value, bool) else str(value)


def root_of(leaf, at, size, hashes):
    """RFC 6962 section 2.1.1, as RFC 9162 section 2.1.3.2 computes it."""
    must(at < size and len(hashes) <= 64, "a proof for another place")
    last, found = size - 1, leaf
    for each in hashes:
        must(last > 0, "a proof that is too long")
        if at % 2 or at == last:
            found = sha256(b"\x01", each, found)
            while at % 2 == 0 and at:
                at, last = at >> 1, last >> 1
        else:
            found = sha256(b"\x01", found, each)
        at, last = at >> 1, last >> 1
    must(last == 0, "a proof that is too short")
    return found


TOLD = {
    "document": {"document_id": "document", "sender": "party"},
    "compromise": {"case_id": "case"},
    "counterparty": {"inviter": "party", "invitee": "party"},
    "employee": {"party": "party"},
    "extract": {"extract_id": "extract", "asked_by": "party"},
    "court-request": {"court_request_id": "court-request"},
    "offer": {"offer_id": "offer"},
    "session": {"session_id": "session", "party": "party"},
    "contact": {"session_id": "session"},
    "code": {"session_id": "session", "message_id": "message"},
    "message": {"session_id": "session", "message_id": "message", "party": "party"},
}


class Entry:
    def __init__(self, seq, body, openings, origin):
        told = json.loads(body.decode(), object_pairs_hook=once)
        must(len(body) <= 61440 and jcs(told).encode() == body, "an entry is not canonical")
        must(set(told) == {"actor", "id", "kind", "log", "payload", "subj", "t", "v"} and told["v"] == 1, "names of an entry")
        must(told["log"] == origin, "an entry of another log")
        words = re.fullmatch(r"[a-z-]+(\.[a-z-]+)*", told["kind"])
        must(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", told["id"]), "the id of an entry")
        must(words and len(told["kind"]) <= 64 and 0 <= told["t"] <= 253402300799999, "kind or time of an entry")
        must(len(told["payload"]) <= 64 and len(told["subj"]) <= 32 and depth(told) <= 16, "an entry that is too large")
        self.seq, self.kind, self.leaf = seq, told["kind"], sha256(b"\x00", body)
        self.at = of_millis(told["t"])
        self.committed = (len(told["payload"]), len(told["subj"]))
        self.fields, self.links, places = {}, [], set()
        for opening in openings:
            place, index = opening["place"], opening["index"]
            must(place in ("actor", "subj", "payload") and (place, index) not in places, "an opening twice, or of no place")
            places.add((place, index))
            committed = [told["actor"]] if place == "actor" else told[place]
            must(index < len(committed), "an opening of no place")
            value = jcs(opening["value"]).encode()
            must(len(value) <= 65536 and depth(opening["value"]) <= 16, "a value that is too long or too deep")
            must(sha256(b"\x02", digits(opening["salt"]), value).hex() == committed[index], "an opening does not fit")
            if place == "payload":
                must(set(opening["value"]) == {"name", "value"} and isinstance(opening["value"]["name"], str), "a field")
                must(opening["value"]["name"] not in self.fields, "a field twice")
                self.fields[opening["value"]["name"]] = opening["value"]["value"]
            elif place == "subj":
                must(set(opening["value"]) == {"n", "prev", "s"}, "a place among the entries of a subject")
                number, before = opening["value"]["n"], opening["value"]["prev"]
                must(type(number) is int and number > 0 and (before == "") == (number == 1), "a counter, or what is before")
                digits(opening["value"]["s"]), digits(before or "00" * 32)
                self.links.append(opening["value"])
        self.tells_actor = ("actor", 0) in places

    def told(self):
        about = self.kind.split(".")[0]
        names = dict(TOLD.get(about, {}))
        if self.kind in ("document.recorded", "document.received"):
            names["recipient"] = "party"
        return [f"{family}:{self.fields[name]}" for name, family in names.items() if name in self.fields]

    def must_say(self, name, value):
        must(name in self.fields, f"entry {self.seq} does not open {name}")
        must(self.fields[name] == value, f"{name} is another in entry {self.seq}")

    def may_say(self, name, value):
        must(self.fields.get(name, value) == value, f"{name} is another in entry {self.seq}")


def map_root(pseudonym, standing, hashes):
    must(len(hashes) <= 256, "a proof of the map that is too long")
    for depth in reversed(range(len(hashes))):
        bit = pseudonym[depth // 8] >> (7 - depth % 8) & 1
        halves = (hashes[depth], standing) if bit else (standing, hashes[depth])
        standing = sha256(b"\x04", *halves)
    return standing


def map_leaf(subject, count, seq, leaf):
    return sha256(b"\x03", subject, count.to_bytes(8, "big"), seq.to_bytes(8, "big"), leaf)


# Section 9.

LEADS = {
    "document.drafted": ([None], "draft"),
    "document.check-pending": ([None, "draft"], "check-pending"),
    "document.recorded": ([None, "draft", "check-pending"], "received"),
    "document.received": ([None, "draft", "check-pending"], "received"),
    "document.check-failed": (["check-pending"], "check-failed"),
    "document.signed": (["received"], "accepted"),
    "document.rejected": (["received"], "rejected"),
    "document.withdrawn": (["draft", "check-pending", "received"], "withdrawn"),
}
KINDS = ["offer-acceptance", "completion-act", "payment-invoice", "letter", "arbitrary-file"]
ROLES = {
    "1.2.398.3.3.4.1.2.1": ("head", KINDS),
    "1.2.398.3.3.4.1.2.2": ("sign-right", KINDS),
    "1.2.398.3.3.4.1.2.3": ("finance-right", ["completion-act", "payment-invoice"]),
    "1.2.398.3.3.4.1.2.4": ("hr", []),
    "1.2.398.3.3.4.1.2.5": ("employee", []),
    "1.2.398.3.3.4.1.2.6": ("information-system", []),
    "1.2.398.5.19.1.2.2.1": ("treasury", []),
    "1.2.398.3.3.4.1.1": ("natural-person", []),
    "1.2.398.3.3.4.1.2": ("legal-entity", []),
}
CONDITIONS = ["authentic", "certificate-valid", "recorded", "within-agreement"]
NATIONAL = "1.2.398."


def role_of(use):
    """The role that an extended key usage tells, and by which kinds it binds; none of a usage that is no role."""
    if use not in ROLES and use.startswith(SYSTEM + "."):
        return ROLES[SYSTEM]
    return ROLES.get(use, (use, []) if use.startswith(NATIONAL) else None)


def is_system(certificate):
    return any(use == SYSTEM or use.startswith(SYSTEM + ".") for use in certificate.uses())


class Verifier:
    def __init__(self, data, pins, at):
        self.pins, self.at, self.doubts = pins, at, []
        self.files = unpacked(data)
        self.left = set(self.files)

    def take(self, name):
        must(name in self.files, f"{name} is missing")
        self.left.discard(name)
        return self.files[name]

    def read(self, name, kind):
        return record(self.take(name), kind, name)

    def doubt(self, part, work):
        """What cannot be told leaves the rest to be judged."""
        try:
            return work()
        except Undetermined as error:
            self.doubts.append(f"{part}: {error}")
            return None

    def run(self):
        told = parsed(self.take("extract.json"), "extract.json")
        self.talks = isinstance(told, dict) and told.get("version") == 2
        # What is left out where nothing is told of it.
        self.extract = fit({"messages": [], "steps": []} | told, TALK, "extract.json")
        if not self.talks:
            nothing = self.extract["messages"] == [] and self.extract["steps"] == []
            must(nothing and self.extract["request"]["about"] is None, "version 1 tells of no sessions and messages")
        must((self.extract["format"], self.extract["version"] in (1, 2)) == ("qolhat-extract", True), "another format or version")
        must(self.extract["source"] == "journals-and-stores-of-the-operator", "the source")
        log = self.extract["log"]
        must(self.extract["operator"]["bin"] == self.pins["operator"], "another operator than pinned")
        must(log["key"] in self.pins["log_keys"], "another log than pinned")
        self.key = key_of(log["key"])
        must(self.key[0] == log["origin"], "the origin is not the name of the key")
        self.container()
        self.trust = self.evidence()
        sealed = self.doubt("seal", self.seal)
        self.doubt("officer", self.officer)
        self.journal(sealed)
        self.documents()
        self.cases()
        self.request()
        self.period()
        if self.talks:
            self.talk()
        for name in ["HOWTO.txt", "summary.kk.txt", "summary.ru.txt", "summary.en.txt"]:
            self.take(name)
        papers = ["paper.kk.pdf", "paper.ru.pdf", "paper.en.pdf"]
        for name in papers if self.left.intersection(papers) else []:
            self.take(name)
        must(not self.left, f"not foreseen: {sorted(self.left)[:3]}")

    def container(self):
        for number, name in enumerate(META[:2], 1):
            must(self.take(name) == manifest(f"META-INF/signature00{number}.p7s", self.files), f"{name} is not of these files")
        lines = [f"{sha256(self.take(name) if name in META[2:] else self.files[name]).hex()} {name}\n" for name in META]
        text = f"qolhat-extract-binding/v1\n{self.key[0]}\n{''.join(lines)}".encode()
        found, count = note(self.take("META-INF/binding.txt"), self.key)
        must(found == text and count == 1, "the binding is of other files")

    def evidence(self):
        found = {"certificates": [], "ocsp": [], "crl": []}
        read = {"certificates": (Certificate, "cer"), "ocsp": (Ocsp, "der"), "crl": (Crl, "crl")}
        for name in sorted(name for name in self.files if name.startswith("evidence/")):
            folder = name.split("/")[1]
            must(folder in read, f"not foreseen: {name}")
            kind, ending = read[folder]
            octets = self.take(name)
            must(name == f"evidence/{folder}/{sha256(octets).hex()}.{ending}", f"{name} is not named by its digest")
            found[folder].append(kind(octets))
        return Trust(self.pins["anchors"], found["certificates"], found["ocsp"], found["crl"])

    def seal(self):
        _, judged = judge(self.files[META[2]], self.files[META[0]], self.trust, self.at)
        must(judged.certificate.bin == self.pins["operator"] and is_system(judged.certificate), "the seal is not the operator's")
        return judged.proven

    def officer(self):
        _, judged = judge(self.files[META[3]], self.files[META[1]], self.trust, self.at)
        told, found = self.extract["officer"], judged.certificate
        must((found.iin, found.common_name, found.bin) == (told["iin"], told["name"], self.pins["operator"]), "another officer")

    def journal(self, sealed):
        octets = self.take("journal/checkpoint.txt")
        text, _ = note(octets, self.key)
        origin, size, root = text.decode().split("\n")[:3]
        must(re.fullmatch(r"0|[1-9]\d*", size) and text.count(b"\n") == 3 and origin == self.key[0], "the checkpoint")
        self.size, self.root = int(size), base64.b64decode(root, validate=True)
        self.witnesses(octets)
        self.statement = self.read("statement.json", STATEMENT)
        must((self.statement["size"], self.statement["root"]) == (self.size, self.root.hex()), "another checkpoint")
        must(self.statement["tail"] == "asserted" and rises(self.statement["entries"]), "the statement")
        stamped = None
        if "journal/checkpoint.tst" in self.files:
            token = self.take("journal/checkpoint.tst")
            stamped = self.doubt("journal/checkpoint.tst", lambda: stamped_at(token, [octets, text, own_note(octets, self.key)], self.trust))
        if stamped is None or sealed is None or sealed - stamped > timedelta(hours=24):
            self.doubts.append("journal/checkpoint.txt: its time is not proven")
        latest = second(min(self.at, stamped or self.at)) + SKEW
        self.entries, before = {}, None
        for seq in self.statement["entries"]:
            body = self.take(f"journal/entries/{seq}.json")
            openings = self.read(f"journal/openings/{seq}.json", OPENINGS)
            proof = self.read(f"journal/proofs/{seq}.json", PROOF)
            entry = Entry(seq, body, openings["openings"], self.key[0])
            must((openings["seq"], proof["seq"], proof["size"]) == (seq, seq, self.size), f"of another entry than {seq}")
            must(digits(proof["leaf"]) == entry.leaf, f"leaf of entry {seq}")
            must(root_of(entry.leaf, seq, self.size, [digits(each) for each in proof["hashes"]]) == self.root, f"proof of {seq}")
            must(before is None or before <= entry.at, "time goes back")
            must(second(entry.at) <= latest, f"entry {seq} is later than what proves it")
            self.entries[seq], before = entry, entry.at
        self.stamped = stamped
        self.subjects(stamped)
        self.over = latest

    def witnesses(self, octets):
        """What another key than that of a witness says, and what is not there, is missing alike."""
        missing = []
        for text in self.pins["witnesses"]:
            try:
                holds = has_cosigned(octets, key_of(text, WITNESS))
            except (Refuted, ValueError, IndexError):
                holds = False
            missing += [] if holds else [text]
        needed = self.pins["quorum"] or len(self.pins["witnesses"])
        if len(self.pins["witnesses"]) - len(missing) < needed:
            self.doubts += [f"journal/checkpoint.txt: not cosigned by {text}" for text in missing]

    def subjects(self, stamped):
        subjects, seal = self.statement["subjects"], self.statement["seal"]
        must(self.statement["level"] == (1 if not subjects else 3 if seal else 2), "the level claimed is not the one shown")
        shown = None
        if seal:
            entry = self.entries.get(seal["entry"])
            must(entry and entry.kind == "journal.sealed" and "seal" in entry.fields, "the seal is not here")
            must(entry.committed[0] == 1 and seal["entry"] - seal["size"] <= 100_000, "more than a seal, or an old one")
            made = of_millis(seal["t"])
            must(made == entry.at, "the seal is of another time")
            must(stamped is None or stamped - made <= timedelta(hours=24), "a seal of long before the checkpoint")
            shown = entry.fields["seal"]
            must(set(shown) == {"day", "size", "root", "subjects", "map"}, "the seal")
            must(shown["size"] == seal["size"] <= seal["entry"], "the seal is of another size")
        key = self.vrf_key() if subjects else None
        must(len({each["identity"] for each in subjects}) == len(subjects), "a subject twice")
        self.histories = {}
        for subject in subjects:
            pseudonym, identity = digits(subject["pseudonym"]), subject["identity"]
            output = slow_ed25519.vrf_output(key, identity.encode(), digits(subject["proof"], 80))
            must(output is not None and output[:32] == pseudonym, f"the pseudonym of {identity}")
            self.history(subject)
            self.sealed(subject, pseudonym, shown)
            self.histories[identity] = subject["entries"]
        must(len({each["pseudonym"] for each in subjects}) == len(subjects), "a pseudonym twice")
        by_pseudonym = {each["pseudonym"]: each["entries"] for each in subjects}
        for entry in self.entries.values():
            must(all(entry.seq in by_pseudonym.get(link["s"], [entry.seq]) for link in entry.links), "an entry is left out")
            told = entry.told()
            must(all(entry.seq in self.histories.get(each, [entry.seq]) for each in told), "an entry tells another subject")
            opened = len(entry.fields) == entry.committed[0]
            for identity, listed in self.histories.items():
                family = identity.split(":")[0]
                same = [each for each in told if each.split(":")[0] == family]
                if entry.seq in listed and same and (opened or family != "party"):
                    must(identity in same, "an entry of another subject than it tells")

    def vrf_key(self):
        first = self.entries.get(0)
        must(first and first.kind == "log.opened", "the first entry of the log is not here")
        must(first.committed == (2, 0) and len(first.fields) == 2, "more than one key of pseudonyms")
        first.must_say("vrf_suite", "ECVRF-EDWARDS25519-SHA512-TAI")
        key = slow_ed25519.vrf_key(digits(first.fields.get("vrf_key")))
        must(key, "the key of pseudonyms")
        return key

    def history(self, subject):
        gone, before = 0, ""
        if subject["pruned"]:
            gone, last, before = (subject["pruned"][name] for name in ("count", "seq", "leaf"))
            must(subject["identity"].startswith("party:") and gone > 0, "a beginning that is not pruned")
            must(last < min(subject["entries"] + [self.size]) and len(digits(before)) == 32, "what was pruned comes after what was not")
            must(subject["entries"] or subject["sealed"], "nothing shows that what was pruned was its own")
            self.pruned(subject["pruned"])
        must(rises(subject["entries"]) and gone + len(subject["entries"]) == subject["count"] > 0, "the count of a subject")
        for number, seq in enumerate(subject["entries"], gone + 1):
            must(seq in self.entries, f"entry {seq} is not here")
            links = [link for link in self.entries[seq].links if link["s"] == subject["pseudonym"]]
            must(len(links) == 1 and links[0] == {"n": number, "prev": before, "s": subject["pseudonym"]}, "a gap in a history")
            before = self.entries[seq].leaf.hex()

    def pruned(self, told):
        """That the last pruned entry is where and of when it is told, and past its term."""
        gone = Entry(told["seq"], told["body"].encode(), [], self.key[0])
        must(gone.leaf == digits(told["leaf"]) and gone.at == of_millis(told["t"]), "the pruned entry is another one")
        hashes = [digits(each) for each in told["hashes"]]
        must(root_of(gone.leaf, gone.seq, self.size, hashes) == self.root, "proof of the pruned entry")
        for entry in self.entries.values():
            before = entry.seq == 0 and entry.at <= gone.at
            must(before or entry.seq > gone.seq and entry.at >= gone.at, f"entry {entry.seq} lies before what was pruned")
        must(self.is_past_its_term(gone.at), "what was pruned is not past its term")

    def is_past_its_term(self, at):
        return term_of(at) <= (self.stamped or self.at) + SKEW

    def sealed(self, subject, pseudonym, shown):
        told = subject["sealed"]
        must((told is None) == (shown is None), "a subject without a seal, or a seal without it")
        if shown is None:
            return
        below, pruned = [seq for seq in subject["entries"] if seq < shown["size"]], subject["pruned"]
        must(pruned is None or pruned["seq"] < shown["size"], "pruned above the seal")
        count = len(below) + (pruned["count"] if pruned else 0)
        must(told["count"] == count, "another count below the seal")
        standing, hashes = bytes(32), [digits(each) for each in told["hashes"]]
        if count:
            must(told["other"] is None, "shown to be there and not to be")
            last = (below[-1], self.entries[below[-1]].leaf) if below else (pruned["seq"], digits(pruned["leaf"]))
            standing = map_leaf(pseudonym, count, *last)
        elif told["other"]:
            other = digits(told["other"]["subject"])
            bits = lambda octets: f"{int.from_bytes(octets, 'big'):0256b}"[: len(hashes)]
            must(other != pseudonym and bits(other) == bits(pseudonym), "another subject that proves nothing")
            standing = map_leaf(other, told["other"]["count"], told["other"]["seq"], digits(told["other"]["leaf"]))
        must(map_root(pseudonym, standing, hashes) == digits(shown["map"]), "the map of the seal shows something else")

    def documents(self):
        ids = self.extract["documents"]
        must(len(set(ids)) == len(ids), "a document twice")
        self.read_documents = {}
        for id in ids:
            must(re.fullmatch(r"[0-9a-f-]{36}", id), "the id of a document")
            document = self.read(f"documents/{id}/document.json", DOCUMENT)
            must(document["id"] == id, "of another document")
            self.document(document)
            self.read_documents[id] = document

    def content(self, file, folder):
        must(re.fullmatch(re.escape(folder) + r"[^/]+", file["path"]), f"{file['path']} is not in its folder")
        octets = self.take(file["path"])
        must((len(octets), sha256(octets).hex()) == (file["size"], file["sha256"]), f"{file['path']} is another file")
        return octets

    def document(self, document):
        folder, id = f"documents/{document['id']}/", document["id"]
        original = self.content(document["original"], folder + "original/")
        for file in document["attachments"]:
            self.content(file, folder + "attachments/")
        recorded = None
        if document["recorded_entry"] is None:
            must(document["received_at"] is None, "received without an entry")
        else:
            recorded = self.entries.get(document["recorded_entry"])
            must(recorded and recorded.kind in ("document.recorded", "document.received"), "the entry that recorded it")
            self.recorded(document, recorded)
        self.states(document)
        sides = {(each["side"], each["entry"]) for each in document["signatures"]}
        must(recorded is None or ("sender", recorded.seq) in sides, "its sender's signature is missing")
        accepted = any(side == "recipient" and entry is not None for side, entry in sides)
        must(document["state"] != "accepted" or accepted, "its recipient's signature is missing")
        verdicts = {}
        for signature in document["signatures"]:
            verdicts[signature["id"]] = self.doubt(signature["path"], lambda: self.signature(document, signature, original))
        self.protocol(document, verdicts)
        for path in document["receipts"]:
            must(re.fullmatch(re.escape(folder) + r"receipts/[^/]+", path), f"{path} is not in its folder")
            self.doubt(path, lambda: self.receipt(path, document, recorded))

    def recorded(self, document, entry):
        must(document["received_at"] and instant(document["received_at"]) == entry.at, "received at another time")
        files = [{name: file[name] for name in ("name", "sha256", "size")} for file in document["attachments"]]
        for name, value in [
            ("document_id", document["id"]),
            ("kind", document["kind"]),
            ("number", document["number"]),
            ("sender", document["sender"]["key"]),
            ("recipient", document["recipient"]["key"]),
            ("content_name", document["original"]["name"]),
            ("content_sha256", document["original"]["sha256"]),
            ("attachments", files),
        ]:
            entry.must_say(name, value)

    def states(self, document):
        id, state = document["id"], None
        history = self.histories.get(f"document:{id}")
        spoken = [entry.seq for entry in self.entries.values() if entry.fields.get("document_id") == id]
        must(history is not None or not spoken and document["recorded_entry"] is None, "the history of a document is not told")
        must(set(spoken) <= set(history or []), "an entry is left out of its history")
        for entry in (self.entries[seq] for seq in history or []):
            if entry.kind in LEADS:
                entry.must_say("document_id", id)
                allowed, leads = LEADS[entry.kind]
                must(state in allowed, f"entry {entry.seq} cannot follow")
                must(leads != "received" or entry.seq == document["recorded_entry"], "recorded by another entry")
                state = leads
        before = ("draft", "check-pending", "check-failed", "recording")
        must(document["state"] == state if state else document["state"] in before, "the journal leads to another state")

    def signature(self, document, told, original):
        folder = f"documents/{document['id']}/signatures/"
        paths = [told["path"]] + ([told["time_stamp"]] if told["time_stamp"] is not None else [])
        must(all(re.fullmatch(re.escape(folder) + r"[^/]+", path) for path in paths), "a signature outside its folder")
        octets, token = self.take(paths[0]), self.take(paths[1]) if paths[1:] else None
        must(sha256(octets).hex() == told["sha256"] and told["side"] in ("sender", "recipient"), "another signature")
        entry, at = None, instant(told["checked_at"])
        if told["entry"] is not None:
            entry = self.entries.get(told["entry"])
            self.signature_entry(document, told, entry)
            at = entry.at + SKEW
        try:
            _, judged = judge(octets, original, self.trust, at, token)
        except (Refuted, Undetermined):
            if entry is None:
                return None
            raise
        self.signer(document, told, judged.certificate)
        if entry is None:
            return None
        if told["proven_at"] is not None:
            must(judged.proven and second(instant(told["proven_at"])) == second(judged.proven), "proven at another time")
        if judged.proven is None or judged.proven > second(entry.at) + SKEW:
            raise Undetermined("nothing but the journal says when the signature was there")
        if "proven_at" in entry.fields:
            must(second(instant(entry.fields["proven_at"])) == second(judged.proven), "proven at another time in the entry")
        self.at_receipt(judged, max(entry.at, judged.proven))
        return "TOTAL-PASSED"

    def signature_entry(self, document, told, entry):
        must(entry, "the entry of a signature is not here")
        is_sender = told["side"] == "sender"
        must(entry.seq == document["recorded_entry"] if is_sender else entry.kind == "document.signed", "another entry")
        for name, value in [
            ("document_id", document["id"]),
            ("signature_id", told["id"]),
            ("signature_sha256", told["sha256"]),
            ("certificate_sha256", told["certificate_sha256"]),
            ("signer_iin", told["iin"]),
            ("verdict", told["indication"]),
        ]:
            entry.must_say(name, value)
        if told["bin"] is None:
            must(entry.fields.get("signer_bin") is None, "a BIN that the certificate does not have")
        else:
            entry.must_say("signer_bin", told["bin"])
        entry.may_say("signer_role", told["role"])

    def signer(self, document, told, certificate):
        names = certificate.sha256, certificate.common_name, certificate.iin, certificate.bin
        must(names == tuple(told[name] for name in ("certificate_sha256", "common_name", "iin", "bin")), "another signer")
        roles = [role for role in map(role_of, certificate.uses()) if role]
        telling = [role for role in roles if role[0] not in ("natural-person", "legal-entity")] or roles
        must(telling and telling[0][0] == told["role"], "another role")
        kind, _, number = document[told["side"]]["key"].partition(":")
        must(document["kind"] in KINDS and kind in ("iin", "bin"), "no such kind or party")
        if kind == "iin":
            must(certificate.iin == number and certificate.bin is None, "a certificate of another person")
        else:
            must(certificate.bin == number, "a certificate of another organisation")
            must(any(document["kind"] in binds for _, binds in roles), "the signer may not bind the organisation")

    def at_receipt(self, judged, receipt):
        must(judged.certificate.valid_at(receipt), "the certificate had expired when it was received")
        for source, issued, until, revoked in judged.words:
            must(revoked is None or revoked > receipt, "the certificate was revoked when it was received")
            until = until or (issued + timedelta(hours=24) if source == "ocsp" else None)
            counts = until is not None and receipt < until
            after = issued + SKEW >= second(judged.proven)
            if (after and (issued >= second(receipt) or counts)) or (source == "crl" and counts):
                return
        raise Undetermined("nothing says that the certificate was not revoked when it was received")

    def protocol(self, document, verdicts):
        told = [each["condition"] for each in document["conditions"]]
        must(told == [each for each in CONDITIONS if each in told] and len(set(told)) == len(told), "conditions out of order")
        sender = [each for each in document["signatures"] if each["side"] == "sender" and each["entry"] is not None]
        for each in document["conditions"]:
            must(each["clause"] == f"A5.2.3.{CONDITIONS.index(each['condition']) + 1}", "the clause of a condition")
            if each["condition"] == "recorded":
                must(each["holds"] == (document["recorded_entry"] is not None), "a condition is told wrongly")
            elif each["condition"] in CONDITIONS[:2] and sender and verdicts[sender[0]["id"]]:
                must(each["holds"], "a condition is told wrongly")

    def receipt(self, path, document, recorded):
        octets = self.take(path)
        cms = Cms(octets)
        must(cms.content is not None, "a receipt without content")
        try:
            _, judged = judge(octets, None, self.trust, cms.claimed_at() or self.at, revocation=False)
            is_ours = judged.certificate.bin == self.pins["operator"] and is_system(judged.certificate)
            must(is_ours, "a receipt of somebody else")
        except Undetermined:
            # One without a time stamp does not weigh.
            if cms.time_stamps():
                raise
        told, log = record(cms.content, RECEIPT, path), self.extract["log"]
        sender = [each["sha256"] for each in document["signatures"] if each["side"] == "sender"]
        must(recorded, "a receipt without an entry")
        found = {
            "type": "Receipt", "version": 1, "document_id": document["id"], "kind": document["kind"],
            "document_number": document["number"], "title": document["title"],
            "content_sha256": document["original"]["sha256"],
            "attachments": [{"name": each["name"], "sha256": each["sha256"]} for each in document["attachments"]],
            "journal": {"origin": log["origin"], "key": log["key"], "entry": recorded.seq, "leaf": recorded.leaf.hex()},
        }  # fmt: skip
        must(all(told[name] == value for name, value in found.items()), "a receipt of something else")
        parties = [(told[side]["party"], document[side]["key"]) for side in ("sender", "recipient")]
        must(all(a == b for a, b in parties) and told["operator"]["bin"] == self.pins["operator"], "a receipt of others")
        must(told["signature_sha256"] == (sender[0] if sender else None), "a receipt for another signature")
        must(instant(told["received_at"]) == recorded.at, "a receipt of another time")

    def request(self):
        asked, period = self.extract["request"]["asked_by"], self.extract["request"]["period"]
        must(isinstance(asked, dict) and len(asked) == 1 and set(asked) <= set(ASKERS), "who asked")
        for name, of in ASKERS.items():
            must(name not in asked or isinstance(asked[name], dict) and fit(asked[name], of, name), "who asked")
        if "party" in asked:
            key = asked["party"]["key"]
            for document in self.read_documents.values():
                must(key in (document["sender"]["key"], document["recipient"]["key"]), "who asked is no party to a document")
            must(period is None or period["party"] == key, "who asked for a period is not its party")

    def period(self):
        asked = self.extract["request"]["period"]
        if asked is None:
            must(self.statement["period"] is None, "a period is told, and none was asked for")
            return
        words = f" [{asked['party']} {asked['from']}/{asked['to']}]"
        must(self.extract["request"]["scope"].endswith(words), "the words of the scope end in another period")
        begin, end = instant(asked["from"]), instant(asked["to"])
        must(begin < end <= self.over, "a period that ends before it begins, or is not over")
        identity, documents = f"party:{asked['party']}", self.extract["documents"]
        must(identity in self.histories, "the history of the party is not here")
        pruned = [each["pruned"] for each in self.statement["subjects"] if each["identity"] == identity][0]
        ended = pruned and of_millis(pruned["t"])
        must(ended is None or ended < begin, "a period that reaches back to what was pruned")
        own = {f"document:{id}" for id in documents} | {f"case:{case['id']}" for case in self.extract["cases"]}
        must(set(self.histories) <= own | {identity}, "the history of somebody else is here")
        history = [self.entries[seq] for seq in self.histories[identity]]
        inside = [entry for entry in history if begin <= entry.at < end]
        must(inside, "no entry in the period")
        must(set(documents) <= {entry.fields.get("document_id") for entry in inside}, "a document of outside the period")
        told = self.statement["period"] or {"closed": [], "destroyed": []}
        must(self.untold(inside, history) == (told["closed"], told["destroyed"]), "what of the period is not here")
        shown = {seq for each in own & set(self.histories) for seq in self.histories[each]} | {entry.seq for entry in inside}
        for entry in self.entries.values():
            if entry.seq in shown or entry.kind in ("log.opened", "journal.sealed", "offer.published"):
                continue
            may = {"document.contested": {"document_id", "case_id"}, "document.destroyed": {"document_id"}}.get(entry.kind, set())
            closed = not entry.tells_actor and len(entry.links) <= 1 and set(entry.fields) <= may
            must(closed and entry in history, f"entry {entry.seq} is of outside the period and opened, or of nobody here")

    def untold(self, inside, history):
        """Entries of the period that are closed, and documents recorded in it that were destroyed."""
        closed, destroyed = [], []
        for entry in inside:
            if not entry.tells_actor and not entry.fields:
                must(self.is_past_its_term(entry.at), f"entry {entry.seq} of the period is closed before its term")
                closed.append(entry.seq)
                continue
            kept_back = entry.kind == "compromise.reported"
            must(entry.tells_actor and len(entry.fields) + kept_back >= entry.committed[0], f"entry {entry.seq} is opened in part")
            if entry.kind not in ("document.recorded", "document.received"):
                continue
            must("document_id" in entry.fields, f"entry {entry.seq} does not tell its document")
            id = entry.fields["document_id"]
            if id in self.extract["documents"] or id in destroyed:
                continue
            later = [each for each in history if each.kind == "document.destroyed" and each.seq > entry.seq]
            must(id in [each.fields.get("document_id") for each in later], f"document {id} is left out")
            destroyed.append(id)
        return closed, destroyed

    def talk(self):
        """Section 9a: an extract of a session or of a message."""
        about = self.extract["request"]["about"]
        must(isinstance(about, dict) and len(about) == 1 and set(about) <= {"session", "message"}, "what it is about")
        (family, id), = about.items()
        must(isinstance(id, str) and self.extract["request"]["scope"].endswith(f" [{family} {id}]"), "the words of the scope")
        must(self.extract["request"]["period"] is None and not self.extract["documents"] + self.extract["cases"], "something else")
        messages = {message["id"]: message for message in self.extract["messages"]}
        must(len(messages) == len(self.extract["messages"]), "a message twice")
        own = {f"message:{each}" for each in messages} | {f"{family}:{id}"}
        must(set(self.histories) == own, "the subjects are not those that it is about")
        listed = sorted({seq for history in self.histories.values() for seq in history})
        for entry in self.entries.values():
            if entry.seq in listed:
                must(entry.tells_actor and len(entry.fields) == entry.committed[0], f"entry {entry.seq} is not opened in full")
            else:
                must(entry.kind in ("log.opened", "journal.sealed"), f"entry {entry.seq} is of nothing here")
        steps = self.extract["steps"]
        must([step["entry"] for step in steps] == listed, "the steps are not the entries")
        for step in steps:
            entry = self.entries[step["entry"]]
            must((step["kind"], step["said"], instant(step["at"])) == (entry.kind, entry.fields, entry.at), "a step of something else")
        kind = {"session": "session.opened", "message": "message.made"}[family]
        history = [self.entries[seq] for seq in self.histories[f"{family}:{id}"]]
        begins = [entry for entry in history if entry.kind == kind]
        must(len(begins) == 1 and begins[0].fields.get(f"{family}_id") == id, "the entry that it begins with")
        must(family == "message" or history[0] is begins[0], "a session that begins with something else")
        asked = self.extract["request"]["asked_by"].get("party")
        must(asked is None or begins[0].fields.get("party") == asked["key"], "who asked is another party")
        spoken = {step["said"]["message_id"] for step in steps if "message_id" in step["said"]}
        must(spoken == set(messages), "messages are left out, or of something else")
        for message in messages.values():
            self.message(message)

    def message(self, message):
        history = [self.entries[seq] for seq in self.histories[f"message:{message['id']}"]]
        course = [entry for entry in history if entry.kind in MESSAGE_COURSE]
        kinds = [entry.kind.removeprefix("message.") for entry in course]
        must(kinds[:1] == ["made"], "a message that was not made first")
        ends = {
            "email": (["made"], ["made", "sent"], ["made", "failed"]),
            "sms": (
                ["made"],
                ["made", "sent"],
                ["made", "failed"],
                ["made", "delivered"],
                ["made", "sent", "failed"],
                ["made", "sent", "delivered"],
            ),
        }
        channel = course[0].fields.get("channel")
        runs = channel in ends and kinds in ends[channel]
        if channel == "sms" and kinds == ["made", "failed", "delivered"]:
            runs = course[1].fields.get("reason") in ("given-up", "refused")
        must(runs, "the course of a message")
        path = f"messages/{message['id']}." + {"email": "eml", "sms": "json"}[channel]
        must(message["path"] == path, "a message in another place")
        octets = self.take(path)
        must((len(octets), sha256(octets).hex()) == (message["size"], message["sha256"]), "a message is another one")
        course[0].must_say("size", message["size"])
        for entry in course:
            entry.must_say("message_id", message["id"])
            entry.must_say("sha256", message["sha256"])
            if channel == "email":
                entry.must_say("mail_id", course[0].fields.get("mail_id"))

    def cases(self):
        contested = set()
        for entry in self.entries.values():
            if entry.kind == "document.contested":
                named = {"document_id", "case_id"} & set(entry.fields)
                here = any(entry.seq in self.histories[f"document:{id}"] for id in self.read_documents)
                if not named and not here:
                    continue
                must({"document_id", "case_id"} <= set(entry.fields), "a contested document that is not named")
                contested.add((entry.fields["document_id"], entry.fields["case_id"]))
        cases = {case["id"]: case for case in self.extract["cases"]}
        for case in cases.values():
            self.case(case)
        for id, document in self.read_documents.items():
            by_journal = {case for of, case in contested if of == id}
            by_signature = {case for each in document["signatures"] for case in each["contested_by"]}
            by_case = {case["id"] for case in cases.values() if id in case["documents"]}
            must(by_journal == by_signature == by_case, "cases, journal and signatures do not agree")
            for each in document["signatures"]:
                for case in each["contested_by"]:
                    must(cases[case]["certificate_sha256"] == each["certificate_sha256"], "a case of another certificate")

    def case(self, case):
        history = self.histories.get(f"case:{case['id']}")
        must(history is not None, "the history of a case is not told")
        state, cut_off = None, None
        for entry in self.entries.values():
            of_case = entry.kind.startswith("compromise.") and entry.fields.get("case_id") == case["id"]
            must(not of_case or entry.seq in history, "an entry is left out of the history of its case")
        for entry in (self.entries[seq] for seq in history):
            if not entry.kind.startswith("compromise."):
                continue
            entry.must_say("case_id", case["id"])
            entry.must_say("certificate_sha256", case["certificate_sha256"])
            if entry.kind == "compromise.reported" and state is None:
                for name in ("reported_at", "compromised_since"):
                    must(instant(entry.fields.get(name, "")) == instant(case[name]), f"{name} of a case")
                state = "open"
            elif entry.kind in ("compromise.annulled", "compromise.lifted") and state == "open":
                state = entry.kind.partition(".")[2]
                cut_off = entry.fields.get("cut_off") if state == "annulled" else None
                must(state == "lifted" or cut_off, "a cut-off that is not opened")
            else:
                raise Refuted("an entry of a case that cannot follow")
        must(state == case["state"], "the state of a case")
        same = cut_off == case["cut_off"] or cut_off and case["cut_off"] and instant(cut_off) == instant(case["cut_off"])
        must(same, "the cut-off of a case")


def verdict(data, pins, at):
    """Section 11: the word and the reason."""
    try:
        verifier = Verifier(data, pins, at)
        verifier.run()
    except (Refuted, ValueError, KeyError, TypeError, IndexError, RecursionError, OverflowError, struct.error) as error:
        return "TOTAL-FAILED", f"{type(error).__name__}: {error}"
    except Undetermined as error:
        return "INDETERMINATE", str(error)
    return ("INDETERMINATE", "; ".join(verifier.doubts)) if verifier.doubts else ("TOTAL-PASSED", "")


def main():
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--anchors", required=True, type=Path)
    reader.add_argument("--operator", default=None)
    reader.add_argument("--log-key", action="append", default=[])
    reader.add_argument("--witness", action="append", default=[])
    reader.add_argument("--witness-quorum", type=int, default=None)
    reader.add_argument("--at", required=True, type=instant)
    reader.add_argument("files", nargs="+", type=Path)
    asked = reader.parse_args()
    anchors = [Certificate(file.read_bytes()) for file in sorted(asked.anchors.iterdir()) if file.suffix in (".cer", ".crt", ".der")]
    pins, passed = {"operator": asked.operator, "log_keys": asked.log_key, "anchors": anchors}, True
    pins |= {"witnesses": asked.witness, "quorum": asked.witness_quorum}
    for file in asked.files:
        word, reason = verdict(file.read_bytes(), pins, asked.at)
        # Without pins nothing is proven, whatever else holds.
        if word == "TOTAL-FAILED" and not (asked.operator and asked.log_key):
            word, reason = "INDETERMINATE", "no operator or no log key is pinned"
        passed &= word == "TOTAL-PASSED"
        print(json.dumps({"file": file.name, "indication": word, "reason": reason}, ensure_ascii=False), flush=True)
    return 0 if passed else 1


if __name__ == "__main__":
    sys.exit(main())
