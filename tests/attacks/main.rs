//! Attacks that this class of software has fallen to, row by row. What another test proves is not repeated. *On every
//! store* are the clauses of the contract suite, which memory, SQLite, PostgreSQL and Redis must pass, each for the ports that
//! it has: what a flow relies on when it meets the row.
//!
//! | row | attack | proven by |
//! |---|---|---|
//! | A1 | no limit on wrong codes | `flows::redemption::a_code_has_ten_tries_and_then_the_right_one_is_refused_too`; on every store `a_row_without_tries_left_is_exhausted` |
//! | A2 | parallel checks pass the counter | `flows::login::of_200_parallel_wrong_passwords_no_more_than_the_schedule_allows_reach_the_hasher`; `guessing::parallel_wrong_codes_are_all_counted`; on every store `of_64_concurrent_charges_as_many_as_allowed_pass` |
//! | A3 | one code redeemed several times at once | `flows::redemption::of_64_parallel_right_codes_one_succeeds`; on SQLite `two_processes::of_128_right_codes_in_two_processes_one_sets_its_password`; on PostgreSQL `fire::of_64_parallel_right_codes_one_succeeds`; on every store `of_64_concurrent_replacements_one_succeeds`, `of_64_concurrent_takes_one_succeeds` |
//! | A4 | attempts read, then written back | `guessing::no_entry_point_compares_more_codes_than_there_are_tries`; on SQLite `two_processes::of_1000_wrong_codes_in_two_processes_ten_are_compared`; on PostgreSQL `fire::of_3000_parallel_wrong_codes_no_more_are_compared_than_allowed`; on Redis `processes::of_64_tries_in_three_processes_as_many_as_allowed_are_counted`; on every store `of_64_concurrent_tries_as_many_as_allowed_are_counted` |
//! | A5 | many flows multiply guesses | `flows::redemption::an_account_has_at_most_a_hundred_guesses_a_day_however_many_requests_there_are` |
//! | A6 | a new code resets the count | `guessing::asking_again_and_again_gives_no_more_guesses`; on every store `a_new_issue_keeps_tries_and_expiry_and_drops_the_mac` |
//! | A7 | limits by source alone | `guessing::a_thousand_sources_get_no_more_guesses_than_one` |
//! | A8 | a wrong guess writes nothing | `guessing::every_guess_is_counted_before_it_is_judged`; on every store `a_try_is_counted_before_the_answer` |
//! | A9 | a forged source, or none | `guessing::requests_without_an_address_share_one_limit`; `compile_fail/origin_has_no_default.rs` |
//! | B1 | modulo bias | unit tests of `code`: `every_digit_is_equally_likely_in_every_place`, `bytes_that_would_favour_some_digits_are_rejected` |
//! | B2 | a weak generator | `architecture::some_names_are_for_some_files_only`: one file asks for random bytes |
//! | B3 | leading zeros lost | unit test of `code`: `leading_zeros_survive_drawing_and_parsing` |
//! | B4 | pasted blanks | unit test of `code`: `what_people_paste_is_read_as_the_bare_digits` |
//! | B5 | other characters crash | unit test of `code`: `any_text_is_a_code_or_malformed_and_never_a_panic` |
//! | B6 | codes in plain text | `codes::no_store_is_given_a_code_or_a_handle`; `sqlite::an_activation_leaves_neither_code_nor_handle_nor_password_in_the_files` |
//! | B7 | unkeyed or unbound hashes | `codes::without_the_key_no_trying_finds_a_code`, `codes::a_row_that_is_moved_never_verifies` |
//! | B8 | compared with `==` | `assert_not!(PartialEq: ..)` in `compile_fail.rs` |
//! | B9, B10 | codes in logs, events, answers | `codes::canaries_are_found_nowhere` |
//! | C1 | a right code works twice | `flows::redemption::a_code_is_redeemed_at_most_once`; on every store `a_taken_row_is_taken` |
//! | C2 | an older code works | `flows::redemption::only_the_newest_code_works_and_a_resend_gives_no_more_tries`; on every store `another_issue_than_the_current_one_is_not_taken` |
//! | C3 | valid beyond its expiry | `flows::redemption::a_code_is_valid_until_its_expiry_and_not_at_it`; on every store `a_row_is_expired_from_its_expiry_on` |
//! | C4 | not tied to the account | `flows::redemption::a_code_is_worth_nothing_with_another_handle`; on every store `an_unknown_handle_is_unknown` |
//! | C5 | for another purpose | `flows::redemption::a_code_for_one_purpose_is_worth_nothing_for_another` |
//! | C6 | the address changed meanwhile | `flows::redemption::an_account_that_changed_since_the_request_refuses_the_code_like_a_wrong_one`; in the middle: `life_cycle::what_changes_in_the_middle_of_a_redemption_stops_it`; on every store `a_stale_version_replaces_nothing` |
//! | C7 | the policy burns the code | `flows::redemption::a_refused_password_spends_nothing_and_tells_nothing_about_the_code` |
//! | C8 | a prefetch spends the token | `life_cycle::nothing_that_only_looks_spends_anything` |
//! | C9 | a suspended account recovers itself | as C6; on every store `a_suspended_account_gets_no_credential` |
//! | C10 | steps skipped | `compile_fail/no_proof_without_a_check.rs`, `compile_fail/no_password_without_a_check.rs` |
//! | C11 | never activated, and stuck | `flows::activation::a_person_who_lost_the_code_can_ask_again_for_ever`, `flows::recovery::recovery_of_an_account_never_activated_leads_to_activation` |
//! | D1, D2, D4 | another text, time, wait | `alike::in_every_flow_everybody_looks_like_somebody_unknown`; `model::strangers_are_answered_alike_in_every_world` |
//! | D3 | random sleeps | `telling::nothing_waits_at_random` |
//! | D5 | a slow sender | `faults::sender::a_slow_sender_delays_no_answer` |
//! | D6 | unknown addresses are written to | `telling::nobody_unknown_is_written_to_whatever_is_asked` |
//! | E1 | look-alikes | `contacts::a_look_alike_is_never_another_persons_ascii_address`; `addresses::a_directory_that_confuses_contacts_opens_nothing`; on every store `strange_contacts_find_nobody_else` |
//! | E2 | header injection | `contacts::what_could_add_a_header_is_refused`; `addresses::a_profile_that_could_add_a_header_is_refused` |
//! | E3 | an address that begins with `-` | no command is run anywhere: nothing to prove |
//! | E4 | one number on two accounts | `flows::activation::a_number_on_two_accounts_opens_neither`; on every store `a_contact_of_two_accounts_is_several` |
//! | E5 | premium numbers | `addresses::messages_by_sms_stay_within_their_caps` |
//! | E6 | operators in a token | `addresses::metacharacters_are_only_characters`; on every store `strange_contacts_find_nobody_else` |
//! | E7 | a stranger is first | `life_cycle::nothing_a_stranger_does_before_the_owner_activates_works_afterwards` |
//! | F1 | very long passwords | `flows::login::ten_megabytes_are_refused_before_anything_is_asked`, `passwords::ten_megabytes_are_refused_before_any_work` |
//! | F2 | quadratic meters | the benches: no test asserts a time |
//! | F3 | unbounded hashing | `passwords::a_flood_of_log_ins_stays_within_the_memory_of_the_pool` |
//! | F4 | a blank for "no password" | `flows::login::an_account_without_a_password_refuses_every_password`; `passwords::a_stored_blank_is_nobodys_password` |
//! | F5 | sessions survive | `passwords::no_success_is_returned_before_older_sessions_are_dead`; on every store `a_credential_version_is_never_used_twice` |
//! | F6 | a reset logs in | `compile_fail/a_redemption_is_no_log_in.rs` |
//! | F7 | links from a request | `passwords::messages_hold_nothing_of_the_request` |
//! | F8 | the token in an address | `passwords::messages_hold_nothing_of_the_request` |
//! | F9 | the owner is never told | `flows::activation::the_owner_is_told_at_every_registered_contact`, `model::no_schedule_breaks_a_promise` |
//!
//! What that list lacks:
//!
//! | row | attack | proven by |
//! |---|---|---|
//! | G1 | a restored backup revives a code | `beyond::a_restored_backup_of_the_codes_revives_none_that_was_used`; on every store `a_credential_version_is_never_used_twice` |
//! | G2 | an address changes hands in flight | `beyond::an_address_that_changes_hands_in_flight_opens_neither_account` |
//! | G3 | two people's addresses look alike | `beyond::people_whose_addresses_look_alike_get_their_own_codes_alone` |
//! | G4 | order of checks: refused late, and counted | `beyond::a_full_hasher_costs_neither_a_try_nor_a_charge`, `flows::activation::a_code_of_another_shape_costs_no_try` |
//! | G5 | ends of time and of numbers | `beyond::no_end_of_time_and_no_end_of_a_number_breaks_a_flow`, `schedule::the_ends_of_time_do_not_overflow` |
//! | G6 | guesses and resends in every order | `beyond::guesses_and_resends_in_turn_get_no_more_tries_and_no_older_code`; interleaved, `model::no_schedule_breaks_a_promise`; on every store `of_64_concurrent_reissues_one_succeeds` |
//! | G7 | clocks that jump | `schedule::no_clock_makes_wait_longer_than_the_schedule`, `model::no_schedule_breaks_a_promise` |
//! | G8 | ports that fail, hang, panic | `faults::any_one_call_may_go_wrong_and_nothing_is_half_done`, `faults::an_outage_that_begins_at_any_call_leaves_nothing_half_done` |
//! | G9 | callers who hang up at any await | `faults::a_caller_may_hang_up_anywhere_and_nothing_is_half_done`, `model::no_schedule_breaks_a_promise` |
//! | G10 | a process that is killed in between | `killed::an_activation_killed_around_any_call_is_done_or_not_begun` |
//! | G11 | a damaged or stretched handle | `beyond::a_handle_in_another_case_or_with_anything_added_is_none`, `guessing::a_handle_whose_format_was_edited_opens_nothing`, `beyond::the_times_in_a_handle_are_shown_and_decide_nothing` |
//! | G12 | a port that breaks its contract goes unnoticed | `model::every_broken_port_is_found_out`, `contract_suite::the_clauses_are_those_that_the_ports_name_and_each_has_seen_a_defect` |
//! | G13 | a stored message is read, moved, stretched or made up | `stored_queue::sealing::the_database_holds_no_code_address_or_language_of_a_message`, `stored_queue::sealing::a_row_under_another_id_does_not_open_and_is_told_of_and_gone`, `stored_queue::sealing::a_row_with_another_expiry_does_not_open_and_is_told_of_and_gone`, `parsers::no_input_makes_a_parser_panic_or_give_back_something_else` |
//! | G14 | a code is sent twice, or after another took its place, because a machine died | `stored_queue::leases::a_code_whose_sending_was_interrupted_is_not_sent_again`, `stored_queue::leases::a_stored_code_that_was_replaced_by_another_is_not_sent`, `stored_queue::outages::a_code_that_was_put_without_an_answer_is_not_sent_again_by_whoever_comes_after_a_death`; interleaved, `model::no_schedule_breaks_a_promise`; on every store `a_begin_and_a_claim_do_not_both_succeed` |
//! | G15 | one damaged row keeps others from being sent | `sqlite::failures::a_message_that_cannot_be_read_holds_up_no_other`, and the same on PostgreSQL |
//! | G16 | a file, an address or an answer from outside | `parsers::no_input_makes_a_parser_panic_or_give_back_something_else` |
//! | G17 | the store is busier behind an answer for somebody | `behind::a_request_keeps_the_stores_as_busy_for_nobody_as_for_somebody`, `behind::what_is_charged_for_nobody_uses_up_nothing_of_anybodys`, `behind::no_flood_of_other_numbers_makes_a_request_for_nobody_another` |
//! | G18 | the time of a refused log-in tells that a hash is an older one | `telling::a_refused_password_calls_the_hash_function_alike_whatever_older_hash_is_stored` |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

#[path = "../world/mod.rs"]
mod world;

mod addresses;
mod behind;
mod beyond;
mod canaries;
mod codes;
mod guessing;
mod life_cycle;
mod passwords;
mod telling;
