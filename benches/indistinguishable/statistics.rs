//! Whether two piles of times come from one and the same distribution, as far as that can be told.

/// Welch's t of the means: how many standard errors the one lies above the other. None where there is nothing to
/// compare; infinite where two piles without any spread differ.
pub fn welch(one: &[f64], other: &[f64]) -> Option<f64> {
    let difference = mean(one)? - mean(other)?;
    let error = standard_error(one, other)?;
    if difference == 0.0 { Some(0.0) } else { Some(difference / error) }
}

/// The standard error of the difference of the means.
pub fn standard_error(one: &[f64], other: &[f64]) -> Option<f64> {
    let of_mean = |pile: &[f64]| Some(variance(pile)? / pile.len() as f64);
    Some((of_mean(one)? + of_mean(other)?).sqrt())
}

/// The probability that one drawn from `one` is greater than one drawn from `other`, a tie counting half: the effect
/// size of Mann and Whitney's U. A half where neither tends to be greater; Cliff's delta is twice this, less one.
pub fn superiority(one: &[f64], other: &[f64]) -> f64 {
    let mut all: Vec<(f64, bool)> =
        one.iter().map(|value| (*value, true)).chain(other.iter().map(|value| (*value, false))).collect();
    all.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let (mut below, mut wins) = (0.0, 0.0);
    for tied in all.chunk_by(|a, b| a.0 == b.0) {
        let ours = tied.iter().filter(|(_, is_ours)| *is_ours).count() as f64;
        let theirs = tied.len() as f64 - ours;
        wins += ours * (below + theirs / 2.0);
        below += theirs;
    }
    wins / (one.len() as f64 * other.len() as f64)
}

/// What lies at or below the percentile of both piles taken together, as dudect crops: the tail is where interrupts and
/// other processes show, and a leak does not.
pub fn crop(one: &[f64], other: &[f64], percent: f64) -> (Vec<f64>, Vec<f64>) {
    let most = percentile(&[one, other].concat(), percent).unwrap_or(f64::INFINITY);
    let keep = |pile: &[f64]| pile.iter().copied().filter(|value| *value <= most).collect();
    (keep(one), keep(other))
}

pub fn median(pile: &[f64]) -> f64 {
    percentile(pile, 50.0).unwrap_or_default()
}

/// The least value that is not below so many of a hundred.
pub fn percentile(pile: &[f64], percent: f64) -> Option<f64> {
    let mut sorted = pile.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let rank = (sorted.len() as f64 * percent / 100.0).ceil() as usize;
    sorted.get(rank.max(1) - 1).or(sorted.last()).copied()
}

fn mean(pile: &[f64]) -> Option<f64> {
    (!pile.is_empty()).then(|| pile.iter().sum::<f64>() / pile.len() as f64)
}

/// With Bessel's correction.
fn variance(pile: &[f64]) -> Option<f64> {
    let mean = mean(pile).filter(|_| pile.len() > 1)?;
    Some(pile.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (pile.len() - 1) as f64)
}
