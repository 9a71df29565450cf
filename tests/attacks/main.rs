//! Attacks that this class of software has fallen to, row by row. What another test proves is not repeated:
//!
//! | row | attack | proven by |
//! |---|---|---|
//! | A1 | no limit on wrong codes | `flows::redemption::a_code_has_ten_tries_and_then_the_right_one_is_refused_too` |
//! | A2 | parallel checks pass the counter | `flows::login::of_200_parallel_wrong_passwords_...`; `guessing::parallel_wrong_codes_are_all_counted` |
//! | A3 | one code redeemed several times at once | `flows::redemption::of_64_parallel_right_codes_one_succeeds` |
//! | A4 | attempts read, then written back | `guessing::no_entry_point_compares_more_codes_than_there_are_tries` |
//! | A5 | many flows multiply guesses | `flows::redemption::an_account_has_at_most_a_hundred_guesses_a_day_...` |
//! | A6 | a new code resets the count | `guessing::asking_again_and_again_gives_no_more_guesses` |
//! | A7 | limits by source alone | `guessing::a_thousand_sources_get_no_more_guesses_than_one` |
//! | A8 | a wrong guess writes nothing | `guessing::every_guess_is_counted_before_it_is_judged` |
//! | A9 | a forged source, or none | `guessing::requests_without_an_address_share_one_limit`; `compile_fail/origin_has_no_default.rs` |
//! | B1 | modulo bias | unit tests of `code`: `every_digit_is_equally_likely_in_every_place`, `bytes_that_would_favour_some_digits_are_rejected` |
//! | B2 | a weak generator | `architecture::some_names_are_for_some_files_only`; `random` is the one place |
//! | B3 | leading zeros lost | unit test of `code`: `leading_zeros_survive_drawing_and_parsing` |
//! | B4 | pasted blanks | unit test of `code`: `what_people_paste_is_read_as_the_bare_digits` |
//! | B5 | other characters crash | unit test of `code`: `any_text_is_a_code_or_malformed_and_never_a_panic` |
//! | B6 | codes in plain text | `codes::no_store_is_given_a_code_or_a_handle`; `sqlite::secrets` |
//! | B7 | unkeyed or unbound hashes | `codes::without_the_key_no_trying_finds_a_code`, `codes::a_row_that_is_moved_never_verifies` |
//! | B8 | compared with `==` | `compile_fail`: `assert_not!(PartialEq: ..)` |
//! | B9, B10 | codes in logs, events, answers | `codes::canaries_are_found_nowhere` |
//! | C1 | a right code works twice | `flows::redemption::a_code_is_redeemed_at_most_once` |
//! | C2 | an older code works | `flows::redemption::only_the_newest_code_works_...` |
//! | C3 | valid beyond its expiry | `flows::redemption::a_code_is_valid_until_its_expiry_and_not_at_it` |
//! | C4 | not tied to the account | `flows::redemption::a_code_is_worth_nothing_with_another_handle` |
//! | C5 | for another purpose | `flows::redemption::a_code_for_one_purpose_is_worth_nothing_for_another` |
//! | C6 | the address changed meanwhile | `flows::redemption::an_account_that_changed_...`; in the middle: `life_cycle::what_changes_in_the_middle_of_a_redemption_stops_it` |
//! | C7 | the policy burns the code | `flows::redemption::a_refused_password_spends_nothing_...` |
//! | C8 | a prefetch spends the token | `life_cycle::nothing_that_only_looks_spends_anything` |
//! | C9 | a suspended account recovers itself | as C6 |
//! | C10 | steps skipped | `compile_fail/no_proof_without_a_check.rs`, `no_password_without_a_check.rs` |
//! | C11 | never activated, and stuck | `flows::activation::a_person_who_lost_the_code_can_ask_again_for_ever`, `flows::recovery::recovery_of_an_account_never_activated_...` |
//! | D1, D2, D4 | another text, time, wait | `alike` |
//! | D3 | random sleeps | `telling::nothing_waits_at_random` |
//! | D5 | a slow sender | `faults::sender::a_slow_sender_delays_no_answer` |
//! | D6 | unknown addresses are written to | `telling::nobody_unknown_is_written_to_whatever_is_asked` |
//! | E1 | look-alikes | `contacts`; `addresses::a_directory_that_confuses_contacts_opens_nothing` |
//! | E2 | header injection | `contacts::what_could_add_a_header_is_refused`; `addresses::a_profile_that_could_add_a_header_is_refused` |
//! | E3 | an address that begins with `-` | no command is run anywhere: nothing to prove |
//! | E4 | one number on two accounts | `flows::activation::a_number_on_two_accounts_opens_neither` |
//! | E5 | premium numbers | `addresses::messages_by_sms_stay_within_their_caps` |
//! | E6 | operators in a token | `addresses::metacharacters_are_only_characters`; the contract suite on every store |
//! | E7 | a stranger is first | `life_cycle::nothing_a_stranger_does_before_the_owner_activates_works_afterwards` |
//! | F1 | very long passwords | `flows::login::ten_megabytes_are_refused_...`, `passwords::ten_megabytes_are_refused_before_any_work` |
//! | F2 | quadratic meters | the benches: no test asserts a time |
//! | F3 | unbounded hashing | `passwords::a_flood_of_log_ins_stays_within_the_memory_of_the_pool` |
//! | F4 | a blank for "no password" | `flows::login::an_account_without_a_password_refuses_every_password`; `passwords::a_stored_blank_is_nobodys_password` |
//! | F5 | sessions survive | `passwords::no_success_is_returned_before_older_sessions_are_dead` |
//! | F6 | a reset logs in | `compile_fail/a_redemption_is_no_log_in.rs` |
//! | F7 | links from a request | `passwords::messages_hold_nothing_of_the_request` |
//! | F8 | the token in an address | `passwords::messages_hold_nothing_of_the_request` |
//! | F9 | the owner is never told | `flows::activation::the_owner_is_told_at_every_registered_contact`, `faults::ports` |

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that fails panics")]

#[path = "../world/mod.rs"]
mod world;

mod addresses;
mod codes;
mod guessing;
mod life_cycle;
mod passwords;
mod telling;
