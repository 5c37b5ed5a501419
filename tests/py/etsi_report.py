"""Reads a validation report of ETSI TS 119 102-2 strictly, with the classes that pyHanko generated from the schema.

    etsi_report.py FILE...

Prints what each report says as one JSON object on one line. Any element, attribute or value that the schema does not know, a wrong
order, a missing or repeated element, a reference to nothing: exit code 1 and the reason on stderr.
"""

import dataclasses
import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from pyhanko.generated.etsi import ts_11910202 as schema
from xsdata.formats.dataclass.models.generics import AnyElement
from xsdata.formats.dataclass.parsers import XmlParser
from xsdata.formats.dataclass.parsers.config import ParserConfig
from xsdata.formats.dataclass.serializers import XmlSerializer

NAMESPACES = {None: "http://uri.etsi.org/19102/v1.2.1#", "ds": "http://www.w3.org/2000/09/xmldsig#"}

# TS 119 102-2, clauses 4.3.4, 4.3.5, 4.3.6, 4.3.11, 4.3.12 and 4.4.4.
URN = "urn:etsi:019102:"
MAIN = {"total-passed", "total-failed", "indeterminate"}
STEP = {"passed", "failed", "indeterminate"}
SUB = set(
    """FORMAT_FAILURE HASH_FAILURE SIG_CRYPTO_FAILURE REVOKED EXPIRED NOT_YET_VALID SIG_CONSTRAINTS_FAILURE
    CHAIN_CONSTRAINTS_FAILURE CERTIFICATE_CHAIN_GENERAL_FAILURE CRYPTO_CONSTRAINTS_FAILURE POLICY_PROCESSING_ERROR
    SIGNATURE_POLICY_NOT_AVAILABLE TIMESTAMP_ORDER_FAILURE NO_SIGNING_CERTIFICATE_FOUND NO_CERTIFICATE_CHAIN_FOUND
    REVOKED_NO_POE REVOKED_CA_NO_POE OUT_OF_BOUNDS_NO_POE OUT_OF_BOUNDS_NOT_REVOKED REVOCATION_OUT_OF_BOUNDS_NO_POE
    CRYPTO_CONSTRAINTS_FAILURE_NO_POE NO_POE TRY_LATER SIGNED_DATA_NOT_FOUND""".split()
)
PROCESS = {"Basic", "LTVM", "LTA"}
CONSTRAINT = {"applied", "disabled", "overridden"}
PROOF = {"validation", "provided", "policy"}
OBJECT = {"certificate", "CRL", "OCSPResponse", "timestamp", "evidencerecord", "publicKey", "signedData", "other"}
REASON = set(
    """unspecified keyCompromise cACompromise affiliationChanged superseded cessationOfOperation certificateHold
    removeFromCRL privilegeWithdrawn aACompromise""".split()
)
DIGEST_LENGTHS = {
    "http://www.w3.org/2000/09/xmldsig#sha1": 20,
    "http://www.w3.org/2001/04/xmldsig-more#sha224": 28,
    "http://www.w3.org/2001/04/xmlenc#sha256": 32,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": 48,
    "http://www.w3.org/2001/04/xmlenc#sha512": 64,
    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-256": 32,
    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512": 64,
    "http://www.w3.org/2001/04/xmldsig-more#gost34311": 32,
}


class Wrong(Exception):
    """The file is not a report of the standard."""


def word(uri, kind, allowed):
    prefix = f"{URN}{kind}:"
    if uri is None or not uri.startswith(prefix) or uri[len(prefix) :] not in allowed:
        raise Wrong(f"{uri!r} is no {kind} of the standard")
    return uri[len(prefix) :]


def read(document):
    """The report, with nothing left over."""
    config = ParserConfig(
        fail_on_unknown_properties=True, fail_on_unknown_attributes=True, fail_on_converter_warnings=True
    )
    return XmlParser(config=config).from_bytes(document, schema.ValidationReport)


def check_cardinality(value, path):
    """Every field as often as the schema wants it: the classes themselves take anything."""
    for field in dataclasses.fields(value):
        held, rules = getattr(value, field.name), field.metadata
        here = f"{path}/{rules.get('name', field.name)}"
        if rules.get("type") == "Wildcard":
            if held:
                raise Wrong(f"{here}: {held!r}")
            continue
        if rules.get("required") and held is None:
            raise Wrong(f"{here} is missing")
        items = held if isinstance(held, tuple) and not rules.get("tokens") else () if held is None else (held,)
        if isinstance(held, tuple) and not rules.get("tokens"):
            if len(items) < rules.get("min_occurs", 0) or len(items) > rules.get("max_occurs", len(items)):
                raise Wrong(f"{here} stands {len(items)} times")
        for item in items:
            if isinstance(item, AnyElement):
                if item.children or item.attributes:
                    raise Wrong(f"{here} holds more than a text")
            elif dataclasses.is_dataclass(item):
                check_cardinality(item, here)


def tree(element):
    """An element as nested tuples: names, attributes and texts; blanks between elements do not count."""
    text = element.text or ""
    children = [tree(child) for child in element]
    return (element.tag, sorted(element.attrib.items()), text.strip() if children else text, children)


def check_order(document, report):
    """Written again by the classes, in the schema's order, it is the same document."""
    again = XmlSerializer().render(report, ns_map=NAMESPACES)
    found, wanted = tree(ElementTree.fromstring(document)), tree(ElementTree.fromstring(again))
    if found != wanted:
        raise Wrong("not in the order of the schema, or a value is not in its form: " + difference(found, wanted, ""))


def difference(found, wanted, path):
    path = f"{path}/{found[0].split('}')[-1]}"
    if found[:3] != wanted[:3]:
        return f"{path}: {found[:3]} is not {wanted[:3]}"
    for one, other in zip(found[3], wanted[3]):
        if one != other:
            return difference(one, other, path)
    return f"{path}: {len(found[3])} elements instead of {len(wanted[3])}"


def check_references(document):
    """Every name once, every reference to a name that is there."""
    root = ElementTree.fromstring(document)
    names = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    if len(names) != len(set(names)):
        raise Wrong("a name stands twice")
    for element in root.iter():
        for name in element.attrib.get("VOReference", "").split():
            if name not in names:
                raise Wrong(f"{element.tag} refers to {name}, which is not there")


def digest(held):
    method, value = held.digest_method.algorithm, held.digest_value.value
    if DIGEST_LENGTHS.get(method) != len(value):
        raise Wrong(f"{len(value)} octets of {method}")
    return {"method": method, "value": value.hex()}


def proof(held):
    if held is None:
        return None
    return {
        "at": str(held.poetime),
        "type": word(held.type_of_proof, "poetype", PROOF),
        "by": list(held.poeobject.voreference) if held.poeobject else [],
    }


def checks(evaluation):
    found = []
    for constraint in evaluation.validation_constraint if evaluation else ():
        status, answer = word(constraint.constraint_status.status, "constraintStatus", CONSTRAINT), None
        if constraint.validation_status:
            answer = word(constraint.validation_status.main_indication, "mainindication", STEP)
        if (status == "applied") != (answer is not None):
            raise Wrong(f"{constraint.validation_constraint_identifier} is {status} and answered {answer}")
        found.append([constraint.validation_constraint_identifier, answer])
    return found


def status(held, allowed):
    revoked = []
    for data in held.associated_validation_report_data:
        information = data.revocation_status_information
        if information:
            if information.revocation_reason:
                word(information.revocation_reason, "revocationReason", REASON)
            revoked.append([*information.validation_object_id.voreference, str(information.revocation_time)])
    return {
        "main": word(held.main_indication, "mainindication", allowed),
        "sub": [word(sub, "subindication", SUB) for sub in held.sub_indication],
        "revoked": revoked,
    }


def signature(report):
    found = status(report.signature_validation_status, MAIN)
    if (found["main"] == "total-passed") == bool(found["sub"]):
        raise Wrong(f"{found['main']} with {found['sub']}")
    found["checks"] = checks(report.validation_constraints_evaluation_report)
    if report.signature_identifier:
        found["id"] = report.signature_identifier.id
        if report.signature_identifier.digest_alg_and_value:
            digest(report.signature_identifier.digest_alg_and_value)
    if report.validation_time_info:
        found["at"] = str(report.validation_time_info.validation_time)
        found["best_signature_time"] = proof(report.validation_time_info.best_signature_time)
    if report.signers_document:
        found["document"] = digest(report.signers_document.digest_alg_and_value)
    if report.signer_information:
        found["signer"] = report.signer_information.signer
    if report.signature_validation_process:
        process = report.signature_validation_process.signature_validation_process_id
        found["process"] = word(process, "validationprocess", PROCESS)
    return found


def validation_object(held):
    representation = held.validation_object_representation
    if representation.base64 or representation.direct or representation.uri or not representation.digest_alg_and_value:
        raise Wrong(f"{held.id} is not given by its digest")
    found = {"type": word(held.object_type, "validationObject", OBJECT), "poe": proof(held.poe)}
    found |= digest(representation.digest_alg_and_value)
    if held.validation_report:
        found |= status(held.validation_report.signature_validation_status, STEP)
        found["checks"] = checks(held.validation_report.validation_constraints_evaluation_report)
    return found


def summary(document):
    report = read(document)
    check_cardinality(report, "ValidationReport")
    check_order(document, report)
    check_references(document)
    objects = report.signature_validation_objects.validation_object if report.signature_validation_objects else ()
    return {
        "signatures": [signature(one) for one in report.signature_validation_report],
        "objects": {one.id: validation_object(one) for one in objects},
    }


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    for name in sys.argv[1:]:
        try:
            print(json.dumps(summary(Path(name).read_bytes()), ensure_ascii=False))
        except Exception as error:  # Whatever a strict reader stumbles over is a fault of the file.
            sys.exit(f"{name}: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
