//! Forgetting the address of a request must not switch off a limit.
//~ E0599 `default`

fn main() {
    let _ = vestibule::Origin::default();
}
