//! The public face of hashing: what an application and its directory hold.

use vestibule::hasher::{Argon2Cost, CostProblem, HashingSettings, PasswordHash, Pepper, Peppers, PoolStats};

#[test]
fn any_text_can_be_held_and_comes_back_unchanged() {
    for text in
        ["", "\0", "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$AAAA", "pepper=3:ugh", &"x".repeat(100_000)]
    {
        assert_eq!(PasswordHash::from_stored(text).expose_for_storage(), text);
    }
}

#[test]
fn nothing_secret_can_be_printed() {
    let hash = PasswordHash::from_stored("$argon2id$v=19$m=8,t=1,p=1$c2FsdHlzYWx0$dGFnZ3l0YWd0YWc");
    let pepper = Pepper::new(4, b"thirty-two-bytes-of-black-pepper".to_vec().into()).unwrap();
    let settings = HashingSettings::default().peppers(Peppers::current(pepper)).older_hashes([hash.clone()]);
    let shown = format!("{hash:?} {settings:?} {settings:#?}");
    for secret in ["c2FsdH", "dGFnZ3", "argon2id", "thirty-two", "116, 104"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("version: 4"), "the version is no secret");
}

#[test]
fn a_cost_below_the_floor_needs_a_dangerous_name() {
    let refused = Argon2Cost::new(8, 1, 1);
    assert_eq!(refused, Err(CostProblem::BelowFloor { passes: 1, floor_kib: 47_104 }));
    assert_eq!(Argon2Cost::dangerous_cheapest().memory_kib(), 8);
    assert_eq!(Argon2Cost::default(), Argon2Cost::RECOMMENDED);
}

#[test]
fn what_is_shared_between_threads_may_be() {
    fn shared<T: Send + Sync + 'static>() {}
    shared::<(Argon2Cost, HashingSettings, PasswordHash, Pepper, Peppers, PoolStats)>();
}
