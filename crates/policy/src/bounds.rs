//! How much a policy may ask for. A hostile document can neither hang, exhaust nor abort whoever judges by it.

/// Bytes of an expression.
pub const EXPRESSION_BYTES: usize = 2_048;
/// Levels of an expression, as they are counted before the parser sees it. Parser and evaluator call themselves for each, with
/// up to 30 KB of stack in a build that is not optimised; a browser, and the main thread of Windows, has one megabyte of it.
pub const EXPRESSION_DEPTH: u32 = 24;
/// Steps of one expression, worked out beforehand with [`NOMINAL_ITEMS`] entries in each list.
pub const STATIC_COST: u64 = 2_000_000;
/// Entries a list is taken to have when the cost is worked out beforehand.
pub const NOMINAL_ITEMS: u64 = 100;
/// Steps one evaluation may take.
pub const STEPS_OF_ONE: u64 = 2_000_000;
/// Steps of all evaluations of one call, some ten seconds of them: a thousand policies of ten parts over ten thousand
/// instances.
pub const STEPS_OF_ALL: u64 = 100_000_000;
/// Entries of a list that is looked at; a longer one counts as not known.
pub const ITEMS: usize = 10_000;
/// Bytes of a text that is looked at; a longer one counts as not known.
pub const TEXT_BYTES: usize = 4_096;
/// Bytes of a pattern of `matches`.
pub const PATTERN_BYTES: usize = 256;
/// Bytes of a compiled pattern.
pub const PATTERN_SIZE: usize = 32 << 10;
/// Policies used together.
pub const POLICIES: usize = 1_000;
/// Waivers, adjustments and cases of one document.
pub const ENTRIES: usize = 10_000;
