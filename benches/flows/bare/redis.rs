//! The scripts of Redis: here a statement is a round trip. The directory is elsewhere, and costs none.

use redis::Script;
use redis::aio::ConnectionManager;

use super::{Bare, Key, LATE, NOW};
use crate::parts::store_flows::address;

macro_rules! script {
    ($($part:literal)+) => {
        Script::new(concat!("#!lua\n", $(include_str!(concat!("../../../src/adapters/redis/scripts/", $part)), "\n"),+))
    };
}

pub(crate) struct Redis {
    connection: ConnectionManager,
    prefix: String,
    charge: Script,
    refund: Script,
    insert: Script,
    count_attempt: Script,
    take: Script,
}

impl Redis {
    pub(crate) fn new(connection: ConnectionManager, prefix: String) -> Self {
        Self {
            connection,
            prefix,
            charge: script!("log.lua" "charge.lua"),
            refund: script!("log.lua" "refund.lua"),
            insert: script!("insert.lua"),
            count_attempt: script!("row.lua" "count_attempt.lua"),
            take: script!("row.lua" "take.lua"),
        }
    }

    fn key(&self, kind: &str, key: &Key) -> String {
        let digits: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}{kind}:{digits}", self.prefix)
    }

    /// Runs a script on keys, each of which takes so many arguments after the first ones.
    async fn run(&self, script: &Script, kind: &str, keys: &[Key], first: &[&str], each: &[&str]) -> usize {
        let mut call = script.prepare_invoke();
        for key in keys {
            call.key(self.key(kind, key));
        }
        for argument in first.iter().chain(keys.iter().flat_map(|_| each)) {
            call.arg(*argument);
        }
        let mut connection = self.connection.clone();
        let _: redis::Value = call.invoke_async(&mut connection).await.unwrap();
        1
    }
}

impl Bare for Redis {
    async fn charge(&self, keys: &[Key]) -> usize {
        let schedule = ["window", "10", "900000", "1000", "0"];
        self.run(&self.charge, "throttle", keys, &[&NOW.to_string(), "3600000"], &schedule).await
    }

    async fn refund(&self, keys: &[Key]) -> usize {
        self.run(&self.refund, "throttle", keys, &[], &[&NOW.to_string()]).await
    }

    async fn lift(&self, keys: &[Key]) -> usize {
        let mut remove = redis::cmd("UNLINK");
        for key in keys {
            remove.arg(self.key("throttle", key));
        }
        let mut connection = self.connection.clone();
        let () = remove.query_async(&mut connection).await.unwrap();
        1
    }

    async fn insert_code(&self, handle: Key) -> usize {
        let (now, late, contact) = (NOW.to_string(), LATE.to_string(), address(1).canonical());
        let fields = ["attempts", "0", "purpose", "recovery", "contact", &contact, "format", "8d"];
        let times = ["created_at", &now, "resend_at", &now, "reissue_until", &late, "expires_at", &late];
        let limits = ["max_attempts", "10", "max_issues", "3"];
        let all: Vec<&str> = ["3600000"].into_iter().chain(fields).chain(times).chain(limits).collect();
        self.run(&self.insert, "code", &[handle], &all, &[]).await
    }

    async fn count_attempt(&self, handle: Key) -> usize {
        self.run(&self.count_attempt, "code", &[handle], &[&NOW.to_string()], &[]).await
    }

    async fn take(&self, handle: Key) -> usize {
        self.run(&self.take, "code", &[handle], &[&NOW.to_string(), "1"], &[]).await
    }

    async fn find(&self, _: u64) -> usize {
        0
    }

    async fn get(&self, _: u64) -> usize {
        0
    }

    async fn redeem(&self, _: u64) -> usize {
        0
    }

    async fn replace(&self, _: u64) -> usize {
        0
    }
}
