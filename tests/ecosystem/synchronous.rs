use vestibule::account::Registration;
use vestibule::adapters::outbox::MemoryOutbox;
use vestibule::ports::NoEvents;

use crate::accounts::{KARI, PASSWORD, kari, service_on};
use crate::guide::synchronous::{end, first_log_in};

/// Diesel, which waits where it is called, and no runtime: neither where the flows are called nor behind them.
#[test]
fn a_program_without_a_runtime_activates_an_account_on_diesel() {
    let directory = crate::directories::on_diesel_without_a_runtime(Registration::new(kari()));
    assert!(tokio::runtime::Handle::try_current().is_err());
    let outbox = MemoryOutbox::new();
    let accounts = service_on(directory, &outbox, NoEvents::default());
    futures_lite::future::block_on(accounts.check_stores()).unwrap();
    let mut passwords = ["passord", PASSWORD].into_iter();
    let login = first_log_in(&accounts, |question| {
        Ok(match question {
            "E-mail address" => KARI.to_owned(),
            "The code that was sent" => {
                end(&accounts);
                outbox.last_code_to(&kari().into()).unwrap().expose().to_owned()
            }
            _ => passwords.next().unwrap().to_owned(),
        })
    });
    assert_eq!(login.unwrap().account_id.as_str(), "1");
    assert_eq!(passwords.next(), None, "a refused password is asked for again, and the code still works");
}
