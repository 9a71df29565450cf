use std::time::Duration;

use redis::{AsyncCommands, cmd};
use vestibule::adapters::redis::{RedisCodes, RedisThrottle};
use vestibule::ports::{Attempt, CodeStore, PendingCode, Reissue, ThrottleStore};
use vestibule::throttle::Verdict;

use crate::samples::{
    armed, charges, code_key, codes, connect, handle, in_minutes, now, options, pending, throttle,
    throttle_key,
};
use crate::servers::Suite;
use crate::servers::redis::RedisServer;
use crate::stores::checks;
use crate::stores::storage::{count, request};
use crate::{Server, tests};

pub(crate) fn tests(suite: &mut Suite<RedisServer>) {
    tests!(suite,
        metacharacters_are_read_back_as_they_were_written
        as_many_tries_as_a_number_holds_may_be_allowed
        a_purge_removes_what_is_its_own
        every_key_goes_by_itself_an_hour_after_its_use
        a_row_takes_no_more_than_the_guide_says
        a_refund_removes_a_log_without_events_and_keeps_the_others
        a_batch_without_charges_is_allowed
        stores_print_nothing_but_their_prefix
    );
    let own = || RedisServer::start_own(&["--save", ""]);
    suite.test_on("store::each_operation_is_one_round_trip", own, each_operation_is_one_round_trip);
}

async fn metacharacters_are_read_back_as_they_were_written(server: Server) {
    let codes = codes(server).await;
    let strange = "'; return redis.call('FLUSHALL') -- %_\"\r\n*1\r\n\u{0}\u{1F600}";
    checks::metacharacters_are_read_back_as_they_were_written(&codes, strange).await;
}

async fn as_many_tries_as_a_number_holds_may_be_allowed(server: Server) {
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let row = PendingCode { max_attempts: u32::MAX, max_issues: u32::MAX, ..pending(1) };
    codes.insert(&row).await.unwrap();
    let key = code_key(&prefix, &handle(1));
    let () = connection.hset(&key, "attempts", u32::MAX - 1).await.unwrap();
    let () = connection.hset(&key, "issue", u32::MAX - 1).await.unwrap();
    let Attempt::Counted(stored) = codes.count_attempt(&handle(1), now()).await.unwrap() else { panic!() };
    assert_eq!((stored.attempts, stored.pending.max_attempts), (u32::MAX, u32::MAX));
    assert!(matches!(codes.count_attempt(&handle(1), now()).await.unwrap(), Attempt::Exhausted));
    let () = connection.hset(&key, "attempts", 0).await.unwrap();
    let Reissue::Again(again) = codes.reissue(&handle(1), in_minutes(2), in_minutes(1)).await.unwrap() else {
        panic!()
    };
    assert_eq!(again.issue, u32::MAX);
    let gone = codes.reissue(&handle(1), in_minutes(9), in_minutes(3)).await.unwrap();
    assert!(matches!(gone, Reissue::Gone));
}

async fn a_purge_removes_what_is_its_own(server: Server) {
    let mut connection = connect(&server).await;
    let mut others = Vec::new();
    // The second would be met by a pattern made of the first; the third and fourth hold something else.
    let [own, other] = [r"*[a-z]?\", "bcd"].map(|end| format!("{}{end}", server.fresh_prefix()));
    for prefix in [&own, &other] {
        let codes = RedisCodes::open_with(connection.clone(), &options(prefix)).await.unwrap();
        let throttle = RedisThrottle::open_with(connection.clone(), &options(prefix)).await.unwrap();
        for number in 0..5 {
            codes.insert(&pending(number)).await.unwrap();
            let Verdict::Allowed(_) = throttle.charge(&charges(1, [number]), now()).await.unwrap() else {
                panic!()
            };
        }
        let strange = [format!("{prefix}code:strange"), format!("{{{prefix}throttle}}:strange")];
        let () = connection.hset(&strange[0], "expires_at", "never").await.unwrap();
        let () = connection.set(&strange[1], "strange").await.unwrap();
        let () = connection.hset(format!("{{{prefix}throttle}}:hash"), "a", "b").await.unwrap();
        others.push((codes, throttle));
    }
    let (codes, throttle) = &others[0];
    assert_eq!(codes.purge(in_minutes(1_000)).await.unwrap(), 5);
    assert_eq!(throttle.purge(in_minutes(1_000)).await.unwrap(), 5);
    let (codes, throttle) = &others[1];
    assert_eq!(codes.purge(in_minutes(1_000)).await.unwrap(), 5);
    assert_eq!(throttle.purge(in_minutes(1_000)).await.unwrap(), 5);
}

async fn every_key_goes_by_itself_an_hour_after_its_use(server: Server) {
    const HOUR: i64 = 60 * 60 * 1_000;
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    codes.insert(&pending(1)).await.unwrap();
    codes.arm(&handle(1), 1, &armed(), now()).await.unwrap();
    codes.count_attempt(&handle(1), now()).await.unwrap();
    codes.reissue(&handle(1), in_minutes(2), in_minutes(1)).await.unwrap();
    codes.take(&handle(1), 2, now()).await.unwrap();
    let life: i64 = connection.pttl(code_key(&prefix, &handle(1))).await.unwrap();
    assert!((life - HOUR - 600_000).abs() < 60_000, "{life}");

    let [charge] = charges(3, [1])[..] else { panic!() };
    let key = throttle_key(&prefix, &charge.key);
    // Whatever the clock of the caller shows.
    let mut tickets = Vec::new();
    for later in [0, 20, 1_000_000_000] {
        let now = now() + Duration::from_secs(later);
        let Verdict::Allowed(ticket) = throttle.charge(&[charge], now).await.unwrap() else { panic!() };
        tickets.push(ticket);
        let life: i64 = connection.pttl(&key).await.unwrap();
        assert!((life - HOUR - 60_000).abs() < 30_000, "{life}");
    }
    throttle.refund(&tickets[2]).await.unwrap();
    let life: i64 = connection.pttl(&key).await.unwrap();
    assert!((life - HOUR - 60_000).abs() < 30_000, "{life}");
}

/// guide/defaults.md says what a flood can store by that.
async fn a_row_takes_no_more_than_the_guide_says(server: Server) {
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let mut largest = Vec::new();
    for (number, bytes) in [(1, 30), (2, 254)] {
        request(&codes, number, bytes).await;
    }
    count(&throttle, 1).await;
    for kind in ["code:*", "throttle}:*"] {
        let pattern = format!("*{prefix}{kind}");
        let keys: Vec<String> = cmd("KEYS").arg(pattern).query_async(&mut connection).await.unwrap();
        let mut sizes = Vec::new();
        for key in keys {
            let usage = cmd("MEMORY").arg("USAGE").arg(&key).arg("SAMPLES").arg(0).to_owned();
            sizes.push(usage.query_async::<u64>(&mut connection).await.unwrap());
        }
        sizes.sort_unstable();
        largest.push(sizes);
    }
    let [code, long] = largest[0][..] else { panic!("{largest:?}") };
    let [.., counted] = largest[1][..] else { panic!("{largest:?}") };
    assert!(code <= 800, "a code for an address of 30 bytes takes {code} bytes");
    assert!(long <= 2_400, "a code for the longest address takes {long} bytes");
    assert!(counted <= 220, "a count takes {counted} bytes");
}

async fn a_refund_removes_a_log_without_events_and_keeps_the_others(server: Server) {
    let prefix = server.fresh_prefix();
    let mut connection = connect(&server).await;
    let throttle = RedisThrottle::open_with(connection.clone(), &options(&prefix)).await.unwrap();
    let Verdict::Allowed(_) = throttle.charge(&charges(10, [1]), now()).await.unwrap() else { panic!() };
    let Verdict::Allowed(ticket) = throttle.charge(&charges(10, [1, 2]), now()).await.unwrap() else {
        panic!()
    };
    throttle.refund(&ticket).await.unwrap();
    let keys =
        charges(10, [1, 2]).iter().map(|charge| throttle_key(&prefix, &charge.key)).collect::<Vec<_>>();
    assert!(connection.exists::<_, bool>(&keys[0]).await.unwrap());
    assert!(!connection.exists::<_, bool>(&keys[1]).await.unwrap());
    throttle.refund(&ticket).await.unwrap();
    assert!(!connection.exists::<_, bool>(&keys[0]).await.unwrap());
}

async fn a_batch_without_charges_is_allowed(server: Server) {
    checks::a_batch_without_charges_is_allowed(&throttle(server).await).await;
}

async fn stores_print_nothing_but_their_prefix(server: Server) {
    let connection = connect(&server).await;
    let codes = RedisCodes::open_with(connection.clone(), &options("a:")).await.unwrap();
    let throttle = RedisThrottle::open_with(connection, &options("a:")).await.unwrap();
    assert_eq!(format!("{codes:?}"), r#"RedisCodes { prefix: "a:code:", .. }"#);
    assert_eq!(format!("{throttle:?}"), r#"RedisThrottle { prefix: "{a:throttle}:", .. }"#);
}

async fn each_operation_is_one_round_trip(server: RedisServer) {
    let connection = connect(&server).await;
    let codes = RedisCodes::open(connection.clone()).await.unwrap();
    let throttle = RedisThrottle::open(connection.clone()).await.unwrap();
    // The first time, each script is sent in full.
    for round in 1..=2 {
        let () = cmd("CONFIG").arg("RESETSTAT").query_async(&mut connection.clone()).await.unwrap();
        codes.insert(&pending(round)).await.unwrap();
        codes.arm(&handle(round), 1, &armed(), now()).await.unwrap();
        codes.count_attempt(&handle(round), now()).await.unwrap();
        codes.reissue(&handle(round), in_minutes(2), in_minutes(1)).await.unwrap();
        codes.take(&handle(round), 2, now()).await.unwrap();
        let batch = charges(10, [round, 10, 11]);
        let Verdict::Allowed(ticket) = throttle.charge(&batch, now()).await.unwrap() else { panic!() };
        throttle.refund(&ticket).await.unwrap();
        throttle.lift(&[batch[0].key, batch[1].key]).await.unwrap();
        let told: String =
            cmd("INFO").arg("commandstats").query_async(&mut connection.clone()).await.unwrap();
        let calls = |command: &str| {
            let line = told.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
            line.map_or(0, |rest| rest.split(',').next().unwrap().parse::<u32>().unwrap())
        };
        let in_full = if round == 1 { 7 } else { 0 };
        assert_eq!((calls("evalsha"), calls("eval"), calls("unlink")), (7, in_full, 1), "{told}");
    }
}
