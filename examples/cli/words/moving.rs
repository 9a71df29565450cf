//! The words of copying everybody to another database.

use std::path::Path;

use vestibule::AccountId;

use super::Words;
use crate::commands::Copied;
use crate::screen::plain;

impl Words {
    pub fn copied(self, outcome: &Copied) -> String {
        let Copied { entered, there, refused } = outcome;
        self.pick(
            format!("Kopiert: {entered}. Var der fra før, og like: {there}. Ikke kopiert: {refused}."),
            format!("Copied: {entered}. There before, and the same: {there}. Not copied: {refused}."),
        )
    }

    pub fn not_all_copied(self, count: u64) -> String {
        self.pick(
            format!("{count} kontoer ble ikke kopiert, og ingenting der ble endret. Kopier før den nye databasen tas i bruk."),
            format!("{count} accounts were not copied, and nothing there was changed. Copy before the new database is used."),
        )
    }

    pub fn differs_there(self, id: &AccountId) -> String {
        let id = plain(id.as_str());
        self.pick(
            format!("Konto {id}: finnes der allerede, og er en annen enn her."),
            format!("Account {id}: is there already, and differs from the one here."),
        )
    }

    pub fn address_taken_there(self, id: &AccountId) -> String {
        let id = plain(id.as_str());
        self.pick(
            format!("Konto {id}: en annen konto der har e-postadressen."),
            format!("Account {id}: another account there has its e-mail address."),
        )
    }

    pub fn other_keys(self, path: &Path) -> String {
        let path = plain(&path.to_string_lossy());
        self.pick(
            format!("Nøkkelfilen {path} har andre nøkler. Flytt den til side hvis den ikke er i bruk. Ingenting ble kopiert."),
            format!("The key file {path} holds other keys. Move it aside if it is not in use. Nothing was copied."),
        )
    }
}
