//! What lowers security is chosen by its name.
//~ E0599 `build`

fn service(builder: vestibule::service::AccountServiceBuilder) {
    let _ = builder.dangerous().build();
}

fn main() {}
