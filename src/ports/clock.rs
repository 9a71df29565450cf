use std::fmt::Debug;
use std::sync::Arc;

use time::OffsetDateTime;

/// Says what time it is: the service asks nobody else.
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now, in UTC. It may jump, stand still and run backwards; a wait is still never longer than its
    /// schedule's. The clocks of several machines on one store must agree to five seconds.
    fn now(&self) -> OffsetDateTime;
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> OffsetDateTime {
        (**self).now()
    }
}

/// The operating system's clock: the default.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}
