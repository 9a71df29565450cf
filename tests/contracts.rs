//! The contract of each port, kept by each adapter of this crate.

mod memory {
    mod codes {
        use vestibule::adapters::memory::MemoryCodes;

        vestibule::contract::code_store!(async { MemoryCodes::new() });
    }

    mod throttle {
        use vestibule::adapters::memory::MemoryThrottle;

        vestibule::contract::throttle_store!(async { MemoryThrottle::new() });
    }

    mod directory {
        use vestibule::adapters::memory::MemoryDirectory;

        vestibule::contract::user_directory!(async { MemoryDirectory::new() });
    }
}
