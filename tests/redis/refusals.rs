pub(crate) fn tests(_: &mut crate::servers::Suite<crate::servers::redis::RedisServer>) {}
