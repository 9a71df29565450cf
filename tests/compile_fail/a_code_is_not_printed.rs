//! A code leaves by one door, which has a name that can be searched for.
//~ E0277 Display

fn print(code: &vestibule::Code) -> String {
    format!("{code}")
}

fn main() {}
