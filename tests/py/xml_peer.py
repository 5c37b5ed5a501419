"""What libxml2 and xmlsec say of XML, for a comparison with our own reader, canonical forms and signatures.

    xml_peer.py FOLDER SEED COUNT

FOLDER holds key.pem, certificate.der and signed documents ours-*.xml. Written into it: forms.jsonl (documents with their canonical
forms), broken.jsonl (documents with one or two characters changed, and whether libxml2 reads them), theirs-*.xml (documents signed
by xmlsec). Printed: one JSON object with the names of those of ours that xmlsec verifies. The same seed gives the same documents.
"""

import base64
import io
import itertools
import json
import random
import sys
from pathlib import Path

import xmlsec
from lxml import etree

URIS = ["urn:a", "urn:b", "http://c.example/x", "urn:d"]
PREFIXES = ["p", "q", "r", "s"]
NAMES = ["a", "b", "c", "құжат", "d-1", "e.x", "_f"]
TEXT = ["x", " ", "\n", "\r\n", "\r", "\t", "&amp;", "&lt;", "&gt;", ">", '"', "'", "&#13;", "&#10;", "&#9;", "&#x20AC;", "текст"]
TEXT += ["𝒳", "&quot;", "&apos;", "<![CDATA[<&>\r\n]]>", "<![CDATA[]]>"]
MISC = ["<!-- c -->", "<!--\r\nx-->", "<?pi d\r\nd ?>", "<?pi?>", "<?p2   x?>", ""]
CHANGES = list("<>&\"'/=!-?]:;#x1 ") + ["\x01", "\ufffe", "&#0;", "&lt;", "-->", "<!--", "]]>", 'xmlns:p=""']


class Writer:
    """Documents with everything that canonical forms treat in a way of its own, from a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.ids = []

    def pick(self, pieces, most):
        return "".join(self.random.choice(pieces) for _ in range(self.random.randrange(most)))

    def value(self, quote):
        return self.pick([piece for piece in TEXT if quote not in piece and "<" not in piece], 4)

    def element(self, depth, scope):
        chance, scope, items = self.random, dict(scope), []
        for prefix in chance.sample([""] + PREFIXES, chance.randrange(3)):
            scope[prefix] = chance.choice(URIS if prefix else URIS + [""])
            items.append(("xmlns:" + prefix if prefix else "xmlns", scope[prefix]))
        declared = [prefix for prefix in scope if prefix] + [""]

        def name():
            prefix, local = chance.choice(declared), chance.choice(NAMES)
            return scope[prefix] if prefix else "", local, f"{prefix}:{local}" if prefix else local

        attributes = {}
        for _ in range(chance.randrange(4)):
            uri, local, written = name()
            attributes.setdefault((uri, local), written)
        items += [(written, None) for written in attributes.values()]
        items += [(one, None) for one in ("xml:lang", "xml:foo") if chance.random() < 0.1]
        items += [("xml:space", "preserve")] if chance.random() < 0.05 else []
        if chance.random() < 0.4:
            self.ids.append(f"i{len(self.ids)}")
            items.append(("Id", self.ids[-1]))
        chance.shuffle(items)
        tag = name()[2]
        text = "<" + tag
        for written, value in items:
            quote = chance.choice("\"'")
            value = self.value(quote) if value is None else value
            text += chance.choice([" ", "\n", "  "]) + written + chance.choice(["=", " = "]) + quote + value + quote
        inside = ""
        for _ in range(chance.randrange(4) if depth < 6 else 0):
            kind = chance.randrange(3)
            inside += self.element(depth + 1, scope) if kind == 0 else self.pick(TEXT, 5) if kind == 1 else chance.choice(MISC)
        return text + (">" + inside + "</" + tag + chance.choice(["", " "]) + ">" if inside or chance.random() < 0.5 else "/>")

    def document(self):
        self.ids = []
        text = self.random.choice(["", '<?xml version="1.0"?>', "\ufeff", "<?xml version='1.0' encoding=\"utf-8\" standalone='yes' ?>\n"])
        text += self.pick(MISC, 3) + self.element(0, {"": ""})
        return text + self.pick(MISC + ["\n"], 4)

    def change(self, text):
        for _ in range(self.random.randrange(1, 3)):
            place = self.random.randrange(len(text))
            end = place + self.random.randrange(2)
            text = text[:place] + self.random.choice(CHANGES + [""]) + text[end:]
        return text


def base64_of(octets):
    return base64.b64encode(octets).decode()


def form(document, exclusive, comments, prefixes):
    out = io.BytesIO()
    tree = etree.ElementTree(etree.fromstring(document))
    tree.write_c14n(out, exclusive=exclusive, with_comments=comments, inclusive_ns_prefixes=prefixes or None)
    return out.getvalue()


def forms(writer, count):
    for _ in range(count):
        document = writer.document().encode()
        for exclusive, comments in itertools.product([False, True], repeat=2):
            # Not "#default": lxml passes on only what is a prefix of the document.
            prefixes = writer.random.choice([[], ["p"], ["p", "q"]]) if exclusive else []
            found = form(document, exclusive, comments, prefixes)
            yield {
                "document": base64_of(document),
                "exclusive": exclusive,
                "comments": comments,
                "prefixes": prefixes,
                "form": base64_of(found),
            }


def broken(writer, count):
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for _ in range(count):
        text = writer.change(writer.document())
        if "<!DOCTYPE" in text:
            continue
        is_read, reason = True, ""
        try:
            etree.fromstring(text.encode(), parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            is_read, reason = False, str(error)
        yield {"document": base64_of(text.encode()), "is_read": is_read, "reason": reason}


def with_ids(context, root):
    for element in root.iter():
        if isinstance(element.tag, str) and element.get("Id"):
            context.register_id(element, "Id")


def sign(folder, writer, count):
    names = xmlsec.constants
    canonical = [
        names.TransformInclC14N,
        names.TransformInclC14NWithComments,
        names.TransformExclC14N,
        names.TransformExclC14NWithComments,
        names.TransformInclC14N11,
        names.TransformInclC14N11WithComments,
    ]
    methods = [names.TransformRsaSha224, names.TransformRsaSha256, names.TransformRsaSha384, names.TransformRsaSha512]
    digests = [names.TransformSha224, names.TransformSha256, names.TransformSha384, names.TransformSha512]
    # xmlsec leaves comments out of what a reference without a pointer means; so there are none.
    parser = etree.XMLParser(remove_comments=True)
    for number in range(count):
        root = etree.fromstring(writer.document().encode(), parser)
        choose = writer.random.choice
        signature = xmlsec.template.create(root, choose(canonical), choose(methods), ns="ds")
        root.append(signature)
        uri = choose([""] + ["#" + one for one in writer.ids])
        reference = xmlsec.template.add_reference(signature, choose(digests), uri=uri)
        xmlsec.template.add_transform(reference, names.TransformEnveloped)
        xmlsec.template.add_transform(reference, choose(canonical))
        xmlsec.template.x509_data_add_certificate(xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(signature)))
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(str(folder / "key.pem"), names.KeyDataFormatPem)
        context.key.load_cert_from_memory((folder / "certificate.der").read_bytes(), names.KeyDataFormatCertDer)
        with_ids(context, root)
        context.sign(signature)
        (folder / f"theirs-{number}.xml").write_bytes(etree.tostring(root.getroottree(), encoding="utf-8"))


def verifies(folder, path):
    root = etree.fromstring(path.read_bytes())
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_file(str(folder / "key.pem"), xmlsec.constants.KeyDataFormatPem)
    with_ids(context, root)
    try:
        context.verify(root.find(".//{http://www.w3.org/2000/09/xmldsig#}Signature"))
    except xmlsec.Error:
        return False
    return True


def main():
    folder, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    writer = Writer(seed)
    for name, lines in (("forms", forms(writer, count)), ("broken", broken(writer, 5 * count))):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    sign(folder, writer, count)
    print(json.dumps({"verified": [path.name for path in sorted(folder.glob("ours-*.xml")) if verifies(folder, path)]}))


main()
