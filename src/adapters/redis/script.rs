//! The scripts, and how one is called.

use std::sync::LazyLock;

use redis::Cmd;

/// A Lua script and its digest, by which a server that has seen it knows it.
pub(super) struct Script {
    text: &'static str,
    digest: String,
}

macro_rules! script {
    ($($part:literal)+) => {
        // The first line holds Redis to its newer rules: keys of one slot only, and no script begins without memory.
        LazyLock::new(|| Script::new(concat!("#!lua\n", $(include_str!(concat!("scripts/", $part)), "\n"),+)))
    };
}

pub(super) static INSERT: LazyLock<Script> = script!("insert.lua");
pub(super) static ARM: LazyLock<Script> = script!("row.lua" "arm.lua");
pub(super) static REISSUE: LazyLock<Script> = script!("row.lua" "reissue.lua");
pub(super) static COUNT_ATTEMPT: LazyLock<Script> = script!("row.lua" "count_attempt.lua");
pub(super) static TAKE: LazyLock<Script> = script!("row.lua" "take.lua");
pub(super) static CHARGE: LazyLock<Script> = script!("log.lua" "charge.lua");
pub(super) static REFUND: LazyLock<Script> = script!("log.lua" "refund.lua");
pub(super) static FORGET: LazyLock<Script> = script!("forget.lua");

impl Script {
    fn new(text: &'static str) -> Self {
        Self { text, digest: redis::Script::new(text).get_hash().to_owned() }
    }

    pub(super) fn by_digest(&self, keys: &[Vec<u8>], arguments: &[Vec<u8>]) -> Cmd {
        call("EVALSHA", &self.digest, keys, arguments)
    }

    /// A server that runs this knows the script from then on.
    pub(super) fn in_full(&self, keys: &[Vec<u8>], arguments: &[Vec<u8>]) -> Cmd {
        call("EVAL", self.text, keys, arguments)
    }
}

/// A number as an argument of a script.
pub(super) fn number(number: impl Into<i64>) -> Vec<u8> {
    number.into().to_string().into_bytes()
}

fn call(how: &str, what: &str, keys: &[Vec<u8>], arguments: &[Vec<u8>]) -> Cmd {
    let mut command = redis::cmd(how);
    command.arg(what).arg(keys.len()).arg(keys).arg(arguments);
    command
}
