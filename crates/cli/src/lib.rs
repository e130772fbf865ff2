//! The command line of consnap, as a library so that the Python wheel can offer the same command.
