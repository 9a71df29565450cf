//! The hashes of ASP.NET Core Identity, version 3: one Base64 text of a format mark (1), then, as 32-bit numbers with
//! the most significant byte first, the pseudorandom function, the rounds and the length of the salt; then the salt
//! and the hash.

use argon2::password_hash::phc;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Digest, LegacyHash, Unverifiable};

/// How every such text begins: the format mark, and the upper bytes of a small number.
pub(super) const PREFIX: &str = "AQAAAA";

/// The least that the other system itself accepts of a salt and of a hash, in bytes.
const LEAST_BYTES: usize = 16;

pub(super) fn parse(text: &str) -> Result<LegacyHash, Unverifiable> {
    let bytes = STANDARD.decode(text).map_err(|_| Unverifiable::Unreadable)?;
    let (digest, rounds, salt, tag) = fields(&bytes).ok_or(Unverifiable::Unreadable)?;
    let digest = match digest {
        1 => Digest::Sha256,
        2 => Digest::Sha512,
        // HMAC-SHA-1, which version 2 used.
        0 => return Err(Unverifiable::Unsupported),
        _ => return Err(Unverifiable::Unreadable),
    };
    let tag = phc::Output::new(tag).map_err(|_| Unverifiable::Unreadable)?;
    if rounds == 0 || salt.len() < LEAST_BYTES || tag.len() < LEAST_BYTES {
        return Err(Unverifiable::Unreadable);
    }
    Ok(LegacyHash::Pbkdf2 { digest, rounds, salt: salt.to_vec(), tag })
}

/// Function, rounds, salt and hash.
fn fields(bytes: &[u8]) -> Option<(u32, u32, &[u8], &[u8])> {
    let rest = bytes.strip_prefix(&[1])?;
    let (digest, rest) = number(rest)?;
    let (rounds, rest) = number(rest)?;
    let (salt_length, rest) = number(rest)?;
    let (salt, tag) = rest.split_at_checked(usize::try_from(salt_length).ok()?)?;
    Some((digest, rounds, salt, tag))
}

fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (number, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*number), rest))
}
