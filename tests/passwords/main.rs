//! Which passwords may be chosen: whole sentences about the rules, and tables of good and bad passwords.

mod pieces;
mod properties;
mod tables;

use vestibule::password::{NewPassword, PasswordPolicy, PasswordProblem, PolicyProblem};

use self::tables::{COMMON, GOOD, entries};

fn check_under(policy: &PasswordPolicy, text: &str) -> Result<(), PasswordProblem> {
    policy.check(&NewPassword::typed_once(text.into())?)
}

fn check(text: &str) -> Result<(), PasswordProblem> {
    check_under(&PasswordPolicy::default().context_words(["Eksempelforbundet", "Norsk Gulrotlag"]), text)
}

/// Shows all the passwords that are judged otherwise, not the first alone.
#[track_caller]
fn assert_each<'a>(texts: impl IntoIterator<Item = &'a str>, expected: Result<(), PasswordProblem>) {
    let judged = texts.into_iter().map(|text| (text, check(text)));
    let otherwise: Vec<_> = judged.filter(|(_, found)| *found != expected).collect();
    assert!(otherwise.is_empty(), "not {expected:?}: {otherwise:#?}");
}

#[test]
fn a_password_of_14_code_points_is_refused_and_one_of_15_accepted() {
    assert_eq!(check("gulrot i vasken"), Ok(()));
    assert_eq!(check("gulrot i vaske"), Err(PasswordProblem::TooShort { minimum: 15 }));
    assert_eq!(check(""), Err(PasswordProblem::TooShort { minimum: 15 }));
}

#[test]
fn length_counts_code_points() {
    // One family is seven code points, and 25 bytes.
    assert_eq!(check("👨‍👩‍👧‍👦x👩‍👩‍👦y🎈"), Ok(()));
    assert_eq!(check("👨‍👩‍👧‍👦x👩‍👩‍👦y"), Err(PasswordProblem::TooShort { minimum: 15 }));
    // Decomposed, these are 16; composed, 14.
    assert_eq!(check("gulro\u{302}t i va\u{30A}ske"), Err(PasswordProblem::TooShort { minimum: 15 }));
}

#[test]
fn sixty_four_code_points_of_four_bytes_are_accepted() {
    let text: String = (0..64).filter_map(|n| char::from_u32(0x1_F300 + (n * n * 7) % 509)).collect();
    assert_eq!((text.chars().count(), text.len()), (64, 256));
    assert_eq!(check(&text), Ok(()));
}

#[test]
fn a_password_of_256_code_points_is_accepted_and_one_of_257_refused() {
    let words = "min hund spiser ikke gulrot på tirsdager, men katten gjør det gjerne. ".repeat(4);
    let longest: String = words.chars().take(256).collect();
    assert_eq!(check(&longest), Ok(()));
    assert_eq!(check(&format!("{longest}x")), Err(PasswordProblem::TooLong { maximum: 256 }));
}

#[test]
fn ten_megabytes_are_refused_before_any_work() {
    let oversized = Some(PasswordProblem::Oversized { maximum: 4096 });
    let huge = "x".repeat(10 << 20);
    assert_eq!(NewPassword::typed_once(huge.as_str().into()).err(), oversized);
    assert_eq!(NewPassword::typed_twice(huge.as_str().into(), "short".into()).err(), oversized);
    assert_eq!(NewPassword::typed_twice("short".into(), huge.as_str().into()).err(), oversized);
    assert!(NewPassword::typed_once("x".repeat(4096).into()).is_ok());
    assert_eq!(NewPassword::typed_once("x".repeat(4097).into()).err(), oversized);
}

#[test]
fn the_confirmation_is_compared_before_the_policy() {
    for (password, confirmation) in [("short", "other"), ("", " "), ("same", "Same"), ("same", "same ")] {
        let problem = NewPassword::typed_twice(password.into(), confirmation.into()).err();
        assert_eq!(problem, Some(PasswordProblem::Mismatch));
    }
    assert!(NewPassword::typed_twice("short".into(), "short".into()).is_ok());
}

#[test]
fn single_class_passwords_are_accepted() {
    for text in
        ["839104726351948", "gulrotivaskenmin", "GULROTIVASKENMIN", "#%=?!;_&~*)/+<$", "ñandúes y güiros"]
    {
        assert_eq!(check(text), Ok(()), "{text}");
    }
}

#[test]
fn nul_and_emoji_are_accepted() {
    for text in ["gul\0rot\0i\0vasken", "\0\u{1}\u{7F}gulrot i vask", "🥕🛁🎈🐙🚲🌧️🧦🎻🦉🍋🧊🪁🔑🐝"]
    {
        assert_eq!(check(text), Ok(()), "{text:?}");
    }
}

#[test]
fn a_password_that_contains_a_context_word_but_is_more_than_it_is_accepted() {
    assert_each(
        [
            "eksempelforbundet er for alle",
            "jeg hater eksempelforbundet",
            "norsk gulrotlag spiser ikke kål",
            "xeksempelforbundetq",
        ],
        Ok(()),
    );
}

#[test]
fn a_password_that_derives_from_a_context_word_is_refused() {
    assert_each(
        [
            "eksempelforbundet",
            "EKSEMPELFORBUNDET",
            "Eksempelforbundet2024!",
            "3k53mp3lf0rbund3t",
            "tednubroflepmeske",
            "eksempelforbundeteksempelforbundet",
            "e.k.s.e.m.p.e.l.f.o.r.b.u.n.d.e.t",
            "eksempelforbundet sommer 2024",
            "NorskGulrotlag1",
            "norsk-gulrotlag",
            "gulrotlag gulrotlag",
            "17.05.2024gulrotlag",
        ],
        Err(PasswordProblem::NamesTheService),
    );
}

#[test]
fn a_password_that_repeats_itself_is_refused() {
    for text in [
        "aaaaaaaaaaaaaaa",
        "               ",
        "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        "aaaaaaaaaaaaaaB",
        "abababababababa",
        "010110111001011",
        "passordpassord1passordpassord1",
        "Abc1Abc1Abc1Abc1",
        "ha ha ha ha ha ha",
        "🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉🎉",
        "x7kQ x7kQ x7kQ x7kQ",
    ] {
        let problem = check(text).err();
        assert!(
            matches!(problem, Some(PasswordProblem::Repetitive | PasswordProblem::Common)),
            "{text:?}: {problem:?}"
        );
    }
}

#[test]
fn a_sequence_is_refused() {
    assert_each(
        [
            "abcdefghijklmno",
            "ABCDEFGHIJKLMNO",
            "zyxwvutsrqponml",
            "xyzæøåabcdefghi",
            "012345678901234",
            "987654321098765",
            "123456789abcdef",
            "abcdef1234567890",
            "aabbccddeeffgghh",
            "111222333444555",
            "a1b2c3d4e5f6g7h8",
            "1a2b3c4d5e6f7g8h",
            "abc-def-ghi-jkl-mno",
            "абвгдежзийклмно",
            "123 456 789 012",
        ],
        Err(PasswordProblem::Sequence),
    );
}

#[test]
fn a_keyboard_walk_is_refused() {
    assert_each(
        [
            "qwertyuiopåasdf",
            "qwertyuiopasdfghjkl",
            "1qaz2wsx3edc4rfv",
            "1qazxsw23edcvfr4",
            "!QAZ2wsx#EDC4rfv",
            "1q2w3e4r5t6y7u8i",
            "asdfghjkløæ'zxcvb",
            "zxcvbnmasdfghjkl",
            "poiuytrewqlkjhgf",
            "qazwsxedcrfvtgb",
            "123qweasdzxcrtyfgh",
            "147258369963852741",
            "qwe rty uio pas dfg",
            "qqwweerrttyyuuii",
        ],
        Err(PasswordProblem::KeyboardWalk),
    );
}

#[test]
fn what_is_built_from_common_passwords_is_refused() {
    let judged = entries(COMMON).map(|text| (text, check(text)));
    let otherwise: Vec<_> = judged
        .filter(|(_, found)| !matches!(found, Err(PasswordProblem::Common | PasswordProblem::Repetitive)))
        .collect();
    assert!(otherwise.is_empty(), "{otherwise:#?}");
}

#[test]
fn a_policy_shows_its_lengths_and_not_the_names_it_knows() {
    let policy = PasswordPolicy::default().context_words(["Eksempelforbundet"]);
    assert_eq!(format!("{policy:?}"), "PasswordPolicy { minimum: 15, maximum: 256, .. }");
}

#[test]
fn good_passphrases_are_accepted() {
    assert_each(entries(GOOD), Ok(()));
}

#[test]
fn common_passwords_of_eight_characters_are_refused_beside_a_second_factor() {
    let policy = PasswordPolicy::with_second_factor();
    for text in [
        "password",
        "Passord1",
        "p4ssw0rd",
        "iloveyou",
        "sommer24",
        "fotball1",
        "dragon12",
        "drowssap",
        "kjæreste",
    ] {
        assert_eq!(check_under(&policy, text), Err(PasswordProblem::Common), "{text}");
    }
    for text in ["k3Vd82hs", "gulr ot!", "84710263", "vaskmugg"] {
        assert_eq!(check_under(&policy, text), Ok(()), "{text}");
    }
    assert_eq!(check_under(&policy, "k3Vd82h"), Err(PasswordProblem::TooShort { minimum: 8 }));
}

#[test]
fn a_policy_keeps_within_the_standards() {
    let single = PasswordPolicy::default;
    let second = PasswordPolicy::with_second_factor;
    assert_eq!(second().minimum_length(7).err(), Some(PolicyProblem::MinimumTooLow { floor: 8 }));
    assert_eq!(single().minimum_length(14).err(), Some(PolicyProblem::MinimumTooLow { floor: 15 }));
    assert_eq!(single().maximum_length(63).err(), Some(PolicyProblem::MaximumTooLow { floor: 64 }));
    assert_eq!(single().maximum_length(1025).err(), Some(PolicyProblem::MaximumTooHigh { ceiling: 1024 }));
    assert_eq!(single().minimum_length(257).err(), Some(PolicyProblem::MinimumAboveMaximum));
    let long = single().minimum_length(100).unwrap();
    assert_eq!(long.maximum_length(64).err(), Some(PolicyProblem::MinimumAboveMaximum));
    for (policy, bounds) in [
        (single().minimum_length(15).unwrap(), (15, 256)),
        (single().minimum_length(256).unwrap(), (256, 256)),
        (single().maximum_length(64).unwrap(), (15, 64)),
        (second().minimum_length(8).unwrap(), (8, 256)),
        (second().minimum_length(64).unwrap().maximum_length(64).unwrap(), (64, 64)),
    ] {
        assert_eq!((policy.minimum(), policy.maximum()), bounds);
    }
    let policy = second().minimum_length(10).unwrap().maximum_length(1024).unwrap();
    assert_eq!((policy.minimum(), policy.maximum()), (10, 1024));
    assert_eq!(check_under(&policy, "k3Vd82hsz"), Err(PasswordProblem::TooShort { minimum: 10 }));
}

#[test]
fn problems_are_told_in_words_and_serialised_by_name() {
    let problem = PasswordProblem::TooShort { minimum: 15 };
    assert_eq!(problem.to_string(), "the password has fewer than 15 characters");
    let json = serde_json::to_value(problem).unwrap();
    assert_eq!(json, serde_json::json!({ "problem": "too_short", "minimum": 15 }));
    assert_eq!(
        serde_json::to_value(PasswordProblem::Common).unwrap(),
        serde_json::json!({ "problem": "common" })
    );
}

#[test]
fn the_tables_are_long_enough_to_mean_something() {
    assert!(entries(COMMON).count() >= 60 && entries(GOOD).count() >= 60);
}
