use thiserror::Error;

/// Why a gateway could not be put together. It never holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SmsGatewayProblem {
    /// The address is not a URL with a host.
    #[error("the gateway's address is not a URL such as https://gateway.example.no/send")]
    Address,
    /// The address is not `https`, and not on this machine.
    #[error(
        "the gateway's address must begin with https://: over plain http, codes and password can be read on the way; \
         http is for this machine alone"
    )]
    PlainText,
    /// The sender's name or number cannot be shown by a telephone.
    #[error(
        "the sender must be 1 to 11 letters, digits, spaces or . - _ & + with a letter among them, or a number of 3 to \
         15 digits"
    )]
    Originator,
    /// The body's template is not JSON.
    #[error("the template of the body is not JSON")]
    Template,
    /// The template names a placeholder that does not exist, or never names one that it must.
    #[error(
        "the template of the body must hold {{to}} or {{to_digits}}, and {{text}}; besides these, it may hold {{from}}, \
         {{user}} and {{password}}"
    )]
    Placeholder,
    /// A header's name or value cannot be sent.
    #[error("a header's name or value cannot be sent: check that there is no line break in it")]
    Header,
    /// A root certificate is not a certificate in PEM form.
    #[error("a root certificate is not a certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE")]
    RootCertificate,
}
