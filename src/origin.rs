//! Where a request came from, as far as the application vouches for it.

use std::net::IpAddr;
use std::ops::Deref;

use crate::device::DeviceToken;
use crate::locale::Locale;

/// Where a request came from.
///
/// The library reads no headers: the application decides which address to trust (the socket's, or a header that its
/// own proxy sets). There is no `Default`: forgetting the address must not switch off a limit. Requests
/// [without an address](Self::without_address) share one source, with the limits of one.
///
/// # Examples
///
/// ```
/// use std::net::SocketAddr;
/// use vestibule::{DeviceToken, Origin};
///
/// fn origin(peer: SocketAddr, device_cookie: Option<&str>) -> Origin {
///     let origin = Origin::from_address(peer.ip());
///     match device_cookie.and_then(DeviceToken::parse) {
///         Some(device) => origin.with_device(device),
///         None => origin,
///     }
/// }
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Origin {
    pub(crate) address: Option<IpAddr>,
    pub(crate) device: Option<DeviceToken>,
    pub(crate) locale: Option<Locale>,
}

impl Origin {
    /// A request from the given address. Limits count an IPv4 address by itself and an IPv6 address by its /64.
    #[must_use]
    pub const fn from_address(address: IpAddr) -> Self {
        Self { address: Some(address), device: None, locale: None }
    }

    /// A request whose address is not known. All of these together have the limits of one source.
    #[must_use]
    pub const fn without_address() -> Self {
        Self { address: None, device: None, locale: None }
    }

    /// Adds the device token that the browser kept from an earlier log-in.
    #[must_use]
    pub fn with_device(mut self, token: DeviceToken) -> Self {
        self.device = Some(token);
        self
    }

    /// Adds the language the asker reads. An account's own language comes first: a stranger does not choose the
    /// owner's.
    #[must_use]
    pub fn with_locale(mut self, locale: Locale) -> Self {
        self.locale = Some(locale);
        self
    }

    /// What the limits count by: the IPv4 address, the IPv6 /64, or nothing for all without an address.
    pub(crate) fn source(&self) -> Source {
        let of = |octets: &[u8]| {
            let mut source = Source { octets: [0; 8], length: octets.len() };
            source.octets[..octets.len()].copy_from_slice(octets);
            source
        };
        match self.address {
            None => of(&[]),
            Some(IpAddr::V4(address)) => of(&address.octets()),
            // A mapped IPv4 address is that address: a dual-stack socket must not give a source two budgets.
            Some(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
                Some(mapped) => of(&mapped.octets()),
                None => of(&address.octets()[..8]),
            },
        }
    }
}

/// At most eight octets, in place of a vector for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    octets: [u8; 8],
    length: usize,
}

impl Deref for Source {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.octets[..self.length]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_source_is_its_64_bit_prefix_and_a_mapped_address_is_the_ipv4_address() {
        let source = |text: &str| Origin::from_address(text.parse().unwrap()).source();
        assert_eq!(source("2001:db8::1"), source("2001:db8::ffff:1"));
        assert_ne!(source("2001:db8::1"), source("2001:db8:0:1::1"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_ne!(source("192.0.2.1"), Origin::without_address().source());
    }
}
