-- Offers, documents, their files, keys, signatures, evidence, receipts, notices and extracts.

create table offer (
    id blob not null primary key,
    title text not null,
    created_at integer not null,
    withdrawn_at integer,
    revision integer not null
) strict;

create table offer_version (
    offer_id blob not null references offer (id),
    version integer not null,
    prevailing text not null,
    in_force_from integer not null,
    published_at integer not null,
    published_by text not null,
    event_id blob not null,
    constraint an_offer_version_is_published_once primary key (offer_id, version)
) strict;

create table offer_text (
    offer_id blob not null,
    version integer not null,
    language text not null,
    sha256 blob not null,
    size_bytes integer not null,
    blob_address blob not null,
    constraint an_offer_text_is_published_once primary key (offer_id, version, language),
    foreign key (offer_id, version) references offer_version (offer_id, version)
) strict;

create table document (
    id blob not null primary key,
    kind text not null,
    number text not null,
    document_date text,
    title text not null,
    sender text not null,
    recipient text not null,
    author_iin text not null,
    state text not null constraint document_state_is_known
        check (state in ('draft', 'check-pending', 'received', 'accepted', 'rejected', 'withdrawn', 'check-failed')),
    created_at integer not null,
    check_deadline integer,
    reason text,
    recorded_event blob,
    state_event blob not null,
    offer_id blob,
    offer_version integer,
    revision integer not null
) strict;

create index document_by_sender on document (sender, created_at);
create index document_by_recipient on document (recipient, created_at);
create index document_waiting_for_a_check on document (check_deadline) where state = 'check-pending';
create unique index a_client_accepts_an_offer_version_once on document (offer_id, offer_version, sender)
    where kind = 'offer-acceptance' and state in ('check-pending', 'received', 'accepted');

create table document_file (
    document_id blob not null references document (id),
    ordinal integer not null,
    role text not null constraint file_role_is_known check (role in ('original', 'attachment')),
    name text not null,
    media_type text not null,
    size_bytes integer not null,
    sha256 blob not null,
    blob_address blob not null,
    constraint a_file_has_one_place primary key (document_id, ordinal)
) strict;

create table content_key (
    document_id blob not null references document (id),
    holder text not null,
    wrapped blob not null,
    constraint a_holder_has_one_key primary key (document_id, holder)
) strict;

create table signature (
    id blob not null primary key,
    document_id blob not null references document (id),
    side text not null constraint signature_side_is_known check (side in ('sender', 'recipient')),
    iin text not null,
    bin text,
    role text not null,
    common_name text not null,
    certificate_sha256 blob not null,
    cms_sha256 blob not null,
    blob_address blob not null,
    claimed_at integer,
    proven_at integer,
    checked_at integer not null,
    indication text not null,
    sub_indication text,
    report text not null,
    event_id blob not null,
    constraint a_side_signs_a_document_once unique (document_id, side)
) strict;

create index signature_by_certificate on signature (certificate_sha256);

create table evidence (
    signature_id blob not null references signature (id),
    ordinal integer not null,
    kind text not null constraint evidence_kind_is_known check (kind in ('time-stamp', 'ocsp', 'crl', 'certificate')),
    sha256 blob not null,
    blob_address blob not null,
    sealed integer not null,
    constraint a_piece_of_evidence_has_one_place primary key (signature_id, ordinal)
) strict;

create table contest (
    document_id blob not null references document (id),
    case_id blob not null references compromise_case (id),
    signature_id blob not null references signature (id),
    event_id blob not null,
    constraint a_signature_is_contested_once_in_a_case primary key (case_id, signature_id)
) strict;

create table receipt (
    document_id blob not null references document (id),
    event_id blob not null primary key,
    number integer not null constraint receipt_number_is_unique unique,
    cms blob not null,
    made_at integer not null
) strict;

create table notice (
    position integer primary key autoincrement,
    party text not null,
    kind text not null,
    document_id blob,
    event_id blob not null,
    created_at integer not null
) strict;

create index notice_by_party on notice (party, position);

create table extract (
    id blob not null primary key,
    number integer not null constraint extract_number_is_unique unique,
    officer_iin text not null,
    scope text not null,
    ground text not null,
    state text not null constraint extract_state_is_known check (state in ('prepared', 'issued')),
    prepared_at integer not null,
    issued_at integer,
    wrapped_key blob not null,
    prepared_address blob not null,
    issued_address blob,
    event_id blob,
    revision integer not null
) strict;
