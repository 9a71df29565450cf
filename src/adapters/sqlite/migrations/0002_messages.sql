create table vestibule_messages (
    id blob not null primary key check (length(id) = 16),
    state text not null default 'waiting' check (state in ('waiting', 'sending')),
    -- One more with each process that takes the message: whoever lost it can change nothing.
    claim integer not null default 1,
    -- When the message may be claimed: the end of the lease of whoever has it.
    due_at integer not null,
    expires_at integer not null,
    -- Whom it is for and what it says, under a key that is not here.
    sealed blob not null
) strict;

create index vestibule_messages_by_due_time on vestibule_messages (due_at);

create index vestibule_messages_by_expiry on vestibule_messages (expires_at);
