-- What a person chose for himself.

create table preference (
    iin text not null primary key,
    language text not null constraint preference_language_is_known check (language in ('kk', 'ru', 'en')),
    changed_at integer not null
) strict;
