-- Of programs that start at once, one makes the tables and the others wait for it.
begin;
select pg_advisory_xact_lock(7311206);
create table if not exists portal_sessions (
    id bytea primary key, data text not null, expires_at bigint not null
);
create table if not exists portal_log_ins (
    account_id text primary key, latest bigint not null, before bigint
);
commit;
