//! The border: one input, one output and one function per operation. Read this first.
