//! Only a passed check makes the value that gives the right to set a password.
//~ E0603 `proof`

fn prove(_: vestibule::service::proof::Proof) {}

fn main() {}
