//! What a session needs is not in what a redeemed code gives.
//~ E0609 `credential_version`

fn session(redeemed: vestibule::Redeemed) {
    let _ = redeemed.credential_version;
}

fn main() {}
