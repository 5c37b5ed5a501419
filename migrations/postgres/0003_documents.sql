-- Offers, documents, their files, keys, signatures, evidence, receipts, notices and extracts.

create table offer (
    id uuid not null primary key,
    title text not null,
    created_at bigint not null,
    withdrawn_at bigint,
    revision bigint not null
);

create table offer_version (
    offer_id uuid not null references offer (id),
    version bigint not null,
    prevailing text not null,
    in_force_from bigint not null,
    published_at bigint not null,
    published_by text not null,
    event_id uuid not null,
    constraint an_offer_version_is_published_once primary key (offer_id, version)
);

create table offer_text (
    offer_id uuid not null,
    version bigint not null,
    language text not null,
    sha256 bytea not null,
    size_bytes bigint not null,
    blob_address bytea not null,
    constraint an_offer_text_is_published_once primary key (offer_id, version, language),
    foreign key (offer_id, version) references offer_version (offer_id, version)
);

create table document (
    id uuid not null primary key,
    kind text not null,
    number text not null,
    document_date text,
    title text not null,
    sender text not null,
    recipient text not null,
    author_iin text not null,
    state text not null constraint document_state_is_known
        check (state in ('draft', 'check-pending', 'received', 'accepted', 'rejected', 'withdrawn', 'check-failed')),
    created_at bigint not null,
    check_deadline bigint,
    reason text,
    recorded_event uuid,
    state_event uuid not null,
    offer_id uuid,
    offer_version bigint,
    revision bigint not null
);

create index document_by_sender on document (sender, created_at);
create index document_by_recipient on document (recipient, created_at);
create index document_waiting_for_a_check on document (check_deadline) where state = 'check-pending';
create unique index a_client_accepts_an_offer_version_once on document (offer_id, offer_version, sender)
    where kind = 'offer-acceptance' and state in ('check-pending', 'received', 'accepted');

create table document_file (
    document_id uuid not null references document (id),
    ordinal bigint not null,
    role text not null constraint file_role_is_known check (role in ('original', 'attachment')),
    name text not null,
    media_type text not null,
    size_bytes bigint not null,
    sha256 bytea not null,
    blob_address bytea not null,
    constraint a_file_has_one_place primary key (document_id, ordinal)
);

create table content_key (
    document_id uuid not null references document (id),
    holder text not null,
    wrapped bytea not null,
    constraint a_holder_has_one_key primary key (document_id, holder)
);

create table signature (
    id uuid not null primary key,
    document_id uuid not null references document (id),
    side text not null constraint signature_side_is_known check (side in ('sender', 'recipient')),
    iin text not null,
    bin text,
    role text not null,
    common_name text not null,
    certificate_sha256 bytea not null,
    cms_sha256 bytea not null,
    blob_address bytea not null,
    claimed_at bigint,
    proven_at bigint,
    checked_at bigint not null,
    indication text not null,
    sub_indication text,
    report text not null,
    event_id uuid not null,
    constraint a_side_signs_a_document_once unique (document_id, side)
);

create index signature_by_certificate on signature (certificate_sha256);

create table evidence (
    signature_id uuid not null references signature (id),
    ordinal bigint not null,
    kind text not null constraint evidence_kind_is_known check (kind in ('time-stamp', 'ocsp', 'crl', 'certificate')),
    sha256 bytea not null,
    blob_address bytea not null,
    sealed bigint not null,
    constraint a_piece_of_evidence_has_one_place primary key (signature_id, ordinal)
);

create table contest (
    document_id uuid not null references document (id),
    case_id uuid not null references compromise_case (id),
    signature_id uuid not null references signature (id),
    event_id uuid not null,
    constraint a_signature_is_contested_once_in_a_case primary key (case_id, signature_id)
);

create table receipt (
    document_id uuid not null references document (id),
    event_id uuid not null primary key,
    number bigint not null constraint receipt_number_is_unique unique,
    cms bytea not null,
    made_at bigint not null
);

create table notice (
    position bigint generated always as identity primary key,
    party text not null,
    kind text not null,
    document_id uuid,
    event_id uuid not null,
    created_at bigint not null
);

create index notice_by_party on notice (party, position);

create table extract (
    id uuid not null primary key,
    number bigint not null constraint extract_number_is_unique unique,
    officer_iin text not null,
    scope text not null,
    ground text not null,
    state text not null constraint extract_state_is_known check (state in ('prepared', 'issued')),
    prepared_at bigint not null,
    issued_at bigint,
    wrapped_key bytea not null,
    prepared_address bytea not null,
    issued_address bytea,
    event_id uuid,
    revision bigint not null
);
