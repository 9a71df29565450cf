-- What is compared is compared byte by byte (collate "C"): no change of a library's sort order can damage an index.

create table vestibule.accounts (
    id text collate "C" not null primary key,
    state text not null check (state in ('pending', 'active', 'suspended')),
    credential_version text collate "C" not null,
    password_hash text collate "C",
    name text,
    locale text,
    -- Times are milliseconds since the Unix epoch, here and below.
    created_at bigint not null,
    changed_at bigint not null,
    activated_at bigint
) with (fillfactor = 90);

create table vestibule.contacts (
    account_id text collate "C" not null references vestibule.accounts (id) on delete cascade,
    -- 0 for the main one.
    position bigint not null,
    kind text not null check (kind in ('email', 'phone')),
    -- What contacts are compared by: `email:` and the folded address, or `phone:` and the number.
    canonical text collate "C" not null,
    -- What messages are sent to.
    spelling text not null,
    proven_at bigint,
    primary key (account_id, position)
);

create unique index contacts_by_canonical on vestibule.contacts (canonical, account_id);

-- An e-mail address is a log-in name: two accounts cannot share one. They may share a telephone.
create unique index email_addresses on vestibule.contacts (canonical) where kind = 'email';

create table vestibule.codes (
    -- The SHA-256 of the handle.
    handle bytea not null primary key,
    purpose text not null,
    contact text not null,
    -- UTF-8, and so are `account_id` and `credential_version`: they are the application's, and `text` refuses zero bytes.
    locale bytea,
    format text not null,
    created_at bigint not null,
    resend_at bigint not null,
    reissue_until bigint not null,
    expires_at bigint not null,
    max_attempts bigint not null,
    max_issues bigint not null,
    issue bigint not null default 1,
    attempts bigint not null default 0,
    taken_at bigint,
    -- What the current issue was armed with; null until it is.
    mac bytea,
    account_id bytea,
    destination text,
    credential_version bytea
-- A row is written two or three times in its ten minutes: room for that on its own page.
) with (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);

create index codes_by_expiry on vestibule.codes (expires_at);

create table vestibule.throttles (
    -- A keyed hash.
    key bytea not null primary key,
    -- The older events, as the library writes them.
    state bytea not null default '\x0100',
    -- The times of the events that came since, in their order.
    later bigint[] not null,
    forget_at bigint not null
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

create index throttles_by_forgetting on vestibule.throttles (forget_at);
