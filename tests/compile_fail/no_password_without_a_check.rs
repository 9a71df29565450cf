//! The one place that sets a password cannot be reached from outside.
//~ E0603 `password_change`

fn main() {
    let _ = vestibule::service::password_change::set_password;
}
