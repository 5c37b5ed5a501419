# English texts. The keys are the same in three files: kk.ftl, ru.ftl, en.ftl.
# Checked by tests/spec/domain.rs.

## Words of the program

### Languages

language-kk = Kazakh
language-ru = Russian
language-en = English

### Units of size

unit-byte = { $count } bytes
unit-kib = { $count } KiB
unit-mib = { $count } MiB

### Kinds of documents

kind-offer-acceptance = Acceptance of an offer (consent)
kind-completion-act = Act of completed works (rendered services)
kind-payment-invoice = Invoice for payment
kind-letter = Letter
kind-arbitrary-file = Document of any form

### States of a document

state-draft = draft, not signed
state-recording = being recorded in the journal
state-check-pending = the signature is being checked
state-received = received
state-accepted = signed by both sides
state-rejected = rejected by the recipient
state-withdrawn = withdrawn by the sender
state-check-failed = check failed, deemed not received

### States of an extract

state-prepared = prepared, waits for a signature
state-stale = the journal has moved on since; prepare it anew
state-issued = issued

### Sides

side-sender = sender
side-recipient = recipient

### Roles that the CA wrote into a certificate

role-head = head of the organisation
role-sign-right = person with the right to sign
role-finance-right = person with the right to sign financial documents
role-hr = human resources officer
role-employee = employee of the organisation
role-information-system = information system of a legal entity
role-treasury = client of the treasury
role-natural-person = natural person
role-legal-entity = legal entity

### What a key is for

purpose-any = any purpose
purpose-sign = signing
purpose-auth = login
purpose-ca = issuing certificates
purpose-ocsp = OCSP answers
purpose-tsa = time stamps
purpose-crl-sign = revocation lists
purpose-other = another purpose

### Who is behind a certificate

signer-kind-person = natural person
signer-kind-organization = person acting for an organisation
signer-kind-information-system = information system

### What a member may do, registered certificates, cases of compromise

capability-sign = prepare and sign
capability-draft = prepare drafts only
certificate-state-active = in use
certificate-state-suspended = suspended
certificate-state-annulled = annulled
case-state-open = open
case-state-annulled = confirmed, the certificate is taken off the register
case-state-lifted = the suspension is lifted
pruning-state-open = another one is open
pruning-state-proposed = waits for another officer
pruning-state-approved = approved
pruning-state-refused = refused
pruning-state-done = done
pruning-state-disagreed = the journal does not hold that two officers agreed
court-state-recorded = waits for another officer
court-state-approved = approved
court-state-refused = refused
court-state-answered = answered

## Verdicts on signatures (ETSI EN 319 102-1)

indication-TOTAL-PASSED = valid
indication-INDETERMINATE = undetermined
indication-TOTAL-FAILED = invalid
subindication-FORMAT_FAILURE = the format is broken
subindication-HASH_FAILURE = the content is not what was signed
subindication-SIG_CRYPTO_FAILURE = the signature value does not fit the key
subindication-REVOKED = the certificate is revoked
subindication-EXPIRED = the certificate has expired
subindication-NOT_YET_VALID = the certificate was not valid yet
subindication-SIG_CONSTRAINTS_FAILURE = the signature does not meet the requirements
subindication-CHAIN_CONSTRAINTS_FAILURE = the certificate chain does not meet the requirements
subindication-CERTIFICATE_CHAIN_GENERAL_FAILURE = the certificate chain could not be checked
subindication-CRYPTO_CONSTRAINTS_FAILURE = the algorithm is not trusted
subindication-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = the algorithm is no longer trusted and the time of signing is not proven
subindication-TIMESTAMP_ORDER_FAILURE = the time stamps are out of order
subindication-NO_SIGNING_CERTIFICATE_FOUND = the signer's certificate is not found
subindication-NO_CERTIFICATE_CHAIN_FOUND = the certificate does not lead to a trusted CA
subindication-REVOKED_NO_POE = the certificate is revoked and signing before that is not proven
subindication-REVOKED_CA_NO_POE = the certificate of a CA is revoked
subindication-OUT_OF_BOUNDS_NO_POE = outside the certificate's validity and the time of signing is not proven
subindication-OUT_OF_BOUNDS_NOT_REVOKED = outside the certificate's validity, not revoked
subindication-TRY_LATER = the status of the certificate is not known yet
subindication-SIGNED_DATA_NOT_FOUND = the signed content is not given

### Verdicts on extracts

subindication-OPERATOR_MISMATCH = the extract is another operator's
subindication-LOG_MISMATCH = the extract is from another log
subindication-OFFICER_MISMATCH = signed by another person than the extract names
subindication-JOURNAL_FAILURE = the proofs of the journal do not fit
subindication-FACTS_MISMATCH = documents and journal disagree
subindication-OPERATOR_NOT_PINNED = it is not said whose extract is expected
subindication-CHECKPOINT_NOT_PROVEN = the time of the checkpoint is not proven
subindication-NO_POE = nothing proves that the signature was there then
subindication-WITNESS_NOT_FOUND = the signature of an expected witness is missing
subindication-LEVEL_NOT_SHOWN = the level of completeness demanded is not shown

### The mathematics alone; how much is covered

crypto-ok = right
crypto-hash_failure = the content is changed
crypto-sig_crypto_failure = the signature value is wrong
crypto-not_checked = not checked
crypto-unsupported = the algorithm is not supported
covers-all = the whole document
covers-part = a part of the document

### What a time stamp covers

time-stamp-signature = over the signature
time-stamp-content = over the content
time-stamp-data = over the data

### Why there is no certification path (codes of `PathError`)

path-no-path = no certificate of the issuer leads to a trusted CA
path-bad-signature = the signature on a certificate does not fit the issuer's key
path-unsupported-algorithm = an algorithm in a certificate is not supported
path-malformed-extension = an extension of a certificate is malformed
path-not-a-ca = a certificate of the chain is not a CA's
path-key-usage = a key of the chain may not sign certificates
path-path-too-long = the chain is longer than allowed
path-unknown-critical-extension = a certificate has an unknown critical extension
path-name-constraints = a name is outside what the CA is allowed
path-policy = the certificate policies do not fit
path-wrong-purpose = the key is for another purpose
path-not-yet-valid = a certificate was not valid yet at that moment
path-expired = a certificate had expired by that moment
path-revoked = a certificate of the chain is revoked
path-revocation-unknown = nothing proves that a certificate is not revoked
path-budget-exhausted = the search for a chain took more work than allowed

### pki ocsp, crl, tsp: why an answer is not relied on

answer-malformed-request = the responder could not read the request
answer-internal-error = the responder has an internal error
answer-try-later = the responder asks to come back later
answer-sig-required = the responder answers signed requests only
answer-unauthorized = the responder does not answer this question
answer-issuer-not-found = the issuer's certificate is not among those given
answer-unsupported-algorithm = an algorithm is not supported
answer-bad-signature = the signature does not verify
answer-unknown-critical-extension = there is an unknown critical extension
answer-certificate-not-answered = the response says nothing of this certificate
answer-responder-not-found = the responder's certificate is not at hand
answer-responder-of-another-issuer = the responder's certificate is not issued by this CA itself
answer-responder-purpose = the responder's key is not meant for such answers
answer-responder-is-the-certificate = the certificate answers for itself
answer-responder-not-yet-valid = the responder's certificate was not valid yet
answer-responder-expired = the responder's certificate had expired
answer-nonce-missing = the answer has no nonce
answer-nonce-mismatch = the nonce is not the one of the question
answer-produced-in-future = the response was signed after that moment
answer-not-yet-valid = it was issued after that moment
answer-expired = it was out of date at that moment
answer-too-old = there is no time of the next update, and the response is too old
answer-certificate-expired-before = the certificate had expired before and may have been forgotten
answer-no-next-update = the list has no time of the next update
answer-no-crl-sign = the issuer's key may not sign lists
answer-another-key = the list is signed by another key of the same name
answer-out-of-scope = the list is not about such certificates
answer-only-some-reasons = the list is for some reasons of revocation only
answer-listed-twice = the certificate is listed twice
answer-removed-in-full-list = a removal stands in a full list
answer-delta-without-base = it is a delta, and there is no full list
answer-not-a-delta = the second list is not a delta
answer-delta-mismatch = the delta does not fit the full list
answer-budget-exhausted = the check took more work than allowed
answer-granted = the stamp was granted
answer-granted-with-mods = the stamp was granted with changes
answer-rejection = the authority refused
answer-waiting = the stamp is not ready yet
answer-revocation-warning = the authority refused: a revocation is near
answer-revocation-notification = the authority refused: a revocation has happened
answer-signer-count = the stamp does not have exactly one signer
answer-imprint-mismatch = the stamp is over other data
answer-gen-time-in-future = the time of the stamp is after that moment
answer-signer-not-found = the certificate of the authority is not at hand
answer-certificate-reference = the signed reference is not to the authority's certificate
answer-revoked = a certificate of the authority is revoked

### Status of a certificate and reasons of revocation (RFC 5280)

revocation-good = not revoked
revocation-revoked = revoked
revocation-on-hold = put on hold by the CA
revocation-unknown = status unknown
revocation-reason-unspecified = no reason given
revocation-reason-keyCompromise = key compromise
revocation-reason-cACompromise = compromise of the CA's key
revocation-reason-affiliationChanged = the holder's data changed
revocation-reason-superseded = superseded by another certificate
revocation-reason-cessationOfOperation = no longer needed
revocation-reason-certificateHold = on hold
revocation-reason-removeFromCRL = back from hold
revocation-reason-privilegeWithdrawn = privilege withdrawn
revocation-reason-aACompromise = compromise of an attribute authority's key
revocation-mode-chain = the whole chain is checked
revocation-mode-leaf = only the signer's certificate is checked
revocation-mode-none = revocation is not checked

### The four conditions of legal effect (agreement 5.2.3)

condition-authentic = the signature is authentic
condition-certificate-valid = the certificate was valid at signing and at receipt
condition-recorded = the operator has recorded the document in the journal
condition-within-agreement = the signature was used within the agreement that binds both sides

## Words inside problems

### Reasons

reason-too-deep = nested too deeply (the limit is { $limit })
reason-not-json = this is not JSON
reason-duplicate-member = a member occurs twice
reason-number-form = not a whole number, or too large
reason-other-type = the document is of another kind than asked for
reason-both-iin-and-bin = both an IIN and a BIN are given: leave one
reason-duplicate-name = two files have the same name
reason-too-long = too long (the limit is { $limit })
reason-file-name = the file name has characters that are not allowed
reason-empty-file = the file is empty
reason-media-type = the media type is not of the form type/subtype
reason-file-size = the file size is outside the limits
reason-not-a-digest = not a SHA-256: 64 lower-case hexadecimal digits are needed
reason-not-an-object = a JSON object is needed
reason-not-a-text = a text is needed
reason-not-a-list = a list is needed
reason-not-yes-or-no = true or false is needed
reason-not-a-whole-number = a whole number is needed
reason-negative = the number may not be negative
reason-forbidden-character = there is a character that hides or turns text
reason-too-many-items = too many items (the limit is { $limit })
reason-unknown-member = this kind of document has no such member
reason-other-place = the place must be "Almaty"
reason-not-an-id = this is not an identifier
reason-unknown-language = the language must be kk, ru or en
reason-unknown-client-kind = the client's kind must be person, sole-trader or organization
reason-not-for-this-client-kind = a client of this kind has no such member
reason-not-a-position = this is no position of the feed: take the last one that was given
reason-not-a-quantity = not a quantity: a positive number with at most six digits after the point is needed
reason-page-count = the number of pages must be from 1 to 100 000
reason-number = the number is too long or has characters that are not allowed
reason-other-addressee = the document names another recipient
reason-text-empty-or-twice = the text in this language is empty or given twice
reason-not-one-cms = this is not one CMS in DER, PEM or base64
reason-too-many-time-stamps = there are too many time stamps (limit { $limit })
reason-not-a-certificate = this is not an X.509 certificate (DER, PEM or base64)
reason-not-twelve-digits = twelve digits are needed
reason-check-digit = the check digit does not fit
reason-identifier-layout = the date or the kind inside the number does not exist
reason-code-form = it is not written as it must be
reason-no-person = the certificate names no person
reason-not-a-date = a date of the calendar in the form YYYY-MM-DD is needed
reason-not-an-instant = an instant in UTC by RFC 3339 is needed, such as 2026-11-22T05:15:02Z
reason-not-a-local-time = a date and a time of this country are needed, such as 2026-11-22T10:15
reason-due-before-issue = the due date is before the date of the invoice
reason-not-after-last-version = it must be after the start of the version before
reason-consent-not-of-now = the instant of the consent is not of now
reason-form = the form cannot be read
reason-outside-notice = in the past or more than five years ahead
reason-court-order = a request is dated before it is received, received before now, and its deadline is still ahead
reason-period-ahead = the period is not over yet: it must end no later than now
reason-kind-not-by-upload = a document of this kind is read as a whole and comes with the request: only a file of any form comes ahead
reason-file-and-upload = both a file and an upload are given: leave one
reason-unknown-digest = this digest is not taken; the list is in GET /api/v1/uploads
reason-court-due-far = the deadline lies at most 92 days ahead

### Identifiers

identifier-iin = IIN
identifier-bin = BIN
identifier-email = e-mail
identifier-phone = phone (+7 and ten digits)
identifier-iik = IIK (IBAN)
identifier-bik = BIK
identifier-kbe = KBe
identifier-knp = KNP

### Requisites: members of documents

requisite-account = bank account
requisite-authority = court or authority
requisite-reference = number of the request
requisite-ground = ground
requisite-words = what is requested
requisite-scope = what is requested
requisite-address = address
requisite-addressee = addressee
requisite-amount_tiyn = amount
requisite-bank = bank
requisite-beneficiary = beneficiary
requisite-bik = BIK
requisite-bin = BIN (or IIN)
requisite-body = body of the letter
requisite-client = client's data
requisite-consents = consents
requisite-customer = customer
requisite-date = date
requisite-declarations = declarations
requisite-due_date = due date
requisite-email = e-mail
requisite-executor = executor
requisite-file = the file to be verified
requisite-id = identifier
requisite-iik = IIK (IBAN)
requisite-iin = IIN
requisite-kbe = KBe
requisite-kind = kind
requisite-knp = KNP
requisite-language = language
requisite-lines = table of works (goods)
requisite-made_at = time of the consent
requisite-marketing = consent to advertising (yes or no)
requisite-media_type = media type
requisite-name = name
requisite-number = number
requisite-offer = offer
requisite-operator = operator
requisite-organization = name of the organisation
requisite-original = the file of the document
requisite-file_name = the name of the file
requisite-pages = number of pages
requisite-payer = payer
requisite-phone = phone
requisite-place = place of conclusion
requisite-position = position
requisite-price_tiyn = price
requisite-quantity = quantity
requisite-rate = VAT rate
requisite-recipient = recipient
requisite-sender = sender
requisite-sha256 = SHA-256
requisite-signatory = position and name of the responsible person
requisite-size = file size
requisite-subject = subject of the letter
requisite-title = title
requisite-total_tiyn = total with VAT
requisite-turnover_date = turnover date
requisite-type = type of the document
requisite-unit = unit of measure
requisite-vat = VAT
requisite-vat_total_tiyn = total of VAT
requisite-version = version

### Declarations and consents of an acceptance

declaration-text_read_in_full = I have read the whole text
declaration-terms_understood = I understand the terms
declaration-data_true = my data are true
declaration-lawful_key_holder = I am the lawful holder of the key
declaration-own_personal_data = the personal data are my own
declaration-own_email = the e-mail is my own
declaration-own_phone = the phone is my own
declaration-technical_terms_known = I know the technical terms
declaration-risks_known = I know the risks
declaration-personal_data = consent to the processing of personal data

### Fields of a client compared with his certificate

field-iin = IIN
field-bin = BIN
field-name = name
field-organization = name of the organisation
field-kind = kind of client

## Problems: what happened, and what to do

### Content

problem-malformed-json-title = The JSON cannot be read
problem-malformed-json-detail = { $place }: { $reason }. Mend it and send it again.
problem-malformed-cms-title = This is not a signature file
problem-malformed-cms-detail = { $reason }. Send the CMS signature as NCALayer made it.
problem-malformed-content-title = The document does not follow its format
problem-malformed-content-detail = { $pointer }: { $reason }. Mend this place and sign the document again.
problem-malformed-consent-title = The consent is not of the published form
problem-malformed-consent-detail = { $pointer }: { $reason }. Sign the consent that the registration page gives.
problem-missing-requisite-title = A mandatory requisite is missing
problem-missing-requisite-detail = Fill in: { $requisite } ({ $pointer }).
problem-sum-mismatch-title = A sum does not fit
problem-sum-mismatch-detail = { $pointer }: given { $given }, computed { $expected }. Mend the sum.
problem-vat-rate-mismatch-title = The VAT rate was not in force on the turnover date
problem-vat-rate-mismatch-detail = { $pointer }: on { $date } the rate { $rate } does not apply. Allowed: { $allowed } (none is without VAT).
problem-identifier-invalid-title = A number or address is wrong
problem-identifier-invalid-detail = { $identifier } ({ $pointer }): { $reason }. Check and mend it.
problem-date-invalid-title = A date or time is wrong
problem-date-invalid-detail = { $pointer }: { $reason }.
problem-attachment-missing-title = An attachment was not uploaded
problem-attachment-missing-detail = The document lists the file "{ $name }", but it did not come. Send it too.
problem-attachment-mismatch-title = An attachment differs from what is listed
problem-attachment-mismatch-detail = The SHA-256 of "{ $name }" is not the one in the document. Send the very file that was listed.
problem-attachment-unlisted-title = An attachment is not listed
problem-attachment-unlisted-detail = The file "{ $name }" is not listed, so the signature does not cover it. List it or leave it out.
problem-content-not-canonical-title = The document is not in canonical form
problem-content-not-canonical-detail = It differs from RFC 8785 from byte { $offset } on. Take the canonical bytes and sign those.
problem-upload-too-large-title = The file is too large
problem-upload-too-large-detail = The limit is { $limit }. Make the file smaller or split it.
problem-upload-unknown-title = There is no such upload
problem-upload-unknown-detail = It was used by a document, its time has ended, or it is another party's. Upload the file again.
problem-upload-incomplete-title = The upload stopped before its end
problem-upload-incomplete-detail = Nothing of it was kept. Send the file again.
problem-too-many-uploads-title = Too many uploads
problem-too-many-uploads-detail = One party has at most { $limit } uploads that no document has used. Send the documents they are for, or delete them (DELETE /api/v1/uploads/…).
problem-digest-not-taken-title = The digest that this signature needs was not taken
problem-digest-not-taken-detail = The signature uses { $digest }; when the file was uploaded these were taken: { $taken }. Upload it again and ask for { $digest } (digests=…), or sign with another key.
problem-too-many-files-title = Too many files
problem-too-many-files-detail = One document has at most { $limit } files. Send the others separately.
problem-several-files-title = One file at a time
problem-several-files-detail = Several files came in one field; one is taken. Choose one and send it again.
problem-too-many-documents-title = Too many documents
problem-too-many-documents-detail = One extract has at most { $limit } documents. Ask for the others in another one.
problem-history-too-long-title = The history of the party is too long
problem-history-too-long-detail = An extract shows a party's journal entries without a gap, at most { $limit }. Ask for single documents.
problem-extract-too-large-title = The documents are too large for an extract
problem-extract-too-large-detail = An extract holds files of at most { $limit }. Ask for the large document by itself: its file and signature (.p7s) are downloaded from its page and verified together with “qolhat verify”; the operator's receipt binds the file's SHA-256 to the journal.
problem-media-type-refused-title = This kind of file is not accepted
problem-media-type-refused-detail = "{ $name }" is { $media_type }. Accepted: { $allowed }.
problem-unknown-kind-title = Unknown kind or version of document
problem-unknown-kind-detail = { $kind }: there is no such kind or version. See the list of kinds.

### Signatures and certificates

problem-signature-content-mismatch-title = The signature is over other content
problem-signature-content-mismatch-detail = The file was changed after signing, or another file was sent. Sign the very file that you send.
problem-signature-invalid-title = The signature is invalid
problem-signature-invalid-detail = The check failed and the document is not received. Sign it again.
problem-signature-already-used-title = This signature has already been used
problem-signature-already-used-detail = This very signature is already recorded for another document. Sign this document again.
problem-login-text-not-a-document-title = A login text is not signed as a document
problem-login-text-not-a-document-detail = A signature under such a text lets one log in. The text can be neither sent nor signed as a document. If somebody asks you to, tell the operator.
problem-signature-missing-title = There is no signature
problem-signature-missing-detail = An unsigned file is not an electronic document. Sign it.
problem-signature-unsupported-title = This kind of signature is not supported
problem-signature-unsupported-detail = Algorithm or form: { $reason }. Sign with a current key of the national CA.
problem-several-signers-title = Several signatures in one file
problem-several-signers-detail = The file has { $count } signatures, one is needed. Send each separately.
problem-certificate-expired-title = The certificate has expired
problem-certificate-expired-detail = The certificate was valid until { $not_after } and was used at { $at }. Get a new one from the national CA.
problem-certificate-not-yet-valid-title = The certificate is not valid yet
problem-certificate-not-yet-valid-detail = The certificate is valid from { $not_before } and was used at { $at }. Check your clock or wait.
problem-certificate-revoked-title = The certificate is revoked
problem-certificate-revoked-detail = Revoked: { $since }. Get a new certificate from the national CA and sign again.
problem-certificate-on-hold-title = The certificate is on hold
problem-certificate-on-hold-detail = The CA has put it on hold. Ask the CA, or sign with another certificate.
problem-certificate-untrusted-title = The certificate is not trusted
problem-certificate-untrusted-detail = Issuer: { $issuer }. It does not lead to a trusted CA. Sign with a certificate of the national CA.
problem-certificate-status-unknown-title = The status of the certificate is unknown
problem-certificate-status-unknown-detail = The CA did not answer in time and the document is not received yet. Try again later. Details: { $reason }.
problem-time-stamp-unavailable-title = No time stamp could be had
problem-time-stamp-unavailable-detail = The time-stamping service did not answer, so the time of signing is not proven. Try again later.
problem-authentication-key-used-for-signing-title = Signed with a key for login
problem-authentication-key-used-for-signing-detail = An AUTH key is for login only. Choose the key for signing (RSA or GOST).
problem-signer-is-not-the-caller-title = Another person has signed
problem-signer-is-not-the-caller-detail = The IIN in the signature is not that of the person logged in. Sign with your own key.
problem-wrong-capacity-title = The certificate speaks for another party
problem-wrong-capacity-detail = A personal certificate does not bind an organisation, nor the reverse. Choose this party's certificate.
problem-signer-lacks-authority-title = The signer lacks authority
problem-signer-lacks-authority-detail = Role: { $role }. It does not allow signing: { $kind }. Let the head or a person with the right to sign do it.
problem-key-compromised-title = The key was reported as compromised
problem-key-compromised-detail = New documents signed with this key are not taken. Since when: { $since }. Sign with a new certificate or ask the operator.
problem-certificate-annulled-title = The certificate is off the register
problem-certificate-annulled-detail = The operator has taken it off this client's register. Register a new one.

### Offers

problem-offer-unknown-title = There is no such offer
problem-offer-unknown-detail = Check the link or open the list of published offers.
problem-offer-withdrawn-title = The offer is withdrawn
problem-offer-withdrawn-detail = It was withdrawn on { $since } and can no longer be accepted. Earlier acceptances stay in force.
problem-offer-not-in-force-title = This version of the offer is not in force now
problem-offer-not-in-force-detail = From: { $from }, until: { $until }. Open the version in force.
problem-offer-language-missing-title = There is no text in this language
problem-offer-language-missing-detail = Language: { $language }. Open the text in another language, or add it.
problem-offer-text-mismatch-title = Another text was accepted
problem-offer-text-mismatch-detail = The SHA-256 in the consent is not that of the published text. Open the offer again and accept its text.
problem-offer-version-exists-title = This version is published already
problem-offer-version-exists-detail = Version { $version } never changes. Publish a new one.
problem-already-accepted-title = The offer is accepted already
problem-already-accepted-detail = This party has accepted this version already. There is nothing to do.
problem-consent-mismatch-title = The consent differs from the registration
problem-consent-mismatch-detail = { $pointer }: the value is not the one given at registration. Make the consent again and sign it.
problem-declarations-incomplete-title = A declaration or consent is missing
problem-declarations-incomplete-detail = Read and confirm: { $declaration }. Without it there is no acceptance.
problem-client-data-mismatch-title = The data differ from the certificate
problem-client-data-mismatch-detail = { $field }: given "{ $given }", in the certificate "{ $expected }". Mend the data or sign with your own certificate.

### Clients and employees

problem-not-a-client-title = There is no agreement with the operator
problem-not-a-client-detail = Accept the offer with your signature first.
problem-recipient-not-a-client-title = The recipient is not a client
problem-recipient-not-a-client-detail = { $recipient } has not accepted the offer. Invite it first.
problem-already-a-client-title = The party is a client already
problem-already-a-client-detail = There is no need to register again: log in.
problem-already-invited-title = The counterparty was invited already
problem-already-invited-detail = { $recipient } has an invitation. Wait for the answer.
problem-already-an-employee-title = The person is an employee already
problem-already-an-employee-detail = Change his rights if that is what you need.
problem-employee-unknown-title = There is no such employee
problem-employee-unknown-detail = Check the IIN or add the employee.

### Documents

problem-document-unknown-title = There is no such document
problem-document-unknown-detail = There is no such document, or it is not for your party. Check the link.
problem-document-state-title = The state of the document does not allow this
problem-document-state-detail = It is now: { $state }. Open the document and see what can be done with it.
problem-document-already-signed-title = The document is signed already
problem-document-already-signed-detail = There is no need to sign twice. Send a new document to change anything.
problem-document-already-rejected-title = The document is rejected already
problem-document-already-rejected-detail = The recipient has rejected it. Mend it and send a new document.
problem-document-withdrawn-title = The document is withdrawn
problem-document-withdrawn-detail = The sender has withdrawn it. Wait for a new one or ask the sender.
problem-content-destroyed-title = The content is destroyed
problem-content-destroyed-detail = The content of this document was destroyed at the request of its holders, or your party has asked for that and has no access any more. The journal and its proofs stay.
problem-document-not-yet-received-title = The document is not received yet
problem-document-not-yet-received-detail = It is being recorded or its signature is being checked. Try again a little later.
problem-reason-required-title = A reason is needed
problem-reason-required-detail = Write why you reject or withdraw: the other side will see it.
problem-not-the-recipient-title = Only the recipient may do this
problem-not-the-recipient-detail = The document is addressed to another party. Log in for that party.
problem-not-the-sender-title = Only the sender may do this
problem-not-the-sender-detail = The document names another party as its sender. Log in for that party or mend the document.
problem-recipient-is-the-sender-title = Sender and recipient are the same
problem-recipient-is-the-sender-detail = A document needs two different parties. Mend the recipient.
problem-kind-not-for-sending-title = This kind is not sent to a counterparty
problem-kind-not-for-sending-detail = { $kind }: it is given to the operator only. Accept the offer on the registration page.

### Certificates, compromise, officers

problem-certificate-unknown-title = The certificate is not registered
problem-certificate-unknown-detail = This client has no such certificate. Check the number or log in with it.
problem-compromise-in-future-title = The time of the compromise is in the future
problem-compromise-in-future-detail = Given: { $at }. Give a time that is not later than now.
problem-compromise-before-certificate-title = The time of the compromise is before the certificate
problem-compromise-before-certificate-detail = The certificate is valid from { $not_before }. Give a time that is not earlier.
problem-case-unknown-title = There is no such case
problem-case-unknown-detail = Check the number of the case.
problem-case-closed-title = The case is closed
problem-case-closed-detail = It is decided. Open a new case for a new notice.
problem-case-already-open-title = A case is open already
problem-case-already-open-detail = There is a case on this certificate: { $case }. Wait for the operator's decision.
problem-own-case-title = The case is about your own certificate
problem-own-case-detail = You cannot decide a case about your own key. Another authorised officer must decide.
problem-not-the-holder-title = Only the holder of the certificate may do this
problem-not-the-holder-detail = Not through a representative: the holder must log in himself.
problem-not-an-officer-title = Only an authorised officer of the operator may do this
problem-not-an-officer-detail = Log in with an officer's certificate or ask the operator.

### Extracts

problem-extract-unknown-title = There is no such extract
problem-extract-unknown-detail = Check its number.
problem-extract-state-title = The state of the extract does not allow this
problem-extract-state-detail = It is now: { $state }.
problem-extract-scope-empty-title = Nothing falls under the request
problem-extract-scope-empty-detail = The journal has no such entries. Mend the documents or the period.
problem-court-request-unknown-title = There is no such court request
problem-court-request-unknown-detail = Check its number.
problem-court-request-state-title = The state of the court request does not allow this
problem-court-request-state-detail = It is now: { $court-state }.
problem-court-request-expired-title = The deadline of the court request has passed
problem-court-request-expired-detail = It could be answered until { $until }. Record a new request.
problem-pruning-unknown-title = There is no such pruning
problem-pruning-unknown-detail = Check its number.
problem-pruning-state-title = The state of the pruning does not allow this
problem-pruning-state-detail = It is now: { $pruning-state }.
problem-own-pruning-title = You proposed this pruning yourself
problem-own-pruning-detail = Another authorised officer must decide on it.
problem-pruning-early-title = The term of keeping has not run for all of these entries
problem-pruning-early-detail = The last of them is kept until { $until }.
problem-pruning-not-exported-title = These entries do not lie outside the database as they must
problem-pruning-not-exported-detail = Exported: { $detail }.
problem-pruning-held-title = A hold or a court's request concerns these entries
problem-pruning-held-detail = It concerns: { $what }.
problem-entries-pruned-title = These entries of the journal are no longer in the database
problem-entries-pruned-detail = The journal is held from entry { $minimum } on; earlier entries lie in its exported segments.
problem-own-court-request-title = You recorded this request yourself
problem-own-court-request-detail = Another authorised officer must decide on it.
problem-asker-is-no-party-title = The asker is not a party to all of this
problem-asker-is-no-party-detail = One officer issues an extract only to a party to everything that it shows. For anybody else record the request of the court or the body: another officer approves it.
problem-court-scope-wider-title = More is asked for than was approved
problem-court-scope-wider-detail = Keep the extract within the scope of the court request.

### Access

problem-challenge-unknown-title = The login request is not found
problem-challenge-unknown-detail = It can be used once only. Begin the login again.
problem-challenge-expired-title = The login request is too old
problem-challenge-expired-detail = Begin the login again and sign at once.
problem-login-required-title = You need to log in
problem-login-required-detail = Log in with your certificate and try again.
problem-session-expired-title = The session has ended
problem-session-expired-detail = Log in again and repeat what you did.
problem-other-session-title = This page was opened for another person
problem-other-session-detail = After this page was opened, somebody logged in with another key in this browser. Nothing was done. Reload the page and check on whose behalf you are working.
problem-cross-site-request-title = The request did not come from our page
problem-cross-site-request-detail = The form was sent from another site, or the browser did not say where from. Nothing was done. Open the page on our site and try again.
problem-idempotency-key-missing-title = There is no Idempotency-Key header
problem-idempotency-key-missing-detail = Put a new random value into every request that changes something.
problem-idempotency-key-reused-title = The Idempotency-Key was used in another request
problem-idempotency-key-reused-detail = Take a new key for a new request.
problem-address-invalid-title = This e-mail address is not taken
problem-address-invalid-detail = Write the address as name@example.kz, a domain in Kazakh or Russian letters in its xn-- form.
problem-phone-invalid-title = This phone number is not taken
problem-phone-invalid-detail = Write a mobile number of Kazakhstan, for example +7 701 123 45 67.
problem-report-unsigned-title = The report is not signed by the gateway
problem-report-unsigned-detail = Sign it with the shared secret and send it within five minutes (docs/messages.md).
problem-channel-unavailable-title = The service sends no messages this way
problem-channel-unavailable-detail = Ask the operator: this way of messages is not set up.
problem-contact-unknown-title = There is no such address
problem-contact-unknown-detail = Look at the list of your addresses: those of others are not shown.
problem-contact-exists-title = This address or number is there already
problem-contact-exists-detail = Confirm it, or add another one.
problem-contact-confirmed-title = The address is confirmed already
problem-contact-confirmed-detail = There is nothing more to do.
problem-too-many-contacts-title = Too many addresses
problem-too-many-contacts-detail = At most { $limit }. Remove one that is not needed.
problem-code-unknown-title = No code is open in this session
problem-code-unknown-detail = A code is good once, in the session in which it was asked for. Ask for a new one.
problem-code-expired-title = The code has run out
problem-code-expired-detail = Ask for a new one.
problem-code-open-title = A one-time code in the messages is still good
problem-code-open-detail = Whoever reads the message could enter the code. Ask again after { $until }, or when the code has been entered.
problem-code-wrong-title = The code is wrong
problem-code-wrong-detail = Attempts left: { $left }.
problem-session-unknown-title = The journal knows no such session
problem-session-unknown-detail = Check the id of the session.
problem-message-unknown-title = The journal knows no such message
problem-message-unknown-detail = Check the id of the message.
problem-rate-limited-title = Too many requests
problem-rate-limited-detail = Try again in { $seconds } seconds.
problem-not-found-title = Not found
problem-not-found-detail = There is no such page or resource. Check the address.
problem-method-not-allowed-title = This address has no such method
problem-method-not-allowed-detail = See the description of the API.

### Faults

problem-journal-unavailable-title = The journal does not answer
problem-journal-unavailable-detail = Nothing counts as received without an entry. Try again later with the same key.
problem-storage-full-title = There is no room to store
problem-storage-full-detail = The document is not taken. Tell the operator and try again later.
problem-seal-unavailable-title = The operator's key does not answer
problem-seal-unavailable-detail = Nothing was issued, and what is recorded stays recorded. The operator has been told; try again later.
problem-service-unavailable-title = The service is not available now
problem-service-unavailable-detail = Try again in a few minutes. What was taken before is kept.
problem-internal-title = A fault of ours
problem-internal-detail = Tell the operator this number: { $trace_id }. What was taken before is kept.

## Receipts of the operator

own-statement = own statement
receipt-title = Receipt No. { $number } of a document
receipt-document = Document: { $kind }, No. { $number }, "{ $title }"
receipt-sender = Sender: { $name } ({ $party })
receipt-recipient = Recipient: { $name } ({ $party })
receipt-received = Received: { $at }, journal entry { $seq }
receipt-content = SHA-256 of the original: { $sha256 }
receipt-signature = Signed by: { $name }, IIN { $iin }; verdict: { $verdict }
receipt-operator = Operator: { $name }, BIN { $bin }
receipt-log = Log: { $origin }

## Notices to the parties; the same words name entries of the journal

notice-keeping-ends-in-90 = In 90 days the place of your documents in the system ends: download them, or ask for their destruction
notice-keeping-ends-in-30 = In 30 days the place of your documents in the system ends: download them, or ask for their destruction
notice-keeping-ends-in-7 = In 7 days the place of your documents in the system ends: download them, or ask for their destruction
notice-document-drafted = A draft was made
notice-document-check-pending = The signature is being checked, the document is not received yet
notice-document-check-failed = The check of the signature failed, the document is deemed not received
notice-document-recorded = The document is recorded and received
notice-document-received = The document is received
notice-document-signed = The other side has signed the document
notice-document-rejected = The recipient has rejected the document
notice-document-withdrawn = The sender has withdrawn the document
notice-document-contested = A signature on the document is contested: its key was reported as compromised
notice-document-destruction-requested = A party has asked for the content to be destroyed
notice-document-destroyed = The content is destroyed
notice-document-held = A hold on destruction was placed
notice-document-released = A hold on destruction was lifted
notice-offer-published = An offer is published
notice-offer-withdrawn = An offer is withdrawn
notice-offer-accepted = An offer is accepted
notice-counterparty-invited = A counterparty is invited
notice-employee-added = An employee is added
notice-session-opened = A session was opened
notice-compromise-reported = A key compromise is reported, the certificate is suspended
notice-compromise-annulled = The compromise is confirmed, the certificate is off the register
notice-compromise-lifted = The suspension of the certificate is lifted
notice-extract-prepared = An extract is prepared
notice-extract-issued = An extract is issued
notice-attempt-refused = An attempt was refused

## Mail

mail-code-subject = Confirmation code: { $operator }
mail-code-code = Code: { $code }
mail-code-term = The code is good for { $minutes } minutes, once, in the session in which it was asked for.
mail-code-warning = If you did not ask for it, ignore this mail. Tell nobody the code.
mail-signature = { $operator }. There is no need to answer this mail.
mail-notice-where = More: { $address }
mail-notice-source = This mail is a hint only; what counts is the feed of notices in the service.
mail-instead-of-sms = This mail goes in place of an SMS to the number ending in { $ending }: its delivery is not confirmed.
sms-code = Code: { $code }. Tell nobody. Good for { $minutes } minutes.
sms-notice = { $what }. More: { $where }

channel-email = by e-mail
channel-sms = by SMS

## Extracts

extract-title = Extract No. { $number } from the journal
extract-operator = Operator: { $name }, BIN { $bin }
extract-log = Log: { $origin }
extract-made-at = Made at: { $at }
extract-officer = Authorised officer: { $name }, IIN { $iin }
extract-asked-by = Asked for by: { $who }
extract-ground = Ground: { $ground }
extract-scope = What was asked for: { $scope }
extract-source = The only source is the operator's journals and stores; nothing is taken from clients' programs.
extract-read-howto = How to check it without the operator: HOWTO.txt. This text is for information, the signed files are the evidence.
extract-documents = Documents: { $count }
extract-document = { $kind }, No. { $number }, "{ $title }"
extract-document-id = Identifier: { $id }
extract-document-date = Date of the document: { $date }
extract-document-state = State: { $state }
extract-sender = Sender: { $name } ({ $party })
extract-recipient = Recipient: { $name } ({ $party })
extract-received = Received: { $at }, journal entry { $seq }
extract-not-received = Not received
extract-original = Original: "{ $name }", { $size } bytes, { $path }, SHA-256 { $sha256 }
extract-attachment = Attachment: "{ $name }", { $size } bytes, { $path }, SHA-256 { $sha256 }
extract-signature-of-sender = Signature of the sender
extract-signature-of-recipient = Signature of the recipient
extract-signer = Signed by: { $name }, IIN { $iin }, BIN { $bin }, role: { $role }
extract-signed-proven = Time of signing, proven by a time stamp: { $at }
extract-signed-unproven = The time of signing is not proven
extract-signed-claimed = Time claimed by the signer (no proof): { $at }
extract-signature-checked = Checked: { $at }, verdict: { $verdict }
extract-signature-entry = Journal entry { $seq }
extract-signature-without-effect = Not recorded in the journal: it had no effect
extract-signature-file = File of the signature: { $path }
extract-signature-contested = Contested: case of key compromise { $case }
extract-receipt = Receipt of the operator: { $path }
extract-receipt-unproven = The receipt has no time stamp: for information, the verdict does not rest on it
extract-conditions = The four conditions of legal effect (agreement, clause 5.2.3), as the operator states them in his protocol of verification:
extract-condition-holds = holds
extract-condition-fails = does not hold
extract-cases = Cases of key compromise: { $count }
extract-case = Case { $id }, SHA-256 of the certificate: { $certificate }
extract-case-reported = Notice received: { $at }
extract-case-since = Compromised since, as the holder declares: { $at }
extract-case-cut-off = Signatures are not taken from: { $at }
extract-case-open = State: open
extract-case-annulled = State: confirmed, the certificate is off the register
extract-case-lifted = State: the suspension is lifted
extract-case-document = Contested document: { $id }
extract-entries = Journal entries: { $count }
extract-checkpoint = Checkpoint of the log: { $size } entries, root { $root }
extract-checkpoint-stamped = Time stamp of the checkpoint: { $path }
extract-checkpoint-unstamped = The checkpoint has no time stamp.
extract-completeness-1 = Completeness, level 1: each entry was in the log at the checkpoint. It is not said that there are no others.
extract-completeness-2 = Completeness, level 2: every entry of each subject below, from the first to the last one given, is here without a gap. That there is no later one up to the checkpoint is the operator's signed word; nothing else shows it.
extract-completeness-3 = Completeness, level 3: every entry of each subject below is here without a gap. The seal in journal entry { $entry }, of { $at }, shows that among the first { $size } entries of the log there was no other one. That none came between the seal and the checkpoint is the operator's signed word; nothing else shows it.
extract-subject = { $identity }: { $count } entries ({ $entries })
extract-subject-pruned = of it the first { $count } entries, up to entry { $seq }, are past their term and were pruned; that the entries here follow them is shown by a hash, what they say by exported segments of the journal alone
extract-caveat = Each subject has one name in the log, and that is proven. Whether the seal tells the truth of every subject is found by whoever replays the whole log, an auditor for instance. An entry kept back that comes to light proves that the operator's word was false. Entries after the checkpoint, and of subjects not named here, are outside this statement.

### What is found when an extract is verified

extract-verdict-good = The extract is authentic and unchanged
extract-verdict-bad = The extract cannot be trusted
extract-verdict-undetermined = The authenticity of the extract is undetermined
extract-verdict-unreadable = This is not an extract, or its version is not known
extract-verdict-pinned = Operator and log key were compared with the reader's own pins
extract-verdict-not-pinned = Operator and log key were not compared: give --operator BIN and --log-key KEY
extract-verdict-signature = { $what }: { $name }, IIN { $iin }, BIN { $bin }
extract-verdict-signature-checked = Checked now, for { $at }: { $verdict }
extract-verdict-list-of-before = At receipt the certificate was checked against a list issued before the signing: a revocation in between does not show in it
extract-verdict-about = It is about: { $identity }
extract-verdict-message = File of a message: { $path }
extract-verdict-papers = For people only, sealed but not compared with the records: { $papers }
extract-verdict-entries = Journal entries: { $count }, proven to be in the log: { $included }
extract-verdict-period = Entries of { $party } from { $from } until { $to }, by the operator's clock: { $entries }
extract-period-shown = Of the entries in the period, { $closed } are closed: what they said was erased after its term. Documents recorded in the period that were destroyed and are not here: { $destroyed }.
extract-verdict-checkpoint-proven = Time of the checkpoint, proven by a time stamp: { $at }
extract-verdict-witness = The witness { $key } has confirmed the checkpoint at { $at }
extract-verdict-failure = { $part }: { $fault } ({ $detail })
extract-verdict-failures-left-off = { $count } more failures are not shown
extract-signed-as-seal = Seal of the operator
extract-signed-as-officer = Signature of the authorised officer
extract-signed-as-party = Signature of a party
extract-signed-as-receipt = Receipt of the operator

### Faults of an extract

extract-fault-container-not-canonical = the zip is not as it is written, or it is changed
extract-fault-file-missing = a file that must be there is missing
extract-fault-file-unexpected = there is a file that nothing speaks of
extract-fault-json-malformed = the JSON is not what the format asks for
extract-fault-manifest-not-canonical = the manifest is not written as it must be
extract-fault-signature-malformed = not a CMS with one signer
extract-fault-evidence-malformed = a file of evidence is malformed
extract-fault-digest-differs = the file is changed: its SHA-256 differs
extract-fault-manifest-list-differs = the manifest lists other files than there are
extract-fault-signed-content-differs = the signature carries another content
extract-fault-operator-differs = another operator than expected
extract-fault-seal-is-not-the-operators = the seal is not that of the operator's information system
extract-fault-log-differs = another log or log key than expected
extract-fault-officer-differs = not signed by the officer named
extract-fault-binding-does-not-hold = the binding note of the log key does not hold
extract-fault-checkpoint-not-signed = the checkpoint is not signed by the log key
extract-fault-checkpoint-differs = the checkpoint has another origin, size or root
extract-fault-checkpoint-time-stamp-differs = the time stamp is not over the checkpoint
extract-fault-entry-malformed = not an entry of this log
extract-fault-leaf-differs = the hash of the entry differs
extract-fault-proof-does-not-hold = the proof does not lead to the checkpoint
extract-fault-opening-does-not-fit = a revealed value is not the one committed to
extract-fault-entry-time-goes-back = the time of the entries goes back
extract-fault-entry-later-than-proof = the time of the entry is later than what proves that the log held it
extract-fault-statement-malformed = the statement of completeness contradicts itself
extract-fault-subject-history-broken = the entries of a subject are not its whole history
extract-fault-pseudonym-not-proven = the pseudonym of a subject is not proven to be the only one
extract-fault-pruned-not-proven = nothing shows that what is called pruned is past its term and may be gone
extract-fault-seal-does-not-show = the seal of the log does not show what is told of a subject
extract-fault-seal-too-old = the seal of the log is more than a day older than the checkpoint
extract-fault-scope-differs-from-journal = the extract is not of the party and period that it tells
extract-fault-asker-is-no-party = the asker is not a party to everything shown, or names no request
extract-fault-level-not-shown = the extract shows a lower level of completeness than demanded
extract-fault-document-differs-from-journal = the document differs from its journal entry
extract-fault-entry-field-not-revealed = a field that is needed is not revealed
extract-fault-state-differs-from-journal = the state differs from the journal
extract-fault-signature-missing = a signature that the document must have is missing
extract-fault-signer-differs = the signer is not the one told
extract-fault-signer-may-not-bind = the certificate gives no right to sign such a document for the party
extract-fault-text-differs-from-records = a text for people differs from the records
extract-fault-receipt-differs = the receipt is not the operator's for this document
extract-fault-message-differs-from-journal = the message is not the one in the journal
extract-fault-case-differs-from-journal = a case of compromise differs from the journal
extract-fault-operator-not-pinned = no operator or log key is given
extract-fault-witness-missing = an expected witness has not confirmed the checkpoint
extract-fault-checkpoint-time-not-proven = the time of the checkpoint is not proven, or more than a day before the seal
extract-fault-signature-time-not-proven = no time stamp of before the entry: nothing proves that the signature was there then
extract-fault-signature-failed = a signature or time stamp is invalid
extract-fault-signature-undetermined = the validity of a signature or time stamp is undetermined

## The command line

### Answers

cli-yes = yes
cli-no = no
cli-not-checked = not checked
cli-none = none
cli-verdict-good = The signature is valid
cli-verdict-bad = The signature is invalid
cli-verdict-undetermined = The validity of the signature is undetermined
cli-no-signatures = The file has no signatures
cli-signature = Signature { $number } of { $total }
cli-offline = Checked offline: only the evidence given was used
cli-online = Evidence was fetched from the services of the CA, and is used beside the evidence given

### Labels: printed before a value and a colon

cli-label-file = File
cli-label-format = Format
cli-label-at = At
cli-label-verdict = Verdict
cli-label-reason = Reason
cli-label-signed-by = Signed by
cli-label-iin = IIN
cli-label-bin = BIN
cli-label-organization = Organisation
cli-label-role = Role
cli-label-signer-kind = Capacity
cli-label-claimed-at = Claimed at (no proof)
cli-label-proven-at = Proven at
cli-label-judged-at = Certificate judged at
cli-label-received-at = Received at
cli-label-covers = Covers
cli-extended = The signature was raised: { $file }
cli-container-findings = About the container:
cli-label-level = Level
cli-label-crypto = Mathematics
cli-label-certificate = Certificate
cli-label-certificates = Certificates
cli-label-chain = Chain
cli-label-anchor = Anchor
cli-label-policies = Policies
cli-label-checks = Checks
cli-label-time-stamp = Time stamp
cli-label-clause = Clause
cli-label-kind = Kind
cli-label-subject = Subject
cli-label-issuer = Issuer
cli-label-serial = Serial number
cli-label-sha256 = SHA-256
cli-label-valid-from = Valid from
cli-label-valid-until = Valid until
cli-label-key-algorithm = Key algorithm
cli-label-key-bits = Key size, bits
cli-label-key-usage = Key usage
cli-label-purpose = Purpose
cli-label-ski = Subject key identifier
cli-label-aki = Authority key identifier
cli-label-status = Status
cli-label-revoked-at = Revoked at
cli-label-revocation-reason = Reason of revocation
cli-label-this-update = This update
cli-label-next-update = Next update
cli-label-produced-at = Produced at
cli-label-gen-time = Time of the stamp
cli-label-imprint = Imprint algorithm
cli-label-key-matches = Key fits the certificate
cli-label-entries = Entries
cli-label-proofs = Proofs
cli-label-completeness = Completeness
cli-label-documents = Documents
cli-label-operator = Operator
cli-label-officer = Officer
cli-label-log = Log
cli-label-log-key = Log key
cli-label-witness = Witness
cli-label-size = Size
cli-label-root = Root
cli-label-failures = Failures
cli-label-name = Name
cli-label-path = Path

### `extract verify`, `journal audit`, `pki`

cli-audit-good = The journal is whole: { $checked } entries checked against the checkpoint at { $size }
cli-audit-from = Looked at in every respect from entry { $from } on. Of the earlier ones, found right by an audit before, the hashes were made anew; --full looks at everything
cli-rebuild-mended = The map of subjects was damaged and is made anew: { $subjects } subjects of { $size } entries, as the newest seal says
cli-rebuild-whole = The map of subjects was whole: { $subjects } subjects of { $size } entries, as the newest seal says
cli-rebuild-contradicts = The entries make another map than the newest seal says ({ $subjects } subjects of { $size } entries). Nothing is changed; run qolhat journal audit --full
cli-audit-waiting = Events that wait to be written down: { $waiting }, that could not become entries: { $quarantined }
cli-audit-names-unchecked = Documents and parties were not held against the names of their subjects: the key of pseudonyms is not here
cli-audit-bad = The journal is damaged: { $place }: { $reason }
cli-audit-stop = Stop the service and compare the backup and the witnesses' checkpoints
promise-kept = Kept: the entry is in the log
promise-pending = Not due yet
promise-overdue = Due: the operator must show the entry
promise-broken = Broken: the log does not hold what was promised, or held it too late
promise-invalid = No promise of this log
promise-reason-not-signed = It is not signed by the key of the log.
promise-reason-body-differs = The body is another one than the promised.
promise-reason-extract-not-proven = The extract is not proven, or is of another log: it shows nothing.
promise-reason-another-body = The entry of this event says something else than was promised.
promise-reason-body-not-shown = The extract does not open all of the entry, so what it says was not compared.
promise-reason-checkpoint-before-deadline = The checkpoint of the extract is not proven to be of after the deadline.
promise-reason-body-not-given = Without the body nobody can tell in whose history the entry would stand.
promise-reason-left-out = The whole history of a subject of the event is shown, and the event is not in it.
promise-reason-late = The entry came after the deadline.
promise-reason-history-not-shown = No history that would hold the entry is shown whole.
cli-promise-event =   Event { $event } of the log { $log }
cli-promise-deadline =   Deadline: { $at }
cli-promise-entry =   Entry { $seq }, { $at }
cli-audit-promised = Promises whose entry has not come yet: { $promised }
cli-audit-promise-late = WARNING: the entry of a promised event came after the deadline { $deadline }: event { $event }, entry { $seq } of { $at }
cli-prune-nothing = Nothing was due
cli-prune-done = Pruned: the journal is held from entry { $minimum } on
cli-audit-minimum = Held from entry { $minimum } on; of the earlier ones, which were pruned, places, times and hashes were checked
cli-export-done = Sealed segments exported: { $count }
cli-export-segment = Entries { $from } to { $to }: { $sha256 }
cli-export-another = Nothing is exported from here: another process leads the log, and exports by itself
cli-audit-exported = Entries that lie in segments outside the database too: { $exported }
cli-forget-done = The database holds nothing of what was erased in its tables
cli-scrub-checked = Blobs read again: { $checked } ({ $size } MiB)
cli-scrub-unnamed = Blobs that the database does not name: { $count }
cli-scrub-good = Every blob is whole and in its place
cli-scrub-bad = Damaged: { $damaged }; missing: { $missing }. Put them back from another copy: qolhat store copy
cli-copy-progress = Copied: { $copied }; done up to { $after }
cli-copy-done = Copied: { $copied } ({ $size } MiB), of them mended: { $mended }; there before: { $present }
cli-copy-failed = Not copied, since the source is damaged: { $count }
cli-copy-unlocked = Exported segments of the journal that the target was asked to lock and did not: { $count }
cli-held = Exported segments of the journal that the store holds under a lock: { $count }
cli-seals-unproven = WARNING: the operator's signature over the seals of these exported segments lacks evidence that its certificate was not revoked, so they may not be pruned: { $segments }
cli-unheld = WARNING: exported segments of the journal that should be under a lock and lie in a store without locks, where they can be changed and removed: { $count }
cli-exports-unlocked = WARNING: the store holds locks, but these exported segments of the journal lie in it without one, and can be changed and removed: { $segments }
cli-backup-progress = Blobs: { $copied } copied of { $blobs }
cli-backup-done = Backup { $path }: { $size } entries of the journal, { $blobs } blobs, of them copied now: { $copied }
cli-backup-key = Its key: { $key }. It is destroyed on { $until }; after that nobody reads the backup
cli-backup-apart = Keep apart from the backup, and not together with it: this key, the log's key, the key of pseudonyms, the wrapping key and the operator's key store. Without them nothing can be restored
cli-backup-destroyed = Blobs destroyed on request since the snapshot: { $count }
cli-backup-lost = Blobs that the store has lost and the backup cannot have: { $count }
cli-restore-done = Backup { $name } of { $at } is restored and its journal is whole: { $size } entries, { $blobs } blobs
cli-restore-refused = Nothing is restored: the backup was changed, or is not of this installation
cli-restore-wrong = { $part }: { $reason }
cli-restore-behind = A checkpoint of { $remembered } entries is remembered, the backup has { $size }: what came after it is lost here, and the service refuses to start
cli-restore-behind-mend = Restore a newer backup. Where there is none: set a new journal.origin and new key files for the log and pseudonyms over an empty database, keep this one for reading, and tell witnesses and clients which log the new one follows
cli-restore-destroyed = Documents whose blobs were destroyed on request after the snapshot are there without content: { $count }
cli-restore-after = Destroy again what clients had destroyed after { $at }: the backup does not know of it
cli-path-good = There is a path to an anchor
cli-path-bad = There is no path to an anchor
cli-answer-good = The certificate is not revoked
cli-answer-revoked = The certificate is revoked
cli-answer-unknown = Nothing is known of the certificate
cli-answer-list = The list is authentic and current
cli-answer-refused = The answer cannot be relied on
cli-stamp-good = The time stamp is valid
cli-stamp-bad = The time stamp is invalid
cli-show-certificate = Certificate
cli-show-cms = CMS signature
cli-show-crl = Certificate revocation list
cli-show-ocsp = OCSP response
cli-show-tsp = Time stamp
cli-show-pkcs12 = PKCS#12 key store

### `trust`

cli-trust-imported = Trusted CA added: { $name }, SHA-256 { $sha256 }
cli-trust-removed = Trusted CA removed: { $name }, SHA-256 { $sha256 }
cli-trust-already = This CA is trusted already: { $name }
cli-trust-absent = There is no such trusted CA: { $name }
cli-trust-empty = There are no trusted CAs. To add one: qolhat trust import FILE
cli-trust-known = The fingerprint is that of a known certificate of the national CA
cli-trust-unknown = The fingerprint is not known to the program: compare it with an official source
cli-trust-not-a-ca = { $name }: this is not the certificate of a CA

### Errors of usage and input

cli-error-usage = Wrong usage: { $detail }
cli-error-unreadable = Cannot read { $path }: { $detail }
cli-error-not-found = { $path } is not found
cli-error-too-large = { $path } is too large, the limit is { $limit }
cli-error-level = { $path }: the signature reaches { $level }, not { $wanted }. Give what is missing: --tsp for a time stamp, --certs and --crl or --ocsp about the signer
cli-error-unsupported = Not supported: { $what }
cli-error-malformed = { $path }: malformed: { $detail }
cli-error-wrong-password = The password is wrong or the file is damaged
cli-error-no-password = There is no password: set the environment variable { $variable }
cli-error-no-anchors = There is no anchor: give --trust PATH
cli-error-restore = The backup is not restored: { $detail }
cli-error-config = Configuration file { $path }: { $detail }
cli-error-internal = A fault of ours: { $detail }

## `doctor`

doctor-good = good
doctor-warning = mind this
doctor-bad = must be mended
doctor-all-good = All is well: the service can be started
doctor-not-good = To be mended: { $count }
doctor-config = Configuration
doctor-config-mend = Mend the file: { $detail }
doctor-mode-demo = Demo mode: not for real clients
doctor-clock = Clock
doctor-clock-mend = The clock is off by { $seconds } seconds: set up NTP
doctor-database = Database
doctor-database-mend = The database cannot be opened: { $detail }
doctor-schema = Database schema
doctor-schema-mend = The schema is old: run qolhat migrate
doctor-journal = Journal
doctor-journal-mend = The journal does not fit its checkpoint: run qolhat journal audit
doctor-witnesses = Witnesses of the journal
doctor-witnesses-mend = A witness does not confirm the journal: { $detail }
doctor-roles = Database roles
doctor-roles-mend = The service changes its journal under one login: the database does not refuse it. Run qolhat migrate with a login that may create roles, then give the service a login that is a member of qolhat_application and qolhat_sequencer alone
doctor-blobs = Document store
doctor-blobs-mend = The store cannot be written: { $detail }
doctor-s3-does = x-amz-checksum-sha256: { $checksums }; If-None-Match: { $condition }; versioning: { $versions }; object lock: { $lock }
doctor-s3-locks-unasked = The bucket locks every object: content could not be destroyed at its owner's request. Take the default retention off the bucket
doctor-disk = Free disk space
doctor-disk-mend = Little room: { $free }. Enlarge the disk
doctor-wrapping-key = Wrapping key
doctor-wrapping-key-mend = The key file cannot be read: { $detail }. Restore it from a backup, do not make a new one
doctor-seal-key = Operator's seal key
doctor-seal-key-mend = The seal key is not usable: { $detail }
doctor-seal-key-expires = The seal certificate ends on { $at }: get a new one
doctor-trust = Trusted CAs
doctor-trust-mend = There is no trusted CA: qolhat trust import FILE
doctor-trust-demo = A demo CA is not for production: { $name }
doctor-crl-files = Revocation lists in files
doctor-crl-file-unreadable = { $path } cannot be read: { $detail }
doctor-crl-file-empty = { $path } holds no revocation list
doctor-crl-file-stale = { $path }: the next list was due at { $at }: fetch a newer one
doctor-mail = Mail
doctor-mail-mend = The mail server does not take mails: { $detail }
doctor-sms = SMS
doctor-sms-mend = The gateway of short messages does not answer: { $detail }
doctor-time-stamps = Time-stamping service
doctor-time-stamps-mend = { $url } gave no time stamp: { $detail }
doctor-ocsp = OCSP responder
doctor-ocsp-mend = { $url } did not answer: { $detail }
doctor-crl = Revocation lists
doctor-crl-mend = { $path } is out of date: download a new one

## `demo`

demo-title = Demo of qolhat: the whole way of a document on one machine
demo-warning = The keys and certificates here are for demonstration only and have no legal force
demo-step = Step { $number } of { $total }: { $what }
demo-world = A CA with OCSP, CRL and time stamps is made: { $dir }
demo-service = The service runs: { $url }
demo-logged-in = { $name } logged in with a certificate
demo-offer-published = An offer is published: "{ $title }", version { $version }
demo-offer-accepted = { $name } accepted the offer with a signature
demo-act-sent = { $name } signed and sent act No. { $number }
demo-received = The document is received: { $at }, journal entry { $seq }; a receipt is given
demo-countersigned = { $name } signed the act: both sides have signed
demo-rejected = { $name } rejected act No. { $number }; the sender sees the reason: { $reason }
demo-conditions = The four conditions of legal effect hold
demo-court-recorded = { $name } records the request: { $authority }
demo-court-approved = { $name } approves the request: four eyes
demo-extract-issued = An extract for the court is issued: { $path }
demo-extract-verified = The extract is verified offline: { $verdict }
demo-tampered = The extract with one byte changed is refused: { $reason }
demo-anchors = To verify it yourself: qolhat extract verify --trust { $anchors } { $path }
demo-files = Files: { $dir }
demo-sms = Short messages are laid into { $dir }: one-time codes for phone numbers are there.
demo-open = Open in a browser: { $url }
demo-stop = Press Ctrl+C to stop
demo-done = The demo is finished
demo-failed = The step failed: { $what }: { $reason }

## Questions of a validation: `check-<rule>`

check-format = The format keeps the rules
check-signing-certificate-found = The signer's certificate is found
check-signing-certificate-reference = The signed reference is of this certificate
check-xml-references-known = What the signature points at is told in a way that is followed
check-xml-later-signatures = Signatures added later were set aside first
check-xml-covers-document = The signature covers the whole document
check-algorithms-known = The algorithms are known
check-algorithms-agree = The algorithms agree with each other
check-content-found = The signed content is at hand
check-content-type = The type of the content is told right
check-no-attribute-confusion = The content cannot be taken for attributes
check-content-digest = The content is what was signed
check-signature-value = The signature value fits the key
check-counter-signature-readable = The counter-signature can be read
check-time-stamp-readable = The time stamp can be read
check-archive-time-stamp-index = The list of what the archive time stamp covers is right
check-time-stamp-imprint = The time stamp is over these data
check-time-stamp-signature = The signature of the time stamp holds
check-time-stamp-certificate-reference = The time stamp names its certificate
check-time-stamp-path = The certificate of the time stamp leads to a trusted CA
check-time-stamp-term = The certificates of the time stamp had not ended before a later proof
check-time-stamp-revocation = The certificate of the time stamp is not revoked
check-time-stamp-algorithms = The algorithms of the time stamp are trusted
check-time-stamp-not-future = The time stamp is not from the future
check-time-stamp-order = The time stamps are in order
check-data-objects-named = It is told what the signature of the container is over
check-data-objects-found = Every file that the manifest names is there
check-data-objects-digest = Every file is the one that was signed
check-data-objects-algorithms = The digests of the files are trusted
check-evidence-record-form = The form of the evidence record is understood
check-evidence-record-algorithms = The algorithms of the evidence record were trusted until its renewals
check-evidence-record-order = The time stamps of the evidence record are in order
check-evidence-record-renewal = Every renewal of the evidence record covers what was before it
check-evidence-record-time-stamps = Every time stamp of the evidence record held until the next one
check-evidence-record-objects = The evidence record covers the data
check-certificate-path = The certificate leads to a trusted CA
check-certificate-validity = The certificates were in their term
check-certificate-revocation = The certificates are proven not revoked
check-algorithms-trusted = The algorithms were trusted at that moment

## The signer on this machine

witness-ready = The witness answers at { $url }; its verifier key: { $key }
ncalayer-ready = The signer is ready at { $url } with the keys of { $people }
ncalayer-not-loopback = { $address }: the signer listens on loopback only
ncalayer-demo-ready = The signer in place of NCALayer; choose whose keys it uses here: { $url }
ncalayer-demo-taken = { $address } is taken (NCALayer may be running), so the signer uses another port

ncalayer-refused-host = Requests under this host name are refused: only 127.0.0.1 or localhost.
ncalayer-refused-origin = A page of this site may not ask for signatures; --allow-origin permits it.
ncalayer-refused-form = This form comes from another page and is refused.
ncalayer-refused-upgrade = The WebSocket connection request is malformed.
ncalayer-refused-request = Such requests are not handled here.

ncalayer-invalid-params = Wrong request parameters: { $detail }
ncalayer-digest-length = This key needs a hash of { $expected } bytes ({ $algorithm }), but { $found } bytes were given
ncalayer-no-key = None of the keys fits ({ $name }): { $filter }
ncalayer-ordered-failure = Not signed: this was set on the chooser page
ncalayer-signing-failed = Not signed: { $detail }

ncalayer-page-title = The signer in place of NCALayer
ncalayer-page-languages = Languages
ncalayer-page-warning = This program signs whatever it is asked to, without any question. It is for tests, demonstrations and unattended computers.
ncalayer-page-people = Who signs
ncalayer-page-nobody-chosen = Nobody is chosen: the keys of the first person in the list are used.
ncalayer-page-used = these keys are in use now
ncalayer-page-choose = Choose { $name }
ncalayer-page-key = { $purpose }, { $algorithm }, until { $until }
ncalayer-page-next = Next requests
ncalayer-page-times = Number of requests
ncalayer-page-order-sign = Sign
ncalayer-page-order-cancel = Close the window (cancel)
ncalayer-page-order-error = Answer with an error
ncalayer-page-order-silence = Do not answer
ncalayer-page-now-sign = The next request will be signed.
ncalayer-page-now-cancel = Requests that will be cancelled: { $count }.
ncalayer-page-now-error = Requests that will get an error: { $count }.
ncalayer-page-now-silence = Requests that will get no answer: { $count }.

## Verdicts for people

### The verdict in a few words

verdict-title-good = The signature is valid
verdict-title-good-all = All signatures are valid
verdict-title-undetermined = The validity of the signature is not established
verdict-title-undetermined-some = There is an unconfirmed signature
verdict-title-bad = The signature is invalid
verdict-title-bad-some = There is an invalid signature
verdict-title-no-signatures = There are no signatures in the file
verdict-summary-several = Signatures: { $total }, valid: { $good }.

### What a verdict on a signature means (`signature::meaning::MEANINGS`), in one sentence

verdict-means-TOTAL-PASSED = The signature is valid as of { $at }: the document is unchanged, the certificate was issued by a trusted CA and is not revoked.
verdict-means-TOTAL-PASSED-proven = The signature is valid: the document is unchanged, a time stamp proves that the signature existed at { $at }, and the certificate was valid then.
verdict-means-TOTAL-PASSED-revoked-later = The signature is valid: it existed at { $at }, and the certificate was revoked or suspended only later ({ $since }).
verdict-means-TOTAL-PASSED-status-not-asked = The signature is correct, the certificate was issued by a trusted CA and was within its term at { $at }; revocation was not checked.
verdict-means-FORMAT_FAILURE = The signature is invalid: the structure of the file breaks the rules for signatures; it is damaged or was made incorrectly.
verdict-means-HASH_FAILURE = The signature is not for this document: it was changed after signing, or it is another file.
verdict-means-SIG_CRYPTO_FAILURE = The signature is invalid: it was not made with the key of this certificate, or it is damaged.
verdict-means-REVOKED = The signature is invalid: the certificate was revoked at { $since }, and it is proven that the signature was made after that.
verdict-means-EXPIRED = The signature is invalid: the certificate expired at { $until }, and it is proven that the signature was made later.
verdict-means-NOT_YET_VALID = The signature is invalid: its time stamp shows that it was made before the certificate became valid ({ $from }).
verdict-means-SIG_CONSTRAINTS_FAILURE = The signature is not confirmed: it lacks required data.
verdict-means-CHAIN_CONSTRAINTS_FAILURE = The signature is not confirmed: the certificate or its issuer is not intended for such signatures.
verdict-means-CHAIN_CONSTRAINTS_FAILURE-login-key = The signature is not confirmed: the document was signed with a key for login (AUTH).
verdict-means-CERTIFICATE_CHAIN_GENERAL_FAILURE = The signature is not confirmed: the chain of certificates could not be checked.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE = The signature is not confirmed: its algorithm is considered weak, so such a signature can be forged.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE-unknown = The signature was not checked: its algorithm is unknown here.
verdict-means-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = The signature is not confirmed: its algorithm is no longer trusted, and nothing proves that it was made earlier.
verdict-means-TIMESTAMP_ORDER_FAILURE = The signature is not confirmed: its time stamps contradict each other.
verdict-means-NO_SIGNING_CERTIFICATE_FOUND = The signature is not confirmed: the file does not contain the signer's certificate, or it is not the one the signature names.
verdict-means-NO_CERTIFICATE_CHAIN_FOUND = The signature is not confirmed: the certificate names “{ $issuer }” as its issuer, but it does not lead to a CA trusted here.
verdict-means-REVOKED_NO_POE = The signature is not confirmed: the certificate was revoked at { $since }, and nothing proves that it was signed before.
verdict-means-REVOKED_CA_NO_POE = The signature is not confirmed: the certificate of the issuing CA itself was revoked at { $since }.
verdict-means-OUT_OF_BOUNDS_NO_POE = The signature is not confirmed: the certificate's term is { $from } – { $until }, and nothing proves that it was signed within it.
verdict-means-OUT_OF_BOUNDS_NO_POE-early = The signature is not confirmed: the certificate is not valid yet (valid from { $from }).
verdict-means-OUT_OF_BOUNDS_NOT_REVOKED = The signature is not confirmed: the certificate expired at { $until }; it is not revoked, but the time of signing is not proven.
verdict-means-TRY_LATER = The signature itself is correct, but it could not be confirmed just now that the certificate is not revoked.
verdict-means-TRY_LATER-on-hold = The signature is not confirmed: the CA suspended the certificate at { $since }.
verdict-means-TRY_LATER-ended = The signature itself is correct, but the certificate expired at { $until }, and there is no evidence that it was not revoked then.
verdict-means-SIGNED_DATA_NOT_FOUND = This file contains only the signature; the signed document itself is missing.
verdict-means-no-signatures = This CMS file contains no signatures.

### What to do next

verdict-next-TOTAL-PASSED = No time stamp proves when it was signed: once the certificate expires, the signature will be harder to prove. Keep this result, or ask for a signature with a time stamp.
verdict-next-TOTAL-PASSED-proven = Keep the document together with its signature: anybody can check it again.
verdict-next-TOTAL-PASSED-revoked-later = Keep the document together with its signature. Do not trust later signatures made with this key.
verdict-next-TOTAL-PASSED-status-not-asked = If it matters whether the certificate was revoked, ask the CA.
verdict-next-FORMAT_FAILURE = Ask the sender for the file again; if it is the same, ask for the document to be signed again.
verdict-next-HASH_FAILURE = Find the very file that was signed: even saving it again changes it. If there is no such file, do not trust the document.
verdict-next-SIG_CRYPTO_FAILURE = Do not trust this signature. Ask for the document to be signed again.
verdict-next-REVOKED = Do not trust this signature. Ask for a new one made with a new certificate.
verdict-next-EXPIRED = Do not trust this signature. Ask for a new one made with a new certificate.
verdict-next-NOT_YET_VALID = Do not trust this signature. Ask for the document to be signed again.
verdict-next-SIG_CONSTRAINTS_FAILURE = Ask for a new signature made with an up-to-date program, such as NCALayer.
verdict-next-CHAIN_CONSTRAINTS_FAILURE = Ask for a new signature made with a certificate of the national CA that is intended for signing.
verdict-next-CHAIN_CONSTRAINTS_FAILURE-login-key = Ask for a new signature made with a signing key (RSA or GOST).
verdict-next-CERTIFICATE_CHAIN_GENERAL_FAILURE = Ask for a new signature made with a certificate of the national CA, or show the file to an expert.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE = Ask for a new signature made with a current key of the national CA.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE-unknown = Ask for a new signature made with a current key of the national CA.
verdict-next-CRYPTO_CONSTRAINTS_FAILURE_NO_POE = Ask for a new signature made with a current key of the national CA.
verdict-next-TIMESTAMP_ORDER_FAILURE = Do not trust this signature. Ask for the document to be signed again.
verdict-next-NO_SIGNING_CERTIFICATE_FOUND = Ask for a signature file that contains the signer's certificate.
verdict-next-NO_CERTIFICATE_CHAIN_FOUND = This signature does not prove who signed. Ask for one made with a certificate of the national CA of Kazakhstan.
verdict-next-REVOKED_NO_POE = Look for a signature file with a time stamp; if there is none, ask for a new signature made with a valid certificate.
verdict-next-REVOKED_CA_NO_POE = Look for a signature file with a time stamp; if there is none, ask for a new signature made with a valid certificate.
verdict-next-OUT_OF_BOUNDS_NO_POE = Look for a signature file with a time stamp; if there is none, ask for a new signature made with a valid certificate.
verdict-next-OUT_OF_BOUNDS_NO_POE-early = Check again after that time.
verdict-next-OUT_OF_BOUNDS_NOT_REVOKED = Look for a signature file with a time stamp; if there is none, ask for a new signature made with a valid certificate.
verdict-next-TRY_LATER = Check again in a few minutes: the CA's service may not have answered.
verdict-next-TRY_LATER-on-hold = Ask the signer what happened; check again once the suspension is lifted, or ask for a signature made with another certificate.
verdict-next-TRY_LATER-ended = Ask for a signature file with the evidence inside (CAdES-LT): the CA may not answer about an expired certificate.
verdict-next-SIGNED_DATA_NOT_FOUND = Add the document itself as the second file and check again.
verdict-next-no-signatures = Ask for the signature file again.

### Who, since when, term and status of a certificate, answers

verdict-signer-unproven = The name is taken from the certificate, but the certificate and the signature are not confirmed: somebody else may have signed.
verdict-time-proven = Proven by a time stamp: the signature existed at { $at }.
verdict-time-unproven = The time of signing is not proven: there is no time stamp, or it proves nothing.
verdict-time-claimed = By the signer's own statement: { $at } (this is no proof: a computer's clock can be set to any time).
verdict-certificate-term = Term of the certificate: { $from } – { $until }
verdict-status-good-ocsp = Not revoked. The CA's answer (OCSP): { $at }.
verdict-status-good-crl = Not revoked. The CA's list (CRL): { $at }.
verdict-status-on-hold = Suspended by the CA: { $since }.
verdict-status-revoked = Revoked: { $since }.
verdict-status-revoked-later = Not revoked at the moment considered, revoked later: { $since }.
verdict-status-unknown = It is not known whether it is revoked: there is no evidence fresh enough.
verdict-status-not-asked = Revocation was not checked.
verdict-answer-yes = yes
verdict-answer-no = no
verdict-answer-not-asked = not checked

### Notes

verdict-note-authority = Only the signature was checked. This check does not show whether the signer had the authority to sign this very document.
verdict-note-swapped = The files came in the other order: the second one was checked.
verdict-note-left-over = The other file was not needed: an extract proves itself.
verdict-note-nothing-kept = The files were read only for the check and were not kept.

### Extracts

verdict-extract-means-TOTAL-PASSED = This is the genuine extract No. { $number } from the operator's journal ({ $operator }): nothing has been changed, all signatures and proofs agree.
verdict-extract-means-FORMAT_FAILURE = The file is built like an extract, but it is not as it was issued: if even one byte has changed, it cannot be trusted.
verdict-extract-means-HASH_FAILURE = A file inside the extract was changed after it was signed.
verdict-extract-means-OPERATOR_MISMATCH = The extract is not from the operator of this service, or the seal on it is not the operator's.
verdict-extract-means-LOG_MISMATCH = The extract is not from the journal of this service.
verdict-extract-means-OFFICER_MISMATCH = The extract was not signed by the authorised officer it names.
verdict-extract-means-JOURNAL_FAILURE = The proofs of the journal do not agree: entries were changed or are not from this journal.
verdict-extract-means-FACTS_MISMATCH = What the extract says about the documents contradicts the journal.
verdict-extract-means-OPERATOR_NOT_PINNED = It was not stated whose extract is expected, so it cannot be established whether it is genuine.
verdict-extract-means-CHECKPOINT_NOT_PROVEN = The state of the journal is not proven: the checkpoint has no time stamp, or it is more than a day older than the extract.
verdict-extract-means-NO_POE = No time stamp proves that a signature in the extract existed before its journal entry.
verdict-extract-means-WITNESS_NOT_FOUND = The expected witness has not confirmed the state of the journal.
verdict-extract-means-LEVEL_NOT_SHOWN = The extract shows a lower level of completeness than was demanded.
verdict-extract-means-SIGNATURE = A signature or a time stamp in the extract is not confirmed.
verdict-extract-next-good = Keep the file as it is: it can be verified without the operator and offline.
verdict-extract-next-altered = Do not rely on this file. Get the extract again from the operator.
verdict-extract-next-another = Only extracts of this service are checked here. Check the file with the operator it names, or with that operator's operator.json.
verdict-extract-next-unproven = See in the list below which part is not confirmed, and ask the operator for a new extract.
verdict-completeness-pruned = Completeness: of some party's history the beginning is past its term of five years and was pruned; the file says how much. Every entry that follows, and every entry of each other subject, is here without a gap. That there is no later one up to the checkpoint is the operator's signed word; nothing else shows it.
verdict-completeness-not-shown = The completeness of the extract is not proven.

### Files that are not judged

verdict-unsupported-empty-title = The file is empty
verdict-unsupported-empty-detail = The file does not contain a single byte.
verdict-unsupported-empty-next = Choose the file again.
verdict-unsupported-xml-title = Signatures inside XML are not checked here yet
verdict-unsupported-xml-detail = This is an XML file. If it contains a signature, nothing is said about its validity.
verdict-unsupported-xml-next = If the signature is in a separate file (.cms, .p7s, .sig), give both files together.
verdict-unsupported-pdf-title = Signatures inside PDF are not checked here yet
verdict-unsupported-pdf-detail = This is a PDF file. If it contains a signature, nothing is said about its validity.
verdict-unsupported-pdf-next = If the signature is in a separate file (.cms, .p7s, .sig), give both files together.
verdict-unsupported-asic-title = Such containers are not checked yet
verdict-unsupported-asic-detail = This is an ASiC container, but not an extract. Nothing is said about the signatures in it.
verdict-unsupported-asic-next = Open the container as an archive and give the document together with the signature file (.p7s).
verdict-unsupported-zip-title = This is an archive or an office document
verdict-unsupported-zip-detail = It is not an extract, and signatures inside such files are not checked here.
verdict-unsupported-zip-next = If the signature is in a separate file (.cms, .p7s, .sig), give both files together.
verdict-unsupported-other-message-title = This is not a signature
verdict-unsupported-other-message-detail = The file holds a CMS message that is not signed but of another kind, for example encrypted.
verdict-unsupported-other-message-next = If the signature is in a separate file (.cms, .p7s, .sig), give both files together.
verdict-unsupported-broken-title = The signature file is damaged
verdict-unsupported-broken-detail = The file starts like a signature, but it is incomplete or cannot be read.
verdict-unsupported-broken-next = Download the file again, or ask the sender for it again.
verdict-unsupported-too-many-signers-title = Too many signatures
verdict-unsupported-too-many-signers-detail = At most { $limit } signatures in one file are checked here.
verdict-unsupported-too-many-signers-next = Check the file on your own computer: qolhat verify.
verdict-unsupported-time-stamp-title = This is a time stamp, not a signature
verdict-unsupported-time-stamp-detail = A time stamp only proves that some data existed at a certain time.
verdict-unsupported-time-stamp-next = Choose the signature file (.cms, .p7s, .sig).
verdict-unsupported-key-store-title = This is a key file: do not send it to anyone
verdict-unsupported-key-store-detail = With this file and its password anybody can sign on your behalf. It was not kept here.
verdict-unsupported-key-store-next = Choose the signature file. If somebody else may have got the key file, have the certificate revoked by the national CA.
verdict-unsupported-extract-version-title = Unknown extract version
verdict-unsupported-extract-version-detail = The file looks like an extract, but this version of the format is not supported here.
verdict-unsupported-extract-version-next = Ask the operator who issued the extract for it again.
verdict-unsupported-unknown-title = No signature found
verdict-unsupported-unknown-detail = This file is neither a CMS signature nor an extract: it may be the document itself, or a damaged file.
verdict-unsupported-unknown-next = Give the signature file (.cms, .p7s, .sig) together with the document.
