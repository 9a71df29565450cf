//! What the PostgreSQL adapters promise, tried on a real server.
#![expect(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![expect(clippy::print_stdout, reason = "what was measured, and what other processes tell this one")]

#[path = "../servers/mod.rs"]
mod servers;
#[path = "../stores/mod.rs"]
mod stores;
#[path = "../world/mod.rs"]
mod world;

mod clocks;
mod conflicts;
mod connections;
mod damage;
mod database;
mod directory;
mod failures;
mod fire;
mod flows;
mod life;
mod messages;
mod moving;
mod processes;
mod purging;
mod schema;
mod service;
mod severing;
mod snapshots;
mod statements;
mod storage;
mod store;
mod throttle;

use std::process::ExitCode;

use crate::database::{fresh_codes, fresh_directory, fresh_messages, fresh_throttle};
use crate::servers::postgres::PostgresServer;
use crate::servers::redis::RedisServer;
use crate::servers::{Suite, clauses};

/// Adds tests of a module, by name.
macro_rules! tests {
    ($suite:ident, $module:ident: $($test:ident)+) => {
        $($suite.test(concat!(stringify!($module), "::", stringify!($test)), $module::$test);)+
    };
}

fn main() -> ExitCode {
    if let Some(done) = processes::task() {
        return done;
    }
    let mut suite = Suite::start(PostgresServer::start);
    suite.contract("codes", vestibule::contract::code_store!(fresh_codes, clauses));
    suite.contract("throttle", vestibule::contract::throttle_store!(fresh_throttle, clauses));
    suite.contract("directory", vestibule::contract::user_directory!(fresh_directory, clauses));
    suite.contract("messages", vestibule::contract::message_queue!(fresh_messages, clauses));
    tests! { suite, messages:
        what_a_killed_process_had_accepted_is_sent_by_one_of_two_that_come_after
        a_row_holds_nothing_that_can_be_read
        the_rows_of_an_earlier_schema_are_kept
    }
    tests! { suite, schema:
        every_table_is_in_a_schema_of_its_own
        migrating_twice_changes_nothing
        pools_that_start_at_once_on_a_fresh_database_all_migrate_it
        a_later_schema_is_refused_and_left_as_it_is
        a_migration_that_fails_leaves_nothing_behind
        a_role_that_may_only_read_and_write_rows_finds_the_schema_up_to_date
    }
    tests! { suite, directory:
        a_person_is_read_back_as_registered_with_each_contact_once
        an_email_address_is_registered_once_and_a_phone_number_may_be_shared
        an_account_is_resumed_to_what_it_was_and_only_changes_give_a_new_version
        a_contact_stays_proven_while_its_spelling_stays
        many_are_registered_at_once_and_one_who_cannot_be_keeps_nobody_out
        times_are_the_clocks
        nothing_personal_is_printed
    }
    tests! { suite, store:
        metacharacters_are_read_back_as_they_were_written
        a_row_at_its_end_is_gone_rather_than_too_soon
        more_rows_than_a_batch_are_purged
        a_batch_without_charges_is_allowed
    }
    tests! { suite, throttle:
        it_decides_as_the_one_in_memory
        a_key_with_many_events_stays_small_and_exact
        what_was_refunded_in_full_goes_with_the_next_purge
        batches_in_any_order_do_not_deadlock_whatever_the_default_isolation_is
    }
    tests! { suite, storage:
        a_row_takes_no_more_than_the_guide_says
    }
    tests! { suite, purging:
        people_log_in_while_a_batch_is_being_removed
        what_others_hold_is_left_for_the_next_time
    }
    tests! { suite, failures:
        a_missing_schema_is_named_as_such
        a_server_that_is_not_there_is_unavailable
        a_pool_that_waits_long_is_given_up_in_time
        a_refused_log_in_and_a_missing_database_are_named_as_such
        a_role_without_rights_is_told_which
        a_read_only_database_is_read_and_not_written
        a_pool_without_a_free_connection_is_busy
        a_closed_pool_is_unavailable
        who_waits_for_a_lock_is_answered_in_time_and_served_afterwards
        a_full_disk_is_unavailable_and_loses_nothing_and_works_once_there_is_room
        what_lost_against_others_is_tried_again_and_then_refused
        a_second_row_with_one_handle_is_explained
        a_future_dropped_midway_leaves_the_pool_usable
    }
    tests! { suite, damage:
        damaged_rows_are_corrupt_and_can_be_lifted
        a_row_that_cannot_be_read_is_corrupt_and_its_values_are_not_printed
        a_message_that_cannot_be_read_holds_up_no_other
    }
    tests! { suite, moving:
        accounts_and_sessions_go_on_and_codes_and_counts_begin_anew
        one_whose_address_is_taken_keeps_nobody_out
    }
    tests! { suite, statements:
        each_flow_takes_as_many_as_the_module_says
        each_finds_its_rows_by_an_index
    }
    tests! { suite, conflicts:
        a_whole_life_on_pools_that_are_serializable
        of_64_parallel_right_codes_on_a_serializable_pool_one_succeeds
        a_whole_life_where_transactions_are_given_up
        a_batch_in_a_deadlock_is_counted_once_on_every_key
    }
    tests! { suite, clocks:
        tries_and_single_use_do_not_depend_on_them
        a_code_lives_as_long_as_the_asked_machine_says
        waits_are_shortened_by_the_difference_and_never_longer_than_their_schedule
    }
    tests! { suite, connections:
        all_that_the_server_ends_at_once_are_replaced
    }
    tests! { suite, fire:
        of_64_parallel_right_codes_one_succeeds
        of_3000_parallel_wrong_codes_no_more_are_compared_than_allowed
        of_3000_parallel_wrong_passwords_no_more_are_hashed_than_the_schedule_allows
    }
    // On a server of their own, which keeps what it has answered, and may be killed.
    suite.test_on(
        "fire::a_server_killed_in_the_middle_of_1000_flows_loses_nothing",
        PostgresServer::start_durable,
        fire::a_server_killed_in_the_middle_of_1000_flows_loses_nothing,
    );
    with_redis(&mut suite);
    // These need to reach the server's socket.
    suite.only_where(PostgresServer::is_own, "the server that is given is not this process's own");
    tests! { suite, connections:
        one_cut_before_any_statement_is_answered_and_forgotten
        one_cut_after_any_statement_is_answered_and_forgotten
        one_cut_before_any_later_statement_is_answered_and_forgotten
        one_cut_after_any_later_statement_is_answered_and_forgotten
    }
    suite.run()
}

/// Codes and counts in Redis, the directory in PostgreSQL.
fn with_redis(suite: &mut Suite<PostgresServer>) {
    macro_rules! beside {
        ($start:expr, $module:ident: $($test:ident)+) => {
            $(suite.test_beside(concat!(stringify!($module), "::", stringify!($test)), $start, $module::$test);)+
        };
    }
    beside! { RedisServer::start, fire:
        with_redis_of_64_parallel_right_codes_one_succeeds
        with_redis_of_3000_parallel_wrong_codes_no_more_are_compared_than_allowed
        with_redis_of_3000_parallel_wrong_passwords_no_more_are_hashed_than_the_schedule_allows
    }
    beside! { || RedisServer::start_own(&["--appendonly", "yes", "--appendfsync", "everysec"]), fire:
        with_redis_killed_in_the_middle_of_300_flows_nothing_is_lost
    }
    beside! { || RedisServer::start_own(&["--save", "", "--appendonly", "no"]), fire:
        with_redis_that_forgets_everything_in_the_middle_of_300_flows_people_ask_again
    }
    beside! { || RedisServer::start_own(&["--save", "", "--appendonly", "no"]), snapshots:
        a_code_that_was_used_is_dead_though_its_row_comes_back_from_a_snapshot
        a_redis_without_a_file_forgets_codes_and_counts_and_nothing_else
    }
}
