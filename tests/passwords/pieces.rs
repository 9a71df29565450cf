//! How many predictable pieces make a password, and how few.

use vestibule::password::PasswordProblem;

use crate::assert_each;

#[test]
fn three_common_words_are_refused_with_filling_around_them_too_and_a_fourth_is_a_sentence() {
    assert_each(
        [
            "sommerfotballdragon",
            "sommerfotballdragon24",
            "24sommer fotball dragon!",
            "sommerfotballdragon1984!!",
        ],
        Err(PasswordProblem::Common),
    );
    assert_each(["sommerfotballdragonvinter", "sommerfotballdragonvinter24"], Ok(()));
}

#[test]
fn a_sequence_is_refused_where_some_of_its_characters_are_doubled_too() {
    assert_each(["aabccddeffgghij", "1223445667789901"], Err(PasswordProblem::Sequence));
}

#[test]
fn a_run_of_letters_counts_as_a_common_word() {
    assert_each(["passordlmnopqrst", "lmnopqrstpassord", "sommer lmnopqrst"], Err(PasswordProblem::Common));
}

#[test]
fn more_different_signs_than_filling_has_make_a_password_good() {
    assert_each(["fotballdragon!?#%", "!?#%fotballdragon"], Err(PasswordProblem::Common));
    assert_each(["fotballdragon!?#%&", "!?#%&fotballdragon"], Ok(()));
}
