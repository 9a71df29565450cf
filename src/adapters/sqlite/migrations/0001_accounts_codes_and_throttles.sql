create table vestibule_accounts (
    id text not null primary key,
    state text not null check (state in ('pending', 'active', 'suspended')),
    credential_version text not null,
    password_hash text,
    name text,
    locale text,
    -- Times are milliseconds since the Unix epoch, here and below.
    created_at integer not null,
    changed_at integer not null,
    activated_at integer
) strict, without rowid;

create table vestibule_contacts (
    account_id text not null references vestibule_accounts (id) on delete cascade,
    -- 0 for the main one.
    position integer not null,
    kind text not null check (kind in ('email', 'phone')),
    -- What contacts are compared by: `email:` and the folded address, or `phone:` and the number.
    canonical text not null collate binary,
    -- What messages are sent to.
    spelling text not null,
    proven_at integer,
    primary key (account_id, position)
) strict, without rowid;

create unique index vestibule_contacts_by_canonical on vestibule_contacts (canonical, account_id);

-- An e-mail address is a log-in name: two accounts cannot share one. They may share a telephone.
create unique index vestibule_email_addresses on vestibule_contacts (canonical) where kind = 'email';

create table vestibule_codes (
    -- The SHA-256 of the handle.
    handle blob not null primary key,
    purpose text not null,
    contact text not null,
    locale text,
    format text not null,
    created_at integer not null,
    resend_at integer not null,
    reissue_until integer not null,
    expires_at integer not null,
    max_attempts integer not null,
    max_issues integer not null,
    issue integer not null default 1,
    attempts integer not null default 0,
    taken_at integer,
    -- What the current issue was armed with; null until it is.
    mac blob,
    account_id text,
    destination text,
    credential_version text
-- By rowid, in the order they come, as they expire: SQLite advises against `without rowid` for rows above a twentieth of
-- a page, which also lie in the inner pages of the tree then.
) strict;

create index vestibule_codes_by_expiry on vestibule_codes (expires_at);

create table vestibule_throttles (
    -- A keyed hash.
    key blob not null primary key,
    state blob not null,
    forget_at integer not null
) strict, without rowid;

create index vestibule_throttles_by_forgetting on vestibule_throttles (forget_at);
