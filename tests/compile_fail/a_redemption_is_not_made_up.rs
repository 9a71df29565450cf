//! That a code was redeemed is said by the flow that redeemed it.
//~ E0639 non-exhaustive

fn redeemed(account_id: vestibule::AccountId) -> vestibule::Redeemed {
    vestibule::Redeemed { account_id, device: None }
}

fn main() {}
