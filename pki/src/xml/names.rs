//! The namespaces a signed document may use.

/// `xml:lang` and its like: bound to the prefix `xml` always.
pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// Namespace declarations themselves.
pub const XMLNS: &str = "http://www.w3.org/2000/xmlns/";
/// XML Signature.
pub const DSIG: &str = "http://www.w3.org/2000/09/xmldsig#";
/// XML Signature 1.1.
pub const DSIG11: &str = "http://www.w3.org/2009/xmldsig11#";
/// Identifiers of algorithms added later: RFC 4051, RFC 6931, RFC 9231.
pub const DSIG_MORE_2007: &str = "http://www.w3.org/2007/05/xmldsig-more#";
/// Exclusive canonicalisation.
pub const EXC_C14N: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// XAdES 1.3.2.
pub const XADES: &str = "http://uri.etsi.org/01903/v1.3.2#";
/// XAdES 1.4.1.
pub const XADES141: &str = "http://uri.etsi.org/01903/v1.4.1#";
/// WS-Security.
pub const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// WS-Security utility: `wsu:Id`.
pub const WSU: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
