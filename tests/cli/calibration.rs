//! Measuring the machine.

use crate::program::Folder;

pub fn a_cost_is_proposed_without_touching_any_members() {
    let folder = Folder::new();
    let printed = folder.run(&["calibrate", "--time", "1", "--lang", "en"]).done();
    // No machine hashes at the approved floor in a millisecond.
    for kernel in ["PortableArgon2", "SimdArgon2"] {
        let proposed = format!("{kernel}: Argon2Cost::new(19456, 2, 1): ");
        assert!(printed.lines().any(|line| line.starts_with(&proposed)), "{printed}");
    }
    assert!(!folder.path("members.db").exists());
}

pub fn a_time_that_nobody_would_wait_is_wrong_usage() {
    for time in ["0", "2001", "soon"] {
        assert_eq!(Folder::new().run(&["calibrate", "--time", time]).status, 2, "{time}");
    }
}
