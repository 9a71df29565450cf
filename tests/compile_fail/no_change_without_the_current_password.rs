//! To be logged in is not enough for changing a password.
//~ E0061 4 arguments

async fn change(accounts: vestibule::AccountService, id: vestibule::AccountId, new: vestibule::NewPassword) {
    let origin = vestibule::Origin::without_address();
    let _ = accounts.change_password(&id, new, &origin).await;
}

fn main() {}
