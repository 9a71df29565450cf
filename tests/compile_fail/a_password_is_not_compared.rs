//! What is compared with `==` is compared in a time that tells how far it is right.
//~ E0369 `==` cannot be applied

fn same(one: &vestibule::NewPassword, other: &vestibule::NewPassword) -> bool {
    *one == *other
}

fn main() {}
