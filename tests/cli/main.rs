//! The command-line example as people use it: the real program, through pipes and in a real terminal, on a SQLite file
//! and on PostgreSQL.
#![allow(unreachable_pub, reason = "a test has no outside")]
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that fails panics")]

#[path = "../servers/mod.rs"]
mod servers;

mod alike;
mod calibration;
mod importing;
mod life;
mod moving;
mod program;
mod refusals;
mod secrets;
mod terminal;

use std::process::ExitCode;

use crate::program::Place;
use crate::servers::Suite;
use crate::servers::postgres::PostgresServer;

/// Adds tests that are the same on a file and on a server.
macro_rules! on_both {
    ($suite:ident, $module:ident: $($test:ident)+) => {
        $(
            let name = concat!(stringify!($module), "::", stringify!($test));
            $suite.plain(name, || $module::$test(&Place::File));
            $suite.test(&format!("postgres::{name}"), |server| async move { $module::$test(&Place::Server(server)) });
        )+
    };
}

/// Adds tests on a file.
macro_rules! on_a_file {
    ($suite:ident, $module:ident: $($test:ident)+) => {
        $($suite.plain(concat!(stringify!($module), "::", stringify!($test)), $module::$test);)+
    };
}

/// Adds tests on a server.
macro_rules! on_a_server {
    ($suite:ident, $module:ident: $($test:ident)+) => {
        $($suite.test(concat!(stringify!($module), "::", stringify!($test)), |server| async move { $module::$test(&server) });)+
    };
}

fn main() -> ExitCode {
    let mut suite = Suite::start(PostgresServer::start);
    on_both! { suite, life:
        a_person_lives_through_all_the_flows
        an_account_is_activated_by_sms_and_logged_in_to_by_email
        a_refused_password_a_wrong_code_and_an_end_of_input_change_nothing
        two_people_who_redeem_at_once_for_one_account_get_one_success
        a_code_is_worth_nothing_to_another_request
    }
    on_both! { suite, importing:
        a_thousand_people_are_imported_and_every_bad_line_is_reported
        who_is_registered_is_left_alone
        semicolons_separate_fields_where_the_heading_has_them
        a_file_without_headings_and_a_file_that_is_missing_are_refused
    }
    on_both! { suite, alike:
        the_same_words_answer_whoever_tries_to_log_in
        the_same_words_answer_whoever_asks_for_a_code_and_types_a_wrong_one
        the_same_words_answer_a_number_that_nobody_has
    }
    on_a_file! { suite, refusals:
        wrong_usage_ends_with_2_and_a_hint
        help_is_in_the_language_that_was_asked_for
        what_is_no_contact_is_refused_with_a_sentence
        a_person_is_registered_once
        a_database_that_cannot_be_opened_is_named
        a_damaged_key_file_is_refused_and_left_alone
        ten_programs_that_start_at_once_share_the_keys_of_one
        a_database_of_a_later_schema_is_refused
        an_outbox_that_cannot_be_opened_is_named
        who_was_not_written_to_is_not_called_invited
        a_reader_who_goes_away_is_no_failure
    }
    on_a_file! { suite, calibration:
        a_cost_is_proposed_without_touching_any_members
        a_time_that_nobody_would_wait_is_wrong_usage
    }
    on_a_file! { suite, secrets:
        nothing_secret_is_printed_or_stored
        every_file_is_its_owners_alone
    }
    on_a_file! { suite, terminal:
        a_person_activates_at_a_terminal_and_nobody_reads_the_password_over_her_shoulder
        a_wrong_code_is_asked_for_again_and_a_new_one_too_soon_is_explained
        ctrl_c_at_any_prompt_changes_nothing_and_leaves_the_terminal_as_it_was
        an_import_shows_its_progress_on_a_terminal_only
    }
    on_a_file! { suite, moving:
        an_address_of_no_database_is_refused_and_its_password_is_not_printed
    }
    on_a_server! { suite, moving:
        everybody_is_carried_to_postgresql_and_back_with_passwords_and_keys
        what_differs_there_is_reported_and_left_alone
        ten_programs_that_start_at_once_on_a_fresh_database_all_work
        a_server_that_is_not_there_and_a_log_in_that_is_refused_are_named
    }
    suite.run()
}
