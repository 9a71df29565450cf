create table if not exists portal_sessions (
    id blob primary key, data text not null, expires_at integer not null
) strict, without rowid;
create table if not exists portal_log_ins (
    account_id text primary key, latest integer not null, before integer
) strict, without rowid;
