//! A text is no new password before it was confirmed, or said to have been seen.
//~ E0308 mismatched types

async fn activate(accounts: vestibule::AccountService, handle: vestibule::CodeHandle, code: vestibule::Code) {
    let origin = vestibule::Origin::without_address();
    let _ = accounts.activate(&handle, &code, "a text", &origin).await;
}

fn main() {}
