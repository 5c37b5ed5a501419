"""Certificates, CMS, time stamps, OCSP and CRL as far as section 10 of docs/extract-format.md asks, from the octets up.

What cannot be judged raises Undetermined, what is wrong raises Refuted. Nothing is taken from a network or a clock.
"""

import base64
import hashlib
import re
from datetime import datetime, timedelta, timezone

import slow_gost

SKEW = timedelta(seconds=60)


class Refuted(Exception):
    """It is not as it must be."""


class Undetermined(Exception):
    """It can be neither proven nor refuted."""


class Node:
    """One element of BER."""

    def __init__(self, data, at=0, depth=0):
        if depth > 60 or at + 2 > len(data):
            raise Refuted("malformed DER")
        self.tag, first, content = data[at], data[at + 1], at + 2
        if self.tag & 31 == 31:
            raise Refuted("a tag of several octets")
        self.data, self.children, self.value = data, [], b""
        if first == 0x80:
            while data[content : content + 2] != b"\x00\x00":
                child = Node(data, content, depth + 1)
                self.children.append(child)
                content = child.end
            self.end = content + 2
        else:
            size = first
            if first > 0x80:
                size = int.from_bytes(data[content : content + first - 0x80], "big")
                content += first - 0x80
            self.end = content + size
            if self.end > len(data):
                raise Refuted("DER is cut off")
            self.value = data[content : self.end]
            if self.tag & 0x20:
                while content < self.end:
                    child = Node(data, content, depth + 1)
                    self.children.append(child)
                    content = child.end
                if content != self.end:
                    raise Refuted("an element is larger than its parent")
        self.raw = data[at : self.end]

    def __getitem__(self, index):
        try:
            return self.children[index]
        except IndexError as error:
            raise Refuted("an element is missing") from error

    def octets(self):
        return b"".join(child.octets() for child in self.children) if self.tag & 0x20 else self.value

    def integer(self):
        return int.from_bytes(self.value, "big", signed=True)

    def bits(self):
        return self.value[1:]

    def oid(self):
        numbers, number = [], 0
        for octet in self.value:
            number = number << 7 | octet & 127
            if octet < 128:
                numbers.append(number)
                number = 0
        first = min(numbers[0] // 40, 2)
        return ".".join(map(str, [first, numbers[0] - 40 * first] + numbers[1:]))

    def time(self):
        text = self.value.decode("ascii")
        if self.tag == 0x17:
            text = ("19" if int(text[:2]) >= 50 else "20") + text
        found = re.fullmatch(r"(\d{14})(?:\.(\d+))?Z", text)
        if not found:
            raise Refuted("a time in another form")
        at = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=timezone.utc)
        return at + timedelta(microseconds=int((found[2] or "0")[:6].ljust(6, "0")))


def whole(data):
    node = Node(data)
    if node.end != len(data):
        raise Refuted("octets after the DER")
    return node


def armored(data):
    """The octets of a CMS that may be PEM or base64."""
    if data[:1] == b"\x30":
        return data
    text = re.sub(rb"-----[A-Z0-9 ]+-----", b"", data)
    try:
        return base64.b64decode(b"".join(text.split()), validate=True)
    except ValueError as error:
        raise Refuted("not a CMS") from error


DIGESTS = {
    "2.16.840.1.101.3.4.2.1": lambda data: hashlib.sha256(data).digest(),
    "2.16.840.1.101.3.4.2.2": lambda data: hashlib.sha384(data).digest(),
    "2.16.840.1.101.3.4.2.3": lambda data: hashlib.sha512(data).digest(),
    "1.2.398.3.10.1.3.3": lambda data: slow_gost.streebog(data, 512),
    "1.2.398.3.10.1.3.2": lambda data: slow_gost.streebog(data, 256),
    "1.2.398.3.10.1.3.1": slow_gost.gost_34_311,
}
# Only inside OCSP's names of certificates.
SHA1 = "1.3.14.3.2.26"
SIGNATURES = {
    "1.2.840.113549.1.1.11": "2.16.840.1.101.3.4.2.1",
    "1.2.840.113549.1.1.12": "2.16.840.1.101.3.4.2.2",
    "1.2.840.113549.1.1.13": "2.16.840.1.101.3.4.2.3",
    "1.2.840.10045.4.3.2": "2.16.840.1.101.3.4.2.1",
    "1.2.840.10045.4.3.3": "2.16.840.1.101.3.4.2.2",
    "1.2.840.10045.4.3.4": "2.16.840.1.101.3.4.2.3",
    "1.2.398.3.10.1.1.2.3.2": "1.2.398.3.10.1.3.3",
    "1.2.398.3.10.1.1.1.2": "1.2.398.3.10.1.3.1",
}
GOST_CURVES = {
    ("1.2.398.3.10.1.1.2.2", "1.2.398.3.10.1.1.2.2.1"): slow_gost.GOST_512_A,
    ("1.2.398.3.10.1.1.1.1", "1.2.398.3.10.1.1.1.1.1"): slow_gost.GOST_2004,
}
PKCS1 = {
    "2.16.840.1.101.3.4.2.1": bytes.fromhex("3031300d060960864801650304020105000420"),
    "2.16.840.1.101.3.4.2.2": bytes.fromhex("3041300d060960864801650304020205000430"),
    "2.16.840.1.101.3.4.2.3": bytes.fromhex("3051300d060960864801650304020305000440"),
}


def digest(oid, data):
    if oid not in DIGESTS:
        raise Undetermined(f"the digest {oid} is not known here")
    return DIGESTS[oid](data)


def key_signed(key, algorithm, digest_oid, data, signature):
    """Whether the public key (SubjectPublicKeyInfo) signed the data. A key's identifier leaves it to the digest's."""
    kind = key[0][0].oid()
    used = SIGNATURES.get(algorithm, digest_oid if algorithm == kind else None)
    if used is None or (digest_oid is not None and used != digest_oid):
        raise Undetermined(f"the signature {algorithm} is not known here")
    made = digest(used, data)
    if kind == "1.2.840.113549.1.1.1" and used in PKCS1:
        numbers = whole(key[1].bits())
        n, e = numbers[0].integer(), numbers[1].integer()
        size = (n.bit_length() + 7) // 8
        if len(signature) != size or n.bit_length() < 2048:
            return False
        block = PKCS1[used] + made
        block = b"\x00\x01" + b"\xff" * (size - 3 - len(block)) + b"\x00" + block
        return pow(int.from_bytes(signature, "big"), e, n) == int.from_bytes(block, "big")
    if kind == "1.2.840.10045.2.1" and key[0][1].oid() == "1.2.840.10045.3.1.7":
        point, numbers = key[1].bits(), whole(signature)
        if len(point) != 65 or point[0] != 4:
            return False
        at = int.from_bytes(point[1:33], "big"), int.from_bytes(point[33:], "big")
        return slow_gost.ecdsa_verify(slow_gost.NIST_P256, at, made, numbers[0].integer(), numbers[1].integer())
    curve = GOST_CURVES.get((kind, key[0][1][0].oid())) if kind.startswith("1.2.398.") else None
    if curve:
        return slow_gost.gost_verify(curve, whole(key[1].bits()).octets(), made, signature)
    raise Undetermined(f"the key {kind} is not known here")


class Certificate:
    def __init__(self, der):
        node = whole(der)
        self.der, self.sha256 = der, hashlib.sha256(der).hexdigest()
        self.tbs, self.algorithm, self.signature = node[0], node[1][0].oid(), node[2].bits()
        fields = self.tbs.children[1:] if self.tbs[0].tag == 0xA0 else self.tbs.children
        self.serial = fields[0].value
        self.issuer, self.subject, self.key = fields[2].raw, fields[4].raw, fields[5]
        self.not_before, self.not_after = fields[3][0].time(), fields[3][1].time()
        self.names = {}
        for group in fields[4].children:
            for pair in group.children:
                self.names.setdefault(pair[0].oid(), []).append(pair[1].value.decode("utf-8", "replace"))
        self.extensions = {}
        for field in fields[6:]:
            for extension in field[0].children if field.tag == 0xA3 else []:
                critical = extension[1].tag == 1 and extension[1].value != b"\x00"
                self.extensions[extension[0].oid()] = (critical, extension[-1].value)

    def numbered(self, prefix, *oids):
        """The twelve digits after the prefix; none where two differ."""
        texts = [text for oid in oids for text in self.names.get(oid, [])]
        found = {text[len(prefix) :] for text in texts if re.fullmatch(prefix + "[0-9]{12}", text)}
        return found.pop() if len(found) == 1 else None

    @property
    def iin(self):
        return self.numbered("IIN", "2.5.4.5")

    @property
    def bin(self):
        return self.numbered("BIN", "2.5.4.11", "2.5.4.5")

    @property
    def common_name(self):
        return self.names.get("2.5.4.3", [None])[0]

    def uses(self):
        found = self.extensions.get("2.5.29.37")
        return [node.oid() for node in whole(found[1]).children] if found else []

    def may(self, bit):
        found = self.extensions.get("2.5.29.15")
        return bool(found) and bool(whole(found[1]).bits()[:1]) and bool(whole(found[1]).bits()[0] & 0x80 >> bit)

    def is_ca(self):
        found = self.extensions.get("2.5.29.19")
        return bool(found) and any(node.tag == 1 and node.value != b"\x00" for node in whole(found[1]).children)

    def valid_at(self, at):
        return self.not_before <= at <= self.not_after

    def signed_by(self, issuer):
        return key_signed(issuer.key, self.algorithm, None, self.tbs.raw, self.signature)


class Trust:
    """The anchors of the reader and the evidence of the extract."""

    def __init__(self, anchors, certificates, ocsp, crls):
        self.anchors, self.certificates, self.ocsp, self.crls = anchors, certificates, ocsp, crls
        self.known = {}

    def signed(self, certificate, issuer):
        pair = certificate.sha256, issuer.sha256
        if pair not in self.known:
            self.known[pair] = certificate.signed_by(issuer)
        return self.known[pair]

    def path(self, certificate, at, more=(), depth=0):
        """The certificate, its issuers, and the anchor."""
        for anchor in self.anchors:
            if (anchor.subject, anchor.key.raw) == (certificate.subject, certificate.key.raw):
                return [certificate]
        if not certificate.valid_at(at):
            raise Undetermined("a certificate outside its term")
        for anchor in self.anchors:
            if anchor.subject == certificate.issuer and self.signed(certificate, anchor):
                return [certificate, anchor]
        for issuer in list(self.certificates) + list(more) if depth < 5 else []:
            if issuer.subject != certificate.issuer or issuer.sha256 == certificate.sha256:
                continue
            if issuer.is_ca() and issuer.may(5) and self.signed(certificate, issuer):
                try:
                    return [certificate] + self.path(issuer, at, more, depth + 1)
                except Undetermined:
                    continue
        raise Undetermined("the certificate does not lead to an anchor")

    def words(self, certificate, issuer, ocsp, crls):
        """What evidence says of the certificate: (source, thisUpdate, nextUpdate, revoked since or None)."""
        for response in ocsp:
            yield from response.words(certificate, issuer, self)
        for crl in crls:
            yield from crl.words(certificate, issuer)

    def not_revoked(self, path, at, ocsp, crls):
        for certificate, issuer in zip(path, path[1:]):
            good = False
            for source, issued, until, revoked in self.words(certificate, issuer, ocsp, crls):
                if revoked is not None:
                    if revoked <= at:
                        raise Refuted("the certificate was revoked")
                    good = True
                    continue
                until = until or (issued + timedelta(hours=24) if source == "ocsp" else None)
                good |= issued <= at and (until is None or at < until) or issued >= at
            if not good:
                raise Undetermined("nothing says that the certificate was not revoked")


class Ocsp:
    def __init__(self, der):
        node = whole(der)
        if node[0].integer() != 0:
            raise Refuted("an OCSP response without an answer")
        basic = whole(node[1][0][1].value)
        self.data, self.algorithm, self.signature = basic[0], basic[1][0].oid(), basic[2].bits()
        self.certificates = [Certificate(each.raw) for each in basic[3][0].children] if len(basic.children) > 3 else []
        lists = [node for node in self.data.children if node.tag == 0x30]
        self.answers = lists[0].children

    def signer(self, issuer, trust):
        for certificate in self.certificates + [issuer]:
            delegated = "1.3.6.1.5.5.7.3.9" in certificate.uses() and certificate.issuer == issuer.subject
            if certificate.sha256 != issuer.sha256 and not (delegated and trust.signed(certificate, issuer)):
                continue
            if key_signed(certificate.key, self.algorithm, None, self.data.raw, self.signature):
                return certificate
        return None

    def words(self, certificate, issuer, trust):
        for answer in self.answers:
            name = answer[0]
            algorithm = name[0][0].oid()
            hashed = (lambda data: hashlib.sha1(data).digest()) if algorithm == SHA1 else DIGESTS.get(algorithm)
            if name[3].value != certificate.serial or hashed is None:
                continue
            if name[1].value != hashed(issuer.subject) or name[2].value != hashed(issuer.key[1].bits()):
                continue
            issued = answer[2].time()
            until = answer[3][0].time() if len(answer.children) > 3 and answer[3].tag == 0xA0 else None
            signer = self.signer(issuer, trust)
            if signer is None or not signer.valid_at(issued) and signer.sha256 != issuer.sha256:
                continue
            status = answer[1]
            if status.tag == 0x80:
                yield "ocsp", issued, until, None
            elif status.tag == 0xA1:
                yield "ocsp", issued, until, status[0].time()


class Crl:
    def __init__(self, der):
        node = whole(der)
        self.tbs, self.algorithm, self.signature = node[0], node[1][0].oid(), node[2].bits()
        fields = self.tbs.children[1:] if self.tbs[0].tag == 2 else self.tbs.children
        self.issuer, self.issued = fields[1].raw, fields[2].time()
        rest = fields[3:]
        self.until = rest.pop(0).time() if rest and rest[0].tag in (0x17, 0x18) else None
        self.entries = {}
        for entry in rest.pop(0).children if rest and rest[0].tag == 0x30 else []:
            self.entries[entry[0].value] = entry[1].time()
        names = [each[0].oid() for each in rest[0][0].children] if rest else []
        # Parts of a list, and lists for some certificates only, are not read.
        self.is_full = "2.5.29.27" not in names and "2.5.29.28" not in names

    def words(self, certificate, issuer):
        if self.is_full and self.issuer == certificate.issuer == issuer.subject and issuer.may(6):
            if key_signed(issuer.key, self.algorithm, None, self.tbs.raw, self.signature):
                yield "crl", self.issued, self.until, self.entries.get(certificate.serial)


class Cms:
    """A CMS with one signer."""

    def __init__(self, octets):
        outer = whole(armored(octets))
        if outer[0].oid() != "1.2.840.113549.1.7.2":
            raise Refuted("not SignedData")
        data = outer[1][0]
        rest = list(data.children[3:])
        content = data[2]
        self.content_type = content[0].oid()
        self.content = content[1][0].octets() if len(content.children) > 1 else None
        self.certificates, self.crls, self.ocsp = [], [], []
        while rest and rest[0].tag in (0xA0, 0xA1):
            field = rest.pop(0)
            for node in field.children:
                if field.tag == 0xA0 and node.tag == 0x30:
                    self.certificates.append(Certificate(node.raw))
                elif field.tag == 0xA1 and node.tag == 0x30:
                    self.crls.append(Crl(node.raw))
                elif field.tag == 0xA1 and node.tag == 0xA1 and node[0].oid() == "1.3.6.1.5.5.7.16.2":
                    self.ocsp.append(Ocsp(node[1].raw))
        if len(rest) != 1 or len(rest[0].children) != 1:
            raise Refuted("not one signer")
        signer = rest[0][0]
        fields = list(signer.children[1:])
        self.sid, self.digest = fields.pop(0), fields.pop(0)[0].oid()
        self.signed = fields.pop(0) if fields[0].tag == 0xA0 else None
        self.algorithm, self.signature = fields.pop(0)[0].oid(), fields.pop(0).octets()
        self.unsigned = fields[0] if fields else None

    def attribute(self, where, oid):
        found = [node for node in where.children if node[0].oid() == oid] if where else []
        if len(found) > 1:
            raise Refuted("an attribute twice")
        return list(found[0][1].children) if found else []

    def time_stamps(self):
        return [value.raw for value in self.attribute(self.unsigned, "1.2.840.113549.1.9.16.2.14")]

    def claimed_at(self):
        told = self.attribute(self.signed, "1.2.840.113549.1.9.5")
        return told[0].time() if told else None

    def certificate(self, more):
        for certificate in self.certificates + list(more):
            if self.sid.tag == 0x30 and (self.sid[0].raw, self.sid[1].value) == (certificate.issuer, certificate.serial):
                return certificate
            known = certificate.extensions.get("2.5.29.14")
            if self.sid.tag == 0x80 and known and whole(known[1]).value == self.sid.value:
                return certificate
        raise Undetermined("the signer's certificate is not here")

    def must_cover(self, content, certificate):
        """That the certificate's key signed this content."""
        data = content
        if self.signed is not None:
            told = self.attribute(self.signed, "1.2.840.113549.1.9.4")
            if len(told) != 1 or told[0].value != digest(self.digest, content):
                raise Refuted("the content is not what was signed")
            kind = self.attribute(self.signed, "1.2.840.113549.1.9.3")
            if len(kind) != 1 or kind[0].oid() != self.content_type:
                raise Refuted("the signed type of content is another")
            self.must_name(certificate)
            data = b"\x31" + self.signed.raw[1:]
        elif self.content_type != "1.2.840.113549.1.7.1":
            raise Refuted("no signed attributes")
        if not key_signed(certificate.key, self.algorithm, self.digest, data, self.signature):
            raise Refuted("the signature value does not fit the key")

    def must_name(self, certificate):
        for value in self.attribute(self.signed, "1.2.840.113549.1.9.16.2.47"):
            named = list(value[0][0].children)
            oid = named.pop(0)[0].oid() if named[0].tag == 0x30 else "2.16.840.1.101.3.4.2.1"
            if named[0].value != digest(oid, certificate.der):
                raise Refuted("the signed attributes name another certificate")


def stamped_at(token, octets_of, trust):
    """The instant of the token, when it is over one of these octets and its authority has a path."""
    cms = Cms(token)
    if cms.content_type != "1.2.840.113549.1.9.16.1.4" or cms.content is None:
        raise Refuted("not a time stamp")
    info = whole(cms.content)
    oid, imprint, at = info[2][0][0].oid(), info[2][1].value, info[4].time()
    if not any(digest(oid, octets) == imprint for octets in octets_of):
        raise Refuted("the time stamp is over something else")
    authority = cms.certificate(trust.certificates)
    cms.must_cover(cms.content, authority)
    found = authority.extensions.get("2.5.29.37")
    if authority.uses() != ["1.3.6.1.5.5.7.3.8"] or not found[0]:
        raise Refuted("not the certificate of a time-stamping authority")
    trust.path(authority, at, cms.certificates)
    return at


class Judged:
    """A signature that holds: its certificate, the instant that a time stamp proves, the evidence."""

    def __init__(self, certificate, proven, words):
        self.certificate, self.proven, self.words = certificate, proven, words


def judge(octets, content, trust, at, token=None, revocation=True):
    """Judges the one signature in a CMS by section 10; `content` None means what it carries."""
    cms = Cms(octets)
    if content is None:
        content = cms.content
    if content is None or cms.content not in (None, content):
        raise Refuted("it carries other content")
    certificate = cms.certificate(trust.certificates)
    cms.must_cover(content, certificate)
    if not certificate.may(1):
        raise Refuted("the key is not for signing documents")
    proven = None
    for stamp in cms.time_stamps() + ([token] if token else []):
        found = stamped_at(stamp, [cms.signature], trust)
        proven = found if proven is None else min(proven, found)
    when = proven or at
    path = trust.path(certificate, when, cms.certificates)
    ocsp, crls = list(trust.ocsp) + cms.ocsp, list(trust.crls) + cms.crls
    for value in cms.attribute(cms.unsigned, "1.2.840.113549.1.9.16.2.24"):
        for field in value.children:
            for node in field[0].children:
                if field.tag == 0xA0:
                    crls.append(Crl(node.raw))
                elif field.tag == 0xA1:
                    ocsp.append(WrappedOcsp(node.raw))
    if revocation:
        trust.not_revoked(path, when, ocsp, crls)
    words = list(trust.words(certificate, path[1], ocsp, crls)) if len(path) > 1 else []
    return cms, Judged(certificate, proven, words)


class WrappedOcsp(Ocsp):
    """A BasicOCSPResponse, as revocation values hold it."""

    def __init__(self, der):
        size = lambda data: bytes([len(data)]) if len(data) < 128 else bytes([0x84]) + len(data).to_bytes(4, "big")
        wrap = lambda tag, data: bytes([tag]) + size(data) + data
        inner = wrap(0x30, bytes.fromhex("06092b0601050507300101") + wrap(0x04, der))
        super().__init__(wrap(0x30, b"\x0a\x01\x00" + wrap(0xA0, inner)))
