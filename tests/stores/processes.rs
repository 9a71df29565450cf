//! Processes that share a store. Each is this very test program, told to do one thing.

use std::process::Child;

/// How often they succeeded, all together: each says it at its end, in a line of its own.
pub(crate) fn succeeded(processes: Vec<Child>) -> u32 {
    let numbers = processes.into_iter().map(|process| {
        let output = process.wait_with_output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{printed}\n{}", String::from_utf8_lossy(&output.stderr));
        let succeeded = printed.lines().find_map(|line| line.strip_prefix("succeeded: ")).unwrap();
        succeeded.parse::<u32>().unwrap()
    });
    numbers.sum()
}
