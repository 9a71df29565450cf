//! What the SMTP sender promises, tried on a real mail server over real TLS.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]
#![allow(unreachable_pub, reason = "the binary is its own crate")]

mod accounts;
mod faults;
mod flood;
mod messages;
#[path = "../servers/mod.rs"]
mod servers;

use std::process::ExitCode;
use std::time::Duration;

use vestibule::adapters::smtp::{SmtpAddress, SmtpSender, SmtpSenderBuilder};

use crate::accounts::address;
use crate::servers::Suite;
use crate::servers::smtp::SmtpServer;

fn main() -> ExitCode {
    let mut suite = Suite::start(SmtpServer::start);
    suite.test("messages::every_message_arrives_whole", messages::every_message_arrives_whole);
    suite.test("messages::both_ways_to_encrypt_work", messages::both_ways_to_encrypt_work);
    suite.test("messages::a_connection_is_used_again", messages::a_connection_is_used_again);
    suite.test(
        "messages::a_connection_that_the_server_has_closed_is_replaced",
        messages::a_connection_that_the_server_has_closed_is_replaced,
    );
    suite.test(
        "messages::an_internationalised_address_needs_a_server_that_knows_them",
        messages::an_internationalised_address_needs_a_server_that_knows_them,
    );
    suite.test(
        "messages::a_third_language_is_spoken_without_touching_the_crate",
        messages::a_third_language_is_spoken_without_touching_the_crate,
    );
    suite.test("messages::nothing_shown_holds_a_secret", messages::nothing_shown_holds_a_secret);
    suite.test("faults::a_refused_connection_is_tried_again", faults::a_refused_connection_is_tried_again);
    suite.test("faults::a_slow_greeting_is_given_up", faults::a_slow_greeting_is_given_up);
    suite.test("faults::an_answer_4xx_is_tried_again", faults::an_answer_4xx_is_tried_again);
    suite.test("faults::an_answer_5xx_is_for_good", faults::an_answer_5xx_is_for_good);
    suite.test(
        "faults::a_code_that_may_have_arrived_is_not_sent_twice",
        faults::a_code_that_may_have_arrived_is_not_sent_twice,
    );
    suite.test("faults::a_strange_certificate_is_not_trusted", faults::a_strange_certificate_is_not_trusted);
    suite.test(
        "faults::a_wrong_password_is_said_and_not_shown",
        faults::a_wrong_password_is_said_and_not_shown,
    );
    suite.test("faults::plain_text_is_never_fallen_back_to", faults::plain_text_is_never_fallen_back_to);
    suite.test(
        "flood::ten_thousand_waiting_messages_take_bounded_memory_and_the_rest_is_lost_with_an_event",
        flood::ten_thousand_waiting_messages_take_bounded_memory_and_the_rest_is_lost_with_an_event,
    );
    suite.run()
}

/// A sender through one of the server's doors, `smtps` through the one that encrypts from the first byte.
fn through(server: &SmtpServer, door: &str) -> SmtpSenderBuilder {
    let scheme = if matches!(door, "implicit" | "stranger") { "smtps" } else { "smtp" };
    let port = server.port(door);
    at(server, &format!("{scheme}://vestibule:hemmelig%2F%C3%B8%40@localhost:{port}"))
}

fn at(server: &SmtpServer, url: &str) -> SmtpSenderBuilder {
    let url = SmtpAddress::parse(url).unwrap();
    SmtpSender::builder(url, address("ikke-svar@example.no"), "Gulrøttenes forbund")
        .root_certificate_pem(server.authority.root.as_bytes())
        .step_deadline(Duration::from_secs(2))
}
