//! The statistics by which `benches/indistinguishable` judges, and its order of calls, held to known values.

#![allow(dead_code, unreachable_pub, reason = "the bench uses all of it")]
#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

#[path = "../benches/indistinguishable/order.rs"]
mod order;
#[path = "../benches/indistinguishable/statistics.rs"]
mod statistics;

use self::order::Order;
use self::statistics::{crop, median, percentile, superiority, welch};

fn is_close(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-6
}

#[test]
fn welch_of_known_piles_is_known() {
    let one = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
    let other = [1.0, 2.0, 3.0, 4.0];
    // Means 5 and 2.5, variances 32/7 and 5/3: 2.5 / sqrt(4/7 + 5/12).
    assert!(is_close(welch(&one, &other).unwrap(), 2.5 / (4.0_f64 / 7.0 + 5.0 / 12.0).sqrt()));
    assert!(is_close(welch(&other, &one).unwrap(), -2.515_015));
}

#[test]
fn piles_that_are_the_same_differ_by_nothing() {
    let pile = [3.0, 1.0, 2.0, 2.0];
    assert_eq!(welch(&pile, &pile), Some(0.0));
    assert!(is_close(superiority(&pile, &pile), 0.5));
}

#[test]
fn what_has_no_spread_and_differs_differs_beyond_every_bound_and_too_little_says_nothing() {
    assert_eq!(welch(&[2.0, 2.0], &[1.0, 1.0]), Some(f64::INFINITY));
    assert_eq!(welch(&[1.0], &[1.0, 2.0]), None);
    assert_eq!(welch(&[], &[1.0, 2.0]), None);
}

#[test]
fn superiority_counts_pairs_and_halves_ties() {
    assert!(is_close(superiority(&[3.0, 4.0], &[1.0, 2.0]), 1.0));
    assert!(is_close(superiority(&[1.0, 2.0], &[3.0, 4.0]), 0.0));
    // Of the six pairs, 2 > 1 and 3 > 1 and 3 > 2 win, and 2 and 2 tie: 3.5 of 6, with 2 against 3 lost.
    assert!(is_close(superiority(&[2.0, 3.0], &[1.0, 2.0, 3.0]), (1.0 + 0.5 + 1.0 + 1.0 + 0.5) / 6.0));
}

#[test]
fn cropping_takes_the_same_tail_from_both() {
    let one: Vec<f64> = (1..=10).map(f64::from).collect();
    let other: Vec<f64> = (11..=20).map(f64::from).collect();
    let (one, other) = crop(&one, &other, 75.0);
    assert_eq!((one.len(), other.len()), (10, 5));
}

#[test]
fn percentiles_are_values_of_the_pile() {
    let pile = [5.0, 1.0, 4.0, 2.0, 3.0];
    assert!(is_close(median(&pile), 3.0));
    assert_eq!(percentile(&pile, 100.0), Some(5.0));
    assert_eq!(percentile(&pile, 0.0), Some(1.0));
    assert_eq!(percentile(&[], 50.0), None);
}

/// From the reference implementation, seed 1234567.
#[test]
fn the_generator_gives_the_numbers_of_its_reference() {
    let mut order = Order::of(1_234_567);
    let numbers = [(); 3].map(|()| order.next());
    assert_eq!(numbers, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
}

#[test]
fn everybody_has_every_turn_once_and_the_seed_says_when() {
    let mut order = Order::of(7).interleave(3, 50);
    assert_eq!(order, Order::of(7).interleave(3, 50));
    assert_ne!(order, Order::of(8).interleave(3, 50));
    order.sort_unstable();
    order.dedup();
    assert_eq!(order.len(), 150);
}
