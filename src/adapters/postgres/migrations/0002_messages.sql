create table vestibule.messages (
    id bytea not null primary key check (octet_length(id) = 16),
    state text collate "C" not null default 'waiting' check (state in ('waiting', 'sending')),
    -- One more with each process that takes the message: whoever lost it can change nothing.
    claim bigint not null default 1,
    -- When the message may be claimed: the end of the lease of whoever has it.
    due_at bigint not null,
    expires_at bigint not null,
    -- Whom it is for and what it says, under a key that is not here.
    sealed bytea not null
-- A row is written two or three times and removed, most within seconds.
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

create index messages_by_due_time on vestibule.messages (due_at);

create index messages_by_expiry on vestibule.messages (expires_at);
