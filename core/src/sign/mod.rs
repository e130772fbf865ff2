//! Signatures version 1 and 3, each stage visible.
