//! A log-in is what a flow gives, and nothing that an application puts together.
//~ E0639 non-exhaustive

fn log_in(account_id: vestibule::AccountId, credential_version: vestibule::CredentialVersion) -> vestibule::Login {
    vestibule::Login { account_id, credential_version, device: None }
}

fn main() {}
