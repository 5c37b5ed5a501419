-- Short messages beside mails.
alter table contact drop constraint contact_channel_check;
alter table contact add constraint contact_channel_check check (channel in ('email', 'sms'));

-- By which way a person wants to be written to for a party; mail where he said nothing.
create table contact_choice (
    party text not null,
    iin text not null,
    channel text not null check (channel in ('email', 'sms')),
    chosen_at bigint not null,
    primary key (party, iin)
);

-- A mail has a Message-ID from the start; a short message gets its mark from the gateway that takes it.
alter table message alter column mail_id drop not null;
alter table message add column gateway_id text;
alter table message drop constraint message_channel_check;
alter table message add constraint message_channel_check check (channel in ('email', 'sms'));
alter table message drop constraint message_state_check;
alter table message add constraint message_state_check check (state in ('waiting', 'sent', 'delivered', 'failed'));
alter table message add constraint a_mail_alone_has_a_message_id check ((channel = 'email') = (mail_id is not null));

drop index message_that_waits;
create index message_that_waits on message (channel, next_at) where state = 'waiting';
