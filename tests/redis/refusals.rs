//! Servers and rows that cannot be used: each a typed error that says what to do.

use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{AsyncCommands, Client, cmd};
use vestibule::adapters::redis::{RedisCodes, RedisOptions, RedisThrottle, connection_config};
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{Attempt, CodeStore, ThrottleStore};
use vestibule::throttle::{Ticket, Verdict};

use crate::samples::{
    armed, charges, code_key, connect, handle, in_minutes, now, options, pending, throttle_key,
};
use crate::servers::Suite;
use crate::servers::redis::RedisServer;
use crate::{Server, tests};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    tests!(suite,
        a_prefix_with_braces_is_refused
        what_holds_another_type_is_corrupt_and_stays_as_it_is
        a_damaged_row_is_corrupt
        a_damaged_throttle_is_corrupt_and_its_batch_changes_nothing
    );
    let evicting = || RedisServer::start_own(&["--maxmemory-policy", "volatile-ttl"]);
    suite.test_on("refusals::a_server_that_evicts_is_refused", evicting, a_server_that_evicts_is_refused);
    let replica = || RedisServer::start_own(&["--replicaof", "127.0.0.1 1"]);
    suite.test_on("refusals::a_replica_is_refused", replica, a_replica_is_refused);
    let guarded = || RedisServer::start_own(&["--requirepass", "secret"]);
    suite.test_on("refusals::a_user_without_rights_is_told_so", guarded, a_user_without_rights_is_told_so);
    let small = || RedisServer::start_own(&["--save", ""]);
    suite.test_on("refusals::a_full_memory_changes_nothing", small, a_full_memory_changes_nothing);
    let hasty = || RedisServer::start_own(&["--busy-reply-threshold", "50"]);
    suite.test_on("refusals::a_server_held_by_a_script_is_busy", hasty, a_server_held_by_a_script_is_busy);
}

#[track_caller]
fn refused<T>(answer: Result<T, BackendError>, kind: BackendErrorKind, named: &str) {
    let Err(error) = answer else { panic!("not refused") };
    let (source, text) = (std::error::Error::source(&error).map(ToString::to_string), error.to_string());
    assert_eq!(error.kind(), kind, "{text} {source:?}");
    assert!(text.contains(named), "{text} {source:?}");
}

async fn a_prefix_with_braces_is_refused(server: Server) {
    for prefix in ["{", "a}b", "{a}"] {
        let opened = RedisThrottle::open_with(connect(&server).await, &options(prefix)).await;
        refused(opened, BackendErrorKind::Misconfigured, "brace");
        let opened = RedisCodes::open_with(connect(&server).await, &options(prefix)).await;
        refused(opened, BackendErrorKind::Misconfigured, "brace");
    }
}

async fn what_holds_another_type_is_corrupt_and_stays_as_it_is(server: Server) {
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let (corrupt, advice) = (BackendErrorKind::Corrupt, "prefix of its own");

    let key = code_key(&prefix, &handle(1));
    let () = connection.set(&key, "another's").await.unwrap();
    refused(codes.insert(&pending(1)).await, corrupt, advice);
    refused(codes.arm(&handle(1), 1, &armed(), now()).await, corrupt, advice);
    refused(codes.reissue(&handle(1), now(), now()).await, corrupt, advice);
    refused(codes.count_attempt(&handle(1), now()).await, corrupt, advice);
    refused(codes.take(&handle(1), 1, now()).await, corrupt, advice);
    assert_eq!(codes.purge(in_minutes(1_000)).await.unwrap(), 0);
    assert_eq!(connection.get::<_, String>(&key).await.unwrap(), "another's");

    let batch = charges(1, [1, 2, 3]);
    let Verdict::Allowed(ticket) = throttle.charge(&batch, now()).await.unwrap() else { panic!() };
    let keys: Vec<_> = batch.iter().map(|charge| throttle_key(&prefix, &charge.key)).collect();
    let () = connection.del(&keys[1]).await.unwrap();
    let () = connection.rpush(&keys[1], "another's").await.unwrap();
    refused(throttle.charge(&batch, in_minutes(2)).await, corrupt, advice);
    let before: Vec<u8> = connection.get(&keys[0]).await.unwrap();
    refused(throttle.refund(&ticket).await, corrupt, advice);
    // Neither was half done.
    assert_eq!(connection.get::<_, Vec<u8>>(&keys[0]).await.unwrap(), before);
    assert_eq!(connection.llen::<_, u32>(&keys[1]).await.unwrap(), 1);
    assert_eq!(throttle.purge(in_minutes(1_000)).await.unwrap(), 2);
    throttle.lift(&[batch[1].key]).await.unwrap();
    let Verdict::Allowed(_) = throttle.charge(&batch, now()).await.unwrap() else { panic!() };
}

async fn a_damaged_row_is_corrupt(server: Server) {
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let fields = [
        "issue",
        "attempts",
        "purpose",
        "contact",
        "format",
        "created_at",
        "resend_at",
        "reissue_until",
        "expires_at",
        "max_attempts",
        "max_issues",
        "locale",
        "mac",
        "account_id",
        "destination",
        "credential_version",
    ];
    for (field, number) in fields.into_iter().zip(1..) {
        codes.insert(&pending(number)).await.unwrap();
        assert!(codes.arm(&handle(number), 1, &armed(), now()).await.unwrap());
        let () = connection.hset(code_key(&prefix, &handle(number)), field, &[0xFF_u8, 0xFE]).await.unwrap();
        let counted = codes.count_attempt(&handle(number), now()).await;
        refused(counted, BackendErrorKind::Corrupt, "damaged");
        let () = connection.hdel(code_key(&prefix, &handle(number)), field).await.unwrap();
        let counted = codes.count_attempt(&handle(number), now()).await;
        // These may be absent.
        if ["locale", "mac"].contains(&field) {
            assert!(matches!(counted, Ok(Attempt::Counted(_))), "{field}");
        } else {
            refused(counted, BackendErrorKind::Corrupt, "damaged");
        }
    }
}

async fn a_damaged_throttle_is_corrupt_and_its_batch_changes_nothing(server: Server) {
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let batch = charges(5, [1, 2]);
    let key = throttle_key(&prefix, &batch[1].key);
    let damaged: [&[u8]; 15] = [
        b"",
        b"nonsense",
        b"x \x01\x00",
        b"0 ",
        b"0 \x01",
        b"0 \x01\x00\x00",                                         // a byte too many
        b"0 \x01\x01\x00",                                         // cut off
        b"0 \x01\x01\x00\x00",                                     // no events
        b"0 \x01\x02\x00\x01\x00\x01",                             // the same time twice
        b"0 \x01\x01\x80\x00\x01",                                 // a needless zero
        b"0 \x01\x43",                                             // too many entries
        b"0 \x01\x01\x00\x80\x80\x80\x80\x10",                     // a count of 2^32
        b"0 \x01\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01\x01", // the year 292 million
        b"0 \x01\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", // more than 64 bits
        b"0 \x01\x01\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01\x01", // and more bytes
    ];
    for bytes in damaged {
        let () = connection.set(&key, bytes).await.unwrap();
        refused(throttle.charge(&batch, now()).await, BackendErrorKind::Corrupt, "damaged");
    }
    let () = connection.set(&key, b"0 \x02\x00").await.unwrap();
    refused(throttle.charge(&batch, now()).await, BackendErrorKind::Misconfigured, "later release");
    throttle.lift(&[batch[1].key]).await.unwrap();
    let Verdict::Allowed(ticket) = throttle.charge(&batch, now()).await.unwrap() else { panic!() };
    assert!(ticket.entries().iter().all(|entry| entry.events == 1));
}

async fn a_server_that_evicts_is_refused(server: RedisServer) {
    let connection = connect(&server).await;
    let kind = BackendErrorKind::Misconfigured;
    refused(RedisCodes::open(connection.clone()).await, kind, "volatile-ttl");
    refused(RedisThrottle::open(connection.clone()).await, kind, "noeviction");
    let vouched = RedisOptions::new().dangerous_unchecked_server();
    let throttle = RedisThrottle::open_with(connection, &vouched).await.unwrap();
    let Verdict::Allowed(_) = throttle.charge(&charges(1, [1]), now()).await.unwrap() else { panic!() };
}

async fn a_replica_is_refused(server: RedisServer) {
    let connection = connect(&server).await;
    let kind = BackendErrorKind::Misconfigured;
    refused(RedisCodes::open(connection.clone()).await, kind, "primary");
    // One that becomes a replica later.
    let vouched = RedisOptions::new().dangerous_unchecked_server();
    let codes = RedisCodes::open_with(connection.clone(), &vouched).await.unwrap();
    refused(codes.insert(&pending(1)).await, kind, "primary");
    let throttle = RedisThrottle::open_with(connection, &vouched).await.unwrap();
    refused(throttle.charge(&charges(1, [1]), now()).await, kind, "primary");
    refused(throttle.lift(&[charges(1, [1])[0].key]).await, kind, "primary");
}

async fn a_user_without_rights_is_told_so(server: RedisServer) {
    let kind = BackendErrorKind::Misconfigured;
    let manager = |login: &str| {
        let client = Client::open(format!("{}?{login}", server.url())).unwrap();
        ConnectionManager::new_lazy_with_config(client, connection_config()).unwrap()
    };
    refused(RedisCodes::open(manager("")).await, kind, "password");
    refused(RedisCodes::open(manager("pass=wrong")).await, kind, "password");
    let mut operator = manager("pass=secret");
    let rights = ["+@scripting", "+@hash", "+@string", "+@keyspace"];
    for (user, more) in [("blind", "-info"), ("seeing", "+info"), ("elsewhere", "+info")] {
        let keys = if user == "elsewhere" { "~other:*" } else { "~*vestibule:*" };
        let mut acl = cmd("ACL");
        acl.arg("SETUSER").arg(user).arg("on").arg(">secret").arg(keys).arg(&rights).arg(more);
        let () = acl.query_async(&mut operator).await.unwrap();
    }
    refused(RedisCodes::open(manager("user=blind&pass=secret")).await, kind, "dangerous_unchecked_server");
    let codes = RedisCodes::open(manager("user=elsewhere&pass=secret")).await.unwrap();
    refused(codes.insert(&pending(1)).await, kind, "may not");

    // What is advised is enough.
    let seeing = manager("user=seeing&pass=secret");
    let codes = RedisCodes::open(seeing.clone()).await.unwrap();
    let throttle = RedisThrottle::open(seeing).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    assert!(codes.arm(&handle(1), 1, &armed(), now()).await.unwrap());
    codes.reissue(&handle(1), in_minutes(2), in_minutes(1)).await.unwrap();
    codes.count_attempt(&handle(1), now()).await.unwrap();
    assert!(codes.take(&handle(1), 2, now()).await.unwrap());
    let Verdict::Allowed(ticket) = throttle.charge(&charges(1, [1, 2]), now()).await.unwrap() else {
        panic!()
    };
    throttle.refund(&Ticket::new(ticket.entries()[..1].to_vec())).await.unwrap();
    assert_eq!(throttle.purge(in_minutes(1_000)).await.unwrap(), 1);
    assert_eq!(codes.purge(in_minutes(1_000)).await.unwrap(), 1);
    throttle.lift(&[ticket.entries()[0].key]).await.unwrap();
}

async fn a_full_memory_changes_nothing(server: RedisServer) {
    let mut connection = connect(&server).await;
    let codes = RedisCodes::open(connection.clone()).await.unwrap();
    let throttle = RedisThrottle::open(connection.clone()).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    let memory = |bytes: u32| cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes).to_owned();
    let () = memory(1_000).query_async(&mut connection).await.unwrap();
    let (kind, advice) = (BackendErrorKind::Unavailable, "maxmemory");
    refused(codes.insert(&pending(2)).await, kind, advice);
    refused(codes.count_attempt(&handle(1), now()).await, kind, advice);
    refused(codes.take(&handle(1), 1, now()).await, kind, advice);
    refused(throttle.charge(&charges(1, [1, 2]), now()).await, kind, advice);
    let () = memory(0).query_async(&mut connection).await.unwrap();
    codes.insert(&pending(2)).await.unwrap();
    let Attempt::Counted(row) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
    assert_eq!(row.attempts, 1);
    let Verdict::Allowed(_) = throttle.charge(&charges(1, [1, 2]), now()).await.unwrap() else { panic!() };
}

async fn a_server_held_by_a_script_is_busy(server: RedisServer) {
    let connection = connect(&server).await;
    let codes = RedisCodes::open(connection.clone()).await.unwrap();
    let mut other = connect(&server).await;
    let endless = tokio::spawn(async move {
        let _: Result<(), _> = cmd("EVAL").arg("while true do end").arg(0).query_async(&mut other).await;
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    refused(codes.insert(&pending(1)).await, BackendErrorKind::Busy, "script");
    let () = cmd("SCRIPT").arg("KILL").query_async(&mut connection.clone()).await.unwrap();
    endless.await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
}
