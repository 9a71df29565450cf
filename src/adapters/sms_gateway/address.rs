//! Which gateway it is and who logs in, in one line of configuration.

use std::borrow::Cow;
use std::fmt;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use thiserror::Error;
use url::Url;

use crate::adapters::sms_gateway::{SmsGateway, SmsGatewayBuilder, SmsGatewayProblem};

/// Which SMS gateway is used, who logs in there, and whom messages are from.
///
/// | address | gateway |
/// |---|---|
/// | `twilio://sid:token@api.twilio.com?from=Forbundet` | [Twilio](SmsGateway::twilio) |
/// | `sinch://plan:token@eu.sms.api.sinch.com?from=Forbundet` | [Sinch](SmsGateway::sinch) |
/// | `sveve://user:password@sveve.no?from=Forbundet` | [Sveve](SmsGateway::sveve) |
/// | `linkmobility://user:password@host?platform=COOL&partner=12345&from=Forbundet` | [LINK Mobility](SmsGateway::link_mobility), at the host that they assigned |
/// | `https://user:password@host/path?from=Forbundet` | any that takes JSON, with Basic authentication |
/// | `https://token@host/path?from=Forbundet` | the same, with a bearer token |
///
/// The host is written out, so that whoever reads the configuration sees where codes go. All are spoken to over TLS;
/// `tls=none` is for a gateway on this machine (`localhost`, 127.0.0.0/8, `::1`) alone.
///
/// User, password and options are percent-encoded: `/` is `%2F`, `@` is `%40`, `%` is `%25`, a space is `%20`, `&` is
/// `%26`; a `+` is a plus. With `https`, `body` is the [template](SmsGateway::json) of the body, by default
/// `{"from": "{from}", "to": "{to}", "text": "{text}"}`, and every other option is the gateway's own and is sent to it.
///
/// ```
/// use vestibule::adapters::sms_gateway::{SmsGateway, SmsGatewayAddress};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let address = SmsGatewayAddress::parse("sveve://user:s%2Fcret@sveve.no?from=Forbundet")?;
/// let sender = SmsGateway::at(&address).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SmsGatewayAddress {
    gateway: SmsGatewayBuilder,
    scheme: String,
    authority: String,
}

/// What is wrong with the address of an SMS gateway. It never holds a part of the address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SmsGatewayAddressProblem {
    /// It begins with something else.
    #[error(
        "the address of the SMS gateway must begin with twilio://, sinch://, sveve://, linkmobility:// or https://"
    )]
    Scheme,
    /// It names no host, or a port that is none.
    #[error(
        "the address of the SMS gateway names no host and port that exist: write sveve://user:password@sveve.no?from=Name"
    )]
    Host,
    /// User or password is missing, or not percent-encoded.
    #[error(
        "the SMS gateway needs user and password in its address, percent-encoded: write %2F for /, %40 for @ and %25 for %"
    )]
    Login,
    /// An option is missing.
    #[error("the address of the SMS gateway lacks ?{0}=..")]
    Missing(&'static str),
    /// There is a path or an option that the gateway does not have, one that is there twice, or one that is not
    /// percent-encoded.
    #[error(
        "the address of the SMS gateway holds a path or an option that is not known, is there twice, or is not \
         percent-encoded: after the host come from, tls, and for linkmobility platform and partner"
    )]
    Option,
    /// What it says does not make a gateway.
    #[error(transparent)]
    Gateway(#[from] SmsGatewayProblem),
}

impl SmsGatewayAddress {
    /// Parses the address of a gateway.
    ///
    /// # Errors
    ///
    /// The [`SmsGatewayAddressProblem`] says what to change.
    pub fn parse(address: &str) -> Result<Self, SmsGatewayAddressProblem> {
        use SmsGatewayAddressProblem as Problem;
        let (scheme, _) = address.trim().split_once("://").ok_or(Problem::Scheme)?;
        if !["twilio", "sinch", "sveve", "linkmobility", "https"].contains(&scheme) {
            return Err(Problem::Scheme);
        }
        let url = Url::parse(address.trim()).map_err(|_| Problem::Host)?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(Problem::Host)?;
        let authority = match url.port() {
            Some(0) => return Err(Problem::Host),
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let mut options = Options::read(&url)?;
        let transport = match options.take("tls")?.as_deref() {
            None | Some("required") => "https",
            Some("none") => "http",
            Some(_) => return Err(Problem::Option),
        };
        let from = options.take("from")?.ok_or(Problem::Missing("from"))?;
        let gateway = match scheme {
            "https" => generic(&url, options, &authority, transport, from)?,
            preset => self::preset(preset, &url, options, from)?.on(transport, &authority),
        };
        // What can be seen to be wrong is said now, and not at the first message.
        gateway.clone().build()?;
        Ok(Self { gateway, scheme: scheme.to_owned(), authority })
    }
}

impl SmsGateway {
    /// The gateway of an address.
    #[must_use]
    pub fn at(address: &SmsGatewayAddress) -> SmsGatewayBuilder {
        address.gateway.clone()
    }
}

fn preset(
    scheme: &str,
    url: &Url,
    mut options: Options<'_>,
    from: String,
) -> Result<SmsGatewayBuilder, SmsGatewayAddressProblem> {
    use SmsGatewayAddressProblem as Problem;
    let (user, password) = login(url)?;
    let password = password.ok_or(Problem::Login)?;
    let assigned_path = scheme == "linkmobility" && url.path() == "/sms/send";
    if !assigned_path && !matches!(url.path(), "" | "/") {
        return Err(Problem::Option);
    }
    let gateway = match scheme {
        "twilio" => SmsGateway::twilio(&user, &password, from),
        "sinch" => SmsGateway::sinch("eu", &user, &password, from),
        "sveve" => SmsGateway::sveve(user, password, from),
        _ => {
            let platform = options.take("platform")?.ok_or(Problem::Missing("platform"))?;
            let partner = options.take("partner")?.ok_or(Problem::Missing("partner"))?;
            let address = "https://assigned.invalid/sms/send";
            SmsGateway::link_mobility(address, (&user, &password), (&platform, &partner), from)
        }
    };
    if options.0.is_empty() { Ok(gateway) } else { Err(Problem::Option) }
}

fn generic(
    url: &Url,
    mut options: Options<'_>,
    authority: &str,
    transport: &str,
    from: String,
) -> Result<SmsGatewayBuilder, SmsGatewayAddressProblem> {
    let body = options.take("body")?;
    let body = body.as_deref().unwrap_or(r#"{"from": "{from}", "to": "{to}", "text": "{text}"}"#);
    let own: Vec<_> = options.0.iter().map(|(_, whole)| *whole).collect();
    let query = if own.is_empty() { String::new() } else { format!("?{}", own.join("&")) };
    let gateway = SmsGateway::json(format!("{transport}://{authority}{}{query}", url.path()), body, from);
    if url.username().is_empty() && url.password().is_none() {
        return Ok(gateway);
    }
    Ok(match login(url)? {
        (user, Some(password)) => gateway.basic_authentication(&user, &password),
        (token, None) => gateway.bearer_token(&token.into()),
    })
}

/// User and password, decoded; neither is empty.
fn login(url: &Url) -> Result<(String, Option<SecretString>), SmsGatewayAddressProblem> {
    let decoded = |part| decoded(part).filter(|part| !part.is_empty()).ok_or(SmsGatewayAddressProblem::Login);
    let password = url.password().map(decoded).transpose()?;
    Ok((decoded(url.username())?.into_owned(), password.map(|password| password.into_owned().into())))
}

/// The options that were not taken yet: each name, decoded, and the whole of it as it was written.
struct Options<'a>(Vec<(Cow<'a, str>, &'a str)>);

impl<'a> Options<'a> {
    fn read(url: &'a Url) -> Result<Self, SmsGatewayAddressProblem> {
        if url.fragment().is_some() {
            return Err(SmsGatewayAddressProblem::Option);
        }
        let written = url.query().unwrap_or_default().split('&').filter(|option| !option.is_empty());
        let named = written.map(|whole| {
            let name = whole.split_once('=').map_or(whole, |(name, _)| name);
            decoded(name).map(|name| (name, whole)).ok_or(SmsGatewayAddressProblem::Option)
        });
        named.collect::<Result<_, _>>().map(Self)
    }

    fn take(&mut self, name: &str) -> Result<Option<String>, SmsGatewayAddressProblem> {
        let Some(at) = self.0.iter().position(|(other, _)| other == name) else { return Ok(None) };
        let (_, whole) = self.0.remove(at);
        let value = whole.split_once('=').and_then(|(_, value)| decoded(value));
        match value {
            Some(value) if !self.0.iter().any(|(other, _)| other == name) => Ok(Some(value.into_owned())),
            _ => Err(SmsGatewayAddressProblem::Option),
        }
    }
}

/// What was percent-encoded. A plus is a plus: telephone numbers begin with one.
fn decoded(part: &str) -> Option<Cow<'_, str>> {
    percent_decode_str(part).decode_utf8().ok()
}

impl fmt::Debug for SmsGatewayAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmsGatewayAddress")
            .field("scheme", &self.scheme)
            .field("authority", &self.authority)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_gateway_is_reached_at_the_host_that_is_written() {
        for address in [
            "twilio://AC1:token@api.twilio.com?from=+4741234567",
            "twilio://AC1:token@api.twilio.com/?from=Forbundet&tls=required",
            "sinch://plan:token@us.sms.api.sinch.com?from=Forbundet",
            "sveve://user:p%2Fass@api.sveve.se?from=Ny%20avd.",
            "linkmobility://u:p@n-eu.linkmobility.example?platform=COOL&partner=1&from=LINK",
            "linkmobility://u:p@n-eu.linkmobility.example/sms/send?platform=COOL&partner=1&from=LINK",
            "https://gateway.example.no/send?from=Forbundet",
            "https://token@gateway.example.no:8443/send?key=1&from=Forbundet",
            "https://u:p@gateway.example.no/?from=Forbundet&tls=required",
            " sveve://user:pass@localhost:8080?from=Forbundet&tls=none ",
            "sveve://user:pass@[::1]:8080?from=Forbundet&tls=none",
        ] {
            let parsed = SmsGatewayAddress::parse(address).unwrap();
            let host = address.split_once('@').map_or("gateway.example.no", |(_, rest)| rest);
            assert!(host.starts_with(&parsed.authority), "{address}: {}", parsed.authority);
        }
    }

    #[test]
    fn what_is_wrong_with_an_address_is_said_and_nothing_of_it_repeated() {
        use SmsGatewayAddressProblem as P;
        use SmsGatewayProblem as G;
        for (address, problem) in [
            ("", P::Scheme),
            ("gateway.example.no", P::Scheme),
            ("http://gateway.example.no?from=A", P::Scheme),
            ("smtp://u:hemmelig@mail", P::Scheme),
            ("twilio://AC1:hemmelig@?from=A", P::Host),
            ("twilio://?from=A", P::Host),
            ("https://u:hemmelig@host:0?from=A", P::Host),
            ("https://u:hemmelig@host:port?from=A", P::Host),
            ("sveve://sveve.no?from=A", P::Login),
            ("sveve://hemmelig@sveve.no?from=A", P::Login),
            ("sveve://:hemmelig@sveve.no?from=A", P::Login),
            ("sveve://u:%FFhemmelig@sveve.no?from=A", P::Login),
            ("https://:hemmelig@host?from=A", P::Login),
            ("sveve://u:hemmelig@sveve.no", P::Missing("from")),
            ("linkmobility://u:hemmelig@host?from=A", P::Missing("platform")),
            ("linkmobility://u:hemmelig@host?from=A&platform=C", P::Missing("partner")),
            ("sveve://u:hemmelig@sveve.no/path?from=A", P::Option),
            ("sveve://u:hemmelig@sveve.no?from=A&form=B", P::Option),
            ("sveve://u:hemmelig@sveve.no?from=A&from=B", P::Option),
            ("sveve://u:hemmelig@sveve.no?from", P::Option),
            ("sveve://u:hemmelig@sveve.no?from=%FF", P::Option),
            ("sveve://u:hemmelig@sveve.no?from=A&tls=maybe", P::Option),
            ("sveve://u:hemmelig@sveve.no?from=A#hemmelig", P::Option),
            ("sveve://u:hemmelig@sveve.no?from=A&tls=none", P::Gateway(G::PlainText)),
            ("sveve://u:hemmelig@sveve.no?from=For%20mange%20tegn", P::Gateway(G::Originator)),
            ("https://hemmelig@host?from=A&body=nothing", P::Gateway(G::Template)),
            ("https://hemmelig@host?from=A&body=%7B%7D", P::Gateway(G::Placeholder)),
            ("https://hemmelig%0A@host?from=A", P::Gateway(G::Header)),
        ] {
            let said = SmsGatewayAddress::parse(address).unwrap_err();
            assert_eq!(said, problem, "{address}");
            assert!(!format!("{said} {said:?}").contains("hemmelig"), "{said}");
        }
        let parsed = SmsGatewayAddress::parse("sveve://hemmelig:hemmelig@sveve.no?from=Forbundet").unwrap();
        let shown = format!("{parsed:?} {:?}", SmsGateway::at(&parsed).build().unwrap());
        assert!(!shown.contains("hemmelig"), "{shown}");
    }
}
