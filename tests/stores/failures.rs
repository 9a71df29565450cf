//! What each operation of the stores on SQL answers where it fails.

use std::error::Error as _;

use vestibule::account::RegistrationProblem;
use vestibule::error::{BackendError, BackendErrorKind};
use vestibule::ports::{CodeStore, ThrottleStore};
use vestibule::{AccountId, CredentialVersion, PasswordHash};

use super::registering::Registering;
use super::samples::{armed, change, charges, email, handle, now, ola, pending};

pub(crate) fn problem(problem: RegistrationProblem) -> BackendError {
    match problem {
        RegistrationProblem::Backend(error) => error,
        other => panic!("{other:?}"),
    }
}

/// What every operation answers, those that write first.
pub(crate) async fn failures_of(
    directory: &impl Registering,
    codes: &impl CodeStore,
    throttle: &impl ThrottleStore,
) -> (Vec<BackendError>, Vec<BackendError>) {
    let (id, version) = (AccountId::new("1"), CredentialVersion::from_stored("1"));
    let hash = PasswordHash::from_stored("old");
    let writing = vec![
        problem(directory.register(ola()).await.unwrap_err()),
        directory.register_all(vec![ola()]).await.unwrap_err(),
        problem(directory.replace_contacts(&id, vec![email("kari@example.no")]).await.unwrap_err()),
        directory.suspend(&id).await.unwrap_err(),
        directory.resume(&id).await.unwrap_err(),
        directory.replace_credential(&id, &version, &change("new")).await.unwrap_err(),
        directory.replace_hash(&id, &hash, &hash).await.unwrap_err(),
        codes.insert(&pending(1)).await.unwrap_err(),
        codes.arm(&handle(1), 1, &armed(), now()).await.unwrap_err(),
        codes.reissue(&handle(1), now(), now()).await.unwrap_err(),
        codes.count_attempt(&handle(1), now()).await.unwrap_err(),
        codes.take(&handle(1), 1, now()).await.unwrap_err(),
        codes.purge(now()).await.unwrap_err(),
        throttle.charge(&charges([1]), now()).await.unwrap_err(),
        throttle.lift(&[charges([1])[0].key]).await.unwrap_err(),
        throttle.purge(now()).await.unwrap_err(),
    ];
    let mut reading = Vec::new();
    reading.extend(directory.get(&id).await.err());
    reading.extend(directory.find(&email("ola@example.no")).await.err());
    reading.extend(directory.accounts_after(None, 10).await.err());
    (writing, reading)
}

/// All are of this kind, give this advice, and print nothing that is stored.
pub(crate) fn assert_all(errors: &[BackendError], kind: BackendErrorKind, advice: &str) {
    for error in errors {
        assert_eq!(error.kind(), kind, "{error:?}");
        assert!(error.to_string().contains(advice), "{error:?}");
        let printed = format!("{error:?} {error} {:?}", error.source().map(ToString::to_string));
        for value in ["ola", "example.no", "Nordmann", "new"] {
            assert!(!printed.contains(value), "{printed}");
        }
    }
}
