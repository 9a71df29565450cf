-- Tables that an application has already, and two columns for the library: `lookup` holds an address as
-- `Contact::canonical` writes it, and `stamp` is the credential version, which triggers change.

create table members (
    member_no integer primary key,
    full_name text,
    language text,
    pw text,
    status text not null default 'new',
    stamp text not null default (hex(randomblob(16)))
);

create table addresses (
    member_no integer not null,
    rank integer not null,
    address text not null,
    lookup text not null,
    primary key (member_no, rank)
);

create index addresses_by_lookup on addresses (lookup);

create trigger status_changed after update of status on members when new.stamp = old.stamp begin
    update members set stamp = hex(randomblob(16)) where member_no = new.member_no;
end;

create trigger address_added after insert on addresses begin
    update members set stamp = hex(randomblob(16)) where member_no = new.member_no;
end;

create trigger address_changed after update on addresses begin
    update members set stamp = hex(randomblob(16)) where member_no in (old.member_no, new.member_no);
end;

create trigger address_removed after delete on addresses begin
    update members set stamp = hex(randomblob(16)) where member_no = old.member_no;
end;
