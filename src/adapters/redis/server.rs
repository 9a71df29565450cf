//! Whether a server may be used.

use crate::error::{BackendError, BackendErrorKind};

const OLDEST_VERSION: u32 = 7;

/// Refuses a server that is too old, a replica, or may throw counts away.
///
/// `told` is what it answers to `INFO`, which tells all of it, also where `CONFIG` is forbidden, as hosted servers do.
pub(super) fn refusal(told: &str) -> Option<BackendError> {
    use BackendErrorKind::{Busy, Misconfigured};
    let value = |name: &str| {
        told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':')).map_or("", str::trim)
    };
    // Valkey tells here with which version of Redis it is compatible.
    let version = value("redis_version");
    let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if value("loading") == "1" {
        return Some(BackendError::new(Busy, "Redis is loading its data: try again"));
    }
    let advice = if major.is_none_or(|major| major < OLDEST_VERSION) {
        format!("Redis is of version '{version}': version {OLDEST_VERSION} or later is needed")
    } else if value("role") == "slave" {
        "this Redis server is a replica: connect to the primary".to_owned()
    } else if value("maxmemory_policy") != "noeviction" {
        format!(
            "the maxmemory-policy of Redis is '{}', which forgets counts when memory is short: set it to noeviction, \
             or use a server of its own; where the policy cannot be read, see RedisOptions::dangerous_unchecked_server",
            value("maxmemory_policy")
        )
    } else {
        return None;
    };
    Some(BackendError::new(Misconfigured, advice))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# Server\r\nredis_version:7.0.15\r\n# Persistence\r\nloading:0\r\nasync_loading:0\r\n\
                        # Memory\r\nmaxmemory_policy:noeviction\r\n# Replication\r\nrole:master\r\n";

    #[test]
    fn a_server_is_refused_for_what_it_tells() {
        assert!(refusal(GOOD).is_none());
        for (good, other, kind, named) in [
            ("7.0.15", "6.2.14", BackendErrorKind::Misconfigured, "6.2.14"),
            ("7.0.15", "unstable", BackendErrorKind::Misconfigured, "unstable"),
            ("role:master", "role:slave", BackendErrorKind::Misconfigured, "primary"),
            ("noeviction", "allkeys-lru", BackendErrorKind::Misconfigured, "allkeys-lru"),
            ("maxmemory_policy", "other", BackendErrorKind::Misconfigured, "noeviction"),
            ("\r\nloading:0", "\r\nloading:1", BackendErrorKind::Busy, "try again"),
        ] {
            let refused = refusal(&GOOD.replace(good, other)).unwrap();
            assert_eq!(refused.kind(), kind, "{other}");
            assert!(refused.to_string().contains(named), "{refused}");
        }
        assert!(refusal(&GOOD.replace("7.0.15", "10.1")).is_none());
    }
}
