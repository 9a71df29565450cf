//! Texts that the search does not find by itself.

use vestibule::secrecy::SecretString;
use zeroize::Zeroizing;

pub(crate) const MASK: u8 = 0xA5;

/// A text that is in memory masked, and otherwise only for as long as somebody uses it.
#[derive(Clone)]
pub(crate) struct Masked(pub Vec<u8>);

impl Masked {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.bytes().map(|byte| byte ^ MASK).collect())
    }

    pub(crate) fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(self.0.len()));
        text.extend(self.0.iter().map(|byte| char::from(byte ^ MASK)));
        text
    }

    pub(crate) fn secret(&self) -> SecretString {
        let mut text = self.reveal();
        SecretString::from(std::mem::take(&mut *text))
    }
}

/// 36 letters that nobody else writes, by their number. They are made here, so that they are not in the program.
pub(crate) fn password(number: u8) -> Masked {
    let letter = |at: u8| {
        b"qzxjkvwpgybmfhdu"
            [usize::from(at.wrapping_mul(7).wrapping_add(number.wrapping_mul(5)).wrapping_add(at / 5)) % 16]
    };
    Masked((0..36).map(|at| letter(at) ^ MASK).collect())
}
