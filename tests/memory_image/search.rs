//! The search through this process's own memory.

use std::fs::{File, read_to_string};
use std::io::{Read, Seek, SeekFrom};

use zeroize::Zeroize;

use crate::masked::MASK;

/// How often a text, without its first bytes, stands in the memory that this process can write to.
pub(crate) fn found(canary: &[u8]) -> usize {
    // Large, so that it has a mapping of its own, which is left out.
    let mut buffer = vec![0_u8; 4 << 20];
    let own = buffer.as_ptr() as usize..buffer.as_ptr() as usize + buffer.len();
    let mut memory = File::open("/proc/self/mem").unwrap();
    let mut count = 0;
    for line in read_to_string("/proc/self/maps").unwrap().lines() {
        let mut words = line.split_whitespace();
        let (range, rights) = (words.next().unwrap(), words.next().unwrap());
        if !rights.starts_with("rw") || line.contains("[v") {
            continue;
        }
        let (from, to) = range.split_once('-').unwrap();
        let mut from = usize::from_str_radix(from, 16).unwrap();
        let to = usize::from_str_radix(to, 16).unwrap();
        while from < to {
            // A mapping may hold the buffer beside other things.
            if own.contains(&from) {
                from = own.end;
                continue;
            }
            let end = to.min(from + buffer.len());
            let end = if from < own.start { end.min(own.start) } else { end };
            memory.seek(SeekFrom::Start(from as u64)).unwrap();
            let read = memory.read(&mut buffer[..end - from]).unwrap_or(0);
            count += occurrences(&buffer[..read], canary);
            let was_all = from + read >= to || read <= canary.len();
            buffer[..read].zeroize();
            from = if was_all || end == own.start { end } else { from + read - canary.len() };
        }
    }
    count
}

fn occurrences(memory: &[u8], canary: &[u8]) -> usize {
    let first = canary[0] ^ MASK;
    let matches = |at: usize| {
        memory
            .get(at..at + canary.len())
            .is_some_and(|bytes| bytes.iter().zip(canary).all(|(a, b)| *a == *b ^ MASK))
    };
    memory.iter().enumerate().filter(|(at, byte)| **byte == first && matches(*at)).count()
}
