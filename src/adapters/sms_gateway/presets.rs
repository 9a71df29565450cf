//! The requests of some gateways, as their public documentation shows them.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::SecretString;

use crate::adapters::sms_gateway::SmsGateway;
use crate::adapters::sms_gateway::builder::SmsGatewayBuilder;
use crate::adapters::sms_gateway::template::Template;

impl SmsGateway {
    /// Twilio, Programmable Messaging: a form, with the account's SID and its token as user and password.
    ///
    /// `from` is a number of the account's, or a name where the country allows it. There is no idempotency key.
    ///
    /// Shape: <https://www.twilio.com/docs/messaging/api/message-resource>, API version 2010-04-01, as of November
    /// 2026.
    #[must_use]
    pub fn twilio(
        account_sid: &str,
        auth_token: &SecretString,
        from: impl Into<String>,
    ) -> SmsGatewayBuilder {
        let account = utf8_percent_encode(account_sid, NON_ALPHANUMERIC);
        let address = format!("https://api.twilio.com/2010-04-01/Accounts/{account}/Messages.json");
        Self::form(address, [("To", "{to}"), ("From", "{from}"), ("Body", "{text}")], from)
            .basic_authentication(account_sid, auth_token)
            .taken_when("/sid")
    }

    /// Sinch, SMS REST API: a batch for one number, with the token of a service plan. `region` is `eu`, `us` or
    /// another that the documentation names.
    ///
    /// Shape: <https://developers.sinch.com/docs/sms/api-reference/sms/batches>, version 1, as of November 2026. There
    /// is no idempotency key.
    #[must_use]
    pub fn sinch(
        region: &str,
        service_plan: &str,
        api_token: &SecretString,
        from: impl Into<String>,
    ) -> SmsGatewayBuilder {
        let plan = utf8_percent_encode(service_plan, NON_ALPHANUMERIC);
        let address = format!("https://{region}.sms.api.sinch.com/xms/v1/{plan}/batches");
        Self::json(address, r#"{"from": "{from}", "to": ["{to}"], "body": "{text}"}"#, from)
            .bearer_token(api_token)
            .taken_when("/id")
    }

    /// Sveve: JSON, with user and API password in the body. The number goes without its plus.
    ///
    /// The address is the Norwegian one; [`address`](SmsGatewayBuilder::address) sets that of another country, such as
    /// `https://api.sveve.se/SMS/SendMessage`. Sveve answers 200 also when it refuses: what counts is `msgOkCount`.
    ///
    /// The documentation recommends a sender of at least three characters.
    ///
    /// Shape: <https://sveve.se/apidok/send>, POST with a JSON body, option 1, as of November 2026. There is no
    /// idempotency key.
    #[must_use]
    pub fn sveve(
        user: impl Into<String>,
        api_password: SecretString,
        from: impl Into<String>,
    ) -> SmsGatewayBuilder {
        let body = r#"{"user": "{user}", "passwd": "{password}", "to": "{to_digits}", "msg": "{text}",
            "from": "{from}", "f": "json"}"#;
        Self::json("https://sveve.no/SMS/SendMessage", body, from)
            .login_in_body(user, api_password)
            .taken_when("/response/msgOkCount")
            .refused_when("/response/fatalError")
            .refused_when("/response/errors")
    }

    /// LINK Mobility, SMS REST API ("Common"): JSON, with the user and password that their support gave.
    ///
    /// `address` is the one that they assigned, up to and including `/sms/send`; `platform` and `partner` are its
    /// `platformId` and `platformPartnerId`. `from` is a name: a number as sender needs a template of its own, with a
    /// `sourceTON`. There is no idempotency key.
    ///
    /// Shape: "LINK Mobility SMS REST API, MT and Delivery Reports", version 2.4 of 23 June 2025,
    /// <https://www.linkmobility.com/developer/>. What is answered to a message that was taken is documented as
    /// `{"messageId": "..", "resultCode": 1005, "description": "Queued"}`.
    #[must_use]
    pub fn link_mobility(
        address: impl Into<String>,
        login: (&str, &SecretString),
        (platform, partner): (&str, &str),
        from: impl Into<String>,
    ) -> SmsGatewayBuilder {
        let body = serde_json::json!({
            "source": "{from}", "destination": "{to}", "userData": "{text}",
            "platformId": platform, "platformPartnerId": partner, "useDeliveryReport": false,
            // It is true by default, and a message that was taken is then answered 204, without its id.
            "ignoreResponse": false,
        });
        Self::json(address, &body.to_string(), from)
            .basic_authentication(login.0, login.1)
            .taken_when("/messageId")
    }

    /// A gateway that takes JSON. `template` is the body, with `{to}` (E.164, with the plus) or `{to_digits}`
    /// (without), `{text}`, and where it needs them `{from}`, `{user}` and `{password}` in its texts.
    ///
    /// ```
    /// use vestibule::adapters::sms_gateway::SmsGateway;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = vestibule::secrecy::SecretString::from("secret");
    /// let body = r#"{"sender": "{from}", "recipients": [{"msisdn": "{to_digits}"}], "message": "{text}"}"#;
    /// let sender = SmsGateway::json("https://gateway.example.no/v1/sms", body, "Forbundet")
    ///     .bearer_token(&key)
    ///     .idempotency_header("Idempotency-Key")
    ///     .taken_when("/ids/0")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn json(address: impl Into<String>, template: &str, from: impl Into<String>) -> SmsGatewayBuilder {
        SmsGatewayBuilder::new(address.into(), Template::json(template), from.into())
    }

    /// A gateway that takes a form. The values are templates, as those of [`json`](Self::json).
    #[must_use]
    pub fn form<'a>(
        address: impl Into<String>,
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
        from: impl Into<String>,
    ) -> SmsGatewayBuilder {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        SmsGatewayBuilder::new(
            address.into(),
            Template::form(fields.into_iter().map(owned).collect()),
            from.into(),
        )
    }
}
